package explain

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// fixFor adds what to write in the configuration of the stack that is given, or that the
// answer names.
func (s *sighting) fixFor(a *Answer, cause *cases.Cause, c *Context) {
	if cause == nil || cause.Setting == "" {
		return
	}
	stack, by := c.Stack, ""
	if stack == nil {
		stack, by = s.stack()
	}
	if stack == nil {
		return
	}
	a.Fix.Text, a.Fix.Proved = cases.Fix(stack, cause, s.policy(), cases.Values{Origin: s.named(), Method: s.method})
	if a.Fix.Text != "" {
		a.Fix.Stack, a.Fix.By = stack.Name, by
	}
	if o := s.named(); a.Fix.Proved && o != "" {
		a.Fix.Text = strings.NewReplacer(measuredWith, o, regexp.QuoteMeta(measuredWith), regexp.QuoteMeta(o)).Replace(a.Fix.Text)
	}
}

// measuredWith is the page's origin in the configurations that were measured.
const measuredWith = "https://app.example.com"

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

// policy is what this page needs.
func (s *sighting) policy() *cases.Policy {
	p := &cases.Policy{Name: "page", Credentials: s.mode == spec.CredentialsInclude}
	if o := s.named(); o != "" {
		p.Origins = []string{o}
	}
	method := s.method
	if onRequest(s.reason) == spec.ReasonMethodDisallowedByPreflightResponse && s.param != "" {
		method = s.param
	}
	if method != "" && !spec.IsSafelistedMethod(method) {
		p.Methods = []string{method}
	}
	if s.reason == spec.ReasonHeaderDisallowedByPreflightResponse && s.param != "" {
		p.RequestHeaders = []string{s.param}
	}
	if s.reason == ReasonHeaderNotExposed {
		p.ExposeHeaders = []string{s.param}
	}
	return p
}

// check is the command that shows what the server does, and whose output can be explained
// again. It sends no secrets: where the server needs one, it has to be added.
func (s *sighting) check(c *Context) string {
	u := safeURL(s.url)
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
	case ReasonCSP:
		page := s.origin
		if page == "" {
			page = "PAGE"
		}
		return "curl -sI " + quote(page) + " | grep -i content-security-policy"
	case ReasonMixedContent, spec.ReasonCorsDisabledScheme, spec.ReasonDisallowedByMode, ReasonByClient, ReasonLocalPermission, ReasonLocalInsecure,
		ReasonLocalSpace, ReasonServiceWorker, ReasonAborted, ReasonOtherOrigin, ReasonForbiddenHeader, ReasonIntegrity:
		return "" // no server can show it
	}
	page := s.origin
	if page == "" {
		page = "PAGE_ORIGIN"
	}
	method, names := s.asksFor(c)
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

// fetchCommand makes the request as a browser does.
func (s *sighting) fetchCommand(url, page, method, names string) string {
	cmd := "corsproof fetch " + quote(url) + " --from " + word(page)
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
		header = s.answers.request.Header
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
