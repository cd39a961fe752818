package reference

import (
	"net/netip"
	"regexp"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// maxOrigin bounds what is matched other than by comparison. A host has at
// most 253 bytes; the rest is scheme and port.
const maxOrigin = 512

// origins decides which origins a policy allows.
type origins struct {
	any      bool
	exact    map[string]struct{}
	patterns []pattern
	regexes  []*regexp.Regexp
	fn       func(origin string) bool
}

// pattern is an origin whose host begins with "*.", or whose port is any.
type pattern struct {
	scheme  string // "https://"
	suffix  string // ".apps.example" or ".apps.example:8443"; "localhost" of one host
	labels  bool   // at least one label stands before the suffix
	anyPort bool   // a port may stand behind it
}

// match reports whether the pattern covers an origin that has the shape of one.
func (p pattern) match(origin string) bool {
	host, ok := strings.CutPrefix(origin, p.scheme)
	if !ok {
		return false
	}
	if i := strings.LastIndexByte(host, ':'); p.anyPort && i > strings.LastIndexByte(host, ']') {
		host = host[:i] // isTupleOrigin has looked at the port
	}
	labels, ok := strings.CutSuffix(host, p.suffix)
	return ok && (p.labels && isHost(labels) || !p.labels && labels == "")
}

// none reports whether no origin at all is allowed.
func (o *origins) none() bool {
	return !o.any && len(o.exact) == 0 && len(o.patterns) == 0 && len(o.regexes) == 0 && o.fn == nil
}

// allows decides about one Origin value, byte for byte. A callback that
// panics denies.
func (o *origins) allows(origin string) bool {
	if o.any {
		return true
	}
	if _, ok := o.exact[origin]; ok {
		return true
	}
	if o.patterns == nil && o.regexes == nil && o.fn == nil || !isTupleOrigin(origin) {
		return false
	}
	for _, p := range o.patterns {
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
// maxOrigin. It keeps hostile bytes from expressions and callbacks.
func isTupleOrigin(s string) bool {
	if len(s) > maxOrigin {
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
		if !isPort(port) {
			return false
		}
	}
	if strings.HasPrefix(host, "[") {
		addr, err := netip.ParseAddr(strings.TrimSuffix(host[1:], "]"))
		return err == nil && addr.Is6() && strings.HasSuffix(host, "]")
	}
	return isHost(host)
}

// isHost reports whether s is labels of what browsers leave in a host,
// separated by single dots.
func isHost(s string) bool {
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

func isPort(s string) bool {
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

// compileOrigins validates and compiles the origins of a policy.
func compileOrigins(p *cases.Policy) (o origins, errs []error) {
	o.exact = make(map[string]struct{}, len(p.Origins))
	for _, v := range p.Origins {
		if v == "*" {
			o.any = true
			if len(p.Origins) > 1 {
				errs = append(errs, &WildcardError{Policy: p.Name, Field: "origins"})
			}
			continue
		}
		if e := checkOrigin(v); e != nil {
			e.Policy, e.Field = p.Name, "origins"
			errs = append(errs, e)
		}
		o.exact[v] = struct{}{}
	}
	for _, v := range p.OriginPatterns {
		pat, e := parsePattern(v)
		if e != nil {
			e.Policy, e.Field = p.Name, "origin_patterns"
			errs = append(errs, e)
		}
		o.patterns = append(o.patterns, pat)
	}
	for _, v := range p.OriginRegexes {
		// Anchored by construction: a match of a part is never meant.
		re, err := regexp.Compile(`\A(?:` + v + `)\z`)
		if err != nil {
			errs = append(errs, &RegexError{Policy: p.Name, Value: v, Err: err})
			continue
		}
		o.regexes = append(o.regexes, re)
	}
	if f := p.OriginFunc; f != nil {
		if e := checkOrigin(f.Allow); e != nil {
			e.Policy, e.Field = p.Name, "origin_func.allow"
			errs = append(errs, e)
		}
		allow, throw := f.Allow, f.Throw
		o.fn = func(origin string) bool {
			if origin == throw {
				panic("origin callback: asked about " + origin)
			}
			return origin == allow
		}
	}
	errs = append(errs, checkTiming(p)...)
	if p.Credentials {
		if o.any {
			errs = append(errs, &UnsafeCredentialsError{Policy: p.Name, Origin: "*"})
		}
		if _, ok := o.exact["null"]; ok {
			errs = append(errs, &UnsafeCredentialsError{Policy: p.Name, Origin: "null"})
		}
	}
	return o, errs
}

// checkTiming validates the origins that may read times.
func checkTiming(p *cases.Policy) (errs []error) {
	for _, v := range p.TimingOrigins {
		if v == "*" || v == "null" {
			if v == "*" && len(p.TimingOrigins) > 1 {
				errs = append(errs, &WildcardError{Policy: p.Name, Field: "timing_origins"})
			}
			continue
		}
		if e := checkOrigin(v); e != nil {
			e.Policy, e.Field = p.Name, "timing_origins"
			errs = append(errs, e)
		}
	}
	return errs
}

// checkOrigin reports why a browser would never send v as an Origin.
func checkOrigin(v string) *OriginError {
	if _, err := spec.ParseOrigin(v); err == nil {
		return nil
	}
	want, err := spec.SerializeOrigin(v)
	switch {
	case strings.HasPrefix(v, "file:"):
		return &OriginError{Value: v, Reason: OriginOpaqueScheme, Want: "null"}
	case err != nil, want == "null":
		return &OriginError{Value: v, Reason: OriginSyntax}
	}
	return &OriginError{Value: v, Reason: OriginNotCanonical, Want: want}
}

// parsePattern reads "https://*.apps.example", "http://localhost:*" and both in one.
func parsePattern(v string) (pattern, *OriginError) {
	syntax := &OriginError{Value: v, Reason: PatternSyntax}
	scheme, host, ok := strings.Cut(v, "://")
	if !ok || scheme != "http" && scheme != "https" {
		return pattern{}, syntax
	}
	p := pattern{scheme: scheme + "://"}
	host, p.labels = strings.CutPrefix(host, "*.")
	host, p.anyPort = strings.CutSuffix(host, ":*")
	if e := checkOrigin(p.scheme + host); e != nil || !isTupleOrigin(p.scheme+host) || !p.labels && !p.anyPort {
		return pattern{}, syntax
	}
	name, _, port := strings.Cut(host, ":")
	address := strings.HasPrefix(host, "[")
	if address && (p.labels || !strings.HasSuffix(host, "]")) || port && p.anyPort && !address {
		return pattern{}, syntax
	}
	if p.suffix = host; !p.labels {
		return p, nil
	}
	if suffix, icann := publicsuffix.PublicSuffix(name); suffix == name && (icann || strings.Contains(name, ".")) {
		return pattern{}, &OriginError{Value: v, Reason: PatternPublic}
	}
	p.suffix = "." + host
	return p, nil
}
