package harness_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/spec"
)

// blockedBy is the outcome of a request that a reason stopped.
func blockedBy(r spec.Reason) *harness.Outcome {
	return &harness.Outcome{Outcome: spec.Outcome{Result: spec.Blocked, Type: spec.TypeErr, Reason: r}}
}

var _ = Describe("What a failure shows", func() {
	evil, star := "https://evil.test", "Access-Control-Allow-Origin: *"
	put := cases.Ask{Origin: app, Method: "PUT"}

	DescribeTable("of a raw answer", func(ex harness.Exchange, p cases.Predicate, want harness.Effect) {
		failures := failuresOf(ex, p)
		Expect(failures).NotTo(BeEmpty())
		for _, f := range failures {
			Expect(f.Effect).To(Equal(want), f.What)
			Expect(f.Refusal).To(Equal(want == harness.LockedOut))
		}
	},
		Entry("shared with nobody", answered(200), shares(app), harness.LockedOut),
		Entry("not granted", answered(204), cases.Predicate{Allows: &put}, harness.LockedOut),
		Entry("shared with a stranger", answered(200, star), cases.Predicate{Denies: &evil}, harness.LetIn),
		Entry("granted to a stranger", answered(204, star, "Access-Control-Allow-Methods: *"), cases.Predicate{Refuses: &put}, harness.LetIn),
		Entry("a status", answered(500), cases.Predicate{Status: cases.StatusSet{"<500"}}, harness.Malformed),
		Entry("Vary", answered(200), cases.Predicate{Lists: &cases.FieldList{Name: "Vary", Values: []string{"Origin"}}}, harness.CacheUnsafe),
		Entry("a list of something else", answered(200), cases.Predicate{Lists: &cases.FieldList{Name: "Allow", Values: []string{"GET"}}}, harness.Malformed),
		Entry("a field that came with the request", answered(200, "X-Inj: 1"), cases.Predicate{Absent: cases.Names{"X-Inj"}}, harness.LetIn),
		Entry("a field too many", answered(200, star), cases.Predicate{Absent: cases.Names{"Access-Control-Allow-Origin"}}, harness.Malformed),
		Entry("nothing", harness.Exchange{Error: "no answer", ErrorKind: "timeout"}, shares(app), harness.Unavailable),
		Entry("alternatives of which none is given: the gravest of them", answered(200, star), cases.Predicate{AnyOf: [][]cases.Predicate{
			{{Status: cases.StatusSet{"400"}}}, {{Denies: &evil}},
		}}, harness.LetIn),
		Entry("alternatives that all keep out", answered(200), cases.Predicate{AnyOf: [][]cases.Predicate{{shares(app)}, {shares(evil)}}}, harness.LockedOut),
	)

	DescribeTable("of an outcome", func(e cases.Expect, o *harness.Outcome, want harness.Effect) {
		failures := harness.Judge(&e, o)
		Expect(failures).NotTo(BeEmpty())
		for _, f := range failures {
			Expect(f.Effect).To(Equal(want), f.What)
		}
	},
		Entry("blocked, and was to be allowed", cases.Expect{Outcome: "allowed", Preflight: ptr(true)}, blockedBy(spec.ReasonMissingAllowOriginHeader), harness.LockedOut),
		Entry("blocked, for another reason than the listed", cases.Expect{Outcome: "blocked", Reasons: []string{"MissingAllowOriginHeader"}, Sent: ptr(true)},
			blockedBy(spec.ReasonPreflightDisallowedRedirect), harness.LockedOut),
		Entry("allowed, and was to be blocked", cases.Expect{Outcome: "blocked"}, &harness.Outcome{Outcome: spec.Outcome{Result: spec.Allowed}}, harness.LetIn),
		Entry("blocked, but let through by the preflight", cases.Expect{Outcome: "blocked", Sent: ptr(false)},
			&harness.Outcome{Outcome: spec.Outcome{Result: spec.Blocked, Reason: spec.ReasonAllowOriginMismatch, Hops: []spec.Hop{{Sent: true}}}}, harness.LetIn),
		Entry("a field that a script can read and should not", cases.Expect{Outcome: "allowed", Hidden: []string{"X-A"}},
			&harness.Outcome{Outcome: spec.Outcome{Result: spec.Allowed, Readable: map[string]string{"x-a": "1"}}}, harness.LetIn),
		Entry("one that it cannot read and should", cases.Expect{Outcome: "allowed", Readable: []string{"X-A"}}, &harness.Outcome{Outcome: spec.Outcome{Result: spec.Allowed}}, harness.LockedOut),
		Entry("no answer", cases.Expect{Outcome: "blocked"}, blockedBy(spec.ReasonNetworkError), harness.Unavailable),
	)
})

var _ = Describe("The severity of what failed", func() {
	denies := cases.Step{Answer: []cases.Predicate{{Denies: ptr("https://evil.test")}}}
	answers := cases.Step{Answer: []cases.Predicate{{Answered: ptr(true)}}}
	DescribeTable("is the case's where somebody is harmed, and none elsewhere", func(step cases.Step, want cases.Severity, failures ...harness.Failure) {
		c := &cases.Case{Security: cases.High, Steps: []cases.Step{step}}
		Expect(harness.SeverityOf(c, failures)).To(Equal(want))
	},
		Entry("nothing failed", denies, cases.Severity("")),
		Entry("let in by what a browser sends", denies, cases.High, harness.Failure{Effect: harness.LetIn, Sendable: true}),
		Entry("let in by what no browser sends", denies, cases.Severity(""), harness.Failure{Effect: harness.LetIn}),
		Entry("in danger by a cache", denies, cases.High, harness.Failure{Effect: harness.CacheUnsafe, Sendable: true}),
		Entry("kept out", denies, cases.Severity(""), harness.Failure{Effect: harness.LockedOut, Sendable: true}),
		Entry("kept out and let in", denies, cases.High, harness.Failure{Effect: harness.LockedOut, Sendable: true}, harness.Failure{Effect: harness.LetIn, Sendable: true}),
		Entry("malformed", denies, cases.Severity(""), harness.Failure{Effect: harness.Malformed, Sendable: true}),
		Entry("silent, where something was to be denied", denies, cases.Severity(""), harness.Failure{Effect: harness.Unavailable, Sendable: true}),
		Entry("silent, where the question is whether it answers", answers, cases.High, harness.Failure{Effect: harness.Unavailable}),
	)

	It("is the step's own: what a browser cannot send is told by the step", func() {
		get := func(origin string) harness.WireStep {
			step := wireGet("/ok", cases.Predicate{Denies: &origin})
			step.Wire.Headers = []string{"Origin: " + origin}
			return harness.WireStep{Step: step, Exchanges: []harness.Exchange{answered(200, "Access-Control-Allow-Origin: *")}}
		}
		failures := harness.JudgeWire(get("https://evil.test/"), get("https://evil.test"))
		Expect(failures).To(HaveLen(2))
		Expect(failures[0].Sendable).To(BeFalse())
		Expect(failures[1].Sendable).To(BeTrue())
	})
})
