package harness_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/contract"
)

// witness is a right endpoint that keeps the methods which it was sent, in order.
type witness struct {
	*httptest.Server
	mu     sync.Mutex
	sent   []string
	framed []string // those of requests that said a length
}

func witnessed(p cases.Policy, serves ...string) *witness {
	GinkgoHelper()
	layer, err := contract.Compile(p)
	Expect(err).NotTo(HaveOccurred())
	r := &witness{}
	app := layer.Wrap(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !slices.Contains(serves, req.Method) {
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
	}))
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		if r.sent = append(r.sent, req.Method); req.Header.Get("Content-Length") != "" {
			r.framed = append(r.framed, req.Method)
		}
		r.mu.Unlock()
		app.ServeHTTP(w, req)
	}))
	DeferCleanup(r.Close)
	return r
}

// methods are what was sent, each once.
func (r *witness) methods() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := slices.Sorted(slices.Values(r.sent))
	return slices.Compact(list)
}

// run holds the endpoint to the policy with the group stated.
func (r *witness) run(ctx context.Context, p cases.Policy, change func(*harness.Target)) *harness.Summary {
	GinkgoHelper()
	table, err := cases.Load()
	Expect(err).NotTo(HaveOccurred())
	target := &harness.Target{Endpoint: r.URL + "/x", Declared: &p}
	if change != nil {
		change(target)
	}
	checks, err := cases.Select(target.Expand(table), []string{"stated", "actual", "preflight"}, nil)
	Expect(err).NotTo(HaveOccurred())
	runner := harness.Runner{Target: target, Checks: checks, Timeout: ample}
	sum, err := runner.Run(ctx)
	Expect(err).NotTo(HaveOccurred())
	return sum
}

// only tells requests of some methods from others.
func only(methods ...string) func(*http.Request) bool {
	return func(r *http.Request) bool { return slices.Contains(methods, r.Method) }
}

// reasons are why parts of the policy were not looked at.
func reasons(sum *harness.Summary) map[string]string {
	out := map[string]string{}
	for _, n := range sum.NotLookedAt {
		out[n.Part.String()] = n.Reason
	}
	return out
}

