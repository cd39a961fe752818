package playground

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/internal/origin"
)

//go:embed page
var pages embed.FS

// Prefix is where the parts of the page are, on both origins.
const Prefix = "/playground/"

const (
	mostRuns     = 64       // that are remembered: the oldest goes first
	largestOrder = 64 << 10 // of what the page posts, in bytes
)

// Playground is the page and the second origin, which answers what the page
// orders. It is a http.Handler: the page at / and what belongs to it below Prefix.
type Playground struct {
	// URL is the second origin, http://127.0.0.1:PORT.
	URL string

	server *http.Server
	mux    http.Handler

	mu   sync.Mutex
	runs map[string]*run
	ids  []string // of runs, in their order
}

// Start starts the second origin, at a free port of 127.0.0.1. It ends with
// Close, or with ctx.
func Start(ctx context.Context) (*Playground, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("playground: listening for its second origin: %w", err)
	}
	p := &Playground{URL: "http://" + l.Addr().String(), runs: map[string]*run{}}
	p.mux = p.page()
	p.server = &http.Server{Handler: local(p.second()), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = p.server.Serve(l) }()
	context.AfterFunc(ctx, func() { _ = p.Close() })
	return p, nil
}

// Close ends the second origin.
func (p *Playground) Close() error { return p.server.Close() }

// ServeHTTP serves the page, to this machine only.
func (p *Playground) ServeHTTP(w http.ResponseWriter, r *http.Request) { local(p.mux).ServeHTTP(w, r) }

// local turns away what comes from another machine, or is addressed to a host that
// is not this one: another page's name that was made to lead here.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		peer, _, _ := net.SplitHostPort(r.RemoteAddr)
		if r.TLS != nil {
			http.Error(w, "there is nothing here; the playground is served over http", http.StatusNotFound)
			return
		}
		if !origin.Loopback(host) || !origin.Loopback(peer) {
			http.Error(w, "the playground is for this machine only: open it at 127.0.0.1 or localhost", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// page is the first origin.
func (p *Playground) page() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", p.file("page.html", "text/html; charset=utf-8"))
	mux.Handle("GET "+Prefix+"page.css", p.file("page.css", "text/css; charset=utf-8"))
	mux.Handle("GET "+Prefix+"page.js", p.file("page.js", "text/javascript; charset=utf-8"))
	mux.Handle("GET "+Prefix+"stacks", posted(func(struct{}) (any, error) { return stacks(), nil }, true))
	mux.Handle("POST "+Prefix+"arm", posted(p.arm, false))
	mux.Handle("POST "+Prefix+"verdict", posted(p.verdict, false))
	p.frame(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no such policy; the playground is at /", http.StatusNotFound)
	})
	return mux
}

// second is the second origin.
func (p *Playground) second() http.Handler {
	mux := http.NewServeMux()
	p.frame(mux)
	mux.HandleFunc(items+"/{id}", p.answer)
	return mux
}

// frame is on both origins what makes the request.
func (p *Playground) frame(mux *http.ServeMux) {
	mux.Handle("GET "+Prefix+"frame.html", p.file("frame.html", "text/html; charset=utf-8"))
	mux.Handle("GET "+Prefix+"frame.js", p.file("frame.js", "text/javascript; charset=utf-8"))
}

// file serves a part of the page. Scripts come from these two origins only, and
// nothing is loaded from elsewhere.
func (p *Playground) file(name, kind string) http.Handler {
	body, err := fs.ReadFile(pages, "page/"+name)
	if err != nil {
		panic(err) // it is not embedded
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		self := "http://" + r.Host
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; script-src "+self+"; style-src "+self+"; connect-src "+self+" "+p.URL+
			"; frame-src "+self+" "+p.URL+"; img-src data:; base-uri 'none'; form-action 'none'"+ancestors(name))
		_, _ = w.Write([]byte(strings.ReplaceAll(string(body), "{{second}}", p.URL)))
	})
}

// ancestors: nobody frames the page. Its frame is harmless in another's: it takes
// orders from loopback only.
func ancestors(name string) string {
	if name == "page.html" {
		return "; frame-ancestors 'none'"
	}
	return ""
}

// posted serves JSON to the page itself: other sites cannot post JSON without a
// preflight, which nobody here answers.
func posted[T any](do func(T) (any, error), read bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		site := r.Header.Get("Sec-Fetch-Site")
		if site != "" && site != "same-origin" || !read && r.Header.Get("Content-Type") != "application/json" {
			http.Error(w, "this is for the playground's page", http.StatusForbidden)
			return
		}
		var in T
		if !read {
			if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestOrder)).Decode(&in); err != nil {
				write(w, http.StatusBadRequest, &Error{Field: "page", Text: "reading what the page sent: " + err.Error()})
				return
			}
		}
		out, err := do(in)
		if err != nil {
			write(w, http.StatusBadRequest, err)
			return
		}
		write(w, http.StatusOK, out)
	})
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// keep remembers a run and gives its id.
func (p *Playground) keep(r *run) string {
	id := rand.Text()[:12]
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.ids) == mostRuns {
		delete(p.runs, p.ids[0])
		p.ids = p.ids[1:]
	}
	p.runs[id], p.ids = r, append(p.ids, id)
	return id
}

func (p *Playground) find(id string) *run {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.runs[id]
}
