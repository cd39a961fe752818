package casedoc_test

import (
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/casedoc"
)

func TestCasedoc(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "casedoc")
}

var _ = Describe("the explanation of a case", func() {
	table, err := cases.Load()

	It("leaves no demand of any case unsaid", func() {
		Expect(err).NotTo(HaveOccurred())
		for _, c := range table.Cases {
			for i, s := range c.Steps {
				for j, p := range s.Answer {
					Expect(p.Words()).NotTo(BeEmpty(), "case %s, step %d, predicate %d: %+v", c.ID, i+1, j+1, p)
				}
				if s.Request != nil {
					Expect(casedoc.Request(s.Request)).NotTo(BeEmpty(), c.ID)
				}
				if s.Expect != nil {
					Expect(s.Expect.Words()).NotTo(BeEmpty(), c.ID)
				}
			}
		}
	})

	It("has the request, the demands, the reason and the sections", func() {
		var b strings.Builder
		Expect(casedoc.Write(&b, table, table.Case("vary-allowed"))).To(Succeed())
		for _, part := range []string{"vary-allowed", "GET /POLICY/ok HTTP/1.1", "passes when", "Vary lists Origin", "https://fetch.spec.whatwg.org/#", "seen in"} {
			Expect(b.String()).To(ContainSubstring(part))
		}
	})

	DescribeTable("says of each raw request whether a browser can send it", func(id, want string) {
		Expect(err).NotTo(HaveOccurred())
		var b strings.Builder
		Expect(casedoc.Write(&b, table, table.Case(id))).To(Succeed())
		Expect(b.String()).To(ContainSubstring(want))
		Expect(b.String()).NotTo(ContainSubstring("a browser cannot send this"))
	},
		Entry("a GET of an allowed origin", "vary-allowed", "step 3, allowed (sent raw; a browser can send it too)"),
		Entry("another origin", "origin-suffix-domain", "(sent raw; a browser can send it too)"),
		Entry("two Origin lines", "origin-two-lines-good-bad", "(sent raw; no browser can send it: a browser sends Origin in one line)"),
		Entry("an origin with a path", "origin-trailing-slash", "no browser can send it: no page has the origin"),
	)

	It("has every case on both pages, and no HTML of a case's own", func() {
		var md, html strings.Builder
		Expect(casedoc.WriteMarkdown(&md, table)).To(Succeed())
		Expect(casedoc.WriteHTML(&html, table)).To(Succeed())
		for _, c := range table.Cases {
			Expect(md.String()).To(ContainSubstring("\n### " + c.ID + "\n"))
			Expect(html.String()).To(ContainSubstring(`<details id="` + c.ID + `" data-level="` + string(c.Level) + `">`))
		}
		Expect(html.String()).NotTo(ContainSubstring("<img src"))
	})

	DescribeTable("a request as a script writes it", func(r cases.Request, want string) {
		r.Origin = "https://a.test"
		Expect(casedoc.Request(&r)).To(Equal(want + "  from a page at https://a.test"))
	},
		Entry("fetch", cases.Request{}, `fetch("/ok")`),
		Entry("fetch with all", cases.Request{Method: "PUT", Credentials: "include", Headers: []string{"X-A: 1"}, Body: &cases.Body{Text: "b"}},
			`fetch("/ok", {method: "PUT", credentials: "include", headers: [["X-A", "1"]], body: "b"})`),
		Entry("XMLHttpRequest", cases.Request{API: "xhr", UploadListener: true},
			`xhr = new XMLHttpRequest; xhr.open("GET", "/ok"); xhr.upload.onprogress = ...; xhr.send()`),
		Entry("an image", cases.Request{API: "img", Crossorigin: "anonymous"}, `<img src="/ok" crossorigin="anonymous">`),
		Entry("a beacon", cases.Request{API: "beacon"}, `navigator.sendBeacon("/ok", "")`),
	)
})
