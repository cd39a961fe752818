package browser_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("a target that redirects everything to one URL", func() {
	// What one job leaves at that URL lasts for an hour: permission for all
	// methods and headers in the preflight cache, the content in the HTTP cache.
	serve := func() (base string, preflights func() int) {
		var mu sync.Mutex
		n := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			h.Set("Access-Control-Allow-Credentials", "true")
			h.Set("Access-Control-Allow-Methods", "PUT, DELETE, PATCH")
			h.Set("Access-Control-Allow-Headers", "x-a, authorization")
			h.Set("Access-Control-Max-Age", "3600")
			h.Set("Cache-Control", "max-age=3600")
			switch {
			case r.Method == http.MethodOptions:
				mu.Lock()
				n++
				mu.Unlock()
				w.WriteHeader(http.StatusNoContent)
			case r.URL.Path == "/old":
				h.Set("Location", "/new")
				w.WriteHeader(http.StatusPermanentRedirect)
			}
		}))
		DeferCleanup(s.Close)
		return s.URL, func() int { mu.Lock(); defer mu.Unlock(); return n }
	}
	requests := []cases.Request{
		{Method: "PUT"}, {Method: "PUT", API: "xhr"}, {Method: "DELETE"}, {Method: "PATCH", Headers: []string{"X-A: 1"}}, {Headers: []string{"X-A: 1"}}, {},
		{Headers: []string{"Authorization: x"}}, {Method: "PUT", Credentials: "include"}, {Headers: []string{"X-A: 1"}, Credentials: "include", WithCookie: true},
		{Method: "PUT", Origin: "null"}, {Credentials: "include"},
	}

	// Chrome keeps the connection of an answer that redirects until the preflight of the next URL is there.
	It("answers a burst, though each of its requests waits for another connection", func() {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			h.Set("Access-Control-Allow-Methods", "PUT")
			h.Set("Access-Control-Max-Age", "0")
			switch {
			case r.Method == http.MethodOptions:
				w.WriteHeader(http.StatusNoContent)
			case r.URL.Path == "/old":
				time.Sleep(50 * time.Millisecond) // until all connections are taken
				h.Set("Location", "/new")
				w.WriteHeader(http.StatusTemporaryRedirect)
			}
		}))
		DeferCleanup(s.Close)
		var jobs []agent.Job
		for n := range 3 {
			j := job(fmt.Sprintf("%s/old?_=%d", s.URL, n), cases.Request{Method: "PUT"})
			j.Steps[0].Parallel = 12
			jobs = append(jobs, j)
		}
		for _, r := range perform(jobs...) {
			Expect(r.Err).NotTo(HaveOccurred())
			Expect(r.Steps[0]).To(HaveLen(12))
			for _, o := range r.Steps[0] {
				Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
				Expect(o.Hops).To(HaveLen(2))
			}
		}
	})

	It("gives the same outcomes in any order", func() {
		base, preflights := serve()
		number := 0
		asked := func(o agent.Outcome) string {
			return fmt.Sprint(o.Result, " ", o.Reason, " ", len(o.Hops), " preflights: ", o.Hops[0].Preflight, " ", o.Hops[len(o.Hops)-1].Preflight, ", from the cache: ", o.FromCache)
		}
		for range 3 {
			var jobs []agent.Job
			want := map[string]string{}
			expected := preflights()
			for _, k := range rand.Perm(len(requests)) {
				q := requests[k]
				number++
				j := job(fmt.Sprintf("%s/old?_=%d", base, number), q)
				may := q.Method != "" || len(q.Headers) > 0
				want[j.ID] = fmt.Sprint(spec.Allowed, "  2 preflights: ", may, " ", may, ", from the cache: false")
				if k%3 == 0 && q.Origin != "null" { // the steps of one job share what they leave
					j.Steps = append(j.Steps, j.Steps[0])
				}
				jobs = append(jobs, j)
			}
			for i, r := range perform(jobs...) {
				Expect(r.Err).NotTo(HaveOccurred())
				Expect(asked(r.Steps[0][0])).To(Equal(want[r.ID]), "%+v", jobs[i].Steps[0].Request)
				if len(r.Steps) > 1 {
					Expect(r.Steps[1][0].Hops[1].Preflight).To(BeFalse(), "%+v", jobs[i].Steps[0].Request)
				}
			}
			Expect(preflights()).To(BeNumerically(">=", expected+2*8))
		}
	})
})
