package compare

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/corsproof/corsproof/harness"
)

// Score is a framework's row in brief.
type Score struct {
	Pass, Must, Security, Warn, NotExpressible, Refused, Other, Error, Undecided int
}

// Score counts a framework's results. Must are failures of level must without
// a security severity, Security those with one.
func (m *Matrix) Score(f *Framework) Score {
	var s Score
	for _, c := range f.Results {
		switch c.Verdict {
		case harness.Pass:
			s.Pass++
		case harness.Fail:
			if c.Security != "" {
				s.Security++
			} else {
				s.Must++
			}
		case harness.Warn:
			s.Warn++
		case harness.Error:
			s.Error++
		case harness.Undecided:
			s.Undecided++
		case harness.Skip:
			switch c.Skip {
			case harness.SkipNotExpressible:
				s.NotExpressible++
			case harness.SkipRefused:
				s.Refused++
			default:
				s.Other++
			}
		}
	}
	return s
}

func (m *Matrix) caseIndex() map[string]Case {
	byID := make(map[string]Case, len(m.Cases))
	for _, c := range m.Cases {
		byID[c.ID] = c
	}
	return byID
}

// WriteMarkdown writes the short table, a line for each framework, and for
// each the cases that failed.
func (m *Matrix) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	m.Table(&b)
	if note := m.WithheldNote(); note != "" {
		b.WriteString("\n" + note + "\n")
	}
	b.WriteString("\n")
	byID := m.caseIndex()
	for i := range m.Frameworks {
		f := &m.Frameworks[i]
		fmt.Fprintf(&b, "## %s %s (%s)\n\n", f.Display, f.Version, f.Language)
		if f.State != Measured {
			fmt.Fprintf(&b, "%s: %s\n\n", f.State, f.Message)
			continue
		}
		n := 0
		for _, c := range f.Results {
			if c.Verdict != harness.Fail {
				continue
			}
			info := byID[c.Case]
			tag := string(info.Level)
			if c.Security != "" {
				tag = "security: " + string(c.Security)
			}
			fmt.Fprintf(&b, "- `%s` (%s) %s\n", c.ID, tag, escape(info.Title))
			n++
		}
		if n == 0 {
			b.WriteString("No failures.\n")
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Table writes the short table in Markdown.
func (m *Matrix) Table(b *strings.Builder) {
	fmt.Fprintf(b, "| framework | language | version | passed | security | must | warnings | not expressible | refused |\n|---|---|---|--:|--:|--:|--:|--:|--:|\n")
	for i := range m.Frameworks {
		f := &m.Frameworks[i]
		if f.State != Measured {
			fmt.Fprintf(b, "| %s | %s | %s | %s | | | | | |\n", escape(f.Display), f.Language, f.Version, f.State)
			continue
		}
		s := m.Score(f)
		fmt.Fprintf(b, "| %s | %s | %s | %d | %d | %d | %d | %d | %d |\n",
			escape(f.Display), f.Language, f.Version, s.Pass, s.Security, s.Must, s.Warn, s.NotExpressible, s.Refused)
	}
}

func escape(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// Unmeasured is how many frameworks have no full results.
func (m *Matrix) Unmeasured() int {
	n := 0
	for _, f := range m.Frameworks {
		if f.State != Measured {
			n++
		}
	}
	return n
}

// Print writes the short table for a terminal.
func (m *Matrix) Print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "framework\tlanguage\tversion\tpassed\tsecurity\tmust\twarnings\tnot expr.\trefused\n")
	for i := range m.Frameworks {
		f := &m.Frameworks[i]
		if f.State != Measured {
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s: %s\n", f.Display, f.Language, f.Version, f.State, f.Message)
			continue
		}
		s := m.Score(f)
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\n", f.Display, f.Language, f.Version, s.Pass, s.Security, s.Must, s.Warn, s.NotExpressible, s.Refused)
	}
	_ = tw.Flush() // errors of w are the writer's to report
}
