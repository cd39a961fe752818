package explain

import (
	"net/url"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// verdict is what the model makes of a request and the answers to it.
type verdict struct {
	reason spec.Reason // empty: the page can read the answer
	param  string
	hop    int
	typ    spec.ResponseType
	// needs is the answer that the input does not have: "preflight" or "response"; empty: none.
	needs string
	// assumed: a preflight whose answer is not shown was taken for granted, because the
	// request after it was sent.
	assumed  bool
	readable map[string]string
	// origin is the Origin of the last request, a preflight or not: null after a redirect to
	// another origin. method and names are what the last preflight asked for; empty without one.
	origin, method string
	names          []string
}

// decide lets the model decide about the answers of a sighting. It gives the verdict with
// the credentials mode that fits what the browser did, and that mode.
func (a *answersSeen) decide(browser string) (verdict, spec.CredentialsMode) {
	if a.credentials {
		return a.run(browser, a.request.Credentials), a.request.Credentials
	}
	v := a.run(browser, spec.CredentialsSameOrigin)
	if v.reason == "" && a.blocked == yes { // it was not without credentials, then
		if w := a.run(browser, spec.CredentialsInclude); w.reason != "" {
			return w, spec.CredentialsInclude
		}
	}
	return v, spec.CredentialsSameOrigin
}

// run lets the model decide with a credentials mode.
func (a *answersSeen) run(browser string, mode spec.CredentialsMode) verdict {
	engine := a.engine
	if engine == "" {
		engine = engineOf(browser)
	}
	return a.runAs(engine, mode)
}

// runAs lets the model decide as an engine does.
func (a *answersSeen) runAs(engine spec.Engine, mode spec.CredentialsMode) verdict {
	req := a.request
	req.Credentials = mode
	f := spec.Begin(req, spec.Options{Engine: engine})
	var v verdict
	for {
		next := f.Next()
		if next.Kind == spec.ActionDone {
			break
		}
		if next.Hop >= len(a.hops) {
			v.needs, v.hop = "response", next.Hop
			return v
		}
		v.sends(&next)
		hop := &a.hops[next.Hop]
		switch {
		case next.Kind == spec.ActionPreflight && hop.preflight != nil:
			f.Deliver(*hop.preflight)
		case next.Kind == spec.ActionPreflight && hop.response != nil:
			v.assumed = true
			f.Deliver(granting(&next, mode))
		case next.Kind == spec.ActionPreflight:
			v.needs, v.hop = "preflight", next.Hop
			return v
		case hop.response != nil:
			f.Deliver(*hop.response)
		default:
			v.needs, v.hop = "response", next.Hop
			return v
		}
	}
	out := f.Outcome()
	v.reason, v.param, v.typ, v.readable = out.Reason, out.FailedParameter, out.Type, out.Readable
	v.hop = max(out.FailedHop, 0)
	if out.Result == spec.Invalid || out.Result == spec.TypeError {
		v.needs = "request"
	}
	return v
}

// sends takes over what is sent.
func (v *verdict) sends(a *spec.Action) {
	v.origin, _ = a.Header.Get("Origin")
	v.method, v.names = "", nil
	if a.Kind != spec.ActionPreflight {
		return
	}
	v.method, _ = a.Header.Get("Access-Control-Request-Method")
	if list, ok := a.Header.Get("Access-Control-Request-Headers"); ok {
		v.names = strings.Split(list, ",")
	}
}

// granting is an answer to a preflight that grants what it asks for.
func granting(a *spec.Action, mode spec.CredentialsMode) spec.Response {
	var h spec.Header
	o, _ := a.Header.Get("Origin")
	h.Add("Access-Control-Allow-Origin", o)
	if mode == spec.CredentialsInclude {
		h.Add("Access-Control-Allow-Credentials", "true")
	}
	m, _ := a.Header.Get("Access-Control-Request-Method")
	h.Add("Access-Control-Allow-Methods", m)
	if names, ok := a.Header.Get("Access-Control-Request-Headers"); ok {
		h.Add("Access-Control-Allow-Headers", names)
	}
	return spec.Response{Status: 204, Header: h}
}

// engineOf is the engine whose departures count: Chromium's where none is named, for most
// browsers are.
func engineOf(browser string) spec.Engine {
	switch browser {
	case "firefox":
		return spec.EngineFirefox
	case "safari":
		return spec.EngineWebKit
	}
	return spec.EngineChromium
}

// settle decides a sighting that has answers and no sentence of a browser.
func (s *sighting) settle(c *Context) {
	a := s.answers
	if a == nil || s.reason != "" {
		return
	}
	if s.stoppedBefore() || s.setsResponseHeader() {
		return
	}
	v, mode := a.decide(s.browser)
	if a.asksOther(&v) {
		a.hops[0].preflight, s.otherPreflight = nil, true
		w := v.param
		if v, mode = a.decide(s.browser); v.reason == "" {
			v.param = w
		}
	}
	s.mode, s.verdict = mode, &v
	s.param = v.param
	switch {
	case v.needs == "response" && v.hop == 0 && a.preflightAlone:
		s.reason = reasonGranted
	case v.needs != "":
		s.reason = ReasonUndetermined
	case v.reason != "" && s.storedDecides(&v, c):
	case v.reason != "":
		s.failedWith(&v)
	case v.typ == spec.TypeOpaque:
		s.reason = ReasonOpaque
	case c.Reads != "" && s.hides(c.Reads, &v):
		s.reason, s.param = ReasonHeaderNotExposed, c.Reads
	case v.assumed && !a.browserSent:
		s.unasked(&v)
	default:
		s.readableAnswer(a, &v)
	}
}

// stoppedBefore takes over what stops a request before it is sent, where browsers agree about it.
// Where they do not, or a permission decides, it is no more than the first that it can be.
func (s *sighting) stoppedBefore() bool {
	a := s.answers
	r, sure := beforeCORS(s.origin, s.url)
	if scheme, _, ok := strings.Cut(s.url, "://"); ok && !isWebScheme(scheme) { // whoever asks
		r, sure = spec.ReasonCorsDisabledScheme, true
	}
	switch {
	case r == "" || a.answered() && a.blocked != unknown:
		return false
	case sure:
		s.reason = r
		return true
	case !a.answered() && a.blocked == unknown && !s.needsPreflight():
		s.leaning = r
	}
	return false
}

// isWebScheme tells whether browsers make requests with CORS by a scheme.
func isWebScheme(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "http", "https", "ws", "wss":
		return true
	}
	return false
}

