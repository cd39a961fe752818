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

// timed says whether the policy means pages of the origin to read times. Of one that states
// none nothing is certain: a server may send * by itself.
func (p *Policy) timed(origin string) (ok, certain bool) {
	list := p.TimingOrigins
	return slices.Contains(list, origin) || slices.Contains(list, "*"), len(list) > 0
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

// means says whether the policy's owner means what the (expanded) predicate
// demands: 1 yes, -1 the opposite, 0 neither; what says which.
func (p *Policy) means(q *Predicate) (verdict int, what string) {
	var ok, certain, want bool
	switch {
	case q.Shares != nil:
		ok, certain = p.granted(*q.Shares, false)
		want, what = true, "shares "+*q.Shares
	case q.Times != nil:
		ok, certain = p.timed(*q.Times)
		want, what = true, "times "+*q.Times
	case q.HidesTimes != nil:
		ok, certain = p.timed(*q.HidesTimes)
		what = "hides_times " + *q.HidesTimes
	case q.SharesWithCredentials != nil:
		ok, certain = p.granted(*q.SharesWithCredentials, true)
		want, what = true, "shares_with_credentials "+*q.SharesWithCredentials
	case q.Denies != nil:
		ok, certain = p.granted(*q.Denies, false)
		what = "denies " + *q.Denies
	case q.DeniesWithCredentials != nil:
		ok, certain = p.granted(*q.DeniesWithCredentials, true)
		what = "denies_with_credentials " + *q.DeniesWithCredentials
	case q.Allows != nil:
		ok, certain = p.lets(q.Allows)
		want, what = true, "allows "+q.Allows.String()
	case q.Refuses != nil:
		ok, certain = p.lets(q.Refuses)
		what = "refuses " + q.Refuses.String()
	default:
		return 1, ""
	}
	switch {
	case !certain:
		return 0, what
	case ok != want:
		return -1, what
	}
	return 1, what
}

// keepsOut says whether the predicate demands that origin is not let in.
func (q *Predicate) keepsOut(origin string) bool {
	for _, o := range []*string{q.Denies, q.DeniesWithCredentials} {
		if o != nil && *o == origin {
			return true
		}
	}
	return q.Refuses != nil && q.Refuses.Origin == origin
}

// String is "PUT from https://app.example with x-custom".
func (a *Ask) String() string {
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
