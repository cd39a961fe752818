package spec

import (
	"slices"
	"strings"
)

const exposeHeaders = "access-control-expose-headers"

var safelistedResponseHeaders = [...]string{
	"cache-control", "content-language", "content-length", "content-type",
	"expires", "last-modified", "pragma",
}

// IsSafelistedResponseHeaderName reports whether a cross-origin script may
// read this response header without Access-Control-Expose-Headers: one of seven
// (https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name).
func IsSafelistedResponseHeaderName(name string) bool {
	_, ok := safelistedResponseHeader(name)
	return ok
}

// safelistedResponseHeader returns such a name in lower case.
func safelistedResponseHeader(name string) (string, bool) {
	for _, n := range safelistedResponseHeaders {
		if equalFold(name, n) {
			return n, true
		}
	}
	return "", false
}

// exposure answers which response headers a script can read.
type exposure struct {
	p    *Profile
	h    Header
	typ  ResponseType
	list listState
	all  bool
	set  map[string]struct{} // of the list, if there are many headers to ask about
}

// newExposure is main fetch step 14.1.
func newExposure(p *Profile, typ ResponseType, mode CredentialsMode, h Header) exposure {
	e := exposure{p: p, h: h, typ: typ}
	if typ == TypeCORS {
		e.list = inspectList(h, exposeHeaders)
		e.all = e.list.wildcard && !e.list.failed && mode != CredentialsInclude
		if len(h) > manyNames && e.list.n > 0 && !e.list.failed && !e.all {
			e.set = tokenSet(h, exposeHeaders, e.list.n)
		}
	}
	return e
}

func (e *exposure) readable(name string) bool {
	if IsForbiddenResponseHeaderName(name) {
		return false
	}
	switch e.typ {
	case TypeBasic:
		return true
	case TypeCORS:
	default:
		return false
	}
	if e.all || IsSafelistedResponseHeaderName(name) {
		return true
	}
	for _, n := range e.p.ExposedNames {
		if equalFold(name, n) {
			return true
		}
	}
	if e.set != nil {
		_, ok := e.set[lower(name)]
		return ok
	}
	// Failure exposes nothing: no name is an item of "failure".
	return !e.list.failed && e.list.n > 0 && listHas(e.h, exposeHeaders, name, true)
}

// fields appends the readable headers to dst: names in lower case and sorted,
// values combined, as `for (const h of response.headers)` has them.
func (e *exposure) fields(dst Header) Header {
	base := len(dst)
	for i := range e.h {
		if !e.readable(e.h[i].Name) {
			continue
		}
		name, ok := safelistedResponseHeader(e.h[i].Name)
		if !ok {
			name = lower(e.h[i].Name)
		}
		dst = append(dst, Field{name, trimTabOrSpace(e.h[i].Value)})
	}
	fields := dst[base:]
	if len(fields) < 2 {
		return dst
	}
	slices.SortStableFunc(fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	n := 0
	for i := 1; i < len(fields); i++ {
		if fields[i].Name != fields[n].Name {
			n++
			fields[n] = fields[i]
			continue
		}
		j := i
		for j < len(fields) && fields[j].Name == fields[n].Name {
			j++
		}
		fields[n].Value = combine(fields[n].Value, fields[i:j])
		i = j - 1
	}
	return dst[:base+n+1]
}

func combine(first string, more Header) string {
	var b strings.Builder
	b.WriteString(first)
	for i := range more {
		b.WriteString(", ")
		b.WriteString(more[i].Value)
	}
	return b.String()
}

// Readable returns what a script can read of a response with these headers:
// lower-case name to combined value. typ is the response's type; of an opaque
// one a script reads nothing, of a basic one all but Set-Cookie and Set-Cookie2,
// of a cors one the CORS-safelisted response-header names
// (https://fetch.spec.whatwg.org/#concept-filtered-response-cors).
func Readable(typ ResponseType, mode CredentialsMode, h Header) map[string]string {
	e := newExposure(&profileFetch, typ, mode, h)
	return readableMap(e.fields(nil))
}

func readableMap(fields Header) map[string]string {
	m := make(map[string]string, len(fields))
	for i := range fields {
		m[fields[i].Name] = fields[i].Value
	}
	return m
}

// ExposedNames returns the names of the headers of a cors response that a
// script can read: lower-case, sorted, each once.
func ExposedNames(mode CredentialsMode, h Header) []string {
	e := newExposure(&profileFetch, TypeCORS, mode, h)
	fields := e.fields(nil)
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].Name
	}
	return names
}
