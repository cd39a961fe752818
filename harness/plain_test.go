package harness_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// preflightStep asks for a method and headers, as a browser does.
func preflightStep(method, headers string, p ...cases.Predicate) cases.Step {
	lines := []string{"Origin: " + app, "Access-Control-Request-Method: " + method}
	if headers != "" {
		lines = append(lines, "Access-Control-Request-Headers: "+headers)
	}
	return cases.Step{Wire: &cases.Wire{Method: "OPTIONS", Path: "/ok", Version: "HTTP/1.1", Headers: lines}, Answer: p}
}

var _ = Describe("What follows from a plain exchange that is not granted", func() {
	policy := &cases.Policy{Name: "exact", Origins: []string{app}, Methods: []string{"PUT", "DELETE"}, RequestHeaders: []string{"X-A", "X-B"}}
	allows := func(method string, headers ...string) cases.Predicate {
		return cases.Predicate{Allows: &cases.Ask{Origin: app, Method: method, Headers: headers}}
	}
	evil := "https://evil.test"
	twice := wireGet("/ok", shares(app))
	twice.Times = 2
	odd := wireGet("/ok", shares(app))
	odd.Wire.Headers = []string{"Origin:  " + app}
	checks := func() []cases.Check {
		list := []cases.Check{
			wireCheck("get", wireGet("/ok", shares(app))),
			wireCheck("get-twice", twice),
			wireCheck("get-blanks", odd),
			wireCheck("get-leak", wireGet("/ok", shares(app), cases.Predicate{Denies: &evil})),
			wireCheck("put", preflightStep("PUT", "", allows("PUT"))),
			wireCheck("put-a", preflightStep("PUT", "x-a", allows("PUT", "x-a"))),
			wireCheck("put-a-b", preflightStep("PUT", "x-a,x-b", allows("PUT", "x-a", "x-b"))),
			wireCheck("delete-a-b", preflightStep("DELETE", "x-a,x-b", allows("DELETE", "x-a", "x-b"))),
		}
		for i := range list {
			list[i].Policy = policy
		}
		return list
	}

	DescribeTable("is undecided, and what is plain fails", func(ctx SpecContext, h http.HandlerFunc, want map[string]agent.Verdict, reason string) {
		s := appServer(h)
		sum, err := (&harness.Runner{Target: &harness.Target{Declared: policy, Endpoint: s.URL + "/x"}, Checks: checks()}).Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		got := map[string]agent.Verdict{}
		for _, r := range sum.Results {
			got[r.Case] = r.Verdict
			if r.Verdict == agent.VerdictUndecided {
				Expect(r.Reason).To(ContainSubstring(reason))
				Expect(r.Security).To(BeEmpty())
			}
			Expect(r.Plain > 0).To(Equal(r.Verdict == agent.VerdictFail && r.Case != "put-a-b" && r.Case != "delete-a-b"), r.ID)
		}
		Expect(got).To(Equal(want))
		Expect(sum.Counts[agent.VerdictUndecided]).To(Equal(count(want, agent.VerdictUndecided)), "counted after it was settled")
	},
		Entry("nothing is shared and no preflight granted", func(http.ResponseWriter, *http.Request) {}, map[string]agent.Verdict{
			"get": agent.VerdictFail, "get-twice": agent.VerdictUndecided, "get-blanks": agent.VerdictUndecided, "get-leak": agent.VerdictFail,
			"put": agent.VerdictFail, "put-a": agent.VerdictFail, "put-a-b": agent.VerdictUndecided, "delete-a-b": agent.VerdictUndecided,
		}, "is not"),
		Entry("answers are shared, a header is not granted", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			w.Header().Set("Access-Control-Allow-Methods", "PUT, DELETE")
			w.Header().Set("Access-Control-Allow-Headers", "x-b")
		}, map[string]agent.Verdict{
			"get": agent.VerdictPass, "get-twice": agent.VerdictPass, "get-blanks": agent.VerdictPass, "get-leak": agent.VerdictPass,
			"put": agent.VerdictPass, "put-a": agent.VerdictFail, "put-a-b": agent.VerdictUndecided, "delete-a-b": agent.VerdictUndecided,
		}, "the plain preflight of https://app.example for x-a is not granted: HeaderDisallowedByPreflightResponse"),
		Entry("one that no plain check asks for is a failure of its own", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			w.Header().Set("Access-Control-Allow-Methods", "PUT")
			w.Header().Set("Access-Control-Allow-Headers", "x-a")
		}, map[string]agent.Verdict{
			"get": agent.VerdictPass, "get-twice": agent.VerdictPass, "get-blanks": agent.VerdictPass, "get-leak": agent.VerdictPass,
			"put": agent.VerdictPass, "put-a": agent.VerdictPass, "put-a-b": agent.VerdictFail, "delete-a-b": agent.VerdictFail,
		}, ""),
	)

	DescribeTable("is not that a redirect exposes nothing, of which no script reads the headers", func(ctx SpecContext, status int, location, group string, want agent.Verdict) {
		s := appServer(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			if location != "" {
				w.Header().Set("Location", location)
			}
			w.WriteHeader(status)
		})
		exposes := wireCheck("exposes", wireGet("/ok", cases.Predicate{Lists: &cases.FieldList{Name: "access-control-Expose-Headers", Values: []string{"X-A"}}}))
		exposes.Policy, exposes.Case.Group = policy, group
		sum, err := (&harness.Runner{Target: &harness.Target{Declared: policy, Endpoint: s.URL + "/x"}, Checks: []cases.Check{exposes}}).Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Results[0].Verdict).To(Equal(want))
		if want == agent.VerdictUndecided {
			Expect(sum.Results[0].Reason).To(ContainSubstring("redirect"))
			Expect(sum.Findings).To(BeEmpty())
		}
	},
		Entry(nil, 308, "/x/", "x", agent.VerdictUndecided),
		Entry(nil, 302, "https://login.example/", "stated-policy", agent.VerdictUndecided),
		Entry("it leads nowhere, and is read", 308, "", "x", agent.VerdictFail),
		Entry("it is none", 300, "/x/", "x", agent.VerdictFail),
		Entry("a page that was made", 201, "/x/1", "x", agent.VerdictFail),
		Entry(nil, 200, "", "stated-policy", agent.VerdictFail),
	)

	It("is told of the endpoint alone where no plain check is run", func(ctx SpecContext) {
		s := appServer(func(http.ResponseWriter, *http.Request) {})
		sum, err := (&harness.Runner{Target: &harness.Target{Declared: policy, Endpoint: s.URL + "/x"}, Checks: checks()[1:2]}).Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictUndecided))
		Expect(sum.Results[0].Reason).To(Equal("the plain request of https://app.example is not shared: MissingAllowOriginHeader"))
	})

	It("is judged on its own under a policy of the contract", func(ctx SpecContext) {
		s := appServer(func(http.ResponseWriter, *http.Request) {})
		sum, err := run(ctx, s.URL, checks()[:2]...)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Counts[agent.VerdictFail]).To(Equal(2))
	})
})

func count(verdicts map[string]agent.Verdict, v agent.Verdict) int {
	n := 0
	for _, w := range verdicts {
		if w == v {
			n++
		}
	}
	return n
}
