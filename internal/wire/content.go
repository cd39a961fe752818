package wire

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/corsproof/corsproof/internal/silence"
)

// An answer is judged at its header fields, and content need not end: an event
// stream goes on as long as somebody listens. Content is read as long as the
// request has need of it, and a moment longer, since a connection whose answer
// is read to its end can be used again.

// streamPatience is how long the end of an event stream is waited for: there
// are streams that end, and most do not
// (https://html.spec.whatwg.org/#server-sent-events).
const streamPatience = 50 * time.Millisecond

// patience is how long to wait for content that nobody needs. Where as many in a row as there are preflights
// waited for in vain did not end, it is streamPatience: a server that states a length and sends less would
// hold up a run for minutes.
func (o *Options) patience(r *Response) time.Duration {
	if o.endless.Load() >= silence.InVain {
		return min(streamPatience, o.Patience)
	}
	for _, v := range values(r.Header, "Content-Type") {
		kind, _, _ := strings.Cut(v, ";")
		if strings.EqualFold(trimOWS(kind), "text/event-stream") {
			return min(streamPatience, o.Patience)
		}
	}
	return o.Patience
}

// needed tells whether the request needs more content than the answer has so far.
func (r *Request) needed(resp *Response) bool { return r.Need != nil && r.Need(resp) }

// contentWait bounds the reading of one answer's content on an HTTP/1 connection.
type contentWait struct {
	c        *h1conn
	ctx      context.Context
	req      *Request
	resp     *Response
	needed   bool
	deadline bool // one of its own is set
}

// begin is called when the head is there.
func (w *contentWait) begin(f framing, length int64, body *sink) {
	if f == noBody || (f == byLength && int64(w.c.r.Buffered()) >= length) {
		return // nothing to wait for
	}
	if w.needed = w.req.needed(w.resp); w.needed {
		body.grown = func() { w.look(body) }
		return
	}
	w.bound()
}

// look is called when content has come.
func (w *contentWait) look(body *sink) {
	w.resp.Body, w.resp.Size = body.data, body.size
	if w.needed && !w.req.needed(w.resp) {
		w.needed, body.grown = false, nil
		w.bound()
	}
}

// bound sets the time after which the rest of the content is given up.
func (w *contentWait) bound() {
	w.c.readBy(w.ctx, w.c.opt.patience(w.resp))
	w.deadline = true
}

// end tells whether err only means that the content did not end in time, and
// puts the connection's deadline back.
func (w *contentWait) end(err error) (unfinished bool) {
	if err != nil {
		unfinished = errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(w.ctx.Err(), context.Canceled)
		if unfinished && w.deadline {
			w.c.opt.endless.Add(1)
		}
		return unfinished
	}
	if w.deadline {
		w.c.opt.endless.Store(0)
		deadline, _ := w.ctx.Deadline()
		_ = w.c.nc.SetReadDeadline(deadline)
	}
	return false
}

// readBy bounds reads by a time from now, within the context's.
func (c *h1conn) readBy(ctx context.Context, d time.Duration) {
	deadline := time.Now().Add(d)
	if most, ok := ctx.Deadline(); ok && most.Before(deadline) {
		deadline = most
	}
	if ctx.Err() == nil {
		_ = c.nc.SetReadDeadline(deadline)
	}
}

// Bytes that nobody asked for. A 204 with content, the content of a request
// that the server left unread and took for the next request: both are seen on
// the connection only, before the next answer or after the last.

// maxStray bounds what is passed over in search of an answer.
const maxStray = 64 << 10

// stray are bytes on a connection that belong to no answer.
type stray struct {
	n     int
	start []byte // the first of them
}

func (s *stray) add(b []byte) {
	s.n += len(b)
	if room := maxStrayShown - len(s.start); room > 0 {
		s.start = append(s.start, b[:min(room, len(b))]...)
	}
}

// maxStrayShown is how many of the bytes are kept.
const maxStrayShown = 120

// skipStray passes over what lies between the answer before and the next, on a
// connection that has answered before. Only a status line can begin an answer.
func (c *h1conn) skipStray() (s stray, err error) {
	const begin = "HTTP/"
	for s.n < maxStray {
		b, err := c.r.Peek(len(begin))
		switch {
		case string(b) == begin:
			return s, nil
		case err != nil:
			s.add(b)
			_, _ = c.r.Discard(len(b))
			return s, err
		}
		n := len(b)
		if i := bytes.IndexByte(b[1:], begin[0]); i >= 0 {
			n = 1 + i
		}
		s.add(b[:n])
		_, _ = c.r.Discard(n)
	}
	return s, malformed("%d bytes before the answer are none", maxStray)
}

// drain reads to the end of a connection whose last request has been answered,
// and reports what came: an answer to something that was not a request.
func (c *h1conn) drain(ctx context.Context) (s stray) {
	c.readBy(ctx, c.opt.Patience)
	for s.n < maxStray {
		if _, err := c.r.Peek(1); err != nil {
			return s
		}
		b, _ := c.r.Peek(c.r.Buffered())
		s.add(b)
		_, _ = c.r.Discard(len(b))
	}
	return s
}
