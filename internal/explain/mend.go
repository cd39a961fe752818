package explain

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
	"github.com/corsproof/corsproof/spec"
)

// mend are the lines of the answer that stopped the request and those in their place with
// which the browser goes on. Of the answer's other lines none is among them. Where the input
// does not show the answer, what the browser's sentence finds fault with is taken to be all.
func (s *sighting) mend(c *Context) (received, wanted []string) {
	switch {
	case s.stoppedAtLogin():
		return s.fieldLines(), nil
	case s.redirectsToLogin():
		to, _ := s.location()
		return []string{s.statusText(), "Location: " + agent.Show(safeURL(to))}, nil
	case s.leadsAway() != "":
		return s.requestLines(s.leadsAway())
	case s.tainted() && s.answers == nil && headerOf(s.reason) != "Access-Control-Allow-Origin": // who asks for it at once is refused as well
		return s.fieldLines(), nil
	case s.tainted():
		return s.requestLines(s.url)
	case s.meant() != "":
		return []string{askedLine(s.param, orSome(s.from, s.url))}, []string{askedLine(s.meant(), orSome(s.from, s.url))}
	case strings.HasPrefix(strings.ToLower(s.param), "access-control-"), s.origin == "null" && s.named() == "" && (s.mismatched() || onRequest(s.reason) == spec.ReasonMissingAllowOriginHeader && s.withoutAnOrigin()):
		return s.fieldLines(), nil // the script is to be changed, or the page
	}
	m := &mending{s: s}
	m.status()
	m.allowOrigin()
	m.allowCredentials()
	if s.preflight == yes {
		m.lists(c)
	}
	m.vary()
	return m.received, m.wanted
}

// mismatched tells whether the answer names an origin, and another one.
func (s *sighting) mismatched() bool {
	switch onRequest(s.reason) {
	case spec.ReasonAllowOriginMismatch, spec.ReasonInvalidAllowOriginValue, spec.ReasonMultipleAllowOriginValues:
		return true
	}
	return false
}

// mending collects the lines of an answer that are not as the browser wants them.
type mending struct {
	s                *sighting
	received, wanted []string
}

// replace puts lines in the place of those of a field.
func (m *mending) replace(name string, lines ...string) {
	if headerOf(m.s.reason) == name {
		m.received = append(m.received, m.s.fieldLines()...)
	} else {
		for _, v := range m.s.fields.Values(name) {
			m.received = append(m.received, name+": "+agent.Show(safeValue(name, v)))
		}
	}
	m.wanted = append(m.wanted, lines...)
}

// status is the first line, where it is wrong for a preflight, or is an error or a redirect.
func (m *mending) status() {
	s := m.s
	preflight := s.preflight == yes
	switch {
	case preflight && (onRequest(s.reason) == "InvalidStatus" || onRequest(s.reason) == "DisallowedRedirect" || s.status != 0 && !spec.OKStatus(s.status)):
		if s.status != 0 {
			m.received = append(m.received, s.statusText())
		}
		m.wanted = append(m.wanted, "204 No Content")
	case s.status >= 300 && onRequest(s.reason) == spec.ReasonMissingAllowOriginHeader:
		m.received, m.wanted = append(m.received, s.statusText()), append(m.wanted, s.statusText())
	}
}

// allowOrigin is the origin that is let in.
func (m *mending) allowOrigin() {
	s := m.s
	about := onRequest(s.reason)
	const name = "Access-Control-Allow-Origin"
	switch {
	case s.fields != nil && s.letsIn():
	case s.fields == nil && s.listed() && !s.mismatched() && about != spec.ReasonWildcardOriginNotAllowed: // it passed
	case about == spec.ReasonMissingAllowOriginHeader && s.fields == nil && len(s.same) > 0: // or it has another value
		m.wanted = append(m.wanted, name+": "+s.page())
	case about == spec.ReasonMissingAllowOriginHeader:
		m.received, m.wanted = append(m.received, "(no "+name+")"), append(m.wanted, name+": "+s.page())
	default:
		m.replace(name, name+": "+s.page())
	}
}

// letsIn tells whether Access-Control-Allow-Origin is as the browser wants it.
func (s *sighting) letsIn() bool {
	list := s.fields.Values(allowOrigin)
	if len(list) != 1 {
		return false
	}
	return list[0] == s.page() || s.verdict != nil && list[0] == s.verdict.origin || list[0] == "*" && s.mode != spec.CredentialsInclude
}

