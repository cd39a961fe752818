package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/matrix"
)

// TestRows: the named rows, in that order, and nothing else of the file.
func TestRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	text := "# Before\n\n<!-- compare: hono echo -->\nold\n<!-- /compare -->\n\nAfter.\n"
	put(t, path, text)
	m := &matrix.Matrix{}
	for _, name := range []string{"echo", "gin", "hono"} {
		m.Frameworks = append(m.Frameworks, matrix.Framework{Name: name, Display: name, State: matrix.Measured})
	}
	older := &tree{matrix: m, rows: []*row{{}}}
	if problems := older.rowProblems(path); problems != nil {
		t.Errorf("a comparison without causes: %v", problems)
	}
	tree := &tree{matrix: m, rows: []*row{causedRow()}}
	only(t, tree.rowProblems(path), path+": its rows of the comparison are not those of the result")
	if err := tree.writeRows(path); err != nil {
		t.Fatal(err)
	}
	only(t, tree.rowProblems(path), "")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := string(data)
	if !strings.HasPrefix(got, "# Before\n\n<!-- compare: hono echo -->\n\nA cell counts causes") || !strings.HasSuffix(got, "|\n\n<!-- /compare -->\n\nAfter.\n") {
		t.Errorf("wrote\n%s", got)
	}
	if h, e := strings.Index(got, "| hono |"), strings.Index(got, "| echo |"); h < 0 || e < h || strings.Contains(got, "| gin |") {
		t.Errorf("rows of\n%s", got)
	}
	put(t, path, strings.Replace(text, "hono", "gone", 1))
	if err := tree.writeRows(path); err == nil || !strings.Contains(err.Error(), "the comparison has no framework gone") {
		t.Errorf("an unknown framework: error %v", err)
	}
	if err := tree.writeRows(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Errorf("no file: error %v", err)
	}
}
