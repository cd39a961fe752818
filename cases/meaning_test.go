package cases_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// policy reads a policy from YAML.
func policy(text string) *cases.Policy {
	GinkgoHelper()
	p, err := cases.ParsePolicy("policy.yaml", []byte(text))
	Expect(err).NotTo(HaveOccurred())
	return &p
}

var _ = Describe("What a policy means", func() {
	DescribeTable("for origins", func(text, origin string, allowed, certain bool) {
		gotAllowed, gotCertain := policy(text).AllowsOrigin(origin)
		Expect([]bool{gotAllowed, gotCertain}).To(Equal([]bool{allowed, certain}))
	},
		Entry("a listed one", "origins: [https://a.example]", "https://a.example", true, true),
		Entry("byte for byte", "origins: [https://a.example]", "https://A.example", false, true),
		Entry("with its port", "origins: [https://a.example]", "https://a.example:443", false, true),
		Entry("null, listed", `origins: ["null"]`, "null", true, true),
		Entry("null, not listed", "origins: [https://a.example]", "null", false, true),
		Entry("any", `origins: ["*"]`, "https://a.example", true, true),
		Entry("any, null too", `origins: ["*"]`, "null", true, true),
		Entry("any, but what is not an origin", `origins: ["*"]`, "https://a.example, https://b.example", true, false),
		Entry("a subdomain", `origin_patterns: ["https://*.a.example"]`, "https://x.a.example", true, true),
		Entry("a deeper subdomain", `origin_patterns: ["https://*.a.example"]`, "https://x.y.a.example", true, true),
		Entry("one with an empty label is left open", `origin_patterns: ["https://*.a.example"]`, "https://..a.example", false, false),
		Entry("a deeper subdomain is left to the framework's own wildcard", `{origin_patterns: ["https://*.a.example"], framework_wildcards: true}`, "https://x.y.a.example", false, false),
		Entry("not the domain itself", `origin_patterns: ["https://*.a.example"]`, "https://a.example", false, true),
		Entry("not an empty label", `origin_patterns: ["https://*.a.example"]`, "https://.a.example", false, true),
		Entry("not another scheme", `origin_patterns: ["https://*.a.example"]`, "http://x.a.example", false, true),
		Entry("not another port", `origin_patterns: ["https://*.a.example"]`, "https://x.a.example:444", false, true),
		Entry("not a path that ends so", `origin_patterns: ["https://*.a.example"]`, "https://evil.test/.a.example", false, true),
		Entry("an expression, as a whole", `origin_regexes: ['https://[a-z]+\.a\.example']`, "https://x.a.example", true, true),
		Entry("not a part of one", `origin_regexes: ['https://[a-z]+\.a\.example']`, "https://x.a.example.evil.test", false, true),
		Entry("what the callback allows", "origin_func: {allow: https://a.example, throw: https://t.example}", "https://a.example", true, true),
		Entry("not what it throws for", "origin_func: {allow: https://a.example, throw: https://t.example}", "https://t.example", false, true),
		Entry("nothing is known of zero configuration", "zero_config: true", "https://a.example", false, false),
	)

	DescribeTable("for methods", func(text, method string, want bool) {
		Expect(policy(text).AllowsMethod(method)).To(Equal(want))
	},
		Entry("a listed one", "methods: [PUT]", "PUT", true),
		Entry("byte for byte", "methods: [PATCH]", "patch", false),
		Entry("a safelisted one needs no listing", "methods: [PUT]", "POST", true),
		Entry("one that is not listed", "methods: [PUT]", "DELETE", false),
		Entry("any", `methods: ["*"]`, "CHICKEN", true),
	)

	DescribeTable("for request headers", func(text, name string, want bool) {
		Expect(policy(text).AllowsHeader(name)).To(Equal(want))
	},
		Entry("a listed one", "request_headers: [X-Custom]", "x-custom", true),
		Entry("one that is not listed", "request_headers: [X-Custom]", "x-evil", false),
		Entry("any", `request_headers: ["*"]`, "x-evil", true),
	)

	DescribeTable("for whole requests", func(text string, r cases.Request, result spec.Result, reason spec.Reason, certain bool) {
		r.API = "fetch"
		got := policy(text).Intends(&r, "http://127.0.0.1:8080/ok")
		Expect(got.Certain).To(Equal(certain))
		if certain {
			Expect(got.Outcome.Result).To(Equal(result))
			Expect(got.Outcome.Reason).To(Equal(reason))
		}
	},
		Entry("an allowed origin reads", "origins: [https://a.example]", cases.Request{Origin: "https://a.example"}, spec.Allowed, spec.Reason(""), true),
		Entry("another does not", "origins: [https://a.example]", cases.Request{Origin: "https://b.example"}, spec.Blocked, spec.ReasonMissingAllowOriginHeader, true),
		Entry("nor with credentials, where they are not allowed", "origins: [https://a.example]", cases.Request{Origin: "https://a.example", Credentials: "include"}, spec.Blocked, spec.ReasonInvalidAllowCredentials, true),
		Entry("with credentials, where they are", "{origins: [https://a.example], credentials: true}", cases.Request{Origin: "https://a.example", Credentials: "include"}, spec.Allowed, spec.Reason(""), true),
		Entry("a listed method", "{origins: [https://a.example], methods: [PUT]}", cases.Request{Origin: "https://a.example", Method: "PUT"}, spec.Allowed, spec.Reason(""), true),
		Entry("another method", "{origins: [https://a.example], methods: [PUT]}", cases.Request{Origin: "https://a.example", Method: "DELETE"}, spec.Blocked, spec.ReasonMethodDisallowedByPreflightResponse, true),
		Entry("a header that is not listed", "{origins: [https://a.example]}", cases.Request{Origin: "https://a.example", Headers: []string{"X-A: 1"}}, spec.Blocked, spec.ReasonHeaderDisallowedByPreflightResponse, true),
		Entry("any header", `{origins: [https://a.example], request_headers: ["*"]}`, cases.Request{Origin: "https://a.example", Headers: []string{"X-A: 1"}}, spec.Allowed, spec.Reason(""), true),
		Entry("any header and Authorization: a list grants it, * does not", `{origins: [https://a.example], request_headers: ["*"]}`, cases.Request{Origin: "https://a.example", Headers: []string{"Authorization: x"}}, spec.Allowed, spec.Reason(""), false),
		Entry("any origin with credentials: refusing is as good", `{origins: ["*"], credentials: true, unsafe: true}`, cases.Request{Origin: "https://a.example", Credentials: "include"}, spec.Allowed, spec.Reason(""), false),
		Entry("the target's own page needs no CORS", "origins: [https://a.example]", cases.Request{Origin: "http://127.0.0.1:8080", Method: "DELETE"}, spec.Allowed, spec.Reason(""), true),
		Entry("no-cors reads nothing but is not blocked", "origins: [https://a.example]", cases.Request{Origin: "https://b.example", Mode: "no-cors"}, spec.Allowed, spec.Reason(""), true),
		Entry("what the constructor refuses", "origins: [https://a.example]", cases.Request{Origin: "https://a.example", Method: "TRACE"}, spec.TypeError, spec.Reason(""), true),
		Entry("zero configuration", "zero_config: true", cases.Request{Origin: "https://a.example"}, spec.Blocked, spec.Reason(""), false),
	)
})

