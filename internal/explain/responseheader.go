package explain

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Scripts that set Access-Control-Allow-Origin in their requests: the header is for the server to send, does
// nothing in a request, and makes the browser ask for a permission that servers do not give.

// responseHeaderSet is the first header of CORS answers that the script sets, as people write it; empty
// where it sets none. Those that only browsers may set they leave out.
func (s *sighting) responseHeaderSet() string {
	for _, f := range s.answers.scriptHeader() {
		if isResponseHeader(f.Name) {
			return http.CanonicalHeaderKey(f.Name)
		}
	}
	return ""
}

func isResponseHeader(name string) bool {
	return strings.HasPrefix(strings.ToLower(name), "access-control-") && !spec.IsForbiddenRequestHeader(name, "")
}

// setsResponseHeader takes over that the script sets such a header, where no answer shows what came of
// it: most likely it is what stops the request, and it is to be taken out in any case.
func (s *sighting) setsResponseHeader() bool {
	a := s.answers
	name := s.responseHeaderSet()
	if name == "" || a.answered() || sameOrigin(s.origin, s.url) || a.request.Mode == spec.ModeNoCORS {
		return false
	}
	s.reason, s.param, s.preflight, s.presumed = spec.ReasonHeaderDisallowedByPreflightResponse, strings.ToLower(name), yes, true
	return true
}

// rewordResponseHeader is for a script that sets such a header.
func (s *sighting) rewordResponseHeader(a *Answer) {
	name := http.CanonicalHeaderKey(s.param)
	a.Cause.Title = strings.Replace(a.Cause.Title, "Access-Control-Allow-Origin", name, 1)
	if !s.presumed {
		return
	}
	a.Cause.Here = "The request sets " + name + ", and no answer is in the text. Servers do not list that header in Access-Control-Allow-Headers, unless somebody made them."
	a.Cause.Why = strings.Replace(a.Cause.Why, "asks first and is refused", "asks first (a preflight), and most servers refuse it", 1)
	a.Fix.Do = "Take " + name + " out of the script, whatever the server does. The command below asks without it: if that shows no Access-Control-Allow-Origin, the server has to send it."
}
