package explain

import (
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
	case s.leadsAway() != "", s.misspelling() != nil: // to be mended in the script, or where the header is written
	case stack == nil && cause.Setting != "":
		s.offerStack(cause)
	case stack != nil && !s.tainted() && !s.stoppedAtLogin():
		a.Fix.Text, a.Fix.Proved = cases.NeededFix(stack, cause, s.policy(cause, c), cases.Values{Origin: s.named(), Method: s.method})
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
	if s.layerRefuses() {
		for _, id := range s.refusedBy.stacks {
			given = append(given, "--stack "+id)
		}
	}
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
	case sideOf(cause) == cases.SideServer && !s.tainted() && !s.stoppedAtLogin(): // else it is no matter of a setting
		s.notes = append(s.notes, "With --stack ID, such as --stack express or --stack nginx, the setting of your server is shown; --stack help names all.")
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
func (s *sighting) policy(cause *cases.Cause, c *Context) *cases.Policy {
	p := &cases.Policy{Name: "page", Credentials: s.mode == spec.CredentialsInclude || s.config != nil && s.config.logins}
	if o := s.named(); o != "" {
		p.Origins = []string{o}
	}
	method, names := s.wants(c)
	names = slices.Clone(names)
	if strings.HasPrefix(method, "(") {
		method = UnnamedMethod
	}
	for i := range names {
		if strings.HasPrefix(names[i], "(") {
			names[i] = UnnamedHeader
		}
	}
	p.Methods = s.also(allowMethods, method)
	p.Methods = slices.DeleteFunc(p.Methods, func(m string) bool { return spec.IsSafelistedMethod(m) && m != s.param })
	p.RequestHeaders = s.also(allowHeaders, names...)
	switch { // the other list stays as it is where it has what it needs
	case cause.Setting == cases.SettingMethods && (s.fields == nil || s.allowsHeaders(names)):
		p.RequestHeaders = nil
	case cause.Setting == cases.SettingHeaders && (s.fields == nil || s.allowsMethod(method)):
		p.Methods = nil
	}
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
