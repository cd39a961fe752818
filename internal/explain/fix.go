package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// fixFor adds what to write in the configuration of the stack that is given, or that the
// answer names.
func (s *sighting) fixFor(a *Answer, cause *cases.Cause, c *Context) {
	if cause == nil {
		return
	}
	stack, by := c.Stack, ""
	if stack == nil {
		stack, by = s.stack()
	}
	if stack != nil && cause.ID == "preflight-redirected-slash" && bothPaths[stack.ID] != "" {
		a.Fix.Text = bothPaths[stack.ID]
	}
	switch {
	case a.Fix.Text != "":
	case stack == nil && cause.Setting != "":
		s.offerStack(cause)
	case stack != nil && !s.tainted():
		a.Fix.Text, a.Fix.Proved = cases.NeededFix(stack, cause, s.policy(c), cases.Values{Origin: s.named(), Method: s.method})
	}
	switch {
	case a.Fix.Text != "":
		a.Fix.Stack, a.Fix.By = stack.Name, by
	case c.Stack != nil:
		s.notes = append(s.notes, "No setting of "+stack.Name+" is known that mends this.")
	}
}

// bothPaths lets a stack, by its id, answer a path with and without a slash at its end, where it
// would redirect from one to the other.
var bothPaths = map[string]string{
	// https://werkzeug.palletsprojects.com/en/stable/routing/#werkzeug.routing.Map
	"flask": "app.url_map.strict_slashes = False  # before the routes",
}

// offerStack says how to see the setting: of the stacks that the answer hints at, or of any.
func (s *sighting) offerStack(cause *cases.Cause) {
	var given []string
	for _, r := range cases.Recognise(s.header()) {
		for _, id := range r.Stacks {
			if flag := "--stack " + id; len(given) < mostOffered && !slices.Contains(given, flag) {
				given = append(given, flag)
			}
		}
	}
	switch {
	case len(given) > 0:
		s.notes = append(s.notes, "The answer looks like one of a known stack. Once more with "+strings.Join(given, " or ")+", its setting is shown.")
	case sideOf(cause) == cases.SideServer && !s.tainted() && !s.toLogin(): // else it is no matter of a setting
		s.notes = append(s.notes, "With --stack ID the setting of your server or framework is shown, such as --stack express, --stack flask or --stack nginx; --stack help names all.")
	}
}

// mostOffered is how many stacks are named of which an answer may be.
const mostOffered = 3

// stack is the stack that an answer names for certain, with the line that does.
func (s *sighting) stack() (*cases.Stack, string) {
	for _, r := range cases.Recognise(s.header()) {
		if r.Certain() {
			return cases.FindStack(r.Stacks[0]), r.Line
		}
	}
	return nil, ""
}

// named is the page's origin where it is one that can be named.
func (s *sighting) named() string {
	if s.origin == "null" {
		return ""
	}
	return s.origin
}

// policy is what this request needs, beside what the answer's lists have.
func (s *sighting) policy(c *Context) *cases.Policy {
	p := &cases.Policy{Name: "page", Credentials: s.mode == spec.CredentialsInclude}
	if o := s.named(); o != "" {
		p.Origins = []string{o}
	}
	method, names := s.wants(c)
	if strings.HasPrefix(method, "(") {
		method = ""
	}
	names = slices.DeleteFunc(slices.Clone(names), func(s string) bool { return strings.HasPrefix(s, "(") })
	p.Methods = s.also(allowMethods, method)
	p.Methods = slices.DeleteFunc(p.Methods, func(m string) bool { return spec.IsSafelistedMethod(m) && m != s.param })
	p.RequestHeaders = s.also(allowHeaders, names...)
	if s.reason == ReasonHeaderNotExposed {
		p.ExposeHeaders = s.also(exposeHeaders, s.param)
	}
	return p
}

