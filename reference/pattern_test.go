package reference_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

var _ = Describe("patterns of origins", func() {
	// Every pattern with every origin: what package cases is certain of is what
	// the middleware does.
	It("cover what package cases says that they cover", func() {
		certainly := map[bool]int{}
		for _, pattern := range []string{
			"http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*", "https://*.apps.example", "https://*.apps.example:8443", "https://*.apps.example:*",
		} {
			for _, scheme := range []string{"http://", "https://"} {
				for _, host := range []string{"localhost", "localhost.evil.test", "x.localhost", "evillocalhost", "127.0.0.1", "127.0.0.11", "[::1]", "[::11]", "apps.example", "x.apps.example", "xapps.example", "x.apps.example.evil.test"} {
					for _, port := range []string{"", ":1", ":3000", ":8443", ":84430", ":65535", ":", ":x", ":3000.evil.test", ":080", ":3000/"} {
						p := cases.Policy{Name: "p", OriginPatterns: []string{pattern}}
						want, certain := p.AllowsOrigin(scheme + host + port)
						if !certain {
							continue
						}
						certainly[want]++
						got := ask(p, &spy{}, "GET", lines("Origin: "+scheme+host+port)).Header.Get("Access-Control-Allow-Origin") != ""
						Expect(got).To(Equal(want), pattern+" "+scheme+host+port)
					}
				}
			}
		}
		Expect(certainly[true]).To(BeNumerically(">", 10))
		Expect(certainly[false]).To(BeNumerically(">", 500))
	})
})
