package harness_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/limit"
)

var _ = Describe("The limits go by the host that is contacted", func() {
	// Two names of this machine, of which one is taken for a server that is not ours.
	elsewhere := func(ctx SpecContext, method string, hosts ...string) (*harness.Summary, *atomic.Int32) {
		var there atomic.Int32
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			there.Add(1)
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Access-Control-Allow-Methods", "*")
		}))
		DeferCleanup(other.Close)
		s := appServer(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Access-Control-Allow-Methods", "*")
			if r.Method != http.MethodOptions && r.Header.Get("Origin") != "" {
				w.Header().Set("Location", "http://localhost"+other.URL[len("http://127.0.0.1"):]+"/x")
				w.WriteHeader(http.StatusTemporaryRedirect)
			}
		})
		foreign := func(addr string) (bool, bool) { return false, strings.HasPrefix(addr, "localhost:") }
		limits := limit.New(limit.Options{Hosts: hosts, Here: foreign})
		check := browserCheck("a", cases.Request{Method: method}, cases.Expect{Outcome: "allowed"})
		r := harness.Runner{Target: &harness.Target{Base: s.URL, Requests: &ask.Options{Scope: s.URL, Limits: limits}}, Checks: []cases.Check{check}, Timeout: ample}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		return sum, &there
	}

	It("so that no redirect from this machine to another is followed", func(ctx SpecContext) {
		sum, there := elsewhere(ctx, "GET")
		Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictUndecided))
		Expect(sum.Results[0].Reason).To(And(ContainSubstring("localhost"), ContainSubstring("--allow-host")))
		Expect(there.Load()).To(BeZero())
	})
	It("unless it was allowed", func(ctx SpecContext) {
		sum, there := elsewhere(ctx, "GET", "localhost")
		Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictPass))
		Expect(there.Load()).NotTo(BeZero())
	})
	It("and then gets no method that may change something", func(ctx SpecContext) {
		sum, there := elsewhere(ctx, "PUT", "localhost")
		Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictUndecided))
		Expect(sum.Results[0].Reason).To(ContainSubstring("PUT is not sent to localhost"))
		Expect(there.Load()).To(BeNumerically("<=", 1), "the preflight")
	})
})
