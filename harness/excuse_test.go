package harness_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// wildcards answers everything with three wildcards, and what leave names not at all.
func wildcards(leave ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Origin", "Methods", "Headers"} {
			w.Header().Set("Access-Control-Allow-"+name, "*")
		}
		if r.Method != http.MethodOptions {
			for _, name := range leave {
				w.Header().Del(name)
			}
		}
	}
}

var _ = DescribeTable("What a browser holds against a target", func(ctx SpecContext, server http.HandlerFunc, request cases.Request, expect cases.Expect, change func(*agent.Outcome), verdict agent.Verdict, failures, departures []string) {
	if change == nil {
		change = func(*agent.Outcome) {}
	}
	s := appServer(server)
	r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: []cases.Check{browserCheck("a", request, expect)}, Agents: []agent.Agent{&fakeBrowser{change: change}}, Timeout: ample}
	sum, err := r.Run(ctx)
	Expect(err).NotTo(HaveOccurred())
	what := func(list []agent.Symptom) []string {
		out := []string{}
		for _, f := range list {
			out = append(out, f.What)
		}
		return out
	}
	chrome := sum.Results[0].Agents[1]
	Expect(chrome.Agent).To(Equal("chrome"))
	Expect(what(chrome.Failures)).To(Equal(failures))
	Expect(what(chrome.Departures)).To(Equal(departures))
	Expect(chrome.Verdict).To(Equal(verdict))
},
	Entry("is not what only a documented departure makes of it: `*` covers Authorization in Chromium",
		wildcards(), cases.Request{Headers: []string{"Authorization: x"}}, cases.Expect{Outcome: "blocked"}, nil,
		agent.VerdictPass, []string{}, []string{"a script gets"}),
	Entry("is what the standard has against it, too, whatever else Chromium does",
		wildcards("Access-Control-Allow-Origin"), cases.Request{Headers: []string{"Authorization: x"}}, cases.Expect{Outcome: "allowed"}, nil,
		agent.VerdictFail, []string{"a script gets"}, []string{}),
	Entry("is both where there are both",
		wildcards(), cases.Request{Headers: []string{"Authorization: x", "User-Agent: x"}}, cases.Expect{Origin: new("https://other.example"), ACRH: new("authorization,user-agent")}, nil,
		agent.VerdictFail, []string{"Origin of the request"}, []string{"Access-Control-Request-Headers"}),
	Entry("is what no documented departure explains",
		wildcards(), cases.Request{Headers: []string{"Authorization: x"}}, cases.Expect{Outcome: "blocked"}, func(o *agent.Outcome) { o.Status = 299 },
		agent.VerdictFail, []string{"a script gets"}, []string{}),
	Entry("is what happens without any departure",
		wildcards("Access-Control-Allow-Origin"), cases.Request{}, cases.Expect{Outcome: "allowed"}, nil,
		agent.VerdictFail, []string{"a script gets"}, []string{}),
	Entry("is not that Chromium does not ask where the standard does",
		wildcards(), cases.Request{API: "xhr", Method: "POST", UploadListener: true}, cases.Expect{Outcome: "allowed", Preflight: new(true)}, nil,
		agent.VerdictPass, []string{}, []string{"a preflight is sent"}),
	Entry("is what the model finds, too, where Chromium does not ask",
		wildcards("Access-Control-Allow-Origin"), cases.Request{API: "xhr", Method: "POST", UploadListener: true}, cases.Expect{Outcome: "allowed"}, nil,
		agent.VerdictFail, []string{"a script gets"}, []string{}),
)

var _ = It("names the departures, with their sources", func(ctx SpecContext) {
	s := appServer(wildcards())
	c := browserCheck("a", cases.Request{Headers: []string{"Authorization: x"}}, cases.Expect{Outcome: "blocked"})
	r := harness.Runner{Target: &harness.Target{Base: s.URL}, Checks: []cases.Check{c}, Agents: []agent.Agent{&fakeBrowser{change: func(*agent.Outcome) {}}}, Timeout: ample}
	sum, err := r.Run(ctx)
	Expect(err).NotTo(HaveOccurred())
	Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictPass))
	Expect(sum.Results[0].Disagreement).NotTo(BeEmpty())
	for _, d := range spec.ProfileOf(spec.EngineChromium).Departures {
		match := ContainSubstring(d.ID + ": ")
		if d.ID != "authorization-wildcard" {
			match = Not(match)
		}
		Expect(sum.Results[0].Disagreement[0].Departure).To(match)
	}
})
