package harness_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = DescribeTable("the fix is for what was seen", func(failures []agent.Symptom, status int, want OmegaMatcher) {
	r := harness.Result{Agents: []agent.Result{{Failures: failures, Exchanges: []agent.Exchange{{Status: status}}}}}
	Expect(r.Advice("the case's own")).To(want)
},
	Entry("a name that is not listed", refused("HeaderDisallowedByPreflightResponse"), 204,
		And(ContainSubstring("List the header"), Not(ContainSubstring("own")), Not(ContainSubstring("split")))),
	Entry("a method that is not listed", refused("MethodDisallowedByPreflightResponse"), 204, ContainSubstring("List the method")),
	Entry("* with credentials", refused("WildcardOriginNotAllowed"), 200, And(ContainSubstring("in place of *"), Not(ContainSubstring("byte for byte")))),
	Entry("* with credentials, of a preflight", refused("PreflightWildcardOriginNotAllowed"), 204, ContainSubstring("in place of *")),
	Entry("a redirect", refused("PreflightDisallowedRedirect"), 307, ContainSubstring("redirect")),
	Entry("no header on a 401", refused("MissingAllowOriginHeader"), 401, And(ContainSubstring("every answer"), ContainSubstring("status 401"))),
	Entry("no header on a 200", refused("MissingAllowOriginHeader"), 200, Not(ContainSubstring("status"))),
	Entry("two reasons", append(refused("AllowOriginMismatch"), refused("InvalidAllowCredentials")...), 200,
		And(ContainSubstring("very value"), ContainSubstring("Allow-Credentials: true"))),
	Entry("the case's own property", []agent.Symptom{{What: "Vary lists Origin"}}, 200, Equal("the case's own")),
	Entry("a request that no browser sends", []agent.Symptom{{Reason: "HeaderDisallowedByPreflightResponse", Refusal: true}}, 200, Equal("the case's own")),
)

var _ = It("the fix for * is not to send it", func() {
	r := harness.Result{Agents: []agent.Result{{
		Failures:  []agent.Symptom{{Effect: agent.EffectLetIn}},
		Exchanges: []agent.Exchange{{Status: 200, Response: fields("Access-Control-Allow-Origin", "*")}},
	}}}
	Expect(r.Advice("Compare byte for byte.")).To(ContainSubstring("Do not send *"))
})

func refused(reason string) []agent.Symptom {
	return []agent.Symptom{{Reason: reason, Refusal: true, Sendable: true}}
}
