package block

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/harness"
)

// passage is a text of which more or less can be said: each of its heights is a
// form in which it is true and can be read, each longer than the one before.
type passage struct {
	name    string
	heights [][]string
	given   int // of heights
	lines   []string
}

// anywhere is a text that may be cut behind any line but the first few.
func anywhere(text string, width, few int) [][]string {
	var list [][]string
	rows := len(Wrap(text, width))
	for n := min(few, rows); n > 0 && n <= rows; n++ {
		list = append(list, cutLines(text, width, n))
	}
	return list
}

// whole is a text that is cut between its sentences.
func whole(text string, width int) [][]string {
	if text == "" {
		return nil
	}
	var list [][]string
	for _, s := range sentences(Visible(text)) {
		list = append(list, Wrap(s, width))
	}
	return list
}

// allot gives room to passages in the order in which they count: to each its
// first form, where it has room, then the second ones, and so on. Of the first
// passage something is shown in any case.
func allot(room int, parts ...*passage) {
	parts[0].clip(room)
	for round, more := 0, true; more; round++ {
		more = false
		for _, p := range parts {
			if p.given != round || round == len(p.heights) {
				continue
			}
			if need := len(p.heights[round]) - len(p.lines); need <= room {
				room -= need
				p.lines, p.given, more = p.heights[round], round+1, true
			}
		}
	}
}

// clip cuts what has no form that fits.
func (p *passage) clip(room int) {
	if len(p.heights) > 0 && len(p.heights[0]) > room {
		n := max(1, room-1)
		p.heights = [][]string{append(p.heights[0][:n:n], "...")}
	}
}

// who is affected, under which policies where there are several.
func (s *Style) who(f *harness.Finding) string {
	text := Visible(f.Affects)
	if s.Policies && len(f.Policies) > 0 {
		const few = 3
		list := strings.Join(f.Policies, ", ")
		if n := len(f.Policies); n > few+1 {
			list = fmt.Sprintf("%s and %d more", strings.Join(f.Policies[:few], ", "), n-few)
		}
		if text == "" {
			return "under " + list
		}
		text += " (under " + list + ")"
	}
	return text
}

// says is what Chrome prints; where lines are few, without the addresses, which
// everybody knows.
func (s *Style) says(f *harness.Finding) string {
	text := Visible(f.Says)
	if _, rest, ok := strings.Cut(text, "has been blocked by CORS policy: "); ok && s.Most > 0 {
		return "blocked by CORS policy: " + rest
	}
	return text
}

// fix is what to do: in the words of the stack where it is known, then in general.
func (s *Style) fix(f *harness.Finding, set Setting) [][]string {
	general := whole(f.Fix, width)
	if set.Text == "" {
		return general
	}
	lines := []string{set.Stack + ":"}
	for line := range strings.SplitSeq(set.Text, "\n") {
		lines = append(lines, "  "+strings.ReplaceAll(Visible(strings.TrimRight(line, " ")), `\t`, "    "))
	}
	if one := set.Stack + ": " + strings.TrimSpace(lines[1]); len(lines) == 2 && len(one) <= width {
		lines = []string{one}
	}
	list := [][]string{lines}
	for _, g := range general {
		list = append(list, append(lines[:len(lines):len(lines)], g...))
	}
	return list
}

// measured is a configuration that was measured, all of it or nothing.
func (set *Setting) measured() [][]string {
	if set.Measured == "" {
		return nil
	}
	lines := Wrap("a configuration of "+set.Stack+", "+set.Note, width)
	for line := range strings.SplitSeq(set.Measured, "\n") {
		lines = append(lines, strings.TrimRight("  "+strings.ReplaceAll(Visible(strings.TrimRight(line, " ")), `\t`, "    "), " "))
	}
	return [][]string{lines}
}

// MeasuredLines is how many lines the configuration takes that was measured.
func (set *Setting) MeasuredLines() int {
	if list := set.measured(); list != nil {
		return len(list[0])
	}
	return 0
}
