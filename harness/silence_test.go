package harness_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// hangUp ends a connection without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
}

// evilGet asks as a stranger, who is to be denied.
func evilGet() cases.Step {
	evil := "https://evil.test"
	s := wireGet("/ok", cases.Predicate{Denies: &evil})
	s.Wire.Headers = []string{"Origin: " + evil}
	return s
}

var _ = Describe("A request without an answer", func() {
	allow := func(w http.ResponseWriter) { w.Header().Set("Access-Control-Allow-Origin", app) }

	DescribeTable("is made again, and the answer that comes then counts", func(ctx SpecContext, lost int32) {
		var seen atomic.Int32
		s := appServer(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Origin") != "" && seen.Add(1) <= lost {
				hangUp(w)
				return
			}
			allow(w)
		})
		sum, err := run(ctx, s.URL, wireCheck("a", wireGet("/ok", shares(app))))
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictPass))
		Expect(sum.Stopped).To(BeNil())
	},
		Entry("after the client's own second try", int32(2)),
		Entry("where the second time was unlucky too", int32(5)),
	)

	DescribeTable("is made again by a browser, as often as on the wire", func(ctx SpecContext, lost int32, verdict agent.Verdict) {
		s := appServer(func(w http.ResponseWriter, _ *http.Request) { allow(w) })
		var n atomic.Int32
		f := &fakeBrowser{change: func(o *agent.Outcome) {
			if n.Add(1) > lost {
				return
			}
			o.Result, o.Type, o.Reason, o.FailedHop = spec.Blocked, spec.TypeErr, spec.ReasonNetworkError, 0
			ex := &o.Exchanges[len(o.Exchanges)-1]
			ex.Status, ex.Response, ex.Error, ex.ErrorKind = 0, nil, "the server closed the connection without an answer", "closed"
		}}
		check := browserCheck("a", cases.Request{}, cases.Expect{Outcome: "allowed"})
		r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: []cases.Check{check}, Agents: []agent.Agent{f}, Timeout: ample}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Results[0].Agents[1].Verdict).To(Equal(verdict), "%+v", sum.Results[0])
	},
		Entry("once is chance", int32(1), agent.VerdictPass),
		Entry("three times may be", int32(3), agent.VerdictPass),
		Entry("always is not", int32(1000), agent.VerdictFail),
	)

	It("is a finding where it is reproduced while others are answered, and no question of letting in", func(ctx SpecContext) {
		s := appServer(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Origin") != "" {
				hangUp(w)
			}
		})
		sum, err := run(ctx, s.URL, wireCheck("a", wireGet("/ok", shares(app))), wireCheck("b", evilGet()))
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Stopped).To(BeNil())
		Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictFail))
		Expect(sum.Results[1].Verdict).To(Equal(agent.VerdictUndecided))
		Expect(sum.Results[1].Security).To(BeEmpty())
		Expect(sum.Results[1].Reason).To(ContainSubstring("no answer came, again and again"))
	})

	It("is no finding where the target answers one by one and not that many at once", func(ctx SpecContext) {
		room := make(chan struct{}, 3)
		s := appServer(func(w http.ResponseWriter, r *http.Request) {
			select {
			case room <- struct{}{}:
				defer func() { <-room }()
			default:
				<-r.Context().Done()
				return
			}
			time.Sleep(20 * time.Millisecond)
			allow(w)
		})
		many := wireGet("/ok", shares(app))
		many.Parallel, many.Times = 20, 20
		r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: []cases.Check{wireCheck("many", many)}, Timeout: 300 * time.Millisecond}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Stopped).To(BeNil())
		Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictUndecided))
		Expect(sum.Results[0].Reason).To(ContainSubstring("20 requests at once were not all answered in time"))
	})

	It("says nothing of a target that leaves ordinary ones without an answer, too", func(ctx SpecContext) {
		var n atomic.Int32
		s := appServer(func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1)%7 == 0 {
				select {
				case <-r.Context().Done():
				case <-time.After(5 * time.Second):
				}
				return
			}
			allow(w)
		})
		var checks []cases.Check
		for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
			step := wireGet("/ok", shares(app))
			step.Times = 9 // so that each meets a silence, also the second time
			checks = append(checks, wireCheck(id, step), wireCheck(id+"-evil", evilGet()))
		}
		r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: checks, Timeout: 300 * time.Millisecond, Concurrency: 2}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Stopped).To(BeNil(), "it did not die")
		Expect(sum.Counts[agent.VerdictFail]).To(BeZero())
		Expect(sum.Counts[agent.VerdictUndecided]).To(BeNumerically(">", 0))
		for _, res := range sum.Results {
			Expect(res.Security).To(BeEmpty())
			if res.Verdict == agent.VerdictUndecided {
				Expect(res.Reason).To(ContainSubstring("leaves ordinary requests without an answer"))
			}
		}
	})

	DescribeTable("to an odd preflight holds up the server only where others are answered", func(ctx SpecContext, hears string, want agent.Effect, grave cases.Severity) {
		s := appServer(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != hears {
				<-r.Context().Done()
				return
			}
			allow(w)
			w.Header().Set("Access-Control-Allow-Methods", "PUT")
		})
		preflight := func(id, method string) cases.Check {
			step := wireGet("/ok", shares(app))
			step.Wire.Method = http.MethodOptions
			step.Wire.Headers = append(step.Wire.Headers, "Access-Control-Request-Method: "+method)
			c := wireCheck(id, step)
			c.Policy = &cases.Policy{Name: "exact", Origins: []string{app}, Methods: []string{"PUT"}}
			return c
		}
		checks := []cases.Check{preflight("odd", "P<UT"), preflight("plain", "PUT")}
		checks[1].Policy = checks[0].Policy
		told := map[string]cases.Severity{}
		r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: checks, Timeout: time.Second, OnResult: func(res harness.Result) { told[res.Case] = res.Security }}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		odd := sum.Results[0]
		Expect(odd.Agents[0].Failures[0].Effect).To(Equal(want))
		Expect(odd.Security).To(Equal(grave))
		Expect(told).To(HaveKeyWithValue("odd", grave), "what is told at once is what the report has")
	},
		Entry("which they are not", "", agent.EffectLockedOut, cases.Severity("")),
		Entry("which they are", "PUT", agent.EffectUnavailable, cases.Medium),
	)

	It("to any preflight is not asked for twice", func(ctx SpecContext) {
		const many = 12
		var preflights atomic.Int32
		s := appServer(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions {
				preflights.Add(1)
				<-r.Context().Done()
				return
			}
			allow(w)
		})
		var checks []cases.Check
		for range many {
			step := wireGet("/ok", shares(app))
			step.Wire.Method = http.MethodOptions
			step.Wire.Headers = append(step.Wire.Headers, "Access-Control-Request-Method: PUT")
			checks = append(checks, wireCheck(strings.Repeat("a", len(checks)+1), step))
		}
		r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: checks, Timeout: 200 * time.Millisecond, Concurrency: 1}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Counts[agent.VerdictFail]).To(Equal(many))
		Expect(preflights.Load()).To(BeNumerically("<=", many+4))
	})

	DescribeTable("of a target that dies is not a failure of anything", func(ctx SpecContext, ended string, end func(http.ResponseWriter, *http.Request)) {
		var n atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-App", "ok")
			if n.Add(1) > 20 {
				end(w, r)
				return
			}
			if r.Header.Get("Origin") == app {
				allow(w)
			}
		}))
		DeferCleanup(s.Close)
		var checks []cases.Check
		for i := range 60 {
			id := "c" + string(rune('a'+i%26)) + string(rune('a'+i/26))
			if i%2 == 0 {
				checks = append(checks, wireCheck(id, evilGet()))
			} else {
				checks = append(checks, wireCheck(id, wireGet("/ok", shares(app))))
			}
		}
		target := &harness.Target{Base: s.URL, Log: func(string) string { return "\nTypeError: end of the world\n" }}
		sum, err := (&harness.Runner{Target: target, Checks: checks, Timeout: 300 * time.Millisecond, Concurrency: 8}).Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Counts[agent.VerdictFail]).To(BeZero())
		Expect(sum.Counts[agent.VerdictPass]).To(BeNumerically(">", 0), "what was measured is kept")
		Expect(sum.Stopped).NotTo(BeNil())
		Expect(sum.Stopped.Reason).To(HavePrefix("the target " + ended))
		Expect(sum.Stopped.Log).To(Equal("TypeError: end of the world"))
		for _, res := range sum.Results {
			Expect(res.Verdict).To(BeElementOf(agent.VerdictPass, agent.VerdictSkip, agent.VerdictError), res.ID)
		}
	},
		Entry("by resets", "died", func(w http.ResponseWriter, _ *http.Request) { hangUp(w) }),
		Entry("by silence, which may be slowness", "stopped answering in time", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(5 * time.Second):
			}
		}),
	)
})
