package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"github.com/corsproof/corsproof/internal/limit"
	"github.com/corsproof/corsproof/internal/silence"
)

// Options bound what a client reads and say how it connects. The zero value
// is usable.
type Options struct {
	TLS          *tls.Config   // roots and the like; nil: the system's. Names and protocols are set per endpoint.
	MaxHead      int           // bytes of an answer's head, and of its interim ones together; 0: 256 KiB, what Chrome reads
	MaxBody      int64         // bytes of content that are read; 0: 16 MiB
	KeepBody     int           // bytes of content that are kept; 0: 64 KiB
	MaxIdle      time.Duration // how long an unused connection stays in the pool; 0: 4 s, below Node's 5 s
	MaxIdleConns int           // unused connections per endpoint; 0: 64
	Patience     time.Duration // how long content is waited for that the request has no need of; 0: 1 s
	DialTimeout  time.Duration // 0: 5 s; the context may end it earlier
	WriteTimeout time.Duration // of one HTTP/2 write; 0: 2 s, since nothing else is done meanwhile
	// Dial connects to host:port, on which TLS will be spoken or not; nil: directly.
	Dial func(ctx context.Context, addr string, overTLS bool) (net.Conn, error)
	Only string // H1 or H2: the one protocol that is spoken over TLS; empty: what the endpoint says

	endless *atomic.Int32 // contents in a row that did not end in time
}

// Client sends requests over a pool of connections. It is safe for concurrent use.
type Client struct {
	opt    Options
	dialer net.Dialer

	mu     sync.Mutex
	idle   map[Endpoint][]*h1conn // last used last
	shared map[Endpoint]*sharedH2
	h2only map[Endpoint]bool // what tellH2 found
	closed bool

	servers silence.Servers // by address
}

// sharedH2 is the HTTP/2 connection to an endpoint. lock holds one element
// while somebody makes one, so that waiting for it can be given up.
type sharedH2 struct {
	lock chan struct{}
	conn *h2conn
	h1   bool // the endpoint was offered both and picked HTTP/1
}

