package verify_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/verify"
	"github.com/corsproof/corsproof/spec"
)

func response(status int, pairs ...string) spec.Response {
	r := spec.Response{Status: status}
	for i := 0; i < len(pairs); i += 2 {
		r.Header = append(r.Header, spec.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return r
}

var _ = Describe("The replaying server", func() {
	var (
		replay *verify.Replay
		host   string
	)
	BeforeEach(func() {
		var err error
		replay, err = verify.NewReplay()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(replay.Close)
		host = strings.TrimPrefix(replay.Bases()[0], "http://")
	})
	// ask sends a request as it stands, followed by one to close the connection,
	// and returns what came back for it.
	ask := func(request string) string {
		GinkgoHelper()
		c, err := net.Dial("tcp", host)
		Expect(err).NotTo(HaveOccurred())
		defer c.Close()
		Expect(c.SetDeadline(time.Now().Add(time.Minute))).To(Succeed())
		_, err = io.WriteString(c, request)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.(*net.TCPConn).CloseWrite()).To(Succeed())
		all, err := io.ReadAll(c)
		Expect(err).NotTo(HaveOccurred())
		return string(all)
	}
	put := func(preflight, actual spec.Response) {
		replay.Put("/e/1", []verify.Exchange{{Hops: []verify.Hop{{Preflight: preflight, Response: actual}}}})
	}

	It("answers byte for byte: names, repeats, whitespace, bytes", func() {
		put(spec.Response{}, response(299, "access-control-ALLOW-origin", "\x80\xff", "X-A", " \t ", "x-a", "", "X_b", "\v\x01"))
		Expect(ask("GET /e/1/0?q HTTP/1.1\r\nHost: x\r\n\r\n")).To(Equal(
			"HTTP/1.1 299 Status\r\naccess-control-ALLOW-origin: \x80\xff\r\nX-A:  \t \r\nx-a: \r\nX_b: \v\x01\r\nContent-Length: 2\r\n\r\nok"))
	})
	It("tells preflights from OPTIONS requests, and notes what it saw", func() {
		put(response(204, "A", "1"), response(200, "A", "2"))
		Expect(ask("OPTIONS /e/1/0 HTTP/1.1\r\nOrigin: null\r\naccess-control-request-method:PUT \r\n\r\n")).To(Equal("HTTP/1.1 204 No Content\r\nA: 1\r\n\r\n"))
		Expect(ask("OPTIONS /e/1/0 HTTP/1.1\r\nX: \xe9\r\n\r\n")).To(HavePrefix("HTTP/1.1 200 OK\r\nA: 2\r\n"))
		seen := replay.Take("/e/1")[0]
		Expect(seen).To(HaveLen(2))
		Expect(seen[0].Preflight).To(BeTrue())
		Expect(seen[0].Header).To(Equal(spec.Header{{Name: "Origin", Value: "null"}, {Name: "access-control-request-method", Value: "PUT"}}))
		Expect(seen[1].Preflight).To(BeFalse())
		Expect(seen[1].Header).To(Equal(spec.Header{{Name: "X", Value: "\xe9"}}))
		Expect(replay.Take("/e/1")).To(BeNil())
	})
	It("keeps connections, and skips bodies however they are framed", func() {
		put(spec.Response{}, response(200))
		get := "GET /e/1/0 HTTP/1.1\r\n\r\n"
		got := ask("POST /e/1/0 HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET /" + "PUT /e/1/0 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n0\r\n\r\n" + "HEAD /e/1/0 HTTP/1.1\r\n\r\n" + get)
		Expect(strings.Count(got, "HTTP/1.1 200 OK\r\n")).To(Equal(4))
		Expect(strings.Count(got, "ok")).To(Equal(3), "no content for HEAD")
		methods := ""
		for _, s := range replay.Take("/e/1")[0] {
			methods += s.Method + " "
		}
		Expect(methods).To(Equal("POST PUT HEAD GET "))
	})
	It("gives 404 for what is not there", func() {
		put(spec.Response{}, response(200))
		for _, target := range []string{"/", "/e/1", "/e/1/1", "/e/1/x", "/e/2/0", "*"} {
			Expect(ask("GET "+target+" HTTP/1.1\r\n\r\n")).To(HavePrefix("HTTP/1.1 404 "), target)
		}
	})
	It("moves a session on when it is told", func() {
		xs := make([]verify.Exchange, 3)
		for i := range xs {
			xs[i].Hops = []verify.Hop{{Response: response(200, "X", fmt.Sprint(i))}}
		}
		replay.Put("/e/1", xs)
		Expect(ask("GET /e/1/0 HTTP/1.1\r\n\r\n")).To(ContainSubstring("X: 0"))
		replay.Turn("/e/1", 2)
		Expect(ask("GET /e/1/0 HTTP/1.1\r\n\r\n")).To(ContainSubstring("X: 2"))
		replay.Turn("/none", 1)
		seen := replay.Take("/e/1")
		Expect([]int{len(seen[0]), len(seen[1]), len(seen[2])}).To(Equal([]int{1, 0, 1}))
	})
	It("forgets what it saw of a session that is begun anew", func() {
		put(response(200), response(200))
		Expect(ask("GET /e/1/0 HTTP/1.1\r\n\r\n")).To(HavePrefix("HTTP/1.1 200 "))
		replay.Turn("/e/1", 0)
		Expect(replay.Take("/e/1")).To(Equal([][]verify.Seen{nil}))
	})
	It("hangs up on what is not a request", func() {
		for _, bad := range []string{"", "\r\n\r\n", "GET\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"} {
			Expect(ask(bad)).To(BeEmpty(), "%q", bad)
		}
	})
	It("gives what the model is told that it gives", func() {
		for _, xs := range generated(5, 200) {
			replay.Put(verify.PathOf(xs[0].Session), xs)
			for j, h := range xs[0].Hops {
				_, got, _, err := talk(host, fmt.Sprintf("GET %s/%d HTTP/1.1\r\nConnection: close\r\n\r\n", verify.PathOf(xs[0].Session), j))
				Expect(err).NotTo(HaveOccurred())
				Expect(got.Status).To(Equal(h.Response.Status))
				Expect(append(spec.Header{}, got.Header[:len(h.Response.Header)]...)).To(Equal(append(spec.Header{}, h.Response.Header...)))
			}
		}
	})
})
