package layer

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// WriteHeader puts the policy's fields into the head at the last moment, so
// that nothing the application does to its header map can lose or double them.
func (x *Exchange) WriteHeader(status int) {
	// Interim responses (1xx) are not the response that the CORS check sees.
	if !x.done && (status >= 200 || status == http.StatusSwitchingProtocols) {
		x.done, x.Status = true, status
		x.seal()
		status = x.Status
	}
	x.ResponseWriter.WriteHeader(status)
}

// seal completes the head.
func (x *Exchange) seal() {
	h := x.Header()
	x.apply(h)
	if hk := x.Layer.hooks; hk != nil && hk.Head != nil {
		hk.Head(x, h)
	}
}

// finish runs when the application has returned or panicked. Whoever recovers
// further out finds the fields in place.
func (x *Exchange) finish() {
	if !x.done {
		x.done, x.Status = true, http.StatusOK
		if x.Panicked = !x.returned; x.Panicked {
			x.Status = http.StatusInternalServerError
		}
		x.seal()
	}
}

// Write is http.ResponseWriter's.
func (x *Exchange) Write(b []byte) (int, error) {
	x.implicit()
	return x.ResponseWriter.Write(b)
}

// ReadFrom keeps the fast path of io.Copy (sendfile).
func (x *Exchange) ReadFrom(src io.Reader) (int64, error) {
	x.implicit()
	return io.Copy(x.ResponseWriter, src)
}

// Flush is http.Flusher's; without one underneath it does nothing.
func (x *Exchange) Flush() {
	x.implicit()
	_ = http.NewResponseController(x.ResponseWriter).Flush()
}

// Hijack is http.Hijacker's. What is written then is not covered by CORS.
func (x *Exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(x.ResponseWriter).Hijack()
	x.done = x.done || err == nil
	return conn, rw, err
}

// Unwrap lets http.ResponseController reach the writer underneath.
func (x *Exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

func (x *Exchange) implicit() {
	if !x.done {
		x.WriteHeader(http.StatusOK)
	}
}
