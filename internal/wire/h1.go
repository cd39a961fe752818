package wire

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"time"
)

// h1conn is one HTTP/1 connection. It is used by one goroutine at a time.
type h1conn struct {
	nc   net.Conn
	addr string
	opt  *Options
	r    *bufio.Reader
	out  []byte // scratch for requests

	used      bool // has answered a request before
	spoilt    bool // not to be given to another user: the server may have left content unread
	dead      bool // cannot answer another
	idleSince time.Time
}

func newH1(nc net.Conn, addr string, opt *Options) *h1conn {
	return &h1conn{nc: nc, addr: addr, opt: opt, r: bufio.NewReaderSize(nc, 8<<10)}
}

// do sends the requests one behind the other without waiting (pipelining, when
// there are several) and reads the answers in order. Each request gets an
// answer or an error.
func (c *h1conn) do(ctx context.Context, reqs []*Request) []Answer {
	answers := make([]Answer, len(reqs))
	release := c.guard(ctx)
	defer release()

	start := time.Now()
	c.out = c.out[:0]
	for _, req := range reqs {
		c.out = appendRequest(c.out, req)
	}
	// A server may answer and hang up before it has read a large request:
	// then writing fails, and the answer is there to be read all the same.
	_, writeErr := c.nc.Write(c.out)
	for i, req := range reqs {
		c.spoilt = c.spoilt || req.Body != ""
		if c.dead {
			answers[i].Err = &Error{Kind: Closed, Addr: c.addr, Doing: "reading the answer of", Err: errHungUp}
			continue
		}
		var before stray
		var err *Error
		if c.used {
			before, err = c.pass(ctx)
		}
		answers[i].Stray, answers[i].StrayStart = before.n, string(before.start)
		var resp *Response
		if err == nil {
			resp, err = c.receive(ctx, req, start, i == len(reqs)-1)
		}
		if err != nil && err.Kind == Closed && writeErr != nil {
			err = ioError(ctx, c.addr, "sending the request to", false, writeErr)
		}
		if err != nil {
			c.dead = true
			answers[i].Err = err
			continue
		}
		c.used = true
		answers[i].Response = resp
	}
	c.idleSince = time.Now()
	return answers
}

// guard ties the connection to ctx: its deadline and its cancellation.
func (c *h1conn) guard(ctx context.Context) (release func()) {
	deadline, _ := ctx.Deadline()
	_ = c.nc.SetDeadline(deadline)
	if ctx.Done() == nil {
		return func() {}
	}
	stop := context.AfterFunc(ctx, func() { _ = c.nc.SetDeadline(time.Unix(1, 0)) })
	return func() {
		if !stop() {
			c.dead = true // the deadline in the past may hit the next user
		}
	}
}

// appendRequest writes a request exactly as it is stated.
func appendRequest(b []byte, req *Request) []byte {
	version := req.Version
	if version == "" {
		version = "HTTP/1.1"
	}
	b = append(append(b, req.method()...), ' ')
	b = append(append(append(b, req.Prefix...), req.target()...), ' ')
	b = append(append(b, version...), '\r', '\n')
	for _, line := range req.Lines {
		b = append(append(b, line...), '\r', '\n')
	}
	b = append(b, '\r', '\n')
	return append(b, req.Body...)
}

// pass comes to the beginning of the next answer.
func (c *h1conn) pass(ctx context.Context) (stray, *Error) {
	s, err := c.skipStray()
	if err != nil {
		return s, c.fail(ctx, "reading the head of the answer of", false, err)
	}
	return s, nil
}

// receive reads the answer to req. last tells that nothing was sent behind it.
func (c *h1conn) receive(ctx context.Context, req *Request, start time.Time, last bool) (*Response, *Error) {
	var started bool
	var interim []Interim
	before := 0 // bytes of the interim ones
	room := cmp.Or(req.MaxHead, c.opt.MaxHead)
	for {
		h, err := readHead(c.r, room, &started)
		if err != nil {
			return nil, c.fail(ctx, "reading the head of the answer of", started, err)
		}
		if h.status == 101 && !upgrades(req) {
			return nil, c.fail(ctx, "reading the answer of", true, malformed("it switches to another protocol (101), which no request asked for"))
		}
		if h.status < 200 && h.status != 101 {
			if len(interim) == maxInterim {
				return nil, c.fail(ctx, "reading the answer of", true, malformed("more than %d interim answers", maxInterim))
			}
			interim = append(interim, Interim{h.status, h.header})
			if before += h.bytes; before > max(room, 64<<10) {
				return nil, c.fail(ctx, "reading the answer of", true, malformed("interim answers of more than %d bytes", max(room, 64<<10)))
			}
			continue
		}
		return c.finish(ctx, req, h, interim, start, last)
	}
}

