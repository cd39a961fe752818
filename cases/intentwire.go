package cases

import (
	"fmt"
	"slices"
	"strings"
)

// An answer predicate that speaks of a grant can be checked against the policy as
// well: an answer that shares with an origin which the policy denies is not what its
// owner means.

// granted says whether the policy means an actual request from origin to be
// readable; certain is false where that is left open.
func (p *Policy) granted(origin string, credentials bool) (ok, certain bool) {
	ok, certain = p.AllowsOrigin(origin)
	if credentials {
		ok = ok && p.Credentials
		certain = (certain || !p.Credentials && !p.ZeroConfig) && !p.Unsafe
	}
	return ok, certain
}

// shares says whether the policy means an answer to the asked request to be readable.
func (p *Policy) shares(a *Ask) (ok, certain bool) { return p.granted(a.Origin, a.Credentials) }

// timed says whether the policy means pages of the origin to read times. Of one that states
// none nothing is certain: a server may send * by itself.
func (p *Policy) timed(a *Ask) (ok, certain bool) {
	list := p.TimingOrigins
	return slices.Contains(list, a.Origin) || slices.Contains(list, "*"), len(list) > 0
}

// lets says whether the policy means the asked request to pass its preflight.
func (p *Policy) lets(a *Ask) (ok, certain bool) {
	ok, certain = p.granted(a.Origin, a.Credentials)
	if !ok || !certain {
		return ok, certain
	}
	refused := func(h string) bool { return !p.AllowsHeader(h) }
	if !p.AllowsMethod(a.Method) || slices.ContainsFunc(a.Headers, refused) {
		return false, true
	}
	any := slices.Contains(p.RequestHeaders, "*")
	return true, !(any && containsFold(a.Headers, "Authorization")) // "*" does not cover it, an echo does
}

// grant is what a predicate demands of a grant: that it is given, or that it is not.
type grant struct {
	wanted bool
	to     func(q *Predicate) *Ask                    // who gets it; without a method but for preflights
	meant  func(p *Policy, a *Ask) (ok, certain bool) // whether a policy means it to be given
	own    bool                                       // the server may give it to its own origin, which needs none
}

// means says whether the policy's owner means what the (expanded) predicate
// demands: 1 yes, -1 the opposite, 0 neither; what says which.
func (p *Policy) means(q *Predicate) (verdict int, what string) {
	g := q.entry().grant
	if g == nil {
		return 1, ""
	}
	ask := g.to(q)
	what = q.Key() + " " + ask.String()
	switch ok, certain := g.meant(p, ask); {
	case !certain:
		return 0, what
	case ok != g.wanted:
		return -1, what
	}
	return 1, what
}

// keepsOut says whether the predicate demands that origin is not let in.
func (q *Predicate) keepsOut(origin string) bool {
	g := q.entry().grant
	return g != nil && g.own && g.to(q).Origin == origin
}

// String is "PUT from https://app.example with x-custom"; the origin alone when no
// method is asked for.
func (a *Ask) String() string {
	if a.Method == "" {
		return a.Origin
	}
	s := a.Method + " from " + a.Origin
	if len(a.Headers) > 0 {
		s += " with " + strings.Join(a.Headers, ", ")
	}
	if a.Credentials {
		s += " and credentials"
	}
	return s
}

// wireIntent compares what a wire step demands with what the policy means.
// What is in any_of, if and then depends on the answer, and is left alone.
func (k *caseChecker) wireIntent(p *Policy, s *Step, i int) {
	if s.Wire == nil || k.c.Intent != "" || !ownAnswer(PartOf(s.Wire.Path)) {
		return
	}
	for j := range s.Answer {
		if verdict, what := p.means(&s.Answer[j]); verdict < 0 {
			path := at(at("steps", i)+".answer", j)
			k.bad(BadIntent, path, fmt.Sprintf("%s demands: %s; the policy %s means the opposite", path, FromBytes(what), p.Name),
				`what the policy means; or intent: "skip: REASON"`)
		}
	}
}

// ownAnswer says whether the CORS layer alone decides about an endpoint's
// CORS headers: the application adds none, redirects nowhere and does answer.
func ownAnswer(p Part) bool {
	switch p {
	case "", PartEcho, PartCount, PartSecret, PartStream, PartOptions, PartPostOnly:
		return true
	}
	return false
}