// page is the origin to let in.
func (s *sighting) page() string { return orSome(s.named(), "(the page's origin)") }

// allowCredentials is there where the request has credentials.
func (m *mending) allowCredentials() {
	s := m.s
	const name = "Access-Control-Allow-Credentials"
	if s.mode != spec.CredentialsInclude || slices.Equal(s.fields.Values(name), []string{"true"}) {
		return
	}
	if s.fields == nil && s.listed() && headerOf(s.reason) != name && onRequest(s.reason) != spec.ReasonWildcardOriginNotAllowed {
		return // it passed
	}
	m.replace(name, name+": true")
}

// lists are the method and the headers that the preflight asked for. Package diagnose decides by the same
// (diagnose.ListsAllow) and writes other lines: it has a policy, whose whole list is wanted. Here one
// request is known, and what the input does not show of the lists is to stay as it is.
func (m *mending) lists(c *Context) {
	s := m.s
	method, names := s.wants(c)
	about := onRequest(s.reason)
	known := s.fields != nil || !s.listed()
	if about == spec.ReasonMethodDisallowedByPreflightResponse || about == spec.ReasonInvalidAllowMethodsPreflightResponse || known && !s.allowsMethod(method) {
		var list []string
		if about == spec.ReasonMethodDisallowedByPreflightResponse || !spec.IsSafelistedMethod(method) {
			list = []string{method}
		}
		m.list("Access-Control-Allow-Methods", list)
	}
	if about == spec.ReasonHeaderDisallowedByPreflightResponse || about == spec.ReasonInvalidAllowHeadersPreflightResponse || known && !s.allowsHeaders(names) {
		m.list("Access-Control-Allow-Headers", s.unlisted(names))
	}
}

// list adds names to a list; where it is to have none, nothing stands in its place.
func (m *mending) list(name string, names []string) {
	if lines := m.s.listWith(name, names...); !strings.Contains(lines[0], noNames) || m.s.fields == nil {
		m.replace(name, lines...)
		return
	}
	m.replace(name)
}

// wants are the method and the headers for which permission is asked; what the input does not
// say stands in brackets.
func (s *sighting) wants(c *Context) (method string, names []string) {
	if v := s.verdict; v != nil && v.method != "" {
		return v.method, v.names
	}
	method, list := s.asksFor(c)
	names = strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
	if s.asksUnnamed(method, list) {
		if s.unnamedMethod() {
			method = "(the request's method)"
		}
		if list == "" {
			names = []string{"(the headers that the script sets)"}
		}
	}
	return method, names
}

// allowsMethod tells whether the list of methods, where there is one, has that method, or it needs no permission.
func (s *sighting) allowsMethod(method string) bool {
	methods, _ := diagnose.ListsAllow(s.mode, method, nil, s.fields)
	return methods
}

// allowsHeaders tells whether the list of headers has all of the names.
func (s *sighting) allowsHeaders(names []string) bool {
	_, headers := diagnose.ListsAllow(s.mode, "", names, s.fields)
	return headers
}

// unlisted are the names that the list of headers does not cover.
func (s *sighting) unlisted(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return s.allowsHeaders([]string{name}) })
}

// vary is there where the answer is for one origin alone, which it was not.
func (m *mending) vary() {
	if slices.ContainsFunc(m.wanted, func(l string) bool { return strings.HasPrefix(l, "Access-Control-Allow-Origin: ") }) && !variesByOrigin(m.s.fields) {
		m.wanted = append(m.wanted, "Vary: Origin")
	}
}

// requestLines are the script's request, and one for another URL in its place.
func (s *sighting) requestLines(to string) (received, wanted []string) {
	method := spec.NormalizeMethod(s.method)
	if s.answers != nil {
		method = spec.NormalizeMethod(orGET(s.method))
	}
	return []string{askedLine(method, orSome(s.from, s.url))}, []string{askedLine(method, to)}
}

// askedLine is a request in a line, as far as method and URL are known.
func askedLine(method, url string) string { return strings.TrimSpace(method + " " + safeURL(url)) }

// target is the URL to which a preflight was redirected, where a script may as well ask for that;
// empty: it is not known, or somebody has to sign in there.
func (s *sighting) target() string {
	location, ok := s.location()
	if !ok || len(s.fields.Values("Location")) > 1 || redirectOf(s.url, location) == "login" {
		return ""
	}
	to := resolve(s.url, location)
	if originOf(to) == "" || to == s.url || to == s.from || strings.Contains(to, "@") {
		return ""
	}
	return to
}
