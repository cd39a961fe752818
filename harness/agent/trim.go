package agent

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// What is kept of an exchange for reports is bounded, whatever a server sends: what a check
// needs was looked at before.
const (
	mostLines = 300     // of a head
	mostValue = 4 << 10 // bytes of a value
	mostBody  = 8 << 10 // bytes of the content
)

// Trim cuts what is too long in exchanges that are kept, and says so in its place. What is
// short is kept as it is.
func Trim(list []Exchange) []Exchange {
	if !slices.ContainsFunc(list, long) {
		return list
	}
	list = slices.Clone(list)
	for i := range list {
		ex := &list[i]
		if !long(*ex) {
			continue
		}
		ex.Response, ex.Request = trim(ex.Response), trim(ex.Request)
		ex.URL, ex.Target, ex.Proto = cut(ex.URL), cut(ex.Target), strings.Clone(ex.Proto)
		if len(ex.Body) > mostBody {
			ex.Body = strings.Clone(ex.Body[:mostBody])
		}
	}
	return list
}

// long tells whether something of an exchange is, its URL too, which a redirect may have made.
func long(ex Exchange) bool {
	return len(ex.URL) > mostValue || longHead(ex.Response) || len(ex.Body) > mostBody
}

func longHead(h spec.Header) bool {
	return len(h) > mostLines || slices.ContainsFunc(h, func(f spec.Field) bool { return len(f.Name)+len(f.Value) > mostValue })
}

// trim keeps the lines that say something of CORS, and of the others the first ones.
func trim(h spec.Header) spec.Header {
	if !longHead(h) {
		return h
	}
	var out spec.Header
	dropped := 0
	for _, f := range h {
		if len(out) >= mostLines {
			dropped++
			continue
		}
		out = append(out, spec.Field{Name: cut(f.Name), Value: cut(f.Value)})
	}
	// Those of CORS stand wherever the server put them.
	for _, f := range h[min(len(h), mostLines):] {
		if (&Seen{}).field(f.Name) != nil && len(out) < 2*mostLines {
			out, dropped = append(out, spec.Field{Name: cut(f.Name), Value: cut(f.Value)}), dropped-1
		}
	}
	if dropped > 0 {
		out = append(out, spec.Field{Name: "Corsproof-Left-Out", Value: fmt.Sprintf("%d more lines", dropped)})
	}
	return out
}

// cut keeps the beginning of a text, in memory of its own.
func cut(s string) string {
	if len(s) <= mostValue {
		return strings.Clone(s)
	}
	return fmt.Sprintf("%s... (%d bytes)", s[:mostValue], len(s))
}

// short is a text as it is, or its beginning if it is too long: kept without what it was part of.
func short(s string) string {
	if len(s) <= mostValue {
		return kept(s)
	}
	return cut(s)
}
