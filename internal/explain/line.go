package explain

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Lines of a console about an answer with an error, without a word of CORS: Chrome's
//
//	POST https://api.example/orders 422 (Unprocessable Entity)
//
// which has net::ERR_FAILED before the status where CORS hides the answer, and Firefox's
//
//	XHRPOST https://api.example/orders [HTTP/1.1 422 Unprocessable Entity 12ms]
var (
	answeredLine = mustPattern(`\b(?:xhr)?(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|QUERY) (?:'(https?://[^\s']+)'|(https?://\S+)) (?:(\d{3}) \([^)]*\)|\[http/[\d.]+ (\d{3})\b)`)
	// printedStatus is how scripts print one: axios, Angular, and what people write themselves.
	printedStatus = regexp.MustCompile(`(?i)^(?:\[error\]|uncaught|unhandled|promise|rejection|\(in promise\)|[\s:])*\w*error\w*\b.{0,200}?\b(?:status(?: code)?|error|http)\b[^\d\n]{0,12}\b([45]\d\d)\b`)
	sawNothing    = mustPattern(`failed to fetch|networkerror when attempting|load failed|network error|xmlhttprequest error|err_network\b|status: 0\b|script error`)
)

// readAnswered reads such a line, and tells whether the message is one.
func (s *sighting) readAnswered(m, lower string) bool {
	h := answeredLine.groups(m, lower)
	if h == nil {
		return false
	}
	if s.url == "" {
		s.url = trimURL(h[2] + h[3])
	}
	s.takeMethod(m, h[1])
	s.status, _ = strconv.Atoi(h[4] + h[5])
	s.browser = orSome(s.browser, map[bool]string{true: "chrome", false: "firefox"}[h[4] != ""])
	s.answered = h[4] != ""
	return true
}

// loadedURL is the URL behind "Failed to load resource", with the line that DevTools adds.
var loadedURL = regexp.MustCompile(`(?i)failed to load resource: \S+\s+.*?((?:https?|wss?)://\S+?)(?::\d+(?::\d+)?)?(?:\s|$)`)

// readLoad reads what "Failed to load resource" with a code of the network is about.
func (s *sighting) readLoad(m, code string) {
	if h := loadedURL.FindStringSubmatch(m); h != nil && s.url == "" {
		s.url = trimURL(h[1])
	}
	if s.url == "" && strings.EqualFold(code, "net::err_failed") {
		s.echo = "?"
		if place := sourcePlace.FindStringSubmatch(m); place != nil {
			s.echo = place[1]
		}
	}
}

// pretends is what Safari says of a certificate.
var pretends = mustPattern(`connecting to a server that is pretending to be '?([\w.-]+?)'? which`)

// readHost reads the host of which a message without a URL speaks.
func (s *sighting) readHost(m string) {
	if h := pretends.groups(m, strings.ToLower(m)); h != nil && s.url == "" {
		s.host = h[1]
	}
}

// readScript reads what a script prints of the answer that it got, or that it got none.
func (s *sighting) readScript(m string) {
	if s.reason != "" || s.code != "" || s.resource != "" || s.answered {
		return
	}
	s.unread = sawNothing.matches(m)
	if h := printedStatus.FindStringSubmatch(m); h != nil && !s.unread {
		s.printed, _ = strconv.Atoi(h[1])
	}
}

// takeMethod takes over the method of a line. OPTIONS is that of the preflight, and not what the script
// asks with.
func (s *sighting) takeMethod(m, method string) {
	if strings.EqualFold(method, "OPTIONS") {
		s.options = true
		return
	}
	s.method = methodIn(m, method)
}

// addLine takes over what another line says of the same request.
func (s *sighting) addLine(o *sighting) {
	s.options, s.answered, s.unread = s.options || o.options, s.answered || o.answered, s.unread || o.unread
	if s.printed == 0 {
		s.printed = o.printed
	}
}

// readable tells whether the script prints the status of the line, and so has read the answer.
func (s *sighting) readable() bool { return s.answered && s.printed == s.status }

// resolveLine names what lines without a word of CORS show.
func (s *sighting) resolveLine() {
	switch {
	case s.options && s.preflight == no: // the message is not about a preflight: the script asks with it
		s.method = orSome(s.method, "OPTIONS")
	case s.options:
		s.preflight = yes
	}
	switch {
	case s.reason != "":
	case s.options && s.preflight == yes && spec.RedirectStatus(s.status):
		s.reason, s.same = spec.ReasonPreflightDisallowedRedirect, []spec.Reason{spec.ReasonPreflightMissingAllowOriginHeader}
	case s.options && s.preflight == yes && s.status >= 300:
		s.reason, s.same = spec.ReasonPreflightInvalidStatus, []spec.Reason{spec.ReasonPreflightMissingAllowOriginHeader}
	case s.answered && s.status >= 400 && !s.unread && s.code == "":
		s.reason = ReasonHTTPError
	}
}
