package httpcache

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/spec"
)

// Cache stores responses. The zero value is an empty private cache on the
// system's clock. It is safe for concurrent use.
type Cache struct {
	// Shared: the cache serves several users (RFC 9111 section 1).
	Shared bool
	// Now is the clock; nil: time.Now.
	Now func() time.Time

	mu    sync.Mutex
	store map[string][]*Entry // by URL, the newest last
}

// Request is what a cache must know of a request.
type Request struct {
	Method string
	URL    string // effective, without fragment
	Header spec.Header
}

// Response is a complete response.
type Response struct {
	Status int
	Header spec.Header
	Body   []byte
}

// Entry is a stored response.
type Entry struct {
	Response Response
	request  spec.Header
	received time.Time
	age      time.Duration // when it was received (RFC 9111 section 4.2.3)
	shared   bool
}

// State says what may be done with what Lookup found.
type State int

// The states.
const (
	Miss  State = iota // nothing is stored that fits: ask the origin
	Fresh              // it may be used without asking
	Stale              // it may be used after validation
)

// Clone is a cache with what this one holds now.
func (c *Cache) Clone() *Cache {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := &Cache{Shared: c.Shared, Now: c.Now, store: make(map[string][]*Entry, len(c.store))}
	for url, list := range c.store {
		out.store[url] = slices.Clone(list)
	}
	return out
}

func (c *Cache) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Lookup selects the stored response for a request (RFC 9111 sections 4 and
// 4.1): the newest of those whose nominated request fields match. A stored GET
// answers a HEAD.
func (c *Cache) Lookup(req Request) (*Entry, State) {
	if req.Method != "GET" && req.Method != "HEAD" {
		return nil, Miss
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range slices.Backward(c.store[req.URL]) {
		if !e.selected(req.Header) {
			continue
		}
		if c.mustValidate(e, req) {
			return e, Stale
		}
		return e, Fresh
	}
	return nil, Miss
}

// selected tells whether the fields that Vary nominates are in the request as
// they were in the one that the response answered. Vary: * never matches.
func (e *Entry) selected(now spec.Header) bool {
	for _, name := range elements(e.Response.Header, "Vary") {
		if name == "*" {
			return false
		}
		then, had := e.request.Get(name)
		value, has := now.Get(name)
		if had != has || then != value {
			return false
		}
	}
	return true
}

func (c *Cache) mustValidate(e *Entry, req Request) bool {
	d, asked := parseDirectives(e.Response.Header), parseDirectives(req.Header)
	pragma, _ := req.Header.Get("Pragma")
	if d.has("no-cache") || asked.has("no-cache") || (len(asked) == 0 && strings.EqualFold(pragma, "no-cache")) {
		return true
	}
	age := e.Age(c.now())
	if most, ok := asked.seconds("max-age"); ok && age > most {
		return true
	}
	lifetime, ok := freshness(e.Response.Header, d, e.shared)
	return !ok || age >= lifetime
}

// Age is the age of the stored response (RFC 9111 section 4.2.3).
func (e *Entry) Age(now time.Time) time.Duration { return e.age + now.Sub(e.received) }

// Store stores a response if RFC 9111 section 3 lets this cache. stored tells
// whether it did; why says why not.
func (c *Cache) Store(req Request, resp Response) (stored bool, why string) {
	if why := c.refuses(req, resp); why != "" {
		return false, why
	}
	now := c.now()
	e := &Entry{Response: resp, request: req.Header, received: now, shared: c.Shared}
	if made, ok := date(resp.Header, "Date"); ok {
		e.age = max(now.Sub(made), 0).Truncate(time.Second)
	}
	if v, ok := resp.Header.Get("Age"); ok {
		if n, err := strconv.ParseUint(v, 10, 31); err == nil {
			e.age = max(e.age, time.Duration(n)*time.Second)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.store == nil {
		c.store = map[string][]*Entry{}
	}
	// The new response takes the place of those that it would be selected instead of.
	list := slices.DeleteFunc(c.store[req.URL], func(old *Entry) bool { return old.selected(req.Header) })
	c.store[req.URL] = append(list, e)
	return true, ""
}

// understood are the final statuses whose meaning this cache knows (RFC 9111
// section 3; 206 needs ranges, which it has not).
func understood(status int) bool {
	switch status {
	case 200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 501:
		return true
	}
	return false
}

func (c *Cache) refuses(req Request, resp Response) string {
	d, asked := parseDirectives(resp.Header), parseDirectives(req.Header)
	_, explicit := freshness(resp.Header, d, c.Shared)
	switch {
	case req.Method != "GET":
		return "only GET is stored"
	case req.Header.Has("Range"):
		return "ranges are not stored"
	case !understood(resp.Status):
		return "the status is not one that is stored"
	case d.has("no-store") || asked.has("no-store"):
		return "no-store"
	case c.Shared && d.has("private"):
		return "private, and the cache is shared"
	case c.Shared && req.Header.Has("Authorization") && !d.has("public") && !d.has("s-maxage") && !d.has("must-revalidate"):
		return "the request had Authorization (RFC 9111 section 3.5)"
	case slices.Contains(elements(resp.Header, "Vary"), "*"):
		return "Vary: *"
	case !explicit && !validator(resp.Header):
		return "neither an expiration nor a validator"
	}
	return ""
}

// Storable tells whether a response head lets a cache store the content that
// follows: it says until when it is good, or how to ask.
func Storable(h spec.Header) bool {
	d := parseDirectives(h)
	_, explicit := freshness(h, d, false)
	return !d.has("no-store") && (explicit || validator(h))
}

func validator(h spec.Header) bool { return h.Has("ETag") || h.Has("Last-Modified") }

// Invalidate forgets what is stored for the URL of a request whose unsafe
// method succeeded (RFC 9111 section 4.4).
func (c *Cache) Invalidate(req Request, status int) {
	switch req.Method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		return
	}
	if status < 200 || status > 399 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.store, req.URL)
}
