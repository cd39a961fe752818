package cases_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

func replaceOnce(s, old, new string) string {
	GinkgoHelper()
	Expect(s).To(ContainSubstring(old))
	return strings.Replace(s, old, new, 1)
}

var _ = Describe("A policy file", func() {
	It("holds one policy, called declared unless it has a name", func() {
		p, err := cases.LoadPolicy(fstest.MapFS{"p.yaml": {Data: []byte("origins: [https://a.example]\nmax_age: 0\n")}}, "p.yaml")
		Expect(err).NotTo(HaveOccurred())
		zero := 0
		Expect(p).To(Equal(cases.Policy{Name: "declared", Origins: []string{"https://a.example"}, MaxAge: &zero}))
	})

	It("must be there", func() {
		_, err := cases.LoadPolicy(fstest.MapFS{}, "p.yaml")
		Expect(err).To(MatchError(fs.ErrNotExist))
		Expect(err).To(MatchError(HavePrefix("read the policy file p.yaml: ")))
	})

	DescribeTable("gives the place of each mistake", func(text string, messages ...string) {
		_, err := cases.ParsePolicy("p.yaml", []byte(text))
		var problems cases.Problems
		Expect(errors.As(err, &problems)).To(BeTrue())
		Expect(err.Error()).To(Equal(strings.Join(messages, "\n")))
	},
		Entry("an unknown key", "origin: [https://a.example]",
			`p.yaml:1: unknown key "origin", did you mean "origins"?; expected one of credentials, doc, expose_headers, framework_wildcards, max_age, methods, name, opt_in, origin_func, origin_patterns, origin_regexes, origins, path, private_network, request_headers, timing_origins, unsafe, zero_config`),
		Entry("a string for a list", "origins: https://a.example", `p.yaml:1: origins is "https://a.example"; expected a list`),
		Entry("a trailing slash", "origins:\n  - https://a.example/",
			`p.yaml:2: declared: origins[0]: "https://a.example/" is not a serialised origin: its serialisation is "https://a.example"; expected a serialised origin, byte for byte as browsers send it (scheme://host[:port]), null, or * alone`),
		Entry("a default port", "origins: [https://a.example:443]",
			`p.yaml:1: declared: origins[0]: "https://a.example:443" is not a serialised origin: its serialisation is "https://a.example"; expected a serialised origin, byte for byte as browsers send it (scheme://host[:port]), null, or * alone`),
		Entry("upper case", "origins: [https://A.example]",
			`p.yaml:1: declared: origins[0]: "https://A.example" is not a serialised origin: its serialisation is "https://a.example"; expected a serialised origin, byte for byte as browsers send it (scheme://host[:port]), null, or * alone`),
		Entry("* beside others", "origins: ['*', https://a.example]",
			`p.yaml:1: declared: origins[0]: * is listed beside other origins; expected * alone, or a list without it`),
		Entry("an origin twice", "origins: [https://a.example, https://a.example]",
			`p.yaml:1: declared: origins[1]: "https://a.example" appears twice; expected each origin once`),
		Entry("a pattern in the middle", "origin_patterns: ['https://a.*.example']",
			`p.yaml:1: declared: origin_patterns[0]: "https://a.*.example" has no wildcard; expected scheme://*.domain[:port], or scheme://host:* for any port`),
		Entry("anchors in an expression", "origin_regexes: ['^https://a\\.example$']",
			`p.yaml:1: declared: origin_regexes[0]: "^https://a\\.example$" has anchors; expected the expression without them; whether the framework adds them is what the cases find out`),
		Entry("an expression that is none", "origin_regexes: ['(']",
			"p.yaml:1: declared: origin_regexes[0]: error parsing regexp: missing closing ): `(`; expected a regular expression"),
		Entry("a method that is not a token", "methods: ['P UT']", `p.yaml:1: declared: methods[0]: "P UT" is not a token; expected a method such as PUT, or *`),
		Entry("a method that no script can send", "methods: [TRACE]", `p.yaml:1: declared: methods[0]: TRACE can never be sent by a script; expected another method`),
		Entry("a method in lower case", "methods: [put]", `p.yaml:1: declared: methods[0]: browsers send PUT for put, and methods are compared byte for byte; expected PUT`),
		Entry("a header that is not a token", "request_headers: ['X-A:']", `p.yaml:1: declared: request_headers[0]: "X-A:" is not a token; expected a header name, or *`),
		Entry("two path segments", "path: a/b", `p.yaml:1: declared: path: "a/b" cannot be used in a URL as it is; expected one path segment of letters, digits and -._~+`),
		Entry("a dot segment", "path: ..", `p.yaml:1: declared: path: ".." cannot be used in a URL as it is; expected one path segment of letters, digits and -._~+`),
		Entry("* beside others for times", "timing_origins: ['*', https://a.example]",
			`p.yaml:1: declared: timing_origins[0]: * is listed beside other origins; expected * alone, or a list without it`),
		Entry("an origin for times that no browser sends", "origins: [https://a.example]\ntiming_origins:\n  - https://a.example\n  - https://a.example/",
			`p.yaml:4: declared: timing_origins[1]: "https://a.example/" is not a serialised origin: its serialisation is "https://a.example"; expected a serialised origin, byte for byte as browsers send it (scheme://host[:port]), null, or * alone`),
		Entry("two mistakes", "methods: [put]\nmax_age: -2",
			`p.yaml:1: declared: methods[0]: browsers send PUT for put, and methods are compared byte for byte; expected PUT`,
			`p.yaml:2: declared: max_age: -2 seconds; expected 0 or more seconds, or -1 for frameworks that document it`),
		Entry("zero configuration that is configured", "zero_config: true\norigins: ['*']",
			`p.yaml:1: declared: zero_config: is given beside configuration; expected nothing but name and doc`),
		Entry("a name that cannot be used in a URL", "name: a/b", `p.yaml:1: a/b: name: "a/b" cannot be used in a URL and an id; expected lower-case letters, digits and hyphens`),
		Entry("nothing", "", "p.yaml: not readable as YAML: no documents in stream"),
	)

	DescribeTable("takes origins as browsers send them", func(origin string) {
		Expect((&cases.Policy{Name: "p", Origins: []string{origin}}).Validate()).To(BeEmpty())
	},
		Entry("a host", "https://a.example"),
		Entry("a port", "http://a.example:8080"),
		Entry("the other scheme's port", "http://a.example:443"),
		Entry("an IPv4 address", "http://127.0.0.1:8080"),
		Entry("an IPv6 address", "http://[::1]:8080"),
		Entry("punycode", "https://xn--bcher-kva.example"),
		Entry("a trailing dot", "https://a.example."),
		Entry("an underscore", "https://a_b.example"),
		Entry("a scheme of its own", "chrome-extension://abcdefghijklmnop"),
		Entry("the opaque origin", "null"),
	)

	DescribeTable("refuses what browsers never send", func(origin string) {
		Expect((&cases.Policy{Name: "p", Origins: []string{origin}}).Validate()).To(HaveLen(1))
	},
		Entry("nothing", ""),
		Entry("no scheme", "a.example"),
		Entry("no host", "https://"),
		Entry("a scheme in upper case", "HTTPS://a.example"),
		Entry("a port of letters", "https://a.example:http"),
		Entry("a port that is none", "https://a.example:65536"),
		Entry("a port with a zero before", "https://a.example:0443"),
		Entry("a user", "https://u@a.example"),
		Entry("a wildcard", "https://*.a.example"),
		Entry("a short form of an IPv4 address", "http://127.1:8080"),
		Entry("a query", "https://a.example?x"),
		Entry("letters beyond ASCII", "https://bücher.example"),
		Entry("a blank", "https://a .example"),
		Entry("IPv6 in another form", "http://[0:0:0:0:0:0:0:1]"),
		Entry("half a bracket", "http://[::1"),
		Entry("NULL", "NULL"),
	)
})
