package cases

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Stated is one thing that a policy states, and that a server can be held to.
type Stated struct {
	Kind  StatedKind `json:"kind"`
	Value string     `json:"value,omitempty"` // the entry of a list, or a number
}

// StatedKind is the part of the policy.
type StatedKind string

// The kinds.
const (
	StatedOrigin         StatedKind = "origin"
	StatedMethod         StatedKind = "method"
	StatedHeader         StatedKind = "request header"
	StatedHeaders        StatedKind = "request headers together"
	StatedExposed        StatedKind = "exposed header"
	StatedCredentials    StatedKind = "credentials"
	StatedMaxAge         StatedKind = "max-age"
	StatedPrivateNetwork StatedKind = "private network"
	StatedTiming         StatedKind = "timing origin"
)

// String is "request header x-trace".
func (s Stated) String() string { return strings.TrimSpace(string(s.Kind) + " " + s.Value) }

// Stated are all things that the policy states, in its order. What is allowed with
// credentials has to be asked for with them. Left out is what cannot be asked for:
// expressions of which no example is known, request headers that no script can set,
// exposed ones that every script can read or none, a max-age where no preflight can succeed,
// and whatever zero configuration means.
func (p *Policy) Stated() []Stated {
	if p.ZeroConfig {
		return nil
	}
	var list []Stated
	add := func(kind StatedKind, values ...string) {
		for _, v := range values {
			list = append(list, Stated{kind, v})
		}
	}
	add(StatedOrigin, p.Origins...)
	add(StatedOrigin, p.OriginPatterns...)
	add(StatedOrigin, slices.DeleteFunc(slices.Clone(p.OriginRegexes), func(e string) bool { return !hasExample(e) })...)
	if p.OriginFunc != nil {
		add(StatedOrigin, p.OriginFunc.Allow)
	}
	if len(list) == 0 {
		return nil // nobody is let in, so that nothing else is said
	}
	add(StatedMethod, unique(slices.DeleteFunc(slices.Clone(p.Methods), func(m string) bool { return !hasPreflight(p, m) }))...)
	headers := settableHeaders(p)
	if slices.Contains(p.RequestHeaders, "*") {
		headers = []string{"*"}
	}
	add(StatedHeader, headers...)
	if len(headers) > 1 {
		add(StatedHeaders, "")
	}
	add(StatedExposed, statedExposed(p)...)
	if p.withCredentials() {
		add(StatedCredentials, "")
	}
	if p.MaxAge != nil && (len(headers) > 0 || len(unsafeMethods(p)) > 0) {
		add(StatedMaxAge, strconv.Itoa(*p.MaxAge))
	}
	if p.PrivateNetwork {
		add(StatedPrivateNetwork, "")
	}
	add(StatedTiming, p.TimingOrigins...)
	return list
}

// withCredentials says whether credentials are surely meant to work: a policy that
// is marked unsafe may as well be refused.
func (p *Policy) withCredentials() bool { return p.Credentials && !p.Unsafe }

// hasPreflight says whether a preflight can ask for the method: one that is
// CORS-safelisted comes with a header that needs permission.
func hasPreflight(p *Policy, method string) bool {
	return !slices.Contains(safelistedMethods, method) || len(settableHeaders(p)) > 0
}

func hasExample(expr string) bool {
	one := Policy{OriginRegexes: []string{expr}}
	return slices.ContainsFunc(one.AllowedOrigins(), func(o string) bool {
		ok, certain := one.AllowsOrigin(o)
		return ok && certain
	})
}

// statedExposed are the exposed names that a list is needed for.
func statedExposed(p *Policy) []string {
	return unique(slices.DeleteFunc(slices.Clone(p.ExposeHeaders), func(name string) bool {
		return spec.IsSafelistedResponseHeaderName(name) || spec.IsForbiddenResponseHeaderName(name)
	}))
}

// Looks says what of Stated the demands of the (expanded) steps look at: a
// server that lacks just that does not meet them.
func (p *Policy) Looks(steps []Step) []Stated {
	l := looker{policy: p, seen: map[Stated]bool{}}
	for i := range steps {
		switch s := &steps[i]; {
		case s.Request != nil:
			l.request(s)
		case s.Wire.Method == "OPTIONS":
			l.preflight(s)
		default:
			l.actual(s)
		}
	}
	return slices.DeleteFunc(p.Stated(), func(s Stated) bool { return !l.seen[s] })
}

// looker collects what is looked at.
type looker struct {
	policy *Policy
	seen   map[Stated]bool
}

