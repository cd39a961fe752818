package matrix_test

import (
	"bytes"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/matrix"
	"github.com/corsproof/corsproof/internal/report"
)

var _ = Describe("a check that is withheld", func() {
	made := func() *matrix.Matrix {
		f := framework("f", cell("safe", agent.VerdictFail), cell("plain", agent.VerdictWarn))
		f.Counts = report.Counts{Checks: 2, Fail: 1, Warn: 1}
		g := framework("g", cell("safe", agent.VerdictFail))
		g.Counts = report.Counts{Checks: 1, Fail: 1}
		return matrixOf(f, g)
	}

	It("is in no form of the matrix, its number is, and other frameworks keep theirs", func() {
		m := made()
		Expect(m.Withhold("f=safe/*")).To(Succeed())
		Expect(m.Frameworks[0].Results).To(Equal([]matrix.Cell{cell("plain", agent.VerdictWarn)}))
		Expect(m.Frameworks[0].Counts).To(Equal(report.Counts{Checks: 1, Warn: 1}))
		Expect(m.Frameworks[1]).To(Equal(made().Frameworks[1]))

		var text, markdown, html bytes.Buffer
		Expect(m.WriteJSON(&text)).To(Succeed())
		Expect(m.WriteMarkdown(&markdown)).To(Succeed())
		Expect(m.WriteHTML(&html)).To(Succeed())
		Expect(bytes.Count(text.Bytes(), []byte("safe/exact"))).To(Equal(1), "that of g")
		Expect(text.String()).To(ContainSubstring(`"withheld":1`))
		Expect(markdown.String()).To(ContainSubstring("for a repair: 1 (see SECURITY.md)"))
		Expect(html.String()).To(ContainSubstring("for a repair: 1 (see SECURITY.md)"))
	})

	It("takes with it what the causes say of it", func() {
		m := made()
		f := &m.Frameworks[0]
		f.Results = append(f.Results, cell("plain", agent.VerdictFail))
		f.Results[2].ID, f.Results[2].Policy, f.Results[2].Security = "plain/one", "one", cases.Low
		f.Results[0].Causes, f.Results[2].Causes = []string{"hidden", "shared"}, []string{"shared"}
		f.Findings = []matrix.Finding{
			{ID: "hidden", Checks: 1, Severity: cases.Critical},
			{ID: "shared", Checks: 2, Severity: cases.Critical, Policies: []string{"exact", "one"}, Affects: "safe", Received: []string{"safe"}, Wanted: []string{"safe"}},
		}
		Expect(m.Withhold("f=safe/*")).To(Succeed())
		Expect(m.Frameworks[0].Findings).To(Equal([]matrix.Finding{{ID: "shared", Checks: 1, Severity: cases.Low, Policies: []string{"one"}}}))
	})

	It("is nothing to speak of where there is none", func() {
		var text bytes.Buffer
		Expect(made().WriteMarkdown(&text)).To(Succeed())
		Expect(text.String()).NotTo(ContainSubstring("Withheld"))
	})

	It("has to be there", func() {
		Expect(made().Withhold("f=gone/*")).To(MatchError(ContainSubstring("no check of the comparison matches")))
		Expect(made().Withhold("h=safe/*")).To(MatchError(ContainSubstring("no check of the comparison matches")))
		Expect(made().Withhold("safe/*")).To(MatchError(ContainSubstring("expected FRAMEWORK=GLOB")))
		Expect(made().Withhold("f=[")).To(MatchError(ContainSubstring("expected FRAMEWORK=GLOB")))
	})
})
