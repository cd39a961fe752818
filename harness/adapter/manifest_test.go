package adapter_test

import (
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/adapter"
)

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
		Entry("a negative limit", minimal("")+"limits:\n  head_bytes: -1\n", "adapter.yaml:8:", "-1"),
	)

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
		Expect(locks).NotTo(BeEmpty())
		for _, file := range locks {
			content, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(content)).NotTo(ContainSubstring(`"resolved"`), file)
		}
	})
})
