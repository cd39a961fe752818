package layer

import (
	"errors"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/corsproof/corsproof/spec"
)

// MaxOrigin bounds, in bytes, what is matched other than by comparison. A host has at
// most 253 bytes; the rest is scheme and port.
const MaxOrigin = 512

// fewOrigins are found faster by comparing than by a map.
const fewOrigins = 8

// Origins decides which origins a policy allows.
type Origins struct {
	Any      bool
	Patterns []Pattern
	few      []string // compared one by one
	exact    map[string]struct{}
	regexes  []*regexp.Regexp
	fn       func(origin string) bool
}

// Pattern is an origin whose host begins with "*.", or whose port is any.
type Pattern struct {
	Scheme  string // "https://"
	Suffix  string // ".apps.example" or ".apps.example:8443"; "localhost" of one host
	Labels  bool   // at least one label comes before the suffix
	AnyPort bool   // a port may follow it
}

// match reports whether the pattern covers an origin that has the shape of one.
func (p Pattern) match(origin string) bool {
	host, ok := strings.CutPrefix(origin, p.Scheme)
	if !ok {
		return false
	}
	if i := strings.LastIndexByte(host, ':'); p.AnyPort && i > strings.LastIndexByte(host, ']') {
		host = host[:i] // isTupleOrigin has looked at the port
	}
	labels, ok := strings.CutSuffix(host, p.Suffix)
	return ok && (p.Labels && IsHost(labels) || !p.Labels && labels == "")
}

// None reports whether no origin at all is allowed.
func (o *Origins) None() bool {
	return !o.Any && len(o.few) == 0 && len(o.exact) == 0 && len(o.Patterns) == 0 && len(o.regexes) == 0 && o.fn == nil
}

// Allows decides about one Origin value, byte for byte. A callback that
// panics denies.
func (o *Origins) Allows(origin string) bool {
	if o.Any {
		return true
	}
	if slices.Contains(o.few, origin) {
		return true
	}
	if len(o.exact) > 0 {
		if _, ok := o.exact[origin]; ok {
			return true
		}
	}
	if o.Patterns == nil && o.regexes == nil && o.fn == nil || !isTupleOrigin(origin) {
		return false
	}
	for _, p := range o.Patterns {
		if p.match(origin) {
			return true
		}
	}
	for _, re := range o.regexes {
		if re.MatchString(origin) {
			return true
		}
	}
	return o.fn != nil && asks(o.fn, origin)
}

func asks(fn func(string) bool, origin string) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return fn(origin)
}

// isTupleOrigin reports whether s has the shape of a serialised tuple origin
// (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin) within
// MaxOrigin. It keeps hostile bytes from expressions and callbacks.
func isTupleOrigin(s string) bool {
	if len(s) > MaxOrigin {
		return false
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || scheme == "" || scheme[0] < 'a' || scheme[0] > 'z' {
		return false
	}
	for _, c := range []byte(scheme) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	host, port := rest, ""
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') {
		host, port = rest[:i], rest[i+1:]
		if !IsPort(port) {
			return false
		}
	}
	if strings.HasPrefix(host, "[") {
		addr, err := netip.ParseAddr(strings.TrimSuffix(host[1:], "]"))
		return err == nil && addr.Is6() && strings.HasSuffix(host, "]")
	}
	return IsHost(host)
}

// IsHost reports whether s is labels of what browsers leave in a host,
// separated by single dots.
func IsHost(s string) bool {
	label := 0
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
			label++
		case c == '.' && label > 0:
			label = 0
		default:
			return false
		}
	}
	return label > 0 && len(s) <= 253
}

// IsPort reports whether s is a port as browsers write one.
func IsPort(s string) bool {
	if s == "" || len(s) > 5 || len(s) == 5 && s > "65535" || s[0] == '0' {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// compileOrigins compiles the origins of a policy.
func compileOrigins(p *Policy) Origins {
	o := Origins{exact: make(map[string]struct{}, len(p.Origins)), fn: p.OriginFunc}
	for _, v := range p.Origins {
		if v == "*" {
			o.Any = true
			continue
		}
		o.exact[v] = struct{}{}
	}
	if len(o.exact) <= fewOrigins {
		o.few = slices.Collect(maps.Keys(o.exact))
		o.exact = nil
	}
	for _, v := range p.OriginPatterns {
		if pattern, err := ParsePattern(v); err == nil {
			o.Patterns = append(o.Patterns, pattern)
		}
	}
	for _, v := range p.OriginRegexes {
		if re, err := CompileRegex(v); err == nil {
			o.regexes = append(o.regexes, re)
		}
	}
	return o
}

// CompileRegex compiles the expression of an origin. It is anchored by
// construction: a match of a part is never meant.
func CompileRegex(expr string) (*regexp.Regexp, error) {
	return regexp.Compile(`\A(?:` + expr + `)\z`)
}

// What ParsePattern refuses.
var (
	ErrPatternSyntax = errors.New("not an origin whose host begins with *., or whose port is *")
	ErrPatternPublic = errors.New("the domain is a public suffix")
)

// ParsePattern reads "https://*.apps.example", "http://localhost:*" and both in
// one. The error is ErrPatternSyntax or ErrPatternPublic.
func ParsePattern(v string) (Pattern, error) {
	scheme, host, ok := strings.Cut(v, "://")
	if !ok || scheme != "http" && scheme != "https" {
		return Pattern{}, ErrPatternSyntax
	}
	p := Pattern{Scheme: scheme + "://"}
	host, p.Labels = strings.CutPrefix(host, "*.")
	host, p.AnyPort = strings.CutSuffix(host, ":*")
	if _, err := spec.ParseOrigin(p.Scheme + host); err != nil || !isTupleOrigin(p.Scheme+host) || !p.Labels && !p.AnyPort {
		return Pattern{}, ErrPatternSyntax
	}
	name, _, port := strings.Cut(host, ":")
	address := strings.HasPrefix(host, "[")
	if address && (p.Labels || !strings.HasSuffix(host, "]")) || port && p.AnyPort && !address {
		return Pattern{}, ErrPatternSyntax
	}
	if p.Suffix = host; !p.Labels {
		return p, nil
	}
	if suffix, icann := publicsuffix.PublicSuffix(name); suffix == name && (icann || strings.Contains(name, ".")) {
		return Pattern{}, ErrPatternPublic
	}
	p.Suffix = "." + host
	return p, nil
}
