package report_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("Findings of single cases, however many", func() {
	It("are named, all of them, and no sentence of one is cut", func() {
		for n := 1; n < 30; n++ {
			list, results := []harness.Finding{spoilt}, []harness.Result{failing(result("first", "exact", agent.VerdictFail))}
			for i := range n {
				id := fmt.Sprintf("some-case-%d", i)
				list = append(list, harness.Finding{ID: id, Title: "Does not hold: A request of number " + fmt.Sprint(i) + " that has a long sentence is told whole", Level: cases.Must, Sendable: true, Explains: []string{id + "/exact"}})
				results = append(results, failing(result(id, "exact", agent.VerdictFail)))
			}
			text := page(withFindings(list, results...), false)
			for i := range n {
				Expect(text).To(MatchRegexp(`some-case-%d\b`, i))
			}
			for line := range strings.SplitSeq(text, "\n") {
				if strings.Contains(line, "Does not hold") {
					Expect(line).NotTo(ContainSubstring("..."))
				}
			}
		}
	})
})
