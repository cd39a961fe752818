package wire_test

import (
	"net"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/wire"
)

// lying answers, and hangs up although it did not say so, after n answers.
func lying(n int) *server {
	left := n
	return serve(func(int, string, net.Conn) (string, bool) {
		left--
		if left == 0 {
			left = n
			return okReply, true
		}
		return okReply, false
	})
}

var _ = Describe("HTTP/1 connections", func() {
	It("are used again", limit, func(ctx SpecContext) {
		s := always(okReply)
		c := client(wire.Options{})
		for range 5 {
			_, err := c.Do(ctx, endpoint(s), get())
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(s.connections()).To(Equal(1))
	})

	DescribeTable("that went stale in the pool are replaced", func(ctx SpecContext, method string) {
		s := lying(1)
		c := client(wire.Options{})
		for range 5 {
			_, err := c.Do(ctx, endpoint(s), &wire.Request{Method: method, Lines: []string{"Host: h"}})
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(s.heads()).To(HaveLen(5), "no request is sent twice")
	},
		Entry("before an idempotent request", limit, "GET"),
		Entry("before another", limit, "POST"),
	)

	It("are new on demand, and closed", limit, func(ctx SpecContext) {
		s := always(okReply)
		c := client(wire.Options{})
		for range 2 {
			conn, err := c.Open(ctx, endpoint(s))
			Expect(err).NotTo(HaveOccurred())
			Expect(conn.Do(ctx, get())[0].Err).To(BeNil())
			conn.Release()
		}
		Expect(s.connections()).To(Equal(2))
	})

	It("stay the same while held", limit, func(ctx SpecContext) {
		s := always(okReply)
		c := client(wire.Options{})
		conn, err := c.Get(ctx, endpoint(s))
		Expect(err).NotTo(HaveOccurred())
		defer conn.Release()
		for range 3 {
			Expect(conn.Do(ctx, get())[0].Err).To(BeNil())
		}
		Expect(s.connections()).To(Equal(1))
	})

	It("pipeline several requests and keep answers in order", limit, func(ctx SpecContext) {
		s := serve(func(_ int, head string, _ net.Conn) (string, bool) {
			path := strings.Fields(head)[1]
			return "HTTP/1.1 200 OK\r\nX-Path: " + path + "\r\nContent-Length: 0\r\n\r\n", false
		})
		conn, err := client(wire.Options{}).Get(ctx, endpoint(s))
		Expect(err).NotTo(HaveOccurred())
		defer conn.Release()
		answers := conn.Do(ctx, &wire.Request{Target: "/a"}, &wire.Request{Method: "HEAD", Target: "/b"}, &wire.Request{Target: "/c"})
		var paths []string
		for _, a := range answers {
			Expect(a.Err).To(BeNil())
			paths = append(paths, a.Response.Header[0].Value)
		}
		Expect(paths).To(Equal([]string{"/a", "/b", "/c"}))
		Expect(s.connections()).To(Equal(1))
	})

	It("answer every pipelined request although the server hangs up after each", limit, func(ctx SpecContext) {
		s := serve(func(int, string, net.Conn) (string, bool) {
			return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", true
		})
		conn, err := client(wire.Options{}).Get(ctx, endpoint(s))
		Expect(err).NotTo(HaveOccurred())
		defer conn.Release()
		for _, a := range conn.Do(ctx, get(), get(), get()) {
			Expect(a.Err).To(BeNil())
		}
		Expect(s.connections()).To(Equal(3))
	})

	It("do not send a request again that was the first on its connection", limit, func(ctx SpecContext) {
		s := once("")
		_, err := client(wire.Options{}).Do(ctx, endpoint(s), get())
		Expect(wire.KindOf(err)).To(Equal(wire.Closed))
		heads := slices.DeleteFunc(s.heads(), func(h string) bool { return strings.HasPrefix(h, "PRI ") }) // whether it speaks HTTP/2 is looked at
		Expect(heads).To(HaveLen(1))
	})
})