// upgrades tells whether a request asks for another protocol.
func upgrades(req *Request) bool {
	return slices.ContainsFunc(req.Lines, func(line string) bool {
		name, _, _ := strings.Cut(line, ":")
		return strings.EqualFold(name, "Upgrade")
	})
}

// maxInterim bounds the 1xx answers to one request.
const maxInterim = 100

// finish reads what follows the head of a final answer.
func (c *h1conn) finish(ctx context.Context, req *Request, h head, interim []Interim, start time.Time, last bool) (*Response, *Error) {
	resp := &Response{Proto: h.proto, Status: h.status, Phrase: h.phrase, Header: h.header, HeadBytes: h.bytes, Interim: interim}
	resp.Elapsed = time.Since(start)
	f, length, err := frame(req.Method, h)
	if err == nil {
		var trailer []byte
		body := sink{keep: c.opt.KeepBody}
		wait := contentWait{c: c, ctx: ctx, req: req, resp: resp}
		wait.begin(f, length, &body)
		trailer, err = readBody(c.r, f, length, c.opt.MaxBody, c.opt.MaxHead, &body)
		resp.Body, resp.Size = body.data, body.size
		if err == nil && len(trailer) > 2 {
			resp.Trailer, err = parseFields(string(trailer))
		}
		resp.Unfinished = wait.end(err)
		if err != nil && !resp.Unfinished && !errors.Is(err, errBodyTooLarge) {
			if e := c.fail(ctx, "reading the content of the answer of", true, err); e.Kind == Cut {
				resp.Unfinished, resp.Cut = true, e.Error()
			}
		}
	}
	switch {
	case resp.Unfinished:
		resp.Closed = true
	case errors.Is(err, errBodyTooLarge):
		resp.Closed = true
	case err != nil:
		e := c.fail(ctx, "reading the content of the answer of", true, err)
		e.Partial = resp
		return nil, e
	}
	if !resp.Unfinished {
		resp.Elapsed = time.Since(start)
	}
	// 101 and a CONNECT answer end HTTP on this connection.
	resp.Closed = resp.Closed || f == untilClose || closes(h) || h.status == 101 || req.Method == "CONNECT"
	if last {
		resp.Excess, resp.ExcessStart = c.r.Buffered(), c.glimpse()
		if f != untilClose && !resp.Unfinished && asksToClose(req) {
			s := c.drain(ctx)
			resp.Closed, resp.Excess, resp.ExcessStart = true, s.n, string(s.start)
		}
	}
	c.dead = resp.Closed
	return resp, nil
}

// asksToClose tells whether a request is the last on its connection by its own words.
func asksToClose(req *Request) bool {
	for _, line := range req.Lines {
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, "Connection") && strings.EqualFold(trimOWS(value), "close") {
			return true
		}
	}
	return false
}

// closes tells whether the connection ends after this answer (RFC 9112 section 9.3).
func closes(h head) bool {
	if hasToken(h.header, "Connection", "close") {
		return true
	}
	return h.proto == "HTTP/1.0" && !hasToken(h.header, "Connection", "keep-alive")
}

func (c *h1conn) fail(ctx context.Context, doing string, started bool, err error) *Error {
	var m *malformedError
	switch {
	case errors.Is(err, errOnlyH2):
		return &Error{Kind: Malformed, Addr: c.addr, Doing: doing, Received: c.glimpse(), Foreign: true, OnlyH2: true, Err: err}
	case errors.As(err, &m):
		return &Error{Kind: Malformed, Addr: c.addr, Doing: doing, Received: c.glimpse(), Foreign: m.foreign, Err: err}
	case errors.Is(err, errTooLarge):
		return &Error{Kind: TooLarge, Addr: c.addr, Doing: doing, Err: err}
	}
	return ioError(ctx, c.addr, doing, started, err)
}

// glimpse is the beginning of what is still in the buffer, for messages.
func (c *h1conn) glimpse() string {
	b, _ := c.r.Peek(min(c.r.Buffered(), 60))
	return strings.Clone(string(b))
}

// reusable tells whether an idle connection can be expected to answer.
func (c *h1conn) reusable(now time.Time) bool {
	return !c.dead && c.r.Buffered() == 0 && now.Sub(c.idleSince) < c.opt.MaxIdle && peek(c.nc) == silent
}

func (c *h1conn) close() { _ = c.nc.Close() }
