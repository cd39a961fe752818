package block

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/harness"
)

// extent is how much of the lines of an answer is shown.
type extent struct {
	entries int // of each sign; 0: all
	rows    int // of each entry; 0: all
}

// The extents from the whole to the least, and how many rows the second may take in all.
var (
	everything = extent{}
	much       = extent{3, 2}
	some       = extent{2, 1}
	least      = extent{1, 1}
)

const mostRows = 6

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
	same := 0
	for same < min(len(f.Received), len(f.Wanted)) && f.Received[same] == f.Wanted[same] {
		same++
	}
	if same == len(f.Received) && same == len(f.Wanted) {
		same = 0 // nothing would be left to see
	}
	out := s.signed(" ", f.Received[:same], RoleFaint, e)
	out = append(out, s.signed("-", f.Received[same:], RoleMinus, e)...)
	return append(out, s.signed("+", f.Wanted[same:], RolePlus, e)...)
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
	if n := len(list) - most; n > 0 && e != least {
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
