package wire_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/net/http2"

	"github.com/corsproof/corsproof/internal/wire"
)

// needs asks for content until the text is in it.
func needs(text string) *wire.Request {
	req := get()
	req.Need = func(r *wire.Response) bool { return !strings.Contains(string(r.Body), text) }
	return req
}

// later writes parts of an answer, each after a while, and leaves it open.
func later(while time.Duration, parts ...string) *server {
	return serve(func(_ int, _ string, conn net.Conn) (string, bool) {
		for _, part := range parts[:len(parts)-1] {
			_, _ = conn.Write([]byte(part))
			time.Sleep(while)
		}
		return parts[len(parts)-1], false
	})
}

var _ = Describe("content that does not end", func() {
	const head, chunked = "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

	DescribeTable("leaves the answer to be judged at its head", func(ctx SpecContext, reply, body string) {
		s := always(reply)
		c := client(wire.Options{Patience: 30 * time.Millisecond})
		for range 2 {
			resp, err := c.Do(ctx, endpoint(s), get())
			Expect(err).NotTo(HaveOccurred())
			Expect(resp.Status).To(Equal(200))
			Expect(resp.Unfinished).To(BeTrue())
			Expect(string(resp.Body)).To(Equal(body))
			Expect(resp.Elapsed).To(BeNumerically("<", 5*time.Second))
		}
		Expect(s.connections()).To(Equal(2), "a connection under way is not used again")
	},
		Entry("in chunks", limit, chunked+"1\r\na\r\n", "a"),
		Entry("in the middle of a chunk", limit, chunked+"5\r\nab", "ab"),
		Entry("of an announced length", limit, head+"Content-Length: 5\r\n\r\nab", "ab"),
		Entry("until the connection closes", limit, head+"\r\nab", "ab"),
		Entry("before its first byte", limit, chunked, ""),
	)

	It("is waited for less where it did not end several times before", limit, func(ctx SpecContext) {
		const patience, many = 700 * time.Millisecond, 10
		s := always(head + "Content-Length: 5\r\n\r\nab")
		c := client(wire.Options{Patience: patience})
		ask := func() time.Duration {
			began := time.Now()
			_, err := c.Do(ctx, endpoint(s), get())
			Expect(err).NotTo(HaveOccurred())
			return time.Since(began)
		}
		short := 0
		for range many {
			if ask() < patience {
				short++
			}
		}
		Expect(short).To(Equal(many - 4))
	})

	It("is waited for until the context ends, if it is needed", limit, func(ctx SpecContext) {
		s := later(100*time.Millisecond, chunked, "2\r\nne\r\n", "4\r\nedle\r\n")
		c := client(wire.Options{Patience: time.Millisecond})
		resp, err := c.Do(ctx, endpoint(s), needs("needle"))
		Expect(err).NotTo(HaveOccurred())
		Expect(string(resp.Body)).To(Equal("needle"))

		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		resp, err = c.Do(short, endpoint(s), needs("needle"))
		Expect(err).NotTo(HaveOccurred(), "the head is there")
		Expect(resp.Unfinished).To(BeTrue())
	})

	It("that is late and ends lets the connection be used again", limit, func(ctx SpecContext) {
		s := later(50*time.Millisecond, chunked, "1\r\na\r\n0\r\n\r\n")
		c := client(wire.Options{Patience: 8 * time.Second})
		for range 2 {
			resp, err := c.Do(ctx, endpoint(s), get())
			Expect(err).NotTo(HaveOccurred())
			Expect(resp.Unfinished).To(BeFalse())
		}
		Expect(s.connections()).To(Equal(1))
	})

	It("of an event stream is left at once", limit, func(ctx SpecContext) {
		s := always(head + "Content-Type: Text/Event-Stream; charset=utf-8\r\n\r\ndata: 1\n\n")
		resp, err := client(wire.Options{Patience: time.Hour}).Do(ctx, endpoint(s), get())
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Unfinished).To(BeTrue())
		Expect(string(resp.Body)).To(Equal("data: 1\n\n"))
	})

	It("does not hold up the requests that are pipelined behind it", limit, func(ctx SpecContext) {
		s := serve(func(n int, _ string, conn net.Conn) (string, bool) {
			if n == 0 {
				_, _ = conn.Write([]byte(chunked + "1\r\na\r\n"))
				time.Sleep(300 * time.Millisecond)
				return "", true
			}
			return okReply, false
		})
		conn, err := client(wire.Options{Patience: 30 * time.Millisecond}).Open(ctx, endpoint(s))
		Expect(err).NotTo(HaveOccurred())
		defer conn.Release()
		answers := conn.Do(ctx, &wire.Request{Target: "/endless"}, get())
		Expect(answers[0].Response.Unfinished).To(BeTrue())
		Expect(string(answers[1].Response.Body)).To(Equal("ok"))
	})

	It("is a stream that is given up over HTTP/2", limit, func(ctx SpecContext) {
		gone := make(chan struct{}, 2)
		ep, opt := tlsServer(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "needle")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			gone <- struct{}{}
		})
		opt.Patience = 30 * time.Millisecond
		c := client(opt)
		for range 2 {
			resp, err := c.Do(ctx, ep, needs("needle"))
			Expect(err).NotTo(HaveOccurred())
			Expect(resp.Unfinished).To(BeTrue())
			Expect(string(resp.Body)).To(Equal("needle"))
			Eventually(ctx, gone).Should(Receive(), "the server is told")
		}
	})

	It("is not an error over HTTP/2 when the time is over, either", limit, func(ctx SpecContext) {
		ep := h2Script(func(fr *http2.Framer, id uint32) { headers(fr, id, false, ":status", "200") })
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		resp, err := client(wire.Options{}).Do(short, ep, needs("what never comes"))
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Unfinished).To(BeTrue())
	})
})
