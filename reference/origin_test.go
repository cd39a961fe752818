package reference_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// grants reports whether a policy of the standard set grants an origin.
func grants(policy, origin string) bool {
	resp := ask(standard()[policy], &spy{}, "GET", lines("Origin: "+origin))
	return resp.Header.Get("Access-Control-Allow-Origin") == origin
}

var _ = Describe("the origins of a policy", func() {
	DescribeTable("include",
		func(policy, origin string) { Expect(grants(policy, origin)).To(BeTrue()) },
		Entry("an exact one", "exact", "https://app.example"),
		Entry("an IDNA one", "hosts", "https://xn--bcher-kva.example"),
		Entry("an IPv4 one", "hosts", "http://127.0.0.1:8080"),
		Entry("an IPv6 one", "hosts", "http://[::1]:8080"),
		Entry("a custom scheme", "custom-scheme", "capacitor://localhost"),
		Entry("one label before a pattern", "pattern", "https://x.apps.example"),
		Entry("two labels before a pattern", "pattern", "https://x.y.apps.example"),
		Entry("an underscore before a pattern", "pattern", "https://a_b.apps.example"),
		Entry("a match of the whole expression", "regex", "https://x.apps.example"),
		Entry("what the callback allows", "callback", "https://app.example"),
	)

	DescribeTable("do not include",
		func(policy, origin string) { Expect(grants(policy, origin)).To(BeFalse()) },
		Entry("a suffix domain", "exact", "https://app.example.evil.test"),
		Entry("a longer label", "exact", "https://app.examples"),
		Entry("a prefix", "exact", "https://evilapp.example"),
		Entry("a concatenation", "hosts", "https://foobar.test"),
		Entry("another scheme", "exact", "http://app.example"),
		Entry("another port", "exact", "https://app.example:8443"),
		Entry("an explicit default port", "exact", "https://app.example:443"),
		Entry("upper case", "exact", "https://APP.example"),
		Entry("a trailing slash", "exact", "https://app.example/"),
		Entry("another spelling of an address", "hosts", "http://127.1:8080"),
		Entry("the apex of a pattern", "pattern", "https://apps.example"),
		Entry("an empty label before a pattern", "pattern", "https://.apps.example"),
		Entry("two dots before a pattern", "pattern", "https://..apps.example"),
		Entry("a look-alike of a pattern", "pattern", "https://evilapps.example"),
		Entry("junk before a pattern", "pattern", "https://evil.test/.apps.example"),
		Entry("userinfo before a pattern", "pattern", "https://a@x.apps.example"),
		Entry("upper case before a pattern", "pattern", "https://X.apps.example"),
		Entry("a port after a pattern", "pattern", "https://x.apps.example:444"),
		Entry("null under a pattern", "pattern", "null"),
		Entry("non-ASCII under a pattern", "pattern", "https://\xff.apps.example"),
		Entry("a huge host under a pattern", "pattern", "https://"+strings.Repeat("a", 4096)+".apps.example"),
		Entry("something after a match", "regex", "https://x.apps.example.evil.test"),
		Entry("something before a match", "regex", "https://evil.test/https://x.apps.example"),
		Entry("another line after a match", "regex", "https://x.apps.example\n"),
		Entry("what the callback denies", "callback", "https://evil.test"),
		Entry("what the callback throws for", "callback", "https://throw.example"),
	)
})
