package contract

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/corsproof/corsproof/spec"
)

// FieldApp names the handler that answered: how the suite knows that the
// application was reached.
const FieldApp = "X-App"

// Bounds of the application, which may be exposed to hostile requests.
const (
	maxBody     = 1 << 20
	maxCounters = 1 << 16
)

// application is the small application of the contract
// (testdata/frameworks/README.md). It knows nothing of CORS.
type application struct {
	counters counters
}

// handler is one route: its name, the methods that it is routed for (nil: all
// but OPTIONS) and what it answers.
type handler struct {
	name    string
	methods []string
	serve   http.HandlerFunc
}

func (a *application) routes() map[string]handler {
	get := []string{http.MethodGet, http.MethodHead}
	every := []string{"*"}
	return map[string]handler{
		"/ok":         {"ok", nil, serveOK},
		"/options":    {"options", append(get, http.MethodOptions), serveOptions},
		"/echo":       {"echo", nil, serveEcho},
		"/respond":    {"respond", nil, serveRespond},
		"/panic":      {"panic", get, servePanic},
		"/count":      {"count", every, a.counters.count},
		"/count/read": {"count", get, a.counters.read},
		"/secret":     {"secret", every, serveSecret},
		"/post-only":  {"post-only", []string{http.MethodPost}, serveText("post-only")},
		"/stream":     {"stream", get, serveStream},
	}
}

// router serves the routes at exact paths; what it does not route is answered
// as frameworks do, 404 or 405, without X-App.
func (a *application) router() http.Handler {
	routes := a.routes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, ok := routes[r.URL.Path]
		switch {
		case !ok:
			http.Error(w, "not found", http.StatusNotFound)
		case !h.routes(r.Method):
			w.Header().Set("Allow", h.allow())
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		default:
			w.Header().Set(FieldApp, h.name)
			h.serve(w, r)
		}
	})
}

func (h handler) routes(method string) bool {
	if h.methods == nil {
		return method != http.MethodOptions
	}
	return h.methods[0] == "*" || slices.Contains(h.methods, method)
}

func (h handler) allow() string {
	if h.methods == nil {
		return "GET, HEAD, POST, PUT, PATCH, DELETE"
	}
	return strings.Join(h.methods, ", ")
}

func serveText(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, body)
	}
}

func serveOK(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Resp", "1")
	h.Set("X-Other", "2")
	h.Set("X-Hidden", "3")
	serveText("ok")(w, r)
}

func serveOptions(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", "GET, OPTIONS")
	serveText("options")(w, r)
}

func servePanic(http.ResponseWriter, *http.Request) {
	panic("the contract's handler that panics")
}

// serveEcho answers with the request as the application sees it.
func serveEcho(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "reading the body: "+err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	seen := struct {
		Method  string      `json:"method"`
		Headers [][2]string `json:"headers"`
		Body    string      `json:"body"`
	}{Method: r.Method, Headers: [][2]string{{"Host", r.Host}}, Body: string(body)}
	for name, values := range r.Header {
		for _, v := range values {
			seen.Headers = append(seen.Headers, [2]string{name, v})
		}
	}
	slices.SortStableFunc(seen.Headers, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(seen)
}

// serveRespond answers as the query says.
func serveRespond(w http.ResponseWriter, r *http.Request) {
	status, body, etag := http.StatusOK, "", ""
	h := w.Header()
	h.Set("Content-Type", "text/plain")
	for param := range strings.SplitSeq(r.URL.RawQuery, "&") {
		key, value, ok := queryParam(param)
		if !ok {
			refuse(w, "the query is not URL-encoded: %q", param)
			return
		}
		switch key {
		case "status":
			n, err := strconv.Atoi(value)
			if err != nil || n < 200 || n > 599 {
				refuse(w, "status=%s: want 200 to 599", value)
				return
			}
			status = n
		case "add", "set":
			name, field, ok := strings.Cut(value, ":")
			field = strings.Trim(field, " \t")
			if !ok || !spec.IsToken(name) || !httpguts.ValidHeaderFieldValue(field) {
				refuse(w, "%s=%s: want Name:value", key, value)
				return
			}
			if key == "set" {
				h.Set(name, field)
			} else {
				h.Add(name, field)
			}
		case "etag":
			etag = value
		case "body":
			body = value
		}
	}
	if etag != "" {
		h.Set("Etag", etag)
	}
	if status == http.StatusOK && etag != "" {
		// net/http knows If-None-Match; ranges are not part of the contract.
		r = r.Clone(r.Context())
		r.Header.Del("Range")
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(body))
		return
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent && status != http.StatusNotModified {
		_, _ = io.WriteString(w, body)
	}
}

func refuse(w http.ResponseWriter, format string, args ...any) {
	http.Error(w, fmt.Sprintf("respond: "+format, args...), http.StatusBadRequest)
}

func serveStream(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(w, "a")
	_ = http.NewResponseController(w).Flush()
	_, _ = io.WriteString(w, "b")
}

func serveSecret(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") == "" {
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	serveText("secret")(w, r)
}

// queryParam splits "key=value" of a query and decodes both. Unlike
// url.Values it keeps the order of the parameters for the caller.
func queryParam(s string) (key, value string, ok bool) {
	key, value, _ = strings.Cut(s, "=")
	key, err1 := url.QueryUnescape(key)
	value, err2 := url.QueryUnescape(value)
	return key, value, err1 == nil && err2 == nil
}

// counters count calls by key. The zero value is ready. When there are too
// many keys it forgets them all.
type counters struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counters) count(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	c.mu.Lock()
	if c.n == nil || len(c.n) >= maxCounters {
		c.n = map[string]int{}
	}
	c.n[key]++
	c.mu.Unlock()
	serveText("counted")(w, r)
}

func (c *counters) read(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	n := c.n[r.URL.Query().Get("key")]
	c.mu.Unlock()
	serveText(strconv.Itoa(n))(w, r)
}
