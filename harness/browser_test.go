package harness_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/model"
	"github.com/corsproof/corsproof/spec"
)

// fakeBrowser is an agent whose outcomes a function makes of the model's.
type fakeBrowser struct {
	change func(*agent.Outcome)
	whole  func(*agent.JobResult) // may be nil; after change
	fail   error
	silent bool
	can    string
}

func (*fakeBrowser) Name() string    { return "chrome" }
func (*fakeBrowser) Version() string { return "fake 1" }

// Engine is Chromium's, whose departures are documented.
func (*fakeBrowser) Engine() spec.Engine { return spec.EngineChromium }
func (f *fakeBrowser) Can(agent.Job) (bool, string) {
	return f.can == "", f.can
}
func (f *fakeBrowser) Close() error { return nil }
func (f *fakeBrowser) Perform(ctx context.Context, jobs []agent.Job, done func(agent.JobResult)) error {
	if f.silent {
		return f.fail
	}
	m := model.New(model.Options{Engine: spec.EngineChromium})
	defer func() { _ = m.Close() }()
	return m.Perform(ctx, jobs, func(r agent.JobResult) {
		for _, s := range r.Steps {
			for i := range s {
				f.change(&s[i])
			}
		}
		if f.whole != nil {
			f.whole(&r)
		}
		done(r)
	})
}

var _ = Describe("the runner with a browser", func() {
	same := func(*agent.Outcome) {}
	allowed := cases.Expect{Outcome: "allowed"}
	with := func(ctx context.Context, f *fakeBrowser, checks ...cases.Check) *harness.Summary {
		GinkgoHelper()
		s := appServer(open)
		r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: checks, Agents: []agent.Agent{f}, Timeout: ample}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		return sum
	}
	It("reports the model first, then the browser", func(ctx SpecContext) {
		sum := with(ctx, &fakeBrowser{change: same}, browserCheck("a", cases.Request{Method: "PUT"}, allowed), wireCheck("b", wireGet("/ok", anything)))
		Expect(sum.Agents).To(HaveLen(2))
		names := func(r harness.Result) (list []string) {
			for _, a := range r.Agents {
				list = append(list, a.Agent)
			}
			return list
		}
		Expect(names(sum.Results[0])).To(Equal([]string{"model", "chrome"}))
		Expect(names(sum.Results[1])).To(Equal([]string{"wire"}))
		Expect(sum.Counts).To(Equal(map[agent.Verdict]int{agent.VerdictPass: 2}))
		Expect(sum.Disagreements).To(BeZero())
	})

	DescribeTable("tells a disagreement, point by point", func(ctx SpecContext, what string, change func(*agent.Outcome)) {
		sum := with(ctx, &fakeBrowser{change: change}, browserCheck("a", cases.Request{Method: "PUT", Headers: []string{"X-A: 1"}}, cases.Expect{}))
		Expect(sum.Disagreements).To(Equal(1))
		Expect(sum.Results[0].Disagreement).To(ContainElement(And(HaveField("What", what), HaveField("Agent", "chrome"), HaveField("Departure", ""))))
	},
		Entry("the outcome", "outcome", func(o *agent.Outcome) { o.Result = spec.Blocked }),
		Entry("the type", "type", func(o *agent.Outcome) { o.Type = spec.TypeOpaque }),
		Entry("the status", "status", func(o *agent.Outcome) { o.Status = 201 }),
		Entry("readable headers", "readable headers", func(o *agent.Outcome) { o.Readable["x-more"] = "" }),
		Entry("the preflight", "preflight", func(o *agent.Outcome) { o.Hops[0].Preflight = false }),
		Entry("the method asked for", "Access-Control-Request-Method", func(o *agent.Outcome) { o.Hops[0].ACRM = ptr("put") }),
		Entry("the headers asked for", "Access-Control-Request-Headers", func(o *agent.Outcome) { o.Hops[0].ACRH = nil }),
		Entry("the origin", "Origin", func(o *agent.Outcome) { o.Hops[0].Origin = ptr("null") }),
		Entry("what was sent", "actual request sent", func(o *agent.Outcome) { o.Hops[0].Sent = false }),
	)

	It("knows what the browser cannot tell", func(ctx SpecContext) {
		sum := with(ctx, &fakeBrowser{change: func(o *agent.Outcome) {
			*o = agent.Outcome{Outcome: spec.Outcome{Result: o.Result}}
		}}, browserCheck("a", cases.Request{Method: "PUT"}, allowed))
		Expect(sum.Disagreements).To(BeZero())
	})

	It("sees no disagreement where the target answered the two differently", func(ctx SpecContext) {
		var n atomic.Int32
		s := appServer(func(w http.ResponseWriter, r *http.Request) {
			open(w, r)
			if r.URL.Query().Get("_") != "" && n.Add(1) > 1 {
				w.Header().Del("Access-Control-Allow-Origin")
			}
		})
		r := harness.Runner{
			Target: &harness.Target{Base: s.URL}, Concurrency: 1, Timeout: ample,
			Checks: []cases.Check{browserCheck("a", cases.Request{}, cases.Expect{})}, Agents: []agent.Agent{&fakeBrowser{change: same}},
		}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Results[0].Disagreement).To(BeEmpty())
	})

	It("marks what a documented departure of the engine explains", func(ctx SpecContext) {
		// Chromium lets * cover Authorization.
		s := appServer(func(w http.ResponseWriter, _ *http.Request) {
			for _, name := range []string{"Origin", "Methods", "Headers"} {
				w.Header().Set("Access-Control-Allow-"+name, "*")
			}
		})
		c := browserCheck("a", cases.Request{Headers: []string{"Authorization: x"}}, cases.Expect{})
		r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: []cases.Check{c}, Agents: []agent.Agent{&fakeBrowser{change: same}}}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Results[0].Disagreement).To(ContainElement(And(HaveField("What", "outcome"), HaveField("Departure", ContainSubstring("chromium")))))
		Expect(sum.Disagreements).To(BeZero())
	})

	It("judges each agent by itself and takes the worst", func(ctx SpecContext) {
		sum := with(ctx, &fakeBrowser{change: func(o *agent.Outcome) { o.Result, o.Reason = spec.Blocked, "MissingAllowOriginHeader" }},
			browserCheck("a", cases.Request{}, allowed))
		res := sum.Results[0]
		Expect(res.Verdict).To(Equal(agent.VerdictFail))
		Expect(res.Agents[0].Verdict).To(Equal(agent.VerdictPass))
		Expect(res.Agents[1].Failures[0].Reason).To(Equal("MissingAllowOriginHeader"))
	})

	It("says what a browser cannot do, and keeps the model's result", func(ctx SpecContext) {
		sum := with(ctx, &fakeBrowser{can: "no such API"}, browserCheck("a", cases.Request{}, allowed))
		Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictPass))
		Expect(sum.Results[0].Agents[1]).To(And(HaveField("Verdict", agent.VerdictSkip), HaveField("Note", "no such API")))
	})

	It("reports a browser that broke as an error, never as a pass", func(ctx SpecContext) {
		for _, f := range []*fakeBrowser{{silent: true, fail: errors.New("crashed")}, {silent: true}} {
			sum := with(ctx, f, browserCheck("a", cases.Request{}, allowed))
			Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictError))
			Expect(slices.Sorted(maps.Keys(sum.AgentErrors))).To(HaveLen(map[bool]int{true: 1, false: 0}[f.fail != nil]))
		}
	})
})
