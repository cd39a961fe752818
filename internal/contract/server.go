package contract

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/testcert"
)

// Options configure a Server.
type Options struct {
	// Policies are mounted at BASE/PATH, the name of those that state no path.
	Policies []cases.Policy
	// Host is the address to listen on; empty means 127.0.0.1. The server is
	// made to be tested, not to be exposed: another address than a loopback
	// one needs AnyInterface.
	Host         string
	AnyInterface bool
	// Port and TLSPort are the ports; 0 means any free one.
	Port, TLSPort int
	// Observe, if set, is called after each response with what was asked and
	// answered. It may be called concurrently.
	Observe func(Record)
	// Front, if set, serves what is not below a policy, and / itself, instead of 404.
	// It is not observed.
	Front http.Handler
	// ErrorLog gets what net/http has to say about connections; nil discards it.
	ErrorLog *log.Logger
}

// Server serves the contract: the application of testdata/frameworks/README.md
// behind each policy. It is a http.Handler; Start makes it listen.
type Server struct {
	// URL and TLSURL are the bases, "http://127.0.0.1:8080" and the same over
	// TLS with HTTP/2 and HTTP/1.1. Empty until Start.
	URL, TLSURL string
	// CertPEM is the self-signed certificate of TLSURL, made by Start.
	CertPEM []byte
	// Refused has the policies that were refused, with the reason.
	Refused map[string]error

	opts    Options
	handler http.Handler
	hooks   *Hooks
	close   func() error // nil until Start
}

// ErrNoPolicies is returned by NewServer when there is nothing to mount.
var ErrNoPolicies = errors.New("reference server: no policies to mount: pass the standard ones or your own")

// NewServer compiles the policies and mounts them. A policy that the reference
// refuses is mounted as the contract says: 501 and X-Refused.
func NewServer(opts Options) (*Server, error) {
	return NewHookedServer(opts, nil)
}

// NewHookedServer is NewServer with a server that departs from the good one;
// hk may be nil.
func NewHookedServer(opts Options, hk *Hooks) (*Server, error) {
	if len(opts.Policies) == 0 {
		return nil, ErrNoPolicies
	}
	s := &Server{opts: opts, hooks: hk, Refused: map[string]error{}}
	app := &application{}
	inner := app.router()
	if hk != nil && hk.Inner != nil {
		inner = hk.Inner(inner)
	}
	mounted := make(map[string]http.Handler, len(opts.Policies))
	for _, p := range opts.Policies {
		at := p.Mount()
		if at == "" || at != url.PathEscape(at) || mounted[at] != nil {
			return nil, fmt.Errorf("reference server: mounting policy %q at %q: it must be one path segment of its own: give it another name or path", p.Name, at)
		}
		m, err := hk.compile(p)
		if err != nil {
			s.Refused[p.Name] = err
			mounted[at] = refused(err)
			continue
		}
		mounted[at] = withSocket(&p, m, hk, m.Wrap(inner))
	}
	s.handler = outermost(recovering(route(mounted, hk)))
	if opts.Observe != nil {
		s.handler = observing(s.handler, opts.Observe)
	}
	if hk != nil && hk.Outer != nil {
		s.handler = hk.Outer(s.handler)
	}
	if opts.Front != nil {
		s.handler = fronted(opts.Front, s.handler, mounted)
	}
	return s, nil
}

// fronted gives front what is below no policy.
func fronted(front, policies http.Handler, mounted map[string]http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		policy, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if mounted[policy] == nil {
			front.ServeHTTP(w, r)
			return
		}
		policies.ServeHTTP(w, r)
	})
}

// Start is NewServer and Server.Start in one.
func Start(ctx context.Context, opts Options) (*Server, error) {
	s, err := NewServer(opts)
	if err != nil {
		return nil, err
	}
	return s, s.Start(ctx)
}

