package cases_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

var _ = Describe("A standard policy with values of the framework's own", func() {
	// said is the one check of a case under the policy exact, as a framework says it.
	said := func(caseText string, fix func(p *cases.Policy)) cases.Check {
		GinkgoHelper()
		table := mustLoad(caseText)
		p := *table.Policy("exact")
		fix(&p)
		return table.Expand([]cases.Policy{p}, false, env)[0]
	}
	anyHeader := func(p *cases.Policy) { p.RequestHeaders = []string{"*"} }
	anyMethod := func(p *cases.Policy) { p.Methods = []string{"*"} }
	putAlone := func(p *cases.Policy) { p.Methods = []string{"PUT"} } // of GET, POST, PUT
	const getPreflight = "    wire: {}\n    answer: [{allows: {origin: https://app.example, method: GET, headers: [X-Custom]}}]\n"
	aged := func(p *cases.Policy) { p.MaxAge = new(int) }

	DescribeTable("keeps what holds for them too", func(text string, fix func(p *cases.Policy)) {
		check := said(withSteps(text), fix)
		Expect(check.NotApplicable).To(BeEmpty())
		Expect(check.Unsaid).To(BeEmpty())
		Expect(check.Steps).NotTo(BeEmpty())
	},
		Entry("origins", "    wire: {headers: [\"Origin: https://evil.test\"]}\n    answer: [{denies: https://evil.test}]\n", anyHeader),
		Entry("Vary", "    wire: {headers: [\"Origin: {{allowed}}\"]}\n    answer: [{lists: {name: Vary, values: [Origin]}}]\n", anyMethod),
		Entry("a header that was listed", "    wire: {}\n    answer: [{allows: {origin: https://app.example, method: GET, headers: [X-Custom]}}]\n", anyHeader),
		Entry("another field of the answer", "    wire: {}\n    answer: [{matches: {name: Access-Control-Allow-Methods, value: PUT}}]\n", anyHeader),
		Entry("what the policy does not say", "    wire: {}\n    answer: [{status: not 5xx}]\n", aged),
	)

	DescribeTable("leaves out what does not", func(text string, fix func(p *cases.Policy), why, field string) {
		check := said(text, fix)
		Expect(check.NotApplicable).To(ContainSubstring(why))
		Expect(check.Unsaid).To(Equal([]string{field}))
		Expect(check.Steps).To(BeNil())
	},
		Entry("by when", strings.Replace(oneCase, "[exact]", "[exact]\n    when: {any_headers: false}", 1), anyHeader,
			"the case is for policies with any_headers false", "request_headers"),
		Entry("a field that the case looks at", withSteps("    wire: {}\n    answer: [{matches: {name: Access-Control-Allow-Headers, value: x}}]\n"), anyHeader,
			"the case looks at request headers", "request_headers"),
		Entry("a template without a value", withSteps("    wire: {method: \"{{methodDenied}}\"}\n    answer: [{status: not 5xx}]\n"), anyMethod,
			"{{methodDenied}} has no value", "methods"),
		Entry("a name that is lost", withSteps("    wire: {path: /ok?x-custom}\n    answer: [{status: not 5xx}]\n"), func(p *cases.Policy) { p.RequestHeaders = nil },
			"the case names X-Custom", "request_headers"),
		Entry("a demand", withSteps("    wire: {}\n    answer: [{refuses: {origin: https://app.example, method: GET, headers: [x-evil]}}]\n"), anyHeader,
			"the case demands: refuses", "request_headers"),
		Entry("a demand under a condition", withSteps("    wire: {}\n    answer: [{any_of: [[{status: 403}], [{refuses: {origin: https://app.example, method: PURGE}}]]}]\n"), anyMethod,
			"the case demands: refuses", "methods"),
		Entry("a preflight for GET, which may be refused where it is not listed", withSteps(getPreflight), putAlone,
			"the case demands: allows GET from https://app.example with X-Custom", "methods"),
		Entry("a script's GET that is preflighted", withSteps("    request: {origin: https://app.example, headers: [\"X-Custom: 1\"]}\n    expect: {outcome: allowed}\n"), putAlone,
			"the case expects that the request is allowed", "methods"),
		Entry("a beacon that is preflighted", withSteps("    request: {api: beacon, origin: https://app.example, method: POST, body: {text: \"{}\", kind: blob, type: application/json}}\n    expect: {outcome: blocked}\n"), putAlone,
			"the case expects that the request is blocked", "methods"),
		Entry("an outcome", withSteps("    request: {origin: https://app.example, method: PURGE}\n    expect: {outcome: blocked}\n"), anyMethod,
			"the case expects that the request is blocked", "methods"),
		Entry("a header that nobody sends", strings.Replace(withSteps("    request: {origin: https://app.example}\n    expect: {outcome: allowed, readable: [Content-Type]}\n"), "[exact]", "[exact, lists]", 1),
			func(p *cases.Policy) { p.ExposeHeaders = []string{"X-Mine"} }, "sends no X-Mine", "expose_headers"),
	)

	It("is asked for a preflight for GET in practice, whatever is listed", func() {
		check := said(strings.Replace(withSteps(getPreflight), "level: must", "level: practice", 1), putAlone)
		Expect(check.NotApplicable).To(BeEmpty())
		Expect(check.Steps).NotTo(BeEmpty())
	})

	It("is told as not applicable where the standard policy is not either", func() {
		text := strings.Replace(withSteps("    wire: {headers: [\"X: {{expose}}\"]}\n    answer: [{status: not 5xx}]\n"), "[exact]", "[exact, lists]", 1)
		check := said(text, anyHeader)
		Expect(check.NotApplicable).To(ContainSubstring("{{expose}} has no value"))
		Expect(check.Unsaid).To(BeEmpty())
	})

	It("has lost its point with the field in which it differs from the plain one", func() {
		plain, bare := policy("{origins: [https://a.example], methods: [PUT], request_headers: [X-A]}"), policy("{origins: [https://a.example], request_headers: [x-a]}")
		said := *bare
		said.RequestHeaders = []string{"*"}
		Expect(bare.Point(&said, plain)).To(BeEmpty(), "names have no case")
		said.Methods = []string{"*"}
		Expect(bare.Point(&said, plain)).To(Equal("methods"))
		Expect(bare.Replaced(&said)).To(Equal([]string{"methods", "request_headers"}))
		Expect(plain.Point(&said, plain)).To(BeEmpty(), "the plain one is there for nothing else")
	})
})
