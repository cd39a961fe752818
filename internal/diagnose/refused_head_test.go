package diagnose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

var _ = DescribeTable("An answer that is not HTTP is reported as an answer, and silence as no answer",
	func(kind string, preflight bool, cause, received, who string) {
		x := agent.Seen{Method: "GET", Sent: "GET", Origin: allowed, URL: "http://h/", Error: kind, Preflight: preflight}
		s := agent.Symptom{Effect: agent.EffectUnavailable, Silent: true, Actual: "reading the head of the answer of 127.0.0.1:1: the head has a NUL byte", Expected: "a complete HTTP response"}
		e := evidence("odd", &list, x, s)
		e.Symptoms[0].Sendable = false
		f := diagnose.Findings([]diagnose.Evidence{e}, cases.Causes(), nil)[0]
		Expect([]string{f.Cause, f.Received[0], f.Affects}).To(Equal([]string{cause, received, "GET from " + allowed + ": " + who}))
		Expect(f.Refused()).To(Equal(kind == "malformed"))
		Expect(f.Unanswered()).To(Equal(kind != "malformed"))
	},
	Entry(nil, "malformed", false, "answer-malformed", "(an answer that clients refuse: the head has a NUL byte)", "an answer that clients refuse"),
	Entry(nil, "closed", false, "odd-request-crash", "(no answer)", "no answer"),
	Entry(nil, "reset", true, "odd-request-crash", "(no answer)", "no answer to the preflight"),
)
