package cases_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

// matching is a policy with one pattern of origins.
func matching(pattern string) *cases.Policy {
	return &cases.Policy{Name: "p", OriginPatterns: []string{pattern}}
}

var _ = Describe("a pattern of origins", func() {
	DescribeTable("covers", func(pattern, origin string, yes, maybe bool) {
		Expect(matching(pattern).Validate()).To(BeEmpty())
		allowed, certain := matching(pattern).AllowsOrigin(origin)
		Expect([]bool{allowed, !certain}).To(Equal([]bool{yes, maybe}))
	},
		Entry("any port", "http://localhost:*", "http://localhost:3000", true, false),
		Entry("another one", "http://localhost:*", "http://localhost:65535", true, false),
		Entry("the default port, which an origin does not name", "http://localhost:*", "http://localhost", true, false),
		Entry("no port of a scheme that has none, which is left open", "app://host:*", "app://host", false, true),
		Entry("no other host", "http://localhost:*", "http://localhost.evil.test:3000", false, false),
		Entry("no subdomain", "http://localhost:*", "http://x.localhost:3000", false, false),
		Entry("no other scheme", "http://localhost:*", "https://localhost:3000", false, false),
		Entry("nothing that is not a port", "http://localhost:*", "http://localhost:3000.evil.test", false, false),
		Entry("no port that is none", "http://localhost:*", "http://localhost:", false, false),
		Entry("an IPv6 address", "http://[::1]:*", "http://[::1]:8080", true, false),
		Entry("subdomains at any port", "https://*.a.example:*", "https://x.a.example:8443", true, false),
		Entry("and not the domain", "https://*.a.example:*", "https://a.example:8443", false, false),
		Entry("two labels at any port", "https://*.a.example:*", "https://x.y.a.example:8443", true, false),
		Entry("two labels at the default one", "https://*.a.example:*", "https://x.y.a.example", true, false),
		Entry("subdomains at one port", "https://*.a.example:8443", "https://x.a.example:8443", true, false),
		Entry("and at no other", "https://*.a.example:8443", "https://x.a.example", false, false),
	)

	DescribeTable("has examples that it surely covers, and that differ", func(pattern string) {
		list := matching(pattern).AllowedOrigins()
		Expect(list).To(HaveLen(2))
		Expect(list[0]).NotTo(Equal(list[1]))
		for _, o := range list {
			allowed, certain := matching(pattern).AllowsOrigin(o)
			Expect(allowed && certain).To(BeTrue(), o)
			Expect((&cases.Policy{Name: "p", Origins: []string{o}}).Validate()).To(BeEmpty(), "it is an origin as browsers send it")
		}
	},
		Entry(nil, "http://localhost:*"), Entry(nil, "http://[::1]:*"), Entry(nil, "https://*.a.example"),
		Entry(nil, "https://*.a.example:8443"), Entry(nil, "https://*.a.example:*"), Entry(nil, "app://host:*"),
	)

	DescribeTable("is not", func(pattern string) {
		Expect(matching(pattern).Validate()).To(ConsistOf(HaveField("Field", "origin_patterns[0]")))
	},
		Entry("an origin", "https://a.example"), Entry("a wildcard in the middle", "https://a.*.example"),
		Entry("a port beside any port", "http://localhost:3000:*"), Entry("any port of any host", "http://*:*"),
		Entry("a part of a port", "http://localhost:30*"), Entry("a path", "http://localhost:*/x"), Entry("without scheme", "localhost:*"),
		Entry("subdomains of an address", "http://*.[::1]:*"), Entry("upper case", "http://LOCALHOST:*"), Entry("nothing", ""),
	)
})
