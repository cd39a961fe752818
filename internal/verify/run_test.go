package verify_test

import (
	"context"
	"errors"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/verify"
	"github.com/corsproof/corsproof/spec"
)

// blamed are the departures that decide the last exchange of a disagreement.
func blamed(d verify.Disagreement) []string {
	ids := verify.Attribute(d.Exchanges, verify.Decide(d.Exchanges, spec.EngineChromium), spec.EngineChromium)
	return ids[len(ids)-1]
}

func verifyRun(opt verify.Options) *verify.Report {
	GinkgoHelper()
	rep, err := verify.Run(context.Background(), opt)
	Expect(err).NotTo(HaveOccurred())
	return rep
}

var _ = Describe("A run", func() {
	It("finds nothing where browser and model decide alike", func() {
		rep := verifyRun(verify.Options{Agent: &fakeBrowser{engine: spec.EngineChromium}, Engine: spec.EngineChromium, N: 800, Seed: 1, Batch: 300})
		Expect(rep.Disagreements).To(BeEmpty())
		Expect(rep.Exchanges).To(BeNumerically(">=", 800))
		Expect(rep.Undecided + rep.Unstable).To(BeZero())
		Expect(rep.Departed).To(BeNumerically(">", 20))
		Expect(rep.Departures).To(HaveKey("client-hints-safelisted"))
	})

	It("finds that the standard is not what the browser does", func() {
		rep := verifyRun(verify.Options{Agent: &fakeBrowser{engine: spec.EngineChromium}, Engine: spec.EngineFetch, N: 1000, Seed: 1, MostDisagreements: 4})
		Expect(rep.Disagreements).To(HaveLen(4))
		Expect(rep.Departed).To(BeZero())
	})

	DescribeTable("finds a single mistake and shrinks it to what it is about",
		func(mistake string, n int, check func(d verify.Disagreement)) {
			agent := &fakeBrowser{engine: spec.EngineChromium, without: []string{mistake}}
			rep := verifyRun(verify.Options{Agent: agent, Engine: spec.EngineChromium, N: n, Seed: 3, MostDisagreements: 2})
			Expect(rep.Disagreements).NotTo(BeEmpty())
			for _, d := range rep.Disagreements {
				check(d)
				for _, l := range d.Lines() {
					Expect(string(l.Append(nil))).To(ContainSubstring(`"request":{`))
				}
			}
		},
		Entry("client hints", "client-hints-safelisted", 1500, func(d verify.Disagreement) {
			Expect(d.Exchanges).To(HaveLen(1))
			Expect(d.Exchanges[0].Request.Header).To(HaveLen(1))
			Expect(blamed(d)).To(Equal([]string{"client-hints-safelisted"}))
			Expect(d.Exchanges[0].Request.Body).To(BeNil())
			Expect(d.Exchanges[0].Hops).To(HaveLen(1))
		}),
		Entry("the Origin of no-cors requests", "origin-on-downgrade", 3000, func(d verify.Disagreement) {
			Expect(d.Differences).To(HaveLen(1))
			Expect(d.Differences[0].What).To(Equal("requests"))
			Expect(d.Exchanges[0].Request.Header).To(BeEmpty())
			Expect(blamed(d)).To(Equal([]string{"origin-on-downgrade"}))
			Expect(d.Exchanges[0].Hops[0].Response.Header).To(BeEmpty())
		}),
		Entry("hints on redirects", "client-hints-on-redirect", 3000, func(d verify.Disagreement) {
			Expect(d.Exchanges[0].Hops).To(HaveLen(2))
			Expect(blamed(d)).To(ContainElement("client-hints-on-redirect"))
		}),
		Entry("the cache of opaque origins", "cache-opaque-origin", 3000, func(d verify.Disagreement) {
			Expect(d.Exchanges).To(HaveLen(2))
			for _, x := range d.Exchanges {
				Expect(x.Request.Origin).To(Equal("null"))
			}
		}),
	)

	It("performs once more what the browser could not tell about, or told wrongly once", func() {
		failed := map[string]bool{}
		wrong := 0
		agent := &fakeBrowser{engine: spec.EngineChromium,
			fail: func(job string, n int) error {
				if n%50 == 7 && n < 500 {
					failed[job] = true
					return errors.New("no event")
				}
				return nil
			},
			alter: func(o *agent.Outcome) {
				if wrong < 3 && o.Result == spec.Allowed {
					wrong++
					o.Status = 999
				}
			}}
		rep := verifyRun(verify.Options{Agent: agent, Engine: spec.EngineChromium, N: 800, Seed: 5})
		Expect(failed).NotTo(BeEmpty())
		Expect(rep.Undecided).To(BeZero())
		Expect(rep.Unstable).To(And(BeNumerically(">", 0), BeNumerically("<=", 3)), "sessions, which may hold two of them")
		Expect(rep.Disagreements).To(BeEmpty())
	})

	It("counts what the browser never could tell about", func() {
		agent := &fakeBrowser{engine: spec.EngineChromium, fail: func(_ string, n int) error {
			if n%3 == 0 {
				return errors.New("no event")
			}
			return nil
		}}
		rep := verifyRun(verify.Options{Agent: agent, Engine: spec.EngineChromium, N: 300, Seed: 6})
		Expect(rep.Undecided).To(BeNumerically(">", 10))
		Expect(rep.Disagreements).To(BeEmpty())
	})

	It("ends when the context does, and says what it has", func() {
		ctx, cancel := context.WithCancel(context.Background())
		rep, err := verify.Run(ctx, verify.Options{Agent: &fakeBrowser{engine: spec.EngineChromium}, Engine: spec.EngineChromium, N: 100000, Seed: 1, Batch: 100,
			Progress: func(rep *verify.Report) { cancel() }})
		Expect(err).To(MatchError(context.Canceled))
		Expect(rep.Exchanges).To(BeNumerically("~", 100, 20))
	})

	It("prints what happened, the explained departures with their sources", func() {
		var text strings.Builder
		verifyRun(verify.Options{Agent: &fakeBrowser{engine: spec.EngineChromium}, Engine: spec.EngineChromium, N: 600, Seed: 1}).Print(&text)
		Expect(text.String()).To(ContainSubstring("seed 1"))
		Expect(text.String()).To(MatchRegexp(`allowed +\d+ +\d+\.\d\d %`))
		Expect(text.String()).To(MatchRegexp(`client-hints-safelisted +\d+`))
		Expect(text.String()).To(ContainSubstring("services/network/public/cpp/cors/cors.cc"))
		Expect(text.String()).To(HaveSuffix("\n0 unexplained disagreements\n"))
	})
})

