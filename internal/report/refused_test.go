package report_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("The verdict of a server whose answers clients refuse", func() {
	It("says so, and not that it gave none or can be made to fail", func() {
		bad := spoilt
		bad.Effect, bad.Plain, bad.Affects = agent.EffectUnavailable, false, "GET from https://a.test: an answer that clients refuse"
		none := bad
		none.ID, none.Cause, none.Affects = "none", "none", "GET from https://a.test: no answer"
		failed := failing(result("first", "exact", agent.VerdictFail))
		Expect(page(withFindings([]harness.Finding{bad}, failed), false)).To(HavePrefix("This server answers with what clients refuse"))
		Expect(page(withFindings([]harness.Finding{bad, none}, failed), false)).To(HavePrefix("This server leaves requests without an answer"))
	})
})
