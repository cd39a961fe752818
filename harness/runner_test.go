package harness_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// wireCheck is a check of raw steps.
func wireCheck(id string, steps ...cases.Step) cases.Check {
	return cases.Check{
		ID: id + "/exact", Case: &cases.Case{ID: id, Level: cases.Must, Title: id, Steps: steps},
		Policy: &cases.Policy{Name: "exact"}, Steps: steps, Kind: cases.KindWire,
	}
}

// wireGet is a raw GET with an Origin.
func wireGet(path string, p ...cases.Predicate) cases.Step {
	return cases.Step{Wire: &cases.Wire{Method: "GET", Path: path, Version: "HTTP/1.1", Headers: []string{"Origin: " + app}}, Answer: p}
}

// browserCheck is a check of one request.
func browserCheck(id string, r cases.Request, e cases.Expect) cases.Check {
	steps := []cases.Step{{Request: &r, Expect: &e}}
	r.Origin, r.Path = app, "/ok"
	if r.Method == "" {
		r.Method = "GET"
	}
	return cases.Check{
		ID: id + "/exact", Case: &cases.Case{ID: id, Level: cases.Must, Title: id, Steps: steps},
		Policy: &cases.Policy{Name: "exact"}, Steps: steps, Kind: cases.KindBrowser,
	}
}

// appServer is a server with the contract's mark on every answer.
func appServer(h http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-App", "ok")
		h(w, r)
	}))
	DeferCleanup(s.Close)
	return s
}

// run runs checks against a base URL.
func run(ctx context.Context, base string, checks ...cases.Check) (*harness.Summary, error) {
	r := harness.Runner{Target: &harness.Target{Base: base}, Checks: checks, Timeout: ample}
	return r.Run(ctx)
}

const (
	ample = time.Minute     // for what answers, on however busy a machine
	short = 3 * time.Second // for what does not
)

func verdicts(s *harness.Summary) map[string]agent.Verdict {
	m := map[string]agent.Verdict{}
	for _, r := range s.Results {
		m[r.ID] = r.Verdict
	}
	return m
}

var anything = cases.Predicate{Answered: ptr(true)}