var _ = DescribeTable("Every difference is one", func(what string, alter func(o *agent.Outcome, seen []verify.Seen)) {
	x := verify.Exchange{Request: spec.Request{API: spec.APIFetch, Origin: "https://a.example", URL: "http://127.0.0.1/e/1/0", Method: "PUT", Header: spec.Header{{Name: "X-A", Value: "1"}}, Mode: spec.ModeCORS, Credentials: spec.CredentialsOmit},
		Hops: []verify.Hop{{Preflight: response(204, "Access-Control-Allow-Origin", "*", "Access-Control-Allow-Methods", "*", "Access-Control-Allow-Headers", "*"), Response: response(200, "Access-Control-Allow-Origin", "*", "Pragma", "x")}}}
	model := verify.Decide([]verify.Exchange{x}, spec.EngineChromium)[0]
	browser := agent.Outcome{Outcome: verify.Decide([]verify.Exchange{x}, spec.EngineChromium)[0]}
	origin := spec.Field{Name: "Origin", Value: "https://a.example"}
	seen := []verify.Seen{
		{Preflight: true, Method: "OPTIONS", Header: spec.Header{origin, {Name: "Access-Control-Request-Method", Value: "PUT"}, {Name: "Access-Control-Request-Headers", Value: "x-a"}}},
		{Method: "PUT", Header: spec.Header{origin, {Name: "X-A", Value: "1"}}},
	}
	if alter != nil {
		alter(&browser, seen)
	}
	diffs, _ := verify.Compare(x, model, browser, seen)
	if what == "" {
		Expect(diffs).To(BeEmpty())
		return
	}
	Expect(diffs).NotTo(BeEmpty())
	Expect(diffs[0].What).To(Equal(what))
},
	Entry("none", "", nil),
	Entry("outcome", "outcome", func(o *agent.Outcome, _ []verify.Seen) { o.Result = spec.Blocked }),
	Entry("type", "type", func(o *agent.Outcome, _ []verify.Seen) { o.Type = spec.TypeOpaque }),
	Entry("status", "status", func(o *agent.Outcome, _ []verify.Seen) { o.Status = 0 }),
	Entry("a header too many", "readable", func(o *agent.Outcome, _ []verify.Seen) { o.Readable["x"] = "" }),
	Entry("a header missing", "readable", func(o *agent.Outcome, _ []verify.Seen) { delete(o.Readable, "pragma") }),
	Entry("a header's value", "readable", func(o *agent.Outcome, _ []verify.Seen) { o.Readable["pragma"] = "y" }),
	Entry("redirected", "redirected", func(o *agent.Outcome, _ []verify.Seen) { o.Redirected = true }),
	Entry("no preflight", "requests", func(_ *agent.Outcome, s []verify.Seen) { s[0] = s[1] }),
	Entry("Origin", "requests", func(_ *agent.Outcome, s []verify.Seen) { s[1].Header[0].Value = "null" }),
	Entry("no Origin", "requests", func(_ *agent.Outcome, s []verify.Seen) { s[1].Header = s[1].Header[1:] }),
	Entry("Access-Control-Request-Method", "requests", func(_ *agent.Outcome, s []verify.Seen) { s[0].Header[1].Value = "put" }),
	Entry("Access-Control-Request-Headers", "requests", func(_ *agent.Outcome, s []verify.Seen) { s[0].Header[2].Value = "X-A" }),
	Entry("an author header", "requests", func(_ *agent.Outcome, s []verify.Seen) { s[1].Header[1].Value = "2" }),
	Entry("TLS", "requests", func(_ *agent.Outcome, s []verify.Seen) { s[1].TLS = true }),
	Entry("TLS of the preflight", "requests", func(_ *agent.Outcome, s []verify.Seen) { s[0].TLS = true }),
	Entry("credentials", "requests", func(_ *agent.Outcome, s []verify.Seen) {
		s[1].Header = append(s[1].Header, spec.Field{Name: "Sec-Fetch-Storage-Access", Value: "none"})
	}),
	Entry("method", "requests", func(_ *agent.Outcome, s []verify.Seen) { s[1].Method = "put" }),
)

