package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// example is what a cause's advice has as one: a line of a header, or an address.
var example = regexp.MustCompile(`,? as in ((Access-Control-[A-Za-z-]+): \S*[^\s.,](?:, [A-Za-z*-]+)*|https?://[^\s,]*[^\s,.])`)

// ownExample puts the line that is wanted here in place of the example in a cause's advice, which
// is another's: who copies it changes nothing.
func (s *sighting) ownExample(a *Answer) {
	m := example.FindStringSubmatchIndex(a.Fix.Do)
	if m == nil {
		return
	}
	own := ""
	if m[4] < 0 && strings.HasPrefix(a.Cause.ID, "allow-origin-") {
		own = s.named()
	}
	for _, line := range a.Wanted {
		if m[4] >= 0 && strings.HasPrefix(line, a.Fix.Do[m[4]:m[5]]+": ") && !strings.Contains(line, "(") {
			own = line
		}
	}
	switch {
	case own != "":
		a.Fix.Do = a.Fix.Do[:m[2]] + own + a.Fix.Do[m[3]:]
	case m[4] >= 0 || strings.HasPrefix(a.Cause.ID, "allow-origin-"):
		a.Fix.Do = a.Fix.Do[:m[0]] + a.Fix.Do[m[1]:]
	}
}

// ownOrigin puts the page's origin in the place of that of the examples, so that nobody copies
// another's, nor another scheme.
func (s *sighting) ownOrigin(a *Answer) {
	scheme, host, ok := strings.Cut(s.named(), "://")
	if !ok {
		return
	}
	bare := strings.TrimPrefix(host, "www.")
	if p := s.patternHere(); p != "" {
		a.Cause.Why = strings.Replace(a.Cause.Why, "https://*.app.example", p, 1)
	}
	own := strings.NewReplacer("https://*.app.example", "https://*.app.example", "https://www.app.example", scheme+"://www."+bare, cases.ExampleOrigin, s.named(), "app.example", host)
	if strings.Contains(a.Cause.Why, "https://www.app.example") { // which speaks of both
		own = strings.NewReplacer("https://www.app.example", scheme+"://www."+bare, cases.ExampleOrigin, scheme+"://"+bare)
	}
	a.Cause.Why, a.Fix.Do = own.Replace(a.Cause.Why), own.Replace(a.Fix.Do)
}

// reword says of a cause what holds of this input, where what is true of the cause in general
// says more than the input shows.
func (s *sighting) reword(a *Answer) {
	s.ownExample(a)
	s.ownOrigin(a)
	s.ownWord(a)
	s.ownCookie(a)
	switch {
	case s.config != nil && a.Cause.ID != "":
		a.Cause.Title, a.Cause.Here = s.title(), s.here()
		a.Fix.Do += " " + s.config.askStranger(s.origin)
	case s.misspelling() != nil:
		s.rewordMisspelt(a, s.misspelling())
	case s.fromShared():
		s.rewordShared(a)
	case s.muted:
		s.rewordMuted(a)
	case s.layerRefuses():
		s.rewordRefusal(a)
	case s.plainHTTP:
		s.rewordPlainHTTP(a)
	case s.connection != nil:
		s.rewordConnection(a)
	case s.stoppedAtLogin(), s.redirectsToLogin(), s.leadsAway() != "", s.oldRedirect(), s.from != "" && headerOf(s.reason) == "Access-Control-Allow-Origin" && s.tainted():
		s.rewordRedirected(a)
	case s.meant() != "":
		s.rewordMethodCase(a)
	case a.Cause.ID == "response-header-in-request":
		s.rewordResponseHeader(a)
	case s.reason == spec.ReasonCorsDisabledScheme && s.answers == nil && isWebURL(s.url):
		s.rewordScheme(a)
	case s.reason == ReasonOpaque:
		s.rewordOpaque(a)
	case s.reason == ReasonByClient:
		s.rewordBlocker(a)
	case s.asksPrivateNetwork():
		s.rewordPrivateNetwork(a)
	case LayerOf(s.reason) == spec.LayerLocalNetwork:
		s.rewordLocal(a)
	case a.Cause.ID == "no-cors":
		s.rewordMissing(a)
	case a.Cause.ID == "allow-origin-missing":
		s.rewordBeside(a)
	case a.Cause.ID == "origin-not-listed":
		s.rewordNotListed(a)
	case s.reason == ReasonCookieNotSent && s.answers != nil:
		s.rewordUnknownLogin(a)
	case s.reason == ReasonHeaderNotExposed && spec.IsForbiddenResponseHeaderName(s.param):
		s.rewordCookies(a)
	case s.answers == nil:
		s.rewordUnseen(a)
	case s.reason == ReasonHTTPError && s.scheme() != "":
		s.rewordLogin(a)
	case s.fromCache && a.Side == cases.SideProxy:
		a.Side = cases.SideServer // it is the browser's own cache, and the server tells it what to keep apart
	}
}

// rewordScheme is for a URL of the web: what is no such URL is what it redirects to.
func (s *sighting) rewordScheme(a *Answer) {
	a.Cause.Title = "A URL was asked for that does not begin with http:// or https://: this one may redirect to it"
	a.Cause.Here, a.Confidence, a.Side = safeURL(s.url)+" itself is one that browsers ask for with CORS.", Likely, cases.SideServer
	a.Fix.Do = "Look where it redirects to (DevTools, Network), and let the server send a Location that begins with http:// or https://."
}

// isWebURL tells whether a URL is one that browsers ask for with CORS.
func isWebURL(url string) bool {
	scheme, _, ok := strings.Cut(url, "://")
	return ok && isWebScheme(scheme)
}

