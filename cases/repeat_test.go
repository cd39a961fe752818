package cases_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

var _ = Describe("A raw request with repeat", func() {
	It("has its last header line so many times", func() {
		table, err := loadGroup(strings.Replace(oneCase, wireLine,
			`    wire: {headers: ["Origin: {{allowed}}", "A: {{policy}}"], repeat: 3}`+"\n", 1))
		Expect(err).NotTo(HaveOccurred())
		checks := table.Expand([]cases.Policy{*table.Policy("exact")}, false, cases.Env{})
		Expect(checks).To(HaveLen(1))
		Expect(checks[0].Steps[0].Wire.Headers).To(Equal([]string{"Origin: https://app.example", "A: exact", "A: exact", "A: exact"}))
		Expect(checks[0].Fresh("x")[0].Wire.Headers).To(HaveLen(4))
		Expect(table.Cases[0].Steps[0].Wire.Headers).To(HaveLen(2), "the table itself stays as it is")
	})

	It("is bounded", func() {
		_, err := loadGroup(strings.Replace(oneCase, wireLine, `    wire: {headers: ["Origin: {{allowed}}"], repeat: 1001}`+"\n", 1))
		Expect(err).To(MatchError(ContainSubstring("wire.repeat is 1001; expected up to 1000 times the last of the headers")))
	})
})
