package adapter_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/adapter"
)

// The contract's page is all that somebody needs who writes an adapter in another language,
// so it is held to the code.
var _ = Describe("testdata/frameworks/README.md", func() {
	data, err := os.ReadFile("../../testdata/frameworks/README.md")
	if err != nil {
		panic(err)
	}
	page := string(data)
	section := func(title string) string {
		GinkgoHelper()
		_, rest, ok := strings.Cut(page, "\n"+title+"\n")
		Expect(ok).To(BeTrue(), "there is a section %s", title)
		rest, _, _ = strings.Cut(rest, "\n"+strings.Repeat("#", strings.Index(title, " "))+" ")
		return rest
	}
	// column is what is between backquotes in the first column of a section's table.
	column := func(text string) (found []string) {
		for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(text, -1) {
			found = append(found, row[1])
		}
		return found
	}
	// keys are the names that a struct's fields have in YAML or JSON.
	keys := func(of any, tag string) (names []string) {
		t := reflect.TypeOf(of)
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get(tag), ",")
			if name != "-" && t.Field(i).IsExported() {
				names = append(names, name)
			}
		}
		return names
	}

	It("has a row for every field of a policy, and for nothing else", func() {
		rows := section("## The policies file")
		Expect(column(rows)).To(ConsistOf(keys(cases.Policy{}, "json")))
		for _, name := range keys(cases.OriginFunc{}, "json") {
			Expect(rows).To(ContainSubstring("`" + name + "`"))
		}
	})

	It("has a row for every path that adapters are asked for, and for nothing else", func() {
		rows := section("## The handlers")
		var named []string
		for _, path := range column(rows) {
			path, _, _ = strings.Cut(path, "?")
			named = append(named, path)
		}
		asked := slices.DeleteFunc(adapter.ContractPaths(), func(path string) bool { return path == "/count/read" })
		slices.Sort(asked)
		Expect(named).To(ConsistOf(slices.Compact(asked)))
		Expect(rows).To(ContainSubstring("`/count/read?key=K`"))
	})

	It("names every part of the contract", func() {
		text := section("# The manifest: adapter.yaml")
		_, text, _ = strings.Cut(text, "The parts of the contract, for `missing`:")
		text, _, _ = strings.Cut(text, "\n\n")
		var named []string
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
			named = append(named, name[1])
		}
		var parts []string
		for _, part := range cases.Parts() {
			parts = append(parts, string(part))
		}
		Expect(named).To(ConsistOf(parts))
	})

	Describe("the manifest on it", func() {
		example := func() string {
			GinkgoHelper()
			_, text, ok := strings.Cut(section("# The manifest: adapter.yaml"), "```yaml\n")
			Expect(ok).To(BeTrue())
			text, _, _ = strings.Cut(text, "```")
			return text
		}
		It("is valid", func() {
			dir := filepath.Join(GinkgoT().TempDir(), "express-cors")
			Expect(os.MkdirAll(filepath.Join(dir, "../shared/js"), 0o755)).To(Succeed())
			Expect(os.Mkdir(dir, 0o755)).To(Succeed())
			for _, version := range []string{"2.7.1", "2.8.5"} {
				Expect(os.MkdirAll(filepath.Join(dir, adapter.ReleasesDir, version), 0o755)).To(Succeed())
			}
			write(dir, adapter.ManifestFile, example())
			_, err := adapter.Load(dir)
			Expect(err).NotTo(HaveOccurred())
		})
		It("has every key", func() {
			text := example()
			for _, name := range keys(adapter.Manifest{}, "yaml") {
				Expect(text).To(MatchRegexp(`(?m)^`+name+`:`), name)
			}
			for _, name := range keys(adapter.Release{}, "yaml") {
				Expect(text).To(MatchRegexp(`(?m)^  (- |  |- .*, |- \{)`+name+`:`), name)
			}
			for _, name := range slices.Concat(keys(adapter.Limits{}, "yaml"), keys(adapter.Fixed[int]{}, "yaml"), keys(adapter.Always{}, "yaml")) {
				Expect(text).To(MatchRegexp(`\b`+name+`\b`), name)
			}
		})
		It("names the kinds and the fields that may be alike", func() {
			for _, kind := range adapter.Kinds() {
				Expect(example()).To(ContainSubstring(string(kind)))
			}
			for _, field := range adapter.AlikeFields() {
				Expect(example()).To(MatchRegexp(`(?s)alike:.*` + string(field)))
			}
		})
	})

	It("says each rule of the configuration once", func() {
		rules := section("## How a policy becomes a configuration")
		for _, rule := range []string{"Not expressible", "Empty lists.", "Any.", "Expressions", "A function that throws", "Ages.", "Two who set one field.", "No two alike."} {
			Expect(strings.Count(page, "**"+rule+"**")).To(Equal(1), rule)
			Expect(rules).To(ContainSubstring("\n* **" + rule + "**"))
		}
		Expect(strings.Count(page, "safelisted anyway")).To(Equal(1))
	})
})
