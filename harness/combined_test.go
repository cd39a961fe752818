package harness_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// What a check comes to when several things happen in it: the agents differ, a
// browser's departure and the target's defect meet, steps are far apart.
var _ = Describe("a check in which several things happen", func() {
	run := func(ctx context.Context, server http.HandlerFunc, who agent.Agent, c cases.Check) harness.Result {
		GinkgoHelper()
		r := harness.Runner{Target: &harness.Target{Base: appServer(server).URL}, Checks: []cases.Check{c}, Agents: []agent.Agent{who}, Timeout: ample}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		return sum.Results[0]
	}

	It("fails if an agent found a failure, whatever became of the other", func(ctx SpecContext) {
		// Were the error worse, a crash would hide what was found.
		res := run(ctx, open, &fakeBrowser{silent: true, fail: errors.New("crashed")}, browserCheck("a", cases.Request{}, cases.Expect{Outcome: "blocked"}))
		Expect(res.Agents).To(HaveExactElements(HaveField("Verdict", agent.VerdictFail), HaveField("Verdict", agent.VerdictError)))
		Expect(res.Verdict).To(Equal(agent.VerdictFail))
	})

	It("is not excused for what a raw step found, only for what the browser departs in", func(ctx SpecContext) {
		c := browserCheck("a", cases.Request{Headers: []string{"Authorization: x"}}, cases.Expect{Outcome: "blocked"})
		raw := wireGet("/ok", cases.Predicate{Denies: ptr(app)})
		raw.Name = "afterwards"
		c.Steps = append(c.Steps, raw)
		c.Case.Steps, c.Kind = c.Steps, cases.KindBrowser
		res := run(ctx, wildcards(), &fakeBrowser{change: same}, c)
		chrome := res.Agents[1]
		Expect(chrome.Departures).To(ConsistOf(HaveField("What", "a script gets")))
		Expect(chrome.Failures).To(ConsistOf(HaveField("Step", "afterwards")))
		Expect(chrome.Verdict).To(Equal(agent.VerdictFail))
	})

	It("lets time pass in the replay as it did between the steps", func(ctx SpecContext) {
		// The permission of the first is over when the second asks. One that the
		// replay took for alive would differ from the browser in its preflight.
		server := func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", app)
			w.Header().Set("Access-Control-Allow-Methods", "PUT")
			w.Header().Set("Access-Control-Max-Age", "1")
		}
		c := browserCheck("a", cases.Request{Method: "PUT"}, cases.Expect{Preflight: ptr(true)})
		again := c.Steps[0]
		again.Name, again.After = "again", 1100*time.Millisecond
		c.Steps = append(c.Steps, again)
		c.Case.Steps = c.Steps
		res := run(ctx, server, &fakeBrowser{change: func(o *agent.Outcome) { o.Status = 299 }}, c)
		Expect(res.Verdict).To(Equal(agent.VerdictPass), "both preflights are sent")
		Expect(res.Disagreement).To(HaveEach(HaveField("What", "status")))
		Expect(res.Disagreement).To(ContainElement(HaveField("Step", "again")))
	})
})

var _ = Describe("a server that is not ours", func() {
	It("gets no check of more than 100 requests, and those of 100", func(ctx SpecContext) {
		s := appServer(open)
		of := func(first, second int) cases.Check {
			a, b := wireGet("/ok", anything), wireGet("/ok", anything)
			a.Times, b.Times = first, second
			return wireCheck("a", a, b)
		}
		for _, foreign := range []bool{true, false} {
			r := harness.Runner{Target: &harness.Target{Base: s.URL, Foreign: foreign, RateLimit: 500}, Checks: []cases.Check{of(60, 40), of(60, 41)}, Timeout: ample}
			sum, err := r.Run(ctx)
			Expect(err).NotTo(HaveOccurred())
			Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictPass))
			if !foreign {
				Expect(sum.Results[1].Verdict).To(Equal(agent.VerdictPass))
				continue
			}
			Expect(sum.Results[1].Skip).To(Equal(harness.SkipNotAllowed))
			Expect(sum.Results[1].Reason).To(ContainSubstring("101 requests"))
		}
	})

	It("is asked no faster than its limit by a browser either, preflights included", func(ctx SpecContext) {
		const perSecond = 50
		var n atomic.Int32
		s := appServer(func(w http.ResponseWriter, r *http.Request) { n.Add(1); open(w, r) })
		var checks []cases.Check
		for range 10 {
			checks = append(checks, browserCheck("a", cases.Request{Method: "PUT"}, cases.Expect{Outcome: "allowed", Preflight: ptr(true)}))
		}
		for i := range checks { // jobs are told apart by their ids
			checks[i].ID = string(rune('a'+i)) + "/exact"
		}
		r := harness.Runner{Target: &harness.Target{Base: s.URL, RateLimit: perSecond}, Checks: checks, Agents: []agent.Agent{&fakeBrowser{change: same}}, Timeout: ample}
		start := time.Now()
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Counts).To(Equal(map[agent.Verdict]int{agent.VerdictPass: 10}))
		Expect(n.Load()).To(BeNumerically(">=", 40), "two agents, ten checks, two requests each")
		// All but the last job's were waited for: a lower bound, which no slow machine breaks.
		Expect(time.Since(start)).To(BeNumerically(">=", time.Duration(n.Load()-2)*time.Second/perSecond))
	})
})

func same(*agent.Outcome) {}
