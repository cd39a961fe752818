package report_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("The verdict of a * that does not cover Authorization", func() {
	It("does not say that pages are locked out, as no browser does it, unless one was seen to, or something else does", func() {
		star, other := spoilt, spoilt
		star.ID, star.Cause, star.Effect, star.Plain, star.Sendable, star.Browser = "headers-star-authorization", "headers-star-authorization", agent.EffectLockedOut, true, true, nil
		failed := failing(result("first", "exact", agent.VerdictFail))
		Expect(page(withFindings([]harness.Finding{star}, failed), false)).To(MatchRegexp(`^This server allows less than the policy by the Fetch Standard\s+\(not\s+in\s+today's\s+browsers\): `))
		other.Effect, other.Plain, other.Sendable = agent.EffectLockedOut, true, true
		Expect(page(withFindings([]harness.Finding{star, other}, failed), false)).To(HavePrefix("This server locks out pages that the policy allows: "))
		star.Browser = []string{"chrome"}
		Expect(page(withFindings([]harness.Finding{star}, failed), false)).To(HavePrefix("This server locks out pages that the policy allows: "))
	})
})
