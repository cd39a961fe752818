package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// What this client announces. A large window spares most answers a
// WINDOW_UPDATE round.
const (
	h2StreamWindow = 1 << 20
	h2ConnWindow   = 1 << 24
	h2MaxFrame     = 1 << 14
)

// h2conn is one HTTP/2 connection. Any number of goroutines may use it.
//
// golang.org/x/net/http2.Transport is not used because it canonicalises names
// and adds fields; its Framer and hpack are.
type h2conn struct {
	nc   net.Conn
	addr string
	opt  *Options

	// mu guards everything below; fr may be written only under it.
	mu      sync.Mutex
	fr      *http2.Framer
	bw      *bytes.Buffer // what fr writes, flushed by flushLocked
	enc     *hpack.Encoder
	block   bytes.Buffer
	nextID  uint32
	streams map[uint32]*stream
	err     *Error        // why no further stream can be opened
	changed chan struct{} // closed and replaced when windows or stream counts change

	sendWindow   int64 // of the connection
	streamWindow int64 // the peer's initial window
	peerFrame    int
	maxStreams   uint32
	goAway       bool
	retired      bool  // another has taken its place: it ends with its last stream
	unread       int64 // received bytes of the connection not yet given back
	lastUse      time.Time
}

// stream is one request under way. The read loop fills it and closes done.
type stream struct {
	id      uint32
	req     *Request
	start   time.Time
	resp    *Response
	inter   []Interim
	interim int // bytes of their heads
	body    sink
	window  int64 // what we may still send
	unread  int64
	began   bool // a HEADERS frame has come
	closed  bool // no longer to be written to
	err     *Error
	news    chan struct{} // holds one element when a final head or content has come
	done    chan struct{}
}

// newH2 starts HTTP/2 on a connection whose TLS handshake is over.
func newH2(nc net.Conn, addr string, opt *Options) (*h2conn, error) {
	c := &h2conn{
		nc: nc, addr: addr, opt: opt, bw: new(bytes.Buffer), nextID: 1,
		streams: map[uint32]*stream{}, changed: make(chan struct{}),
		sendWindow: 65535, streamWindow: 65535, peerFrame: h2MaxFrame, maxStreams: 100,
		lastUse: time.Now(),
	}
	c.fr = http2.NewFramer(c.bw, nc)
	c.fr.SetMaxReadFrameSize(h2MaxFrame)
	c.enc = hpack.NewEncoder(&c.block)
	c.bw.WriteString(http2.ClientPreface)
	_ = c.fr.WriteSettings(
		http2.Setting{ID: http2.SettingEnablePush, Val: 0},
		http2.Setting{ID: http2.SettingInitialWindowSize, Val: h2StreamWindow},
		http2.Setting{ID: http2.SettingMaxHeaderListSize, Val: uint32(opt.MaxHead)},
	)
	_ = c.fr.WriteWindowUpdate(0, h2ConnWindow-65535)
	if err := c.flushLocked(); err != nil {
		return nil, err
	}
	go c.readLoop()
	return c, nil
}

// flushLocked sends what the framer has written.
func (c *h2conn) flushLocked() error {
	_ = c.nc.SetWriteDeadline(time.Now().Add(c.opt.WriteTimeout))
	_, err := c.nc.Write(c.bw.Bytes())
	c.bw.Reset()
	return err
}

// do sends the requests as concurrent streams and waits for all answers.
func (c *h2conn) do(ctx context.Context, reqs []*Request) []Answer {
	answers := make([]Answer, len(reqs))
	streams := make([]*stream, len(reqs))
	for i, req := range reqs {
		s, err := c.open(ctx, req)
		if err != nil {
			answers[i].Err = err
			continue
		}
		streams[i] = s
	}
	for i, s := range streams {
		if s != nil {
			answers[i] = c.await(ctx, s)
		}
	}
	return answers
}

