package relay

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/testcert"
)

// dialTimeout bounds the making of a connection to a server.
const dialTimeout = 10 * time.Second

// Relay is a listening relay.
type Relay struct {
	ln    net.Listener
	given *ask.Options
	addr  string // of the server that the options are for
	tls   bool   // it speaks TLS
	cert  tls.Certificate
	all   bool // users of this machine may use it
	ctx   context.Context
	stop  context.CancelFunc
	wg    sync.WaitGroup
}

// Start listens on loopback, for as long as it runs. Browsers have no name and password for a
// SOCKS proxy, so that it goes by who owns a connection: other users of this machine, who
// would send requests with what was given to us alone, are refused where the system tells (Linux).
// anyUser lets them in: the browser may be that of another user.
func Start(o *ask.Options, anyUser bool) (*Relay, error) {
	scheme, authority, _, err := origin.Split(o.Scope)
	if err != nil {
		return nil, err
	}
	if _, _, err := net.SplitHostPort(authority); err != nil {
		authority = net.JoinHostPort(origin.Host(o.Scope), origin.DefaultPort(scheme))
	}
	r := &Relay{given: o, addr: authority, tls: scheme == "https", all: anyUser}
	if r.cert, err = testcert.New(origin.Host(o.Scope)); err != nil {
		return nil, err
	}
	if r.ln, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("starting the relay between the browser and the server: %w", err)
	}
	r.ctx, r.stop = context.WithCancel(context.Background())
	r.wg.Go(r.accept)
	return r, nil
}

// URL is the relay as a browser's proxy.
func (r *Relay) URL() string { return "socks5://" + r.ln.Addr().String() }

// EndsTLS tells whether the relay ends the TLS of the server, so that the browser has to
// take its certificate.
func (r *Relay) EndsTLS() bool {
	return r.tls && (r.given.Adds() || r.given.Certificate != nil || r.given.Roots != nil || r.given.Protocol != "" || r.holds(r.addr)) ||
		r.given.Limits.Others()
}

// holds tells whether each request to "host:port" is looked at by itself, since there are
// limits to them.
func (r *Relay) holds(addr string) bool {
	return r.given.Limits.Interval(addr) > 0 || !r.given.Limits.Ours(addr)
}

// Close stops listening and ends the connections.
func (r *Relay) Close() error {
	r.stop()
	err := r.ln.Close()
	r.wg.Wait()
	return err
}

func (r *Relay) accept() {
	for {
		c, err := r.ln.Accept()
		if err != nil {
			return
		}
		r.wg.Go(func() {
			defer c.Close()
			defer context.AfterFunc(r.ctx, func() { _ = c.Close() })()
			r.serve(c)
		})
	}
}

// serve serves one connection of the browser.
func (r *Relay) serve(c net.Conn) {
	if !r.all && stranger(c) {
		return
	}
	addr, err := handshake(c)
	if err != nil {
		return
	}
	if r.given.Limits.Contact(addr) != nil {
		_ = reply(c, forbidden)
		return
	}
	in := &client{Conn: c, r: bufio.NewReader(c)}
	ours := addr == r.addr
	overTLS := r.tls
	if !ours { // the first byte tells: what else a connection is for is not known
		if err := reply(c, granted); err != nil {
			return
		}
		first, err := in.r.Peek(1)
		if err != nil {
			return
		}
		overTLS = first[0] == tlsHandshake
	}
	ctx, cancel := context.WithTimeout(r.ctx, dialTimeout)
	defer cancel()
	server, err := r.given.Dial(ctx, addr, overTLS)
	if ours {
		code := granted
		if err != nil {
			code = refused
		}
		if reply(c, code) != nil {
			return
		}
	}
	if err != nil {
		return
	}
	defer server.Close()
	defer context.AfterFunc(r.ctx, func() { _ = server.Close() })()
	r.connect(ctx, in, server, addr, ours, overTLS)
}

// tlsHandshake is the first byte of a TLS connection (RFC 8446 section 5.1).
const tlsHandshake = 0x16

// connect passes on what is said between the browser and a server.
func (r *Relay) connect(ctx context.Context, in *client, server net.Conn, addr string, ours, overTLS bool) {
	prefix := r.given.Prefix("http://"+addr+"/") != ""
	switch {
	case overTLS && (ours && r.EndsTLS() || r.holds(addr)):
		r.secured(ctx, in, server, addr)
	case overTLS, !r.holds(addr) && !prefix && !(ours && r.given.Adds()):
		both(in, server)
	default:
		r.dressed("http", addr, in, server)
	}
}

// secured ends the browser's TLS and begins another with the server.
func (r *Relay) secured(ctx context.Context, in *client, server net.Conn, addr string) {
	config, cert, err := r.given.TLS(), r.cert, error(nil)
	config.ServerName = origin.Host("https://" + addr)
	if addr != r.addr {
		if cert, err = testcert.New(config.ServerName); err != nil {
			return
		}
	}
	config.NextProtos = protocols(r.given.Protocol)
	up := tls.Client(server, config)
	if err := up.HandshakeContext(ctx); err != nil {
		return
	}
	agreed := up.ConnectionState().NegotiatedProtocol
	if agreed == "" {
		agreed = "http/1.1"
	}
	down := tls.Server(in, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{agreed}, MinVersion: tls.VersionTLS12})
	if err := down.HandshakeContext(ctx); err != nil {
		return
	}
	defer down.Close()
	if agreed == "h2" {
		r.dressedH2(addr, down, up)
		return
	}
	r.dressed("https", addr, &client{Conn: down, r: bufio.NewReader(down)}, up)
}

// protocols are those to offer the server (RFC 7301).
func protocols(only string) []string {
	switch only {
	case ask.H1:
		return []string{"http/1.1"}
	case ask.H2:
		return []string{"h2"}
	}
	return []string{"h2", "http/1.1"}
}

// client is a connection of which the beginning may have been read.
type client struct {
	net.Conn
	r *bufio.Reader
}

func (c *client) Read(p []byte) (int, error) { return c.r.Read(p) }

// both copies in both directions until both are at their end.
func both(a, b net.Conn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(b, a)
		halfClose(b)
	}()
	_, _ = io.Copy(a, b)
	halfClose(a)
	<-done
}

// halfClose says that nothing more comes; a connection that cannot say so is closed.
func halfClose(c net.Conn) {
	if in, ok := c.(*client); ok {
		c = in.Conn
	}
	if h, ok := c.(interface{ CloseWrite() error }); ok {
		_ = h.CloseWrite()
		return
	}
	_ = c.Close()
}
