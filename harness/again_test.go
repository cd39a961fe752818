package harness_test

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// unseen is an agent's error that says nothing about the target.
type unseen struct{}

func (unseen) Error() string { return "the browser did not report the end" }
func (unseen) Unsure() bool  { return true }

// times counts calls.
func times(f func(n int, r *agent.JobResult)) func(*agent.JobResult) {
	var mu sync.Mutex
	n := 0
	return func(r *agent.JobResult) {
		mu.Lock()
		defer mu.Unlock()
		n++
		f(n, r)
	}
}

// preflighted grants a method, headers, and for how long; empty for none.
func preflighted(w http.ResponseWriter, method, headers, maxAge string) {
	w.Header().Set("Access-Control-Allow-Origin", app)
	for name, value := range map[string]string{"Allow-Methods": method, "Allow-Headers": headers, "Max-Age": maxAge} {
		if value != "" {
			w.Header().Set("Access-Control-"+name, value)
		}
	}
}

// putTwice is a check of two PUTs, of which the second is preflighted or not.
func putTwice(policy *cases.Policy, second bool) cases.Check {
	step := func(name string, preflight bool) cases.Step {
		return cases.Step{Name: name, Request: &cases.Request{Origin: app, Path: "/ok", Method: "PUT"}, Expect: &cases.Expect{Outcome: "allowed", Preflight: &preflight}}
	}
	steps := []cases.Step{step("first", true), step("second", second)}
	return cases.Check{
		ID: "twice/exact", Case: &cases.Case{ID: "twice", Level: cases.Must, Title: "twice", Steps: steps},
		Policy: policy, Steps: steps, Kind: cases.KindBrowser,
	}
}

