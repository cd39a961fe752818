package harness_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("A server that answers 429", func() {
	policy := &cases.Policy{Name: "declared", Origins: []string{app}}
	serve := func(limited func(n int32) bool, wait string, readable bool) (string, *atomic.Int32) {
		var n atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			status := http.StatusOK
			if limited(n.Add(1)) {
				status = http.StatusTooManyRequests
				w.Header().Set("Retry-After", wait)
			}
			if r.Header.Get("Origin") == app && (readable || status == http.StatusOK) {
				w.Header().Set("Access-Control-Allow-Origin", app)
			}
			w.WriteHeader(status)
		}))
		DeferCleanup(s.Close)
		return s.URL, &n
	}
	checks := func() (list []cases.Check) {
		for _, id := range []string{"a", "b", "c"} {
			list = append(list, wireCheck(id, wireGet("/", shares(app))))
		}
		return list
	}
	perform := func(ctx SpecContext, url string) *harness.Summary {
		r := harness.Runner{Target: &harness.Target{Declared: policy, Endpoint: url + "/"}, Checks: checks(), Timeout: ample, Concurrency: 1}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		return sum
	}

	It("is asked again when it said, and told of once where a page cannot read it", func(ctx SpecContext) {
		url, _ := serve(func(n int32) bool { return n == 4 || n == 5 }, "1", false)
		start := time.Now()
		sum := perform(ctx, url)
		Expect(sum.Counts).To(Equal(map[agent.Verdict]int{agent.VerdictFail: 1, agent.VerdictPass: 2}))
		Expect(time.Since(start)).To(BeNumerically(">=", time.Second))
	})

	It("is no failure where a page can read it", func(ctx SpecContext) {
		url, _ := serve(func(n int32) bool { return n == 4 }, "1", true)
		Expect(perform(ctx, url).Counts).To(Equal(map[agent.Verdict]int{agent.VerdictPass: 3}))
	})

	It("for longer than there is time leaves checks undecided, and says so", func(ctx SpecContext) {
		url, n := serve(func(n int32) bool { return n > 3 }, "7200", true)
		sum := perform(ctx, url)
		Expect(sum.Counts[agent.VerdictFail]).To(BeZero())
		Expect(sum.Counts[agent.VerdictUndecided]).To(BeNumerically(">", 0))
		Expect(sum.Results[2].Reason).To(And(ContainSubstring("429"), ContainSubstring("2h0m0s (Retry-After)")))
		Expect(n.Load()).To(BeNumerically("<", 20))
	})
})
