package wire

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"
)

// exhausted tells whether a connection failed for want of file descriptors, which says
// nothing about the server: of this process (EMFILE) or of the machine (ENFILE).
func exhausted(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// dialAgain connects. Where there are no file descriptors it gives up those of unused
// connections and waits for others to be given back, as long as a connection may take.
func (c *Client) dialAgain(ctx context.Context, ep Endpoint) (net.Conn, error) {
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		nc, err := c.dial(ctx, ep)
		if err == nil || !exhausted(err) {
			return nc, err
		}
		c.closeIdle()
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// closeIdle closes the connections that nobody uses.
func (c *Client) closeIdle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for ep, list := range c.idle {
		for _, h := range list {
			h.close()
		}
		delete(c.idle, ep)
	}
}
