package explain

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// What is true of a cause where the answer was seen says more than a browser's sentence alone.

// rewordUnseen leaves out of a cause what a message without the answer does not show.
func (s *sighting) rewordUnseen(a *Answer) {
	switch {
	case LayerOf(s.reason) == spec.LayerCORP && s.reason != spec.ReasonCORPByCOEP:
		a.Cause.Title = "The answer's Cross-Origin-Resource-Policy keeps this page out"
		a.Cause.Why = "What an element without crossorigin loads, an image or a script, is asked for without CORS, and Cross-Origin-Resource-Policy then decides."
	case s.reason == ReasonCookieNotSent:
		a.Cause.Title = strings.TrimSuffix("The browser did not take the cookie "+s.param, " ") + ", or did not send it"
		a.Cause.Why = ""
		a.Fix.Do = "Look at its attributes; the message says which of them is in the way. A cookie that is to go along with requests from pages of other sites needs SameSite=None and Secure, and browsers may keep third-party cookies back all the same."
	case s.reason == ReasonWebSocket:
		s.rewordHandshake(a)
	}
}

// rewordCookies is for a script that wants to read a header that the browser keeps from all.
func (s *sighting) rewordCookies(a *Answer) {
	a.Cause = Cause{Title: "No script may read " + s.param, Why: "Cookies are for the browser. No Access-Control-Expose-Headers shows them to a script, of any origin."}
	a.Fix.Do, a.Side = "Send what the script needs in another header, or in the content.", cases.SideClient
}

// rewordHandshake is for a handshake of WebSocket that was refused, which can have other reasons than
// the page's origin.
func (s *sighting) rewordHandshake(a *Answer) {
	const origin, path = "If the endpoint has a list of origins, the page's must be in it; see also whether the handshake has the cookie or the token that it asks for.", "Look whether a WebSocket endpoint is at this path, and whether every proxy in between passes Upgrade and Connection on."
	a.Cause.Why = "CORS does not apply to WebSocket. A server takes a handshake with 101, and may look at its Origin itself."
	switch s.status {
	case 0:
		a.Cause.Title, a.Fix.Do = "The WebSocket handshake was not answered with 101", path+" "+origin
	case 401, 403:
		a.Cause.Title, a.Fix.Do = fmt.Sprintf("The WebSocket handshake was answered with %s, not with 101", s.statusText()), origin
	default:
		a.Cause.Title, a.Fix.Do = fmt.Sprintf("The WebSocket handshake was answered with %s, not with 101", s.statusText()), path
	}
}