// also are names, those of a list of the answer that decided before them. Only a preflight's lists
// of methods and headers count.
func (s *sighting) also(header string, names ...string) []string {
	var list []string
	if s.preflight == yes || header == exposeHeaders {
		list, _ = spec.ExtractTokenList(s.fields, header)
	}
	list = slices.DeleteFunc(slices.Clone(list), func(e string) bool { return e == "*" || containsFold(names, e) })
	for _, name := range names {
		if name != "" && !containsFold(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// check is the command that shows what the server does, and whose output can be explained
// again. It sends no secrets: where the server needs one, it has to be added.
func (s *sighting) check(c *Context) string {
	u := safeURL(orSome(s.from, s.url))
	switch {
	case s.answers != nil && s.answers.engine != "":
		return "" // the server was asked
	case s.nothing, u == "" && s.reason == ReasonAllowed:
		return ""
	case u == "":
		u = "URL"
	}
	switch s.reason {
	case ReasonWebSocket:
		return "curl -sv --http1.1 " + quote("http"+strings.TrimPrefix(u, "ws")) + " -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' -H " + quote("Origin: "+orSome(s.origin, "PAGE_ORIGIN"))
	case ReasonFrame:
		return "curl -sI " + quote(u) + " | grep -i -e x-frame-options -e content-security-policy"
	case spec.ReasonCSP:
		if s.param == frameAncestors {
			return "curl -sI " + quote(u) + " | grep -i -e x-frame-options -e content-security-policy"
		}
		page := s.origin
		if page == "" {
			page = "PAGE"
		}
		return "curl -sI " + quote(page) + " | grep -i content-security-policy"
	case spec.ReasonMixedContent, spec.ReasonCorsDisabledScheme, spec.ReasonDisallowedByMode, ReasonByClient, spec.ReasonLocalPermission, spec.ReasonInsecureLocalNetwork,
		spec.ReasonLocalTarget, spec.ReasonWorker, ReasonAborted, ReasonOtherOrigin, ReasonForbiddenHeader, spec.ReasonIntegrity, ReasonPreload:
		return "" // no server can show it
	}
	page := s.origin
	if page == "" {
		page = "PAGE_ORIGIN"
	}
	method, names := s.asksFor(c)
	if s.asksUnnamed(method, names) {
		return s.unnamedCommand(u, page, names)
	}
	if method == "GET" || method == "HEAD" {
		return s.fetchCommand(u, page, method, names)
	}
	// fetch would send a request that may change something, if it is granted.
	cmd := fmt.Sprintf("curl -sv -X OPTIONS %s -H %s -H %s", quote(u), quote("Origin: "+page), quote("Access-Control-Request-Method: "+method))
	if spec.IsSafelistedMethod(method) && names == "" { // a POST without preflight: what a GET gets tells most
		return fmt.Sprintf("curl -sv %s -H %s 2>&1 | corsproof explain", quote(u), quote("Origin: "+page))
	}
	if names != "" {
		cmd += " -H " + quote("Access-Control-Request-Headers: "+names)
	}
	return cmd + " 2>&1 | corsproof explain"
}

// The places to fill in of a command: what a message about a preflight does not say.
const (
	UnnamedMethod = "METHOD"
	UnnamedHeader = "NAME"
)

// asksUnnamed tells whether permission was asked for what the text does not name: by a method
// that it does not say, or, since a method needed none, for headers.
func (s *sighting) asksUnnamed(method, names string) bool {
	if s.preflight != yes || s.answers != nil {
		return false
	}
	return s.unnamedMethod() || spec.IsSafelistedMethod(method) && names == ""
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
		method = spec.NormalizeMethod(s.method)
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
		cmd += " -X " + method
	}
	if names != "" {
		for name := range strings.SplitSeq(names, ",") {
			cmd += " -H " + quote(name+": ...")
		}
	}
	if s.mode == spec.CredentialsInclude {
		cmd += " --credentials"
	}
	return cmd
}

// asksFor are the method and the names of headers for which a browser asks permission.
func (s *sighting) asksFor(c *Context) (method, names string) {
	method = "GET"
	if s.method != "" {
		method = spec.NormalizeMethod(s.method)
	}
	if s.reason == spec.ReasonMethodDisallowedByPreflightResponse && s.param != "" {
		method = s.param
	}
	header := c.Header
	if s.answers != nil {
		header = s.answers.scriptHeader()
	}
	list := spec.UnsafeRequestHeaderNames(unsafeValues(header))
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
