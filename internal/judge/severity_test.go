package judge_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/spec"
)

// blockedBy is the outcome of a request that a reason stopped.
func blockedBy(r spec.Reason) *agent.Outcome {
	return &agent.Outcome{Outcome: spec.Outcome{Result: spec.Blocked, Type: spec.TypeErr, Reason: r}}
}

var _ = Describe("What a failure shows", func() {
	evil, star := "https://evil.test", "Access-Control-Allow-Origin: *"
	put := cases.Ask{Origin: app, Method: "PUT"}

	DescribeTable("of a raw answer", func(ex agent.Exchange, p cases.Predicate, want agent.Effect) {
		failures := failuresOf(ex, p)
		Expect(failures).NotTo(BeEmpty())
		for _, f := range failures {
			Expect(f.Effect).To(Equal(want), f.What)
			Expect(f.Refusal).To(Equal(want == agent.EffectLockedOut))
		}
	},
		Entry("shared with nobody", answered(200), shares(app), agent.EffectLockedOut),
		Entry("not granted", answered(204), cases.Predicate{Allows: &put}, agent.EffectLockedOut),
		Entry("shared with a stranger", answered(200, star), cases.Predicate{Denies: &evil}, agent.EffectLetIn),
		Entry("granted to a stranger", answered(204, star, "Access-Control-Allow-Methods: *"), cases.Predicate{Refuses: &put}, agent.EffectLetIn),
		Entry("a status", answered(500), cases.Predicate{Status: cases.StatusSet{"<500"}}, agent.EffectMalformed),
		Entry("Vary", answered(200), cases.Predicate{Lists: &cases.FieldList{Name: "Vary", Values: []string{"Origin"}}}, agent.EffectCacheUnsafe),
		Entry("a list of something else", answered(200), cases.Predicate{Lists: &cases.FieldList{Name: "Allow", Values: []string{"GET"}}}, agent.EffectMalformed),
		Entry("a field that came with the request", answered(200, "X-Inj: 1"), cases.Predicate{Absent: cases.Names{"X-Inj"}}, agent.EffectLetIn),
		Entry("a field too many", answered(200, star), cases.Predicate{Absent: cases.Names{"Access-Control-Allow-Origin"}}, agent.EffectMalformed),
		Entry("nothing", agent.Exchange{Error: "no answer", ErrorKind: "timeout"}, shares(app), agent.EffectUnavailable),
		Entry("alternatives of which none is given: the gravest of them", answered(200, star), cases.Predicate{AnyOf: [][]cases.Predicate{
			{{Status: cases.StatusSet{"400"}}}, {{Denies: &evil}},
		}}, agent.EffectLetIn),
		Entry("alternatives that all keep out", answered(200), cases.Predicate{AnyOf: [][]cases.Predicate{{shares(app)}, {shares(evil)}}}, agent.EffectLockedOut),
	)

	It("is, where no alternative is given, about whom the gravest of them is about, whatever its place", func() {
		wrong, shared := []cases.Predicate{{Status: cases.StatusSet{"400"}}}, []cases.Predicate{{Denies: &evil}}
		for _, alternatives := range [][][]cases.Predicate{{wrong, shared}, {shared, wrong}} {
			failures := failuresOf(answered(200, star), cases.Predicate{AnyOf: alternatives})
			Expect(failures).To(ConsistOf(HaveField("Asked", agent.Asked{Origin: evil})))
		}
	})

	DescribeTable("of an outcome", func(e cases.Expect, o *agent.Outcome, want agent.Effect) {
		failures := judge.Outcome(&e, o)
		Expect(failures).NotTo(BeEmpty())
		for _, f := range failures {
			Expect(f.Effect).To(Equal(want), f.What)
		}
	},
		Entry("blocked, and was to be allowed", cases.Expect{Outcome: "allowed", Preflight: ptr(true)}, blockedBy(spec.ReasonMissingAllowOriginHeader), agent.EffectLockedOut),
		Entry("blocked, for another reason than the listed", cases.Expect{Outcome: "blocked", Reasons: []string{"MissingAllowOriginHeader"}, Sent: ptr(true)},
			blockedBy(spec.ReasonPreflightDisallowedRedirect), agent.EffectLockedOut),
		Entry("allowed, and was to be blocked", cases.Expect{Outcome: "blocked"}, &agent.Outcome{Outcome: spec.Outcome{Result: spec.Allowed}}, agent.EffectLetIn),
		Entry("blocked, but let through by the preflight", cases.Expect{Outcome: "blocked", Sent: ptr(false)},
			&agent.Outcome{Outcome: spec.Outcome{Result: spec.Blocked, Reason: spec.ReasonAllowOriginMismatch, Hops: []spec.Hop{{Sent: true}}}}, agent.EffectLetIn),
		Entry("a field that a script can read and should not", cases.Expect{Outcome: "allowed", Hidden: []string{"X-A"}},
			&agent.Outcome{Outcome: spec.Outcome{Result: spec.Allowed, Readable: map[string]string{"x-a": "1"}}}, agent.EffectLetIn),
		Entry("one that it cannot read and should", cases.Expect{Outcome: "allowed", Readable: []string{"X-A"}}, &agent.Outcome{Outcome: spec.Outcome{Result: spec.Allowed}}, agent.EffectLockedOut),
		Entry("no answer", cases.Expect{Outcome: "blocked"}, blockedBy(spec.ReasonNetworkError), agent.EffectUnavailable),
	)
})