var _ = DescribeTable("Reasons", func(model, browser spec.Reason, parameter string, same bool, exception string) {
	x := verify.Exchange{Request: spec.Request{API: spec.APIFetch, Origin: "https://a.example", URL: "http://127.0.0.1/e/1/0", Method: "PUT", Header: spec.Header{{Name: "X-A", Value: "1"}, {Name: "X-B", Value: "1"}, {Name: "X-C", Value: "1"}}, Mode: spec.ModeCORS, Credentials: spec.CredentialsOmit},
		Hops: []verify.Hop{{Preflight: response(204, "Access-Control-Allow-Origin", "*", "Access-Control-Allow-Methods", "*", "Access-Control-Allow-Headers", "x-c")}}}
	m := verify.Decide([]verify.Exchange{x}, spec.EngineChromium)[0]
	Expect(m.Reason).To(Equal(spec.ReasonHeaderDisallowedByPreflightResponse))
	m.Reason = model
	m.FailedParameter = ""
	if model == spec.ReasonHeaderDisallowedByPreflightResponse {
		m.FailedParameter = "x-a"
	}
	o := m
	o.Reason, o.FailedParameter = browser, parameter
	seen := []verify.Seen{{Preflight: true, Method: "OPTIONS", Header: spec.Header{{Name: "Origin", Value: "https://a.example"}, {Name: "Access-Control-Request-Method", Value: "PUT"}, {Name: "Access-Control-Request-Headers", Value: "x-a,x-b,x-c"}}}}
	diffs, excepted := verify.Compare(x, m, agent.Outcome{Outcome: o}, seen)
	Expect(len(diffs) == 0).To(Equal(same), "%+v", diffs)
	if exception == "" {
		Expect(excepted).To(BeEmpty())
	} else {
		Expect(excepted).To(Equal([]string{exception}))
	}
},
	Entry("equal", spec.ReasonMissingAllowOriginHeader, spec.ReasonMissingAllowOriginHeader, "", true, ""),
	Entry("different", spec.ReasonMissingAllowOriginHeader, spec.ReasonAllowOriginMismatch, "", false, ""),
	Entry("a CorsError is not a plain error", spec.ReasonMissingAllowOriginHeader, spec.ReasonNetworkError, "", false, ""),
	Entry("a plain error is not a CorsError", spec.ReasonTooManyRedirects, spec.ReasonMissingAllowOriginHeader, "", false, ""),
	Entry("plain errors are alike", spec.ReasonTooManyRedirects, spec.ReasonNetworkError, "", true, ""),
	Entry("the refused header", spec.ReasonHeaderDisallowedByPreflightResponse, spec.ReasonHeaderDisallowedByPreflightResponse, "x-a", true, ""),
	Entry("another refused header", spec.ReasonHeaderDisallowedByPreflightResponse, spec.ReasonHeaderDisallowedByPreflightResponse, "x-b", true, "refused-header-arbitrary"),
	Entry("a header that was not refused", spec.ReasonHeaderDisallowedByPreflightResponse, spec.ReasonHeaderDisallowedByPreflightResponse, "x-c", false, ""),
	Entry("no header", spec.ReasonHeaderDisallowedByPreflightResponse, spec.ReasonHeaderDisallowedByPreflightResponse, "", false, ""),
)

