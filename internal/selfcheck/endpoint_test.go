package selfcheck

import (
	"context"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/mutants"
)

var _ = Describe("a server as ordinary endpoints", func() {
	// part is the table with the cases of some groups.
	part := func(groups ...string) *cases.Table {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		part := *table
		part.Cases = slices.DeleteFunc(slices.Clone(table.Cases), func(c cases.Case) bool { return !slices.Contains(groups, c.Group) })
		return &part
	}
	accused := func(ctx context.Context, table *cases.Table, srv *mutants.Server, err error) *Matrix {
		s := &selfcheck{Options: Options{Table: table}, matrix: &Matrix{}}
		target, err := s.server(ctx, "a server", srv, err)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(srv.Close)
		Expect(s.asEndpoints(ctx, target, srv.TLSURL, "it")).To(Succeed())
		Expect(s.matrix.Checks).To(BeNumerically(">", 50))
		return s.matrix
	}

	It("is accused of nothing where it is lawful", func(ctx SpecContext) {
		table := part("answer-kinds", "origin-leftover", "origin-match")
		srv, err := mutants.NewLawful("own-origin-granted", table.Policies)
		Expect(accused(ctx, table, srv, err).Problems).To(BeEmpty())
	})

	It("is accused of what it does, under each policy", func(ctx SpecContext) {
		table := part("answer-kinds", "origin-leftover", "origin-match")
		srv, err := mutants.New("denied-head-granted", table.Policies)
		found := accused(ctx, table, srv, err).Problems
		Expect(found).To(ContainElements(
			HaveField("Text", ContainSubstring("denied-head/exact:")), HaveField("Text", ContainSubstring("denied-head/exact-creds:"))))
		Expect(found).To(HaveEach(HaveField("Kind", VariantFails)))
	})
})
