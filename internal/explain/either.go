package explain

import (
	"net/http"

	"github.com/corsproof/corsproof/spec"
)

// Firefox looks for Access-Control-Allow-Origin in the answer to a preflight before it looks at the status
// (netwerk/protocol/http/nsCORSListenerProxy.cpp), and says of both answers in the same words that it is missing.
// Of a preflight that failed it goes on to say, in a second line, that the request did not succeed.

// resolveEither tells which of the two answers Firefox most likely speaks of.
func (s *sighting) resolveEither() {
	if s.browser != "firefox" || s.answers != nil || s.preflight != unknown || s.reason != spec.ReasonMissingAllowOriginHeader || s.status < 300 {
		return
	}
	s.either = true
	if s.status == http.StatusMethodNotAllowed || s.status == http.StatusNotImplemented { // what servers that do not know OPTIONS answer it with
		s.preflight = yes
	}
}

// otherOfTwo is the answer that it is else.
func (s *sighting) otherOfTwo() (spec.Reason, string, string) {
	if s.preflight == yes {
		request := &sighting{reason: spec.ReasonMissingAllowOriginHeader, status: s.status, preflight: no}
		return spec.ReasonMissingAllowOriginHeader, request.missing(), "if the script needs no preflight, or the console has no second line of Firefox's about it (CORS request did not succeed): it is the request itself that was answered with " + s.statusText()
	}
	return spec.ReasonPreflightMissingAllowOriginHeader, preflightStatus(s.status), "if the console has a second line of Firefox's about it (CORS request did not succeed): it is the preflight (OPTIONS) that was answered with " + s.statusText() + ". The preflight has to be answered with 204 and the CORS headers, before authentication and the router"
}
