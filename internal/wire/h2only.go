package wire

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"

	"golang.org/x/net/http2"
)

// errOnlyH2: an HTTP/1.1 request met a server that speaks HTTP/2 from the first byte
// ("prior knowledge", RFC 9113 section 3.3), as those of gRPC and some behind proxies do.
var errOnlyH2 = errors.New("the server speaks HTTP/2 only, and was asked over HTTP/1.1")

// frameHead is the length of what a frame begins with (RFC 9113 section 4.1).
const frameHead = 9

// beginsH2 tells whether bytes are the beginning of an HTTP/2 connection as a server has it: its
// SETTINGS (section 3.4), or the GOAWAY for a client that sent no preface.
func beginsH2(b []byte) bool {
	if len(b) < frameHead {
		return false
	}
	length, kind, flags := binary.BigEndian.Uint32(b)>>8, http2.FrameType(b[3]), b[4]
	if binary.BigEndian.Uint32(b[5:9]) != 0 || length > 1<<14 || flags != 0 {
		return false
	}
	return kind == http2.FrameSettings && length%6 == 0 || kind == http2.FrameGoAway && length >= 8
}

// speaksH2 looks whether what does not begin as HTTP/1 begins as HTTP/2.
func speaksH2(r *bufio.Reader) bool {
	first, _ := r.Peek(1)
	if len(first) == 0 || first[0] != 0 {
		return false // no frame of a beginning is that long
	}
	b, _ := r.Peek(frameHead)
	return beginsH2(b)
}

// tellH2 looks at a server that closed a fresh connection without TLS and without a word: some that
// speak HTTP/2 alone do so when they do not read its preface. It is asked once.
func (c *Client) tellH2(ctx context.Context, ep Endpoint, err *Error) {
	if err == nil || err.Kind != Closed || ep.TLS {
		return
	}
	c.mu.Lock()
	only, asked := c.h2only[ep]
	c.h2only[ep] = only
	c.mu.Unlock()
	if !asked {
		only = c.greets(ctx, ep)
		c.mu.Lock()
		c.h2only[ep] = only
		c.mu.Unlock()
	}
	if only {
		err.Err, err.OnlyH2 = errOnlyH2, true
	}
}

// greets tells whether a server answers the preface of HTTP/2 as one that speaks it. No request is sent.
func (c *Client) greets(ctx context.Context, ep Endpoint) bool {
	ctx, cancel := context.WithTimeout(ctx, min(time.Second, c.opt.DialTimeout))
	defer cancel()
	nc, err := c.dial(ctx, ep)
	if err != nil {
		return false
	}
	defer func() { _ = nc.Close() }()
	return greeted(ctx, nc)
}

func greeted(ctx context.Context, nc net.Conn) bool {
	deadline, _ := ctx.Deadline()
	_ = nc.SetDeadline(deadline)
	defer context.AfterFunc(ctx, func() { _ = nc.SetDeadline(time.Unix(1, 0)) })()
	if _, err := io.WriteString(nc, http2.ClientPreface); err != nil {
		return false
	}
	if http2.NewFramer(nc, nil).WriteSettings() != nil {
		return false
	}
	var b [frameHead]byte
	_, err := io.ReadFull(nc, b[:])
	return err == nil && beginsH2(b[:]) && http2.FrameType(b[3]) == http2.FrameSettings
}

// offersH2 tells whether a server whose TLS knows no HTTP/1.1 knows HTTP/2.
func (c *Client) offersH2(ctx context.Context, ep Endpoint) bool {
	ep.Proto = H2
	conn, err := c.open(ctx, ep, true)
	if err != nil {
		return false
	}
	defer conn.Release()
	return conn.h2 != nil
}
