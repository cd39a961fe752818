package cases_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

var _ = Describe("The embedded table", func() {
	It("loads without a problem, and is as right as Load takes it to be", func() {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		Expect(table.Cases).NotTo(BeEmpty())
		Expect(cases.CheckEmbedded()).To(Succeed())
	})
})
