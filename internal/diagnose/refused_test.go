package diagnose_test

import (
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("Preflights that are all refused", func() {
	good := fields("Access-Control-Allow-Origin", allowed)
	// odd are preflights that no browser sends, each refused with the status.
	odd := func(status int) (some []diagnose.Evidence) {
		for id, what := range map[string]string{"preflight-with-body": "PUT", "preflight-chunked-body": "PUT", "acrm-non-token": "P<UT", "acrm-connect-trace-track": "TRACE", "dos-acrh-many-names": "PUT, x-b"} {
			x := asking(what)
			x.Status = status
			e := evidence(id, &list, x, agent.Symptom{Effect: agent.EffectMalformed, Predicate: "status", Expected: "<500 or 501", Actual: strconv.Itoa(status)})
			e.Symptoms[0].Sendable = false
			some = append(some, e)
		}
		return some
	}
	// found are the causes where the plain preflight is answered with the status, and answers to POST are shared with 500.
	found := func(plain int, some []diagnose.Evidence) []string {
		blocked := agent.Symptom{Effect: agent.EffectLockedOut, Reason: "PreflightInvalidStatus"}
		x := asking("PUT", "Access-Control-Allow-Methods", "PUT")
		if x.Status = plain; spec.OKStatus(plain) {
			blocked = agent.Symptom{}
		}
		fails := seen(allowed, good)
		fails.Status = 500
		return named(append(some, evidence("preflight", &list, x, blocked), evidence("get", &list, seen(allowed, good), agent.Symptom{}), evidence("post", &list, fails, agent.Symptom{})), cases.Causes()...)
	}

	It("have one cause, whatever is odd in some of them", func() {
		for _, status := range []int{500, 502, 503, 520} {
			Expect(found(status, odd(status))).To(Equal([]string{"preflight-server-error"}), "%d", status)
		}
	})

	It("have another than odd ones that are refused beside granted ones, of which no content is read as a request", func() {
		for _, status := range []int{500, 502, 503, 520} {
			Expect(found(204, odd(status))).To(Equal([]string{"odd-request-crash"}), "%d", status)
		}
	})

	It("have their content read as a request where an answer comes that answers none, or the next one is wrong", func() {
		for _, id := range []string{"preflight-with-body", "preflight-chunked-body"} {
			x := asking("PUT", "Access-Control-Allow-Methods", "PUT")
			x.Excess = true
			next := seen(allowed, nil)
			for _, x := range []agent.Seen{x, next} {
				e := evidence(id, &list, x, agent.Symptom{Effect: agent.EffectMalformed, Predicate: "excess"})
				if e.Symptoms[0].Sendable = false; !x.Preflight {
					e.Symptoms[0].Effect = agent.EffectLockedOut
				}
				Expect(found(204, []diagnose.Evidence{e})).To(Equal([]string{"preflight-content-unread"}))
			}
		}
	})

	It("are not mended by Access-Control-Allow-Origin, though other errors lack it too", func() {
		for status, want := range map[int]string{400: "preflight-refused", 408: "preflight-refused", 415: "preflight-refused", 422: "preflight-refused", 404: "preflight-not-routed", 405: "preflight-not-routed", 500: "preflight-server-error", 503: "preflight-server-error"} {
			x := asking("PUT")
			x.Status, x.AllowOrigin = status, agent.Lines{}
			unshared := seen(allowed, nil)
			unshared.Status = status
			plain := unshared
			plain.NoOrigin, plain.Origin = true, ""
			lost := agent.Symptom{Effect: agent.EffectLockedOut, Reason: "PreflightMissingAllowOriginHeader"}
			some := []diagnose.Evidence{
				evidence("get", &list, seen(allowed, good), agent.Symptom{}), evidence("plain", &list, plain, agent.Symptom{}),
				evidence("put", &list, x, lost), evidence("garbage-acrm", &list, x, lost),
			}
			some[3].Symptoms[0].Sendable = false
			Expect(named(some, cases.Causes()...)).To(Equal([]string{want}), "%d", status)
			more := named(append(some, evidence("error", &list, unshared, agent.Symptom{Effect: agent.EffectLockedOut, Reason: "MissingAllowOriginHeader"})), cases.Causes()...)
			Expect(more).To(HaveLen(2), "%d", status)
			Expect(more).To(ContainElement(want), "%d", status)
		}
	})
})