var _ = Describe("what a browser did once", func() {
	same := func(*agent.Outcome) {}
	with := func(ctx SpecContext, f *fakeBrowser, handler http.HandlerFunc, checks ...cases.Check) harness.Result {
		GinkgoHelper()
		s := appServer(handler)
		f.change = same
		r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: checks, Agents: []agent.Agent{f}, Timeout: ample}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		return sum.Results[0]
	}

	It("and not again is not a disagreement, and is noted", func(ctx SpecContext) {
		emitted := 0
		s := appServer(open)
		f := &fakeBrowser{change: same, whole: times(func(n int, r *agent.JobResult) {
			if n == 1 {
				r.Steps[0][0].Result = spec.Blocked
			}
		})}
		r := harness.Runner{
			Target: &harness.Target{Base: s.URL}, Checks: []cases.Check{browserCheck("a", cases.Request{}, cases.Expect{Outcome: "allowed"})},
			Agents: []agent.Agent{f}, Timeout: ample, OnResult: func(harness.Result) { emitted++ },
		}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Disagreements).To(BeZero())
		res := sum.Results[0]
		Expect(res.Verdict).To(Equal(agent.VerdictPass))
		Expect(res.Agents).To(HaveLen(2))
		Expect(res.Once).To(ContainElement(HaveField("What", "outcome")))
		Expect(emitted).To(Equal(1))
	})

	It("and does again is a disagreement", func(ctx SpecContext) {
		count := 0
		res := with(ctx, &fakeBrowser{whole: times(func(n int, r *agent.JobResult) { count, r.Steps[0][0].Result = n, spec.Blocked })}, open, browserCheck("a", cases.Request{}, cases.Expect{}))
		Expect(res.Disagrees()).To(BeTrue())
		Expect(res.Once).To(BeEmpty())
		Expect(count).To(Equal(2))
	})

	It("and cannot be asked again accuses nobody", func(ctx SpecContext) {
		res := with(ctx, &fakeBrowser{whole: times(func(n int, r *agent.JobResult) {
			r.Steps[0][0].Result = spec.Blocked
			if n == 2 {
				r.Err = errors.New("lost")
			}
		})}, open, browserCheck("a", cases.Request{}, cases.Expect{}))
		Expect(res.Disagrees()).To(BeFalse())
		Expect(res.Once).NotTo(BeEmpty())
		Expect(res.Verdict).To(Equal(agent.VerdictPass))
	})

	It("or did not see, it is asked for once more", func(ctx SpecContext) {
		res := with(ctx, &fakeBrowser{whole: times(func(n int, r *agent.JobResult) {
			if n == 1 {
				r.Err = unseen{}
			}
		})}, open, browserCheck("a", cases.Request{}, cases.Expect{Outcome: "allowed"}))
		Expect(res.Verdict).To(Equal(agent.VerdictPass))
	})

	It("and never sees, leaves the check undecided: no error of the target's", func(ctx SpecContext) {
		res := with(ctx, &fakeBrowser{whole: func(r *agent.JobResult) { r.Err = unseen{} }}, open, browserCheck("a", cases.Request{}, cases.Expect{Outcome: "allowed"}))
		Expect(res.Verdict).To(Equal(agent.VerdictUndecided))
		Expect(res.Reason).To(ContainSubstring("did not report"))
		Expect(res.Agents[0].Verdict).To(Equal(agent.VerdictPass))
	})

	// later has the browser make the second request so much later, with a
	// preflight of its own, as it does when its permission has run out.
	later := func(d time.Duration, preflight bool) func(*agent.JobResult) {
		return func(r *agent.JobResult) {
			first, second := &r.Steps[0][0], &r.Steps[1][0]
			second.Began = second.Began.Add(d)
			if preflight && !second.Hops[0].Preflight {
				second.Hops = slices.Clone(first.Hops)
				second.Exchanges = slices.Clone(first.Exchanges)
			}
		}
	}
	maxAge := func(value string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodOptions {
				open(w, r)
				return
			}
			preflighted(w, "PUT", "", value)
		}
	}
	seconds := func(n int) *cases.Policy { return &cases.Policy{Name: "exact", MaxAge: &n} }
	unstated := &cases.Policy{Name: "exact"}

	DescribeTable("too late for what a check would show", func(ctx SpecContext, value string, policy *cases.Policy, wanted bool, d time.Duration, preflight bool, verdict agent.Verdict, disagrees bool) {
		res := with(ctx, &fakeBrowser{whole: later(d, preflight)}, maxAge(value), putTwice(policy, wanted))
		Expect(res.Agents[1].Verdict).To(Equal(verdict), "%+v", res.Agents[1])
		Expect(res.Disagrees()).To(Equal(disagrees))
		if verdict == agent.VerdictUndecided {
			Expect(res.Agents[1].Note).To(MatchRegexp(`came too late \(needed within \S+, took 31(\.\d)?s\)`))
			if wanted { // the model was in time and says what is wrong
				Expect(res.Verdict).To(Equal(agent.VerdictFail))
			} else {
				Expect(res.Verdict).To(Equal(agent.VerdictUndecided))
			}
		}
	},
		Entry("is undecided: the default has run out", "", unstated, false, 31*time.Second, true, agent.VerdictUndecided, false),
		Entry("is undecided: what was stated has run out", "20", seconds(20), false, 31*time.Second, true, agent.VerdictUndecided, false),
		Entry("is undecided: what was to be asked again would be asked for anyway", "5", seconds(0), true, 31*time.Second, true, agent.VerdictUndecided, false),
		Entry("is not: it still holds", "600", seconds(600), false, 31*time.Second, false, agent.VerdictPass, false),
		Entry("is not: it still holds, and nobody should ask", "600", seconds(600), false, 31*time.Second, true, agent.VerdictFail, true),
		Entry("is not: the server allows for less than was stated", "0", seconds(600), false, 31*time.Second, true, agent.VerdictFail, false),
		Entry("is not: the server forbids it at once", "0", unstated, false, time.Second, true, agent.VerdictFail, false),
		Entry("is not: it came at once", "", unstated, false, time.Duration(0), true, agent.VerdictFail, true),
		Entry("is not: it is never kept", "0", seconds(0), true, 31*time.Second, true, agent.VerdictPass, false),
	)

	It("and was answered differently, is right about that: how, and in what the requests differed", func(ctx SpecContext) {
		res := with(ctx, &fakeBrowser{whole: func(r *agent.JobResult) {
			o := &r.Steps[0][0]
			o.Result, o.Type, o.Reason, o.FailedHop, o.Readable = spec.Blocked, spec.TypeErr, spec.ReasonMissingAllowOriginHeader, 0, nil
			x := &o.Exchanges[0]
			x.Request = append(slices.Clone(x.Request), spec.Field{Name: "X-Secret", Value: "hunter2"})
			x.Response = x.Response.Without(func(name string) bool { return strings.HasPrefix(strings.ToLower(name), "access-control") })
		}}, open, browserCheck("a", cases.Request{}, cases.Expect{Outcome: "allowed"}))
		Expect(res.Disagreement).To(BeEmpty())
		Expect(res.Agents[0].Verdict).To(Equal(agent.VerdictPass))
		Expect(res.Agents[1].Verdict).To(Equal(agent.VerdictFail))
		Expect(res.Answered).To(And(ContainSubstring("answered differently"), ContainSubstring("no access-control-allow-origin"), ContainSubstring("differed in"), ContainSubstring("x-secret"), Not(ContainSubstring("hunter2"))))
	})

	DescribeTable("and names a refused header", func(ctx SpecContext, allowed, named string, disagrees bool) {
		handler := func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodOptions {
				open(w, r)
				return
			}
			preflighted(w, "", allowed, "")
		}
		res := with(ctx, &fakeBrowser{whole: func(r *agent.JobResult) { r.Steps[0][0].FailedParameter = named }}, handler,
			browserCheck("a", cases.Request{Headers: []string{"X-A: 1", "X-B: 1", "X-C: 1"}}, cases.Expect{}))
		Expect(res.Disagrees()).To(Equal(disagrees), strconv.Quote(named))
	},
		Entry("the same", "x-a", "x-b", false),
		Entry("another that is refused", "x-a", "x-c", false),
		Entry("one that is allowed", "x-a", "x-a", true),
		Entry("one that was not asked for", "x-a", "x-d", true),
	)
})

var _ = It("a redirect out of a browser's HTTP cache is not a disagreement", func(ctx SpecContext) {
	s := appServer(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("_") {
			w.Header().Set("Location", "/to")
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.WriteHeader(http.StatusPermanentRedirect) // browsers keep it for good, the standard leaves it to them
			return
		}
		open(w, r)
	})
	cached := &fakeBrowser{change: func(o *agent.Outcome) {
		h := &o.Hops[0]
		h.Sent, h.Origin, h.Header, h.Credentials = false, nil, nil, false
		o.Exchanges = o.Exchanges[1:]
	}}
	r := harness.Runner{
		Target: &harness.Target{Base: s.URL}, Checks: []cases.Check{browserCheck("a", cases.Request{}, cases.Expect{Outcome: "allowed"})},
		Agents: []agent.Agent{cached}, Timeout: ample,
	}
	sum, err := r.Run(ctx)
	Expect(err).NotTo(HaveOccurred())
	Expect(sum.Results[0].Agents[1].Verdict).To(Equal(agent.VerdictPass))
	Expect(sum.Results[0].Disagreement).To(BeEmpty())
	Expect(sum.Results[0].Once).To(BeEmpty())
})
