package selfcheck

import (
	"context"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/mutants"
)

func TestSelfcheck(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "selfcheck")
}

func row(name string, targets []string, killers ...string) Row {
	return Row{Mutant: mutants.Mutant{Name: name, Targets: targets}, Killers: killers}
}

// kinds are the problems of a matrix as "kind subject".
func kinds(m *Matrix) []string {
	out := []string{}
	for _, p := range m.Problems {
		out = append(out, string(p.Kind)+" "+p.Subject)
	}
	return out
}

var _ = Describe("the analysis", func() {
	DescribeTable("finds", func(m Matrix, browser bool, want ...string) {
		m.analyse(browser)
		Expect(kinds(&m)).To(ConsistOf(want))
	},
		Entry("nothing where every mutant dies by its own case",
			Matrix{Cases: []string{"a", "b"}, Rows: []Row{row("m", []string{"a"}, "a"), row("n", []string{"b*"}, "b")}}, false),
		Entry("a mutant that survives, and the case that kills nothing",
			Matrix{Cases: []string{"a"}, Rows: []Row{row("m", []string{"a"})}}, false,
			"mutant-survived m", "case-kills-nothing a"),
		Entry("a mutant that dies by unrelated cases only",
			Matrix{Cases: []string{"a", "b"}, Rows: []Row{row("m", []string{"a"}, "b"), row("n", []string{"a"}, "a")}}, false,
			"killed-by-unrelated-cases-only m"),
		Entry("a mutant with which too many unrelated cases die",
			Matrix{Cases: []string{"a"}, Rows: []Row{row("m", []string{"a"}, "a", "u1", "u2", "u3", "u4", "u5", "u6")}}, false,
			"too-many-unrelated-cases m"),
		Entry("a handful of unrelated cases to be fine",
			Matrix{Cases: []string{"a"}, Rows: []Row{row("m", []string{"a"}, "a", "u1", "u2", "u3", "u4", "u5")}}, false),
		Entry("a mutant that a browser could see and did not",
			Matrix{Cases: []string{"a"}, Rows: []Row{{Mutant: mutants.Mutant{Name: "m", Targets: []string{"a"}, Browser: true}, Killers: []string{"a"}}}}, true,
			"mutant-survived-browser m"),
	)

	It("of a part of the table leaves out what lives, but not the case that finds nothing", func() {
		m := Matrix{Cases: []string{"a", "b"}, Rows: []Row{row("m", []string{"a"}, "a"), row("n", []string{"c"})}}
		m.drop()
		m.analyse(false)
		Expect(m.Rows).To(HaveLen(1))
		Expect(kinds(&m)).To(ConsistOf("case-kills-nothing b"))
	})

	It("knows the medians", func() {
		m := Matrix{Rows: []Row{row("m", []string{"a"}, "a"), row("n", []string{"a"}, "a", "x", "y"), row("o", []string{"a"}, "a", "x")}}
		m.analyse(false)
		Expect(m.Median).To(Equal(2))
		Expect(m.MedianUnrelated).To(Equal(1))
	})
})

var _ = Describe("a self-check", func() {
	It("finds the mutants of a part of the table and prints them", func(ctx context.Context) {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		part := *table
		part.Cases = nil
		for _, c := range table.Cases {
			if c.ID == "vary-allowed" || c.ID == "vary-disallowed" {
				part.Cases = append(part.Cases, c)
			}
		}
		s := &selfcheck{Options: Options{Table: &part}, matrix: &Matrix{}}
		s.cases()
		Expect(s.good(ctx)).To(Succeed())
		Expect(s.matrix.Problems).To(BeEmpty())
		for _, m := range mutants.All() {
			if m.Name == "vary-never" || m.Name == "vary-denied-lost" {
				var r Row
				Expect(s.mutant(ctx, m, &r)).To(Succeed())
				s.matrix.Rows = append(s.matrix.Rows, r)
			}
		}
		s.matrix.analyse(false)
		Expect(kinds(s.matrix)).To(BeEmpty())
		var text, html, json strings.Builder
		s.matrix.Print(&text, true)
		Expect(text.String()).To(ContainSubstring("vary-denied-lost"))
		Expect(s.matrix.WriteHTML(&html)).To(Succeed())
		Expect(html.String()).To(ContainSubstring("vary-disallowed"))
		Expect(s.matrix.WriteJSON(&json)).To(Succeed())
		Expect(json.String()).To(ContainSubstring(`"killers"`))
	})
})