var _ = Describe("The severity of what failed", func() {
	evil := agent.Seen{Origin: "https://evil.test", Status: 200, AllowOrigin: agent.Lines{N: 1, Text: "*"}}
	letIn := agent.Symptom{Effect: agent.EffectLetIn, Sendable: true, Seen: evil}
	DescribeTable("is the greatest of the failures', and makes a failure of what only warns", func(level cases.Level, want cases.Severity, verdict agent.Verdict, failures ...agent.Symptom) {
		c := &cases.Check{Case: &cases.Case{Level: level}, Policy: &cases.Policy{Origins: []string{app}}}
		Expect(judge.Severity(c, failures)).To(Equal(want))
		Expect(judge.Verdict(c, failures)).To(Equal(verdict))
	},
		Entry("nothing failed", cases.Must, cases.Severity(""), agent.VerdictPass),
		Entry("let in", cases.Practice, cases.Medium, agent.VerdictFail, letIn),
		Entry("let in, which is only recorded", cases.Info, cases.Medium, agent.VerdictInfo, letIn),
		Entry("kept out", cases.Practice, cases.Severity(""), agent.VerdictWarn, agent.Symptom{Effect: agent.EffectLockedOut, Sendable: true}),
		Entry("kept out, by a must", cases.Must, cases.Severity(""), agent.VerdictFail, agent.Symptom{Effect: agent.EffectLockedOut, Sendable: true}),
		Entry("kept out and let in", cases.Should, cases.Medium, agent.VerdictFail, agent.Symptom{Effect: agent.EffectLockedOut, Sendable: true}, letIn),
		Entry("let in, and no browser sends it", cases.Should, cases.Severity(""), agent.VerdictWarn, agent.Symptom{Effect: agent.EffectLetIn, Seen: evil}),
	)

	It("is the step's own: what a browser cannot send is told by the step", func() {
		get := func(origin string) judge.WireStep {
			step := wireGet("/ok", cases.Predicate{Denies: &origin})
			step.Wire.Headers = []string{"Origin: " + origin}
			return judge.WireStep{Step: step, Exchanges: []agent.Exchange{answered(200, "Access-Control-Allow-Origin: *")}}
		}
		failures := judge.JudgeWire(get("https://evil.test/"), get("https://evil.test"))
		Expect(failures).To(HaveLen(2))
		Expect(failures[0].Sendable).To(BeFalse())
		Expect(failures[1].Sendable).To(BeTrue())
	})
})
