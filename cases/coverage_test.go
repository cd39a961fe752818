package cases_test

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

// words are stated things in words.
func words(list []cases.Stated) []string {
	out := []string{}
	for _, s := range list {
		out = append(out, s.String())
	}
	return out
}

var _ = Describe("What a policy states", func() {
	DescribeTable("is", func(text string, want ...string) {
		Expect(words(policy(text).Stated())).To(ConsistOf(want))
	},
		Entry("its entries", "{origins: [https://a.example, 'null'], methods: [PUT], request_headers: [X-B, X-A], expose_headers: [Link], credentials: true, max_age: 5, private_network: true}",
			"origin https://a.example", "origin null", "method PUT", "request header x-a", "request header x-b", "request headers together", "exposed header Link", "credentials", "max-age 5", "private network"),
		Entry("any", "{origins: ['*'], methods: ['*'], request_headers: ['*'], expose_headers: ['*']}", "origin *", "method *", "request header *", "exposed header *"),
		Entry("not what no script can set, or read, or needs no permission", "{origins: [https://a.example], methods: [GET, POST], request_headers: [Cookie], expose_headers: [Content-Type], max_age: 5}", "origin https://a.example"),
		Entry("a safelisted method with a header that needs permission", "{origins: [https://a.example], methods: [POST], request_headers: [X-A]}", "origin https://a.example", "method POST", "request header x-a"),
		Entry("not credentials where refusing is the best answer", "{origins: ['*'], credentials: true, unsafe: true}", "origin *"),
		Entry("wildcards and expressions with an example", `{origin_patterns: ["https://*.a.example"], origin_regexes: ['https://[a-z]+\.b\.example', '\d\b\B']}`, "origin https://*.a.example", `origin https://[a-z]+\.b\.example`),
		Entry("nothing, of zero configuration", "zero_config: true"),
		Entry("nothing, where nobody is let in", "{methods: [PUT]}"),
	)

	DescribeTable("is looked at by", func(steps, policyText string, want ...string) {
		p := policy(policyText)
		Expect(words(p.Looks(stepsUnder(steps, policyText)))).To(ConsistOf(want))
	},
		Entry("a demand to share", "    wire: {headers: [\"Origin: {{allowed}}\"]}\n    answer: [{shares: \"{{allowed}}\"}]\n", "{origins: [https://a.example, https://b.example]}", "origin https://a.example"),
		Entry("not one alternative of several", "    wire: {headers: [\"Origin: {{allowed}}\"]}\n    answer: [{any_of: [[{shares: \"{{allowed}}\"}], [{status: \"405\"}]]}]\n", "{origins: [https://a.example]}"),
		Entry("not one without credentials where they are allowed", "    wire: {headers: [\"Origin: {{allowed}}\"]}\n    answer: [{shares: \"{{allowed}}\"}]\n", "{origins: [https://a.example], credentials: true}"),
		Entry("a preflight", "    wire: {method: OPTIONS, headers: [\"Origin: {{allowed}}\", \"Access-Control-Request-Method: PUT\"]}\n    answer: [{allows: {origin: \"{{allowed}}\", method: PUT, headers: [x-a]}}]\n",
			"{origins: [https://a.example], methods: [PUT, PATCH], request_headers: [X-A, X-B]}", "origin https://a.example", "method PUT", "request header x-a"),
		Entry("not a preflight that asks for something else", "    wire: {method: OPTIONS, headers: [\"Origin: {{allowed}}\", \"Access-Control-Request-Method: GET\"]}\n    answer: [{allows: {origin: \"{{allowed}}\", method: PUT}}]\n",
			"{origins: [https://a.example], methods: [PUT]}"),
		Entry("a script", "    request: {origin: \"{{allowed}}\", method: PUT, credentials: include, headers: [\"X-A: 1\"]}\n    expect: {outcome: allowed}\n",
			"{origins: [https://a.example], methods: [PUT], request_headers: [X-A], credentials: true}", "origin https://a.example", "method PUT", "request header x-a", "credentials"),
		Entry("not a script that is to be blocked", "    request: {origin: \"{{denied}}\", method: PUT}\n    expect: {outcome: blocked}\n", "{origins: [https://a.example], methods: [PUT]}"),
	)

	DescribeTable("is looked at by the embedded table", func(text string) {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		p := policy(text)
		var looked []string
		for _, c := range table.Expand([]cases.Policy{*p}, true, env) {
			if len(c.Needs) == 0 && c.NotApplicable == "" {
				looked = append(looked, words(p.Looks(c.Steps))...)
			}
		}
		slices.Sort(looked)
		Expect(slices.Compact(looked)).To(ConsistOf(words(p.Stated())))
	},
		Entry("one origin", "origins: [https://mine.example]"),
		Entry("null alone", "{origins: ['null'], methods: [PUT], expose_headers: [Link], max_age: 5}"),
		Entry("a header and no method", "{origins: [https://mine.example], request_headers: [X-A], max_age: 0}"),
		Entry("one exposed name with credentials", "{origins: [https://mine.example], credentials: true, expose_headers: [X-Request-Id]}"),
		Entry("much", "{origins: [https://a.example, https://b.example, https://c.example, https://d.example], credentials: true, methods: [GET, HEAD, POST, PUT, PATCH, DELETE, CHICKEN], request_headers: [Accept, Content-Type, Authorization, X-A, X-B], expose_headers: [ETag, Link, X-A], max_age: -1, private_network: true, timing_origins: [https://c.example, https://page.example]}"),
		Entry("any", "{origins: ['*'], methods: ['*'], request_headers: ['*'], expose_headers: ['*'], max_age: 600, private_network: true}"),
		Entry("any with credentials", "{origins: [https://a.example], credentials: true, methods: ['*'], request_headers: ['*'], expose_headers: ['*']}"),
		Entry("wildcards", `{origin_patterns: ["https://*.a.example"], origin_regexes: ['https://[a-z]+\.b\.example'], methods: [PUT]}`),
		Entry("a function", "{origin_func: {allow: https://a.example, throw: https://b.example}, methods: [PUT], expose_headers: [Link]}"),
	)
})
