package cases_test

import (
	"fmt"
	"strings"
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

// templatePolicies are the policies of the tests of templates.
const templatePolicies = `policies:
  - {name: exact, origins: [https://app.example, "https://admin.example:8443", "null"], methods: [GET, PATCH, PUT, DELETE], request_headers: [Authorization, Content-Type, X-A, X-Custom, Accept], expose_headers: [X-Resp, X-Other], max_age: 600}
  - {name: any, origins: ["*"], methods: ["*"], request_headers: ["*"], expose_headers: ["*"]}
  - {name: pattern, origin_patterns: ["https://*.apps.example"]}
  - {name: regex, origin_regexes: ['https://[a-z]+\.apps\.example(:[0-9]{4})?']}
  - {name: callback, origin_func: {allow: https://app.example, throw: https://throw.example}}
  - {name: evil, origins: [https://evil.test, https://b.test, https://c.test], methods: [PURGE], request_headers: [x-evil]}
  - {name: default, zero_config: true}
`

// value expands a template under a policy: its value, or why the case does not apply.
func value(template, policy string, env cases.Env) string {
	GinkgoHelper()
	text := strings.Replace(oneCase, wireLine, fmt.Sprintf("    wire: {body: %q}\n", template), 1)
	text = strings.Replace(text, answerLine, "    answer: [{status: not 5xx}]\n", 1)
	text = strings.Replace(text, "[exact]", "[exact, any, pattern, regex, callback, evil, default]", 1)
	table, err := cases.LoadDir(fstest.MapFS{
		"policies.yaml": {Data: []byte(templatePolicies)},
		"sample.yaml":   {Data: []byte(text)},
	}, ".")
	Expect(err).NotTo(HaveOccurred())
	for _, check := range table.Expand(table.Policies, false, env) {
		if check.Policy.Name == policy {
			if check.NotApplicable != "" {
				return "no value: " + check.NotApplicable
			}
			return check.Steps[0].Wire.Body
		}
	}
	Fail("no check for the policy " + policy)
	return ""
}

var _ = Describe("Templates", func() {
	env := cases.Env{Target: "http://127.0.0.1:8080", Nonce: func() string { return "n0nce" }}

	DescribeTable("take their values from the policy", func(template, policy, want string) {
		Expect(value(template, policy, env)).To(Equal(want))
	},
		Entry("text as it stands", "GET {x}", "exact", "GET {x}"),
		Entry("the policy's name", "{{policy}}", "exact", "exact"),
		Entry("the first origin", "{{allowed}}", "exact", "https://app.example"),
		Entry("the second origin", "{{allowed 2}}", "exact", "https://admin.example:8443"),
		Entry("never null", "{{allowed 3}}", "exact", "no value: {{allowed}} has no value under the policy exact: it has 2 origins to grant"),
		Entry("any origin", "{{allowed}} {{allowed 2}}", "any", "https://whatever.test https://other.test"),
		Entry("a subdomain", "{{allowed}} {{allowed 2}}", "pattern", "https://x.apps.example https://y.apps.example"),
		Entry("what an expression matches", "{{allowed}} {{allowed 2}}", "regex", "https://x.apps.example https://y.apps.example"),
		Entry("what the callback allows", "{{allowed}}", "callback", "https://app.example"),
		Entry("nothing is known of zero configuration", "{{allowed}}", "default", "no value: {{allowed}} has no value under the policy default: it has 0 origins to grant"),
		Entry("the domain of a wildcard", `{{wild ""}} {{wild "a.b."}} {{wild "evil"}}`, "pattern", "https://apps.example https://a.b.apps.example https://evilapps.example"),
		Entry("the domain of an expression", `{{wild ""}}`, "regex", "https://apps.example"),
		Entry("no wildcard", `{{wild "x."}}`, "exact", `no value: {{wild}} has no value under the policy exact: its origins are not the subdomains of a domain`),
		Entry("an origin to deny", "{{denied}}", "exact", "https://evil.test"),
		Entry("another one", "{{denied 2}}", "exact", "https://evil2.test"),
		Entry("one that the policy does not allow", "{{denied}}", "evil", "https://evil2.test"),
		Entry("none to deny", "{{denied}}", "any", "no value: {{denied}} has no value under the policy any: it has 0 origins to deny"),
		Entry("null where it is allowed", "{{nullOrigin}}", "exact", "null"),
		Entry("null where it is not", "{{nullOrigin}}", "pattern", "no value: {{nullOrigin}} has no value under the policy pattern: it does not allow the origin null"),

		Entry("PUT first", "{{method}} {{method 2}}", "exact", "PUT PATCH"),
		Entry("all methods that need permission", `{{join methods ","}}`, "exact", "PATCH,PUT,DELETE"),
		Entry("any method", "{{method}}", "any", "PUT"),
		Entry("no method", "{{method}}", "pattern", "no value: {{method}} has no value under the policy pattern: it has 0 methods that need permission"),
		Entry("a method that is stated", "{{methodStated}}", "exact", "GET"),
		Entry("of any", "{{methodStated}}", "any", "GET"),
		Entry("the only one", "{{methodStated}}", "evil", "PURGE"),
		Entry("of none", "{{methodStated}}", "pattern", "GET"),
		Entry("a method to deny", "{{methodDenied}}", "exact", "PURGE"),
		Entry("another one", "{{methodDenied}}", "evil", "REPORT"),
		Entry("none to deny", "{{methodDenied}}", "any", "no value: {{methodDenied}} has no value under the policy any: it allows every method"),
		Entry("X-Custom first", "{{header}} {{header 2}}", "exact", "X-Custom X-A"),
		Entry("all headers that need permission", `{{join headers ","}}`, "exact", "authorization,content-type,x-a,x-custom"),
		Entry("one of them", "{{index headers 2}} {{index methods 0}}", "exact", "x-a PATCH"),
		Entry("one too many", "{{index methods 1}}", "evil", "no value: {{index}} has no value under the policy evil: its list has 1 elements, none at 1"),
		Entry("a header to deny", "{{headerDenied}}", "exact", "X-Evil"),
		Entry("another one", "{{headerDenied}}", "evil", "X-Evil-2"),
		Entry("an exposed header", "{{expose}} {{expose 2}}", "exact", "X-Resp X-Other"),
		Entry("of all headers", "{{expose}}", "any", "X-Resp"),
		Entry("the max-age", "{{maxAge}}", "exact", "600"),
		Entry("no max-age", "{{maxAge}}", "any", "no value: {{maxAge}} has no value under the policy any: it sets no max-age"),

		Entry("an origin of the case's own, allowed", `{{allowedOrigin "https://app.example"}}`, "exact", "https://app.example"),
		Entry("and not", `{{allowedOrigin "https://b.example"}}`, "exact", `no value: {{allowedOrigin "https://b.example"}} has no value under the policy exact: it does not surely allow that origin`),
		Entry("an uncertain one is not surely denied", `{{deniedOrigin "https://a.b.apps.example"}}`, "pattern", `no value: {{deniedOrigin "https://a.b.apps.example"}} has no value under the policy pattern: it does not surely deny that origin`),
		Entry("a header of the case's own", `{{allowedHeader "x-custom"}}`, "exact", "x-custom"),
		Entry("a method of the case's own", `{{deniedMethod "PURGE"}}`, "exact", "PURGE"),

		Entry("the target", "{{target}} {{targetHost}}", "exact", "http://127.0.0.1:8080 127.0.0.1:8080"),
		Entry("a path of the policy", `{{path "/ok"}}`, "exact", "/exact/ok"),
		Entry("components of an origin", `{{scheme (allowed 2)}} {{host (allowed 2)}} {{port (allowed 2)}} {{hostport (allowed 2)}}`, "exact", "https admin.example 8443 admin.example:8443"),
		Entry("the default port", `{{port (allowed)}} {{hostport (allowed)}}`, "exact", "443 app.example"),
		Entry("functions of strings", `{{upper "a"}}{{lower "B"}}{{rep "x" 3}}{{quote "a.b"}}{{replace "." "z" "a.b.c"}}`, "exact", `Abxxxa\.bazbzc`),
		Entry("the nonce", "{{nonce}}", "exact", "n0nce"),
	)

	DescribeTable("know origins that differ from the target in one component", func(target, scheme, port, host string) {
		got := value("{{otherScheme}} {{otherPort}} {{otherHost}}", "exact", cases.Env{Target: target})
		Expect(got).To(Equal(scheme + " " + port + " " + host))
	},
		Entry("an address", "http://127.0.0.1:8080", "https://127.0.0.1:8080", "http://127.0.0.1:8081", "http://other.test:8080"),
		Entry("an IPv6 address", "http://[::1]:8080", "https://[::1]:8080", "http://[::1]:8081", "http://other.test:8080"),
		Entry("a name and the default port", "https://api.example", "http://api.example:443", "https://api.example:444", "https://other.api.example"),
		Entry("the last port", "http://localhost:65535", "https://localhost:65535", "http://localhost:65534", "http://other.localhost:65535"),
	)

	It("have no target to speak of when there is none", func() {
		Expect(value("{{target}}", "exact", cases.Env{})).To(HavePrefix("no value: {{target}} has no value under the policy exact"))
	})

	It("do not fill the memory", func() {
		_, err := loadGroup(strings.Replace(oneCase, wireLine, "    wire: {body: '{{rep \"x\" 999999999}}'}\n", 1))
		Expect(err).To(MatchError(ContainSubstring("999999999 times 1 bytes is more than")))
	})
})
