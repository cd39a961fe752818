package cases_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

var _ = Describe("a framework's own wildcard", func() {
	DescribeTable("may be narrower than any", func(pattern, origin string, yes, maybe bool) {
		p := &cases.Policy{Name: "p", OriginPatterns: []string{pattern}, FrameworkWildcards: true}
		allowed, certain := p.AllowsOrigin(origin)
		Expect([]bool{allowed, !certain}).To(Equal([]bool{yes, maybe}))
	},
		Entry("the default port", "http://localhost:*", "http://localhost", false, true),
		Entry("any other", "http://localhost:*", "http://localhost:8", true, false),
		Entry("two labels", "https://*.a.example", "https://x.y.a.example", false, true),
		Entry("two labels at any port", "https://*.a.example:*", "https://x.y.a.example:8443", false, true),
		Entry("one", "https://*.a.example:*", "https://x.a.example:8443", true, false),
	)

	It("is what every standard policy with a pattern has, since it is given to frameworks", func() {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		for _, p := range table.Policies {
			Expect(p.FrameworkWildcards).To(Equal(len(p.OriginPatterns) > 0), p.Name)
		}
	})
})
