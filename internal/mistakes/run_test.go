package mistakes

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/adapter"
)

// tree makes an adapter whose server is this program, with the files below its mistakes/.
func tree(files map[string]string) *adapter.Manifest {
	GinkgoHelper()
	root := GinkgoT().TempDir()
	self, err := os.Executable()
	Expect(err).NotTo(HaveOccurred())
	all := map[string]string{
		PolicyFile:         "origins: [https://app.example.com]\ncredentials: true\n",
		"own/adapter.yaml": "{name: own, display: Own, language: Go, package: none, version: echo 1, start: exit 1, mistakes: {start: exec " + self + "}}\n",
	}
	for name, text := range files {
		all["own/mistakes/"+name] = text
	}
	for name, text := range all {
		path := filepath.Join(root, name)
		Expect(os.MkdirAll(filepath.Dir(path), 0o755)).To(Succeed())
		Expect(os.WriteFile(path, []byte(text), 0o644)).To(Succeed())
	}
	m, err := adapter.Load(filepath.Join(root, "own"))
	Expect(err).NotTo(HaveOccurred())
	return m
}

var _ = Describe("A run", func() {
	It("serves both files of each pair, and tells a proved fix from one that is none", func() {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		outcomes, err := Run(context.Background(), Options{Table: table, Manifests: []*adapter.Manifest{tree(map[string]string{
			"credentials-missing/broken.txt":       "origins",
			"credentials-missing/fixed.txt":        "origins, credentials",
			"credentials-missing--none/broken.txt": "origins, credentials",
			"credentials-missing--none/fixed.txt":  "origins",
		})}})
		Expect(err).NotTo(HaveOccurred())
		Expect(outcomes).To(HaveLen(2))
		Expect(outcomes[0].Problems).To(BeEmpty())
		Expect(outcomes[1].Problems).To(ConsistOf(ContainSubstring("is not credentials-missing: nothing"), ContainSubstring("something is found: credentials-missing")))
		var page strings.Builder
		Print(&page, outcomes)
		Expect(page.String()).To(ContainSubstring("proved  own                  credentials-missing\n"))
		Expect(page.String()).To(HaveSuffix("\n1 fixes proved over 1 stacks, 1 wrong\n"))
		Expect(Proved(outcomes)).To(BeFalse())
		Expect(Proved(outcomes[:1])).To(BeTrue())
	})

	It("takes a policy beside the files in place of the common one", func() {
		m := tree(map[string]string{
			"no-cors/broken.txt": "a", "no-cors/fixed.txt": "b", "no-cors/policy.yaml": "origins: [https://other.example]\n",
			"no-cors--common/broken.txt": "a", "no-cors--common/fixed.txt": "b",
		})
		pairs, err := Find(m)
		Expect(err).NotTo(HaveOccurred())
		Expect(pairs[0].Policy.Origins).To(Equal([]string{"https://other.example"}))
		Expect(pairs[1].Policy.Origins).To(Equal([]string{"https://app.example.com"}))
		Expect(pairs[1].Cause).To(Equal("no-cors"))
	})

	It("joins what is expected of all pairs and of one", func() {
		pairs, err := Find(tree(map[string]string{
			"expect.yaml":         "known: {a: so}\n",
			"no-cors/broken.txt":  "a",
			"no-cors/fixed.txt":   "b",
			"no-cors/expect.yaml": "known: {b: so}\nalso: {c: so}\n",
		}))
		Expect(err).NotTo(HaveOccurred())
		Expect(pairs[0].Exceptions).To(Equal(Exceptions{Known: map[string]string{"a": "so", "b": "so"}, Also: map[string]string{"c": "so"}}))
	})

	DescribeTable("refuses a directory that is none", func(files map[string]string, problem string) {
		_, err := Find(tree(files))
		Expect(err).To(MatchError(ContainSubstring(problem)))
	},
		Entry("no cause", map[string]string{"no-such/broken.txt": "a", "no-such/fixed.txt": "b"}, "no-such is no cause"),
		Entry("one file", map[string]string{"no-cors/broken.txt": "a"}, "0 files fixed.*"),
		Entry("two fixes", map[string]string{"no-cors/broken.txt": "a", "no-cors/fixed.txt": "b", "no-cors/fixed.md": "b"}, "2 files fixed.*"),
		Entry("no reason", map[string]string{"no-cors/broken.txt": "a", "no-cors/fixed.txt": "b", "no-cors/expect.yaml": "known: {x: ''}\n"}, "x needs the reason"),
		Entry("a key that is none", map[string]string{"no-cors/broken.txt": "a", "no-cors/fixed.txt": "b", "no-cors/expect.yaml": "knows: {x: y}\n"}, "knows"),
	)
})
