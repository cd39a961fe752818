package agent

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// How bytes from the wire look in messages: printable ASCII as it is, other
// bytes escaped, long values cut.

const longestShown = 200

// Show makes a value safe to print. It is not quoted.
func Show(s string) string {
	text, _ := show(s)
	return text
}

// show tells besides whether bytes are shown as escapes.
func show(s string) (text string, escaped bool) {
	cut := ""
	if len(s) > longestShown {
		cut = fmt.Sprintf("... (%d bytes)", len(s))
		s = s[:longestShown]
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			q := fmt.Sprintf("%+q", s) // escapes every byte that is not printable ASCII
			return q[1:len(q)-1] + cut, true
		}
	}
	return s + cut, false
}

// ShowField shows the lines of a field: "Vary: a" or "no Vary" or "Vary: a | Vary: b".
func ShowField(h spec.Header, name string) string {
	values := h.Values(name)
	if len(values) == 0 {
		return "no " + name
	}
	lines := make([]string, len(values))
	for i, v := range values {
		if v == "" {
			v = "(empty)"
		}
		lines[i] = name + ": " + Show(v)
	}
	return strings.Join(lines, " | ")
}

func Quoted(s string) string {
	if s == "" {
		return "empty"
	}
	text, escaped := show(s)
	if escaped {
		return `"` + text + `"` // and not each backslash twice
	}
	return strconv.Quote(text)
}
