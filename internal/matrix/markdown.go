package matrix

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/corsproof/corsproof/internal/adapter"
)

// Title of the page and of the Markdown file.
const Title = "CORS implementations compared"

// WriteMarkdown writes the table, a line for each framework, with a legend, and for each
// framework its findings. It is meant for the directory results of this repository.
func (m *Matrix) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", Title, m.about())
	m.legend(&b)
	m.Table(&b, nil)
	if note := m.WithheldNote(); note != "" {
		b.WriteString("\n" + note + "\n")
	}
	for i := range m.Frameworks {
		m.section(&b, &m.Frameworks[i])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// about says what was measured, with what, and when.
func (m *Matrix) about() string {
	by := ""
	for _, a := range m.Agents {
		if s := a.Short(); s != "" && a.Name == "chrome" {
			by = " and by " + s
		}
	}
	return fmt.Sprintf("Servers: %d. Cases: %d, each decided by the Fetch Standard's algorithm%s. %s, %s.",
		len(m.Frameworks), len(m.Cases), by, m.Tool, m.Started.Format("2 January 2006"))
}

// legend explains the columns and what stands in their cells.
func (m *Matrix) legend(b *strings.Builder) {
	b.WriteString(CellLegend + "\n\n")
	for _, q := range Questions {
		fmt.Fprintf(b, "* **%s**: %s %s\n", q.Short, q.Text, escape(q.Says))
	}
	b.WriteString("\n")
}

// CellLegend explains a row in words.
const CellLegend = `A cell counts causes, not checks: those that break a MUST or have a severity, and after a + those that are only bad practice. *seen* were seen in
a browser, *by hand* need a request that no browser sends; the others follow from what was answered and what a browser makes of it. What shows only where the configuration asks for
it in so many words, or where the documentation forbids that, is not counted. *measured* is the share of the table that ran; what the framework refuses to start with does not
count against it, and "none in 6 %" says that little was looked at. Rows of kind *copied configuration* are snippets that are passed around for a server, not the server's own
doing, and a *version of Debian* can be years older than the project's.`

// section lists what one framework's findings are.
func (m *Matrix) section(b *strings.Builder, f *Framework) {
	fmt.Fprintf(b, "\n## %s %s (%s)\n\n%s", f.Display, f.Version, f.Language, m.row(f))
	if f.State != Measured {
		fmt.Fprintf(b, "%s: %s\n", f.State, f.Message)
		return
	}
	list := m.Sorted(f)
	if !slices.ContainsFunc(list, func(x Finding) bool { return x.Breaks() }) {
		b.WriteString("Nothing breaks a MUST or has a severity.\n")
	}
	var minor []string
	for i := range list {
		if x := &list[i]; x.Breaks() {
			fmt.Fprintf(b, "- %s\n", m.item(f, x))
		} else {
			minor = append(minor, "`"+x.ID+"`")
		}
	}
	if len(minor) > 0 {
		fmt.Fprintf(b, "\nBad practice: %s.\n", strings.Join(minor, ", "))
	}
	if f.Explained != "" {
		fmt.Fprintf(b, "\n[Findings, with evidence](%s)\n", path.Join("..", f.Explained))
	}
}

// item is a finding in a line.
func (m *Matrix) item(f *Framework, x *Finding) string {
	w := m.weigh(f, x)
	what := []string{w.word(x), w.how()}
	if w.Asked != "" {
		what = append(what, w.Asked)
	}
	checks := "1 check"
	if x.Checks != 1 {
		checks = fmt.Sprintf("%d checks", x.Checks)
	}
	return fmt.Sprintf("%s (`%s`: %s; %s)", escape(m.Title(x)), x.ID, strings.Join(what, "; "), checks)
}

// row says what a framework's row is, and how much of the table it was held to.
func (m *Matrix) row(f *Framework) string {
	var b strings.Builder
	switch f.Kind {
	case adapter.Configuration:
		b.WriteString("A configuration as it is passed around: what fails is its own, not the server's.\n\n")
	case adapter.Handwritten:
		b.WriteString("Lines as people write them by hand; there is no package.\n\n")
	}
	if s := m.Score(f); f.State == Measured && s.Share() < half {
		fmt.Fprintf(&b, "Measured in %d of %d checks: there is no way to say the rest.\n\n", s.Ran, s.Applicable())
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

// columns are the headings of the table.
func columns() []string {
	list := []string{"framework", "language", "version", "measured"}
	for _, q := range Questions {
		list = append(list, q.Short)
	}
	return list
}

// cells are a framework's under columns.
func (m *Matrix) cells(f *Framework) []string {
	name := f.Display
	if marks := f.Marks(); len(marks) > 0 {
		name += " (" + strings.Join(marks, ", ") + ")"
	}
	list := []string{name, f.Language, f.Version}
	if f.State != Measured {
		return append(list, string(f.State))
	}
	list = append(list, fmt.Sprintf("%d %%", m.Score(f).Share()))
	tallies := m.Tallies(f)
	for _, q := range Questions {
		list = append(list, m.Answer(f, q.ID, tallies[q.ID]))
	}
	return list
}

// Table writes the table in Markdown, of the frameworks with the names in the order
// given; of all when there are none. It returns the names that the matrix does not have.
func (m *Matrix) Table(b *strings.Builder, names []string) (unknown []string) {
	if names == nil {
		for i := range m.Frameworks {
			names = append(names, m.Frameworks[i].Name)
		}
	}
	heads := columns()
	fmt.Fprintf(b, "| %s |\n|---|---|---|--:|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)-4))
	for _, name := range names {
		i := slices.IndexFunc(m.Frameworks, func(f Framework) bool { return f.Name == name })
		if i < 0 {
			unknown = append(unknown, name)
			continue
		}
		cells := m.cells(&m.Frameworks[i])
		for j, c := range cells {
			cells[j] = escape(c)
		}
		cells = append(cells, make([]string, len(heads)-len(cells))...)
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
	}
	return unknown
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

// Print writes the table for a terminal.
func (m *Matrix) Print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, strings.Join(columns(), "\t"))
	for i := range m.Frameworks {
		f := &m.Frameworks[i]
		cells := m.cells(f)
		if f.State != Measured {
			cells[len(cells)-1] += ": " + f.Message
		}
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	_ = tw.Flush() // errors of w are the writer's to report
}