var _ = Describe("Shrinking", func() {
	// size counts what can be taken away.
	size := func(xs []verify.Exchange) int {
		n := 0
		for _, x := range xs {
			n += 10 + len(x.Request.Header) + len(x.Hops)*20
			q := x.Request
			for _, on := range []bool{q.Body != nil, q.Body != nil && q.Body.ContentType != "", q.UploadListener, q.Cache != "", q.API != spec.APIFetch, q.Redirect != spec.RedirectFollow, q.Credentials != spec.CredentialsSameOrigin, x.After > 0} {
				if on {
					n++
				}
			}
			for _, h := range x.Hops {
				n += len(h.Preflight.Header) + len(h.Response.Header)
				if h.Preflight.Status != 204 {
					n++
				}
				if h.Response.Status != 200 {
					n++
				}
			}
		}
		return n
	}
	It("only ever makes sessions smaller, keeps the given one as it is, and makes nothing that is not well formed", func() {
		for _, xs := range generated(9, 150) {
			before := size(xs)
			copied := generated(9, xs[0].Session)[xs[0].Session-1]
			for _, c := range append(verify.Smaller(xs), verify.Coarser(xs)...) {
				Expect(size(c)).To(BeNumerically("<", before))
				for _, o := range verify.Decide(c, spec.EngineChromium) {
					Expect(o.Result).NotTo(Equal(spec.Invalid), o.Error)
				}
			}
			Expect(xs).To(Equal(copied))
		}
	})
	It("takes a redirect out of the middle of a chain", func() {
		hop := func(to string) verify.Hop { return verify.Hop{Response: response(302, "Location", to)} }
		x := verify.Exchange{Request: spec.Request{URL: "http://a/e/1/0"}, Hops: []verify.Hop{hop("http://b/e/1/1"), hop("http://c/e/1/2"), {Response: response(200)}}}
		var chains []string
		for _, c := range verify.Smaller([]verify.Exchange{x}) {
			if len(c[0].Hops) == 2 && len(c[0].Hops[0].Response.Header) == 1 {
				to, _ := c[0].Hops[0].Response.Header.Get("Location")
				chains = append(chains, c[0].Request.URL+" "+to)
			}
		}
		Expect(chains).To(ConsistOf("http://a/e/1/0 http://b/e/1/1", "http://b/e/1/0 http://c/e/1/1", "http://a/e/1/0 http://c/e/1/1"))
	})
})

var _ = It("takes the fields of the HTTP cache for the browser's own, where it goes past the cache", func() {
	// Chromium does with what a page of COEP: credentialless asks for by mode no-cors (verify-model --layers --seed 8502).
	for coep, differ := range map[spec.EmbedderPolicy]bool{spec.EmbedderUnsafeNone: true, spec.EmbedderCredentialless: false} {
		x := verify.Exchange{Request: spec.Request{API: spec.APIFetch, Origin: "https://a.example", URL: "http://127.0.0.1/e/1/0", Method: "POST", Header: spec.Header{{Name: "Cache-Control", Value: "x"}}, Mode: spec.ModeNoCORS, Credentials: spec.CredentialsOmit,
			Context: &spec.PageContext{LocalNetwork: true, Embedder: coep}}, Hops: []verify.Hop{{Response: response(200)}}}
		model := verify.Decide([]verify.Exchange{x}, spec.EngineChromium)[0]
		seen := []verify.Seen{{Method: "POST", Header: spec.Header{{Name: "Origin", Value: "https://a.example"}, {Name: "Cache-Control", Value: "no-cache"}}}}
		diffs, _ := verify.Compare(x, model, agent.Outcome{Outcome: model}, seen)
		Expect(len(diffs) > 0).To(Equal(differ), "%s: %v", coep, diffs)
	}
})
