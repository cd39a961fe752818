package httpcache

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Conditions are the fields that ask the origin whether a stored response is
// still good (RFC 9111 section 4.3.1); empty without a validator.
func (e *Entry) Conditions() spec.Header {
	var h spec.Header
	if v, ok := e.Response.Header.Get("ETag"); ok {
		h = append(h, spec.Field{Name: "If-None-Match", Value: v})
	}
	if v, ok := e.Response.Header.Get("Last-Modified"); ok {
		h = append(h, spec.Field{Name: "If-Modified-Since", Value: v})
	}
	return h
}

// Conditional tells whether a request has conditions of its own. The answer to
// its validation is then the requester's.
func Conditional(h spec.Header) bool {
	for _, name := range []string{"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range"} {
		if h.Has(name) {
			return true
		}
	}
	return false
}

// Freshen updates a stored response by the 304 that validated it (RFC 9111
// section 4.3.4) and returns what is stored now. Every field of the 304
// replaces the stored lines of that name, CORS fields included.
func (c *Cache) Freshen(req Request, e *Entry, header spec.Header) *Entry {
	updated := e.Response
	updated.Header = merge(e.Response.Header, header)
	fresh := &Entry{Response: updated, request: e.request, received: c.now(), shared: e.shared}
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.store[req.URL], e); i >= 0 {
		c.store[req.URL][i] = fresh
	}
	return fresh
}

// kept are the fields of a stored response that a 304 does not replace (RFC
// 9111 section 3.2): they describe the stored content or one connection.
func kept(name string) bool {
	switch strings.ToLower(name) {
	case "content-encoding", "content-type", "content-range", "content-length",
		"connection", "keep-alive", "transfer-encoding", "trailer", "upgrade":
		return true
	}
	return false
}

func merge(stored, update spec.Header) spec.Header {
	var merged spec.Header
	for _, f := range stored {
		if kept(f.Name) || !update.Has(f.Name) {
			merged = append(merged, f)
		}
	}
	for _, f := range update {
		if !kept(f.Name) {
			merged = append(merged, f)
		}
	}
	return merged
}

// NotModified tells whether a fresh stored response answers a conditional
// request with 304 (RFC 9111 section 4.3.2, RFC 9110 section 13.1).
func (e *Entry) NotModified(req spec.Header) bool {
	if tags := elements(req, "If-None-Match"); len(tags) > 0 {
		mine, ok := e.Response.Header.Get("ETag")
		for _, tag := range tags {
			if tag == "*" || (ok && strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(mine, "W/")) {
				return true
			}
		}
		return false
	}
	since, ok := date(req, "If-Modified-Since")
	modified, has := date(e.Response.Header, "Last-Modified")
	return ok && has && !modified.After(since)
}
