package diagnose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

var _ = DescribeTable("A cause that lets somebody in is also said to lock pages out, where a plain exchange shows that",
	func(let, plain, sendable, want bool) {
		in, out := seen("https://evil.test", fields("Access-Control-Allow-Origin", "https://evil.test")), seen(allowed, fields("Access-Control-Allow-Origin", "https://evil.test"))
		in.Status, in.Method, out.Status, out.Method = 200, "GET", 200, "GET"
		all := []diagnose.Evidence{evidence("out", &list, out, agent.Symptom{Effect: agent.EffectLockedOut, Reason: "AllowOriginMismatch"})}
		all[0].Symptoms[0].Sendable = sendable
		if let {
			all = append(all, evidence("in", &list, in, agent.Symptom{Effect: agent.EffectLetIn, Predicate: "denies", Actual: "https://evil.test"}))
		}
		f := diagnose.Findings(all, []cases.Cause{cause("both", cases.Match{At: cases.Names{"request"}})}, map[string]bool{all[0].Check.ID: plain})
		Expect(f).To(HaveLen(1))
		Expect(f[0].LocksOut).To(Equal(want))
	},
	Entry("both", true, true, true, true),
	Entry("by an odd exchange alone", true, false, true, false),
	Entry("by what no browser sends", true, true, false, false),
	Entry("nobody is let in, which Effect says", false, true, true, false),
)
