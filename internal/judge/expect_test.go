package judge_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/spec"
)

// seenOutcome is an allowed PUT with a preflight, for tests to change.
func seenOutcome(change ...func(*agent.Outcome)) *agent.Outcome {
	o := &agent.Outcome{
		Outcome: spec.Outcome{
			Result: spec.Allowed, Type: spec.TypeCORS, Status: 200, Readable: map[string]string{"x-resp": "1"}, FailedHop: -1,
			Hops: []spec.Hop{{Preflight: true, ACRM: ptr("PUT"), ACRH: ptr("x-a"), Sent: true, Origin: ptr(app), Method: "PUT"}},
		},
		Body: "hello",
		Exchanges: []agent.Exchange{{Status: 200, Response: fields(
			"X-Resp", "1", "X-Hidden", "1", "Access-Control-Expose-Headers", "X-Resp")}},
	}
	for _, c := range change {
		c(o)
	}
	return o
}

func blocked(r spec.Reason) func(*agent.Outcome) {
	return func(o *agent.Outcome) {
		o.Result, o.Type, o.Reason, o.Status, o.Readable = spec.Blocked, spec.TypeErr, r, 0, nil
	}
}

var _ = Describe("an expectation", func() {
	missing := blocked(spec.ReasonMissingAllowOriginHeader)
	DescribeTable("holds", func(e cases.Expect, o *agent.Outcome) {
		Expect(judge.Outcome(&e, o)).To(BeEmpty())
	},
		Entry("nothing is expected", cases.Expect{}, seenOutcome()),
		Entry("everything is as expected", cases.Expect{
			Outcome: "allowed", Type: "cors", Preflight: ptr(true), ACRM: ptr("PUT"), ACRH: ptr("x-a"), Origin: ptr(app), Sent: ptr(true),
			Cookie: ptr(false), Status: cases.StatusSet{"2xx"}, Readable: []string{"X-Resp"}, Hidden: []string{"X-Hidden"}, Body: ptr("ell"), Redirected: ptr(false),
		}, seenOutcome()),
		Entry("blocked for whichever reason", cases.Expect{Outcome: "blocked"}, seenOutcome(missing)),
		Entry("blocked for one of the reasons", cases.Expect{Outcome: "blocked", Reasons: []string{"A", "MissingAllowOriginHeader"}}, seenOutcome(missing)),
		Entry("blocked, and the agent does not know why", cases.Expect{Outcome: "blocked", Reasons: []string{"A"}}, seenOutcome(blocked(""))),
		Entry("times, and the agent cannot tell", cases.Expect{Timing: ptr(true)}, seenOutcome()),
		Entry("an agent that cannot tell the type", cases.Expect{Type: "opaque"}, seenOutcome(func(o *agent.Outcome) { o.Type = "" })),
		Entry("a network error that is expected", cases.Expect{Outcome: "blocked", Reasons: []string{"NetworkError"}}, seenOutcome(blocked(spec.ReasonNetworkError))),
		Entry("absent headers", cases.Expect{ACRH: ptr(""), Origin: ptr("")}, seenOutcome(func(o *agent.Outcome) { o.Hops[0].ACRH, o.Hops[0].Origin = nil, nil })),
		Entry("nothing was sent", cases.Expect{Preflight: ptr(false), Sent: ptr(false)}, seenOutcome(func(o *agent.Outcome) { o.Hops = nil })),
		Entry("the last hop counts", cases.Expect{Preflight: ptr(false), ACRM: ptr("PUT"), Origin: ptr("null")},
			seenOutcome(func(o *agent.Outcome) {
				o.Hops = append(o.Hops, spec.Hop{Sent: true, Origin: ptr("null")})
			})),
	)
	DescribeTable("fails", func(e cases.Expect, o *agent.Outcome, what, expected, actual string) {
		failures := judge.Outcome(&e, o)
		Expect(failures).To(HaveLen(1))
		Expect(failures[0].What).To(ContainSubstring(what))
		Expect(failures[0].Expected).To(ContainSubstring(expected))
		Expect(failures[0].Actual).To(ContainSubstring(actual))
	},
		Entry("allowed, not blocked", cases.Expect{Outcome: "blocked"}, seenOutcome(), "a script gets", "blocked", "allowed (cors)"),
		Entry("blocked, not allowed: what a script would read is not told again", cases.Expect{Outcome: "allowed", Status: cases.StatusSet{"200"}, Readable: []string{"X-Resp"}},
			seenOutcome(missing), "a script gets", "allowed", "blocked: MissingAllowOriginHeader, "),
		Entry("for another reason", cases.Expect{Outcome: "blocked", Reasons: []string{"A", "B"}}, seenOutcome(missing), "because of", "A or B", "MissingAllowOriginHeader"),
		Entry("by the network, which proves nothing", cases.Expect{Outcome: "blocked"}, seenOutcome(blocked(spec.ReasonNetworkError)), "by CORS", "refuses", "NetworkError"),
		Entry("another type", cases.Expect{Type: "opaque"}, seenOutcome(), "type", "opaque", "cors"),
		Entry("a preflight too many", cases.Expect{Preflight: ptr(false)}, seenOutcome(), "preflight", "no", "yes"),
		Entry("another method asked for", cases.Expect{ACRM: ptr("put")}, seenOutcome(), "Request-Method", `"put"`, `"PUT"`),
		Entry("headers asked for", cases.Expect{ACRH: ptr("")}, seenOutcome(), "Request-Headers", "absent", `"x-a"`),
		Entry("another origin", cases.Expect{Origin: ptr("null")}, seenOutcome(), "Origin", "null", app),
		Entry("not sent", cases.Expect{Sent: ptr(true)}, seenOutcome(func(o *agent.Outcome) { o.Hops[0].Sent = false }), "is sent", "yes", "no"),
		Entry("no cookie", cases.Expect{Cookie: ptr(true)}, seenOutcome(), "cookie", "yes", "no"),
		Entry("the status", cases.Expect{Status: cases.StatusSet{"404"}}, seenOutcome(), "status", "404", "200"),
		Entry("a header that is not exposed", cases.Expect{Readable: []string{"X-Hidden"}}, seenOutcome(), "X-Hidden", "yes", "no; Access-Control-Expose-Headers: X-Resp"),
		Entry("a header that was not sent", cases.Expect{Readable: []string{"X-None"}}, seenOutcome(), "X-None", "yes", "did not send"),
		Entry("a header that is exposed", cases.Expect{Hidden: []string{"X-RESP"}}, seenOutcome(), "X-RESP", "null", `"1"`),
		Entry("the content", cases.Expect{Body: ptr("x")}, seenOutcome(), "content", "in it", `"hello"`),
		Entry("times that are hidden", cases.Expect{Timing: ptr(true)}, seenOutcome(func(o *agent.Outcome) { o.Timing = ptr(false) }), "how long", "yes", "no; "),
		Entry("times that are told", cases.Expect{Timing: ptr(false)}, seenOutcome(func(o *agent.Outcome) { o.Timing = ptr(true) }), "how long", "no", "yes; "),
		Entry("a redirect", cases.Expect{Redirected: ptr(true)}, seenOutcome(), "redirected", "yes", "no"),
	)
})
