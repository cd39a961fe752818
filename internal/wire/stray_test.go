package wire_test

import (
	"net"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/wire"
)

// unasked answers each request, and says something more before the second
// answer on a connection.
func unasked(more string) *server {
	first := true
	return serve(func(_ int, head string, _ net.Conn) (string, bool) {
		if first = !first; first {
			return more + okReply, false
		}
		return "HTTP/1.1 204 No Content\r\n\r\n", false
	})
}

var _ = Describe("bytes that nobody asked for", func() {
	DescribeTable("are counted before the next answer, which stands", func(ctx SpecContext, more string) {
		conn, err := client(wire.Options{}).Open(ctx, endpoint(unasked(more)))
		Expect(err).NotTo(HaveOccurred())
		defer conn.Release()
		Expect(conn.Do(ctx, get())[0].Stray).To(BeZero())
		a := conn.Do(ctx, get())[0]
		Expect(a.Err).To(BeNil())
		Expect(string(a.Response.Body)).To(Equal("ok"))
		Expect(a.Stray).To(Equal(len(more)))
		Expect(a.StrayStart).To(Equal(more[:min(len(more), 120)]))
	},
		Entry("a 204 with content", limit, "ok"),
		Entry("with a beginning of HTTP in it", limit, "HTTHHTT/"),
		Entry("one byte", limit, "H"),
		Entry("none", limit, ""),
		Entry("much", limit, strings.Repeat("x", 60000)),
	)

	It("do not hurt who uses the connection next", limit, func(ctx SpecContext) {
		s := unasked("ok")
		c := client(wire.Options{})
		for range 6 {
			_, err := c.Do(ctx, endpoint(s), get())
			Expect(err).NotTo(HaveOccurred())
		}
	})

	It("are the first on a connection that is not HTTP", limit, func(ctx SpecContext) {
		_, err := client(wire.Options{}).Do(ctx, endpoint(always("xx"+okReply)), get())
		Expect(wire.KindOf(err)).To(Equal(wire.Malformed))
	})

	It("are read, and not hidden by a new connection, when they come between two requests", limit, func(ctx SpecContext) {
		// Content that is taken for a request: it is answered as one.
		s := always(okReply)
		conn, err := client(wire.Options{}).Open(ctx, endpoint(s))
		Expect(err).NotTo(HaveOccurred())
		defer conn.Release()
		Expect(conn.Do(ctx, &wire.Request{Method: "OPTIONS", Lines: []string{"Content-Length: 5"}, Body: "GET /content HTTP/1.1\r\n\r\n"})[0].Err).To(BeNil())
		time.Sleep(50 * time.Millisecond) // the second answer is there, or not: the same is found
		a := conn.Do(ctx, get("Connection: close"))[0]
		Expect(a.Err).To(BeNil())
		Expect(s.connections()).To(Equal(1))
	})

	It("are read to the end of a connection whose end was asked for", limit, func(ctx SpecContext) {
		s := serve(func(n int, head string, conn net.Conn) (string, bool) {
			if strings.Contains(head, "close") {
				time.Sleep(100 * time.Millisecond)
				return okReply, true
			}
			return okReply, false
		})
		conn, err := client(wire.Options{}).Open(ctx, endpoint(s))
		Expect(err).NotTo(HaveOccurred())
		defer conn.Release()
		Expect(conn.Do(ctx, &wire.Request{Method: "OPTIONS", Body: "GET /content HTTP/1.1\r\n\r\n"})[0].Err).To(BeNil())
		resp := conn.Do(ctx, get("connection: Close"))[0].Response
		Expect(resp.Excess).To(Equal(len(okReply)), "the answer to what was asked comes after the one to the content")
		Expect(resp.ExcessStart).To(Equal(okReply))
	})

	It("are not waited for where the connection ends", limit, func(ctx SpecContext) {
		resp, err := client(wire.Options{Patience: time.Hour}).Do(ctx, endpoint(once(okReply)), get("Connection: close"))
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Excess).To(BeZero())
	})

	It("are not risked for others after a request with content", limit, func(ctx SpecContext) {
		s := always(okReply)
		c := client(wire.Options{})
		for range 2 {
			_, err := c.Do(ctx, endpoint(s), &wire.Request{Method: "POST", Lines: []string{"Content-Length: 2"}, Body: "\r\n"})
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(s.connections()).To(Equal(2))
	})
})

var _ = Describe("a connection that the server closes while it is idle", func() {
	DescribeTable("costs no request", func(ctx SpecContext, method string) {
		// The second request on a connection finds it closed, when it has been sent.
		perConn := map[net.Conn]int{}
		s := serve(func(_ int, _ string, conn net.Conn) (string, bool) {
			if perConn[conn]++; perConn[conn] == 2 {
				return "", true
			}
			return okReply, false
		})
		c := client(wire.Options{})
		for i := range 4 {
			resp, err := c.Do(ctx, endpoint(s), &wire.Request{Method: method, Lines: []string{"Host: h"}})
			Expect(err).NotTo(HaveOccurred())
			Expect(resp.Resent).To(Equal(i > 0))
		}
	},
		Entry("GET", limit, "GET"),
		Entry("POST", limit, "POST"),
		Entry("PATCH", limit, "PATCH"),
	)
})
