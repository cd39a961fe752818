package reference

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// WriteHeader puts the policy's fields into the head at the last moment, so
// that nothing the application does to its header map can lose or double them.
func (x *exchange) WriteHeader(status int) {
	// Interim responses (1xx) are not the response that the CORS check sees.
	if !x.done && (status >= 200 || status == http.StatusSwitchingProtocols) {
		x.done, x.status = true, status
		x.seal()
		status = x.status
	}
	x.ResponseWriter.WriteHeader(status)
}

// seal completes the head.
func (x *exchange) seal() {
	h := x.Header()
	x.apply(h)
	if hk := x.m.hooks; hk != nil && hk.head != nil {
		hk.head(x, h)
	}
}

// finish runs when the application has returned or panicked. Whoever recovers
// further out finds the fields in place.
func (x *exchange) finish() {
	if !x.done {
		x.done, x.status = true, http.StatusOK
		if x.panicked = !x.returned; x.panicked {
			x.status = http.StatusInternalServerError
		}
		x.seal()
	}
}

// Write is http.ResponseWriter's.
func (x *exchange) Write(b []byte) (int, error) {
	x.implicit()
	return x.ResponseWriter.Write(b)
}

// ReadFrom keeps the fast path of io.Copy (sendfile).
func (x *exchange) ReadFrom(src io.Reader) (int64, error) {
	x.implicit()
	return io.Copy(x.ResponseWriter, src)
}

// Flush is http.Flusher's; without one underneath it does nothing.
func (x *exchange) Flush() {
	x.implicit()
	_ = http.NewResponseController(x.ResponseWriter).Flush()
}

// Hijack is http.Hijacker's. What is written then is not covered by CORS.
func (x *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(x.ResponseWriter).Hijack()
	x.done = x.done || err == nil
	return conn, rw, err
}

// Unwrap lets http.ResponseController reach the writer underneath.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

func (x *exchange) implicit() {
	if !x.done {
		x.WriteHeader(http.StatusOK)
	}
}
