package model

import (
	"context"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/httpcache"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// httpCaches are the HTTP caches of a job: one for each site, since browsers
// partition theirs (https://fetch.spec.whatwg.org/#http-cache-partitions).
type httpCaches struct {
	mu     sync.Mutex
	bySite map[string]*httpcache.Cache
}

// view is what a request sees of its job's caches. Requests that are made at
// once see them as they were before all of these: none waits for another, and
// which of them finds what another has stored would be a matter of luck.
type view struct {
	preflights *spec.PreflightCache
	stored     *httpCaches // where answers are looked up; they are stored in the job's own
}

// clone is the caches as they are now.
func (c *httpCaches) clone() *httpCaches {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := &httpCaches{bySite: map[string]*httpcache.Cache{}}
	for site, cache := range c.bySite {
		out.bySite[site] = cache.Clone()
	}
	return out
}

func (c *httpCaches) of(site string) *httpcache.Cache {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bySite == nil {
		c.bySite = map[string]*httpcache.Cache{}
	}
	if c.bySite[site] == nil {
		c.bySite[site] = &httpcache.Cache{}
	}
	return c.bySite[site]
}

// sendCached sends a GET, or answers it out of the HTTP cache as the request's
// cache mode says (https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch).
func (f *modelFetch) sendCached(ctx context.Context, a spec.Action) (spec.Response, bool) {
	mode := f.step.Request.Cache
	if (mode == "" || mode == "default") && httpcache.Conditional(a.Header) {
		mode = "no-store" // step 8.19 (the script validates by itself)
	}
	if f.step.Request.API == "eventsource" || a.Header.Has("Range") {
		mode = "no-store" // the first by its specification, the second because ranges are not stored here
	}
	cache := f.stored.of(f.partition(a))
	u, _, _ := strings.Cut(a.URL, "#")
	// With all that goes out, since Vary may name any of it (Cookie).
	req := httpcache.Request{Method: a.Method, URL: u, Header: agent.FieldsOf(f.dressed(a))}
	var entry *httpcache.Entry
	state := httpcache.Miss
	switch mode {
	case "no-store", "reload":
	case "no-cache":
		if entry, state = cache.Lookup(req); state == httpcache.Fresh {
			state = httpcache.Stale
		}
	case "force-cache", "only-if-cached":
		if entry, state = cache.Lookup(req); state == httpcache.Stale {
			state = httpcache.Fresh
		}
	default:
		entry, state = cache.Lookup(req)
	}
	switch state {
	case httpcache.Fresh:
		return f.fromCache(a, entry), true
	case httpcache.Miss:
		if mode == "only-if-cached" {
			f.out.Error = "nothing is cached"
			return spec.Response{}, false
		}
	}
	return f.fromNetwork(ctx, a, f.job.http.of(f.partition(a)), req, entry, state, mode != "no-store")
}

func (f *modelFetch) fromNetwork(ctx context.Context, a spec.Action, cache *httpcache.Cache, req httpcache.Request, entry *httpcache.Entry, state httpcache.State, store bool) (spec.Response, bool) {
	var conditions spec.Header
	if state == httpcache.Stale {
		conditions = entry.Conditions()
	}
	mode := f.step.Request.Cache
	if f.step.Request.API == "eventsource" {
		mode = "no-store" // https://html.spec.whatwg.org/#dom-eventsource
	}
	switch mode {
	case "no-store", "reload":
		conditions = spec.Header{{Name: "Pragma", Value: "no-cache"}, {Name: "Cache-Control", Value: "no-cache"}}
	case "no-cache":
		conditions = append(conditions, spec.Field{Name: "Cache-Control", Value: "max-age=0"})
	}
	ex := f.exchange(ctx, a, without(conditions, a.Header))
	if !ex.Answered() {
		return spec.Response{}, false
	}
	if state == httpcache.Stale && ex.Status == 304 && len(entry.Conditions()) > 0 {
		fresh := cache.Freshen(req, entry, ex.Response)
		f.last = string(fresh.Response.Body)
		return spec.Response{Status: fresh.Response.Status, Header: fresh.Response.Header}, true
	}
	if store && ex.Whole() {
		cache.Store(req, httpcache.Response{Status: ex.Status, Header: ex.Response, Body: []byte(ex.Body)})
	}
	return spec.Response{Status: ex.Status, Header: ex.Response}, true
}

// partition is the HTTP cache that a request uses: that of its page's site. What
// is navigated to is a page of its own.
func (f *modelFetch) partition(a spec.Action) string {
	if f.step.Request.API == "navigate" {
		return "navigation " + origin.Site(a.URL)
	}
	return origin.Site(f.step.Request.Origin)
}

// fromCache answers with a stored response.
func (f *modelFetch) fromCache(a spec.Action, e *httpcache.Entry) spec.Response {
	f.last = string(e.Response.Body)
	f.out.CookieSent = false
	f.cached = append(f.cached, a.Hop)
	return spec.Response{Status: e.Response.Status, Header: e.Response.Header}
}

// without drops those fields of more that the request has already.
func without(more, have spec.Header) spec.Header {
	return more.Without(have.Has)
}

// dressed are the lines of a request as they would go out.
func (f *modelFetch) dressed(a spec.Action) []string {
	req := &wire.Request{Method: a.Method, Lines: f.lines(a, "", nil)}
	f.job.m.sender.Dress(a.URL, req, a.Credentials)
	return req.Lines
}
