package adapter_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/adapter"
)

// release is a list of one release with a key of another value, on the third line.
func release(other string) string {
	keys := []string{"version: 1.0.0", "fixed: 1.0.1", "advisory: CVE-1", "what: all", "cases: ['*']"}
	name, _, _ := strings.Cut(other, ":")
	keys = slices.DeleteFunc(keys, func(k string) bool { return strings.HasPrefix(k, name+":") })
	return "releases:\n  - # the first\n    " + other + "\n    " + strings.Join(keys, "\n    ") + "\n"
}

var _ = Describe("Load", func() {
	DescribeTable("says what is wrong, and where",
		func(manifest string, wants ...string) {
			_, err := adapter.Load(directory(manifest))
			Expect(err).To(HaveOccurred())
			for _, want := range wants {
				Expect(err.Error()).To(ContainSubstring(want))
			}
		},
		Entry("an unknown key", minimal("")+"strat: x\n", "adapter.yaml:7:", "strat"),
		Entry("a key twice", minimal("")+"name: fake\n", "adapter.yaml:", "name"),
		Entry("a wrong type", minimal("")+"install: {a: b}\n", "adapter.yaml:7:"),
		Entry("broken YAML", minimal("")+"notes: [\n", "adapter.yaml:"),
		Entry("not a mapping", "[]\n", "adapter.yaml:1:"),
		Entry("missing keys, all of them", "name: fake\n", "display is missing", "language is missing", "package is missing", "version is missing", "start is missing"),
		Entry("another directory's name", strings.Replace(minimal(""), "name: fake", "name: genuine", 1), "adapter.yaml:1:", `"genuine"`, `"fake"`),
		Entry("an unknown part of the contract", minimal("")+"missing:\n  panik: it dies\n", `adapter.yaml:8: missing: "panik"`, "outer-vary"),
		Entry("a missing part without the reason", minimal("")+"missing:\n  panic: ''\n", "adapter.yaml:8:", "reason"),
		Entry("a policy without the reason", minimal("")+"not_expressible:\n  regex: ''\n", "adapter.yaml:8:", "reason"),
		Entry("the policy null without quotes", minimal("")+"not_expressible:\n  null: no such knob\n", "adapter.yaml:8:", `"null"`),
		Entry("inputs that are not there", minimal("")+"inputs: [../no-such-thing]\n", "adapter.yaml:7:", "no-such-thing"),
		Entry("outputs elsewhere", minimal("")+"outputs: [../outside]\n", "adapter.yaml:7:", "../outside"),
		Entry("a WebSocket that is not a path", minimal("")+"websocket: socket\n", "adapter.yaml:7:", "socket"),
		Entry("a negative limit", minimal("")+"limits:\n  head_bytes: -1\n", "adapter.yaml:8:", "-1"),
		Entry("a kind that is none", minimal("")+"kind: framework\n", `adapter.yaml:7: kind is "framework"`, "library", "configuration", "handwritten"),
		Entry("a policy that is both", minimal("")+"not_expressible: {plus: none}\nexpressible:\n  plus: resources=\n", "adapter.yaml:9: expressible: plus is not_expressible too"),
		Entry("an expressible policy without the way", minimal("")+"expressible:\n  plus: ' '\n", "adapter.yaml:8: expressible: plus needs the way to say it"),
		Entry("a forbidden policy without the words", minimal("")+"forbids:\n  any-creds:\n", "adapter.yaml:8: forbids: any-creds needs the documentation's words"),
		Entry("a field that is none", minimal("")+"alike:\n  origin: any\n", `adapter.yaml:8: alike: "origin" is not a field`, "origins"),
		Entry("an alike without the reason", minimal("")+"alike:\n  origins: ''\n", "adapter.yaml:8: alike: origins needs the reason"),
		Entry("a fixed field that is none", minimal("")+"always:\n  origins: {value: ['*'], reason: x}\n", "adapter.yaml:8:", "origins"),
		Entry("a fixed value of another type", minimal("")+"always:\n  max_age: {value: [1], reason: x}\n", "adapter.yaml:8:"),
		Entry("a fixed value without the value", minimal("")+"always:\n  methods:\n    reason: x\n", "adapter.yaml:8: always: methods needs the value"),
		Entry("a fixed value without the reason", minimal("")+"always:\n  methods: {value: ['*']}\n", "adapter.yaml:8: always: methods needs the reason"),
		Entry("a fixed value that no policy can have", minimal("")+"always:\n  methods: {value: [put], reason: x}\n", "adapter.yaml:8: always: methods[0]: browsers send PUT for put"),
		Entry("a fixed age that no policy can have", minimal("")+"always:\n  max_age: {value: -2, reason: x}\n", "adapter.yaml:8: always: max_age: -2 seconds"),
		Entry("a release without anything", minimal("")+"releases:\n  - {}\n", `adapter.yaml:8: releases[0]: version is ""`, `fixed is ""`, "advisory is missing", "what is missing", "at least one"),
		Entry("a release with an unknown key", minimal("")+"releases:\n  - {bad: 1.0.0}\n", "adapter.yaml:8:", "bad"),
		Entry("a release that is not a version", minimal("")+release("version: ../up"), `adapter.yaml:9: releases[0]: version is "../up"`),
		Entry("a release that is fixed in itself", minimal("")+release("fixed: 1.0.0"), "adapter.yaml:9: releases[0]: 1.0.0 is both"),
		Entry("a release without a glob", minimal("")+release("cases: ['']"), "adapter.yaml:9: releases[0]: cases are"),
	)

	It("reads what a manifest can say", func() {
		m := load(minimal("") + strings.Join([]string{
			"kind: handwritten",
			"always:",
			"  request_headers: {value: ['*'], reason: no list}",
			"  max_age: {value: null, reason: never sent}",
			"  credentials: {value: true, reason: always on}",
			"forbids: {any-creds: 'never do this: README'}",
			"expressible: {plus: resources=}",
			"alike: {origins: an empty list is documented as any}",
			"releases:",
			"  - {version: 1.0.0, fixed: v1.0.1-rc.1+incompatible, advisory: CVE-1, what: all, policies: [exact], not_expressible: only its log shows it}",
			"",
		}, "\n"))
		Expect(m.Kind).To(Equal(adapter.Handwritten))
		Expect(m.Always.RequestHeaders.Value).To(Equal([]string{"*"}))
		Expect(m.Always.MaxAge.Value).To(BeNil())
		Expect(m.Always.Methods).To(BeNil())
		Expect(m.Always.Credentials.Value).To(BeTrue())
		Expect(m.Forbids).To(HaveKeyWithValue("any-creds", "never do this: README"))
		Expect(m.Alike).To(HaveKey(adapter.FieldOrigins))
		Expect(m.Releases).To(Equal([]adapter.Release{{
			Version: "1.0.0", Fixed: "v1.0.1-rc.1+incompatible", Advisory: "CVE-1", What: "all",
			Policies: []string{"exact"}, NotExpressible: "only its log shows it",
		}}))
	})

	It("takes a library for granted", func() {
		Expect(load(minimal("")).Kind).To(Equal(adapter.Library))
	})

	It("says what it looked for when there is no manifest", func() {
		_, err := adapter.Load(GinkgoT().TempDir())
		Expect(err).To(MatchError(ContainSubstring("there is no adapter.yaml")))
	})

	It("reports policies that do not exist", func() {
		m := load(minimal("") + "not_expressible:\n  regex: none\n  exakt: none\n")
		err := m.CheckPolicies([]cases.Policy{{Name: "exact"}, {Name: "regex"}})
		Expect(err).To(MatchError(HaveSuffix(`adapter.yaml:9: not_expressible: there is no policy "exakt"`)))
	})
})

var _ = Describe("the manifests of the frameworks", func() {
	It("are valid", func() {
		manifests, err := filepath.Glob("../../testdata/frameworks/*/" + adapter.ManifestFile)
		Expect(err).NotTo(HaveOccurred())
		Expect(manifests).NotTo(BeEmpty())
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		for _, file := range manifests {
			m, err := adapter.Load(filepath.Dir(file))
			Expect(err).NotTo(HaveOccurred(), file)
			Expect(m.CheckPolicies(table.Policies)).To(Succeed(), file)
		}
	})

	It("come with lock files that hold no download addresses", func() {
		locks, err := filepath.Glob("../../testdata/frameworks/*/package-lock.json")
		Expect(err).NotTo(HaveOccurred())
		releases, err := filepath.Glob("../../testdata/*/*/releases/*/package-lock.json")
		Expect(err).NotTo(HaveOccurred())
		Expect(releases).NotTo(BeEmpty())
		locks = append(locks, releases...)
		Expect(locks).NotTo(BeEmpty())
		for _, file := range locks {
			content, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(content)).NotTo(ContainSubstring(`"resolved"`), file)
		}
	})
})
