package wire_test

import (
	"context"
	"net"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

const okReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func client(opt wire.Options) *wire.Client {
	c := wire.NewClient(opt)
	DeferCleanup(c.Close)
	return c
}

func endpoint(s *server) wire.Endpoint { return wire.Endpoint{Addr: s.addr()} }

func get(lines ...string) *wire.Request {
	return &wire.Request{Target: "/ok", Lines: append([]string{"Host: h"}, lines...)}
}

var _ = Describe("HTTP/1 requests", func() {
	DescribeTable("go out byte for byte", func(ctx SpecContext, req *wire.Request, want string) {
		s := always(okReply)
		_, err := client(wire.Options{}).Do(ctx, endpoint(s), req)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.heads()).To(Equal([]string{want}))
	},
		Entry("the least", limit, &wire.Request{}, "GET / HTTP/1.1\r\n\r\n"),
		Entry("odd case, repeats, empty values", limit, get("oRiGiN: https://a", "Origin:", "ORIGIN:  x  "),
			"GET /ok HTTP/1.1\r\nHost: h\r\noRiGiN: https://a\r\nOrigin:\r\nORIGIN:  x  \r\n\r\n"),
		Entry("control bytes and bytes above 0x7F", limit, get("Origin: \x01\x7f\xff"), "GET /ok HTTP/1.1\r\nHost: h\r\nOrigin: \x01\x7f\xff\r\n\r\n"),
		Entry("a folded line", limit, get("Origin: https://a", "  .example"), "GET /ok HTTP/1.1\r\nHost: h\r\nOrigin: https://a\r\n  .example\r\n\r\n"),
		Entry("HTTP/1.0", limit, &wire.Request{Target: "/ok", Version: "HTTP/1.0"}, "GET /ok HTTP/1.0\r\n\r\n"),
		Entry("absolute form and a lower-case method", limit, &wire.Request{Method: "options", Target: "http://h/ok"}, "options http://h/ok HTTP/1.1\r\n\r\n"),
	)

	It("send the body as it stands", limit, func(ctx SpecContext) {
		// The raw server takes the body for a second head.
		s := serve(func(n int, _ string, _ net.Conn) (string, bool) { return []string{"", okReply}[n], false })
		_, err := client(wire.Options{}).Do(ctx, endpoint(s), &wire.Request{Method: "POST", Lines: []string{"Content-Length: 1"}, Body: "a\x00b\r\n\r\n"})
		Expect(err).NotTo(HaveOccurred())
		Expect(s.heads()).To(Equal([]string{"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n", "a\x00b\r\n\r\n"}))
	})
})

