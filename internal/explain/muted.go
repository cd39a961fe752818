package explain

import "regexp"

// Where a script of another origin was loaded without CORS, window.onerror gets "Script error." in
// place of what went wrong (https://html.spec.whatwg.org/multipage/webappapis.html#muted-errors).
// Who pastes these words has nothing else.

// mutedError is a message that is no more than that. RequireJS says "Script error for" of what it
// cannot load, which is another matter.
var mutedError = regexp.MustCompile(`(?i)^(?:\[error\]|uncaught|error|window\.onerror|message|[\s:>(='"-])*script error(?:\.|["')\s]*$|[,;(])`)

// rewordMuted says of hidden errors what the words show: most likely it is these, and what the
// error is nobody can tell.
func (s *sighting) rewordMuted(a *Answer) {
	a.Cause.Title = "A script failed, and the browser hides how: most likely the script is of another origin and was loaded without CORS"
	a.Cause.Here = "\"Script error.\" is what window.onerror gets in place of the message, file and line of such a script. Which script it is, and what its error is, the text does not show; that need not have to do with CORS."
}
