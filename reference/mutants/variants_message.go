package mutants

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

const (
	rfcMessages  = "https://www.rfc-editor.org/rfc/rfc9112"
	rfcSemantics = "https://www.rfc-editor.org/rfc/rfc9110"
	rfcCaching   = "https://www.rfc-editor.org/rfc/rfc9111"
)

// messageVariants differ lawfully in what is around the CORS protocol: in HTTP, in
// caching, and in what the application sends of its own.
var messageVariants = []Variant{
	{
		Name: "application-cookie", Basis: []string{"https://www.rfc-editor.org/rfc/rfc6265#section-3"},
		Doc:   "The application sets a cookie of its own with each answer.",
		hooks: head(on(not(isPreflight), add("Set-Cookie", "visit=1; Path=/; HttpOnly"))),
	},
	{
		Name: "application-vary", Basis: []string{rfcSemantics + "#section-12.5.5"},
		Doc:   "The application varies by what it negotiates.",
		hooks: head(on(not(isPreflight), add(layer.FieldVary, "Accept, Accept-Language"))),
	},
	{
		Name: "request-id", Basis: []string{rfcSemantics + "#section-16.3"},
		Doc: "Each answer has a name of its own in a field.",
		hooks: func() hooks {
			var n atomic.Int64
			return hooks{head: func(_ *exchange, h http.Header) { h.Set("X-Request-Id", strconv.FormatInt(n.Add(1), 10)) }}
		},
	},
	{
		Name: "security-fields", Basis: []string{"https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header"},
		Doc: "Answers have the usual security fields.",
		hooks: head(put("X-Content-Type-Options", "nosniff"), put("Cross-Origin-Resource-Policy", "cross-origin"),
			put("Referrer-Policy", "no-referrer"), put("Strict-Transport-Security", "max-age=60"), on(not(policy("timing")), put(layer.FieldTAO, "*"))),
	},
	{
		Name: "long-policy", Basis: []string{"https://www.w3.org/TR/CSP3/#csp-header", rfcSemantics + "#section-5.4"},
		Doc:   "Each answer has a content security policy of 6 KiB: a head that is long whatever was asked.",
		hooks: head(put("Content-Security-Policy", "img-src "+strings.Repeat("https://images.example.com ", 230)+"'self'")),
	},
	{
		Name: "conditional-304", Basis: []string{rfcSemantics + "#section-13"},
		Doc:   "Answers have an ETag and a date, and conditional requests are answered with 304, as much shared as what it stands for.",
		hooks: validated,
	},
	{
		Name: "cached-minute", Basis: []string{rfcCaching + "#section-4.1", freeCaching},
		Doc: "Answers may be stored for a minute, and vary by Origin where they differ by it.",
		hooks: head(on(both(not(isPreflight), status(200)), func(_ *exchange, h http.Header) {
			if h.Get("Cache-Control") == "" {
				h.Set("Cache-Control", "max-age=60")
			}
		})),
	},
	{
		Name: "no-store", Basis: []string{rfcCaching + "#section-5.2.2.5"},
		Doc:   "Answers may not be stored at all.",
		hooks: head(on(status(200), put("Cache-Control", "no-store"))),
	},
	{
		Name: "content-compressed", Basis: []string{rfcSemantics + "#section-12.5.3"},
		Doc:   "Content is compressed for clients that ask for it; the CORS fields are the same.",
		hooks: outside(compressing),
	},
	{
		Name: "content-chunked", Basis: []string{rfcMessages + "#section-7.1"},
		Doc: "The length of content is not announced.",
		hooks: outside(func(next http.Handler) http.Handler {
			return eachHead(next, func(h http.Header) { h.Del("Content-Length") }, true)
		}),
	},
	{
		Name: "connection-closed", Basis: []string{rfcMessages + "#section-9.6"},
		Doc: "Each connection is closed after one answer.",
		hooks: outside(func(next http.Handler) http.Handler {
			return eachHead(next, func(h http.Header) { h.Set("Connection", "close") }, false)
		}),
	},
	{
		Name: "keep-alive-field", Basis: []string{rfcMessages + "#section-9.3"},
		Doc: "Answers over HTTP/1.1 have a Keep-Alive field.",
		hooks: outside(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.ProtoMajor == 1 {
					w.Header().Set("Keep-Alive", "timeout=5")
				}
				next.ServeHTTP(w, r)
			})
		}),
	},
	{
		Name: "no-date", Basis: []string{rfcSemantics + "#section-6.6.1"},
		Doc: "Answers have no Date, as of a server without a clock.",
		hooks: outside(func(next http.Handler) http.Handler {
			return eachHead(next, func(h http.Header) { h["Date"] = nil }, false)
		}),
	},
	{
		Name: "no-reason-phrase", Basis: []string{rfcMessages + "#section-4"},
		Doc: "Status lines have no reason phrase.",
		hooks: func() hooks {
			return hooks{write: func(b []byte) []byte {
				for _, line := range []string{"HTTP/1.1 200 OK", "HTTP/1.1 204 No Content"} {
					if bytes.HasPrefix(b, []byte(line+"\r\n")) {
						return append([]byte(line[:len("HTTP/1.1 200 ")]), b[len(line):]...)
					}
				}
				return b
			}}
		},
	},
	{
		Name: "early-hints", Basis: []string{"https://www.rfc-editor.org/rfc/rfc8297"},
		Doc: "A 103 precedes each answer to a GET.",
		hooks: outside(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet && r.ProtoAtLeast(1, 1) {
					w.WriteHeader(http.StatusEarlyHints)
				}
				next.ServeHTTP(w, r)
			})
		}),
	},
	{
		Name: "long-heads-refused", Basis: []string{"https://www.rfc-editor.org/rfc/rfc6585#section-5"},
		Doc: "A request head of more than 12 KiB is answered with 431, before the CORS layer.",
		hooks: outside(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if headLength(r) > 12<<10 {
					http.Error(w, "the head is too long", http.StatusRequestHeaderFieldsTooLarge)
					return
				}
				next.ServeHTTP(w, r)
			})
		}),
	},
	{
		Name: "answers-slow", Basis: []string{rfcSemantics + "#section-3.7"},
		Doc: "Each answer takes a while.",
		hooks: outside(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(2 * time.Millisecond)
				next.ServeHTTP(w, r)
			})
		}),
	},
}

