package cases

import (
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// fill gives a request of the method that is judged its content, where the case
// says nothing of any.
func (e *Endpoint) fill(s *Step) {
	if e.Content == nil {
		return
	}
	method := e.Carrier
	if method == "" {
		method = "POST"
	}
	switch {
	case s.Request != nil:
		if r := s.Request; scripted(r) && r.Body == nil && spec.NormalizeMethod(r.Method) == method {
			r.Body = &Body{Text: *e.Content}
		}
	case s.Wire.Method == method && s.Wire.Body == "":
		s.Wire.content(*e.Content)
	}
}

// content sends content with a raw request, unless the case frames some of its own.
func (w *Wire) content(text string) {
	framing := "Content-Length: " + strconv.Itoa(len(text))
	for i, line := range w.Headers {
		if !framed(line) {
			continue
		}
		if _, value, _ := strings.Cut(line, ":"); strings.TrimSpace(value) != "0" {
			return
		}
		w.Headers[i], w.Body = framing, text
		return
	}
	w.Headers, w.Body = append(w.Headers, framing), text
}
