package agent

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// What was sent, byte for byte: what reports show, and commands send again.

// fieldOf takes a field line apart. What is not a field line (a folded one, one
// without a colon) keeps all its bytes as a name.
func fieldOf(line string) spec.Field {
	name, value, ok := strings.Cut(line, ":")
	if !ok || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
		name, value = line, ""
	}
	return spec.Field{Name: name, Value: strings.Trim(value, " \t")}
}

// FieldsOf takes field lines apart.
func FieldsOf(lines []string) spec.Header {
	h := make(spec.Header, len(lines))
	for i, line := range lines {
		h[i] = fieldOf(line)
	}
	return h
}

// KeepLines keeps the lines themselves where the fields do not tell every byte.
func (e *Exchange) KeepLines(lines []string) {
	for i, f := range e.Request {
		if lines[i] != f.Name+": "+f.Value {
			e.Lines = lines
			return
		}
	}
}

// RequestLines are the field lines of the request as they went out, without
// those that grew.
func (e *Exchange) RequestLines() []string {
	if e.Lines != nil {
		return e.Lines
	}
	lines := make([]string, len(e.Request))
	for i, f := range e.Request {
		lines[i] = f.Name + ": " + f.Value
	}
	return lines
}

// RequestLine is the request line as it went out; over HTTP/2 what its
// pseudo-header fields say.
func (e *Exchange) RequestLine() string { return e.Method + " " + e.target() + " " + e.version() }

// First is the first line as reports show it: with the whole URL, or with the
// request target where that is another.
func (e *Exchange) First() string {
	if e.Target != "" {
		return e.RequestLine()
	}
	return e.Method + " " + e.URL + " " + e.version()
}

func (e *Exchange) target() string {
	if e.Target != "" {
		return e.Target
	}
	_, _, target, err := origin.Split(e.URL)
	if err != nil {
		return "/"
	}
	return target
}

// version is the protocol version that the request stated.
func (e *Exchange) version() string {
	switch {
	case e.Version != "":
		return e.Version
	case e.Proto == "":
		return "HTTP/1.1"
	}
	return e.Proto
}

// overH2 tells whether the request went over HTTP/2, which has no text.
func (e *Exchange) overH2() bool {
	return strings.HasPrefix(e.version(), "HTTP/2") && e.Version == "" || e.Proto == "h2"
}

// head is the request's head up to the part that grew, and what follows it.
func (e *Exchange) head() string {
	text := e.RequestLine() + "\r\n"
	for _, line := range e.RequestLines() {
		text += line + "\r\n"
	}
	return text
}

// Bytes are the request as it went out over HTTP/1.
func (e *Exchange) Bytes() string {
	text := e.head()
	if e.Grown != nil {
		text += strings.Join(e.Grown.FieldLines(), "\r\n") + "\r\n"
	}
	return text + "\r\n" + e.Sent
}

// GrownLine shows the part that grew as one line, cut; empty for none.
func (e *Exchange) GrownLine() string {
	if e.Grown == nil {
		return ""
	}
	g := *e.Grown
	if g.Lines {
		return fmt.Sprintf("%s  (%d times this line)", g.Unit, g.Times)
	}
	const shown = 20
	size := len(g.Begin) + g.Times*len(g.Unit) + len(g.End)
	return fmt.Sprintf("%s%s... (%s, then %q: %d bytes)", g.Begin, strings.Repeat(g.Unit, min(shown, g.Times)), e.Grown, g.End, size)
}
