package selfcheck

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// WriteJSON writes the matrix as JSON.
func (m *Matrix) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(m)
}

// Print writes the kill matrix for people: a line for each mutant, then the
// problems, then the sum. With all it lists every killer.
func (m *Matrix) Print(w io.Writer, all bool) {
	width := 0
	for _, r := range m.Rows {
		width = max(width, len(r.Name))
	}
	class := ""
	rows := slices.Clone(m.Rows)
	slices.SortStableFunc(rows, func(a, b Row) int { return strings.Compare(string(a.Class), string(b.Class)) })
	for _, r := range rows {
		if string(r.Class) != class {
			class = string(r.Class)
			fmt.Fprintf(w, "%s\n", class)
		}
		killers := r.Killers
		more := ""
		if !all && len(killers) > 3 {
			killers, more = killers[:3], fmt.Sprintf(" and %d more", len(r.Killers)-3)
		}
		browser := ""
		if len(r.BrowserKillers) > 0 {
			browser = fmt.Sprintf("  [browser: %d]", len(r.BrowserKillers))
		}
		found := strings.Join(killers, ", ") + more
		if len(killers) == 0 {
			found = "SURVIVED"
		}
		fmt.Fprintf(w, "  %-*s  %s%s\n", width, r.Name, found, browser)
	}
	if len(m.Problems) > 0 {
		fmt.Fprintf(w, "\nProblems\n")
		for _, p := range m.Problems {
			fmt.Fprintf(w, "  %s  %s: %s\n", p.Kind, p.Subject, p.Text)
		}
	}
	fmt.Fprintf(w, "\n%d cases (%d more only record), %d mutants, %d lawful variants, %d checks in %s\n",
		len(m.Cases), len(m.Recorded), len(m.Rows), len(m.Variants), m.Checks, m.Elapsed.Round(10*time.Millisecond))
	fmt.Fprintf(w, "mutants that come out as one cause, the right one: %d of %d\n", m.Diagnosed, len(m.Rows))
	fmt.Fprintf(w, "cases that find a mutant: median %d, outside of its targets: median %d; problems: %d\n", m.Median, m.MedianUnrelated, len(m.Problems))
}
