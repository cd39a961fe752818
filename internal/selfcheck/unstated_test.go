package selfcheck

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/mutants"
)

var _ = Describe("cases of what a list has besides", func() {
	only := []string{"stated-methods-only", "stated-headers-only", "stated-exposed-only", "stated-methods-only-asked", "stated-headers-only-asked"}
	var s *selfcheck
	BeforeEach(func() {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		part := *table
		part.Cases = slices.DeleteFunc(slices.Clone(table.Cases), func(c cases.Case) bool {
			return !slices.Contains(only, c.ID) && c.ID != "actual-get-allowed-origin"
		})
		for i := range part.Cases {
			part.Cases[i].Level = cases.Must // a lawful server may be warned of practice elsewhere, and not of this
		}
		s = &selfcheck{Options: Options{Table: &part}, matrix: &Matrix{}}
	})

	It("accuse no lawful server", func(ctx SpecContext) {
		for _, v := range mutants.Lawful() {
			Expect(s.variant(ctx, v)).To(Succeed())
		}
		Expect(s.matrix.Problems).To(BeEmpty())
	})

	DescribeTable("find each one more", func(ctx SpecContext, name, id string) {
		i := slices.IndexFunc(mutants.All(), func(m mutants.Mutant) bool { return m.Name == name })
		Expect(i).To(BeNumerically(">=", 0))
		m := mutants.All()[i]
		var r Row
		Expect(s.mutant(ctx, m, &r)).To(Succeed())
		Expect(r.Killers).To(ConsistOf(id))
		Expect(r.Diagnosed()).To(BeTrue(), "%v", r)
	},
		Entry(nil, "acam-one-more", "stated-methods-only"),
		Entry(nil, "acah-one-more", "stated-headers-only"),
		Entry(nil, "acam-delete-asked", "stated-methods-only-asked"),
		Entry(nil, "acah-authorization-asked", "stated-headers-only-asked"),
		Entry(nil, "expose-one-more", "stated-exposed-only"),
	)
})