var _ = Describe("HTTP/1 answers", func() {
	It("keep field lines in order, with case and repeats", limit, func(ctx SpecContext) {
		s := always("HTTP/1.1 200 Fine thing\r\nvary: A\r\nX-a:\r\nVARY:\t B \r\nX-Fold: a\r\n  b\r\nContent-Length: 0\r\n\r\n")
		resp, err := client(wire.Options{}).Do(ctx, endpoint(s), get())
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Phrase).To(Equal("Fine thing"))
		Expect(resp.Header).To(Equal(spec.Header{{Name: "vary", Value: "A"}, {Name: "X-a"}, {Name: "VARY", Value: "B"}, {Name: "X-Fold", Value: "a b"}, {Name: "Content-Length", Value: "0"}}))
	})

	DescribeTable("are framed as RFC 9112 section 6.3 says", func(ctx SpecContext, method, reply, body string, closed bool) {
		s := serve(func(int, string, net.Conn) (string, bool) { return reply, closed })
		c := client(wire.Options{})
		resp, err := c.Do(ctx, endpoint(s), &wire.Request{Method: method, Lines: []string{"Host: h"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(string(resp.Body)).To(Equal(body))
		Expect(resp.Closed).To(Equal(closed))
		_, err = c.Do(ctx, endpoint(s), &wire.Request{Method: method, Lines: []string{"Host: h"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(s.connections()).To(Equal(map[bool]int{false: 1, true: 2}[closed]))
	},
		Entry("Content-Length", limit, "GET", okReply, "ok", false),
		Entry("equal repeats of Content-Length", limit, "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\nContent-Length: 2\r\n\r\nok", "ok", false),
		Entry("chunked with extensions and trailers", limit, "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1;x=y\r\na\r\n01\r\nb\r\n0\r\nX-T: 1\r\n\r\n", "ab", false),
		Entry("until the connection closes", limit, "GET", "HTTP/1.1 200 OK\r\n\r\nabc", "abc", true),
		Entry("HTTP/1.0 closes", limit, "GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", true),
		Entry("HTTP/1.0 with keep-alive", limit, "GET", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", "ok", false),
		Entry("Connection: close", limit, "GET", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok", "ok", true),
		Entry("HEAD has no content", limit, "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "", false),
		Entry("204 has none", limit, "GET", "HTTP/1.1 204 No Content\r\n\r\n", "", false),
		Entry("304 has none", limit, "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "", false),
		Entry("lines may end in LF alone", limit, "GET", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "ok", false),
		Entry("no phrase and no space after the status", limit, "GET", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "ok", false),
	)

	It("report interim answers apart", limit, func(ctx SpecContext) {
		s := always("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + okReply)
		resp, err := client(wire.Options{}).Do(ctx, endpoint(s), get())
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Status).To(Equal(200))
		Expect(resp.Interim).To(Equal([]wire.Interim{{Status: 100, Header: spec.Header{}}, {Status: 103, Header: spec.Header{{Name: "Link", Value: "x"}}}}))
	})

	It("count the bytes of the head", limit, func(ctx SpecContext) {
		s := always(okReply)
		resp, err := client(wire.Options{}).Do(ctx, endpoint(s), get())
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.HeadBytes).To(Equal(len(okReply) - len("ok")))
	})

	It("report content after a HEAD as excess and do not use that connection again", limit, func(ctx SpecContext) {
		s := always(okReply)
		c := client(wire.Options{})
		for range 2 {
			resp, err := c.Do(ctx, endpoint(s), &wire.Request{Method: "HEAD", Lines: []string{"Host: h"}})
			Expect(err).NotTo(HaveOccurred())
			Expect(resp.Excess).To(Equal(len("ok")))
		}
		Expect(s.connections()).To(Equal(2))
	})

	It("keep only the first bytes of a large body but read it all", limit, func(ctx SpecContext) {
		s := always("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 100000))
		resp, err := client(wire.Options{KeepBody: 10}).Do(ctx, endpoint(s), get())
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Body).To(HaveLen(10))
		Expect(resp.Size).To(BeEquivalentTo(100000))
		Expect(resp.Closed).To(BeFalse())
	})

	It("are good even if the content has no end", limit, func(ctx SpecContext) {
		s := serve(func(_ int, _ string, conn net.Conn) (string, bool) {
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\n\r\n"))
			for {
				if _, err := conn.Write(make([]byte, 4096)); err != nil {
					return "", true
				}
			}
		})
		resp, err := client(wire.Options{MaxBody: 50000}).Do(ctx, endpoint(s), get())
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Size).To(BeEquivalentTo(50000))
		Expect(resp.Closed).To(BeTrue())
	})
})

var _ = Describe("a target that is not a good HTTP server", func() {
	DescribeTable("is told by the kind of the error", func(ctx SpecContext, reply string, hangUp bool, kind wire.ErrorKind) {
		s := serve(func(int, string, net.Conn) (string, bool) { return reply, hangUp })
		short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		_, err := client(wire.Options{MaxHead: 1000}).Do(short, endpoint(s), get())
		Expect(wire.KindOf(err)).To(Equal(kind), "%v", err)
		Expect(err.Error()).To(ContainSubstring(s.addr()))
	},
		Entry("hangs", limit, "", false, wire.Timeout),
		Entry("hangs in the head", limit, "HTTP/1.1 200 OK\r\nX-A: ", false, wire.Timeout),
		Entry("hangs up", limit, "", true, wire.Closed),
		Entry("hangs up in the status line", limit, "HTT", true, wire.Cut),
		Entry("hangs up in the head", limit, "HTTP/1.1 200 OK\r\nX-A: ", true, wire.Cut),
		Entry("speaks another protocol, without a line end", limit, "SSH-2.0", false, wire.Malformed),
		Entry("speaks another protocol", limit, "220 mail.example ESMTP\r\n", false, wire.Malformed),
		Entry("speaks HTTP/2 in the clear", limit, "HTTP/2.0 200 OK\r\n\r\n", false, wire.Malformed),
		Entry("has no status", limit, "HTTP/1.1 OK\r\n\r\n", false, wire.Malformed),
		Entry("has a field line without a colon", limit, "HTTP/1.1 200 OK\r\nhello\r\n\r\n", false, wire.Malformed),
		Entry("has a field line without a name", limit, "HTTP/1.1 200 OK\r\n: x\r\n\r\n", false, wire.Malformed),
		Entry("folds the first line", limit, "HTTP/1.1 200 OK\r\n x\r\n\r\n", false, wire.Malformed),
		Entry("has two lengths", limit, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", false, wire.Malformed),
		Entry("has a negative length", limit, "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n", false, wire.Malformed),
		Entry("has a bad chunk size", limit, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", false, wire.Malformed),
		Entry("has a chunk longer than it says", limit, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", false, wire.Malformed),
		Entry("has an endless head", limit, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 2000), false, wire.TooLarge),
		Entry("has too large a head", limit, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 2000)+"\r\n\r\n", false, wire.TooLarge),
		Entry("has endless interim answers", limit, strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 200), false, wire.Malformed),
	)

	It("that is down is unreachable", limit, func(ctx SpecContext) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		Expect(ln.Close()).To(Succeed())
		_, err = client(wire.Options{}).Do(ctx, wire.Endpoint{Addr: ln.Addr().String()}, get())
		Expect(wire.KindOf(err)).To(Equal(wire.Unreachable))
	})

	It("keeps nobody waiting who has given up", limit, func(ctx SpecContext) {
		s := always("")
		early, cancel := context.WithCancel(ctx)
		context.AfterFunc(ctx, cancel)
		go func() {
			defer GinkgoRecover()
			Eventually(ctx, s.heads).Should(HaveLen(1))
			cancel()
		}()
		_, err := client(wire.Options{}).Do(early, endpoint(s), get())
		Expect(wire.KindOf(err)).To(Equal(wire.Canceled))
	})

	It("shows the first bytes of what is not HTTP", limit, func(ctx SpecContext) {
		s := once("SSH-2.0-OpenSSH\r\n")
		_, err := client(wire.Options{}).Do(ctx, endpoint(s), get())
		Expect(err).To(MatchError(ContainSubstring(`"SSH-2.0-OpenSSH`)))
	})

	// An answer is judged at its header fields: a browser has given them to the page by then.
	DescribeTable("and breaks off in the content has answered", func(ctx SpecContext, reply, content, why string) {
		s := once("HTTP/1.1 200 OK\r\n" + reply)
		resp, err := client(wire.Options{}).Do(ctx, endpoint(s), get())
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Status).To(Equal(200))
		Expect(string(resp.Body)).To(Equal(content))
		Expect(resp.Unfinished).To(BeTrue())
		Expect(resp.Cut).To(ContainSubstring(why))
		Expect(resp.Closed).To(BeTrue())
	},
		Entry("hangs up in the body", limit, "Content-Length: 5\r\n\r\nab", "ab", "in the middle of the answer"),
		Entry("hangs up in a chunk", limit, "Transfer-Encoding: chunked\r\n\r\n5\r\nab", "ab", "in the middle of the answer"),
		Entry("hangs up before the last chunk", limit, "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "ab", "in the middle of the answer"),
	)
})
