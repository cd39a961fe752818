package block

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/harness"
)

// Columns is the width of a line.
const Columns = 80

// Most is how many lines a finding takes on a page that fits a screen.
const Most = 12

// Role is what a piece of text is, for colours.
type Role int

// The roles.
const (
	RoleFail  Role = iota // the word FAIL
	RoleWarn              // the word WARN
	RoleTitle             // what is wrong
	RoleFaint             // names of fields, tags
	RoleMinus             // what was received
	RolePlus              // what was wanted
)

// Style is how findings are laid out. The zero value writes all of it, without colours.
type Style struct {
	// Most is how many lines a finding takes at most; 0: all that it has.
	Most int
	// Policies: the policies are named under which a finding was seen.
	Policies bool
	// Hint is said behind the number of checks, with the finding's id for %s; empty: nothing.
	Hint  string
	Paint func(text string, as Role) string // nil: no colours
}

// Setting is how a stack is told to do what a finding asks for. The zero value
// says nothing.
type Setting struct {
	Stack string // its name
	Text  string // a piece of its configuration, or a sentence; may have several lines
	// Measured is a whole configuration that was measured to be right, Note how it differs
	// from what the policy says; empty: there is none.
	Measured, Note string
}

const (
	indent = 9                // the column at which all text begins
	width  = Columns - indent // of that text
)

func (s *Style) paint(text string, as Role) string {
	if s.Paint == nil {
		return text
	}
	return s.Paint(text, as)
}

// field is a named part of a block: its name stands before its first line.
func (s *Style) field(name string, lines []string) []string {
	var out []string
	for i, line := range lines {
		if i > 0 {
			name = ""
		}
		out = append(out, fmt.Sprintf("  %s %s", s.paint(fmt.Sprintf("%-*s", indent-3, name), RoleFaint), line))
	}
	return out
}

// Lines is a finding with what it asks a stack to set.
func (s *Style) Lines(f *harness.Finding, set Setting) []string {
	title, diff, checks := s.Title(f), s.diff(f), s.checks(f)
	who := &passage{name: "who", heights: anywhere(s.who(f), width, 1)}
	odd := &passage{name: "odd", heights: anywhere(Visible(Enumerate(f.Odd)), width, 2)}
	by := &passage{name: "by", heights: anywhere(Visible(f.Layer), width, 2)}
	says := &passage{name: "Chrome", heights: anywhere(s.says(f), width, 2)}
	why := &passage{name: "why", heights: whole(f.Why, width)}
	fix := &passage{name: "fix", heights: s.fix(f, set)}
	measured := &passage{name: "proved", heights: set.measured()}
	room := 1 << 20
	if s.Most > 0 {
		room = s.Most - len(title) - len(diff) - len(checks)
	}
	if set.Text != "" && len(fix.heights[0]) > room && f.Fix != "" { // a piece of a configuration is no use
		fix.heights = whole(f.Fix, width)
	}
	allot(room, fix, by, who, odd, says, why, measured)
	out := append(title, s.field(who.name, who.lines)...)
	out = append(out, s.field(odd.name, odd.lines)...)
	out = append(out, diff...)
	for _, p := range []*passage{by, says, why, fix, measured} {
		out = append(out, s.field(p.name, p.lines)...)
	}
	if s.Most == 0 && f.Docs != "" {
		out = append(out, s.field("more", []string{f.Docs})...)
	}
	return append(out, checks...)
}

// Brief is a finding in few lines: what is wrong, and what to do, which is cut.
func (s *Style) Brief(f *harness.Finding, set Setting) []string {
	fix := s.fix(f, set)
	var rows []string
	if len(fix) > 0 {
		rows = fix[0]
		if len(rows) > briefly {
			rows = append(rows[:briefly-1:briefly-1], Cut(rows[briefly-1]+" ...", width))
		}
	}
	return append(append(s.Title(f), s.field("fix", rows)...), s.checks(f)...)
}

// briefly is how many rows of what to do a brief finding has.
const briefly = 2

// Title is what is wrong, with how grave it is and where to change something.
func (s *Style) Title(f *harness.Finding) []string {
	word, as := "WARN", RoleWarn
	if f.Breaks() {
		word, as = "FAIL", RoleFail
	}
	tag := Tag(f)
	const unbroken = "\x00" // in place of a blank; no title has it, see Visible
	lines := Wrap(Visible(f.Title)+" "+strings.ReplaceAll(tag, " ", unbroken), width)
	var out []string
	for i, line := range lines {
		line = strings.ReplaceAll(line, unbroken, " ")
		before, found := strings.CutSuffix(line, tag)
		line = s.paint(before, RoleTitle)
		if found {
			line += s.paint(tag, RoleFaint)
		}
		if i == 0 {
			out = append(out, s.paint(word, as)+strings.Repeat(" ", indent-len(word))+line)
			continue
		}
		out = append(out, strings.Repeat(" ", indent)+line)
	}
	return out
}

// Tag is how grave a finding is and on whose side: "[security: high, server]".
func Tag(f *harness.Finding) string {
	tag := string(f.Level)
	if f.Severity != nil {
		tag = "security: " + string(*f.Severity)
	}
	if f.Side != "" {
		tag += ", " + string(f.Side)
	}
	return "[" + tag + "]"
}

// checks says how much a finding explains.
func (s *Style) checks(f *harness.Finding) []string {
	text := fmt.Sprintf("explains %s", Count(len(f.Explains), "check")) + seen(f)
	if f.Cause == "" {
		text = fmt.Sprintf("%s by itself: no cause is known that explains it", Count(len(f.Explains), "check"))
	}
	if s.Hint == "" {
		return s.field("checks", []string{text})
	}
	hint := fmt.Sprintf(s.Hint, f.ID)
	if len(text)+2+len(hint) > width {
		return s.field("checks", []string{text + ":", hint})
	}
	return s.field("checks", []string{text + ": " + hint})
}

// seen says whether browsers saw it, or none could.
func seen(f *harness.Finding) string {
	switch {
	case len(f.Browser) > 0:
		return ", seen in " + strings.Join(f.Browser, ", ")
	case !f.Sendable:
		return ", by requests that no browser sends"
	}
	return ""
}

// Enumerate are a few of a list of sentences, the others counted.
func Enumerate(list []string) string {
	const few = 3
	if n := len(list); n > few {
		return fmt.Sprintf("%s; and %d more", strings.Join(list[:few], "; "), n-few)
	}
	return strings.Join(list, "; ")
}

// Count is a number of things: "1 check", "3 checks".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
