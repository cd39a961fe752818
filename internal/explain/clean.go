package explain

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	ansi      = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")
	fence     = regexp.MustCompile("(?m)^[ \t]*(```|~~~)[A-Za-z0-9+#._-]*[ \t]*\r?$")
	quotation = regexp.MustCompile(`(?m)^[ \t]*(?:>[ \t]?)+`)
	escaped   = regexp.MustCompile(`&(?:#39|#x27|quot|apos);`)
	sent      = regexp.MustCompile(`(?m)^[ \t]*> [A-Z]+ \S+ HTTP/`)
)

// clean takes off what the way to us has added: a byte order mark, CRLF, escapes of HTML, colours of a
// terminal, the fences and quotation marks of Markdown and mail.
func clean(text string) string {
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		text = utf16Text(text)
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\ufffd")
	}
	if strings.Contains(text, "\r") {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	if strings.HasPrefix(strings.TrimLeft(text, " \t\n"), "{") { // JSON has none of it
		return text
	}
	if escaped.MatchString(text) {
		text = html.UnescapeString(text)
	}
	if strings.Contains(text, "\x1b") {
		text = ansi.ReplaceAllString(text, "")
	}
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u200b", "", "\u2028", "\n").Replace(text)
	text = fence.ReplaceAllString(text, "")
	if !sent.MatchString(text) { // else it is curl's own sign for what was sent
		text = quotation.ReplaceAllString(text, "")
	}
	return inline(text)
}

// inline takes off the marks of code around a whole text.
func inline(text string) string {
	t := strings.TrimSpace(text)
	if len(t) > 2 && strings.HasPrefix(t, "`") && strings.HasSuffix(t, "`") && strings.Count(t, "`") == 2 {
		return t[1 : len(t)-1]
	}
	return text
}

// utf16Text decodes what PowerShell and Notepad write to a file.
func utf16Text(text string) string {
	little := text[0] == 0xff
	var b strings.Builder
	for i := 2; i+1 < len(text); i += 2 {
		c := rune(text[i])<<8 | rune(text[i+1])
		if little {
			c = rune(text[i+1])<<8 | rune(text[i])
		}
		if c >= 0xd800 && c < 0xe000 {
			c = utf8.RuneError // what is outside of the first plane is of no weight here
		}
		b.WriteRune(c)
	}
	return b.String()
}

var openingQuotes = strings.NewReplacer(
	"‘", "'", "’", "'", "‚", "'", "‛", "'", "“", "'", "”", "'", "„", "'", "‟", "'", "«", "'", "»", "'", "‹", "'", "›", "'",
	"「", "'", "」", "'", "『", "'", "』", "'", "″", "'", "\"", "'", "`", "'", "&#39;", "'", "&quot;", "'", "&apos;", "'",
)

// An apostrophe in a word, as in "l’en-tête", is no quotation mark.
var apostrophe = regexp.MustCompile(`(\p{L})['’](\p{L})`)

// plainQuotes writes all quotation marks as '. Browsers translate them, and copying changes them.
func plainQuotes(s string) string {
	s = apostrophe.ReplaceAllString(s, "${1}ʼ${2}")
	return openingQuotes.Replace(s)
}
