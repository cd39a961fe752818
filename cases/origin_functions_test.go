package cases_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

var _ = Describe("On an ordinary endpoint", func() {
	var table *cases.Table
	BeforeEach(func() {
		var err error
		table, err = cases.Load()
		Expect(err).NotTo(HaveOccurred())
	})

	// asked are the origins from which the policy's checks ask, with the ids.
	asked := func(p *cases.Policy, target string) map[string][]string {
		origins := map[string][]string{}
		for _, c := range table.Expand([]cases.Policy{*p}, true, cases.Env{Target: target}) {
			for i := range c.Steps {
				if len(c.Needs) > 0 {
					continue
				}
				for _, a := range c.Steps[i].Answer {
					if a.Denies != nil {
						origins[*a.Denies] = append(origins[*a.Denies], c.Case.ID)
					}
				}
				if r := c.Steps[i].Request; r != nil {
					origins[r.Origin] = append(origins[r.Origin], c.Case.ID)
				}
			}
		}
		return origins
	}

	DescribeTable("the relatives of the declared origin are asked for, with any list of methods", func(text, origin string) {
		Expect(asked(policy(text), "http://192.0.2.1:1")).To(HaveKey(origin))
	},
		Entry("the parent domain", "origins: [https://app.example.com]", "https://example.com"),
		Entry("with www.", "origins: [https://example.com]", "https://www.example.com"),
		Entry("without www.", "origins: [https://www.example.com]", "https://example.com"),
		Entry("the other default port", "origins: [https://example.com]", "https://example.com:80"),
		Entry("and with http", "origins: [https://example.com]", "http://example.com:443"),
		Entry("two hosts put together", "origins: [https://foo.test, https://bar.test]", "https://foobar.test"),
		Entry("a longer port", "origins: ['https://example.com:3000']", "https://example.com:30000"),
		Entry("no port", "origins: ['https://example.com:3000']", "https://example.com"),
		Entry("https for http", "origins: [http://example.com]", "https://example.com"),
		Entry("localhost", "origins: [https://example.com]", "http://localhost"),
		Entry("a port of localhost", "origins: [https://example.com]", "http://localhost:3000"),
		Entry("another where that is listed", "origins: ['http://localhost:3000']", "http://localhost:5173"),
		Entry("a private address", "origins: [https://example.com]", "http://192.168.0.10"),
		Entry("an extension", "origins: [https://example.com]", "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba"),
		Entry("a file", "origins: [https://example.com]", "file://"),
		Entry("a host that begins with localhost, beside any port", "origin_patterns: ['http://localhost:*']", "http://localhost.evil.test:3000"),
		Entry("the domain itself beside its subdomains", "origin_patterns: ['https://*.example.com']", "https://example.com"),
		Entry("what continues a subdomain", "origin_patterns: ['https://*.example.com']", "https://x.example.com.evil.test"),
	)

	DescribeTable("no check demands that is denied", func(text, target, origin string) {
		Expect(asked(policy(text), target)).NotTo(HaveKey(origin))
	},
		Entry("the target's own origin", "origins: [https://app.example.com]", "http://localhost:3000", "http://localhost:3000"),
		Entry("by another route", "origins: [https://app.example.com]", "https://example.com", "https://example.com"),
		Entry("a port where any is allowed", "origin_patterns: ['http://localhost:*']", "http://192.0.2.1:1", "http://localhost:5173"),
		Entry("the default port where any is allowed, which is left to the framework", "{origin_patterns: ['http://localhost:*'], framework_wildcards: true}", "http://192.0.2.1:1", "http://localhost"),
	)
})
