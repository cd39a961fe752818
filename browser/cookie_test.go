package browser_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

const withCredentials = "Access-Control-Allow-Credentials: true"

// carried says whether a request as the server got it had the agent's cookie.
func carried(r *http.Request) bool {
	_, err := r.Cookie("corsproof")
	return err == nil
}

var _ = Describe("cookies", func() {
	for _, h2 := range []bool{false, true} {
		name := map[bool]string{false: "over plain http on loopback", true: "over TLS"}[h2]
		Context(name, func() {
			var t *target
			BeforeEach(func() { t = newTarget(h2) })

			It("arrive at the server of another site when credentials are included, and only then", func() {
				for mode, want := range map[string]bool{"include": true, "same-origin": false, "omit": false, "": false} {
					for _, origin := range []string{app, "http://app.example.com", "null"} {
						u := t.url(plan{actual: allow(origin, withCredentials)})
						o := one(u, cases.Request{Origin: origin, Credentials: mode, WithCookie: true})
						Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
						Expect(carried(t.requests(u)[0])).To(Equal(want), "credentials %q from %s", mode, origin)
						Expect(o.CookieSent).To(Equal(want), "credentials %q from %s", mode, origin)
					}
				}
			})

			It("arrive from a page of the same site and of the same origin", func() {
				u := t.url(plan{actual: allow("x")})
				o := one(u, cases.Request{Origin: t.URL, WithCookie: true})
				Expect(o.Result).To(Equal(spec.Allowed))
				Expect(carried(t.requests(u)[0])).To(BeTrue())
				Expect(o.CookieSent).To(BeTrue())

				site := "https://127.0.0.1:4321"
				u = t.url(plan{actual: allow(site, withCredentials)})
				o = one(u, cases.Request{Origin: site, WithCookie: true, Credentials: "include"})
				Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
				Expect(carried(t.requests(u)[0])).To(BeTrue())
			})

			It("never go with a preflight", func() {
				u := t.url(plan{
					preflight: allow(app, withCredentials, "Access-Control-Allow-Methods: PUT"),
					actual:    allow(app, withCredentials),
				})
				o := one(u, cases.Request{Method: "PUT", Credentials: "include", WithCookie: true})
				Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
				got := t.requests(u)
				Expect(got).To(HaveLen(2))
				Expect(carried(got[0])).To(BeFalse())
				Expect(carried(got[1])).To(BeTrue())
			})
		})
	}

	It("of one job are not there in the next, whoever set them", func() {
		t := newTarget(false)
		var jobs []agent.Job
		var urls []string
		for i := range 24 {
			u := t.url(plan{actual: allow(app, withCredentials, "Set-Cookie: left=over; SameSite=None; Secure")})
			urls = append(urls, u)
			jobs = append(jobs, job(u, cases.Request{Credentials: "include", WithCookie: i%3 == 0}))
		}
		for i, r := range perform(jobs...) {
			Expect(r.Err).NotTo(HaveOccurred())
			got := t.requests(urls[i])
			Expect(len(got)).To(BeElementOf(1, 2)) // what went out with another's cookie is done again, apart
			counts := got[len(got)-1]
			if i%3 == 0 {
				Expect(counts.Header.Get("Cookie")).To(Equal("corsproof=1"))
			} else {
				Expect(counts.Header).NotTo(HaveKey("Cookie"))
			}
			Expect(r.Steps[0][0].CookieSent).To(Equal(i%3 == 0))
		}
	})

	It("that the target sets are there in the next step of the same job", func() {
		t := newTarget(false)
		set := t.url(plan{actual: allow(app, withCredentials, "Set-Cookie: mine=1; SameSite=None; Secure")})
		use := t.url(plan{actual: allow(app, withCredentials)})
		j := job(set, cases.Request{Credentials: "include"})
		j.Steps = append(j.Steps, agent.Step{URL: use, Request: cases.Request{Origin: app, Credentials: "include"}})
		r := perform(j)[0]
		Expect(r.Err).NotTo(HaveOccurred())
		Expect(t.requests(use)[0].Header.Get("Cookie")).To(Equal("mine=1"))
	})
})