// needsPreflight tells whether permission is asked for what is known of the request.
func (s *sighting) needsPreflight() bool {
	return spec.NeedsPreflight(spec.NormalizeMethod(orGET(s.answers.request.Method)), unsafeValues(s.answers.scriptHeader()), false)
}

// scriptHeader are the headers of the request that its script sets, with the Content-Type of its content.
func (a *answersSeen) scriptHeader() spec.Header {
	h := a.request.Header
	if b := a.request.Body; b != nil && b.ContentType != "" && !h.Has("Content-Type") {
		h = append(slices.Clone(h), spec.Field{Name: "Content-Type", Value: b.ContentType})
	}
	return h
}

// answered tells whether there is any answer.
func (a *answersSeen) answered() bool {
	for i := range a.hops {
		if a.hops[i].preflight != nil || a.hops[i].response != nil {
			return true
		}
	}
	return false
}

// failedWith takes over a check that failed.
func (s *sighting) failedWith(v *verdict) {
	a := s.answers
	s.reason = v.reason
	if s.preflight = no; v.reason.IsPreflight() {
		s.preflight = yes
	}
	if v.hop >= len(a.hops) {
		return
	}
	hop := &a.hops[v.hop]
	if s.hop = v.hop; v.hop > 0 {
		s.from, s.url = s.url, hop.url
	}
	failing := hop.response
	if s.preflight == yes {
		failing = hop.preflight
	}
	if failing == nil {
		return
	}
	s.status, s.fields = failing.Status, failing.Header
	s.hsts = isHSTS(failing) || v.hop > 0 && isHSTS(a.hops[v.hop-1].response)
	if list := s.fields.Values(headerOf(v.reason)); len(list) > 0 {
		s.value = text(strings.Join(list, ", "))
	}
	if onRequest(v.reason) == spec.ReasonMissingAllowOriginHeader && (a.noOrigin || a.unseen && s.origin == "") && v.hop == 0 && s.misspelling() == nil {
		s.reason = ReasonUndetermined
	}
}

// isHSTS tells whether an answer is Chromium's own: it turned http into https, because the
// host had told it so before (net/url_request/url_request_http_job.cc).
func isHSTS(r *spec.Response) bool {
	if r == nil {
		return false
	}
	why, _ := r.Header.Get("Non-Authoritative-Reason")
	return strings.EqualFold(why, "HSTS")
}

// hides tells whether an answer has a header that a script cannot read.
func (s *sighting) hides(name string, v *verdict) bool {
	h := s.header()
	if !h.Has(name) && v.typ != spec.TypeCORS {
		return false
	}
	_, ok := v.readable[strings.ToLower(name)]
	s.fields = h
	return !ok && (h.Has(name) || s.answers.blocked == unknown && !spec.IsSafelistedResponseHeaderName(strings.ToLower(name)))
}

// readableAnswer is one that the page can read: what else can be wrong with it.
func (s *sighting) readableAnswer(a *answersSeen, v *verdict) {
	last := a.hops[len(a.hops)-1].response
	s.reason = ReasonAllowed
	if last == nil {
		return
	}
	s.status, s.fields = last.Status, last.Header
	if last.Status < 400 {
		return
	}
	s.reason = ReasonHTTPError
	credentials, _ := last.Header.Get("Access-Control-Allow-Credentials")
	sentSome := a.request.Header.Has("Cookie") || a.request.Header.Has("Authorization")
	if (last.Status == 401 || last.Status == 403) && credentials == "true" && !sentSome && v.typ == spec.TypeCORS && s.scheme() == "" {
		s.reason = ReasonCookieNotSent
	}
}

// redirectOf says where a redirect leads to: slash, https, login, host or other.
func redirectOf(from, location string) string {
	u, err := url.Parse(from)
	if err != nil {
		return "other"
	}
	to, err := u.Parse(location)
	if err != nil {
		return "other"
	}
	switch {
	case origin.LeadsToLogin(from, to.String()):
		return "login"
	case u.Scheme == "http" && to.Scheme == "https" && u.Hostname() == to.Hostname():
		return "https"
	case u.Host == to.Host && strings.TrimSuffix(u.Path, "/") == strings.TrimSuffix(to.Path, "/") && u.Path != to.Path:
		return "slash"
	case origin.Host(u.String()) != origin.Host(to.String()):
		return "host"
	}
	return "other"
}
