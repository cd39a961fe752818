package harness_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/model"
	"github.com/corsproof/corsproof/reference/mutants"
)

var _ = Describe("handshakes of WebSocket", func() {
	const origin = "https://app.example.com"
	policy := cases.Policy{Name: "api", Origins: []string{origin}, Credentials: true}

	// results are those of the group on an ordinary endpoint, by case.
	results := func(ctx context.Context, mutant, path string) map[string]harness.Result {
		GinkgoHelper()
		start := mutants.Good
		if mutant != "" {
			start = func(o []cases.Policy) (*mutants.Server, error) { return mutants.New(mutant, o) }
		}
		srv, err := start([]cases.Policy{policy})
		Expect(err).NotTo(HaveOccurred())
		Expect(srv.Start(ctx)).To(Succeed())
		DeferCleanup(srv.Close)
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		target := &harness.Target{Declared: &policy, Endpoint: srv.URL + "/api/ok", WebSocket: path}
		checks := slices.DeleteFunc(target.Expand(table), func(c cases.Check) bool { return c.Case.Group != "websocket" })
		sum, err := (&harness.Runner{Target: target, Checks: checks, Timeout: ample}).Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		got := map[string]harness.Result{}
		for _, r := range sum.Results {
			got[r.Case] = r
		}
		return got
	}

	It("are looked at where the target states a path", func(ctx SpecContext) {
		for id, r := range results(ctx, "", "/api"+mutants.WebSocketPath) {
			Expect(r.Verdict).To(Equal(agent.VerdictPass), id)
		}
	})

	It("are not where it states none, and the report says so", func(ctx SpecContext) {
		for id, r := range results(ctx, "", "") {
			Expect(r.Verdict).To(Equal(agent.VerdictSkip), id)
			Expect(r.Reason).To(ContainSubstring("websocket (no path of one is stated)"))
		}
	})

	It("from any origin are a finding, with the severity of what a page can do then", func(ctx SpecContext) {
		got := results(ctx, "ws-any-origin", "/api"+mutants.WebSocketPath)
		for _, id := range []string{"ws-denied", "ws-suffix", "ws-null"} {
			Expect(got[id].Verdict).To(Equal(agent.VerdictFail), id)
			Expect(got[id].Security).To(Equal(cases.Critical), id)
		}
		Expect(got["ws-allowed"].Verdict).To(Equal(agent.VerdictPass))
	})

	DescribeTable("are refused in more than one way",
		func(ctx SpecContext, refuse http.HandlerFunc) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Origin") == origin {
					w.Header().Set("Access-Control-Allow-Origin", origin)
				} else if r.URL.Path == "/socket" {
					refuse(w, r)
				}
			}))
			DeferCleanup(s.Close)
			m := model.New(model.Options{})
			DeferCleanup(m.Close)
			job := agent.Job{ID: "a", Timeout: ample, Steps: []agent.Step{{
				Request: cases.Request{API: "websocket", Origin: "https://evil.test"}, URL: s.URL + "/socket",
			}}}
			Expect(m.Perform(ctx, []agent.Job{job}, func(r agent.JobResult) {
				Expect(r.Err).NotTo(HaveOccurred())
				Expect(judge.Outcome(&cases.Expect{Outcome: "blocked"}, &r.Steps[0][0])).To(BeEmpty())
				Expect(judge.Outcome(&cases.Expect{Outcome: "allowed"}, &r.Steps[0][0])).NotTo(BeEmpty())
			})).To(Succeed())
		},
		Entry("403", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }),
		Entry("401", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }),
		Entry("404", http.NotFound),
		Entry("200", func(w http.ResponseWriter, _ *http.Request) {}),
		Entry("a redirect to a login", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) }),
		Entry("the connection closed", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
	)

	It("that nobody answers are not handshakes that were refused", func(ctx SpecContext) {
		got := results(ctx, "", "/api/nope")
		Expect(got["ws-allowed"].Verdict).To(Equal(agent.VerdictWarn))
	})
})
