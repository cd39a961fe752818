package cases_test

import (
	"errors"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

var _ = Describe("Selection", func() {
	var checks []cases.Check
	BeforeEach(func() {
		text := strings.Replace(oneCase, "[exact]", "[exact, creds]", 1)
		_, one, _ := strings.Cut(text, "cases:\n")
		text += strings.ReplaceAll(one, "sample-get", "sample-head") + strings.ReplaceAll(one, "sample-get", "sample-get-twice")
		table := mustLoad(text)
		checks = table.Expand(table.Policies, false, env)
	})

	DescribeTable("is by globs on case, policy and group", func(focus, skip []string, want ...string) {
		got, err := cases.Select(checks, focus, skip)
		Expect(err).NotTo(HaveOccurred())
		Expect(ids(got)).To(Equal(want))
	},
		Entry("everything", nil, nil, "sample-get/exact", "sample-get/creds", "sample-head/exact", "sample-head/creds", "sample-get-twice/exact", "sample-get-twice/creds"),
		Entry("a case", []string{"sample-get"}, nil, "sample-get/exact", "sample-get/creds"),
		Entry("a check", []string{"sample-get/creds"}, nil, "sample-get/creds"),
		Entry("a policy", []string{"*/creds"}, []string{"sample-h*"}, "sample-get/creds", "sample-get-twice/creds"),
		Entry("a group", []string{"sample"}, []string{"**/exact"}, "sample-get/creds", "sample-head/creds", "sample-get-twice/creds"),
		Entry("cases of a group", []string{"sample/*-head"}, nil, "sample-head/exact", "sample-head/creds"),
		Entry("several globs", []string{"sample-head/exact", "sample-get/exact"}, nil, "sample-get/exact", "sample-head/exact"),
		Entry("alternatives", []string{"sample-{head,get}/exact"}, nil, "sample-get/exact", "sample-head/exact"),
		Entry("everything but", nil, []string{"sample-get*"}, "sample-head/exact", "sample-head/creds"),
	)

	DescribeTable("refuses a glob that selects nothing, and names what is near", func(focus, skip []string, message string) {
		_, err := cases.Select(checks, focus, skip)
		Expect(err).To(MatchError(message))
		_, ok := errors.AsType[*cases.SelectError](err)
		Expect(ok).To(BeTrue())
	},
		Entry("a mistyped id", []string{"sampel-get"}, nil, `the pattern "sampel-get" matches no check; near it are sample-get`),
		Entry("a mistyped policy", []string{"sample-get/cred"}, nil, `the pattern "sample-get/cred" matches no check; near it are sample-get/creds, sample-head/creds, sample-get/exact`),
		Entry("to skip", nil, []string{"*-twise"}, `the pattern "*-twise" matches no check; patterns are matched against CASE, CASE/POLICY, GROUP and GROUP/CASE`),
		Entry("part of an id", []string{"twice"}, nil, `the pattern "twice" matches no check; near it are sample-get-twice`),
		Entry("no glob", []string{"a[b"}, nil, `the pattern "a[b" is not a glob: syntax error in pattern`),
	)
})

var _ = Describe("what was renamed", func() {
	table, err := cases.Load()
	if err != nil {
		panic(err)
	}
	checks := table.Expand(table.Policies, false, cases.Env{Target: "http://127.0.0.1:1"})

	It("is found by the names that it had", func() {
		now, err := cases.Select(checks, []string{"requested-headers"}, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(now)).To(BeNumerically(">", 20))
		for _, old := range []string{"acrh", "acrh/*", "acrh/*/*"} {
			then, err := cases.Select(checks, []string{old}, nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(then).To(HaveLen(len(now)), old)
		}
	})

	It("has names that nothing else has", func() {
		groups, ids := map[string]bool{}, map[string]bool{}
		for _, g := range table.Groups {
			for _, name := range append([]string{g.Name}, g.Formerly...) {
				Expect(groups).NotTo(HaveKey(name))
				groups[name] = true
			}
		}
		for _, c := range table.Cases {
			for _, id := range append([]string{c.ID}, c.Formerly...) {
				Expect(ids).NotTo(HaveKey(id))
				Expect(groups).NotTo(HaveKey(id))
				ids[id] = true
				Expect(table.Case(id).ID).To(Equal(c.ID))
			}
		}
	})
})
