package explain

import (
	"regexp"
	"strings"
)

// What stops a request within the browser, and is no extension.
var (
	trackingProtection = regexp.MustCompile(`(?i)was blocked because (?:content blocking|(?:enhanced )?tracking protection) is enabled`)
	byAdministrator    = regexp.MustCompile(`(?i)err_blocked_by_administrator`)
)

// rewordBlocker says which blocker it was, as far as the text does.
func (s *sighting) rewordBlocker(a *Answer) {
	switch {
	case s.tracking:
		a.Cause.Title = "Firefox's tracking protection blocked the request"
		a.Cause.Why = "Firefox has a list of trackers, and asks for nothing that is on it where its protection is set so. The server never saw the request."
		a.Fix.Do = "For yourself: click the shield in the address bar and switch the protection off for this page. Visitors keep theirs: let the page work without what is blocked, or serve it from your own site if it does not track."
	case byAdministrator.MatchString(s.code):
		a.Cause.Title = "A policy of the administrator blocked the request"
		a.Cause.Why = "Whoever manages this browser forbids the URL (" + s.code + "). The server never saw the request."
		a.Fix.Do = "Ask whoever manages this browser to allow the URL; chrome://policy shows the policies that are set."
	case s.code == "":
		a.Cause.Why = strings.Replace(a.Cause.Why, " (net::ERR_BLOCKED_BY_CLIENT)", "", 1)
	}
}
