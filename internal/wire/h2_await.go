package wire

import (
	"context"
	"errors"
	"net"
	"time"
)

// tell says that a final head or content has come.
func (s *stream) tell() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// await waits for the answer of a stream: until it is complete, or has all the
// content that is needed and does not end soon.
func (c *h2conn) await(ctx context.Context, s *stream) Answer {
	var giveUp <-chan time.Time
	for {
		select {
		case <-s.done:
			if giveUp != nil {
				c.opt.endless.Store(0)
			}
			return s.answer()
		case <-s.news:
			if giveUp == nil {
				giveUp = c.patience(s)
			}
			continue
		case <-giveUp:
			c.opt.endless.Add(1)
		case <-ctx.Done():
		}
		c.leave(ctx, s)
		return s.answer()
	}
}

func (s *stream) answer() Answer {
	if s.err != nil {
		return Answer{Err: s.err}
	}
	return Answer{Response: s.resp}
}

// patience starts the time after which the rest of the content is given up;
// nil as long as more is needed.
func (c *h2conn) patience(s *stream) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.resp == nil {
		return nil
	}
	s.resp.Body, s.resp.Size = s.body.data, s.body.size
	if s.req.needed(s.resp) {
		return nil
	}
	return time.After(c.opt.patience(s.resp))
}

// leave gives a stream up. With its head there, the answer stands.
func (c *h2conn) leave(ctx context.Context, s *stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-s.done:
		return
	default:
	}
	if s.resp == nil || errors.Is(ctx.Err(), context.Canceled) {
		s.err = ioError(ctx, c.addr, "waiting for the answer of", s.began, ctx.Err())
		c.cancelLocked(s)
		return
	}
	s.resp.Unfinished = true
	s.resp.Interim, s.resp.Body, s.resp.Size = s.inter, s.body.data, s.body.size
	c.cancelLocked(s)
}

// retire lets the connection end with its last stream.
func (c *h2conn) retire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retired = true
	c.leaveLocked()
}

// leaveLocked ends a connection that nobody uses any more.
func (c *h2conn) leaveLocked() {
	if c.retired && len(c.streams) == 0 && c.err == nil {
		c.breakLocked(&Error{Kind: Closed, Addr: c.addr, Doing: "using the connection to", Err: net.ErrClosed})
	}
}
