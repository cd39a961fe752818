package mistakes

import (
	"os"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

const root = "../../testdata/frameworks"

var _ = Describe("The pairs below testdata/frameworks", func() {
	It("have their fixes in cases/fixes.yaml, word for word (make fixes)", func() {
		pairs, err := Load(root)
		Expect(err).NotTo(HaveOccurred())
		text, err := Document(pairs)
		Expect(err).NotTo(HaveOccurred())
		Expect(os.ReadFile("../../cases/fixes.yaml")).To(BeEquivalentTo(text))
		for _, p := range pairs {
			Expect(slices.ContainsFunc(cases.Fixes(), func(f cases.ProvedFix) bool {
				file, _ := os.ReadFile(p.Fixed)
				return f.Adapter == p.Adapter && slices.Contains(f.Mistakes, p.Name) && f.Text == string(file)
			})).To(BeTrue(), p.Adapter+" "+p.Name)
		}
	})

	It("are at least 100, over at least 15 stacks that reports can name", func() {
		pairs, err := Load(root)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(pairs)).To(BeNumerically(">=", 100))
		named := map[string]bool{}
		for _, s := range cases.Stacks() {
			named[s.Adapter] = true
		}
		adapters := map[string]bool{}
		for _, p := range pairs {
			Expect(named).To(HaveKey(p.Adapter), "no entry of cases/stacks.yaml has this adapter")
			adapters[p.Adapter] = true
		}
		Expect(len(adapters)).To(BeNumerically(">=", 15))
	})

	It("are small, and one is not the other", func() {
		pairs, err := Load(root)
		Expect(err).NotTo(HaveOccurred())
		for _, p := range pairs {
			broken, err := os.ReadFile(p.Broken)
			Expect(err).NotTo(HaveOccurred())
			fixed, err := os.ReadFile(p.Fixed)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(fixed)).NotTo(Equal(string(broken)), p.Fixed)
			Expect(lines(fixed)).To(And(BeNumerically(">=", 3), BeNumerically("<=", 25)), p.Fixed)
		}
	})
})

func lines(text []byte) (n int) {
	for _, c := range text {
		if c == '\n' {
			n++
		}
	}
	return n
}
