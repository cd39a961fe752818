package explain

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// unnamedPage and unnamedServer stand for addresses that an input does not have. They are
// never shown.
const (
	unnamedPage   = "https://page.invalid"
	unnamedServer = "https://server.invalid/"
)

// pair is a request and its answer; one of them may be missing.
type pair struct {
	request, answer *head
	url             string // empty: not known
	failure         string // why there is no answer, in the words of who asked
	byHand          bool   // it is known that no browser asked, whatever its User-Agent says
}

// pairsOf puts heads together: an answer belongs to the request before it.
func pairsOf(list []head) []pair {
	var out []pair
	list = slices.DeleteFunc(slices.Clone(list), func(h head) bool { return h.interim() })
	for i := range list {
		h := &list[i]
		n := len(out)
		switch {
		case h.request && n > 0 && out[n-1].request == nil && out[n-1].answer != nil && len(list) == 2: // DevTools has the answer first
			out[n-1].request = h
		case h.request:
			out = append(out, pair{request: h})
		case n > 0 && out[n-1].answer == nil:
			out[n-1].answer = h
		default:
			out = append(out, pair{answer: h})
		}
	}
	for i := range out {
		out[i].url = out[i].address()
	}
	return out
}

// address is the URL that a request names, as far as it does.
func (p *pair) address() string {
	if p.request == nil {
		return ""
	}
	if p.request.url != "" {
		return p.request.url
	}
	if strings.Contains(p.request.target, "://") {
		return p.request.target
	}
	host, ok := p.request.fields.Get("Host")
	if !ok {
		return ""
	}
	scheme, ok := p.request.fields.Get("x-scheme")
	if !ok {
		scheme = "https"
		if spaceOf("http://"+host) != public {
			scheme = "http"
		}
	}
	return scheme + "://" + host + p.request.target
}

// preflight tells whether a pair is a preflight.
func (p *pair) preflight(c *Context) bool {
	switch {
	case p.request != nil && p.request.method != "":
		return p.request.method == "OPTIONS" && (p.request.fields.Has("Access-Control-Request-Method") || c.ResponseOf == "preflight")
	case c.ResponseOf != "":
		return c.ResponseOf == "preflight"
	case p.answer == nil || strings.EqualFold(c.Method, "OPTIONS"):
		return false
	}
	h := p.answer.fields
	return (h.Has(allowMethods) || h.Has(allowHeaders) || h.Has("Access-Control-Max-Age")) && (p.answer.status == 204 || !h.Has("Content-Type"))
}

// sightingsOf makes sightings of heads.
func sightingsOf(list []head, c *Context) []sighting { return sightingsOfPairs(pairsOf(list), c) }

// sightingsOfPairs puts preflights and redirects together with the requests that they
// belong to.
func sightingsOfPairs(pairs []pair, c *Context) []sighting {
	var out []sighting
	for i := 0; i < len(pairs); i++ {
		s := newSighting(&pairs[i], c)
		for i+1 < len(pairs) && s.goesOn(&pairs[i+1], c) {
			i++
		}
		out = append(out, s)
	}
	return withLaterPreflights(out)
}

// newSighting is that of the first pair of a request.
func newSighting(p *pair, c *Context) sighting {
	s := sighting{url: p.url, method: c.Method, origin: c.Origin, code: p.failure}
	a := &answersSeen{hops: []hopSeen{{url: p.url}}}
	s.answers = a
	a.request = spec.Request{Method: c.Method, Header: slices.Clone(c.Header), Credentials: c.Credentials}
	a.credentials = c.Credentials != ""
	a.unseen, a.client = p.request == nil, p.client()
	if p.preflight(c) {
		s.takePreflight(p)
		if a.unseen && c.ResponseOf == "preflight" && (c.Method != "" || len(c.Header) > 0) {
			a.preflightAlone = true // whoever gives it says what it is, and what it is to grant
		}
	} else {
		s.takeRequest(p)
	}
	if f := failed(p.failure); f != nil && p.answer == nil {
		s.reason = f.reason
		s.plainHTTP = f.reason == ReasonTLS && PlainHTTP(p.failure)
		s.connection = connectionOf(f.reason, p.failure)
	}
	return s
}

