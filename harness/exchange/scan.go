package exchange

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner reads the JSON of one line (RFC 8259). The decoder is written by
// hand because every line has the same shape, most strings can be parts of the
// line itself, and errors must say where in the line they are.
type scanner struct {
	s   string
	pos int
}

// fieldError is an error at a path within a line. Paths are put together from
// the inside out, only when there is an error.
type fieldError struct {
	path string
	msg  string
}

func (e *fieldError) Error() string {
	if e.path == "" {
		return e.msg
	}
	return e.path + ": " + e.msg
}

func fail(format string, args ...any) error { return &fieldError{msg: fmt.Sprintf(format, args...)} }

// at puts a key or an index in front of an error's path.
func at(key string, err error) error {
	e, ok := err.(*fieldError)
	if !ok {
		return &fieldError{key, err.Error()}
	}
	switch {
	case e.path == "":
		e.path = key
	case e.path[0] == '[':
		e.path = key + e.path
	default:
		e.path = key + "." + e.path
	}
	return e
}

func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

func (p *scanner) space() {
	for p.pos < len(p.s) {
		switch p.s[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// peek returns the next byte that is not white space, 0 at the end.
func (p *scanner) peek() byte {
	p.space()
	if p.pos == len(p.s) {
		return 0
	}
	return p.s[p.pos]
}

func (p *scanner) literal(word string) bool {
	if strings.HasPrefix(p.s[p.pos:], word) {
		p.pos += len(word)
		return true
	}
	return false
}

// null reports whether the next value is null, and passes over it.
func (p *scanner) null() bool { return p.peek() == 'n' && p.literal("null") }

// want is the error for a value of another kind than the one wanted.
func (p *scanner) want(what string) error {
	switch b := p.peek(); {
	case b == 0:
		return fail("not JSON: the line ends early, at byte %d; %s is wanted", p.pos+1, what)
	case b == '{':
		return fail("an object, where %s is wanted", what)
	case b == '[':
		return fail("an array, where %s is wanted", what)
	case b == '"':
		return fail("a string, where %s is wanted", what)
	case b == '-' || '0' <= b && b <= '9':
		return fail("a number, where %s is wanted", what)
	case b == 't' && strings.HasPrefix(p.s[p.pos:], "true"), b == 'f' && strings.HasPrefix(p.s[p.pos:], "false"):
		return fail("a boolean, where %s is wanted", what)
	case b == 'n' && strings.HasPrefix(p.s[p.pos:], "null"):
		return fail("null, where %s is wanted", what)
	}
	return p.syntax()
}

func (p *scanner) syntax() error {
	if p.pos >= len(p.s) {
		return fail("not JSON: the line ends early, at byte %d", p.pos+1)
	}
	r, _ := utf8.DecodeRuneInString(p.s[p.pos:])
	return fail("not JSON: unexpected %q at byte %d", r, p.pos+1)
}

// object calls member for each key, after the colon. known are the keys there
// may be; another one, or one twice, is an error.
func (p *scanner) object(known []string, member func(key int) error) error {
	if p.peek() != '{' {
		return p.want("an object")
	}
	p.pos++
	var seen uint32
	if p.peek() == '}' {
		p.pos++
		return nil
	}
	for {
		if p.peek() != '"' {
			return p.syntax()
		}
		key, err := p.text()
		if err != nil {
			return err
		}
		if p.peek() != ':' {
			return p.syntax()
		}
		p.pos++
		n := -1
		for i := range known {
			if known[i] == key {
				n = i
				break
			}
		}
		if n < 0 {
			return at(pathKey(key), fail("unknown key; known are %s", strings.Join(known, ", ")))
		}
		if seen&(1<<n) != 0 {
			return at(key, fail("the key is there twice"))
		}
		seen |= 1 << n
		if err := member(n); err != nil {
			return at(key, err)
		}
		switch p.peek() {
		case ',':
			p.pos++
		case '}':
			p.pos++
			return nil
		default:
			return p.syntax()
		}
	}
}

// pathKey quotes a key that would make a path unreadable.
func pathKey(key string) string {
	for i := 0; i < len(key); i++ {
		if b := key[i] | 0x20; (b < 'a' || b > 'z') && key[i] != '_' && (key[i] < '0' || key[i] > '9') {
			return strconv.Quote(key)
		}
	}
	if key == "" {
		return `""`
	}
	return key
}

// array calls element for each element.
func (p *scanner) array(element func(i int) error) error {
	if p.peek() != '[' {
		return p.want("an array")
	}
	p.pos++
	if p.peek() == ']' {
		p.pos++
		return nil
	}
	for i := 0; ; i++ {
		if err := element(i); err != nil {
			return at(index(i), err)
		}
		switch p.peek() {
		case ',':
			p.pos++
		case ']':
			p.pos++
			return nil
		default:
			return p.syntax()
		}
	}
}

func (p *scanner) boolean() (bool, error) {
	switch p.peek() {
	case 't':
		if p.literal("true") {
			return true, nil
		}
	case 'f':
		if p.literal("false") {
			return false, nil
		}
	}
	return false, p.want("true or false")
}

// number returns the text of a number.
func (p *scanner) number() (string, error) {
	p.peek()
	start := p.pos
	digits := func() bool {
		first := p.pos
		for p.pos < len(p.s) && '0' <= p.s[p.pos] && p.s[p.pos] <= '9' {
			p.pos++
		}
		return p.pos > first
	}
	accept := func(bytes string) bool {
		if p.pos < len(p.s) && strings.IndexByte(bytes, p.s[p.pos]) >= 0 {
			p.pos++
			return true
		}
		return false
	}
	accept("-")
	if !accept("0") && !digits() {
		if p.pos == start {
			return "", p.want("a number")
		}
		return "", p.syntax()
	}
	if accept(".") && !digits() {
		return "", p.syntax()
	}
	if accept("eE") {
		accept("+-")
		if !digits() {
			return "", p.syntax()
		}
	}
	return p.s[start:p.pos], nil
}

// text reads a string as UTF-8.
func (p *scanner) text() (string, error) { return p.str(false) }

// bytes reads an isomorphic string: a byte for each code point up to U+00FF.
func (p *scanner) bytes() (string, error) { return p.str(true) }

func (p *scanner) str(isomorphic bool) (string, error) {
	if p.peek() != '"' {
		return "", p.want("a string")
	}
	p.pos++
	start := p.pos
	for p.pos < len(p.s) && plain[p.s[p.pos]] {
		p.pos++
	}
	if p.pos < len(p.s) && p.s[p.pos] == '"' {
		s := p.s[start:p.pos]
		p.pos++
		return s, nil
	}
	// Escapes, or bytes beyond ASCII.
	buf := append(make([]byte, 0, p.pos-start+32), p.s[start:p.pos]...)
	for {
		if p.pos == len(p.s) {
			return "", p.syntax()
		}
		b := p.s[p.pos]
		var r rune
		switch {
		case b == '"':
			p.pos++
			return string(buf), nil
		case b == '\\':
			var err error
			if r, err = p.escape(); err != nil {
				return "", err
			}
		case b < 0x20:
			return "", fail("not JSON: a control character in a string, at byte %d", p.pos+1)
		case b < utf8.RuneSelf:
			p.pos++
			buf = append(buf, b)
			continue
		default:
			var n int
			r, n = utf8.DecodeRuneInString(p.s[p.pos:])
			p.pos += n
		}
		switch {
		case !isomorphic:
			buf = utf8.AppendRune(buf, r)
		case r <= 0xff:
			buf = append(buf, byte(r))
		default:
			return "", fail("%q is above U+00FF; a header is written with one code point for each byte", r)
		}
	}
}

func (p *scanner) escape() (rune, error) {
	start := p.pos
	p.pos++
	if p.pos == len(p.s) {
		return 0, p.syntax()
	}
	b := p.s[p.pos]
	p.pos++
	switch b {
	case '"', '\\', '/':
		return rune(b), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		r, ok := p.hex4()
		if !ok {
			break
		}
		if !utf16.IsSurrogate(r) {
			return r, nil
		}
		if strings.HasPrefix(p.s[p.pos:], `\u`) {
			p.pos += 2
			if low, ok := p.hex4(); ok {
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					return r, nil
				}
			}
		}
		return 0, fail("not JSON: half a surrogate pair at byte %d", start+1)
	}
	return 0, fail("not JSON: a bad escape at byte %d", start+1)
}

func (p *scanner) hex4() (rune, bool) {
	if len(p.s)-p.pos < 4 {
		return 0, false
	}
	var r rune
	for _, b := range []byte(p.s[p.pos : p.pos+4]) {
		switch {
		case '0' <= b && b <= '9':
			r = r<<4 | rune(b-'0')
		case 'a' <= b|0x20 && b|0x20 <= 'f':
			r = r<<4 | rune(b|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	p.pos += 4
	return r, true
}
