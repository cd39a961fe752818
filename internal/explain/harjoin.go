package explain

import (
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// harReader puts the entries of a HAR together: a preflight with its request, a redirect with
// what follows, an answer that a cache gave with the one that the cache had stored.
type harReader struct {
	har     *har
	browser string
	used    []bool // entries that belong to another
	byURL   map[string][]int
	headers []spec.Header // of the requests
}

func (r *harReader) sightings() []sighting {
	entries := r.har.Log.Entries
	r.byURL = map[string][]int{}
	r.headers = make([]spec.Header, len(entries))
	for i := range entries {
		u := withoutFragment(entries[i].Request.URL)
		r.byURL[u] = append(r.byURL[u], i)
		r.headers[i] = headerOfHAR(entries[i].Request.Headers)
	}
	var list []sighting
	for i := range entries {
		if !r.used[i] && !entries[i].isPreflight(r.headers[i]) {
			if s := r.sighting(i); s != nil {
				list = append(list, *s)
			}
		}
	}
	for i := range entries { // preflights whose request is not there
		if e := &entries[i]; !r.used[i] && e.isPreflight(r.headers[i]) && e.Response.Status != 0 {
			list = append(list, *r.alone(i))
		}
	}
	for i := range entries {
		if len(list) > 0 {
			break
		}
		if s := r.ownError(i); s != nil {
			return []sighting{*s}
		}
	}
	return list
}

func withoutFragment(u string) string {
	u, _, _ = strings.Cut(u, "#")
	return u
}

// sighting is that of a request; nil where CORS has no say and nothing failed.
func (r *harReader) sighting(i int) *sighting {
	e, h := &r.har.Log.Entries[i], r.headers[i]
	s := &sighting{browser: r.browser, method: e.Request.Method, url: e.Request.URL, asker: e.Type, code: codeOf(e.errorOf()), origin: r.pageOf(i)}
	mode, _ := h.Get("Sec-Fetch-Mode")
	dest, _ := h.Get("Sec-Fetch-Dest")
	scheme, _, _ := strings.Cut(e.Request.URL, ":")
	switch {
	case scheme != "http" && scheme != "https", mode == "navigate", e.Type == "document", e.Type == "websocket":
		return nil
	case sameOrigin(s.origin, s.url) && e.errorOf() == "" && !redirects(e.Response.Status):
		return nil
	}
	cors := mode == "cors" || mode == "" && (h.Has("Origin") || e.Type == "fetch" || e.Type == "xhr" || e.Type == "font" || e.Type == "eventsource")
	if !cors && e.errorOf() == "" && (dest != "empty" || mode != "no-cors") {
		return nil
	}
	s.answers = r.answers(i, cors)
	s.refusedBy = e.refusal()
	s.failure(e)
	r.fromStore(i, s)
	return s
}

func redirects(status int) bool { return spec.RedirectStatus(status) }

// pageOf is the origin of the page that asked.
func (r *harReader) pageOf(i int) string {
	if o, ok := r.headers[i].Get("Origin"); ok && o != "" {
		return o
	}
	if ref, ok := r.headers[i].Get("Referer"); ok {
		if o := originOf(ref); o != "" {
			return o
		}
	}
	for _, p := range r.har.Log.Pages {
		if p.ID == r.har.Log.Entries[i].Page {
			return originOf(p.Title)
		}
	}
	return ""
}

// answers are the request and what was answered, redirects followed.
func (r *harReader) answers(i int, cors bool) *answersSeen {
	e, h := &r.har.Log.Entries[i], r.headers[i]
	a := &answersSeen{request: spec.Request{Method: e.Request.Method, Header: authorFields(h)}, sentOrigin: h.Has("Origin")}
	if !cors {
		a.request.Mode = spec.ModeNoCORS
	}
	if h.Has("Cookie") || len(e.Request.Cookies) > 0 {
		a.request.Credentials, a.credentials, a.cookie = spec.CredentialsInclude, true, true
	}
	a.browserSent = r.browser != "" || e.Type != "" && !e.guessed || browserHeader(h)
	if a.blocked = no; r.browser == "firefox" || r.browser == "" {
		a.blocked = unknown // it does not say
	}
	for n := 0; ; n++ {
		e = &r.har.Log.Entries[i]
		if e.errorOf() != "" {
			a.blocked = yes
		}
		hop := hopSeen{url: e.Request.URL}
		if p := r.preflightOf(i); p >= 0 {
			hop.preflight = r.preflightAnswer(p)
			// A HAR may have been saved without what is secret, such as Authorization: the preflight names it.
			names, _ := r.headers[p].Get("Access-Control-Request-Headers")
			addNames(&a.request.Header, names)
			a.asksFirst()
		}
		if e.Response.Status != 0 {
			hop.response = &spec.Response{Status: e.Response.Status, Header: headerOfHAR(e.Response.Headers)}
		}
		r.withStored(i, &hop, a.blocked)
		a.hops = append(a.hops, hop)
		next := r.redirected(i)
		if next < 0 || n > 22 {
			return a
		}
		i = next
		r.used[i] = true
	}
}

// redirected is the entry that a redirect led to; -1 for none.
func (r *harReader) redirected(i int) int {
	e := &r.har.Log.Entries[i]
	if !redirects(e.Response.Status) {
		return -1
	}
	to := e.Response.RedirectURL
	if to == "" {
		to, _ = headerOfHAR(e.Response.Headers).Get("Location")
	}
	for _, j := range r.byURL[withoutFragment(resolve(e.Request.URL, to))] {
		if j > i && !r.used[j] && !r.har.Log.Entries[j].isPreflight(r.headers[j]) {
			return j
		}
	}
	return -1
}

// preflightOf is the preflight of a request: the nearest for its URL and method, before or after it; -1 for
// none.
func (r *harReader) preflightOf(i int) int {
	best := -1
	for _, j := range r.byURL[withoutFragment(r.har.Log.Entries[i].Request.URL)] {
		m, named := r.headers[j].Get("Access-Control-Request-Method")
		if r.used[j] || !r.har.Log.Entries[j].isPreflight(r.headers[j]) || named && m != r.har.Log.Entries[i].Request.Method {
			continue
		}
		if best < 0 || abs(j-i) < abs(best-i) {
			best = j
		}
	}
	if best >= 0 {
		r.used[best] = true
	}
	return best
}

// preflightAnswer is the answer to a preflight; nil: there is none.
func (r *harReader) preflightAnswer(i int) *spec.Response {
	p := &r.har.Log.Entries[i]
	if p.Response.Status == 0 {
		return nil
	}
	return &spec.Response{Status: p.Response.Status, Header: headerOfHAR(p.Response.Headers)}
}

func abs(n int) int { return max(n, -n) }

// failure takes over what the browser says of a failure.
func (s *sighting) failure(e *entry) {
	text := plainQuotes(e.errorOf())
	if text == "" || strings.EqualFold(text, "net::err_failed") {
		return
	}
	if f := find(text); f != nil {
		s.take(f, text)
		return
	}
	if f := failed(text); f != nil {
		s.reason, s.connection = f.reason, connectionOf(f.reason, text)
	}
}

// fromStore looks for the answer that a cache gave: the request was blocked, nothing came
// from the network, and an earlier answer for the URL was stored.
func (r *harReader) fromStore(i int, s *sighting) {
	a := s.answers
	hop := &a.hops[0]
	if s.reason != "" || a.blocked != yes || hop.response != nil || hop.preflight != nil || len(a.hops) > 1 || s.method != "GET" {
		return
	}
	for _, j := range r.byURL[withoutFragment(s.url)] {
		e := &r.har.Log.Entries[j]
		if j < i && e.Response.Status >= 200 && e.Request.Method == "GET" && !e.isPreflight(r.headers[j]) {
			hop.response = &spec.Response{Status: e.Response.Status, Header: headerOfHAR(e.Response.Headers)}
			s.fromCache = true
		}
	}
}

// alone is a preflight whose request is not in the HAR.
func (r *harReader) alone(i int) *sighting {
	e := &r.har.Log.Entries[i]
	p := pair{
		request: &head{request: true, method: "OPTIONS", fields: r.headers[i]}, url: e.Request.URL,
		answer: &head{status: e.Response.Status, fields: headerOfHAR(e.Response.Headers)},
	}
	s := newSighting(&p, &Context{ResponseOf: "preflight"})
	s.browser = r.browser
	s.answers.blocked = unknown
	s.refusedBy = e.refusal()
	return &s
}
