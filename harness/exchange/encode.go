package exchange

import (
	"unicode/utf8"

	"github.com/corsproof/corsproof/spec"
)

const hexDigits = "0123456789abcdef"

// plain says which bytes a JSON string holds as they are.
var plain = func() (t [256]bool) {
	for b := 0x20; b < 0x7f; b++ {
		t[b] = b != '"' && b != '\\'
	}
	return t
}()

// appendBytes appends a byte string as an isomorphic JSON string.
func appendBytes(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		if plain[s[i]] {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		if b := s[i]; b >= 0x80 {
			dst = utf8.AppendRune(dst, rune(b))
		} else {
			dst = appendEscaped(dst, b)
		}
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// appendText appends a UTF-8 string; what is not UTF-8 becomes U+FFFD.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		if plain[s[i]] {
			i++
			continue
		}
		if s[i] < utf8.RuneSelf {
			dst = append(dst, s[start:i]...)
			dst = appendEscaped(dst, s[i])
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			dst = append(dst, s[start:i]...)
			dst = append(dst, "\uFFFD"...)
			start = i + 1
		}
		i += n
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func appendEscaped(dst []byte, b byte) []byte {
	switch b {
	case '"', '\\':
		return append(dst, '\\', b)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
}

func appendHeader(dst []byte, h spec.Header) []byte {
	dst = append(dst, '[')
	for i := range h {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '[')
		dst = appendBytes(dst, h[i].Name)
		dst = append(dst, ',')
		dst = appendBytes(dst, h[i].Value)
		dst = append(dst, ']')
	}
	return append(dst, ']')
}
