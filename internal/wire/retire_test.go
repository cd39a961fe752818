package wire_test

import (
	"bytes"
	"context"
	"net"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/corsproof/corsproof/internal/tcptest"
	"github.com/corsproof/corsproof/internal/wire"
)

var _ = Describe("HTTP/2 connections that the server has taken leave of", func() {
	It("are closed by the client, however long the server keeps them open", func() {
		var opened, closed atomic.Int64
		addr := tcptest.Serve(GinkgoT(), func(conn net.Conn) {
			opened.Add(1)
			defer closed.Add(1)
			answerFrames(conn, leave)
		})
		c := wire.NewClient(wire.Options{})
		defer c.Close()
		ep := wire.Endpoint{Addr: addr, Proto: wire.H2}
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

// leave answers a request and takes leave, as RFC 9113 section 6.8 has it.
func leave(f *http2.Framer, id uint32) {
	var b bytes.Buffer
	_ = hpack.NewEncoder(&b).WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: b.Bytes(), EndHeaders: true, EndStream: true})
	_ = f.WriteGoAway(id, http2.ErrCodeNo, nil)
}
