package cases_test

import (
	"io/fs"
	"strings"
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

// dir is a directory with one file.
func dir(name, text string) cases.Source {
	return cases.Source{FS: fstest.MapFS{name: {Data: []byte(text)}}, Label: "my"}
}

var _ = Describe("Directories of users' cases", func() {
	It("come after the embedded table and may use its policies", func() {
		plain, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		table, err := cases.Load(dir("sample.yaml", oneCase))
		Expect(err).NotTo(HaveOccurred())
		Expect(table.Cases).To(HaveLen(len(plain.Cases) + 1))
		last := table.Cases[len(table.Cases)-1]
		Expect(last.ID).To(Equal("sample-get"))
		Expect(last.Pos).To(Equal(cases.Position{File: "my/sample.yaml", Line: 4}))
	})

	It("may cite any page", func() {
		_, err := cases.Load(dir("sample.yaml", replaceOnce(oneCase, "fetch#concept-cors-check", "'https://wiki.example/cors'")))
		Expect(err).NotTo(HaveOccurred())
	})

	It("may add policies", func() {
		source := fstest.MapFS{
			"policies.yaml": {Data: []byte("policies: [{name: mine, origins: [https://mine.example]}]")},
			"sample.yaml":   {Data: []byte(replaceOnce(oneCase, "[exact]", "[mine]"))},
		}
		table, err := cases.Load(cases.Source{FS: source})
		Expect(err).NotTo(HaveOccurred())
		Expect(table.Policy("mine").Origins).To(Equal([]string{"https://mine.example"}))
	})

	DescribeTable("must not collide with what is there", func(name, text, message string) {
		_, err := cases.Load(dir(name, text))
		Expect(err).To(MatchError(ContainSubstring(message)))
	},
		Entry("a group", "credentials.yaml", strings.NewReplacer("sample", "credentials").Replace(oneCase),
			`my/credentials.yaml:1: there is a group "credentials" already, in cases/data/credentials.yaml; expected another file name`),
		Entry("a policy", "policies.yaml", "policies: [{name: exact}]", "my/policies.yaml:1: exact: there is a policy of this name already; expected another name"),
	)

	It("must not collide by case ids", func() {
		_, one, _ := strings.Cut(oneCase, "cases:\n")
		_, err := loadGroup(oneCase + one)
		Expect(err).To(MatchError("sample.yaml:12: sample-get: there is a case of this id already, at sample.yaml:4; expected another id"))
	})

	It("must exist, and hold something", func() {
		_, err := cases.Load(cases.Source{FS: fstest.MapFS{}, Dir: "gone"})
		Expect(err).To(MatchError(fs.ErrNotExist))
		Expect(err).To(MatchError(HavePrefix("read the case files of gone: ")))
		_, err = cases.Load(dir("readme.txt", "x"))
		Expect(err).To(MatchError("read the case files of my: there is no .yaml file"))
	})
})

var _ = Describe("A table of one's own", func() {
	It("needs policies", func() {
		_, err := cases.LoadDir(fstest.MapFS{"sample.yaml": {Data: []byte(oneCase)}}, ".")
		Expect(err).To(MatchError(ContainSubstring("there is no policies.yaml")))
	})

	It("gives the sections that it cites", func() {
		table := mustLoad(oneCase)
		a, ok := table.Anchors.Lookup("fetch#concept-cors-check")
		Expect(ok).To(BeTrue())
		Expect(a).To(Equal(cases.Anchor{Key: "fetch#concept-cors-check", Title: "CORS check", Spec: "Fetch Standard", URL: "https://fetch.spec.whatwg.org/#concept-cors-check"}))
		a, _ = table.Anchors.Lookup("rfc9110#section-12.5.5")
		Expect([]string{a.Title, a.URL}).To(Equal([]string{"Vary", "https://www.rfc-editor.org/rfc/rfc9110.html#section-12.5.5"}))
		_, ok = table.Anchors.Lookup("rfc9110#section-99")
		Expect(ok).To(BeFalse())
	})
})
