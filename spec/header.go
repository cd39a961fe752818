package spec

import (
	"slices"
	"strings"
)

// Field is one header field line: its name and value as bytes, exactly as on
// the wire. Go strings hold bytes; nothing here goes through UTF-8 or through
// net/http's canonicalisation.
type Field struct {
	Name  string
	Value string
}

// Header is a header list (https://fetch.spec.whatwg.org/#concept-header-list):
// field lines in order, repeats kept. The zero value is an empty list.
type Header []Field

// Has reports whether h contains name
// (https://fetch.spec.whatwg.org/#header-list-contains).
func (h Header) Has(name string) bool {
	for i := range h {
		if equalFold(h[i].Name, name) {
			return true
		}
	}
	return false
}

// Get returns the values of all fields called name, separated by ", ", and
// whether there is any (https://fetch.spec.whatwg.org/#concept-header-list-get).
// Each value is stripped of the tabs and spaces around it, which are not part
// of a header value. It allocates only when the name is repeated.
func (h Header) Get(name string) (value string, ok bool) {
	first := -1
	for i := range h {
		if !equalFold(h[i].Name, name) {
			continue
		}
		if first < 0 {
			first = i
			continue
		}
		return h.join(name), true
	}
	if first < 0 {
		return "", false
	}
	return trimTabOrSpace(h[first].Value), true
}

func (h Header) join(name string) string {
	var b strings.Builder
	n := 0
	for i := range h {
		if !equalFold(h[i].Name, name) {
			continue
		}
		if n > 0 {
			b.WriteString(", ")
		}
		b.WriteString(trimTabOrSpace(h[i].Value))
		n++
	}
	return b.String()
}

// Values returns the values of all fields called name, in order, each stripped
// of the tabs and spaces around it; nil when there is none.
func (h Header) Values(name string) []string {
	var values []string
	for i := range h {
		if equalFold(h[i].Name, name) {
			values = append(values, trimTabOrSpace(h[i].Value))
		}
	}
	return values
}

// Elements returns the elements of a list-valued field over all its lines,
// without empty ones (RFC 9110 section 5.6.1); nil when there is none.
func (h Header) Elements(name string) []string {
	var list []string
	for _, line := range h.Values(name) {
		for e := range strings.SplitSeq(line, ",") {
			if e = trimTabOrSpace(e); e != "" {
				list = append(list, e)
			}
		}
	}
	return list
}

// VariesBy tells whether a cache keeps answers apart by a request field: Vary lists it, or "*"
// (RFC 9110 section 12.5.5).
func (h Header) VariesBy(name string) bool {
	return slices.ContainsFunc(h.Elements("Vary"), func(e string) bool { return e == "*" || strings.EqualFold(e, name) })
}

// Add appends a field. As the standard's append does, it reuses the spelling
// of a name that is already there
// (https://fetch.spec.whatwg.org/#concept-header-list-append).
func (h *Header) Add(name, value string) {
	for i := range *h {
		if equalFold((*h)[i].Name, name) {
			name = (*h)[i].Name
			break
		}
	}
	*h = append(*h, Field{name, value})
}

// Combine appends value to the first field called name, after ", ", or adds
// the field (https://fetch.spec.whatwg.org/#concept-header-list-combine).
// XMLHttpRequest's setRequestHeader does this.
func (h *Header) Combine(name, value string) {
	for i := range *h {
		if equalFold((*h)[i].Name, name) {
			(*h)[i].Value += ", " + value
			return
		}
	}
	*h = append(*h, Field{name, value})
}

// Without returns h less the fields for which drop is true, and does not
// change h. It returns h itself when there is nothing to drop
// (https://fetch.spec.whatwg.org/#concept-header-list-delete).
func (h Header) Without(drop func(name string) bool) Header {
	for i := range h {
		if !drop(h[i].Name) {
			continue
		}
		kept := append(make(Header, 0, len(h)-1), h[:i]...)
		for _, f := range h[i+1:] {
			if !drop(f.Name) {
				kept = append(kept, f)
			}
		}
		return kept
	}
	return h
}
