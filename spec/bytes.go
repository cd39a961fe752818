package spec

// Byte classes. One table lookup answers each of the questions that the
// standards ask about a byte.
const (
	classTchar    = 1 << iota // RFC 9110 section 5.6.2, tchar
	classUnsafe               // https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte
	classLanguage             // allowed in a safelisted Accept-Language or Content-Language
	classHost                 // lower-case letters, digits, "-" and "."
	classPath                 // passes through the URL parser's path state unchanged
	classQuery                // passes through the special-query state unchanged
	classFragment             // passes through the fragment state unchanged
)

var classes = func() (t [256]uint8) {
	set := func(class uint8, bytes string) {
		for i := 0; i < len(bytes); i++ {
			t[bytes[i]] |= class
		}
	}
	const (
		lower  = "abcdefghijklmnopqrstuvwxyz"
		upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		digits = "0123456789"
	)
	set(classTchar, lower+upper+digits+"!#$%&'*+-.^_`|~")
	set(classUnsafe, "\"():<>?@[\\]{}\x7f")
	for b := 0; b < 0x20; b++ {
		if b != '\t' {
			t[b] |= classUnsafe
		}
	}
	set(classLanguage, lower+upper+digits+" *,-.;=")
	set(classHost, lower+digits+"-.")
	for b := 0x21; b < 0x7f; b++ {
		t[b] |= classPath | classQuery | classFragment
	}
	unset := func(class uint8, bytes string) {
		for i := 0; i < len(bytes); i++ {
			t[bytes[i]] &^= class
		}
	}
	unset(classPath, "\"#<>?^`{}\\")
	unset(classQuery, "\"#<>'")
	unset(classFragment, "\"<>`")
	return t
}()

func is(b byte, class uint8) bool { return classes[b]&class != 0 }

func all(s string, class uint8) bool {
	for i := 0; i < len(s); i++ {
		if classes[s[i]]&class == 0 {
			return false
		}
	}
	return true
}

func contains(s string, class uint8) bool {
	for i := 0; i < len(s); i++ {
		if classes[s[i]]&class != 0 {
			return true
		}
	}
	return false
}

// IsToken reports whether s is a token: one or more tchar (RFC 9110, section
// 5.6.2). Methods and header names are tokens.
func IsToken(s string) bool { return s != "" && all(s, classTchar) }

// IsHeaderValue reports whether s is a header value: no leading or trailing
// tab or space, no NUL, CR or LF
// (https://fetch.spec.whatwg.org/#concept-header-value).
func IsHeaderValue(s string) bool {
	if s == "" {
		return true
	}
	if isTabOrSpace(s[0]) || isTabOrSpace(s[len(s)-1]) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if b := s[i]; b == 0 || b == '\r' || b == '\n' {
			return false
		}
	}
	return true
}

func isTabOrSpace(b byte) bool { return b == ' ' || b == '\t' }

// trimTabOrSpace removes HTTP tab or space bytes from both ends. It is what
// HTTP/1.1 does to a field value on the wire.
func trimTabOrSpace(s string) string {
	for s != "" && isTabOrSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isTabOrSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isHTTPWhitespace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// NormalizeValue removes leading and trailing HTTP whitespace bytes (tab, LF,
// CR, space): https://fetch.spec.whatwg.org/#concept-header-value-normalize.
func NormalizeValue(s string) string {
	for s != "" && isHTTPWhitespace(s[0]) {
		s = s[1:]
	}
	for s != "" && isHTTPWhitespace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func lowerByte(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 0x20
	}
	return b
}

// equalFold is a byte-case-insensitive match. strings.EqualFold is not: it
// folds Unicode, and U+212A KELVIN SIGN would match "k".
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if a[i] != b[i] && lowerByte(a[i]) != lowerByte(b[i]) {
			return false
		}
	}
	return true
}

// lower byte-lowercases s, without allocating when there is nothing to do.
// strings.ToLower is not usable: it goes through UTF-8.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			buf := []byte(s)
			for ; i < len(buf); i++ {
				buf[i] = lowerByte(buf[i])
			}
			return string(buf)
		}
	}
	return s
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && equalFold(s[:len(prefix)], prefix)
}
