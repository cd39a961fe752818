package report_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("What is only noted", func() {
	It("is told under -v, with what each agent saw, once where they saw the same", func() {
		noted := result("first", "a", agent.VerdictInfo)
		noted.Agents = []agent.Result{
			{Agent: "wire", Verdict: agent.VerdictInfo, Note: "yes: It is so"}, {Agent: "model", Verdict: agent.VerdictInfo, Note: "yes: It is so"}, {Agent: "chrome", Verdict: agent.VerdictInfo, Note: "no: It is not"},
		}
		rep := newReport(noted, result("second", "a", agent.VerdictPass))
		Expect(page(rep, true)).To(MatchRegexp(`(?m)^Noted: +first/a\n +yes: It is so\n +no: It is not\n`))
		Expect(page(rep, false)).NotTo(ContainSubstring("Noted"))
	})
})