// NewClient is a client with these options.
func NewClient(opt Options) *Client {
	setDefault(&opt.MaxHead, 256<<10)
	setDefault(&opt.MaxBody, 16<<20)
	setDefault(&opt.KeepBody, 64<<10)
	setDefault(&opt.MaxIdle, 4*time.Second)
	setDefault(&opt.MaxIdleConns, 64)
	setDefault(&opt.Patience, time.Second)
	setDefault(&opt.endless, new(atomic.Int32))
	setDefault(&opt.DialTimeout, 5*time.Second)
	setDefault(&opt.WriteTimeout, 2*time.Second)
	return &Client{opt: opt, idle: map[Endpoint][]*h1conn{}, shared: map[Endpoint]*sharedH2{}, h2only: map[Endpoint]bool{}}
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// Answer is what became of one request.
type Answer struct {
	Response *Response
	Err      *Error // nil with a Response
	// Stray is the number of bytes that came before the answer, on a connection
	// that had answered before: they answer no request. StrayStart are the first.
	Stray      int
	StrayStart string
}

// Do sends a request over a connection of the pool. A request whose connection
// turns out to be stale is sent once more over a new one.
func (c *Client) Do(ctx context.Context, ep Endpoint, req *Request) (*Response, error) {
	conn, err := c.Get(ctx, ep)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	a := conn.Do(ctx, req)[0]
	if a.Err != nil {
		return nil, a.Err
	}
	return a.Response, nil
}

// Conn is a connection held by one user: requests sent over it go over the
// same transport connection for as long as the server keeps it.
type Conn struct {
	client *Client
	ep     Endpoint
	h1     *h1conn
	h2     *h2conn
	own    bool // not from the pool and not to go there
}

// Get takes a connection from the pool, or makes one. Release gives it back.
func (c *Client) Get(ctx context.Context, ep Endpoint) (*Conn, error) {
	ep.Proto = c.proto(ep)
	if ep.Proto == H1 || (ep.Proto == Any && !ep.TLS) {
		ep.Proto = H1
		if h := c.pop(ep); h != nil {
			return &Conn{client: c, ep: ep, h1: h}, nil
		}
		return c.open(ctx, ep, false)
	}
	s := c.sharedFor(ep)
	select {
	case s.lock <- struct{}{}:
		defer func() { <-s.lock }()
	case <-ctx.Done():
		return nil, ioError(ctx, ep.Addr, "waiting for the connection to", false, ctx.Err())
	}
	if s.h1 {
		ep.Proto = H1
		return c.Get(ctx, ep)
	}
	if s.conn != nil && s.conn.usable(time.Now()) {
		return &Conn{client: c, ep: ep, h2: s.conn}, nil
	}
	conn, err := c.open(ctx, ep, false)
	if err != nil {
		return nil, err
	}
	if s.conn != nil {
		s.conn.retire()
	}
	s.conn, s.h1 = conn.h2, conn.h1 != nil
	return conn, nil
}

// proto is the protocol to speak.
func (c *Client) proto(ep Endpoint) string {
	switch {
	case ep.TLS && c.opt.Only != "":
		return c.opt.Only
	case ep.Proto == "":
		return H1
	}
	return ep.Proto
}

// Open makes a connection of its own; Release closes it.
func (c *Client) Open(ctx context.Context, ep Endpoint) (*Conn, error) {
	ep.Proto = c.proto(ep)
	return c.open(ctx, ep, true)
}

func (c *Client) sharedFor(ep Endpoint) *sharedH2 {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.shared[ep]
	if s == nil {
		s = &sharedH2{lock: make(chan struct{}, 1)}
		c.shared[ep] = s
	}
	return s
}

// pop takes the most recently used connection that is still open.
func (c *Client) pop(ep Endpoint) *h1conn {
	now := time.Now()
	for {
		c.mu.Lock()
		list := c.idle[ep]
		if len(list) == 0 {
			c.mu.Unlock()
			return nil
		}
		h := list[len(list)-1]
		c.idle[ep] = list[:len(list)-1]
		c.mu.Unlock()
		if h.reusable(now) {
			return h
		}
		h.close()
	}
}

func (c *Client) push(ep Endpoint, h *h1conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || h.dead || h.spoilt || h.r.Buffered() > 0 || len(c.idle[ep]) >= c.opt.MaxIdleConns {
		h.close()
		return
	}
	c.idle[ep] = append(c.idle[ep], h)
}

// open makes a connection.
func (c *Client) open(ctx context.Context, ep Endpoint, own bool) (*Conn, error) {
	dialCtx, cancel := context.WithTimeout(ctx, c.opt.DialTimeout)
	defer cancel()
	nc, err := c.dialAgain(dialCtx, ep)
	if err != nil {
		e := &Error{Kind: Unreachable, Addr: ep.Addr, Doing: "connecting to", Err: err}
		if exhausted(err) {
			e.Kind = Exhausted
		}
		if errors.Is(ctx.Err(), context.Canceled) {
			e.Kind, e.Err = Canceled, context.Cause(ctx)
		}
		return nil, e
	}
	proto := ep.Proto
	if ep.TLS {
		if nc, proto, err = c.secure(dialCtx, nc, ep); err != nil {
			return nil, err
		}
	}
	conn := &Conn{client: c, ep: ep, own: own}
	if proto != H2 {
		conn.h1 = newH1(nc, ep.Addr, &c.opt)
		return conn, nil
	}
	if conn.h2, err = newH2(nc, ep.Addr, &c.opt); err != nil {
		_ = nc.Close()
		return nil, ioError(ctx, ep.Addr, "starting HTTP/2 with", false, err)
	}
	return conn, nil
}

func (c *Client) dial(ctx context.Context, ep Endpoint) (net.Conn, error) {
	if c.opt.Dial != nil {
		return c.opt.Dial(ctx, ep.Addr, ep.TLS)
	}
	return c.dialer.DialContext(ctx, "tcp", ep.Addr)
}

// secure does the TLS handshake and tells which protocol was agreed on.
func (c *Client) secure(ctx context.Context, nc net.Conn, ep Endpoint) (net.Conn, string, error) {
	cfg := &tls.Config{}
	if c.opt.TLS != nil {
		cfg = c.opt.TLS.Clone()
	}
	cfg.ServerName = ep.ServerName
	if cfg.ServerName == "" {
		cfg.ServerName, _, _ = net.SplitHostPort(ep.Addr)
	}
	switch ep.Proto {
	case H2:
		cfg.NextProtos = []string{http2.NextProtoTLS}
	case Any:
		cfg.NextProtos = []string{http2.NextProtoTLS, "http/1.1"}
	default:
		cfg.NextProtos = []string{"http/1.1"}
	}
	tc := tls.Client(nc, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		_ = nc.Close()
		e := &Error{Kind: NoTLS, Addr: ep.Addr, Doing: "the TLS handshake with", Err: err}
		switch {
		case strings.HasSuffix(err.Error(), noApplicationProtocol):
			e.Kind, e.OnlyH2 = NoProtocol, ep.Proto == H1 && c.offersH2(ctx, ep)
		case ctx.Err() != nil:
			e = ioError(ctx, ep.Addr, "the TLS handshake with", false, ctx.Err())
		}
		return nil, "", e
	}
	agreed := tc.ConnectionState().NegotiatedProtocol
	if agreed == http2.NextProtoTLS {
		return tc, H2, nil
	}
	if ep.Proto == H2 {
		_ = tc.Close()
		return nil, "", &Error{Kind: NoProtocol, Addr: ep.Addr, Doing: "negotiating HTTP/2 with", Err: errors.New("the server does not offer h2 by ALPN")}
	}
	return tc, H1, nil
}

// noApplicationProtocol is how crypto/tls words the alert of a server that
// speaks none of the offered protocols (RFC 7301 section 3.2); its type is
// not exported.
const noApplicationProtocol = "tls: no application protocol"

// Proto is the protocol spoken on the connection: H1 or H2.
func (c *Conn) Proto() string {
	if c.h2 != nil {
		return H2
	}
	return H1
}

// do is Do with all the time of the context.
func (c *Conn) do(ctx context.Context, reqs []*Request) []Answer {
	answers, reused := c.try(ctx, reqs)
	if c.h1 != nil && !reused {
		c.client.tellH2(ctx, c.ep, answers[0].Err)
	}
	var again []int
	for i, a := range answers {
		if resendable(a, reused || i > 0) {
			again = append(again, i)
		}
	}
	if len(again) == 0 || ctx.Err() != nil {
		return answers
	}
	if err := c.renew(ctx); err != nil {
		return answers
	}
	// One behind the other this time: a server that hangs up after each
	// answer gets to answer them all.
	for _, i := range again {
		second, err := c.again(ctx, reqs[i])
		if err != nil {
			return answers
		}
		if second.Response != nil {
			second.Response.Resent = true
		}
		second.Stray, second.StrayStart = answers[i].Stray, answers[i].StrayStart
		answers[i] = second
	}
	return answers
}

// A stream that the server refused was not processed, and is sent again, as often as
// browsers and Go do it: each time on a connection of its own, since those who share one are
// refused together, and a little later.
const (
	refusedTries = 6
	refusedPause = 20 * time.Millisecond
)

// again sends a request once more, and a refused one some more times.
func (c *Conn) again(ctx context.Context, req *Request) (Answer, *Error) {
	var a Answer
	for i := range refusedTries {
		if c.spent() {
			if err := c.renew(ctx); err != nil {
				return a, err
			}
		}
		answers, _ := c.try(ctx, []*Request{req})
		if a = answers[0]; a.Err == nil || !errors.Is(a.Err, errRefused) || ctx.Err() != nil {
			break
		}
		if limit.Pause(ctx, refusedPause<<i) != nil || c.leaveShared(ctx) != nil {
			break
		}
	}
	return a, nil
}

// leaveShared takes a connection of its own in the place of one that is shared.
func (c *Conn) leaveShared(ctx context.Context) error {
	if c.own || c.h2 == nil {
		return nil
	}
	fresh, err := c.client.open(ctx, c.ep, true)
	if err != nil {
		return err
	}
	c.h1, c.h2, c.own = fresh.h1, fresh.h2, true
	return nil
}

// try sends once. reused tells whether the connection had served before.
func (c *Conn) try(ctx context.Context, reqs []*Request) (answers []Answer, reused bool) {
	if c.spent() {
		if err := c.renew(ctx); err != nil {
			return failAll(len(reqs), err), false
		}
	}
	if c.h2 != nil {
		return c.h2.do(ctx, reqs), true
	}
	reused = c.h1.used
	return c.h1.do(ctx, reqs), reused
}

// spent tells whether the server has ended the connection: a server is free
// to do so after any answer (RFC 9112 section 9.3). One that has bytes to read
// is not: they are the finding, and the next request will meet them.
func (c *Conn) spent() bool {
	if c.h2 != nil {
		return !c.h2.usable(time.Now())
	}
	return c.h1.dead || (c.h1.used && c.h1.r.Buffered() == 0 && peek(c.h1.nc) == ended)
}

// resendable: what a browser sends again. Chromium does so for every method
// (HttpNetworkTransaction::HandleIOError with a reused socket).
func resendable(a Answer, reused bool) bool {
	return a.Err != nil && a.Err.Kind == Closed && reused
}

func (c *Conn) renew(ctx context.Context) *Error {
	if c.own || c.h1 != nil {
		c.closeOwn()
		fresh, err := c.client.open(ctx, c.ep, c.own)
		if err != nil {
			e, _ := errors.AsType[*Error](err)
			return e
		}
		c.h1, c.h2 = fresh.h1, fresh.h2
		return nil
	}
	fresh, err := c.client.Get(ctx, c.ep)
	if err != nil {
		e, _ := errors.AsType[*Error](err)
		return e
	}
	c.h1, c.h2 = fresh.h1, fresh.h2
	return nil
}

func failAll(n int, err *Error) []Answer {
	answers := make([]Answer, n)
	for i := range answers {
		answers[i].Err = err
	}
	return answers
}

// Release gives the connection back to the pool, or closes it if it was opened
// for one user or is of no more use.
func (c *Conn) Release() {
	switch {
	case c.own:
		c.closeOwn()
	case c.h1 != nil:
		c.client.push(c.ep, c.h1)
	}
	c.h1, c.h2 = nil, nil
}

func (c *Conn) closeOwn() {
	if c.h1 != nil {
		c.h1.close()
	}
	if c.h2 != nil && c.own {
		c.h2.close()
	}
}

// Close closes every unused connection, and HTTP/2 connections under way.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, list := range c.idle {
		for _, h := range list {
			h.close()
		}
	}
	clear(c.idle)
	for _, s := range c.shared {
		s.lock <- struct{}{}
		if s.conn != nil {
			s.conn.close()
		}
		<-s.lock
	}
}
