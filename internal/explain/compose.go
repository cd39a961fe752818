package explain

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// answers are what is said of sightings: of the one that most deserves it, with the others
// that fail behind it.
func answers(list []sighting, kind Kind, c *Context) *Answer {
	list = decided(list, c)
	first := list[0].answer(kind, c)
	for i := range list[1:] {
		if s := &list[1:][i]; rank(s.reason) < rank(ReasonHTTPError) && len(first.Others) < mostOthers {
			first.Others = append(first.Others, *s.answer(kind, c))
		}
	}
	return first
}

// decided are sightings of which all is known that can be, the one that most deserves an answer
// first. There is one at least.
func decided(list []sighting, c *Context) []sighting {
	if len(list) == 0 {
		list = []sighting{{reason: ReasonUndetermined, nothing: true}}
	}
	for i := range list {
		list[i].complete(c)
		list[i].settle(c)
		list[i].resolve()
	}
	slices.SortStableFunc(list, func(a, b sighting) int { return cmp.Compare(rank(a.reason), rank(b.reason)) })
	return list
}

// mostOthers is how many further requests are told; a HAR can have thousands.
const mostOthers = 50

// rank orders reasons: what certainly failed before what may have.
func rank(r spec.Reason) int {
	switch r {
	case ReasonAllowed, reasonGranted:
		return 5
	case ReasonHTTPError, ReasonCookieNotSent:
		return 4
	case ReasonUndetermined:
		return 3
	case ReasonAborted, ReasonForbiddenHeader, ReasonPreload:
		return 2
	case ReasonByClient:
		return 1
	}
	return 0
}

// complete fills in what the context knows, and what the model needs.
func (s *sighting) complete(c *Context) {
	s.origin, s.url, s.method = cmp.Or(s.origin, c.Origin), cmp.Or(s.url, c.URL), cmp.Or(s.method, c.Method)
	s.mode = c.Credentials
	if len(s.url) > longestURL {
		s.url = ""
	}
	if s.preflight == unknown && s.browser != "chrome" && s.wantsPreflight(c) && s.status == 0 {
		s.preflight = yes // it is the first that is checked
	}
	a := s.answers
	if a == nil {
		return
	}
	r := &a.request
	r.Origin, r.URL = s.origin, s.url
	if r.Origin == "" {
		r.Origin = s.pageLetIn()
	}
	if r.URL == "" {
		r.URL = unnamedServer
		if len(a.hops) > 0 {
			a.hops[0].url = r.URL
		}
	}
	if s.browser == "" && c.Credentials == "" && r.Credentials != "" {
		s.mode = r.Credentials
	}
}

// wantsPreflight tells whether the request is one for which permission is asked.
func (s *sighting) wantsPreflight(c *Context) bool {
	return s.method != "" && spec.NeedsPreflight(spec.NormalizeMethod(s.method), unsafeValues(c.Header), false)
}

// pageLetIn is the page that an answer names, for want of another.
func (s *sighting) pageLetIn() string {
	if v, ok := s.header().Get(allowOrigin); ok && v != "null" && isOrigin(v) {
		s.notes = append(s.notes, "The text does not say of which origin the page is. This answer lets in pages of "+v+" and no others; give yours with --from.")
		return v
	}
	return unnamedPage
}

// isOrigin tells whether a value can be a page's origin. No page has a host with *, which is one by the URL
// Standard.
func isOrigin(v string) bool {
	o, err := spec.ParseOrigin(v)
	return err == nil && o.String() == v && !strings.Contains(v, "*")
}

// resolve names what is still open.
func (s *sighting) resolve() {
	if s.reason == spec.ReasonAllowOriginMismatch && s.value != nil && !strings.Contains(*s.value, "://") && *s.value != "null" && *s.value != "*" && s.browser != "firefox" {
		// Chromium takes app.example.com:443 for a URL with the scheme app.example.com, and
		// so for another origin. It is none.
		s.reason = spec.ReasonInvalidAllowOriginValue
	}
	s.resolveLine()
	switch {
	case s.reason == reasonNoSuccess && s.preflight == yes:
		s.reason, s.code = spec.ReasonNetworkError, ""
	case s.reason == reasonNoSuccess:
		s.reason = ReasonUndetermined
		s.same = []spec.Reason{ReasonRefused, ReasonNotResolved, ReasonTLS, spec.ReasonNetworkError, spec.ReasonTooManyRedirects, ReasonByClient}
	case s.reason == "" && strings.EqualFold(s.code, "net::err_failed") && spec.RedirectStatus(s.status):
		s.reason = spec.ReasonRedirectDisallowedByMode
		s.same = []spec.Reason{spec.ReasonMissingAllowOriginHeader}
	case s.reason == "":
		s.reason = ReasonUndetermined
	}
	s.resolveEither()
	if s.preflight == yes && !s.reason.IsPreflight() {
		s.reason = onPreflight(s.reason)
		for i := range s.same {
			s.same[i] = onPreflight(s.same[i])
		}
	}
	switch onRequest(s.reason) { // which only requests with credentials can meet with
	case spec.ReasonWildcardOriginNotAllowed, spec.ReasonInvalidAllowCredentials:
		s.mode = spec.CredentialsInclude
	case ReasonCookieNotSent:
		if s.answers == nil { // a cookie of it is what the browser speaks of
			s.mode = spec.CredentialsInclude
		}
	}
	if s.reason == ReasonAllowed && s.origin == "" && s.answers != nil && s.answers.request.Origin != unnamedPage {
		s.reason = ReasonUndetermined
	}
}