var _ = Describe("the methods of an ordinary endpoint", func() {
	crud := cases.Policy{Name: "crud", Origins: []string{"https://a.example"}, Methods: []string{"PUT", "DELETE"}, RequestHeaders: []string{"X-A"}}

	It("are sent where they were stated, and those that may end it last", func(ctx SpecContext) {
		s := witnessed(crud, "GET", "HEAD", "POST", "PUT", "DELETE")
		sum := s.run(ctx, crud, nil)
		Expect(accusations(sum)).To(BeEmpty())
		Expect(sum.NotLookedAt).To(BeEmpty())
		Expect(s.methods()).To(ConsistOf("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"))
		first := slices.Index(s.sent, "DELETE")
		Expect(s.sent[first:]).NotTo(ContainElement("HEAD"), "HEAD is asked for before anything is deleted")
		Expect(s.framed).NotTo(ContainElement(BeElementOf("GET", "HEAD")), "those have no content")
		Expect(s.framed).To(ContainElements("PUT", "POST"))
	})

	It("are not sent where nothing may change, and their preflights are asked all the same", func(ctx SpecContext) {
		s := witnessed(crud, "GET", "HEAD", "POST", "PUT", "DELETE")
		sum := s.run(ctx, crud, func(t *harness.Target) { t.NoChanges = true })
		Expect(accusations(sum)).To(BeEmpty())
		Expect(s.methods()).To(ConsistOf("GET", "HEAD", "OPTIONS"))
		Expect(sum.Skips).To(HaveKey(harness.SkipNotAllowed))
		Expect(sum.NotLookedAt).To(BeEmpty(), "preflights tell of methods")
	})

	It("are not asked for on a foreign server", func(ctx SpecContext) {
		s := witnessed(crud, "GET", "HEAD", "POST", "PUT", "DELETE")
		s.run(ctx, crud, func(t *harness.Target) { t.Foreign, t.RateLimit = true, 500 })
		Expect(s.methods()).To(ConsistOf("GET", "HEAD", "OPTIONS"))
	})

	It("that are not served are not asked for: POST alone", func(ctx SpecContext) {
		post := cases.Policy{Name: "login", Origins: []string{"https://a.example"}, Methods: []string{"POST"}, RequestHeaders: []string{"Content-Type"}}
		s := witnessed(post, "POST")
		sum := s.run(ctx, post, nil)
		Expect(accusations(sum)).To(BeEmpty())
		Expect(sum.NotLookedAt).To(BeEmpty())
		Expect(sum.EndpointStatus).To(Equal(http.StatusOK), "a POST is an ordinary request there")
		Expect(sum.Skips).To(HaveKey(harness.SkipNotServed))
		Expect(sum.Counts[agent.VerdictPass]).To(BeNumerically(">", 8))
		gets := slices.DeleteFunc(slices.Clone(s.sent), func(m string) bool { return m != "GET" })
		Expect(len(gets)).To(BeNumerically("<=", 3), "the two that found out that there is none, and what a page sees of that, and the one that looks whether the server is still there")
	})

	It("that are stated and not served are held to by their preflights", func(ctx SpecContext) {
		s := witnessed(crud, "GET")
		sum := s.run(ctx, crud, nil)
		Expect(accusations(sum)).To(BeEmpty())
		Expect(reasons(sum)).To(BeEmpty())
		less := crud
		less.Methods = []string{"DELETE"}
		Expect(names(accusations(witnessed(less, "GET").run(ctx, crud, nil)), "PUT")).To(BeTrue())
	})

	It("are judged by what comes where nothing that was stated is served", func(ctx SpecContext) {
		sum := witnessed(crud).run(ctx, crud, nil)
		Expect(accusations(sum)).To(BeEmpty())
		Expect(sum.EndpointStatus).To(Equal(http.StatusMethodNotAllowed))
		Expect(sum.Skips).NotTo(HaveKey(harness.SkipNotServed))
		Expect(sum.NotLookedAt).To(BeEmpty())
	})

	DescribeTable("that are not served: the answers that say so, where they are not shared", func(ctx SpecContext, serves []string, status int, bare func(*http.Request) bool, want []harness.Unshared) {
		s := witnessed(crud, serves...)
		inner := s.Config.Handler
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if bare(r) {
				w.WriteHeader(status)
				return
			}
			inner.ServeHTTP(w, r)
		})
		sum := s.run(ctx, crud, nil)
		Expect(sum.Unshared).To(ConsistOf(want))
	},
		Entry("405 to POST", []string{"GET", "HEAD", "PUT", "DELETE"}, 405, only("POST"), []harness.Unshared{{Method: "POST", Status: 405}}),
		Entry("404 to POST", []string{"GET", "HEAD", "PUT", "DELETE"}, 404, only("POST"), []harness.Unshared{{Method: "POST", Status: 404}}),
		Entry("501 to POST and DELETE", []string{"GET", "HEAD", "PUT"}, 501, only("POST", "DELETE"), []harness.Unshared{{Method: "POST", Status: 501}, {Method: "DELETE", Status: 501}}),
		Entry("405 to GET", []string{"HEAD", "POST", "PUT", "DELETE"}, 405, only("GET"), []harness.Unshared{{Method: "GET", Status: 405}}),
		Entry("none, where they are shared", []string{"GET"}, 405, only(), nil),
		Entry("405 to all but GET", []string{"GET"}, 405, func(r *http.Request) bool { return r.Method != "GET" }, []harness.Unshared{
			{Method: "DELETE", Status: 405}, {Method: "HEAD", Status: 405}, {Method: "POST", Status: 405}, {Method: "PUT", Status: 405},
		}),
		Entry("none, where nothing is shared", []string{"GET"}, 404, func(*http.Request) bool { return true }, nil),
	)

	It("are announced: what is sent for sure, and what only if a preflight wrongly lets it", func() {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		t := &harness.Target{Endpoint: "http://127.0.0.1:1/x", Declared: &crud}
		sure, wrongly := t.Sends(t.Expand(table))
		Expect(sure).To(Equal([]string{"GET", "HEAD", "POST", "OPTIONS", "DELETE", "PUT"}))
		Expect(wrongly).To(ContainElement("PURGE"))
		Expect(wrongly).NotTo(ContainElement("TRACE"), "which browsers never send")
		t.NoChanges = true
		sure, wrongly = t.Sends(t.Expand(table))
		Expect(sure).To(Equal([]string{"GET", "HEAD", "OPTIONS"}))
		Expect(wrongly).To(BeEmpty())
	})
})

var _ = Describe("what no check looked at", func() {
	p := cases.Policy{Name: "api", Origins: []string{"https://a.example"}, Methods: []string{"PUT"}, ExposeHeaders: []string{"Link"}}
	sum := func(ctx context.Context, focus ...string) *harness.Summary {
		GinkgoHelper()
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		target := &harness.Target{Endpoint: witnessed(p, "GET").URL, Declared: &p}
		checks, err := cases.Select(target.Expand(table), focus, nil)
		Expect(err).NotTo(HaveOccurred())
		r := harness.Runner{Target: target, Checks: checks, Timeout: time.Minute}
		s, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		return s
	}
	It("is told, without a reason where no check of the run is about it", func(ctx SpecContext) {
		Expect(reasons(sum(ctx, "stated-origin"))).To(Equal(map[string]string{"method PUT": "", "exposed header Link": ""}))
		Expect(reasons(sum(ctx, "stated-*"))).To(BeEmpty())
	})
	It("is told with the reason why the check that is about it did not run", func(ctx SpecContext) {
		Expect(reasons(sum(ctx, "stated-origin", "stated-use-method"))).To(HaveKeyWithValue("method PUT", "the endpoint does not serve PUT"))
	})
})
