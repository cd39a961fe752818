package report_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("The verdict of one cause that lets somebody in and locks pages out", func() {
	It("has both", func() {
		both := spoilt
		both.Effect, both.Plain, both.LocksOut, both.Sendable = agent.EffectLetIn, false, true, true
		failed := failing(result("first", "exact", agent.VerdictFail))
		Expect(page(withFindings([]harness.Finding{both}, failed), false)).To(MatchRegexp(`^This server locks out pages that the policy allows and lets in what the policy\s+forbids: `))
		both.LocksOut = false
		Expect(page(withFindings([]harness.Finding{both}, failed), false)).To(MatchRegexp(`^This server lets in what the policy forbids: `))
	})
})
