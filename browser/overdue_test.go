package browser_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// slowly is an answer after a while.
func slowly(after time.Duration, a answer) func(int, *http.Request) answer {
	return func(_ int, r *http.Request) answer {
		select {
		case <-time.After(after):
		case <-r.Context().Done():
		}
		return a
	}
}

var _ = Describe("a slow target", func() {
	// The browser makes six connections to a host. Thirty requests take five
	// rounds, each of which is within the time for one, and all of them not.
	const each, limit, requests = 600 * time.Millisecond, 1500 * time.Millisecond, 30

	It("has all of the time for each request that it is sent at once", func() {
		t := newTarget(false)
		j := job(t.url(plan{next: slowly(each, allow(app))}), cases.Request{Cache: "no-store"})
		j.Steps[0].Times, j.Steps[0].Parallel, j.Timeout = requests, requests, limit
		r := perform(j)[0]
		Expect(r.Err).NotTo(HaveOccurred())
		Expect(r.Steps[0]).To(HaveLen(requests))
		var longest time.Duration
		for _, o := range r.Steps[0] {
			Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
			Expect(o.Began).NotTo(BeZero())
			longest = max(longest, o.Elapsed)
		}
		Expect(longest).To(BeNumerically(">", limit), "they waited for connections")
	})

	It("has it for each of many jobs, whether of one step or of several", func() {
		t := newTarget(false)
		var jobs []agent.Job
		for n := range requests {
			j := job(t.url(plan{next: slowly(each, allow(app))}), cases.Request{Cache: "no-store"})
			j.Timeout = limit
			if n%3 == 0 {
				j.Steps = append(j.Steps, j.Steps[0])
			}
			jobs = append(jobs, j)
		}
		for _, r := range perform(jobs...) {
			Expect(r.Err).NotTo(HaveOccurred())
		}
	})

	It("has it for the preflight, the request and each redirect by itself", func() {
		t := newTarget(false)
		const each = 900 * time.Millisecond
		preflight := slowly(each, allow(app, "Access-Control-Allow-Methods: PUT"))
		u := t.url(plan{next: slowly(each, allow(app))})
		t.slow = func(r *http.Request) answer { return preflight(0, r) }
		j := job(u, cases.Request{Method: "PUT"})
		j.Timeout = limit
		r := perform(j)[0]
		Expect(r.Err).NotTo(HaveOccurred())
		Expect(r.Steps[0][0].Elapsed).To(BeNumerically(">", limit))
	})

	It("is told from one that does not answer, in words that say so", func() {
		t := newTarget(false)
		var jobs []agent.Job
		for n := range 14 { // more than there are connections
			j := job(t.url(plan{actual: answer{hang: true}}), cases.Request{Headers: []string{fmt.Sprintf("Accept: text/%d", n)}})
			j.Timeout = 400 * time.Millisecond
			jobs = append(jobs, j)
		}
		for _, r := range perform(jobs...) {
			var late *browser.TimeoutError
			Expect(errors.As(r.Err, &late)).To(BeTrue(), "%v", r.Err)
			Expect(r.Err.Error()).To(And(ContainSubstring("no answer"), ContainSubstring("within 400ms"), ContainSubstring("--timeout"), Not(ContainSubstring("died"))))
		}
	})

	It("answers no preflight: it waits less for later ones, and tells requests that got no connection from them", func() {
		t := newTarget(false)
		done := make(chan struct{})
		DeferCleanup(func() { close(done) })
		t.slow = func(r *http.Request) answer {
			select {
			case <-r.Context().Done():
			case <-done:
			}
			return answer{}
		}
		var jobs []agent.Job
		for n := range 14 {
			q := cases.Request{Method: "PUT"}
			if n == 13 {
				q.Method = "GET"
			}
			j := job(t.url(plan{actual: allow(app)}), q)
			j.Timeout = 6 * time.Second
			jobs = append(jobs, j)
		}
		began := time.Now()
		results := perform(jobs...)
		took := time.Since(began)
		Expect(took).To(BeNumerically("<", 30*time.Second))
		results = append(results, perform(jobs[:6]...)...)
		Expect(time.Since(began)-took).To(BeNumerically("<", 6*time.Second), "those that were known to be waited for in vain")
		known := 0
		for i, r := range results {
			if i == 13 {
				Expect(r.Err).NotTo(HaveOccurred(), "a plain GET gets a connection of its own")
				continue
			}
			Expect(r.Err).To(HaveOccurred())
			var late *browser.TimeoutError
			var unsent *browser.UnsentError
			switch {
			case errors.As(r.Err, &unsent):
				Expect(unsent.Error()).To(ContainSubstring("no answer came to any preflight"))
				known++
			case errors.As(r.Err, &late) && late.Preflights:
				Expect(late.Error()).To(ContainSubstring("as to all that were sent before it"))
				known++
			default:
				Expect(late).NotTo(BeNil(), "%v", r.Err)
			}
		}
		Expect(known).To(BeNumerically(">=", 6+13-2*6))
	})
})

