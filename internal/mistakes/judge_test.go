package mistakes

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// found is a run with these findings: of level must, but for the ids that begin with a "~".
func found(ids ...string) *harness.Summary {
	sum := &harness.Summary{}
	for _, id := range ids {
		f := harness.Finding{ID: id, Level: cases.Must, Explains: []string{"a-check"}}
		if id[0] == '~' {
			f.ID, f.Level = id[1:], cases.Practice
		}
		sum.Findings = append(sum.Findings, f)
	}
	return sum
}

var _ = Describe("A pair", func() {
	DescribeTable("is judged by both of its runs", func(e Exceptions, broken, fixed *harness.Summary, problem string) {
		o := Outcome{Pair: Pair{Cause: "wanted", Exceptions: e}}
		o.judge(broken, fixed)
		if problem == "" {
			Expect(o.Problems).To(BeEmpty())
		} else {
			Expect(o.Problems).To(ContainElement(ContainSubstring(problem)))
		}
	},
		Entry("the cause, and nothing", Exceptions{}, found("wanted"), found(), ""),
		Entry("the cause is not found", Exceptions{}, found(), found(), "is not wanted: nothing"),
		Entry("another is first", Exceptions{}, found("other", "wanted"), found(), "is not wanted: other"),
		Entry("another breaks a must besides", Exceptions{}, found("wanted", "other"), found(), "more is found than wanted: other"),
		Entry("another only warns", Exceptions{}, found("wanted", "~other"), found("~other"), ""),
		Entry("another is true too", Exceptions{Also: map[string]string{"other": "so"}}, found("wanted", "other"), found(), ""),
		Entry("what is true too is not found", Exceptions{Also: map[string]string{"other": "so"}}, found("wanted"), found(), "also has other"),
		Entry("something is left in fixed", Exceptions{}, found("wanted"), found("other"), "something is found: other"),
		Entry("the framework's own is in both", Exceptions{Known: map[string]string{"own": "so"}}, found("own", "wanted"), found("own"), ""),
		Entry("the cause only warns, and is gone", Exceptions{}, found("~wanted"), found(), ""),
		Entry("the cause only warns, and is still there", Exceptions{}, found("~wanted"), found("~wanted"), "wanted is still found"),
	)

	It("is wrong where a check ended with an error", func() {
		o := Outcome{Pair: Pair{Cause: "wanted"}}
		fixed := found()
		fixed.Counts = map[agent.Verdict]int{agent.VerdictError: 2}
		o.judge(found("wanted"), fixed)
		Expect(o.Problems).To(ContainElement(ContainSubstring("2 checks ended with an error")))
	})

	It("is told when no pair shows what is known of an adapter", func() {
		known := Exceptions{Known: map[string]string{"own": "so"}}
		seen := Outcome{Pair: Pair{Exceptions: known}, Shown: []string{"own"}}
		unseen := Outcome{Pair: Pair{Exceptions: known}}
		list := []Outcome{seen, unseen}
		needless(list)
		Expect(list[1].Problems).To(BeEmpty())
		list = []Outcome{unseen, unseen}
		needless(list)
		Expect(list[1].Problems).To(ContainElement(ContainSubstring("known has own")))
	})
})