// takePreflight takes over a preflight, and what it asks for.
func (s *sighting) takePreflight(p *pair) {
	a := s.answers
	hop := &a.hops[0]
	if p.answer != nil {
		hop.preflight = s.answerOf(p.answer)
	}
	if p.request != nil {
		s.takeOrigin(p.request.fields)
		if m, ok := p.request.fields.Get("Access-Control-Request-Method"); ok {
			a.request.Method = m
		}
		names, _ := p.request.fields.Get("Access-Control-Request-Headers")
		addNames(&a.request.Header, names)
		a.asked = askedFor{a.request.Method, strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' })}
		_, hasOrigin := p.request.fields.Get("Origin")
		a.noOrigin, a.sentOrigin = !hasOrigin, hasOrigin
		a.preflightAlone = hasOrigin && (p.byHand || p.namesTool())
	}
	s.method = a.request.Method
	a.asksFirst()
}

// asksFirst has the model send a preflight for a request that had one, also where nothing is known that
// needs it.
func (a *answersSeen) asksFirst() {
	if !spec.NeedsPreflight(spec.NormalizeMethod(orGET(a.request.Method)), unsafeValues(a.request.Header), false) {
		a.request.API, a.request.UploadListener, a.request.Body = spec.APIXHR, true, &spec.Body{}
	}
}

// answerOf is an answer for the model. Where the text has no status, the one is taken that
// decides nothing, and that is said.
func (s *sighting) answerOf(h *head) *spec.Response {
	status := h.status
	if status == 0 {
		status = 200
		if !slices.Contains(s.notes, noStatus) {
			s.notes = append(s.notes, noStatus)
		}
	}
	return &spec.Response{Status: status, Header: h.fields}
}

const noStatus = "The text has no status line (HTTP/1.1 200 OK). It is taken to be 200."

func orGET(method string) string {
	if method == "" {
		return "GET"
	}
	return method
}

// addNames adds headers that a preflight asks for; the values need permission, whatever they were.
func addNames(h *spec.Header, names string) {
	for name := range strings.SplitSeq(names, ",") {
		if name = strings.TrimSpace(name); name != "" && !h.Has(name) {
			h.Add(name, "")
		}
	}
	*h = unsafeValues(*h)
}

// unsafeValues gives each header without a value one that needs permission.
func unsafeValues(h spec.Header) spec.Header {
	h = slices.Clone(h)
	for i := range h {
		if h[i].Value != "" {
			continue
		}
		h[i].Value = "x"
		switch strings.ToLower(h[i].Name) {
		case "content-type":
			h[i].Value = "application/json"
		case "accept", "accept-language", "content-language":
			h[i].Value = "\"(x)\""
		case "range":
			h[i].Value = "bytes=-1"
		}
	}
	return h
}

// takeOrigin takes over the page's origin, or that of the page's address.
func (s *sighting) takeOrigin(h spec.Header) {
	if s.origin != "" {
		return
	}
	if o, ok := h.Get("Origin"); ok {
		s.origin = o
		return
	}
	if r, ok := h.Get("Referer"); ok {
		s.origin = originOf(r)
	}
}

// takeRequest takes over a request and its answer.
func (s *sighting) takeRequest(p *pair) {
	a := s.answers
	if r := p.request; r != nil {
		s.takeOrigin(r.fields)
		if r.method != "" {
			a.request.Method = r.method
		}
		a.request.Header = append(authorFields(r.fields), c0(a.request.Header, r.fields)...)
		a.noOrigin, a.sentOrigin = !r.fields.Has("Origin") && len(r.fields) > 0, r.fields.Has("Origin")
		a.browserSent = !p.byHand && p.fromBrowser()
		if r.fields.Has("Cookie") && !a.credentials && r.fields.Has("Origin") {
			a.request.Credentials, a.credentials, a.cookie = spec.CredentialsInclude, true, true
		}
		if mode, ok := r.fields.Get("Sec-Fetch-Mode"); ok && mode == "no-cors" {
			a.request.Mode = spec.ModeNoCORS
		}
	}
	s.method = a.request.Method
	if p.answer != nil {
		a.hops[len(a.hops)-1].response = s.answerOf(p.answer)
	}
}

// c0 are the headers that were said to be the script's and are not among those sent.
func c0(said, sent spec.Header) spec.Header {
	return said.Without(func(name string) bool { return sent.Has(name) })
}

// goesOn takes over the next pair if it belongs to the same request: what follows on a
// preflight, or on a redirect.
func (s *sighting) goesOn(p *pair, c *Context) bool {
	a := s.answers
	last := &a.hops[len(a.hops)-1]
	if p.preflight(c) {
		return false
	}
	if last.preflight != nil && last.response == nil && (p.url == last.url || p.url == "" || last.url == "") {
		if last.url == "" {
			last.url, s.url = p.url, p.url
		}
		asked := a.request
		if p.byHand && p.request != nil { // which may have asked for what it does not send
			a.request.Header = slices.Clone(c.Header)
		}
		s.takeRequest(p)
		if a.request.API = asked.API; asked.API == spec.APIXHR && spec.NeedsPreflight(spec.NormalizeMethod(orGET(a.request.Method)), a.request.Header, false) {
			a.request.API, a.request.UploadListener, a.request.Body = "", false, nil
		}
		return true
	}
	if last.response != nil && spec.RedirectStatus(last.response.Status) && len(a.hops) < 22 {
		location, _ := last.response.Header.Get("Location")
		if to := resolve(last.url, location); to != "" && (p.url == to || p.url == "") {
			hop := hopSeen{url: to}
			if p.answer != nil {
				hop.response = s.answerOf(p.answer)
			}
			a.hops = append(a.hops, hop)
			return true
		}
	}
	return false
}

// authorFields are the headers of a request that its script may have set; the others are
// the browser's, or curl's.
func authorFields(h spec.Header) spec.Header {
	return h.Without(func(name string) bool {
		name = strings.ToLower(name)
		return spec.IsForbiddenRequestHeader(name, "") || strings.HasPrefix(name, ":") || slices.Contains(browserFields, name)
	})
}

// browserFields are headers that browsers, curl and Postman send by themselves, and that scripts may set.
var browserFields = []string{
	"accept", "accept-language", "cache-control", "pragma", "priority", "http2-settings", "postman-token",
	"upgrade-insecure-requests", "user-agent", "x-scheme", "if-none-match", "if-modified-since", "save-data", "authority", "method", "path", "scheme", "alt-used", "downlink", "rtt", "ect", "viewport-width",
}
