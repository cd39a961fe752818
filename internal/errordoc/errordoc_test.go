package errordoc_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/errordoc"
)

const dir = "../../docs/errors"

// TestUpToDate: the files are those that the data makes, and there are no others.
func TestUpToDate(t *testing.T) {
	pages, err := errordoc.Pages()
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, f := range files {
		there[f.Name()] = true
		want, ok := pages[f.Name()]
		if got, err := os.ReadFile(filepath.Join(dir, f.Name())); !ok || err != nil || string(got) != want {
			t.Errorf("docs/errors/%s is not up to date: corsproof causes --docs docs/errors", f.Name())
		}
	}
	for name := range pages {
		if !there[name] {
			t.Errorf("docs/errors/%s is missing: corsproof causes --docs docs/errors", name)
		}
	}
}

var link = regexp.MustCompile(`\]\(([A-Za-z0-9-]+\.md)\)`)

// TestPages: links lead somewhere, every page has an answer, and none is long without its
// configurations.
func TestPages(t *testing.T) {
	pages, err := errordoc.Pages()
	if err != nil {
		t.Fatal(err)
	}
	details := regexp.MustCompile(`(?s)<details>.*?</details>`)
	for name, text := range pages {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, ok := pages[m[1]]; !ok {
				t.Errorf("%s: %s is nowhere", name, m[1])
			}
		}
		if !strings.HasPrefix(text, "# ") || !strings.Contains(text, "corsproof") || strings.Contains(text, "{{") {
			t.Errorf("%s: %q", name, text)
		}
		if n := strings.Count(details.ReplaceAllString(text, ""), "\n"); name != "README.md" && n > 60 {
			t.Errorf("%s has %d lines", name, n)
		}
	}
}
