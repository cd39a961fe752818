package selfcheck

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
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
		m.analyse(browser, true)
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
		m.analyse(false, true)
		Expect(m.Rows).To(HaveLen(1))
		Expect(kinds(&m)).To(ConsistOf("case-kills-nothing b"))
	})

	It("knows the medians", func() {
		m := Matrix{Rows: []Row{row("m", []string{"a"}, "a"), row("n", []string{"a"}, "a", "x", "y"), row("o", []string{"a"}, "a", "x")}}
		m.analyse(false, true)
		Expect(m.Median).To(Equal(2))
		Expect(m.MedianUnrelated).To(Equal(1))
	})
})

var _ = Describe("a server that keeps somebody out", func() {
	It("has no security finding, ever", func(ctx context.Context) {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		var kept []mutants.Mutant
		for _, m := range mutants.All() {
			if m.KeepsOut() {
				kept = append(kept, m)
			}
		}
		Expect(len(kept)).To(BeNumerically(">", 250))
		s := &selfcheck{Options: Options{Table: table}, matrix: &Matrix{}}
		var group errgroup.Group
		group.SetLimit(4)
		for _, m := range kept {
			group.Go(func() error { return s.targeted(ctx, m) })
		}
		Expect(group.Wait()).To(Succeed())
		Expect(s.matrix.Problems).To(BeEmpty())
		Expect(s.matrix.Checks).To(BeNumerically(">", len(kept)))
	})

	It("is told from one that does not", func() {
		s := &selfcheck{matrix: &Matrix{}}
		severe := &harness.Summary{Results: []harness.Result{{ID: "a/exact", Security: cases.Low}}}
		s.harmless(mutants.Mutant{Name: "open", Class: mutants.OriginLoose}, severe)
		Expect(s.matrix.Problems).To(BeEmpty())
		s.harmless(mutants.Mutant{Name: "closed", Class: mutants.GrantMissing}, severe)
		Expect(kinds(s.matrix)).To(ConsistOf("kept-out-with-severity closed"))
	})
})

// targeted runs a mutant's own cases; a whole self-check runs all of them, and asks the same.
func (s *selfcheck) targeted(ctx context.Context, m mutants.Mutant) error {
	srv, err := m.Server(s.Table.Policies)
	target, err := s.server(ctx, m.Name, srv, err)
	if err != nil {
		return err
	}
	defer srv.Close()
	checks := slices.DeleteFunc(target.Expand(s.Table), func(c cases.Check) bool {
		return !targets(m, c.Case.ID) && c.Case.ID != "actual-get-allowed-origin" // by which the run sees that the contract is served
	})
	for i := range checks {
		calm(&checks[i])
	}
	sum, err := s.runChecks(ctx, target, checks)
	if err == nil {
		s.harmless(m, sum)
	}
	return err
}

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
		s.matrix.analyse(false, true)
		Expect(kinds(s.matrix)).To(BeEmpty())
		var text, html, json strings.Builder
		s.matrix.Print(&text, true)
		Expect(text.String()).To(ContainSubstring("vary-denied-lost"))
		Expect(s.matrix.WriteHTML(&html)).To(Succeed())
		Expect(html.String()).To(ContainSubstring("vary-disallowed"))
		Expect(html.String()).To(ContainSubstring("table-layout:fixed"), "many killers leave the defect its column")
		Expect(s.matrix.WriteJSON(&json)).To(Succeed())
		Expect(json.String()).To(ContainSubstring(`"killers"`))
	})
})

var _ = Describe("the page of the kill matrix", func() {
	It("folds what many cases find, says what survived and its cause, and holds what a mutant says", func() {
		r := Row{Mutant: mutants.Mutant{Name: "m", Doc: "</td><script>alert(1)</script>", Class: mutants.VaryMissing, Cause: "vary-missing"}}
		for i := range 40 {
			r.Killers = append(r.Killers, fmt.Sprintf("case-%d", i))
		}
		m := &Matrix{Rows: []Row{r, {Mutant: mutants.Mutant{Name: "n", Class: mutants.Crash}}}}
		var html strings.Builder
		Expect(m.WriteHTML(&html)).To(Succeed())
		Expect(html.String()).To(ContainSubstring("<summary>28 more</summary>"))
		Expect(html.String()).To(ContainSubstring("case-39"))
		Expect(html.String()).To(ContainSubstring("(vary-missing)"))
		Expect(strings.Count(html.String(), "survived")).To(Equal(1))
		Expect(html.String()).NotTo(ContainSubstring("<script>alert"))
		Expect(strings.Index(html.String(), "<h2>crash")).To(BeNumerically("<", strings.Index(html.String(), "<h2>vary-missing")))
	})
})
