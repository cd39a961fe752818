package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// errTooLarge: a head exceeds its bound.
var errTooLarge = errors.New("the head of the answer is too large")

// maxLines bounds the field lines of a head: each takes more memory than it has bytes.
const maxLines = 12_000

// malformedError is a violation of the message grammar.
type malformedError struct {
	what    string
	foreign bool // it does not even begin as a response of HTTP
}

func (e *malformedError) Error() string { return e.what }

func malformed(format string, args ...any) error {
	return &malformedError{what: fmt.Sprintf(format, args...)}
}

func foreign(format string, args ...any) error {
	return &malformedError{what: fmt.Sprintf(format, args...), foreign: true}
}

// head is a parsed response head.
type head struct {
	proto  string
	status int
	phrase string
	header spec.Header
	bytes  int
}

// readHead reads a status line and the field lines after it, at most limit
// bytes. started is set as soon as one byte has come.
func readHead(r *bufio.Reader, limit int, started *bool) (head, error) {
	raw, err := readBlock(r, limit, true, started)
	if err != nil {
		return head{}, err
	}
	// One string for the whole head; names and values are slices of it.
	text := string(raw)
	if strings.IndexByte(text, 0) >= 0 { // no value may have one (RFC 9110 section 5.5), and Chrome takes no such head
		return head{}, malformed("the head has a NUL byte")
	}
	h := head{bytes: len(text)}
	line, rest := cutLine(text)
	if h.proto, h.status, h.phrase, err = parseStatusLine(line); err != nil {
		return head{}, err
	}
	h.header, err = parseFields(rest)
	return h, err
}

// readBlock reads up to and including the empty line that ends a head or a
// trailer section (isHead false). Lines may end in LF alone (RFC 9112 section 2.2). What it
// returns is valid until the next read.
func readBlock(r *bufio.Reader, limit int, isHead bool, started *bool) ([]byte, error) {
	// The usual head is in the buffer at once: look for its end there.
	if _, err := r.Peek(1); err != nil {
		return nil, err
	}
	*started = true
	if b, _ := r.Peek(r.Buffered()); len(b) <= limit {
		if isHead && !looksLikeHTTP(b) {
			if speaksH2(r) {
				return nil, errOnlyH2
			}
			return nil, foreign("this is not an HTTP/1 response")
		}
		if n := blockEnd(b); n > 0 {
			_, _ = r.Discard(n)
			return b[:n], nil
		}
	}
	var block []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(block)+len(part) > limit {
			return nil, errTooLarge
		}
		block = append(block, part...)
		if isHead && !looksLikeHTTP(block) {
			return nil, foreign("this is not an HTTP/1 response")
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(part) == 1 || (len(part) == 2 && part[0] == '\r') {
			return block, nil
		}
	}
}

// looksLikeHTTP refuses at the first bytes what cannot become a status line,
// so that a server of another protocol is recognised without waiting for a
// line end that never comes.
func looksLikeHTTP(b []byte) bool {
	const p = "HTTP/"
	if len(b) < len(p) {
		return string(b) == p[:len(b)]
	}
	return string(b[:len(p)]) == p
}

// blockEnd is the length of b up to and including the first empty line, 0 if
// there is none.
func blockEnd(b []byte) int {
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return 0
		}
		if n == 0 || (n == 1 && b[i] == '\r') {
			return i + n + 1
		}
		i += n + 1
	}
}

// cutLine splits off the first line, without its line end.
func cutLine(s string) (line, rest string) {
	i := strings.IndexByte(s, '\n')
	if i < 0 {
		return s, ""
	}
	line, rest = s[:i], s[i+1:]
	return strings.TrimSuffix(line, "\r"), rest
}

// parseStatusLine parses an HTTP/1 status line (RFC 9112 section 4). The
// space after the status may be missing when there is no phrase: many servers
// leave it out.
func parseStatusLine(line string) (proto string, status int, phrase string, err error) {
	proto, rest, _ := strings.Cut(line, " ")
	if len(proto) != len("HTTP/1.1") || proto[:5] != "HTTP/" || proto[6] != '.' || !digit(proto[5]) || !digit(proto[7]) {
		return "", 0, "", foreign("the status line %.60q has no HTTP version", line)
	}
	if proto[5] != '1' {
		return "", 0, "", foreign("the status line says %s, which is not HTTP/1", proto)
	}
	code, phrase, _ := strings.Cut(rest, " ")
	if len(code) != 3 || !digit(code[0]) || !digit(code[1]) || !digit(code[2]) || code[0] == '0' {
		return "", 0, "", malformed("the status line %.60q has no three-digit status", line)
	}
	status, _ = strconv.Atoi(code)
	return proto, status, phrase, nil
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// parseFields parses field lines up to an empty one (RFC 9112 section 5). A
// folded line is joined to the one before by a single space (section 5.2);
// whitespace before the colon is not part of the name (section 5.1), as
// browsers have it.
func parseFields(text string) (spec.Header, error) {
	n := strings.Count(text, "\n")
	if n > maxLines {
		return nil, fmt.Errorf("%w: it has %d lines, and no more than %d are read", errTooLarge, n-1, maxLines)
	}
	header := make(spec.Header, 0, max(n-1, 0))
	for text != "" {
		var line string
		line, text = cutLine(text)
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(header) == 0 {
				return nil, malformed("a folded line follows the status line")
			}
			last := &header[len(header)-1]
			last.Value = trimOWS(last.Value + " " + trimOWS(line))
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if name = trimOWS(name); !ok || name == "" {
			return nil, malformed("field line %.60q has no name and colon", line)
		}
		header = append(header, spec.Field{Name: name, Value: trimOWS(value)})
	}
	return header, nil
}

func trimOWS(s string) string { return strings.Trim(s, " \t") }

// values are the values of all lines with that name, case-insensitively.
func values(h spec.Header, name string) []string {
	var v []string
	for _, f := range h {
		if len(f.Name) == len(name) && strings.EqualFold(f.Name, name) {
			v = append(v, f.Value)
		}
	}
	return v
}

// hasToken tells whether a list-valued field has the element, case-insensitively.
func hasToken(h spec.Header, name, token string) bool {
	return slices.ContainsFunc(h.Elements(name), func(e string) bool { return strings.EqualFold(e, token) })
}
