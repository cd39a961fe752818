package cases

import (
	"slices"
	"strings"
)

// This file has the values of the template functions that choose among what a
// policy lists.

// AllowedOrigins are origins that the policy surely allows, never "null"; none
// if it names none.
func (p *Policy) AllowedOrigins() []string {
	if p.ZeroConfig {
		return nil
	}
	if p.AnyOrigin() {
		return []string{"https://whatever.test", "https://other.test"}
	}
	list := slices.DeleteFunc(slices.Clone(p.Origins), func(o string) bool { return o == "null" })
	for _, text := range p.OriginPatterns {
		if pattern, err := parsePattern(text); err == nil {
			list = append(list, pattern.examples()...)
		}
	}
	for _, expr := range p.OriginRegexes {
		list = append(list, examplesOf(expr)...)
	}
	if p.OriginFunc != nil {
		list = append(list, p.OriginFunc.Allow)
	}
	return list
}

// edges are the origins at the edges of the patterns, as far as the policy surely allows them.
func (p *Policy) edges() []string {
	var list []string
	for _, text := range p.OriginPatterns {
		if pattern, err := parsePattern(text); err == nil {
			list = append(list, pattern.edges()...)
		}
	}
	return slices.DeleteFunc(list, func(o string) bool {
		allowed, certain := p.AllowsOrigin(o)
		return !allowed || !certain
	})
}

func unsafeMethods(p *Policy) []string {
	if slices.Contains(p.Methods, "*") {
		return []string{"PUT", "PATCH", "DELETE"}
	}
	return slices.DeleteFunc(slices.Clone(p.Methods), func(m string) bool { return slices.Contains(safelistedMethods, m) })
}

func (s *scope) method(n ...int) (string, error) {
	list := unsafeMethods(s.policy)
	if i := slices.Index(list, "PUT"); i > 0 { // PUT first: every framework routes it
		list = slices.Insert(slices.Delete(slices.Clone(list), i, i+1), 0, "PUT")
	}
	return s.nth("method", "methods that need permission", list, n)
}

// statedMethod is a method that the policy lists; GET where it lists none, or any.
// A server may refuse the preflight of a method that needs no permission and that
// its owner did not list.
func statedMethod(p *Policy) string {
	for _, m := range p.Methods {
		if m == "GET" || m == "*" {
			return "GET"
		}
	}
	return append(slices.Clone(p.Methods), "GET")[0]
}

func (s *scope) methodDenied() (string, error) {
	if s.policy.ZeroConfig {
		return "", s.none("methodDenied", "nothing is known of zero configuration")
	}
	for _, m := range []string{"PURGE", "REPORT", "LINK"} {
		if !s.policy.AllowsMethod(m) {
			return m, nil
		}
	}
	return "", s.none("methodDenied", "it allows every method")
}

// unsafeHeaders are the listed request headers that need permission, as listed.
func unsafeHeaders(p *Policy) []string {
	if slices.Contains(p.RequestHeaders, "*") {
		return []string{"X-Custom", "X-Custom-2"}
	}
	return slices.DeleteFunc(slices.Clone(p.RequestHeaders), func(h string) bool {
		switch strings.ToLower(h) {
		case "accept", "accept-language", "content-language", "range": // safelisted with ordinary values
			return true
		}
		return forbiddenHeader(h)
	})
}

// customHeaders are the unsafe ones without those that have a meaning of their own.
func customHeaders(p *Policy) []string {
	list := slices.DeleteFunc(unsafeHeaders(p), func(h string) bool {
		return strings.EqualFold(h, "Authorization") || strings.EqualFold(h, "Content-Type")
	})
	if i := slices.Index(list, "X-Custom"); i > 0 {
		list = slices.Insert(slices.Delete(list, i, i+1), 0, "X-Custom")
	}
	return list
}

// forbiddenHeader says whether scripts cannot set the header at all
// (https://fetch.spec.whatwg.org/#forbidden-request-header).
func forbiddenHeader(name string) bool {
	switch low := strings.ToLower(name); low {
	case "accept-charset", "accept-encoding", "access-control-request-headers", "access-control-request-method",
		"connection", "content-length", "cookie", "cookie2", "date", "dnt", "expect", "host", "keep-alive", "origin",
		"referer", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "via":
		return true
	default:
		return strings.HasPrefix(low, "proxy-") || strings.HasPrefix(low, "sec-")
	}
}

func sortedLower(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.ToLower(s)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *scope) headerDenied(n ...int) (string, error) {
	if s.policy.ZeroConfig {
		return "", s.none("headerDenied", "nothing is known of zero configuration")
	}
	var list []string
	for _, h := range []string{"X-Evil", "X-Evil-2", "X-Evil-3"} {
		if !s.policy.AllowsHeader(h) {
			list = append(list, h)
		}
	}
	return s.nth("headerDenied", "request headers to deny", list, n)
}

func exposed(p *Policy) []string {
	if slices.Contains(p.ExposeHeaders, "*") {
		return []string{"X-Resp", "X-Other"}
	}
	return p.ExposeHeaders
}
