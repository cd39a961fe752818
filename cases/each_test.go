package cases_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

// underLists is a case with these steps that is written for a policy with an entry in each list.
func underLists(steps string) string {
	return strings.Replace(withSteps(steps), "[exact]", "[exact, lists]", 1) + "    intent: \"skip: it is checked against declared policies\"\n"
}

// stepsUnder are the expanded steps of a case under a declared policy.
func stepsUnder(steps, policyText string) []cases.Step {
	GinkgoHelper()
	check := underDeclared(underLists(steps), policyText)
	Expect(check.NotApplicable).To(BeEmpty())
	return check.Steps
}

// lines are the last header lines of raw steps.
func lastLines(steps []cases.Step) (list []string) {
	for _, s := range steps {
		list = append(list, s.Name+"|"+s.Wire.Headers[len(s.Wire.Headers)-1])
	}
	return list
}

var _ = Describe("A step with each", func() {
	const status = "    answer: [{status: not 5xx}]\n"
	DescribeTable("is repeated for every entry, which its name ends with", func(each, policyText string, want ...string) {
		steps := stepsUnder("    each: "+each+"\n    wire: {headers: [\"X: {{entry}}\"]}\n"+status, policyText)
		Expect(lastLines(steps)).To(Equal(want))
	},
		Entry("origins", "origins", "{origins: [https://a.example, 'null', https://b.example]}", "https://a.example|X: https://a.example", "https://b.example|X: https://b.example", "null|X: null"),
		Entry("any origin", "origins", "{origins: ['*']}", "https://whatever.test|X: https://whatever.test", "https://other.test|X: https://other.test"),
		Entry("wildcards", "origins", "{origin_patterns: ['https://*.a.example']}", "https://x.a.example|X: https://x.a.example", "https://y.a.example|X: https://y.a.example", "https://a.b.a.example|X: https://a.b.a.example"),
		Entry("any port", "origins", "{origin_patterns: ['http://localhost:*']}", "http://localhost:3000|X: http://localhost:3000", "http://localhost:8080|X: http://localhost:8080",
			"http://localhost|X: http://localhost", "http://localhost:8|X: http://localhost:8", "http://localhost:65535|X: http://localhost:65535"),
		Entry("the framework's own wildcard, as far as it is sure", "origins", "{origin_patterns: ['http://localhost:*', 'https://*.a.example'], framework_wildcards: true}", "http://localhost:3000|X: http://localhost:3000", "http://localhost:8080|X: http://localhost:8080",
			"https://x.a.example|X: https://x.a.example", "https://y.a.example|X: https://y.a.example", "http://localhost:8|X: http://localhost:8", "http://localhost:65535|X: http://localhost:65535"),
		Entry("methods, the safelisted ones too", "methods", "{origins: ['*'], methods: [GET, PUT, CHICKEN]}", "GET|X: GET", "PUT|X: PUT", "CHICKEN|X: CHICKEN"),
		Entry("request headers, in lower case and sorted, but none that a script cannot set", "request_headers", "{origins: ['*'], request_headers: [X-B, Cookie, Accept, x-a]}", "accept|X: accept", "x-a|X: x-a", "x-b|X: x-b"),
		Entry("exposed names, but none that is always readable or never", "exposed", "{origins: ['*'], expose_headers: [ETag, Content-Type, Set-Cookie, Link]}", "ETag|X: ETag", "Link|X: Link"),
	)

	It("of a script leaves out what needs no permission, and User-Agent", func() {
		steps := stepsUnder("    each: request_headers\n    request: {origin: \"{{allowed}}\", headers: [\"{{entry}}: {{sample entry}}\"]}\n    expect: {outcome: allowed}\n",
			"{origins: [https://a.example], request_headers: [Accept, User-Agent, Content-Type, X-B]}")
		Expect([][]string{steps[0].Request.Headers, steps[1].Request.Headers}).To(Equal([][]string{{"content-type: application/json"}, {"x-b: 1"}}))
		Expect(steps).To(HaveLen(2))
	})

	It("leaves out the entries for which a template has no value", func() {
		steps := stepsUnder("    each: methods\n    wire: {headers: [\"X: {{preflighted entry}}\"]}\n"+status, "{origins: ['*'], methods: [GET, PUT, POST, PATCH]}")
		Expect(lastLines(steps)).To(Equal([]string{"PUT|X: PUT", "PATCH|X: PATCH"}))
	})

	It("does not apply where the list is empty, or no entry is left", func() {
		const each = "    each: methods\n    wire: {headers: [\"X: {{preflighted entry}}\"]}\n" + status
		Expect(underDeclared(withSteps(each), "{origins: ['*']}").NotApplicable).To(ContainSubstring("it states none"))
		Expect(underDeclared(withSteps(each), "{origins: ['*'], methods: [GET]}").NotApplicable).To(ContainSubstring("no preflight is needed for it"))
	})
})

var _ = Describe("Templates that give several elements", func() {
	const two = "{origins: [https://a.example], request_headers: [X-B, X-A]}"
	It("make several lines, and none", func() {
		const request = "    request: {origin: \"{{allowed}}\", headers: [\"{{range headers}}{{.}}: 1\\n{{end}}\"]}\n    expect: {outcome: allowed}\n"
		Expect(stepsUnder(request, two)[0].Request.Headers).To(Equal([]string{"x-a: 1", "x-b: 1"}))
		Expect(stepsUnder(request, "{origins: [https://a.example]}")[0].Request.Headers).To(BeEmpty())
	})
	It("make several headers of a grant, and none", func() {
		const wire = "    wire: {method: OPTIONS}\n    answer: [{allows: {origin: \"{{allowed}}\", method: GET, headers: ['{{join requestHeaders \",\"}}']}}]\n"
		Expect(stepsUnder(wire, two)[0].Answer[0].Allows.Headers).To(Equal([]string{"x-a", "x-b"}))
		Expect(stepsUnder(wire, "{origins: [https://a.example]}")[0].Answer[0].Allows.Headers).To(BeEmpty())
	})
	It("credentials: stated is what the policy allows", func() {
		const request = "    request: {origin: \"{{allowed}}\", credentials: stated}\n    expect: {outcome: allowed}\n"
		Expect(stepsUnder(request, two)[0].Request.Credentials).To(Equal("same-origin"))
		Expect(stepsUnder(request, "{origins: [https://a.example], credentials: true}")[0].Request.Credentials).To(Equal("include"))
	})
})