// outside puts a handler around everything, the CORS layer included.
func outside(layer func(next http.Handler) http.Handler) func() hooks {
	return func() hooks { return hooks{outer: layer} }
}

func headLength(r *http.Request) int {
	n := len(r.RequestURI)
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(v) + len(": \r\n")
		}
	}
	return n
}

// headWriter edits each final head just before it goes out.
type headWriter struct {
	http.ResponseWriter
	edit  func(h http.Header)
	flush bool // before there is content, so that its length is not known
	done  bool
}

// eachHead is a layer of headWriters.
func eachHead(next http.Handler, edit func(h http.Header), flush bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&headWriter{ResponseWriter: w, edit: edit, flush: flush}, r)
	})
}

func (w *headWriter) WriteHeader(status int) {
	if !w.done && status >= 200 {
		w.done = true
		w.edit(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
	if w.flush && w.done {
		_ = http.NewResponseController(w.ResponseWriter).Flush()
	}
}

func (w *headWriter) Write(b []byte) (int, error) {
	if !w.done {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

func (w *headWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// compressing is a layer that compresses content for requests that accept gzip.
func compressing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead || r.Header.Get("Range") != "" {
			next.ServeHTTP(w, r)
			return
		}
		z := &gzipWriter{ResponseWriter: w}
		defer z.close()
		next.ServeHTTP(z, r)
	})
}

type gzipWriter struct {
	http.ResponseWriter
	content *gzip.Writer // nil until there is a head that can have content
	done    bool
}

func (w *gzipWriter) WriteHeader(status int) {
	if !w.done && status >= 200 {
		w.done = true
		if h := w.Header(); status != http.StatusNoContent && status != http.StatusNotModified {
			h.Set("Content-Encoding", "gzip")
			h.Del("Content-Length")
			w.content = gzip.NewWriter(w.ResponseWriter)
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *gzipWriter) Write(b []byte) (int, error) {
	if !w.done {
		w.WriteHeader(http.StatusOK)
	}
	if w.content == nil {
		return w.ResponseWriter.Write(b)
	}
	return w.content.Write(b)
}

// Flush sends what is there, for streams.
func (w *gzipWriter) Flush() {
	if w.content != nil {
		_ = w.content.Flush()
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *gzipWriter) close() {
	if w.content != nil {
		_ = w.content.Close()
	}
}
