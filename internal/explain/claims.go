package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// What is said of this input, where the words of a cause say more.

// noValue are words that a program writes into a header for a variable without a value.
var noValue = []string{"undefined", "None", "nil", "NaN", "[object Object]"}

// ownWord says which word of a program a value is.
func (s *sighting) ownWord(a *Answer) {
	if a.Cause.ID != "allow-origin-boolean" || s.value == nil {
		return
	}
	a.Cause.Title = "Access-Control-Allow-Origin is " + *s.value
	if !slices.Contains(noValue, *s.value) {
		a.Cause.Why = strings.ReplaceAll(a.Cause.Why, "true is no origin", *s.value+" is no origin")
		return
	}
	a.Cause.Title += ", which is no origin"
	of := "that has no value: one of the environment that is not set, say"
	if *s.value == "[object Object]" {
		of = "that is no text"
	}
	a.Cause.Why = fmt.Sprintf("The header names who may read. %s is what a program writes for a variable %s.", *s.value, of)
	a.Fix.Do = "Set the variable that the value comes of. Send Access-Control-Allow-Origin with the Origin of the request, if it is allowed, and no such header if it is not."
}

// patternHere is the pattern that a cause gives as one: the answer's, where it has one with *.
func (s *sighting) patternHere() string {
	if s.value != nil && strings.Contains(*s.value, "://*") && !strings.ContainsAny(*s.value, " ,") {
		return *s.value
	}
	return ""
}

// hereCredentials says how a request is known to be one with credentials.
func (s *sighting) hereCredentials() string {
	if s.byCookie() {
		return "The request has a cookie. A page's script sends one to another origin only with credentials (credentials: 'include', or withCredentials)."
	}
	return "The request was made with credentials (credentials: 'include', or withCredentials)."
}

// byCookie tells whether no more than a cookie shows that the request has credentials.
func (s *sighting) byCookie() bool { return s.answers != nil && s.answers.cookie }

// ownCookie says of a request with a cookie no more than that.
func (s *sighting) ownCookie(a *Answer) {
	if s.byCookie() {
		a.Cause.Why = strings.Replace(a.Cause.Why, "The request is made with credentials (cookies, say), and for these", "A request with a cookie is one with credentials, and for these", 1)
	}
}

// firefoxPreflight tells whether Firefox says no more than that a preflight did not succeed.
func (s *sighting) firefoxPreflight() bool {
	return s.browser == "firefox" && s.answers == nil && s.reason == spec.ReasonPreflightInvalidStatus && s.status == 0
}

// undecidedPreflight is for such a message.
func (s *sighting) undecidedPreflight() *undecided {
	return &undecided{
		title: "The preflight (OPTIONS) did not succeed",
		do:    "Answer preflights (OPTIONS with Origin and Access-Control-Request-Method) in the CORS layer, with 204 and the CORS headers, before authentication and before the router, and without a redirect.",
		why:   "A preflight (the OPTIONS request that a browser sends first) that does not succeed blocks the request that was to follow.",
		of: slices.Concat(s.causesAre("if the command shows 401 or 403: ", "preflight-unauthorized"), s.causesAre("if it shows 404, 405 or 501: ", "preflight-not-routed"),
			[]Alternative{{spec.ReasonPreflightDisallowedRedirect, "preflight-redirected", "if it shows a redirect, or no answer: no browser follows one for a preflight; let the script ask for the URL to which it leads, or see that the server can be reached"}}),
	}
}

// leftOut are the headers that mode no-cors takes off a request.
func (s *sighting) leftOut() []string {
	if s.answers == nil || s.reason != ReasonOpaque || s.answers.answered() { // which shows what was sent
		return nil
	}
	return spec.UnsafeRequestHeaderNames(unsafeValues(s.answers.scriptHeader()))
}

// hereOpaque says what mode no-cors does to the request besides.
func (s *sighting) hereOpaque() string {
	names := s.leftOut()
	switch {
	case len(names) == 0:
		return ""
	case slices.Contains(names, "content-type") && len(names) == 1:
		return "The mode also leaves out the script's Content-Type: the server gets text/plain, or the type that the content implies, and may refuse it."
	case slices.Contains(names, "content-type"):
		return "The mode also leaves out headers that the script sets: " + strings.Join(names, ", ") + ". Of Content-Type the server is told what the content implies, text/plain for a text."
	}
	return "The mode also leaves out headers that the script sets: " + strings.Join(names, ", ") + "."
}

// rewordOpaque says what is needed once the mode is gone.
func (s *sighting) rewordOpaque(a *Answer) {
	method := spec.NormalizeMethod(orGET(s.method))
	var lines []string
	if !spec.IsSafelistedMethod(method) {
		lines = append(lines, "Access-Control-Allow-Methods: "+method)
	}
	if names := s.leftOut(); len(names) > 0 {
		lines = append(lines, "Access-Control-Allow-Headers: "+strings.Join(names, ", "))
	}
	if len(lines) > 0 {
		a.Fix.Do += " Without that mode the browser asks for permission first (OPTIONS): answer that with 204, the same Access-Control-Allow-Origin and " + strings.Join(lines, " and ") + "."
	}
}