// rewordLocal leaves out what the page has already.
func (s *sighting) rewordLocal(a *Answer) {
	if s.reason == spec.ReasonLocalPermission && strings.HasPrefix(s.origin, "https://") {
		a.Fix.Do = strings.Replace(a.Fix.Do, "Serve the page by https, and allow", "Allow", 1)
	}
}

// rewordPlainHTTP is for https:// at a port without TLS, where no certificate was seen.
func (s *sighting) rewordPlainHTTP(a *Answer) {
	a.Cause = Cause{
		Title: "This port does not speak TLS: no certificate was seen",
		Here:  "https:// was asked for, and the answer to the TLS handshake was no TLS.",
	}
	a.Fix.Do = "Ask for http:// if the server speaks HTTP without TLS there, as most do in development. Or let it, or a proxy before it, speak TLS at this port."
}

// rewordMissing is for an answer without Access-Control-Allow-Origin: for another origin the
// server may have one.
func (s *sighting) rewordMissing(a *Answer) {
	a.Cause.Title = "The answer has no Access-Control-Allow-Origin for this origin"
	if a.Cause.Here == "" && s.looksAtOrigin() { // nobody knows whether it is an answer to this origin
		a.Cause.Here = "The answer has other lines of CORS, or Vary: Origin: the server may decide by the origin. If this is its answer to a request with Origin, it does not let in that one."
	}
	if s.verdict != nil && s.verdict.method == "" { // nothing is asked first
		a.Fix.Do = "Send Access-Control-Allow-Origin: " + s.page() + " and Vary: Origin with this answer."
	}
	if o := s.named(); o != "" {
		a.Fix.Do += " " + compareWith(o)
	}
}

// rewordBeside is for an answer that has the other headers of CORS: they show no list of origins.
func (s *sighting) rewordBeside(a *Answer) {
	a.Cause.Why = "A browser looks for Access-Control-Allow-Origin first, and without it gives the answer to no page of another origin, whatever the other CORS headers say."
	a.Fix.Do = "Send Access-Control-Allow-Origin: " + s.page() + " and Vary: Origin beside them. " + compareWith(s.page())
}

// rewordNotListed is for an answer that says Vary: Origin: the server may decide by the origin, or
// nothing but that line is configured.
func (s *sighting) rewordNotListed(a *Answer) {
	a.Cause.Title = "The answer has no Access-Control-Allow-Origin for this origin, and says Vary: Origin"
	a.Cause.Here = "By Vary: Origin the answer may depend on the origin: what sends it is mostly a CORS layer with a list of origins, in which " + s.named() + " then is not."
	a.Cause.Why = "A browser gives the answer to a page only if Access-Control-Allow-Origin has the origin of that very page."
	a.Fix.Do = "Look for the list of origins in the server's configuration: " + s.named() + " must be in it, character by character. Compare scheme (http or https), host, port, and the end first: no slash stands there. If it is missing, add it. If there is no list, send Access-Control-Allow-Origin: " + s.named() + " with this answer."
}

// compareWith says what to look for in a list of origins.
func compareWith(page string) string {
	return "If the server has a list of origins, compare it with " + page + " character by character: scheme, host, port, and no slash at the end."
}

// looksAtOrigin tells whether an answer without Access-Control-Allow-Origin has lines by which
// the server may decide by the origin.
func (s *sighting) looksAtOrigin() bool { return s.otherFields() || variesByOrigin(s.fields) }

// otherFields tells whether an answer without Access-Control-Allow-Origin has other headers of CORS.
func (s *sighting) otherFields() bool {
	return slices.ContainsFunc(s.fields, func(f spec.Field) bool {
		name := strings.ToLower(f.Name)
		return strings.HasPrefix(name, "access-control-") && !strings.HasPrefix(name, "access-control-request-")
	})
}

// variesByOrigin tells whether an answer says Vary: Origin.
func variesByOrigin(h spec.Header) bool {
	return slices.ContainsFunc(h.Elements("Vary"), func(v string) bool { return strings.EqualFold(v, "Origin") })
}

// scheme is how the server wants a request authenticated that had neither cookie nor
// Authorization, in the words of WWW-Authenticate (RFC 9110, section 11.6.1); empty: it does not say.
func (s *sighting) scheme() string {
	if s.status != 401 || s.answers == nil || s.answers.request.Header.Has("Authorization") {
		return ""
	}
	v, _ := s.fields.Get("WWW-Authenticate")
	name, _, _ := strings.Cut(strings.TrimSpace(v), " ")
	return strings.Trim(name, ",")
}

// rewordLogin is for a 401 that says which Authorization is missing.
func (s *sighting) rewordLogin(a *Answer) {
	a.Cause.Title = "CORS is in order: the page can read the answer, 401. The request had no Authorization, and the server asks for one"
	a.Cause.Here = "The answer says WWW-Authenticate: " + s.scheme() + "."
	a.Fix.Do = fmt.Sprintf("Let the script set Authorization: %s ... . The browser then asks for permission first (a preflight), which Access-Control-Allow-Headers has to grant for authorization.", s.scheme())
	if strings.EqualFold(s.scheme(), "Basic") {
		a.Fix.Do += " Only with credentials: 'include' does the browser itself add what the user typed."
	}
}

// rewordUnknownLogin is for an answer that refuses somebody who is not signed in, and does not
// say whether it wants a cookie or Authorization.
func (s *sighting) rewordUnknownLogin(a *Answer) {
	a.Cause.Title = "The request had neither cookies nor Authorization, and the server refuses it"
	a.Fix.Do = "Find out how the server knows who asks. By a cookie: let the script ask with credentials: 'include' (withCredentials = true). By a token: let it set Authorization, which Access-Control-Allow-Headers has to allow. If the script does so already, look why the browser keeps the cookie back: SameSite, Secure, third-party cookies."
}
