package explain

import (
	"fmt"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// The reasons of Private Network Access, which Chromium asked for by a preflight before Local Network Access took its place: the names
// are DevTools' (CorsError). https://wicg.github.io/private-network-access/
const (
	ReasonMissingPrivateNetwork spec.Reason = "PreflightMissingAllowPrivateNetwork"
	ReasonInvalidPrivateNetwork spec.Reason = "PreflightInvalidAllowPrivateNetwork"
)

const allowPrivateNetwork = "Access-Control-Allow-Private-Network"

// asksPrivateNetwork tells whether the reason is that of a preflight for the private network.
func (s *sighting) asksPrivateNetwork() bool {
	return s.reason == ReasonMissingPrivateNetwork || s.reason == ReasonInvalidPrivateNetwork
}

// rewordPrivateNetwork is for such a preflight.
func (s *sighting) rewordPrivateNetwork(a *Answer) {
	a.Side = cases.SideServer
	a.Cause = Cause{
		Title: "The answer to the preflight does not allow requests to the private network",
		Here:  "The address is in a private network or on this machine, and the preflight asked for that by Access-Control-Request-Private-Network.",
		Why:   "This is how Chrome asked the server, for a page of a public site, before Local Network Access. Since version 142 it asks the user instead, and looks at no header for that.",
	}
	if s.value != nil {
		a.Cause.Here += fmt.Sprintf(" The header says %q, and only true counts.", *s.value)
	}
	a.Fix.Do = "Bring the browser up to date: it then asks the user, who can allow it, and the page has to be served by https. For the old one answer such a preflight with " + allowPrivateNetwork + ": true beside the other CORS headers, if pages of public sites are meant to reach this server."
}

// privateNetworkLines are the line that such a preflight wants, and the one in its place.
func (s *sighting) privateNetworkLines() (received, wanted []string) {
	received = []string{"(no " + allowPrivateNetwork + ")"}
	if s.value != nil {
		received[0] = allowPrivateNetwork + ": " + agent.Show(*s.value)
	}
	return received, []string{allowPrivateNetwork + ": true"}
}

// privateNetworkCommand is such a preflight, which corsproof fetch does not send.
func privateNetworkCommand(u, page string) string {
	return "curl -si -X OPTIONS " + quote(u) + " -H " + quote("Origin: "+page) + " -H 'Access-Control-Request-Method: GET' -H 'Access-Control-Request-Private-Network: true'"
}
