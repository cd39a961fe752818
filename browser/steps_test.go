package browser_test

import (
	"net/http"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

func preflights(rs []*http.Request) (n int) {
	for _, r := range rs {
		if isPreflight(r) {
			n++
		}
	}
	return n
}

var _ = Describe("a job of several steps", func() {
	var t *target
	BeforeEach(func() { t = newTarget(false) })

	put := func(url string) agent.Step {
		return agent.Step{URL: url, Request: cases.Request{Origin: app, Method: "PUT"}}
	}

	It("shares one preflight cache, which expires", func() {
		u := t.url(plan{
			preflight: allow(app, "Access-Control-Allow-Methods: PUT", "Access-Control-Max-Age: 1"),
			actual:    allow(app),
		})
		j := job(u, cases.Request{Method: "PUT"})
		last := put(u)
		last.After = 1200 * time.Millisecond
		j.Steps = append(j.Steps, put(u), last)
		r := perform(j)[0]
		Expect(r.Err).NotTo(HaveOccurred())
		Expect(r.Steps).To(HaveLen(3))
		Expect(r.Steps[0][0].Hops[0].Preflight).To(BeTrue())
		Expect(r.Steps[1][0].Hops[0].Preflight).To(BeFalse())
		Expect(r.Steps[1][0].Hops[0].ACRM).To(BeNil())
		Expect(r.Steps[2][0].Hops[0].Preflight).To(BeTrue())
		Expect(preflights(t.requests(u))).To(Equal(2))
	})

	It("repeats a step one after another, and at once", func() {
		u := t.url(plan{preflight: allow(app, "Access-Control-Allow-Methods: PUT"), actual: allow(app)})
		s := put(u)
		s.Times = 3
		r := perform(agent.Job{ID: "three", Steps: []agent.Step{s}})[0]
		Expect(r.Err).NotTo(HaveOccurred())
		Expect(r.Steps[0]).To(HaveLen(3))
		Expect(r.Steps[0][0].Hops[0].Preflight).To(BeTrue())
		Expect(r.Steps[0][1].Hops[0].Preflight).To(BeFalse())
		Expect(r.Steps[0][2].Hops[0].Preflight).To(BeFalse())
		Expect(t.requests(u)).To(HaveLen(4))

		var inside, most atomic.Int64
		together := make(chan struct{})
		u = t.url(plan{next: func(int, *http.Request) answer {
			if n := inside.Add(1); n == 4 {
				close(together)
			} else if n > most.Load() {
				most.Store(n)
			}
			select {
			case <-together:
			case <-time.After(5 * time.Second):
			}
			return allow(app)
		}})
		s = agent.Step{URL: u, Request: cases.Request{Origin: app, Cache: "no-store"}, Times: 4, Parallel: 4}
		r = perform(agent.Job{ID: "four", Steps: []agent.Step{s}})[0]
		Expect(r.Err).NotTo(HaveOccurred())
		Expect(r.Steps[0]).To(HaveLen(4))
		Expect(together).To(BeClosed(), "four at once")
		for _, o := range r.Steps[0] {
			Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
			Expect(o.Hops).To(HaveLen(1))
		}
	})

	It("goes from page to page, in order, with one cookie jar", func() {
		origins := []string{app, "http://other.example", "null", app}
		var order []string
		var j agent.Job
		j.ID = "pages"
		u := t.url(plan{next: func(n int, r *http.Request) answer {
			order = append(order, r.Header.Get("Origin"))
			a := allow(origins[n], withCredentials)
			if n == 0 {
				a.header = append(a.header, "Set-Cookie: seen=1; SameSite=None; Secure")
			}
			return a
		}})
		for _, o := range origins {
			j.Steps = append(j.Steps, agent.Step{URL: u, Request: cases.Request{Origin: o, Credentials: "include", Cache: "no-store"}})
		}
		r := perform(j)[0]
		Expect(r.Err).NotTo(HaveOccurred())
		Expect(order).To(Equal(origins))
		for i, s := range r.Steps {
			Expect(s[0].Result).To(Equal(spec.Allowed), "step %d: %s", i, s[0].Reason)
		}
		got := t.requests(u)
		Expect(got[0].Header).NotTo(HaveKey("Cookie"))
		Expect(got[3].Header.Get("Cookie")).To(Equal("seen=1"))
	})

	It("shares the HTTP cache, and the Vary that keeps origins apart", func() {
		for _, vary := range []bool{true, false} {
			u := t.url(plan{next: func(_ int, r *http.Request) answer {
				a := allow(r.Header.Get("Origin"), "Cache-Control: max-age=60")
				if vary {
					a.header = append(a.header, "Vary: Origin")
				}
				return a
			}})
			var j agent.Job
			for _, o := range []string{"https://a.example.com", "https://b.example.com"} {
				j.Steps = append(j.Steps, agent.Step{URL: u, Request: cases.Request{Origin: o}})
			}
			r := perform(j)[0]
			Expect(r.Err).NotTo(HaveOccurred())
			Expect(r.Steps[0][0].Result).To(Equal(spec.Allowed))
			if vary {
				Expect(r.Steps[1][0].Result).To(Equal(spec.Allowed))
				Expect(r.Steps[1][0].FromCache).To(BeFalse())
				Expect(t.requests(u)).To(HaveLen(2))
			} else {
				Expect(r.Steps[1][0].Result).To(Equal(spec.Blocked))
				Expect(r.Steps[1][0].Reason).To(Equal(spec.Reason("AllowOriginMismatch")))
				Expect(r.Steps[1][0].Hops[0].Sent).To(BeFalse())
				Expect(r.Steps[1][0].FromCache).To(BeTrue())
				Expect(t.requests(u)).To(HaveLen(1))
			}
		}
	})

	It("shares nothing with another job, even at the same URL", func() {
		u := t.url(plan{preflight: allow(app, "Access-Control-Allow-Methods: PUT"), actual: allow(app, "Cache-Control: max-age=60")})
		var jobs []agent.Job
		for range 3 {
			jobs = append(jobs, job(u, cases.Request{Method: "PUT"}))
		}
		for _, r := range perform(jobs...) {
			Expect(r.Err).NotTo(HaveOccurred())
			Expect(r.Steps[0][0].Hops[0].Preflight).To(BeTrue())
		}
		Expect(preflights(t.requests(u))).To(Equal(3))
	})
})
