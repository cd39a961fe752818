package explain

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// The places to fill in of a command: what the input does not say.
const (
	UnnamedURL    = "URL"
	UnnamedPage   = "PAGE_ORIGIN"
	UnnamedMethod = cases.UnnamedMethod
	UnnamedHeader = cases.UnnamedHeader
	UnnamedValue  = "VALUE"
)

// check is the command that shows what the server does. It sends no secrets: where the server
// needs one, it has to be added.
func (s *sighting) check(c *Context) string {
	u := safeURL(orSome(s.from, s.url))
	switch {
	case s.answers != nil && s.answers.engine != "":
		return "" // the server was asked
	case s.nothing, s.notice != nil, u == "" && s.reason == ReasonAllowed:
		return ""
	case u == "" && s.host != "":
		u = "https://" + s.host + "/"
	case u == "":
		u = UnnamedURL
	}
	page := orSome(s.origin, UnnamedPage)
	if s.config != nil {
		page = orSome(s.origin, s.config.clean, UnnamedPage)
	}
	if cmd, other := s.otherCommand(u, page); other {
		return cmd
	}
	method, names := s.asksFor(c)
	if s.notPreflight() {
		return strings.Replace(s.fetchCommand(u, page, "GET", orSome(names, UnnamedHeader)), " --from ", " -X "+UnnamedMethod+" --from ", 1)
	}
	if s.asksUnnamed(method, names) {
		return s.unnamedCommand(u, page, names)
	}
	return s.fetchCommand(u, page, method, names)
}

// otherCommand is the command where fetch shows nothing of what decides; empty where no server can
// show it. other is false where fetch shows it.
func (s *sighting) otherCommand(u, page string) (cmd string, other bool) {
	switch s.reason {
	case ReasonWebSocket:
		return "curl -sv --http1.1 " + quote("http"+strings.TrimPrefix(u, "ws")) + " -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' -H " + quote("Origin: "+page), true
	case ReasonMissingPrivateNetwork, ReasonInvalidPrivateNetwork:
		return privateNetworkCommand(u, page), true
	case ReasonFrame:
		return framingCommand(u), true
	case spec.ReasonCSP:
		if s.param == frameAncestors {
			return framingCommand(u), true
		}
		return "curl -sI " + quote(page) + " | grep -i content-security-policy", true
	case spec.ReasonMixedContent, spec.ReasonCorsDisabledScheme, spec.ReasonDisallowedByMode, ReasonByClient, spec.ReasonLocalPermission, spec.ReasonInsecureLocalNetwork,
		spec.ReasonLocalTarget, spec.ReasonWorker, ReasonAborted, ReasonOtherOrigin, ReasonForbiddenHeader, spec.ReasonIntegrity, ReasonPreload:
		return "", true
	}
	return "", false
}

func framingCommand(u string) string {
	return "curl -sI " + quote(u) + " | grep -i -e x-frame-options -e content-security-policy"
}

// asksUnnamed tells whether permission was asked for what the text does not name: by a method
// that it does not say, or, since a method needed none, for headers. Where a script's error is all
// that there is, nothing is named.
func (s *sighting) asksUnnamed(method, names string) bool {
	if s.answers != nil {
		return false
	}
	if s.muted { // a script is asked for by GET
		return false
	}
	if s.reason == ReasonUndetermined {
		return s.method == "" && len(s.same) == 0 && s.config == nil
	}
	return s.preflight == yes && (s.unnamedMethod() || spec.IsSafelistedMethod(method) && names == "")
}

// unnamedMethod tells whether the text does not say the method of the request.
func (s *sighting) unnamedMethod() bool {
	return s.method == "" && (s.reason != spec.ReasonMethodDisallowedByPreflightResponse || s.param == "")
}

// unnamedCommand makes the request that a message about a preflight is about, with places to
// fill in: another request, such as one without a preflight, may well be allowed.
func (s *sighting) unnamedCommand(url, page, names string) string {
	method := UnnamedMethod
	if !s.unnamedMethod() {
		method = spec.NormalizeMethod(s.methodAsked())
	}
	cmd := s.fetchCommand(url, page, "GET", orSome(names, UnnamedHeader))
	return strings.Replace(cmd, " --from ", " -X "+word(method)+" --from ", 1)
}

