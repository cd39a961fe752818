package explain

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// tainted tells whether a request was redirected in such a way that browsers send Origin: null
// from then on: from one origin to another, where the first was already not the page's
// (https://fetch.spec.whatwg.org/#concept-request-tainted-origin). A message has the first and
// the last URL only.
func (s *sighting) tainted() bool {
	chain := []string{s.from, s.url}
	if s.from == "" {
		return false
	}
	if s.answers != nil && len(s.answers.hops) > s.hop && s.hop > 0 {
		chain = nil
		for i := range s.answers.hops[:s.hop+1] {
			chain = append(chain, s.answers.hops[i].url)
		}
	}
	for i := range chain[1:] {
		if from, to := originOf(chain[i]), originOf(chain[i+1]); from != to && from != s.origin {
			return true
		}
	}
	return false
}

// toLogin tells whether a request was redirected to what looks like a login.
func (s *sighting) toLogin() bool {
	if s.oldRedirect() {
		return origin.LeadsToLogin(s.url, *s.value)
	}
	return s.from != "" && origin.LeadsToLogin(s.from, s.url)
}

// oldRedirect tells whether the message is that of an old Chrome, which followed no redirect of
// a request that had a preflight, and said where it led.
func (s *sighting) oldRedirect() bool {
	return onRequest(s.reason) == "DisallowedRedirect" && s.fields == nil && s.value != nil
}

// stoppedAtLogin tells whether CORS stopped a request at what looks like a login, where nobody wants
// scripts to be let in.
func (s *sighting) stoppedAtLogin() bool {
	switch onRequest(s.reason) {
	case "InvalidStatus", "DisallowedRedirect":
		return s.toLogin()
	}
	return s.toLogin() && strings.HasPrefix(headerOf(s.reason), "Access-Control-Allow-") && (s.preflight == yes || s.status < 300)
}

// redirectsToLogin tells whether the answer is a redirect that CORS stops, and leads to what looks like
// a login.
func (s *sighting) redirectsToLogin() bool {
	to, ok := s.location()
	return ok && spec.RedirectStatus(s.status) && s.reason == spec.ReasonMissingAllowOriginHeader && redirectOf(s.url, to) == "login"
}

// location is where a redirect leads to that was not followed, as far as the input shows.
func (s *sighting) location() (string, bool) {
	if to, ok := s.fields.Get("Location"); ok {
		return to, true
	}
	if s.leads != "" {
		return s.leads, true
	}
	if s.oldRedirect() {
		return *s.value, true
	}
	return "", false
}

// hereRedirected says what the redirect has to do with it; empty: nothing.
func (s *sighting) hereRedirected() string {
	switch {
	case s.tainted():
		return fmt.Sprintf("The request was redirected from %s to another origin. From then on browsers send Origin: null, which only * or null allows: the page's origin in Access-Control-Allow-Origin does not help there.", safeURL(s.from))
	case s.from != "":
		return fmt.Sprintf("The request was redirected from %s, and the answer at the end has to let the page in as well.", safeURL(s.from))
	}
	return ""
}

// away is the URL of another origin to which the answer redirects a request whose URL is already of another
// origin than the page; empty where it does not. Behind such a redirect browsers send Origin: null.
func (s *sighting) away() string {
	to, ok := s.fields.Get("Location")
	if !ok || !spec.RedirectStatus(s.status) || s.reason != spec.ReasonMissingAllowOriginHeader || s.origin == "" || sameOrigin(s.origin, s.url) {
		return ""
	}
	if to = resolve(s.url, to); originOf(to) == "" || originOf(to) == originOf(s.url) || strings.Contains(to, "@") {
		return ""
	}
	return to
}

// nextIsNull says what a redirect that is followed makes of the origin; empty: nothing.
func (s *sighting) nextIsNull() string {
	last := s.answers.hops[len(s.answers.hops)-1]
	if last.response == nil || s.origin == "" || sameOrigin(s.origin, last.url) {
		return ""
	}
	location, _ := last.response.Header.Get("Location")
	to := resolve(last.url, location)
	if originOf(to) == "" || originOf(to) == originOf(last.url) {
		return ""
	}
	return " It leads to another origin, " + originOf(to) + ": there the browser sends Origin: null, which only * or null lets in. Better let the script ask " + safeURL(to) + " itself."
}

// leadsAway says to which origin a redirect leads; empty where it stays.
func (s *sighting) leadsAway() string {
	if to := s.away(); to != "" {
		return ", to another origin, " + originOf(to)
	}
	return ""
}

// rewordAway is for a redirect to another origin that CORS stops: with the header on the redirect the
// request would still fail behind it.
func (s *sighting) rewordAway(a *Answer) {
	to := s.away()
	a.Side = cases.SideClient
	a.Cause.Why = "A browser checks every answer on the way, redirects included. Access-Control-Allow-Origin on this one alone would not do: behind a redirect from one other origin to another the browser sends Origin: null."
	a.Fix.Do = "Let the script ask " + safeURL(to) + " itself: there the browser sends " + orSome(s.named(), "the page's own origin") + ", which the answer has to let in."
	switch {
	case originOf(to) == s.origin:
		a.Fix.Do = "Let the script ask " + safeURL(to) + " itself: it is of the page's own origin, and CORS is not asked."
	case s.mode != spec.CredentialsInclude:
		a.Fix.Do += " Or, if every site may read it and no credentials are needed, send Access-Control-Allow-Origin: * both with the redirect and there."
	}
}

// rewordRedirected is for what is refused behind a redirect: what is mended is the redirect, or
// the answer for Origin: null.
func (s *sighting) rewordRedirected(a *Answer) {
	switch {
	case s.stoppedAtLogin(), s.redirectsToLogin():
		a.Cause.ID, a.Side, a.Confidence = "redirected-login", cases.SideServer, Likely
		a.Cause.Title = "The request was redirected to what looks like a login: perhaps it was not signed in"
		a.Fix.Do = "See whether the request had the cookie or the token by which the server knows its users (DevTools, Network), and whether that is still valid. A cookie goes along only if the script asks with credentials: 'include' (withCredentials), and SameSite and the rules for third-party cookies allow it. " +
			"Scripts that are not signed in should get 401 with the CORS headers from the API, not a redirect to a page. To let the page in at the login itself would sign nobody in."
	case s.oldRedirect():
		a.Cause.Title = "A request that had a preflight was redirected, which the browser did not follow"
		a.Fix.Do = "Let the script ask for the URL to which the redirect leads."
	case s.tainted():
		a.Cause.ID, a.Side = "redirected-away", cases.SideClient
		a.Cause.Title = fmt.Sprintf("After the redirect from %s to %s the browser sends Origin: null, and the answer does not let that in", originOf(s.from), originOf(s.url))
		a.Fix.Do = "Let the page ask " + safeURL(s.url) + " itself: then its own origin is sent, which the answer has to name. Or answer without a redirect to another origin."
		if s.mode != spec.CredentialsInclude {
			a.Fix.Do += " Or, if every site may read it, send Access-Control-Allow-Origin: * there."
		}
	default:
		return
	}
	a.Cause.Why = ""
}
