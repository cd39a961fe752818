package sharedcache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/internal/httpcache"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// Cache is a reverse proxy with a shared HTTP cache (RFC 9111), as a CDN
// is one, on a loopback port. Each check has a store of its own, chosen by the
// first segment of the path, which the origin server does not see.
type Cache struct {
	server   *http.Server
	base     string
	upstream *wire.Sender
	timeout  time.Duration

	mu     sync.Mutex
	stores map[string]*cacheStore
	next   int
}

// cacheStore is the store of one check, and the origin that it is in front of.
type cacheStore struct {
	cache  httpcache.Cache
	scheme string
	addr   string // authority of the origin
}

// Start listens. timeout bounds a request to the origin.
func Start(upstream *wire.Sender, timeout time.Duration) (*Cache, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the shared cache: %w", err)
	}
	c := &Cache{base: "http://" + ln.Addr().String(), upstream: upstream, timeout: timeout, stores: map[string]*cacheStore{}}
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: timeout, ErrorLog: log.New(io.Discard, "", 0), MaxHeaderBytes: 1 << 20}
	go func() { _ = c.server.Serve(ln) }()
	return c, nil
}

// Open makes an empty store before the origin of a URL and gives what takes
// the place of that origin in URLs.
func (c *Cache) Open(url string) (base string, done func(), err error) {
	scheme, authority, _, err := origin.Split(url)
	if err != nil {
		return "", nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	key := "s" + strconv.Itoa(c.next)
	c.stores[key] = &cacheStore{cache: httpcache.Cache{Shared: true}, scheme: scheme, addr: authority}
	return c.base + "/" + key, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.stores, key)
	}, nil
}

// Close stops listening and ends connections under way.
func (c *Cache) Close() error { return c.server.Close() }

func (c *Cache) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key, target, _ := strings.Cut(strings.TrimPrefix(r.RequestURI, "/"), "/")
	c.mu.Lock()
	store := c.stores[key]
	c.mu.Unlock()
	if store == nil {
		http.Error(w, "no check has this store", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 16<<20))
	if err != nil {
		http.Error(w, "reading the request: "+err.Error(), http.StatusBadRequest)
		return
	}
	req := incoming(r, "/"+target)
	req.Header = store.dressed(c.upstream, req)
	resp, how, err := store.answer(r.Context(), c.upstream, c.timeout, req, "/"+target, string(body))
	if err != nil {
		// Not an answer of the target: the agents take it for a network error.
		panic(http.ErrAbortHandler)
	}
	header := w.Header()
	for _, f := range resp.Header {
		if !hopByHop(resp.Header, f.Name) {
			header[f.Name] = append(header[f.Name], f.Value)
		}
	}
	header["Cache-Status"] = []string{"corsproof; " + how} // RFC 9211
	if header["Date"] == nil {
		header["Date"] = nil // net/http adds none then
	}
	w.WriteHeader(resp.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(resp.Body)
	}
}

// incoming is a request as the cache sees it.
func incoming(r *http.Request, target string) httpcache.Request {
	req := httpcache.Request{Method: r.Method, URL: target}
	for name, values := range r.Header {
		for _, v := range values {
			req.Header = append(req.Header, spec.Field{Name: name, Value: v})
		}
	}
	return req
}

// dressed are the fields of a request with those that a person gave: what a cache does
// depends on them (RFC 9111 section 3.5).
func (s *cacheStore) dressed(up *wire.Sender, req httpcache.Request) spec.Header {
	lines := make([]string, len(req.Header))
	for i, f := range req.Header {
		lines[i] = f.Name + ": " + f.Value
	}
	dressed := wire.Request{Method: req.Method, Lines: lines}
	up.Dress(s.scheme+"://"+s.addr+req.URL, &dressed, true)
	var header spec.Header
	for _, line := range dressed.Lines {
		name, value, _ := strings.Cut(line, ": ")
		header = append(header, spec.Field{Name: name, Value: value})
	}
	return header
}

// answer answers out of the store, after validation, or by the origin.
func (s *cacheStore) answer(ctx context.Context, up *wire.Sender, timeout time.Duration, req httpcache.Request, target, body string) (httpcache.Response, string, error) {
	entry, state := s.cache.Lookup(req)
	if state == httpcache.Fresh {
		resp := aged(entry)
		if entry.NotModified(req.Header) {
			resp.Status, resp.Body = http.StatusNotModified, nil
		}
		return resp, "hit", nil
	}
	outgoing := req.Header
	validating := state == httpcache.Stale && !httpcache.Conditional(req.Header) && len(entry.Conditions()) > 0
	if validating {
		outgoing = append(outgoing[:len(outgoing):len(outgoing)], entry.Conditions()...)
	}
	resp, err := s.forward(ctx, up, timeout, req.Method, target, outgoing, body)
	if err != nil {
		return httpcache.Response{}, "", err
	}
	if validating && resp.Status == http.StatusNotModified {
		return aged(s.cache.Freshen(req, entry, resp.Header)), "hit; fwd=stale; fwd-status=304", nil
	}
	s.cache.Invalidate(req, resp.Status)
	how := "fwd=miss"
	if stored, why := s.cache.Store(req, resp); stored {
		how += "; stored"
	} else {
		how += "; detail=" + strconv.Quote(why)
	}
	return resp, how, nil
}

// aged is a stored response with its Age (RFC 9111 section 5.1).
func aged(e *httpcache.Entry) httpcache.Response {
	resp := e.Response
	resp.Header = resp.Header.Without(func(name string) bool { return strings.EqualFold(name, "Age") })
	age := strconv.Itoa(int(e.Age(time.Now()) / time.Second))
	resp.Header = append(resp.Header[:len(resp.Header):len(resp.Header)], spec.Field{Name: "Age", Value: age})
	return resp
}

// forward asks the origin.
func (s *cacheStore) forward(ctx context.Context, up *wire.Sender, timeout time.Duration, method, target string, header spec.Header, body string) (httpcache.Response, error) {
	ep, authority, _, err := wire.EndpointOf(s.scheme+"://"+s.addr, wire.Any)
	if err != nil {
		return httpcache.Response{}, err
	}
	lines := []string{"Host: " + authority, "Via: 1.1 corsproof"}
	for _, f := range header {
		if !hopByHop(header, f.Name) && !strings.EqualFold(f.Name, "Content-Length") {
			lines = append(lines, f.Name+": "+f.Value)
		}
	}
	if body != "" || method == http.MethodPost || method == http.MethodPut {
		lines = append(lines, "Content-Length: "+strconv.Itoa(len(body)))
	}
	resp, err := up.Do(ctx, ep, &wire.Request{Method: method, Prefix: up.Prefix(s.scheme + "://" + s.addr + target), Target: target, Lines: lines, Body: body}, timeout)
	if err != nil {
		return httpcache.Response{}, err
	}
	if resp.Size > int64(len(resp.Body)) {
		return httpcache.Response{}, errors.New("the content is too large for the shared cache")
	}
	return httpcache.Response{Status: resp.Status, Header: resp.Header, Body: resp.Body}, nil
}

// hopByHop fields are not forwarded (RFC 9110 section 7.6.1).
func hopByHop(h spec.Header, name string) bool {
	switch strings.ToLower(name) {
	case "connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade":
		return true
	}
	return slices.ContainsFunc(h.Elements("Connection"), func(e string) bool { return strings.EqualFold(e, name) })
}
