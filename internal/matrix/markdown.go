package matrix

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/adapter"
)

// Score is a framework's row in brief.
type Score struct {
	Pass, Warn, NotExpressible, Refused, Other, Error, Undecided int
	// Security are failures with a severity, Must those of level must without, that get
	// past the words of whoever wrote the configuration.
	Security, Must int
	// Asked are failures under an unsafe policy, which asks for the danger in so many
	// words; Forbidden those under a policy that the documentation forbids.
	Asked, Forbidden int
	// Checks are those of the whole table, Ran those that could be run.
	Checks, Ran int
}

// Share is the part of the table that was measured, in percent.
func (s Score) Share() int {
	if s.Checks == 0 {
		return 0
	}
	return (100*s.Ran + s.Checks/2) / s.Checks
}

// Score counts a framework's results.
func (m *Matrix) Score(f *Framework) Score {
	s := Score{Checks: len(f.Results)}
	for _, c := range f.Results {
		if c.Verdict != agent.VerdictSkip {
			s.Ran++
		}
		switch c.Verdict {
		case agent.VerdictPass:
			s.Pass++
		case agent.VerdictFail:
			s.failed(c, f.Forbids[c.Policy] != "", slices.Contains(m.Unsafe, c.Policy))
		case agent.VerdictWarn:
			s.Warn++
		case agent.VerdictError:
			s.Error++
		case agent.VerdictUndecided:
			s.Undecided++
		case agent.VerdictSkip:
			s.skipped(c.Skip)
		}
	}
	return s
}

func (s *Score) failed(c Cell, forbidden, unsafe bool) {
	switch {
	case forbidden:
		s.Forbidden++
	case unsafe:
		s.Asked++
	case c.Security != "":
		s.Security++
	default:
		s.Must++
	}
}

func (s *Score) skipped(why harness.SkipKind) {
	switch why {
	case harness.SkipNotExpressible:
		s.NotExpressible++
	case harness.SkipRefused:
		s.Refused++
	default:
		s.Other++
	}
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
		b.WriteString(m.about(f))
		if f.State != Measured {
			fmt.Fprintf(&b, "%s: %s\n\n", f.State, f.Message)
			continue
		}
		n := 0
		for _, c := range f.Results {
			if c.Verdict != agent.VerdictFail {
				continue
			}
			info := byID[c.Case]
			tag := string(info.Level)
			if c.Security != "" {
				tag = "security: " + string(c.Security)
			}
			if whose := m.whose(f, c.Policy); whose != "" {
				tag += "; " + whose
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

// about says what a framework's row is, and how much of the table it was held to.
func (m *Matrix) about(f *Framework) string {
	var b strings.Builder
	switch f.Kind {
	case adapter.Configuration:
		b.WriteString("A configuration as it is passed around: what fails is its own, not the server's.\n\n")
	case adapter.Handwritten:
		b.WriteString("Lines as people write them by hand; there is no package.\n\n")
	}
	if s := m.Score(f); f.State == Measured && s.Share() < half {
		fmt.Fprintf(&b, "Measured in %d of %d checks: there is no way to say the rest.\n\n", s.Ran, s.Checks)
	}
	return b.String()
}

// half of the table: a row with less of it says so.
const half = 50

// whose says that a failure does not get past the words of whoever configured it;
// empty if it does.
func (m *Matrix) whose(f *Framework, policy string) string {
	switch {
	case f.Forbids[policy] != "":
		return "the documentation forbids this configuration"
	case slices.Contains(m.Unsafe, policy):
		return "the configuration asks for it in so many words"
	}
	return ""
}

var columns = []string{"framework", "kind", "language", "version", "measured", "passed", "security", "must", "asked for", "forbidden", "warnings", "not expressible", "refused"}

// row is a framework's cells under columns.
func (m *Matrix) row(f *Framework) []string {
	kind := cmp.Or(f.Kind, adapter.Library)
	cells := []string{f.Display, string(kind), f.Language, f.Version}
	if f.State != Measured {
		return append(cells, string(f.State))
	}
	s := m.Score(f)
	cells = append(cells, fmt.Sprintf("%d %%", s.Share()))
	for _, n := range []int{s.Pass, s.Security, s.Must, s.Asked, s.Forbidden, s.Warn, s.NotExpressible, s.Refused} {
		cells = append(cells, strconv.Itoa(n))
	}
	return cells
}

// Table writes the short table in Markdown.
func (m *Matrix) Table(b *strings.Builder) {
	fmt.Fprintf(b, "| %s |\n|---|---|---|---|%s\n", strings.Join(columns, " | "), strings.Repeat("--:|", len(columns)-4))
	for i := range m.Frameworks {
		cells := m.row(&m.Frameworks[i])
		for j, c := range cells {
			cells[j] = escape(c)
		}
		cells = append(cells, make([]string, len(columns)-len(cells))...)
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
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
	fmt.Fprintln(tw, strings.Join(columns, "\t"))
	for i := range m.Frameworks {
		f := &m.Frameworks[i]
		cells := m.row(f)
		if f.State != Measured {
			cells[len(cells)-1] += ": " + f.Message
		}
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	_ = tw.Flush() // errors of w are the writer's to report
}
