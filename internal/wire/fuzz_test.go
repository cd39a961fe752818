package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// reply is a connection on which a server has said its last word.
type reply struct {
	net.Conn
	r io.Reader
}

func (c *reply) Read(p []byte) (int, error)         { return c.r.Read(p) }
func (c *reply) Write(p []byte) (int, error)        { return len(p), nil }
func (c *reply) Close() error                       { return nil }
func (c *reply) SetDeadline(t time.Time) error      { return nil }
func (c *reply) SetWriteDeadline(t time.Time) error { return nil }
func (c *reply) SetReadDeadline(t time.Time) error  { return nil }

func fuzzOptions() *Options {
	c := NewClient(Options{MaxHead: 4096, MaxBody: 1 << 16, KeepBody: 256, WriteTimeout: time.Second})
	return &c.opt
}

// FuzzHTTP1 reads whatever a server may answer: it gives a response within the
// bounds, or an *Error of a known kind, and never hangs.
func FuzzHTTP1(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 204\n\n", "HTTP/1.0 200 OK\r\n\r\nabc",
		"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nok\r\n0\r\nT: 1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 1,1\r\n\r\nxy", "HTTP/2.0 200\r\n\r\n", "\x00", "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "HTTP/1.1 101 Switching\r\n\r\nxyz",
	} {
		f.Add("GET", s)
		f.Add("HEAD", s)
	}
	f.Fuzz(func(t *testing.T, method, answer string) {
		opt := fuzzOptions()
		c := newH1(&reply{r: strings.NewReader(answer)}, "server:1", opt)
		a := c.do(context.Background(), []*Request{{Method: method}})[0]
		if (a.Response == nil) == (a.Err == nil) {
			t.Fatalf("neither or both of response and error: %+v", a)
		}
		if a.Err != nil {
			switch a.Err.Kind {
			case Closed, Cut, Malformed, TooLarge:
			default:
				t.Fatalf("kind %q: %v", a.Err.Kind, a.Err)
			}
			return
		}
		r := a.Response
		if r.Status < 100 || r.Status > 999 || r.HeadBytes > opt.MaxHead || len(r.Body) > opt.KeepBody || r.Size > opt.MaxBody || len(r.Interim) > maxInterim {
			t.Fatalf("out of bounds: %+v", r)
		}
		for _, h := range r.Header {
			if h.Name == "" || strings.ContainsAny(h.Name, ":\n") || strings.Contains(h.Value, "\n") {
				t.Fatalf("field %q: %q", h.Name, h.Value)
			}
		}
	})
}

// FuzzHTTP2 reads whatever frames a server may send.
func FuzzHTTP2(f *testing.F) {
	var buf bytes.Buffer
	fr := http2.NewFramer(&buf, nil)
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	_ = enc.WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	_ = enc.WriteField(hpack.HeaderField{Name: "vary", Value: "Origin"})
	_ = fr.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 1})
	_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, EndHeaders: true, BlockFragment: block.Bytes()})
	_ = fr.WriteData(1, true, []byte("ok"))
	f.Add(buf.Bytes())
	buf.Reset()
	_ = fr.WriteGoAway(0, http2.ErrCodeInternal, []byte("x"))
	_ = fr.WriteWindowUpdate(0, 1)
	_ = fr.WriteRSTStream(1, http2.ErrCodeRefusedStream)
	_ = fr.WritePing(false, [8]byte{})
	f.Add(bytes.Clone(buf.Bytes()))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Fuzz(func(t *testing.T, frames []byte) {
		opt := fuzzOptions()
		// The frames come only after the request is out.
		gate := make(chan struct{})
		r := &gated{gate, bytes.NewReader(frames)}
		c, err := newH2(&reply{r: r}, "server:1", opt)
		if err != nil {
			t.Fatal(err)
		}
		s, e := c.open(context.Background(), &Request{Lines: []string{"Host: h"}})
		if e != nil {
			t.Fatal(e)
		}
		close(gate)
		a := c.await(context.Background(), s) // ends, since the frames do
		if (a.Response == nil) == (a.Err == nil) {
			t.Fatalf("neither or both of response and error: %+v", a)
		}
		if a.Err != nil && a.Err.Kind == "" {
			t.Fatal(errors.New("an error without a kind"), a.Err)
		}
		if a.Response != nil && (a.Response.Status < 200 || a.Response.Status > 999 || len(a.Response.Body) > opt.KeepBody) {
			t.Fatalf("out of bounds: %+v", a.Response)
		}
	})
}

// gated reads once the gate is open.
type gated struct {
	gate <-chan struct{}
	r    io.Reader
}

func (g *gated) Read(p []byte) (int, error) {
	<-g.gate
	return g.r.Read(p)
}
