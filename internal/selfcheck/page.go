package selfcheck

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/mutants"
)

//go:embed page.html
var pageHTML string

var page = template.Must(template.New("kills").Funcs(template.FuncMap{
	"join":      func(s []string) string { return strings.Join(s, ", ") },
	"isURL":     func(s string) bool { return strings.HasPrefix(s, "https://") },
	"unrelated": func(r Row, id string) bool { return slices.Contains(r.Unrelated, id) },
	"inBrowser": func(r Row, id string) bool { return slices.Contains(r.BrowserKillers, id) },
	"first":     func(s []string) []string { return s[:min(len(s), shown)] },
	"rest":      func(s []string) []string { return s[min(len(s), shown):] },
	"cause":     causeTitle,
}).Parse(pageHTML))

// shown are so many cases of a row before the others are folded.
const shown = 12

func causeTitle(id string) string {
	if c := cases.FindCause(id); c != nil {
		return c.Title
	}
	return ""
}

// class is a heading of the page with its rows.
type class struct {
	Name mutants.Class
	Rows []Row
}

// WriteHTML writes the kill matrix as one page that needs nothing else.
func (m *Matrix) WriteHTML(w io.Writer) error {
	if err := page.Execute(w, map[string]any{"M": m, "Classes": m.classes()}); err != nil {
		return fmt.Errorf("writing the kill matrix: %w", err)
	}
	return nil
}

func (m *Matrix) classes() (list []class) {
	rows := slices.Clone(m.Rows)
	slices.SortStableFunc(rows, func(a, b Row) int { return strings.Compare(string(a.Class), string(b.Class)) })
	for _, r := range rows {
		if len(list) == 0 || list[len(list)-1].Name != r.Class {
			list = append(list, class{Name: r.Class})
		}
		list[len(list)-1].Rows = append(list[len(list)-1].Rows, r)
	}
	return list
}
