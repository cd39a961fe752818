package explain

import (
	"fmt"

	"github.com/corsproof/corsproof/cases"
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
	return s.from != "" && redirectOf(s.from, s.url) == "login" && redirectOf(s.url, s.from) != "login"
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

// rewordRedirected is for what is refused behind a redirect: what is mended is the redirect, or
// the answer for Origin: null.
func (s *sighting) rewordRedirected(a *Answer) {
	switch {
	case s.toLogin() && s.status < 300:
		a.Cause.Title = "The request was redirected to what looks like a login, which does not let the page in"
		a.Fix.Do = "Send what the server knows a user by, a token or a cookie. Answer scripts that are not signed in with 401 and the CORS headers, not with a redirect to a page. To mend the CORS of the login itself helps nothing."
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
