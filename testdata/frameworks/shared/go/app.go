package contract

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Route is one handler of the contract, as a router needs it.
type Route struct {
	Path    string
	Methods []string
	Handler http.HandlerFunc
}

// everyMethod stands in for "all but OPTIONS" where a router wants the methods
// one by one: those of HTTP, and one that an application made up.
var everyMethod = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY", "CHICKEN"}

// Routes are the handlers of the contract.
func Routes() []Route {
	all := append(slices.Clone(everyMethod), "OPTIONS")
	var calls counter
	return []Route{
		{"/ok", everyMethod, named("ok", ok)},
		{"/options", []string{"GET", "OPTIONS"}, named("options", options)},
		{"/echo", everyMethod, named("echo", echo)},
		{"/respond", everyMethod, named("respond", respond)},
		{"/panic", []string{"GET"}, func(http.ResponseWriter, *http.Request) { panic("the handler /panic panics") }},
		{"/count", all, named("count", calls.count)},
		{"/count/read", []string{"GET"}, named("count", calls.read)},
		{"/secret", all, named("secret", secret)},
		{"/post-only", []string{"POST"}, named("post-only", func(w http.ResponseWriter, _ *http.Request) { text(w, "posted") })},
		{"/stream", []string{"GET"}, named("stream", stream)},
	}
}

// App is the application for middleware that brings no router of its own: the
// routes on the standard library's.
func App() http.Handler {
	mux := http.NewServeMux()
	for _, route := range Routes() {
		for _, method := range route.Methods {
			mux.HandleFunc(method+" "+route.Path, route.Handler)
		}
	}
	return mux
}

// named marks the answers of a handler with its name.
func named(name string, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-App", name)
		h(w, r)
	}
}

func text(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(w, body)
}

func ok(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("X-Resp", "1")
	w.Header().Set("X-Other", "2")
	w.Header().Set("X-Hidden", "3")
	text(w, "ok")
}

func options(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Allow", "GET, OPTIONS")
	text(w, "options")
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "reading the body: "+err.Error(), http.StatusBadRequest)
		return
	}
	headers := [][2]string{{"Host", r.Host}}
	for name, values := range r.Header {
		for _, value := range values {
			headers = append(headers, [2]string{name, value})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"method": r.Method, "headers": headers, "body": string(body)})
}

// respond does what the query says, in the query's order, which is why it is
// not read as a map.
func respond(w http.ResponseWriter, r *http.Request) {
	status, body := http.StatusOK, ""
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		key, raw, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(raw)
		if err != nil {
			continue
		}
		name, field, _ := strings.Cut(value, ":")
		field = strings.TrimSpace(field)
		switch key {
		case "status":
			status, _ = strconv.Atoi(value)
		case "add":
			w.Header().Add(name, field)
		case "set":
			w.Header().Set(name, field)
		case "etag":
			w.Header().Set("ETag", value)
			if strings.Contains(r.Header.Get("If-None-Match"), value) {
				status = http.StatusNotModified
			}
		case "body":
			body = value
		}
	}
	if status < 100 || status > 999 {
		http.Error(w, "status must be a number from 100 to 999", http.StatusBadRequest)
		return
	}
	w.WriteHeader(status)
	if body != "" && status != http.StatusNoContent && status != http.StatusNotModified {
		_, _ = io.WriteString(w, body)
	}
}

func secret(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") == "" {
		w.Header().Set("WWW-Authenticate", "Bearer")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	text(w, "secret")
}

func stream(w http.ResponseWriter, _ *http.Request) {
	text(w, "a")
	_ = http.NewResponseController(w).Flush()
	_, _ = io.WriteString(w, "b")
}

// counter counts the calls of /count for each key.
type counter struct {
	mu    sync.Mutex
	calls map[string]int
}

func (c *counter) count(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		c.calls = map[string]int{}
	}
	c.calls[r.URL.Query().Get("key")]++
	text(w, "counted")
}

func (c *counter) read(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text(w, strconv.Itoa(c.calls[r.URL.Query().Get("key")]))
}