// Start listens and serves until Close, or until ctx ends. It returns as soon
// as both listeners accept connections.
func (s *Server) Start(ctx context.Context) error {
	host := cmp.Or(s.opts.Host, "127.0.0.1")
	if ip := net.ParseIP(host); !s.opts.AnyInterface && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("reference server: listening on %q: it is not a loopback address: allow other interfaces explicitly if you mean it", host)
	}
	cert, err := testcert.New(host)
	if err != nil {
		return fmt.Errorf("reference server: %w", err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	var lc net.ListenConfig
	h1, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(s.opts.Port)))
	if err != nil {
		return fmt.Errorf("reference server: %w: choose another port", err)
	}
	h2, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(s.opts.TLSPort)))
	if err != nil {
		_ = h1.Close()
		return fmt.Errorf("reference server: %w: choose another TLS port", err)
	}
	s.URL, s.TLSURL, s.CertPEM = "http://"+h1.Addr().String(), "https://"+h2.Addr().String(), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Leaf.Raw})
	if hk := s.hooks; hk != nil && (hk.Read != nil || hk.Write != nil) {
		h1 = tapped{h1, hk}
	}
	one, two := s.httpServer(nil), s.httpServer(config)
	ended := make(chan error, 2)
	go func() { ended <- one.Serve(h1) }()
	go func() { ended <- two.ServeTLS(h2, "", "") }()
	s.close = sync.OnceValue(func() error {
		errs := []error{one.Close(), two.Close()}
		for range cap(ended) {
			if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	})
	context.AfterFunc(ctx, func() { _ = s.close() })
	return nil
}

func (s *Server) httpServer(config *tls.Config) *http.Server {
	logger := s.opts.ErrorLog
	if logger == nil {
		logger = log.New(io.Discard, "", 0)
	}
	return &http.Server{
		Handler:           s.handler,
		TLSConfig:         config,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          logger,
	}
}

// Close stops listening and closes all connections at once. It may be called
// again, and without Start.
func (s *Server) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// ServeHTTP serves the contract at the root, for tests without a listener.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// route finds policy and application path by the same string, so that no
// spelling of a path gets one policy's answer for another's content. What is
// below no policy is not shared with anybody.
func route(mounted map[string]http.Handler, hk *Hooks) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		policy, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		rest = "/" + rest
		if path.Clean(r.URL.Path) != strings.TrimSuffix(r.URL.Path, "/") {
			policy = "" // dot segments or empty ones: nothing of ours is called that
		}
		if hk != nil && hk.Route != nil {
			policy, rest = hk.Route(r, policy, rest)
		}
		h, ok := mounted[policy]
		if !ok {
			http.Error(w, "no such policy", http.StatusNotFound)
			return
		}
		inside := new(http.Request)
		*inside = *r
		inside.URL = new(url.URL)
		*inside.URL = *r.URL
		inside.URL.Path, inside.URL.RawPath = rest, ""
		h.ServeHTTP(w, inside)
	})
}

// refused answers for a policy that was refused at start.
func refused(err error) http.Handler {
	message := strings.ReplaceAll(err.Error(), "\n", "; ")
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Refused", message)
		http.Error(w, message, http.StatusNotImplemented)
	})
}

// outermost is the contract's outermost layer: it varies by Accept-Encoding,
// as a compressing proxy would.
func outermost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept-Encoding")
		next.ServeHTTP(w, r)
	})
}

// recovering turns a panic into a 500. It is outside of the CORS layer,
// where frameworks have it, and keeps the head that it finds.
func recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := &StartedWriter{ResponseWriter: w}
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if started.started || v == http.ErrAbortHandler {
				panic(http.ErrAbortHandler) // too late for a status, or not wanted: end the connection
			}
			w.Header().Del(FieldApp)
			http.Error(w, "internal server error", http.StatusInternalServerError)
		}()
		next.ServeHTTP(started, r)
	})
}

// StartedWriter knows whether a head has gone out.
type StartedWriter struct {
	http.ResponseWriter
	started bool
}

func (w *StartedWriter) WriteHeader(status int) {
	w.started = w.started || status >= 200
	w.ResponseWriter.WriteHeader(status)
}

func (w *StartedWriter) Write(b []byte) (int, error) {
	w.started = true
	return w.ResponseWriter.Write(b)
}

func (w *StartedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