// grant notes what a demanded grant for a request is about.
func (l *looker) grant(origin, method string, headers []string, credentials bool) {
	p := l.policy
	if p.withCredentials() && !credentials {
		return
	}
	if credentials {
		l.seen[Stated{StatedCredentials, ""}] = true
	}
	l.origin(origin)
	l.seen[Stated{StatedMethod, method}] = true
	if !slices.Contains(safelistedMethods, method) {
		l.seen[Stated{StatedMethod, "*"}] = true
	}
	for _, h := range headers {
		l.seen[Stated{StatedHeader, strings.ToLower(h)}] = true
		l.seen[Stated{StatedHeader, "*"}] = true
	}
	if len(headers) > 0 && slices.Equal(sortedLower(headers), settableHeaders(p)) {
		l.seen[Stated{StatedHeaders, ""}] = true
	}
}

// origin notes the entry of the policy that allows the origin.
func (l *looker) origin(origin string) {
	p := l.policy
	l.seen[Stated{StatedOrigin, origin}] = true
	if p.AnyOrigin() {
		l.seen[Stated{StatedOrigin, "*"}] = true
	}
	for _, pattern := range p.OriginPatterns {
		if ok, _ := (&Policy{OriginPatterns: []string{pattern}}).AllowsOrigin(origin); ok {
			l.seen[Stated{StatedOrigin, pattern}] = true
		}
	}
	for _, expr := range p.OriginRegexes {
		if re, err := regexp.Compile(`\A(?:` + expr + `)\z`); err == nil && re.MatchString(origin) {
			l.seen[Stated{StatedOrigin, expr}] = true
		}
	}
}

func (l *looker) request(s *Step) {
	r := s.Request
	if s.Expect == nil || s.Expect.Outcome != "allowed" || !scripted(r) || r.Mode == "no-cors" {
		return
	}
	var names []string
	for _, f := range r.header() {
		names = append(names, f.Name)
	}
	l.grant(r.Origin, spec.NormalizeMethod(r.Method), names, r.Credentials == "include")
	for _, name := range s.Expect.Readable {
		l.exposes(name)
	}
}

// preflight notes what a preflight asks for and must be granted.
func (l *looker) preflight(s *Step) {
	for i := range s.Answer {
		if note := s.Answer[i].entry().preflight; note != nil {
			note(l, s, &s.Answer[i])
		}
	}
}

// actual notes what the answer to a request shows.
func (l *looker) actual(s *Step) {
	walkPredicates(s.Answer, "", func(q *Predicate, path string) {
		e := q.entry()
		alternative := e.grant != nil && strings.Contains(path, "any_of[") // what one alternative grants is not demanded
		if e.actual != nil && !strings.Contains(path, ".if[") && !alternative {
			e.actual(l, s, q)
		}
	})
}

// allowed notes the grant of what the preflight itself asks for.
func (l *looker) allowed(s *Step, a *Ask) {
	method, _ := lineOf(s.Wire.Headers, "Access-Control-Request-Method")
	origin, _ := lineOf(s.Wire.Headers, "Origin")
	if a.Method == method && a.Origin == origin {
		l.grant(origin, method, a.Headers, a.Credentials)
	}
}

// equals notes what a field of the answer to a preflight must be.
func (l *looker) equals(s *Step, field string) {
	_, private := lineOf(s.Wire.Headers, "Access-Control-Request-Private-Network")
	switch {
	case strings.EqualFold(field, "Access-Control-Max-Age") && l.policy.MaxAge != nil:
		l.seen[Stated{StatedMaxAge, strconv.Itoa(*l.policy.MaxAge)}] = true
	case strings.EqualFold(field, "Access-Control-Allow-Private-Network") && private:
		l.seen[Stated{StatedPrivateNetwork, ""}] = true
	}
}

// matches notes the only field of which a pattern is enough: that a negative max-age
// stays one.
func (l *looker) matches(field string) {
	if age := l.policy.MaxAge; strings.EqualFold(field, "Access-Control-Max-Age") && age != nil && *age < 0 {
		l.seen[Stated{StatedMaxAge, strconv.Itoa(*age)}] = true
	}
}

// lists notes the exposed headers that a list must have.
func (l *looker) lists(v *FieldList) {
	if strings.EqualFold(v.Name, "Access-Control-Expose-Headers") {
		for _, name := range v.Values {
			l.exposes(name)
		}
	}
}

// present notes that something must be exposed.
func (l *looker) present(names Names) {
	if containsFold(names, "Access-Control-Expose-Headers") {
		l.seen[Stated{StatedExposed, "*"}] = true
	}
}

func (l *looker) exposes(name string) {
	for _, e := range l.policy.ExposeHeaders {
		if e != "*" && strings.EqualFold(e, name) {
			l.seen[Stated{StatedExposed, e}] = true
		}
	}
}

// lineOf is the value of the first field line of that name.
func lineOf(lines []string, name string) (value string, ok bool) {
	for _, line := range lines {
		if n, v, found := strings.Cut(line, ":"); found && strings.EqualFold(n, name) {
			return strings.Trim(v, " \t"), true
		}
	}
	return "", false
}
