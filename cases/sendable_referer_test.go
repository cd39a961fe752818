package cases_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

var _ = Describe("A Referer", func() {
	sendable := func(lines ...string) bool {
		ok, _ := cases.Sendable(&cases.Step{Wire: &cases.Wire{Headers: lines}})
		return ok
	}
	origins := []string{"https://app.example", "http://app.example", "https://app.example:8443", "https://evil.test"}

	It("is of the origin of the page; of one with an opaque origin, or that says none, it can be any", func() {
		for _, page := range origins {
			for _, named := range origins {
				for _, path := range []string{"/", "/a?b=1"} {
					Expect(sendable("Origin: "+page, "Referer: "+named+path)).To(Equal(page == named), "%s names %s%s", page, named, path)
					Expect(sendable("Origin: null", "Referer: "+named+path)).To(BeTrue())
					Expect(sendable("Referer: " + named + path)).To(BeTrue())
				}
			}
			Expect(sendable("Origin: "+page, "Referer: /a")).To(BeFalse())
		}
	})

	It("of another site is what no page sends, so that who is let in by it is nobody that a page can be", func() {
		t, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		Expect(t.Unsendable(t.Case("actual-referer-does-not-grant"))).To(ConsistOf(ContainSubstring("sends no Referer of")))
	})
})
