package explain

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Methods are case-sensitive, and browsers write six of them in capitals for a script
// (https://fetch.spec.whatwg.org/#concept-method-normalize). A script that has another in small
// letters asks for a method that nobody knows.

// registered are the methods of the registry (https://www.iana.org/assignments/http-methods/) that a
// script can use and no browser writes in capitals, and PURGE, which caches have.
var registered = strings.Fields(`ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF
	MKWORKSPACE MOVE ORDERPATCH PATCH PROPFIND PROPPATCH PURGE QUERY REBIND REPORT SEARCH UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL`)

// inCapitals is the method that a script means by one that is a known method but for its case; empty
// where the method is none of that kind.
func inCapitals(method string) string {
	if m := strings.ToUpper(method); m != method && slices.Contains(registered, m) {
		return m
	}
	return ""
}

// methodIn is a method as a message has it. A message that has been written in small letters as a
// whole, which no browser does, shows nothing of the method's case.
func methodIn(message, method string) string {
	if message == strings.ToLower(message) {
		return strings.ToUpper(method)
	}
	return spec.NormalizeMethod(method)
}

// meant is the method that the script should ask with, where it was refused for its case alone, as
// far as the input shows.
func (s *sighting) meant() string {
	if s.reason != spec.ReasonMethodDisallowedByPreflightResponse {
		return ""
	}
	return inCapitals(s.param)
}

// rewordMethodCase says what to write in the script, and what the server has to do besides.
func (s *sighting) rewordMethodCase(a *Answer) {
	m := s.meant()
	a.Fix.Do = "Write " + m + " in capitals in the script, as in method: '" + m + "'."
	switch {
	case s.fields == nil:
		a.Fix.Do += " The command below asks with it: if that is refused as well, add " + m + " to Access-Control-Allow-Methods."
	case !s.allowsMethod(m):
		a.Fix.Do += " Add " + m + " to Access-Control-Allow-Methods besides, which does not have it."
	}
}
