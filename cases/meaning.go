package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// This file is what a policy means: which requests its owner wants to let
// through. It is about intent; what a browser makes of an answer is package spec.

// AllowsOrigin says whether the policy lets scripts of the serialised origin
// read. certain is false where frameworks lawfully differ (their own wildcard over
// several labels, whatever zero configuration does, strings that are not origins).
func (p *Policy) AllowsOrigin(origin string) (allowed, certain bool) {
	if p.ZeroConfig {
		return false, false
	}
	if p.AnyOrigin() {
		return true, origin == "null" || checkOrigin(origin) == nil
	}
	if slices.Contains(p.Origins, origin) {
		return true, true
	}
	if p.OriginFunc != nil && origin == p.OriginFunc.Allow {
		return true, true
	}
	certain = true
	for _, text := range p.OriginPatterns {
		pattern, err := parsePattern(text)
		if err != nil { // Validate has said so
			continue
		}
		yes, maybe := pattern.covers(origin, p.FrameworkWildcards)
		if yes {
			return true, true
		}
		certain = certain && !maybe
	}
	for _, expr := range p.OriginRegexes {
		re, err := regexp.Compile(`\A(?:` + expr + `)\z`)
		if err != nil { // another dialect than RE2
			certain = false
			continue
		}
		if re.MatchString(origin) {
			return true, true
		}
	}
	return false, certain
}

// AnyOrigin says whether every origin is allowed.
func (p *Policy) AnyOrigin() bool { return slices.Contains(p.Origins, "*") }

// AllowsMethod says whether the policy allows a method, byte for byte as it
// would be sent. GET, HEAD and POST need no listing: a server cannot forbid them by CORS.
func (p *Policy) AllowsMethod(method string) bool {
	return slices.Contains(safelistedMethods, method) || slices.Contains(p.Methods, "*") || slices.Contains(p.Methods, method)
}

// omits says whether the policy lists methods, and not this one. A framework that was given
// the list may refuse a preflight for it although it is safelisted (many do).
func (p *Policy) omits(method string) bool {
	return len(p.Methods) > 0 && !slices.Contains(p.Methods, "*") && !slices.Contains(p.Methods, method)
}

// recommended is the policy by which a case of the level judges a framework that was given its
// lists. To refuse the preflight of a safelisted method that is not listed is against no
// must, but against practice: there all of them are listed.
func (p *Policy) recommended(level Level) *Policy {
	if level != Practice || len(p.Methods) == 0 {
		return p
	}
	q := *p
	q.Methods = slices.Concat(p.Methods, safelistedMethods)
	return &q
}

var safelistedMethods = []string{"GET", "HEAD", "POST"} // https://fetch.spec.whatwg.org/#cors-safelisted-method

// AllowsHeader says whether the policy allows a request header that needs
// permission. Names are compared without regard to case.
func (p *Policy) AllowsHeader(name string) bool {
	return slices.Contains(p.RequestHeaders, "*") || containsFold(p.RequestHeaders, name)
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}

// SeveralOrigins says whether different origins can be granted by different
// answers, so that the answer varies with Origin.
func (p *Policy) SeveralOrigins() bool {
	if p.AnyOrigin() {
		return p.Credentials // a plain "*" is one static answer
	}
	return len(p.Origins) > 1 || len(p.OriginPatterns) > 0 || len(p.OriginRegexes) > 0 || p.OriginFunc != nil
}

// Holds says whether the policy is one that the restriction means; why not if
// it is not. Nothing is known of what zero configuration does, so that it
// satisfies only the zero When.
func (w When) Holds(p *Policy) (ok bool, why string) {
	for _, c := range []struct {
		want *bool
		is   bool
		what string
	}{
		{w.Credentials, p.Credentials, "credentials"},
		{w.AnyOrigin, p.AnyOrigin(), "any_origin"},
		{w.SeveralOrigin, p.SeveralOrigins(), "several_origins"},
		{w.NullOrigin, slices.Contains(p.Origins, "null"), "null_origin"},
		{w.Exposes, len(p.ExposeHeaders) > 0, "exposes"},
		{w.AnyHeaders, slices.Contains(p.RequestHeaders, "*"), "any_headers"},
		{w.AnyMethods, slices.Contains(p.Methods, "*"), "any_methods"},
		{w.MaxAge, p.MaxAge != nil, "max_age"},
		{w.Caches, p.MaxAge != nil && *p.MaxAge >= 60, "caches"},
	} {
		if c.want == nil {
			continue
		}
		if p.ZeroConfig {
			return false, fmt.Sprintf("the case is for policies with %s %t, which is not known of zero configuration", c.what, *c.want)
		}
		if *c.want != c.is {
			return false, fmt.Sprintf("the case is for policies with %s %t", c.what, *c.want)
		}
	}
	return true, ""
}
