package matrix_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/matrix"
	"github.com/corsproof/corsproof/internal/report"
)

// caused is a finding that a browser can send, and that breaks a must.
func caused(id string, effect agent.Effect, policies ...string) matrix.Finding {
	return matrix.Finding{ID: id, Effect: effect, Level: cases.Must, Sendable: true, Policies: policies, Checks: 1}
}

var _ = Describe("a finding", func() {
	m := matrixOf()
	m.Unsafe = []string{"any-creds"}
	byHand := caused("c", agent.EffectLetIn, "exact")
	byHand.Sendable = false

	DescribeTable("answers one question", func(x matrix.Finding, want matrix.Question) {
		Expect(m.Question(&x)).To(Equal(want))
	},
		Entry("who is denied reads", caused("c", agent.EffectLetIn, "exact"), matrix.Denied),
		Entry("also where some of it was asked for", caused("c", agent.EffectLetIn, "any-creds", "exact"), matrix.Denied),
		Entry("only where it was asked for", caused("c", agent.EffectLetIn, "any-creds"), matrix.Any),
		Entry("without configuration", caused("c", agent.EffectLetIn, "default"), matrix.Default),
		Entry("who is allowed is kept out", caused("c", agent.EffectLockedOut, "exact"), matrix.Page),
		Entry("a cache", caused("c", agent.EffectCacheUnsafe, "exact"), matrix.Cache),
		Entry("a cache keeps somebody out", caused("vary-missing", agent.EffectLockedOut, "exact"), matrix.Cache),
		Entry("no answer", caused("c", agent.EffectUnavailable, "exact"), matrix.Stall),
		Entry("only requests made by hand", byHand, matrix.Odd),
		Entry("a rule", caused("c", agent.EffectMalformed, "exact"), matrix.Rules),
	)

	It("counts by what it breaks and how it was seen, and apart where the owner asked for it", func() {
		seen, severe, minor := caused("a", agent.EffectLetIn, "exact"), caused("b", agent.EffectLetIn, "exact"), caused("c", agent.EffectLetIn, "exact")
		seen.Browser, severe.Severity, severe.Level, minor.Level = []string{"chrome"}, cases.High, cases.Practice, cases.Practice
		asked := caused("d", agent.EffectLetIn, "any")
		f := framework("f")
		f.Forbids = map[string]string{"any": "do not"}
		f.Findings = []matrix.Finding{seen, severe, minor, asked}
		t := m.Tallies(&f)[matrix.Denied]
		Expect(t).To(Equal(matrix.Tally{Causes: 2, Severe: 1, Lesser: 1, Seen: 1, Asked: 1}))
		Expect(t.String()).To(Equal("2 (1 seen) +1"))
	})

	It("counts by what gets past the owner's words, where it shows both ways", func() {
		x := caused("d", agent.EffectLetIn, "any-creds", "exact")
		x.Severity, x.Checks = cases.High, 2
		f := framework("f", cell("safe", agent.VerdictFail), cell("plain", agent.VerdictWarn))
		f.Results[0].Policy, f.Results[0].Security = "any-creds", cases.High
		f.Results[0].Causes, f.Results[1].Causes = []string{"d"}, []string{"d"}
		f.Findings = []matrix.Finding{x}
		Expect(m.Tallies(&f)).To(Equal(map[matrix.Question]matrix.Tally{matrix.Any: {Asked: 1}}))
		f.Results[1].Verdict = agent.VerdictFail
		Expect(m.Tallies(&f)).To(Equal(map[matrix.Question]matrix.Tally{matrix.Denied: {Causes: 1}}), "a must, and the severity is not of it")
	})

	It("belongs where it breaks something, however much it warns elsewhere", func() {
		f := framework("f", cell("safe", agent.VerdictFail), cell("plain", agent.VerdictWarn))
		f.Results[0].Policy = "default"
		f.Results[0].Causes, f.Results[1].Causes = []string{"d"}, []string{"d"}
		f.Findings = []matrix.Finding{caused("d", agent.EffectLetIn, "default", "exact")}
		Expect(m.Tallies(&f)).To(Equal(map[matrix.Question]matrix.Tally{matrix.Default: {Causes: 1}}))
	})

	It("is by hand if what breaks a must is, whatever a browser sends that warns", func() {
		f := framework("f", cell("safe", agent.VerdictFail), cell("plain", agent.VerdictWarn))
		f.Results[0].Agents = []agent.Result{{Agent: agent.NameWire, Failures: []agent.Symptom{{Effect: agent.EffectLockedOut}}}}
		f.Results[1].Agents = []agent.Result{{Agent: "chrome", Failures: []agent.Symptom{{Effect: agent.EffectLetIn, Sendable: true}}}}
		f.Results[0].Causes, f.Results[1].Causes = []string{"d"}, []string{"d"}
		x := caused("d", agent.EffectLetIn, "exact")
		x.Browser = []string{"chrome"}
		f.Findings = []matrix.Finding{x}
		Expect(m.Tallies(&f)).To(Equal(map[matrix.Question]matrix.Tally{matrix.Odd: {Causes: 1, Hand: 1}}))
		f.Results[0].Agents[0].Failures[0].Sendable = true
		Expect(m.Tallies(&f)).To(Equal(map[matrix.Question]matrix.Tally{matrix.Page: {Causes: 1}}))
	})

	It("knows the causes about caches by the ids that they have", func() {
		for _, id := range []string{"vary-missing", "vary-denied", "vary-not-always", "vary-overwritten", "vary-star", "star-not-always", "cached-grant"} {
			Expect(cases.FindCause(id)).NotTo(BeNil(), id)
			x := caused(id, agent.EffectLockedOut, "exact")
			Expect(m.Question(&x)).To(Equal(matrix.Cache), id)
		}
	})

	DescribeTable("stands in a cell", func(t matrix.Tally, want string) { Expect(t.String()).To(Equal(want)) },
		Entry(nil, matrix.Tally{}, "none"),
		Entry(nil, matrix.Tally{Lesser: 2}, "none +2"),
		Entry(nil, matrix.Tally{Causes: 2, Seen: 2}, "2 seen"),
		Entry(nil, matrix.Tally{Causes: 2, Hand: 2, Lesser: 1}, "2 by hand +1"),
		Entry(nil, matrix.Tally{Causes: 3, Hand: 1}, "3 (1 by hand)"),
	)

	It("is that of the report, with the checks that it explains", func() {
		high := cases.High
		rep := &report.Report{Findings: []report.Finding{
			{Finding: harness.Finding{ID: "star", Cause: "star", Severity: &high, Explains: []string{"safe/exact", "gone/exact"}}},
			{Finding: harness.Finding{ID: "plain", Explains: []string{"safe/exact"}}},
		}}
		rep.Results = []report.Row{{Result: harness.Result{ID: "safe/exact", Case: "safe", Policy: "exact", Verdict: agent.VerdictFail}}}
		var f matrix.Framework
		f.Fill(rep)
		Expect(f.Results[0].Causes).To(Equal([]string{"star", "plain"}))
		Expect(f.Findings[0]).To(Equal(matrix.Finding{ID: "star", Severity: cases.High, Checks: 2}))
		Expect(f.Findings[1].Unknown).To(BeTrue())
	})
})

