package wire_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/corsproof/corsproof/internal/wire"
)

var _ = Describe("HTTP/2 connections that the server has taken leave of", func() {
	It("are closed by the client, however long the server keeps them open", func() {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(ln.Close)
		var opened, closed atomic.Int64
		go func() {
			for {
				conn, err := ln.Accept()
				if err != nil {
					return
				}
				opened.Add(1)
				go func() {
					defer func() { closed.Add(1); _ = conn.Close() }()
					leave(conn)
				}()
			}
		}()
		c := wire.NewClient(wire.Options{})
		defer c.Close()
		ep := wire.Endpoint{Addr: ln.Addr().String(), Proto: wire.H2}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		const n = 6
		for range n {
			resp, err := c.Do(ctx, ep, &wire.Request{Method: "GET", Target: "/", Lines: []string{"Host: " + ep.Addr}})
			Expect(err).NotTo(HaveOccurred())
			Expect(resp.Status).To(Equal(200))
		}
		Expect(opened.Load()).To(BeNumerically(">=", n), "each answer ends its connection")
		Eventually(func() int64 { return opened.Load() - closed.Load() }, "10s").Should(BeNumerically("<=", 1), "the last one may still be there")
	})
})

// leave answers one request, takes leave as RFC 9113 section 6.8 has it, and reads until the client closes.
func leave(conn net.Conn) {
	if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	f := http2.NewFramer(conn, conn)
	_ = f.WriteSettings()
	for {
		in, err := f.ReadFrame()
		if err != nil {
			return
		}
		h, ok := in.(*http2.HeadersFrame)
		if !ok {
			continue
		}
		var b bytes.Buffer
		_ = hpack.NewEncoder(&b).WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
		_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: h.StreamID, BlockFragment: b.Bytes(), EndHeaders: true, EndStream: true})
		_ = f.WriteGoAway(h.StreamID, http2.ErrCodeNo, nil)
	}
}
