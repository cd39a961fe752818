package browser_test

import (
	"crypto/x509"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/relay"
	"github.com/corsproof/corsproof/spec"
)

// given is what a person gave, as it arrived with a request.
func given(r *http.Request) string {
	sid, _ := r.Cookie("sid")
	s := r.Header.Get("X-Page") + " " + r.Header.Get("X-Gate") + " "
	if sid != nil {
		s += sid.Value
	}
	return s
}

var _ = Describe("requests that a person stated", func() {
	for _, h2 := range []bool{false, true} {
		It(map[bool]string{false: "go through the relay over plain http", true: "go through the relay over TLS and HTTP/2"}[h2], func(ctx SpecContext) {
			t := newTarget(h2)
			o := &ask.Options{Scope: t.URL, Page: []ask.Field{{Name: "X-Page", Value: "p"}}, Gate: []ask.Field{{Name: "X-Gate", Value: "g"}}}
			if h2 {
				o.Roots = x509.NewCertPool()
				o.Roots.AddCert(t.Certificate())
			}
			between, err := relay.Start(o, false)
			Expect(err).NotTo(HaveOccurred())
			defer between.Close()
			own, err := browser.Start(ctx, browser.Options{
				Proxy: between.URL(), IgnoreCertificateErrors: between.EndsTLS(), Cookies: []browser.Cookie{{URL: t.URL, Name: "sid", Value: "c"}},
			})
			Expect(err).NotTo(HaveOccurred())
			defer own.Close()

			simple := t.url(plan{actual: allow(app, withCredentials, "Set-Cookie: sid=other; Secure; SameSite=None; Path=/")})
			omitted := t.url(plan{actual: allow(app)})
			put := t.url(plan{preflight: allow(app, withCredentials, "Access-Control-Allow-Methods: PUT"), actual: allow(app, withCredentials)})
			again := t.url(plan{actual: allow(app, withCredentials)})
			image := t.url(plan{actual: allow("https://b.example")})
			results := map[string]agent.JobResult{}
			for _, jobs := range [][]agent.Job{{
				job(simple, cases.Request{Origin: app, Credentials: "include"}), job(omitted, cases.Request{Origin: app, Credentials: "omit"}),
				job(put, cases.Request{Origin: app, Method: "PUT", Credentials: "include"}), job(image, cases.Request{Origin: app, API: "img"}),
			}, {job(again, cases.Request{Origin: app, Credentials: "include"})}} {
				Expect(own.Perform(ctx, jobs, func(r agent.JobResult) { results[r.ID] = r })).To(Succeed())
			}
			Expect(results).To(HaveLen(5))
			for _, r := range results {
				Expect(r.Err).NotTo(HaveOccurred())
				Expect(r.Steps[0][0].Result).To(Equal(spec.Allowed), string(r.Steps[0][0].Reason))
			}
			list := t.requests(simple)
			Expect(list).To(HaveLen(1), "the fields are none of the script's: no preflight")
			Expect(given(list[0])).To(Equal("p g c"))
			Expect(list[0].Proto).To(Equal(map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[h2]))
			Expect(given(t.requests(omitted)[0])).To(Equal("p g "))
			Expect(given(t.requests(image)[0])).To(Equal("p g c"))
			list = t.requests(put)
			Expect(list).To(HaveLen(2))
			Expect(list[0].Method).To(Equal("OPTIONS"))
			Expect(given(list[0])).To(Equal(" g "))
			Expect(given(list[1])).To(Equal("p g c"))
			Expect(given(t.requests(again)[0])).To(Equal("p g c"), "a job has the cookie that was given, whatever an earlier one was told")
		})
	}
})
