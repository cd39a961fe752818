package block

import (
	"strings"
	"unicode/utf8"
)

// Wrap breaks a text between words into lines of so many columns. A word that is
// longer has a line of its own.
func Wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// Cut is a text in one line of so many columns: its beginning, with "..." where
// it is longer.
func Cut(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return strings.TrimRight(string([]rune(text)[:max(0, width-3)]), " ") + "..."
}

// cutLines are at most n lines of a text, the last with "..." where there is more.
func cutLines(text string, width, n int) []string {
	lines := Wrap(text, width)
	if len(lines) > n {
		lines = append(lines[:n-1:n-1], strings.Join(lines[n-1:], " "))
	}
	for i := range lines {
		lines[i] = Cut(lines[i], width)
	}
	return lines
}

// sentences are the ends of a text's sentences, as texts from its beginning.
func sentences(text string) []string {
	var list []string
	for i := 0; i < len(text); {
		end := strings.Index(text[i:], ". ")
		if end < 0 {
			break
		}
		i += end + 2
		list = append(list, text[:i-1])
	}
	return append(list, text)
}