var _ = Describe("the runner", func() {
	It("gives a result for every check, in their order, and each as it comes", func(ctx SpecContext) {
		s := appServer(open)
		var checks []cases.Check
		for _, id := range []string{"c", "a", "b"} {
			checks = append(checks, wireCheck(id, wireGet("/ok", shares(app))))
		}
		checks = append(checks, browserCheck("d", cases.Request{}, cases.Expect{Outcome: "allowed"}))
		var streamed []string
		r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: checks, OnResult: func(r harness.Result) { streamed = append(streamed, r.ID) }}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		var order []string
		for _, r := range sum.Results {
			order = append(order, r.ID)
			Expect(r.Verdict).To(Equal(agent.VerdictPass))
			Expect(r.Agents[0].Exchanges).To(BeEmpty(), "those of passes are not kept")
		}
		Expect(order).To(Equal([]string{"c/exact", "a/exact", "b/exact", "d/exact"}))
		Expect(streamed).To(ConsistOf(order))
		Expect(sum.Counts).To(Equal(map[agent.Verdict]int{agent.VerdictPass: 4}))
		Expect(sum.Stopped).To(BeNil())
	})

	DescribeTable("weighs what keeps somebody out by the level", func(ctx SpecContext, level cases.Level, want agent.Verdict) {
		s := appServer(func(http.ResponseWriter, *http.Request) {})
		c := wireCheck("a", wireGet("/ok", shares(app)))
		c.Case.Level = level
		sum, err := run(ctx, s.URL, c)
		Expect(err).NotTo(HaveOccurred())
		res := sum.Results[0]
		Expect(res.Verdict).To(Equal(want))
		Expect(res.Agents[0].Exchanges).To(HaveLen(1))
		if want == agent.VerdictInfo {
			Expect(res.Agents[0].Note).To(HavePrefix("no: "))
			Expect(res.Agents[0].Failures).To(BeEmpty())
			return
		}
		Expect(res.Agents[0].Failures).To(HaveLen(1))
	},
		Entry(nil, cases.Must, agent.VerdictFail),
		Entry(nil, cases.Should, agent.VerdictWarn),
		Entry(nil, cases.Practice, agent.VerdictWarn),
		Entry(nil, cases.Info, agent.VerdictInfo),
	)

	It("shows, of steps that a check repeats for each entry of a list, those that failed, and all others", func(ctx SpecContext) {
		origins := func(refused ...string) (list []string) {
			s := appServer(func(w http.ResponseWriter, r *http.Request) {
				if o := r.Header.Get("Origin"); !slices.Contains(refused, o) {
					w.Header().Set("Access-Control-Allow-Origin", o)
				}
			})
			check := browserCheck("a", cases.Request{}, cases.Expect{Outcome: "allowed"})
			for _, name := range []string{"https://one.example", "https://two.example"} {
				repeated := cases.Step{Name: name, Each: "origins", Request: &cases.Request{Method: "GET", Path: "/ok", Origin: name}, Expect: check.Steps[0].Expect}
				check.Steps = append(check.Steps, repeated)
			}
			sum, err := run(ctx, s.URL, check)
			Expect(err).NotTo(HaveOccurred())
			for _, ex := range sum.Results[0].Agents[0].Exchanges {
				list = append(list, ex.Request.Values("Origin")...)
			}
			return list
		}
		Expect(origins()).To(BeEmpty())
		Expect(origins("https://two.example")).To(Equal([]string{app, "https://two.example"}))
		Expect(origins("https://one.example", "https://two.example")).To(Equal([]string{app, "https://one.example", "https://two.example"}))
		Expect(origins(app)).To(Equal([]string{app}))
	})

	It("does not run at all without checks", func(ctx SpecContext) {
		_, err := run(ctx, "http://127.0.0.1:1")
		Expect(err).To(MatchError(harness.ErrNothing))
	})

	Describe("looks at the target first", func() {
		kindOf := func(err error) harness.TargetErrorKind {
			GinkgoHelper()
			e, ok := errors.AsType[*harness.TargetError](err)
			Expect(ok).To(BeTrue(), "%v", err)
			Expect(e.Hint()).NotTo(BeEmpty())
			return e.Kind
		}
		check := func() cases.Check { return wireCheck("a", wireGet("/ok", anything)) }
		It("that is not there", func(ctx SpecContext) {
			s := httptest.NewServer(nil)
			s.Close()
			_, err := run(ctx, s.URL, check())
			Expect(kindOf(err)).To(Equal(harness.Unreachable))
		})
		DescribeTable("that is no web server", func(ctx SpecContext, answer string, hangUp bool, kind harness.TargetErrorKind) {
			base := raw(answer, hangUp)
			r := harness.Runner{Target: &harness.Target{Base: base}, Checks: []cases.Check{check()}, Timeout: ample}
			if kind == harness.Hangs {
				r.Timeout = short / 6
			}
			_, err := r.Run(ctx)
			Expect(kindOf(err)).To(Equal(kind))
		},
			Entry("hangs", "", false, harness.Hangs),
			Entry("hangs up", "", true, harness.HangsUp),
			Entry("hangs up in the middle", "HTTP/1.1 200 OK\r\nX", true, harness.HangsUp),
			Entry("another protocol", "220 smtp\r\n", false, harness.NotHTTP),
			Entry("a field without a colon", "HTTP/1.1 200 OK\r\nX\r\n\r\n", false, harness.BadHTTP),
			Entry("a head beyond all bounds", "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 2<<20)+"\r\n\r\n", false, harness.TooLarge),
		)
		It("that serves no contract", func(ctx SpecContext) {
			s := httptest.NewServer(http.NotFoundHandler())
			DeferCleanup(s.Close)
			_, err := run(ctx, s.URL, check())
			Expect(kindOf(err)).To(Equal(harness.NoContract))
		})
		It("whose URL is none", func(ctx SpecContext) {
			_, err := run(ctx, "localhost:8080", check())
			Expect(kindOf(err)).To(Equal(harness.BadURL))
		})
		It("whose certificate nobody knows", func(ctx SpecContext) {
			s := httptest.NewTLSServer(nil)
			DeferCleanup(s.Close)
			_, err := run(ctx, s.URL, check())
			Expect(kindOf(err)).To(Equal(harness.BadTLS))
		})
	})

	It("holds an ordinary endpoint to a declared policy", func(ctx SpecContext) {
		var uris sync.Map
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			uris.Store(r.RequestURI, true)
			open(w, r)
		}))
		DeferCleanup(s.Close)
		needs := wireCheck("b", wireGet("/count", anything))
		needs.Needs = []cases.Part{cases.PartCount}
		r := harness.Runner{
			Target: &harness.Target{Declared: &cases.Policy{Name: "exact"}, Endpoint: s.URL + "/api/v1?x=1"},
			Checks: []cases.Check{wireCheck("a", wireGet("/ok", shares(app))), needs},
		}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(verdicts(sum)).To(Equal(map[string]agent.Verdict{"a/exact": agent.VerdictPass, "b/exact": agent.VerdictSkip}))
		Expect(sum.Results[1].Skip).To(Equal(harness.SkipContract))
		var all []string
		uris.Range(func(k, _ any) bool { all = append(all, k.(string)); return true })
		Expect(all).To(Equal([]string{"/api/v1?x=1"}))
	})

	DescribeTable("an endpoint that does not share with the allowed origin", func(ctx SpecContext, level cases.Level, acao string, verdict agent.Verdict, security cases.Severity, why spec.Reason) {
		s := appServer(func(w http.ResponseWriter, _ *http.Request) {
			if acao != "" {
				w.Header().Set("Access-Control-Allow-Origin", acao)
			}
		})
		check := wireCheck("a", wireGet("/ok", shares(app)))
		if evil := "https://evil.test"; acao == evil {
			check = wireCheck("a", wireGet("/", cases.Predicate{Denies: ptr(evil)}))
		}
		check.Case.Level = level
		check.Policy = &cases.Policy{Name: "exact", Origins: []string{app}}
		r := harness.Runner{Target: &harness.Target{Declared: check.Policy, Endpoint: s.URL + "/"}, Checks: []cases.Check{check}}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.NotGranted).To(Equal(why))
		Expect(sum.Results[0].Verdict).To(Equal(verdict))
		Expect(sum.Results[0].Security).To(Equal(security))
	},
		Entry("is no security risk for that", cases.Must, "", agent.VerdictFail, cases.Severity(""), spec.ReasonMissingAllowOriginHeader),
		Entry("and what is only practice warns", cases.Practice, "", agent.VerdictWarn, cases.Severity(""), spec.ReasonMissingAllowOriginHeader),
		Entry("which fails for sharing with another, though it is only practice", cases.Practice, "https://evil.test", agent.VerdictFail, cases.Medium, spec.ReasonAllowOriginMismatch),
		Entry("but for sharing with another", cases.Must, "https://evil.test", agent.VerdictFail, cases.Medium, spec.ReasonAllowOriginMismatch),
	)

	It("does not hold an endpoint that always fails for one that a request has broken", func(ctx SpecContext) {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		DeferCleanup(s.Close)
		noError := wireGet("/ok", cases.Predicate{Status: cases.StatusSet{"<500"}})
		preflight := noError
		preflight.Wire = &cases.Wire{Method: "OPTIONS", Path: "/ok", Version: "HTTP/1.1"}
		r := harness.Runner{
			Target: &harness.Target{Declared: &cases.Policy{Name: "exact"}, Endpoint: s.URL + "/"},
			Checks: []cases.Check{wireCheck("any", wireGet("/ok", shares(app))), wireCheck("none", noError), wireCheck("preflight", preflight)},
		}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(verdicts(sum)).To(Equal(map[string]agent.Verdict{"any/exact": agent.VerdictPass, "none/exact": agent.VerdictSkip, "preflight/exact": agent.VerdictFail}))
		Expect(sum.Results[1].Reason).To(ContainSubstring("answers 503 to an ordinary request"))
	})

	It("keeps to a rate limit", func(ctx SpecContext) {
		var n atomic.Int32
		s := appServer(func(http.ResponseWriter, *http.Request) { n.Add(1) })
		step := wireGet("/ok", anything)
		step.Times = 5
		r := harness.Runner{Target: &harness.Target{Base: s.URL, Foreign: true, RateLimit: 50}, Checks: []cases.Check{wireCheck("a", step)}}
		start := time.Now()
		_, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		// n requests need n-1 intervals: a lower bound, which no slow machine breaks.
		Expect(time.Since(start)).To(BeNumerically(">=", time.Duration(n.Load()-1)*time.Second/50))
	})

	It("runs what measures time alone, after the rest", func(ctx SpecContext) {
		var under, worst atomic.Int32
		s := appServer(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/exact/alone" {
				under.Add(1)
				defer under.Add(-1)
			} else {
				worst.Store(max(worst.Load(), under.Load()))
			}
		})
		var checks []cases.Check
		timed := wireGet("/alone", anything)
		timed.Grow = &cases.Grow{Begin: "X-A: ", Unit: "a"}
		checks = append(checks, wireCheck("timed", timed))
		for range 50 {
			checks = append(checks, wireCheck("a", wireGet("/ok", anything)))
		}
		sum, err := run(ctx, s.URL, checks...)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Counts).To(Equal(map[agent.Verdict]int{agent.VerdictPass: 51}))
		Expect(worst.Load()).To(BeZero())
	})

	Describe("with a target that breaks", func() {
		It("blames a request that is not answered, if the rest is", func(ctx SpecContext) {
			s := appServer(func(_ http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/exact/panic":
					panic(http.ErrAbortHandler)
				case "/exact/hang":
					<-r.Context().Done()
				}
			})
			r := harness.Runner{Target: &harness.Target{Base: s.URL}, Timeout: short, Checks: []cases.Check{
				wireCheck("p", wireGet("/panic", anything)), wireCheck("h", wireGet("/hang", anything)), wireCheck("o", wireGet("/ok", anything)),
			}}
			sum, err := r.Run(ctx)
			Expect(err).NotTo(HaveOccurred())
			Expect(verdicts(sum)).To(Equal(map[string]agent.Verdict{"p/exact": agent.VerdictFail, "h/exact": agent.VerdictFail, "o/exact": agent.VerdictPass}))
			Expect(sum.Results[0].Agents[0].Failures[0].Actual).To(ContainSubstring("closed the connection"))
			Expect(sum.Results[1].Agents[0].Failures[0].Actual).To(ContainSubstring("in time"))
			Expect(sum.Stopped).To(BeNil())
		})

		It("says of which check it died, and skips the others", func(ctx SpecContext) {
			s := mortal("/exact/die")
			var checks []cases.Check
			for range 20 {
				checks = append(checks, wireCheck("before", wireGet("/ok", anything)))
			}
			checks = append(checks, wireCheck("killer", wireGet("/die", anything)))
			for range 200 {
				checks = append(checks, wireCheck("after", wireGet("/ok", anything)))
			}
			r := harness.Runner{Target: &harness.Target{Base: s}, Checks: checks, Concurrency: 1, Timeout: ample}
			sum, err := r.Run(ctx)
			Expect(err).NotTo(HaveOccurred())
			Expect(sum.Counts).To(Equal(map[agent.Verdict]int{agent.VerdictPass: 20, agent.VerdictError: 1, agent.VerdictSkip: 200}))
			Expect(sum.Results[20].Reason).To(ContainSubstring("the target died during killer/exact"))
			Expect(sum.Stopped.Check).To(Equal("killer/exact"))
			Expect(sum.Skips).To(Equal(map[harness.SkipKind]int{harness.SkipStopped: 200}))
			Expect(sum.Results[100].Reason).To(ContainSubstring("killer/exact"))
		})

		It("goes on with the policies that have a process of their own", func(ctx SpecContext) {
			other := appServer(open)
			t := &harness.Target{Base: mortal("/exact/die"), PolicyBase: map[string]string{"own": other.URL}}
			var checks []cases.Check
			checks = append(checks, wireCheck("killer", wireGet("/die", anything)))
			for range 5 {
				own := wireCheck("own", wireGet("/ok", anything))
				own.Policy = &cases.Policy{Name: "own"}
				checks = append(checks, wireCheck("after", wireGet("/ok", anything)), own)
			}
			r := harness.Runner{Target: t, Checks: checks, Concurrency: 1, Timeout: ample}
			sum, err := r.Run(ctx)
			Expect(err).NotTo(HaveOccurred())
			Expect(sum.Counts).To(Equal(map[agent.Verdict]int{agent.VerdictPass: 5, agent.VerdictError: 1, agent.VerdictSkip: 5}))
		})
	})

	It("keeps what was measured when it is cancelled", func(ctx SpecContext) {
		running, cancel := context.WithCancel(ctx)
		defer cancel()
		s := appServer(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/exact/hang" {
				cancel()
				<-r.Context().Done()
			}
		})
		checks := []cases.Check{wireCheck("a", wireGet("/ok", anything)), wireCheck("b", wireGet("/hang", anything)), wireCheck("c", wireGet("/ok", anything))}
		r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: checks, Concurrency: 1, Timeout: time.Minute}
		sum, err := r.Run(running)
		Expect(err).NotTo(HaveOccurred())
		Expect(verdicts(sum)).To(Equal(map[string]agent.Verdict{"a/exact": agent.VerdictPass, "b/exact": agent.VerdictSkip, "c/exact": agent.VerdictSkip}))
		Expect(sum.Stopped.Cancelled).To(BeTrue())
	})
})

// raw is a server that answers the same bytes to whatever comes.
func raw(answer string, hangUp bool) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	var mu sync.Mutex
	var conns []net.Conn
	DeferCleanup(func() {
		_ = ln.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, c := range conns {
			_ = c.Close()
		}
	})
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			go func() {
				_, _ = conn.Read(make([]byte, 4096))
				_, _ = io.WriteString(conn, answer)
				if hangUp {
					_ = conn.Close()
				}
			}()
		}
	}()
	return "http://" + ln.Addr().String()
}

// mortal is a server that is gone once the path was asked for.
func mortal(path string) string {
	var s *httptest.Server
	ready := make(chan struct{})
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-ready
		w.Header().Set("X-App", "ok")
		if r.URL.Path == path {
			_ = s.Listener.Close()
			s.CloseClientConnections()
		}
	}))
	close(ready)
	DeferCleanup(s.Close)
	return s.URL
}
