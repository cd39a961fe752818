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

// causes writes the findings: in full under -v; else the first in a dozen lines, or in all of room
// where it is the only one, and the others in as many of room as are left, the first of them more than the last.
func (p *Printer) causes(r *Report, room int) {
	list := r.main()
	if p.Verbose {
		for i := range r.Findings {
			p.lines(p.style(r, 0).Lines(&r.Findings[i].Finding, r.setting(&r.Findings[i])))
		}
		return
	}
	last := ""
	var cut []Finding // of single checks, whose sentences have no room
	for i := range list {
		form := p.form(r, list, i, room)
		if len(form) == 1 && list[i].Cause == "" {
			cut = append(cut, list[i])
			room--
			continue
		}
		room -= len(form)
		for _, last = range form {
			p.printf("%s\n", last)
		}
	}
	for _, last = range p.byID(cut) {
		p.printf("%s\n", last)
	}
	if last != "" {
		p.printf("\n")
	}
}

// form are the lines of a finding: the longest form that leaves those after it a brief one each, or
// else a whole title, or else a line.
func (p *Printer) form(r *Report, list []Finding, i, room int) []string {
	f := &list[i]
	if r.manyPolicies() {
		room = 1 << 20 // a framework under every policy: nobody expects a screen of it
	}
	forms := p.forms(r, f)
	if alone := room - 1; len(list) == 1 && alone > block.Most { // the screen is its own
		forms = append([][]string{append(p.style(r, alone).Lines(&f.Finding, r.setting(f)), "")}, forms...)
	}
	if i > 0 {
		forms = append(forms, p.brief(r, f), p.titled(f))
	}
	for _, others := range p.reserves(r, list[i+1:]) {
		for _, form := range forms {
			if len(form)+others <= room {
				return form
			}
		}
	}
	if i == 0 {
		return forms[len(forms)-1]
	}
	return []string{p.oneLine(f)}
}

// forms are the forms of a finding that show what it saw, the longest first.
func (p *Printer) forms(r *Report, f *Finding) [][]string {
	set := r.setting(f)
	var list [][]string
	for _, most := range []int{block.Most + set.MeasuredLines(), block.Most, tighter} {
		list = append(list, append(p.style(r, most).Lines(&f.Finding, set), ""))
	}
	return list
}

// tighter is how many lines a finding takes that leaves room to others.
const tighter = block.Most - 3

// reserves are how many lines findings take, the most first: what is wrong and what to do, what is
// wrong, a line each.
func (p *Printer) reserves(r *Report, list []Finding) [3]int {
	n := [3]int{2: len(list)}
	for i := range list {
		n[0] += len(p.brief(r, &list[i]))
		n[1] += len(p.titled(&list[i]))
	}
	return n
}

// brief is what is wrong and what to do.
func (p *Printer) brief(r *Report, f *Finding) []string {
	return append(p.style(r, 0).Brief(&f.Finding, r.setting(f)), "")
}

// titled is a finding's whole title, and where there is more.
func (p *Printer) titled(f *Finding) []string {
	const unbroken = "\x00" // in place of a blank; no title has it, see Visible
	hint := strings.ReplaceAll("--cause "+f.ID, " ", unbroken)
	var lines []string
	word := p.word(f)
	for _, row := range block.Wrap(block.Visible(f.Title)+" "+hint, block.Columns-len(titleMargin)) {
		before, found := strings.CutSuffix(row, hint)
		if row = p.paint(before, color.Bold); found {
			row += strings.ReplaceAll(hint, unbroken, " ")
		}
		lines, word = append(lines, word+row), titleMargin
	}
	return lines
}

// titleMargin is the room of the word before a title.
const titleMargin = "         "

// word is the word before a title, with the blanks after it.
func (p *Printer) word(f *Finding) string {
	if f.Breaks() {
		return p.paint("FAIL", color.FgRed, color.Bold) + titleMargin[4:]
	}
	return p.paint("WARN", color.FgYellow, color.Bold) + titleMargin[4:]
}

// oneLine is a finding in a line.
func (p *Printer) oneLine(f *Finding) string {
	more := fmt.Sprintf("  --cause %s", f.ID)
	return p.word(f) + p.paint(block.Cut(block.Visible(f.Title), max(30, block.Columns-len(titleMargin)-len(more))), color.Bold) + more
}

// byID are findings of single checks by their ids, where there is no room for their sentences.
func (p *Printer) byID(list []Finding) []string {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return p.titled(&list[0])
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	text := fmt.Sprintf("%d findings of one case each, of which no cause is known; in full by --cause ID: %s", len(list), strings.Join(ids, ", "))
	lines := block.Wrap(text, block.Columns-len(titleMargin))
	for i := range lines {
		if i == 0 {
			lines[i] = p.word(&list[0]) + lines[i]
			continue
		}
		lines[i] = titleMargin + lines[i]
	}
	return lines
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