var _ = Describe("A predicate", func() {
	DescribeTable("must not demand what the policy does not mean", func(policies, predicate string, ok bool) {
		text := withSteps("    wire: {}\n    answer: [" + predicate + "]\n")
		text = replaceOnce(text, "[exact]", policies)
		_, err := loadGroup(text)
		if ok {
			Expect(err).NotTo(HaveOccurred())
		} else {
			Expect(err).To(MatchError(ContainSubstring("sample.yaml:11: sample-get: answer[0] demands: ")))
		}
	},
		Entry("sharing with a listed origin", "[exact]", "{shares: https://app.example}", true),
		Entry("sharing with another", "[exact]", "{shares: https://evil.test}", false),
		Entry("denying a listed one", "[exact]", "{denies: https://app.example}", false),
		Entry("denying another", "[exact]", "{denies: https://evil.test}", true),
		Entry("denying any", "[any]", "{denies: https://evil.test}", false),
		Entry("credentials where they are not allowed", "[exact]", "{shares_with_credentials: https://app.example}", false),
		Entry("no credentials where they are not allowed", "[any]", "{denies_with_credentials: https://app.example}", true),
		Entry("credentials where they are", "[creds]", "{shares_with_credentials: https://app.example}", true),
		Entry("a listed method", "[exact]", "{allows: {origin: https://app.example, method: PUT}}", true),
		Entry("a method that is not", "[exact]", "{allows: {origin: https://app.example, method: DELETE}}", false),
		Entry("refusing it", "[exact]", "{refuses: {origin: https://app.example, method: DELETE}}", true),
		Entry("refusing a listed one", "[exact]", "{refuses: {origin: https://app.example, method: PUT}}", false),
		Entry("refusing a header that is not listed", "[exact]", "{refuses: {origin: https://app.example, method: PUT, headers: [x-evil]}}", true),
		Entry("alternatives are left alone", "[exact]", "{any_of: [[{shares: https://evil.test}], [{status: 403}]]}", true),
	)

	It("may demand it with a reason", func() {
		text := withSteps("    intent: 'skip: the application adds a grant of its own'\n    wire: {}\n    answer: [{shares: https://evil.test}]\n")
		_, err := loadGroup(text)
		Expect(err).NotTo(HaveOccurred())
	})
})
