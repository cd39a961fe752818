package harness_test

import (
	"net/http"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// What a run hands on is what it ends with: a result is made once.
var _ = Describe("each result of an ordinary endpoint", func() {
	policy := &cases.Policy{Name: "exact", Origins: []string{app}, Methods: []string{"PUT", "DELETE"}}
	preflight := func(method string) cases.Step {
		return preflightStep(method, "", cases.Predicate{Allows: &cases.Ask{Origin: app, Method: method}})
	}
	// The endpoint shares what it answers and refuses every preflight.
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodOptions {
			open(w, r)
		}
	}
	run := func(ctx SpecContext, browser *fakeBrowser, checks ...cases.Check) (*harness.Summary, []harness.Result) {
		GinkgoHelper()
		for i := range checks {
			checks[i].Policy = policy
		}
		var streamed []harness.Result
		r := harness.Runner{
			Target: &harness.Target{Declared: policy, Endpoint: appServer(handler).URL + "/x"}, Checks: checks, Timeout: ample,
			Agents: []agent.Agent{browser}, OnResult: func(r harness.Result) { streamed = append(streamed, r) },
		}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(streamed).To(ConsistOf(sum.Results))
		return sum, streamed
	}
	last := func() cases.Check { // which may end the endpoint, so that it comes after the others
		s := wireGet("/ok", shares(app))
		s.Wire.Method = http.MethodDelete
		return wireCheck("delete", s)
	}

	It("is handed on once, as it is in the end: what follows from others, too", func(ctx SpecContext) {
		again := preflight("PUT")
		again.Times = 2
		sum, _ := run(ctx, &fakeBrowser{change: func(*agent.Outcome) {}}, wireCheck("put-twice", again), wireCheck("put", preflight("PUT")), last())
		Expect(verdicts(sum)).To(Equal(map[string]agent.Verdict{
			"put-twice/exact": agent.VerdictUndecided, "put/exact": agent.VerdictFail, "delete/exact": agent.VerdictPass,
		}))
	})

	DescribeTable("is asked for twice where it is in doubt", func(ctx SpecContext, method, outcome string, once spec.Result) {
		var asked atomic.Int32
		browser := &fakeBrowser{change: func(*agent.Outcome) {}, whole: func(r *agent.JobResult) {
			if asked.Add(1) == 1 {
				r.Steps[0][0].Result = once
			}
		}}
		sum, _ := run(ctx, browser, browserCheck("a", cases.Request{Method: method}, cases.Expect{Outcome: outcome}), last())
		Expect(asked.Load()).To(BeEquivalentTo(2))
		Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictPass))
		Expect(sum.Results[0].Once).NotTo(BeEmpty())
		Expect(sum.Disagreements).To(BeZero())
	},
		Entry("not again with the checks that come last", http.MethodGet, "allowed", spec.Blocked),
		Entry("among those that come last as well", http.MethodDelete, "blocked", spec.Allowed),
	)
})