// fetchCommand makes the request as a browser does.
func (s *sighting) fetchCommand(url, page, method, names string) string {
	cmd := "corsproof fetch " + quote(url)
	if other := s.otherPage(); other != "" && s.reason == spec.ReasonAllowOriginMismatch && s.answers == nil && s.from == "" {
		cmd += " --from " + word(other) // what a cache keeps of this page's is what the other may get
	}
	cmd += " --from " + word(page)
	if method != "GET" {
		cmd += " -X " + word(method)
	}
	if names != "" {
		for name := range strings.SplitSeq(names, ",") {
			cmd += " -H " + quote(name+": "+valueToFill(name))
		}
	}
	if s.mode == spec.CredentialsInclude {
		cmd += " --credentials"
	}
	return cmd
}

// valueToFill is the value of a header in a command. The one that nearly every script has is given;
// others are the script's, and may be secret.
func valueToFill(name string) string {
	if strings.EqualFold(name, "Content-Type") {
		return "application/json"
	}
	return UnnamedValue
}

// aboutCheck says what has to be filled in in a command, and what it does besides.
func (s *sighting) aboutCheck(command string) (notes []string) {
	if strings.Contains(command, hidden) {
		notes = append(notes, "The command leaves out what looks like a secret: put it back in place of "+hidden+".")
	}
	if places := placesOf(command); places != "" {
		if s.muted {
			places = strings.Replace(places, "that was asked for", "of the script", 1)
		}
		notes = append(notes, "In the command "+places+". DevTools (Network) has it.")
	}
	switch m := methodFlag.FindStringSubmatch(command); {
	case strings.HasPrefix(command, "curl "):
		notes = append(notes, "corsproof fetch does not look at what decides here, so that the command is one of curl.")
	case m != nil && m[1] != UnnamedMethod && m[1] != "HEAD" && m[1] != "GET":
		granted := " if the preflight is granted"
		if spec.IsSafelistedMethod(m[1]) && !strings.Contains(command, " -H ") {
			granted = ""
		}
		notes = append(notes, fmt.Sprintf("The command sends the %s itself%s, without content: ask a server where that does no harm.", m[1], granted))
	}
	return notes
}

var methodFlag = regexp.MustCompile(` -X (\S+)`)

// placesOf says what the places to fill in of a command stand for; empty: it has none.
func placesOf(command string) string {
	var list []string
	for _, p := range []struct{ name, in, means string }{
		{UnnamedURL, " '" + UnnamedURL + "'", "the URL that was asked for"},
		{UnnamedPage, UnnamedPage, "the origin of the page (such as http://localhost:3000)"},
		{UnnamedMethod, " -X " + UnnamedMethod, "the method of the request"},
		{UnnamedHeader, " '" + UnnamedHeader + ": ", "each header that the script sets, if any"},
		{UnnamedValue, ": " + UnnamedValue + "'", "what the script sends in that header"},
	} {
		if !strings.Contains(command, p.in) {
			continue
		}
		verb := ""
		if len(list) == 0 {
			verb = " stands"
		}
		list = append(list, p.name+verb+" for "+p.means)
	}
	return strings.Join(list, ", ")
}

// asksFor are the method and the names of headers for which a browser asks permission.
func (s *sighting) asksFor(c *Context) (method, names string) {
	method = "GET"
	if s.method != "" {
		method = spec.NormalizeMethod(s.method)
	}
	if s.reason == spec.ReasonMethodDisallowedByPreflightResponse && s.param != "" {
		method = orSome(s.meant(), s.param)
	}
	if method == "HEAD" && s.answers != nil && s.answers.noOrigin { // curl -I, and no page
		method = "GET"
	}
	header := c.Header
	if s.answers != nil {
		header = s.answers.scriptHeader()
	}
	if s.presumed || s.isUnasked() || s.reason == ReasonOpaque { // it is to be taken out
		header = header.Without(isResponseHeader)
	}
	list := spec.UnsafeRequestHeaderNames(unsafeValues(header))
	if s.presumed {
		return method, strings.Join(list, ",")
	}
	if s.reason == spec.ReasonHeaderDisallowedByPreflightResponse && s.param != "" && !containsFold(list, s.param) {
		list = append(list, strings.ToLower(s.param))
	}
	return method, strings.Join(list, ",")
}

var harmlessWord = regexp.MustCompile(`^[A-Za-z0-9:/._\[\]-]+$`)

// word is a word for a POSIX shell, quoted where it has to be.
func word(s string) string {
	if harmlessWord.MatchString(s) {
		return s
	}
	return quote(s)
}

// quote writes a word for a POSIX shell.
func quote(word string) string {
	if strings.Contains(word, "'") {
		word = strings.ReplaceAll(word, "'", `'\''`)
	}
	return "'" + word + "'"
}
