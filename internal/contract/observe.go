package contract

import (
	"net/http"
	"time"
)

// Record is one request and its answer, as the server saw them.
type Record struct {
	At             time.Time
	Proto          string // "HTTP/1.1", "HTTP/2.0"
	Method         string
	Target         string // as in the request line
	Host           string
	Header         http.Header // of the request
	Status         int
	ResponseHeader http.Header
	Elapsed        time.Duration
}

// observing reports each request that next has answered.
func observing(next http.Handler, observe func(Record)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := Record{At: time.Now(), Proto: r.Proto, Method: r.Method, Target: r.RequestURI, Host: r.Host, Header: r.Header.Clone()}
		ow := &observedWriter{ResponseWriter: w}
		defer func() {
			rec.Status, rec.ResponseHeader, rec.Elapsed = ow.status, ow.head, time.Since(rec.At)
			if rec.Status == 0 {
				rec.Status, rec.ResponseHeader = http.StatusOK, w.Header().Clone()
			}
			observe(rec)
		}()
		next.ServeHTTP(ow, r)
	})
}

type observedWriter struct {
	http.ResponseWriter
	status int
	head   http.Header
}

func (w *observedWriter) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status, w.head = status, w.Header().Clone()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *observedWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

func (w *observedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
