package block

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness"
)

// extent is how much of the lines of an answer is shown.
type extent struct {
	entries int // of each sign; 0: all
	rows    int // of each entry; 0: all
}

// The extents, the whole first, and how many rows the second may take in all.
var (
	everything = extent{}
	much       = extent{5, 2} // a preflight's answer: status, origin, credentials, methods, headers
	some       = extent{2, 1}
)

const mostRows = 7

// diff are the lines that were received, with -, and those that were wanted, with
// +. What both have stands without a sign.
func (s *Style) diff(f *harness.Finding) []string {
	if s.Most == 0 {
		return s.compared(f, everything)
	}
	if rows := s.compared(f, much); len(rows) <= mostRows {
		return rows
	}
	return s.compared(f, some)
}

func (s *Style) compared(f *harness.Finding, e extent) []string {
	c := Compare(f.Received, f.Wanted)
	out := s.signed(" ", c.Before, RoleFaint, e)
	out = append(out, s.signed("-", c.Received, RoleMinus, e)...)
	out = append(out, s.signed("+", c.Wanted, RolePlus, e)...)
	return append(out, s.signed(" ", c.After, RoleFaint, e)...)
}

// Compared are the lines of an answer that were received and those that were wanted, apart from
// what both have before and after them.
type Compared struct{ Before, Received, Wanted, After []string }

// Compare finds what both have. Where that is all, it stands on both sides: nothing would be left to see.
func Compare(received, wanted []string) Compared {
	least := min(len(received), len(wanted))
	if slices.Equal(received, wanted) {
		least = 0
	}
	before, after := 0, 0
	for before < least && received[before] == wanted[before] {
		before++
	}
	for before+after < least && received[len(received)-1-after] == wanted[len(wanted)-1-after] {
		after++
	}
	return Compared{received[:before], received[before : len(received)-after], wanted[before : len(wanted)-after], received[len(received)-after:]}
}

// Lines are all of it, each with its sign and a blank: a diff, as readers of one know it.
func (c Compared) Lines() []string {
	var list []string
	for _, part := range []struct {
		sign  string
		lines []string
	}{{"  ", c.Before}, {"- ", c.Received}, {"+ ", c.Wanted}, {"  ", c.After}} {
		for _, line := range part.lines {
			list = append(list, part.sign+line)
		}
	}
	return list
}

// signed are lines with a sign.
func (s *Style) signed(sign string, list []string, as Role, e extent) []string {
	most := len(list)
	if e.entries > 0 {
		most = min(most, e.entries)
	}
	var out []string
	add := func(mark, text string) {
		out = append(out, strings.Repeat(" ", indent-2)+s.paint(mark+" "+text, as))
	}
	for _, text := range list[:most] {
		for k, row := range e.rowsOf(Visible(text)) {
			add(map[bool]string{true: sign, false: " "}[k == 0], row)
		}
	}
	if n := len(list) - most; n > 0 {
		add(sign, fmt.Sprintf("(%d more)", n))
	}
	return out
}

// rowsOf is a line in rows: as it came, if it fits, or with its value unbroken in
// a row of its own.
func (e extent) rowsOf(text string) []string {
	name, value, field := strings.Cut(text, ": ")
	switch {
	case len(text) <= width:
		return []string{text}
	case field && !strings.Contains(name, " ") && len(value) <= width-2 && e.rows != 1:
		return []string{name + ":", "  " + value}
	case e.rows > 0:
		return cutLines(text, width, e.rows)
	}
	return Wrap(text, width)
}
