package cases_test

import (
	"strings"
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

// underDeclared is the one check of a case under a declared policy.
func underDeclared(caseText, policyText string) cases.Check {
	GinkgoHelper()
	checks := mustLoad(caseText).Expand([]cases.Policy{*policy(policyText)}, true, env)
	Expect(checks).To(HaveLen(1))
	return checks[0]
}

var _ = Describe("A declared policy", func() {
	const mine = "{origins: [https://mine.example], methods: [PUT], request_headers: [X-Mine]}"
	const several = "{origins: [https://mine.example, https://b.mine.example]}"

	It("gives the templates its own values", func() {
		check := underDeclared(oneCase, mine)
		Expect(check.ID).To(Equal("sample-get/declared"))
		Expect(check.NotApplicable).To(BeEmpty())
		Expect(check.Steps[0].Wire.Headers).To(Equal([]string{"Origin: https://mine.example"}))
	})

	It("keeps checks that need the contract, which say so", func() {
		check := underDeclared(withSteps("    wire: {path: /panic}\n    answer: [{no_body: true}]\n"), mine)
		Expect(check.Needs).To(Equal([]cases.Part{cases.PartPanic}))
		Expect(check.NotApplicable).To(BeEmpty())
	})

	DescribeTable("leaves out what may not be true of it", func(caseText, policyText, why string) {
		check := underDeclared(caseText, policyText)
		Expect(check.NotApplicable).To(ContainSubstring(why))
		Expect(check.Steps).To(BeNil())
	},
		Entry("by when", strings.Replace(oneCase, "policies: [exact]", "policies: [creds]\n    when: {credentials: true}", 1), mine,
			"the case is for policies with credentials true"),
		Entry("a template without a value", withSteps("    wire: {headers: [\"Access-Control-Request-Headers: {{header}}\"]}\n    answer: [{status: not 5xx}]\n"), several,
			"{{header}} has no value under the policy declared: it has 0 custom request headers"),
		Entry("Vary, which depends on how many origins there are", withSteps("    wire: {}\n    answer: [{lists: {name: Vary, values: [Origin]}}]\n"), mine,
			"the case looks at how many origins, and is written for policies that differ in that (exact)"),
		Entry("Max-Age, where none is set in the case's policies", withSteps("    wire: {}\n    answer: [{absent: Access-Control-Max-Age}]\n"), "{origins: [https://mine.example], max_age: 5}",
			"the case looks at max-age"),
		Entry("credentials", strings.Replace(withSteps("    wire: {}\n    answer: [{absent: Access-Control-Allow-Credentials}]\n"), "[exact]", "[exact, any]", 1), "{origins: [https://mine.example], credentials: true}",
			"the case looks at credentials"),
		Entry("an origin of the standard policies", withSteps("    wire: {headers: [\"Origin: https://app.example\"]}\n    answer: [{status: not 5xx}]\n"), mine,
			"the case names https://app.example, which the policy does not"),
		Entry("a denial of what it allows", withSteps("    wire: {headers: [\"Origin: https://evil.test\"]}\n    answer: [{denies: https://evil.test}]\n"), "{origins: [https://evil.test]}",
			"the case demands: denies https://evil.test; the policy does not surely mean that"),
		Entry("a denial that is left to the framework", withSteps("    wire: {}\n    answer: [{denies: https://a.b.mine.example}]\n"), "{origin_patterns: ['https://*.mine.example'], framework_wildcards: true}",
			"the policy does not surely mean that"),
		Entry("an outcome that it does not mean", withSteps("    request: {origin: https://evil.test}\n    expect: {outcome: blocked}\n"), "{origins: [https://evil.test]}",
			"the case expects that the request is blocked, which the policy does not surely mean"),
	)

	It("keeps what looks at an aspect in which it is like a standard policy of the case", func() {
		check := underDeclared(withSteps("    wire: {}\n    answer: [{lists: {name: Vary, values: [Origin]}}]\n"), several)
		Expect(check.NotApplicable).To(BeEmpty())
	})
})

var _ = Describe("The embedded table under a declared policy", func() {
	DescribeTable("has checks that apply without the contract", func(text string) {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		n := 0
		for _, c := range table.Expand([]cases.Policy{*policy(text)}, true, env) {
			if len(c.Needs) == 0 && c.NotApplicable == "" {
				n++
			}
		}
		GinkgoWriter.Println(n, "of", len(table.Cases), "cases apply")
		Expect(n).To(BeNumerically(">", 20))
	},
		Entry("one origin", "origins: [https://mine.example]"),
		Entry("two origins, credentials", "{origins: [https://mine.example, https://b.mine.example], credentials: true, methods: [PUT], request_headers: [X-Mine, Content-Type], expose_headers: [X-Out], max_age: 60}"),
		Entry("any origin", "{origins: ['*'], methods: [PUT], max_age: 60}"),
	)
})

var _ = Describe("what a case looks at", func() {
	table := func(step string) *cases.Table {
		GinkgoHelper()
		t, err := cases.Load(cases.Source{Label: "looks", FS: fstest.MapFS{"looks.yaml": {Data: []byte("group: looks\ndoc: One case.\ncases:\n" +
			"  - {id: looks-one, title: It holds, why: It must., fix: Do it., level: must, spec: [fetch#concept-cors-check], policies: [exact], steps: [" + step + "]}\n")}}})
		Expect(err).NotTo(HaveOccurred())
		return t
	}
	applies := func(step string, p cases.Policy) bool {
		GinkgoHelper()
		for _, c := range table(step).Expand([]cases.Policy{p}, true, cases.Env{Target: "http://127.0.0.1:1"}) {
			if c.Case.ID == "looks-one" {
				return c.NotApplicable == ""
			}
		}
		return false
	}
	several := []string{"https://app.example", "https://b.example"}
	get := `wire: {headers: ["Origin: {{allowed}}"]}, answer: [{shares: "{{allowed}}"}]`

	It("is in its fields, not in the names of its steps", func() {
		Expect(applies("{name: after, "+get+"}", cases.Policy{Name: "p", Origins: several})).To(BeTrue(), "a step that is called after says nothing of max-age")
		Expect(applies("{name: one, after: 1ms, "+get+"}", cases.Policy{Name: "p", Origins: several})).To(BeFalse(), "one that lets time pass does")
	})
})