// onPreflight is the name that DevTools has for a failed CORS check of a preflight's answer.
func onPreflight(r spec.Reason) spec.Reason {
	if p := "Preflight" + r; slices.Contains(spec.Reasons(), p) {
		return p
	}
	return r
}

// answer is what is said of a sighting.
func (s *sighting) answer(kind Kind, c *Context) *Answer {
	a := &Answer{
		Kind: kind, Browser: s.browser, Method: s.method, URL: safeURL(s.url), From: safeURL(s.from), Origin: s.origin, Reason: s.reason,
		Confidence: s.confidence(), Alternatives: []Alternative{},
	}
	if s.reason == reasonGranted {
		a.Reason, a.Granted = ReasonAllowed, true
	}
	if l := LayerOf(s.reason); l != spec.LayerCORS {
		a.Mask = &l
	}
	a.Header, a.Value = s.decidedBy()
	a.Received, a.Wanted = s.lines(c)
	if wrong := s.misspelling(); wrong != nil {
		a.Received, a.Wanted = s.misspeltLines(wrong, a.Wanted)
	}
	id := s.causeOf()
	cause := cases.FindCause(id)
	a.Side = sideOf(cause)
	a.Cause = Cause{Title: s.title(), Here: s.here()}
	if cause != nil {
		a.Cause.ID, a.Cause.Title, a.Cause.Why = cause.ID, cause.Title, cause.Why
		a.Fix.Do = cause.Do
		if u := s.undecided(); u != nil {
			id, a.Cause.ID, a.Cause.Title, a.Fix.Do = "", "", u.title, u.do
			a.Cause.Why = orSome(u.why, a.Cause.Why)
		}
	} else {
		a.Fix.Do = s.doInstead()
	}
	s.reword(a)
	s.fixFor(a, cause, c)
	a.Notes = s.notes
	if s.misspelling() == nil {
		a.Alternatives = append(a.Alternatives, s.alternatives(id)...)
	}
	if len(a.Alternatives) > 0 && a.Confidence == Certain {
		a.Confidence = Likely
	}
	if s.leaning != "" && s.reason == ReasonUndetermined {
		l := LayerOf(s.leaning)
		a.Reason, a.Mask = s.leaning, &l
	}
	a.Docs = docsPage(s.reason, a.Cause.ID)
	a.Check = s.check(c)
	a.Notes = append(slices.Clone(a.Notes), s.aboutCheck(a.Check)...)
	return a
}

// confidence says how far the input shows the reason.
func (s *sighting) confidence() Confidence {
	switch {
	case s.reason == ReasonUndetermined:
		return Open
	case len(s.same) > 0, s.presumed, s.reason == ReasonCookieNotSent, s.either, s.reason == ReasonHTTPError && s.answers == nil && !s.readable(), s.tainted() && s.answers == nil:
		return Likely
	}
	return Certain
}

// decidedBy is the header that decided, and its value.
func (s *sighting) decidedBy() (header, value *string) {
	name := headerOf(s.reason)
	if s.reason == spec.ReasonPreflightInvalidStatus || s.reason == ReasonHTTPError {
		if s.status != 0 {
			return nil, text(strconv.Itoa(s.status))
		}
		return nil, nil
	}
	if name == "" {
		return nil, nil
	}
	value = s.value
	if onRequest(s.reason) == spec.ReasonWildcardOriginNotAllowed {
		value = text("*")
	}
	if list := s.fields.Values(name); len(list) > 0 {
		value = text(strings.Join(list, ", "))
	}
	if value != nil {
		value = text(safeValue(name, *value))
	}
	return text(name), value
}

// headerOf is the response header that a reason is about; empty for none.
func headerOf(r spec.Reason) string {
	switch onRequest(r) {
	case spec.ReasonMissingAllowOriginHeader, spec.ReasonAllowOriginMismatch, spec.ReasonInvalidAllowOriginValue,
		spec.ReasonMultipleAllowOriginValues, spec.ReasonWildcardOriginNotAllowed:
		return "Access-Control-Allow-Origin"
	case spec.ReasonInvalidAllowCredentials:
		return "Access-Control-Allow-Credentials"
	case spec.ReasonInvalidAllowMethodsPreflightResponse, spec.ReasonMethodDisallowedByPreflightResponse:
		return "Access-Control-Allow-Methods"
	case spec.ReasonInvalidAllowHeadersPreflightResponse, spec.ReasonHeaderDisallowedByPreflightResponse:
		return "Access-Control-Allow-Headers"
	case "DisallowedRedirect", spec.ReasonRedirectContainsCredentials, spec.ReasonTooManyRedirects, spec.ReasonRedirectInvalidLocation:
		return "Location"
	case onRequest(ReasonMissingPrivateNetwork), onRequest(ReasonInvalidPrivateNetwork):
		return allowPrivateNetwork
	case ReasonHeaderNotExposed:
		return "Access-Control-Expose-Headers"
	case ReasonFrame:
		return "X-Frame-Options"
	case spec.ReasonCSP:
		return "Content-Security-Policy"
	case spec.ReasonCORPNotSameOrigin, spec.ReasonCORPNotSameSite, spec.ReasonCORPByCOEP:
		return "Cross-Origin-Resource-Policy"
	}
	return ""
}
