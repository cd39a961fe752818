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

// leadsAway is where the answer leads, if it is a redirect that CORS stops and that is another origin:
// with CORS headers on it the browser goes on with Origin: null. Empty: it does not.
func (s *sighting) leadsAway() string {
	if s.preflight == yes || !spec.RedirectStatus(s.status) || !strings.HasPrefix(headerOf(s.reason), "Access-Control-Allow-") {
		return ""
	}
	to, here := s.target(), originOf(s.url)
	if to == "" || here == "" || here == s.origin || originOf(to) == here {
		return ""
	}
	return to
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

// toOtherOrigin says to which origin a redirect leads; empty where it stays.
func (s *sighting) toOtherOrigin() string {
	if to := s.leadsAway(); to != "" {
		return ", to another origin, " + originOf(to)
	}
	return ""
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
	case s.leadsAway() != "":
		to := s.leadsAway()
		a.Cause.ID, a.Side = "redirected-other-origin", cases.SideClient
		a.Cause.Title = fmt.Sprintf("The redirect is not let in by CORS, and it leads from %s to %s, where the browser sends Origin: null", originOf(s.url), originOf(to))
		a.Cause.Here = fmt.Sprintf("The answer is a redirect, %s, to another origin. Behind it browsers send Origin: null, which only * or null allows: CORS headers on the redirect alone do not help where the answer behind it names the page's origin.", s.statusText())
		a.Fix.Do = s.askItself(to)
	case s.tainted():
		a.Cause.ID, a.Side = "redirected-other-origin", cases.SideClient
		a.Cause.Title = fmt.Sprintf("After the redirect from %s to %s the browser sends Origin: null, and the answer does not let that in", originOf(s.from), originOf(s.url))
		a.Fix.Do = s.askItself(s.url)
		if s.mode != spec.CredentialsInclude {
			a.Fix.Do += " Or, if every site may read it, send Access-Control-Allow-Origin: * there."
		}
	default:
		return
	}
	a.Cause.Why = ""
}

// askItself says to ask for a URL without the redirect to it.
func (s *sighting) askItself(u string) string {
	then := "then the page's own origin is sent, which the answer has to name"
	if sameOrigin(s.origin, u) {
		then = "it is of the page's own origin, and CORS is not asked"
	}
	return "Let the script ask " + safeURL(u) + " itself: " + then + ". Or answer without a redirect to another origin."
}