// open sends a request's head and body.
func (c *h2conn) open(ctx context.Context, req *Request) (*stream, *Error) {
	fields, uerr := h2Fields(req, c.addr, c.nc)
	if uerr != nil {
		return nil, &Error{Kind: Unsendable, Addr: c.addr, Doing: "sending the request to", Err: uerr}
	}
	s := &stream{req: req, start: time.Now(), news: make(chan struct{}, 1), done: make(chan struct{}), body: sink{keep: c.opt.KeepBody}}
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.err == nil && uint32(len(c.streams)) >= c.maxStreams {
		if err := c.waitLocked(ctx); err != nil {
			return nil, err
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	s.id, s.window = c.nextID, c.streamWindow
	c.nextID += 2
	c.streams[s.id] = s
	c.writeHeadLocked(s.id, fields, req.Body == "")
	if err := c.flushLocked(); err != nil {
		delete(c.streams, s.id)
		e := ioError(ctx, c.addr, "sending the request to", false, err)
		c.breakLocked(e)
		return nil, e
	}
	if err := c.sendBodyLocked(ctx, s, []byte(req.Body)); err != nil {
		return nil, err
	}
	return s, nil
}

// writeHeadLocked writes HEADERS and CONTINUATION.
func (c *h2conn) writeHeadLocked(id uint32, fields []hpack.HeaderField, end bool) {
	c.block.Reset()
	for _, f := range fields {
		_ = c.enc.WriteField(f)
	}
	block := c.block.Bytes()
	for first := true; first || len(block) > 0; first = false {
		part := block[:min(len(block), c.peerFrame)]
		block = block[len(part):]
		if first {
			_ = c.fr.WriteHeaders(http2.HeadersFrameParam{
				StreamID: id, BlockFragment: part, EndStream: end, EndHeaders: len(block) == 0,
			})
		} else {
			_ = c.fr.WriteContinuation(id, len(block) == 0, part)
		}
	}
}

// sendBodyLocked sends DATA as the peer's windows allow (RFC 9113 section 5.2).
func (c *h2conn) sendBodyLocked(ctx context.Context, s *stream, body []byte) *Error {
	for len(body) > 0 && !s.closed && c.err == nil {
		n := min(int64(len(body)), s.window, c.sendWindow, int64(c.peerFrame))
		if n <= 0 {
			if err := c.waitLocked(ctx); err != nil {
				c.cancelLocked(s)
				return err
			}
			continue
		}
		s.window -= n
		c.sendWindow -= n
		_ = c.fr.WriteData(s.id, int64(len(body)) == n, body[:n])
		body = body[n:]
		if err := c.flushLocked(); err != nil {
			e := ioError(ctx, c.addr, "sending the content to", false, err)
			c.breakLocked(e)
			return e
		}
	}
	return nil
}

// waitLocked releases mu until something about windows or streams changes.
func (c *h2conn) waitLocked(ctx context.Context) *Error {
	ch := c.changed
	c.mu.Unlock()
	defer c.mu.Lock()
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		return ioError(ctx, c.addr, "waiting to send to", false, ctx.Err())
	}
}

func (c *h2conn) signalLocked() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// cancelLocked gives a stream up.
func (c *h2conn) cancelLocked(s *stream) {
	if _, open := c.streams[s.id]; open {
		delete(c.streams, s.id)
		_ = c.fr.WriteRSTStream(s.id, http2.ErrCodeCancel)
		_ = c.flushLocked()
		c.signalLocked()
		c.leaveLocked()
	}
}

// finishLocked ends a stream.
func (c *h2conn) finishLocked(s *stream, err *Error) {
	if _, open := c.streams[s.id]; !open {
		return
	}
	delete(c.streams, s.id)
	c.lastUse = time.Now()
	defer c.leaveLocked()
	s.closed, s.err = true, err
	if s.resp != nil {
		s.resp.Interim = s.inter
		s.resp.Body, s.resp.Size = s.body.data, s.body.size
		if !s.resp.Unfinished {
			s.resp.Elapsed = time.Since(s.start)
		}
	}
	switch {
	case err != nil && s.resp != nil && (err.Kind == Cut || err.Kind == Closed || err.Kind == Reset):
		s.resp.Unfinished, s.resp.Cut, s.err = true, err.Error(), nil
	case err != nil:
		err.Partial, s.resp = s.resp, nil
	case s.resp == nil:
		s.err = &Error{Kind: Malformed, Addr: c.addr, Doing: "reading the answer of", Err: errors.New("the stream ended without a final HEADERS frame")}
	}
	close(s.done)
	c.signalLocked()
}

// breakLocked ends the connection and every stream on it.
func (c *h2conn) breakLocked(err *Error) {
	if c.err == nil {
		c.err = err
	}
	for _, s := range c.streams {
		e := *err
		if s.began && e.Kind == Closed {
			e.Kind, e.Err = Cut, errCut
		}
		c.finishLocked(s, &e)
	}
	c.signalLocked()
	_ = c.nc.Close()
}

// usable tells whether a new stream can be opened.
func (c *h2conn) usable(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err == nil && !c.goAway && c.nextID < 1<<31-2 &&
		(len(c.streams) > 0 || now.Sub(c.lastUse) < c.opt.MaxIdle)
}

func (c *h2conn) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		_ = c.fr.WriteGoAway(0, http2.ErrCodeNo, nil)
		_ = c.flushLocked()
		c.breakLocked(&Error{Kind: Closed, Addr: c.addr, Doing: "using the connection to", Err: net.ErrClosed})
	}
}

// readLoop reads frames until the connection ends.
func (c *h2conn) readLoop() {
	hp := &h2Reader{c: c}
	hp.dec = hpack.NewDecoder(4096, hp.emit)
	hp.dec.SetMaxStringLength(c.opt.MaxHead)
	for {
		f, err := c.fr.ReadFrame()
		if err == nil {
			err = hp.frame(f)
		}
		if err == nil {
			continue
		}
		c.mu.Lock()
		c.breakLocked(h2ReadError(c.addr, err))
		c.mu.Unlock()
		return
	}
}

func h2ReadError(addr string, err error) *Error {
	e := &Error{Addr: addr, Doing: "reading from", Err: err}
	var ce http2.ConnectionError
	var m *malformedError
	switch {
	case errors.Is(err, io.EOF), hungUp(err):
		e.Kind, e.Err = Closed, errHungUp
	case errors.As(err, &m), errors.As(err, &ce), errors.Is(err, http2.ErrFrameTooLarge):
		e.Kind, e.Err = Malformed, fmt.Errorf("not valid HTTP/2: %w", err)
	default:
		e.Kind = Closed
	}
	return e
}