var _ = Describe("content that does not end", func() {
	It("is judged by its head where it is cut short, too", func() {
		t := newTarget(false)
		t.endless = func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "ok")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		for _, length := range []string{"Content-Length: 100", "X-Chunked: yes"} {
			for _, q := range []cases.Request{{}, {API: "xhr"}, {API: "eventsource"}, {API: "img", Crossorigin: "anonymous"}, {API: "script", Crossorigin: "anonymous"}, {Mode: "no-cors"}} {
				a := answer{header: []string{"Access-Control-Allow-Origin: " + app, "Content-Type: text/plain", length}, endless: true}
				r := perform(job(t.url(plan{actual: a}), q))[0]
				var cut *browser.ContentError
				if q.API == "xhr" && errors.As(r.Err, &cut) { // it had not seen the head yet
					Expect(cut.Unsure()).To(BeTrue())
					continue
				}
				Expect(r.Err).NotTo(HaveOccurred(), "%s %+v", length, q)
				Expect(r.Steps[0][0].Result).To(Equal(spec.Allowed), "%s %+v: %s", length, q, r.Steps[0][0].Reason)
			}
		}
	})

	It("is not waited for: an answer is judged by its head", func() {
		t := newTarget(false)
		var sent atomic.Int64
		t.endless = func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				fmt.Fprintf(w, "data: %0200d\n\n", sent.Add(1)) // enough to tell the type soon
				w.(http.Flusher).Flush()
				time.Sleep(20 * time.Millisecond)
			}
		}
		for _, kind := range []string{"text/event-stream", "text/plain"} {
			for _, q := range []cases.Request{{}, {API: "xhr"}, {API: "eventsource"}, {API: "img", Crossorigin: "anonymous"}, {Mode: "no-cors"}} {
				a := answer{header: []string{"Access-Control-Allow-Origin: " + app, "Content-Type: " + kind}, endless: true}
				j := job(t.url(plan{actual: a}), q)
				j.Timeout = 2 * time.Second
				r := perform(j)[0]
				Expect(r.Err).NotTo(HaveOccurred(), "%s %+v", kind, q)
				Expect(r.Steps[0][0].Result).To(Equal(spec.Allowed), "%s %+v: %s", kind, q, r.Steps[0][0].Reason)
			}
		}
		Expect(sent.Load()).NotTo(BeZero())
	})

	// long is how many of several requests, one after another, have all of their time, for content of which
	// a little comes every so often.
	long := func(q cases.Request, contentType string, every time.Duration) (n int) {
		const patience, many = 500 * time.Millisecond, 6
		t := newTarget(false)
		t.endless = func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				fmt.Fprint(w, "//")
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(every):
				}
			}
		}
		a := answer{header: []string{"Access-Control-Allow-Origin: " + app, "Content-Type: " + contentType}, endless: true}
		for range many {
			j := job(t.url(plan{actual: a}), q)
			j.Timeout = patience
			began := time.Now()
			r := perform(j)[0]
			var held *browser.HeldError
			if !errors.As(r.Err, &held) {
				Expect(r.Err).NotTo(HaveOccurred(), "%+v", q)
				Expect(r.Steps[0][0].Result).To(Equal(spec.Allowed), "%+v: %s", q, r.Steps[0][0].Reason)
			}
			if time.Since(began) >= patience {
				n++
			}
		}
		return n
	}

	It("is waited for less where it did not end several times before", func() {
		for _, q := range []cases.Request{{}, {API: "xhr"}, {API: "navigate"}} {
			Expect(long(q, "text/javascript", 20*time.Millisecond)).To(BeNumerically("<=", 4), "%+v", q)
		}
	})

	It("is waited for less where the browser kept several answers back before", func() {
		DeferCleanup(browser.HoldNoLongerThan(100 * time.Millisecond))
		Expect(long(cases.Request{API: "xhr"}, "text/plain", time.Hour)).To(BeNumerically("<=", 4))
	})

	It("can be so slow that the browser keeps the answer back, which is not the target's fault", func() {
		t := newTarget(false)
		t.endless = func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "less than it takes to tell the type")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
		for _, q := range []cases.Request{{API: "xhr"}, {API: "font"}, {API: "xhr", Origin: "https://denied.example"}} {
			a := answer{header: []string{"Access-Control-Allow-Origin: " + app, "Content-Type: text/plain"}, endless: true}
			j := job(t.url(plan{actual: a}), q)
			j.Timeout = time.Second
			r := perform(j)[0]
			var held *browser.HeldError
			Expect(errors.As(r.Err, &held)).To(BeTrue(), "%+v: %v", q, r.Err)
			Expect(held.Unsure() && held.Repeats() && held.Timeout()).To(BeTrue())
			Expect(held.Error()).To(And(ContainSubstring("kept an answer back for 1s"), ContainSubstring(j.Steps[0].URL)))
		}
	})
})
