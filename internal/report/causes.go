package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fatih/color"

	"github.com/corsproof/corsproof/internal/block"
)

// mostAlso is how many causes that only warn have a line each.
const mostAlso = 5

// style lays findings out for the page.
func (p *Printer) style(r *Report, most int) *block.Style {
	s := &block.Style{Most: most, Policies: r.manyPolicies()}
	if p.Cause == "" {
		s.Hint = "--cause %s"
	}
	if p.Color {
		s.Paint = p.role
	}
	return s
}

func (p *Printer) role(text string, as block.Role) string {
	return p.paint(text, map[block.Role][]color.Attribute{
		block.RoleFail: {color.FgRed, color.Bold}, block.RoleWarn: {color.FgYellow, color.Bold}, block.RoleTitle: {color.Bold},
		block.RoleFaint: {color.Faint}, block.RoleMinus: {color.FgRed}, block.RolePlus: {color.FgGreen},
	}[as]...)
}

// manyPolicies tells whether there is more than one policy to name.
func (r *Report) manyPolicies() bool {
	return slices.ContainsFunc(r.Results, func(row Row) bool { return row.Policy != r.Results[0].Policy })
}

// setting is what a finding asks the stack to set.
func (r *Report) setting(f *Finding) block.Setting {
	if r.Stack == nil {
		return block.Setting{}
	}
	set := block.Setting{Stack: r.Stack.Name, Text: f.Setting}
	if f.Proved != nil {
		set.Measured, set.Note = f.Proved.Text, f.Proved.Note
	}
	return set
}

// main are the findings that are told first: those by which the target fails, or all
// where it does not.
func (r *Report) main() []Finding {
	if breaking := r.Breaking(); len(breaking) > 0 {
		return breaking
	}
	return r.unknown()
}

// unknown are the findings that the baseline does not have.
func (r *Report) unknown() []Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return f.Known != "" })
}

// causes writes the findings: in full under -v; else the first in a dozen lines, and
// the others in as many of room as are left, the first of them more than the last.
func (p *Printer) causes(r *Report, room int) {
	list := r.main()
	if p.Verbose {
		for i := range r.Findings {
			p.lines(p.style(r, 0).Lines(&r.Findings[i].Finding, r.setting(&r.Findings[i])))
		}
		return
	}
	last := ""
	for i := range list {
		form := p.form(r, list, i, room)
		room -= len(form)
		for _, last = range form {
			p.printf("%s\n", last)
		}
	}
	if last != "" {
		p.printf("\n")
	}
}

// form are the lines of a finding: the longest form that leaves a line for each
// of the findings after it.
func (p *Printer) form(r *Report, list []Finding, i, room int) []string {
	f := &list[i]
	if r.manyPolicies() {
		room = 1 << 20 // a framework under every policy: nobody expects a screen of it
	}
	room -= len(list) - i - 1
	set := r.setting(f)
	full := p.style(r, block.Most)
	measured := p.style(r, block.Most+set.MeasuredLines())
	forms := [][]string{measured.Lines(&f.Finding, set), full.Lines(&f.Finding, set), full.Short(&f.Finding)}
	for n, form := range forms {
		if len(form)+1 <= room || i == 0 && n == 1 {
			return append(form, "")
		}
	}
	return []string{p.oneLine(f)}
}

// oneLine is a finding in a line.
func (p *Printer) oneLine(f *Finding) string {
	word := p.paint("FAIL", color.FgRed, color.Bold)
	if !f.Breaks() {
		word = p.paint("WARN", color.FgYellow, color.Bold)
	}
	more := fmt.Sprintf("  --cause %s", f.ID)
	return fmt.Sprintf("%s     %s%s", word, p.paint(block.Cut(block.Visible(f.Title), max(30, block.Columns-9-len(more))), color.Bold), more)
}

// also writes what breaks no must beside what does, a line each.
func (p *Printer) also(r *Report) {
	list := slices.DeleteFunc(r.unknown(), func(f Finding) bool { return f.Breaks() })
	if p.Verbose || len(list) == 0 || len(r.Breaking()) == 0 {
		return
	}
	for i := range list {
		if i == mostAlso && len(list) > mostAlso+1 {
			p.printf("%s     %d more: -v\n", p.paint("also", color.FgYellow), len(list)-i)
			break
		}
		more := fmt.Sprintf(" (%s)", block.Count(len(list[i].Explains), "check"))
		p.printf("%s     %s%s\n", p.paint("also", color.FgYellow), block.Cut(block.Visible(list[i].Title), block.Columns-9-len(more)), more)
	}
	p.printf("%s\n\n", p.paint("         these break no must; in full: -v", color.Faint))
}

// stack says whose settings are shown, or how to see some.
func (p *Printer) stack(r *Report) {
	if text := r.stackText(); text != "" {
		p.lines(wrapped(block.Wrap(block.Visible(text), block.Columns-9), "stack"))
	}
}

// stackText says whose settings a report has, or how to see some; empty where there is
// nothing to say. What is only a candidate is not taken for certain.
func (r *Report) stackText() string {
	if !r.settable() || r.manyPolicies() || r.Stack != nil && r.Stack.By == "" {
		return ""
	}
	text := "--stack ID shows the setting of your framework or server"
	switch {
	case r.Stack != nil:
		text = fmt.Sprintf("%s, by %s; if it is another: --stack ID", r.Stack.Name, r.Stack.By)
	case len(r.Recognised) > 0:
		var lines []string
		for _, k := range r.Recognised[:min(2, len(r.Recognised))] {
			list := k.Stacks
			if len(list) > 4 {
				list = append(slices.Clone(list[:3]), "...")
			}
			lines = append(lines, fmt.Sprintf("%s (%s)", k.Line, strings.Join(list, ", ")))
		}
		text = strings.Join(lines, "; ") + ": " + candidates(r.Recognised) + " shows the setting"
	}
	if len(r.Recognised) > 0 {
		text = "recognised: " + text
	}
	return text
}

// candidates is the flag to give: whole where one or two stacks come into question.
func candidates(list []Recognised) string {
	var ids []string
	for _, k := range list {
		for _, id := range k.Stacks {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) > 2 {
		return "--stack ID"
	}
	return "--stack " + strings.Join(ids, " or --stack ")
}

// wrapped are lines with a name before the first.
func wrapped(list []string, name string) []string {
	var out []string
	for i, line := range list {
		if i > 0 {
			name = ""
		}
		out = append(out, fmt.Sprintf("  %-6s %s", name, line))
	}
	return out
}