var _ = Describe("what a policy that names nobody gives", func() {
	given := func(seen ...agent.Seen) matrix.Grant {
		rep := &report.Report{Results: []report.Row{{Result: harness.Result{ID: "c/default", Policy: "default", Verdict: agent.VerdictPass, Agents: []agent.Result{{Seen: seen}}}}}}
		var f matrix.Framework
		f.Fill(rep)
		return f.Default
	}
	answer := func(allow, credentials string) agent.Seen {
		s := agent.Seen{Status: 200, Origin: "https://evil.test", URL: "http://127.0.0.1:1/default/ok"}
		if allow != "" {
			s.AllowOrigin = agent.Lines{N: 1, Text: allow}
		}
		if credentials != "" {
			s.AllowCredentials = agent.Lines{N: 1, Text: credentials}
		}
		return s
	}
	own := answer("https://127.0.0.1:1", "true")
	own.Origin = "https://127.0.0.1:1"

	It("is the most that any site got by an ordinary request", func() {
		Expect(given()).To(BeEmpty())
		Expect(given(answer("", ""))).To(Equal(matrix.Nobody))
		Expect(given(answer("", ""), answer("*", ""))).To(Equal(matrix.WithoutAny))
		Expect(given(answer("*", "true"))).To(Equal(matrix.WithoutAny), "no browser takes that with credentials")
		Expect(given(answer("https://evil.test", "true"), answer("", ""))).To(Equal(matrix.AsTheUser))
		Expect(given(own)).To(BeEmpty(), "the server's own host says nothing of other sites")
	})

	It("is refused or cannot be said, if the policy is not served", func() {
		rep := &report.Report{Policies: map[string]harness.PolicyState{"default": {Kind: harness.Refused}, "any-creds": {Kind: harness.NotExpressible}}}
		var f matrix.Framework
		f.Fill(rep)
		Expect([]matrix.Grant{f.Default, f.AnyCredentials}).To(Equal([]matrix.Grant{matrix.Refused, matrix.Unsayable}))
	})
})

var _ = Describe("the order of rows", func() {
	// rated is a framework of which ran of 10 checks were measured.
	rated := func(name string, ran int, findings ...matrix.Finding) matrix.Framework {
		f := framework(name)
		f.Findings = findings
		for i := range 10 {
			c := cell("safe", agent.VerdictPass)
			if i >= ran {
				c.Verdict, c.Skip = agent.VerdictSkip, harness.SkipNotExpressible
			}
			f.Results = append(f.Results, c)
		}
		return f
	}
	one, two := caused("a", agent.EffectLetIn, "exact"), caused("b", agent.EffectLetIn, "exact")

	order := func(q matrix.Question, frameworks ...matrix.Framework) string {
		m := matrixOf(frameworks...)
		names := make([]string, len(frameworks))
		for i, r := range m.Ranks() {
			names[r[q]] += frameworks[i].Name
		}
		return strings.Join(names, "")
	}

	It("puts nobody first because little of it was measured", func() {
		gone := framework("x")
		gone.State = matrix.Broken
		Expect(order(matrix.Denied, gone, rated("l", 4), rated("b", 9, one, two), rated("a", 9, one))).To(Equal("ablx"))
		Expect(order("all", rated("l", 4), rated("b", 9, one, two), rated("a", 9, one))).To(Equal("abl"))
	})

	It("puts the one first of which more was measured, if they are equal otherwise", func() {
		Expect(order(matrix.Denied, rated("b", 6, one), rated("a", 9, one))).To(Equal("ab"))
	})

	It("puts more causes before one with a severity", func() {
		severe := one
		severe.Severity = cases.High
		Expect(order(matrix.Denied, rated("b", 9, severe), rated("a", 9, one, two))).To(Equal("ab"))
	})

	It("gives no merit for a question that could not be asked", func() {
		answered := func(name string, g matrix.Grant) matrix.Framework {
			f := rated(name, 9)
			f.AnyCredentials = g
			return f
		}
		Expect(order(matrix.Any, answered("e", ""), answered("c", matrix.Unsayable), answered("d", matrix.AsTheUser), answered("b", matrix.WithoutAny), answered("a", matrix.Refused))).To(Equal("abcde"))
	})
})
