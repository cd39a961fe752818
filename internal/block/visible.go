package block

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// turnsText tells of characters that change the direction of what follows, or
// break the line (Unicode's Bidi_Control, line and paragraph separator): with them
// a value would look like another.
func turnsText(r rune) bool {
	return r == 0x61c || r == 0x200e || r == 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// Visible replaces what would disturb a terminal, or not be seen: control bytes
// and bytes that are not UTF-8 are written as \xNN, the usual ones as in C,
// what turns text around as \uNNNN, and blanks at the end as \x20.
func Visible(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '\t', r == '\r', r == '\n':
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		case (r == utf8.RuneError && size == 1) || r < 0x20 || (r >= 0x7f && r < 0xa0):
			for i := range size {
				fmt.Fprintf(&b, `\x%02x`, s[i])
			}
		case turnsText(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		case r == ' ' && strings.Trim(s, " ") == "" && b.Len() > 0:
			b.WriteString(`\x20`)
		default:
			b.WriteRune(r)
		}
		s = s[size:]
	}
	return b.String()
}
