//lint:file-ignore SA1019 one connection that exists is served and used, which the packages of net/http do not do in Go 1.26

package relay

import (
	"io"
	"net"
	"net/http"

	"golang.org/x/net/http2"
)

// dressedH2 passes on requests of HTTP/2 with what was given. HTTP/2 compresses
// fields with a state of the connection, so that the messages are read and written anew.
func (r *Relay) dressedH2(addr string, down, up net.Conn) {
	defer up.Close()
	server, err := (&http2.Transport{DisableCompression: true}).NewClientConn(up)
	if err != nil {
		return
	}
	new(http2.Server).ServeConn(down, &http2.ServeConnOpts{Context: r.ctx, Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if r.admit(q.Context(), addr, q.Method) != nil {
			panic(http.ErrAbortHandler) // no answer
		}
		out := q.Clone(q.Context())
		out.URL.Scheme, out.URL.Host, out.RequestURI = "https", q.Host, ""
		if q.ContentLength == 0 {
			out.Body = nil
		}
		r.given.Decorate(out, false) // the browser has the cookies
		if out.Header.Get("User-Agent") == "" {
			out.Header["User-Agent"] = nil // nothing of ours in its place
		}
		resp, err := server.RoundTrip(out)
		if err != nil {
			panic(http.ErrAbortHandler) // no answer of the server: the browser meets a network error
		}
		defer resp.Body.Close()
		pass(w, resp)
	})})
}

// pass writes an answer as it came; nothing is added that the server did not say.
func pass(w http.ResponseWriter, resp *http.Response) {
	header := w.Header()
	for name, values := range resp.Header {
		header[name] = values
	}
	for _, name := range []string{"Date", "Content-Type"} {
		if header[name] == nil {
			header[name] = nil
		}
	}
	w.WriteHeader(resp.StatusCode)
	out := http.NewResponseController(w)
	buf := make([]byte, 32<<10)
	for {
		n, err := resp.Body.Read(buf)
		if n > 0 {
			if _, werr := w.Write(buf[:n]); werr != nil {
				return
			}
			_ = out.Flush()
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}
