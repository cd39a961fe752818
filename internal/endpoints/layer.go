package endpoints

import (
	"compress/gzip"
	"io"
	"log"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

var quiet = log.New(io.Discard, "", 0)

// layer is a right CORS layer for a policy, written apart from the reference
// server so that no mistake is shared with it.
type layer struct {
	policy cases.Policy
	also   func(origin string, r *http.Request) bool // origins that get in besides
	app    http.Handler                              // nil: an application that answers everything
}

// policied is the right server of a policy.
func policied(p cases.Policy) http.Handler { return layer{policy: p} }

func (l layer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	app := l.app
	if app == nil {
		app = application(l.policy)
	}
	granted := l.share(w.Header(), r)
	if !isPreflight(r) {
		if granted && len(l.policy.ExposeHeaders) > 0 {
			w.Header().Set("Access-Control-Expose-Headers", strings.Join(l.policy.ExposeHeaders, ", "))
		}
		app.ServeHTTP(w, r)
		return
	}
	addVary(w.Header(), "Access-Control-Request-Method")
	addVary(w.Header(), "Access-Control-Request-Headers")
	if granted {
		l.permit(w.Header())
	}
	w.WriteHeader(http.StatusNoContent)
}

// share grants the origin, if the policy does.
func (l layer) share(h http.Header, r *http.Request) bool {
	p := &l.policy
	if slices.Equal(p.Origins, []string{"*"}) && !p.Credentials {
		h.Set("Access-Control-Allow-Origin", "*")
		return true
	}
	addVary(h, "Origin")
	lines := r.Header.Values("Origin")
	if len(lines) != 1 || !slices.Contains(p.Origins, lines[0]) && (l.also == nil || !l.also(lines[0], r)) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", lines[0])
	if p.Credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	return true
}

func (l layer) permit(h http.Header) {
	h.Set("Access-Control-Allow-Methods", strings.Join(append([]string{"GET", "HEAD", "POST"}, l.policy.Methods...), ", "))
	if len(l.policy.RequestHeaders) > 0 {
		h.Set("Access-Control-Allow-Headers", strings.Join(l.policy.RequestHeaders, ", "))
	}
	if l.policy.MaxAge != nil {
		h.Set("Access-Control-Max-Age", strconv.Itoa(*l.policy.MaxAge))
	}
}

// application answers what the policy names, and has the fields that it exposes.
func application(p cases.Policy) http.Handler {
	return only(append([]string{"GET", "HEAD", "POST"}, p.Methods...), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, name := range p.ExposeHeaders {
			w.Header().Set(name, "v-"+strings.ToLower(name))
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"items":[]}`)
	}))
}

// only answers 405 to other methods, and OPTIONS as a router does.
func only(methods []string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.Contains(methods, r.Method) {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Allow", strings.Join(append(methods, "OPTIONS"), ", "))
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.WriteHeader(http.StatusMethodNotAllowed)
	})
}

// before answers, in front of the layer and so without CORS, what when is true of.
func before(h http.Handler, when func(*http.Request) bool, answer http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if when(r) {
			answer(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// after changes the header of an answer as it goes out.
func after(h http.Handler, change func(h http.Header, r *http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &changed{ResponseWriter: w, change: func() { change(w.Header(), r) }}
		h.ServeHTTP(c, r)
		c.once()
	})
}

type changed struct {
	http.ResponseWriter
	change func()
}

func (c *changed) once() {
	if c.change != nil {
		c.change()
		c.change = nil
	}
}

func (c *changed) WriteHeader(status int) { c.once(); c.ResponseWriter.WriteHeader(status) }
func (c *changed) Write(b []byte) (int, error) {
	c.once()
	return c.ResponseWriter.Write(b)
}
func (c *changed) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// fields sets (or with an empty value removes) fields of an answer that when is true of.
func fields(h http.Handler, when func(*http.Request) bool, list ...string) http.Handler {
	return after(h, func(h http.Header, r *http.Request) {
		if !when(r) {
			return
		}
		for i := 0; i < len(list); i += 2 {
			if h.Del(list[i]); list[i+1] != "" {
				h.Set(list[i], list[i+1])
			}
		}
	})
}

// bare takes every CORS header off.
func bare(h http.Handler, when func(*http.Request) bool) http.Handler {
	return after(h, func(h http.Header, r *http.Request) {
		if when(r) {
			stripCORS(h)
		}
	})
}

func stripCORS(h http.Header) {
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			h.Del(name)
		}
	}
}

// compressed is the application with its content compressed for who takes it.
func compressed(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addVary(w.Header(), "Accept-Encoding")
		if !isGet(r) || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		h.ServeHTTP(&written{w, z}, r)
		if r.Method == http.MethodGet {
			_ = z.Close()
		}
	})
}

type written struct {
	http.ResponseWriter
	to io.Writer
}

func (w *written) Write(b []byte) (int, error) { return w.to.Write(b) }
