package cases

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// ToBytes turns a string of a case file, in which each code point U+0000 to
// U+00FF stands for one byte (isomorphic encoding,
// https://infra.spec.whatwg.org/#isomorphic-encode), into those bytes. A code
// point above is an error.
func ToBytes(s string) (string, error) {
	if isASCII(s) {
		return s, nil
	}
	b := make([]byte, 0, len(s))
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			return "", fmt.Errorf(`a raw byte 0x%02x that is not UTF-8 (in templates write \u%04x)`, s[i], s[i])
		case r > 0xFF:
			return "", fmt.Errorf("the character %q (%U) is not a byte; a header holds U+0000 to U+00FF, one for each byte", r, r)
		}
		b = append(b, byte(r))
	}
	return string(b), nil
}

// FromBytes is the inverse of ToBytes: one code point for each byte. Results
// and reports show bytes this way.
func FromBytes(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
