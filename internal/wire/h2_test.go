package wire_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// tlsServer is an ordinary HTTP/2 server over TLS.
func tlsServer(h http.HandlerFunc) (wire.Endpoint, wire.Options) {
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.StartTLS()
	DeferCleanup(s.Close)
	roots := s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	return wire.Endpoint{Addr: s.Listener.Addr().String(), TLS: true, Proto: wire.H2}, wire.Options{TLS: &tls.Config{RootCAs: roots}}
}

// answerFrames answers each HEADERS frame of a connection by a function, until the client closes it.
func answerFrames(conn net.Conn, answer func(fr *http2.Framer, id uint32)) {
	if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	fr := http2.NewFramer(conn, conn)
	_ = fr.WriteSettings()
	for {
		f, err := fr.ReadFrame()
		if err != nil {
			return
		}
		if f, ok := f.(*http2.HeadersFrame); ok {
			answer(fr, f.StreamID)
		}
	}
}

// h2Script is an HTTP/2 server in the clear that answers each HEADERS frame by
// a function, which may write any frame.
func h2Script(answer func(fr *http2.Framer, id uint32)) wire.Endpoint {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	var wg sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	DeferCleanup(func() {
		_ = ln.Close()
		mu.Lock()
		for _, c := range conns {
			_ = c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			wg.Go(func() { answerFrames(conn, answer) })
		}
	})
	return wire.Endpoint{Addr: ln.Addr().String(), Proto: wire.H2}
}

// block encodes fields without the table, so that any number can follow.
func block(fields ...string) []byte {
	var b strings.Builder
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = e.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1], Sensitive: true})
	}
	return []byte(b.String())
}

func headers(fr *http2.Framer, id uint32, end bool, fields ...string) {
	_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, EndHeaders: true, EndStream: end, BlockFragment: block(fields...)})
}

var _ = Describe("HTTP/2", func() {
	It("carries the same lines with lower-case names", limit, func(ctx SpecContext) {
		type seen struct {
			proto, method, host, uri, body string
			header                         http.Header
		}
		got := make(chan seen, 1)
		ep, opt := tlsServer(func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			got <- seen{r.Proto, r.Method, r.Host, r.RequestURI, string(b), r.Header}
			w.Header()["X-Two"] = []string{"1", "2"}
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, "tea")
		})
		body := strings.Repeat("x", 200_000)
		resp, err := client(opt).Do(ctx, ep, &wire.Request{Method: "CHICKEN", Target: "/a?b", Body: body,
			Lines: []string{"HOST: other.example", "OriGin:  https://a ", "X-R: 1", "x-r: 2", "Cookie: a=b"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(<-got).To(Equal(seen{"HTTP/2.0", "CHICKEN", "other.example", "/a?b", body,
			http.Header{"Origin": {"https://a"}, "X-R": {"1", "2"}, "Cookie": {"a=b"}}}))
		Expect(resp.Proto).To(Equal("HTTP/2.0"))
		Expect(resp.Status).To(Equal(http.StatusTeapot))
		Expect(string(resp.Body)).To(Equal("tea"))
		Expect(resp.Header).To(ContainElements(spec.Field{Name: "x-two", Value: "1"}, spec.Field{Name: "x-two", Value: "2"}))
		Expect(resp.HeadBytes).To(BeNumerically(">", 20))
	})

	It("keeps interleaved streams apart", limit, func(ctx SpecContext) {
		ep, opt := tlsServer(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Origin", r.Header.Get("Origin"))
			_, _ = io.WriteString(w, strings.Repeat(r.Header.Get("Origin"), 1000))
		})
		conn, err := client(opt).Get(ctx, ep)
		Expect(err).NotTo(HaveOccurred())
		defer conn.Release()
		Expect(conn.Proto()).To(Equal(wire.H2))
		var reqs []*wire.Request
		for i := range 300 {
			reqs = append(reqs, get(fmt.Sprintf("Origin: o%d", i)))
		}
		for i, a := range conn.Do(ctx, reqs...) {
			Expect(a.Err).To(BeNil())
			origin := fmt.Sprintf("o%d", i)
			Expect(a.Response.Header).To(ContainElement(spec.Field{Name: "x-origin", Value: origin}))
			Expect(string(a.Response.Body)).To(Equal(strings.Repeat(origin, 1000)))
		}
	})

	It("reads content larger than every window", limit, func(ctx SpecContext) {
		ep, opt := tlsServer(func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				_, _ = w.Write(make([]byte, 50_000))
			}
		})
		resp, err := client(opt).Do(ctx, ep, get())
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Size).To(BeEquivalentTo(5_000_000))
	})

	It("opens a connection of its own on demand", limit, func(ctx SpecContext) {
		var mu sync.Mutex
		remote := map[string]bool{}
		ep, opt := tlsServer(func(_ http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			remote[r.RemoteAddr] = true
		})
		c := client(opt)
		for range 2 {
			conn, err := c.Open(ctx, ep)
			Expect(err).NotTo(HaveOccurred())
			Expect(conn.Do(ctx, get())[0].Err).To(BeNil())
			conn.Release()
		}
		for range 3 {
			_, err := c.Do(ctx, ep, get())
			Expect(err).NotTo(HaveOccurred())
		}
		mu.Lock()
		defer mu.Unlock()
		Expect(remote).To(HaveLen(3))
	})

	It("refuses what it cannot carry", limit, func(ctx SpecContext) {
		ep, opt := tlsServer(func(http.ResponseWriter, *http.Request) {})
		for _, req := range []*wire.Request{{Version: "HTTP/1.0"}, {Lines: []string{"Origin: a", " folded"}}} {
			_, err := client(opt).Do(ctx, ep, req)
			Expect(wire.KindOf(err)).To(Equal(wire.Unsendable), "%v", err)
		}
	})

	It("is told apart from a server that has HTTP/1 only", limit, func(ctx SpecContext) {
		s := httptest.NewTLSServer(http.NotFoundHandler())
		DeferCleanup(s.Close)
		opt := wire.Options{TLS: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // a test server
		ep := wire.Endpoint{Addr: s.Listener.Addr().String(), TLS: true, Proto: wire.H2}
		_, err := client(opt).Do(ctx, ep, get())
		Expect(wire.KindOf(err)).To(Equal(wire.NoProtocol), "%v", err)
		ep.Proto = wire.Any
		c := client(opt)
		for range 2 {
			resp, err := c.Do(ctx, ep, get())
			Expect(err).NotTo(HaveOccurred())
			Expect(resp.Proto).To(Equal("HTTP/1.1"))
		}
	})

	It("does not trust a certificate that it does not know", limit, func(ctx SpecContext) {
		ep, _ := tlsServer(func(http.ResponseWriter, *http.Request) {})
		_, err := client(wire.Options{}).Do(ctx, ep, get())
		Expect(wire.KindOf(err)).To(Equal(wire.NoTLS), "%v", err)
	})

	It("tells plain HTTP from TLS", limit, func(ctx SpecContext) {
		s := httptest.NewServer(http.NotFoundHandler())
		DeferCleanup(s.Close)
		_, err := client(wire.Options{}).Do(ctx, wire.Endpoint{Addr: s.Listener.Addr().String(), TLS: true}, get())
		Expect(wire.KindOf(err)).To(Equal(wire.NoTLS), "%v", err)
	})

	It("reports names as they came, interim answers and trailers", limit, func(ctx SpecContext) {
		ep := h2Script(func(fr *http2.Framer, id uint32) {
			headers(fr, id, false, ":status", "103", "link", "x")
			headers(fr, id, false, ":status", "200", "X-Upper", "1", "connection", "close")
			_ = fr.WriteData(id, false, []byte("ok"))
			headers(fr, id, true, "x-trailer", "t")
		})
		resp, err := client(wire.Options{}).Do(ctx, ep, get())
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Header).To(Equal(spec.Header{{Name: "X-Upper", Value: "1"}, {Name: "connection", Value: "close"}}))
		Expect(resp.Interim).To(Equal([]wire.Interim{{Status: 103, Header: spec.Header{{Name: "link", Value: "x"}}}}))
		Expect(resp.Trailer).To(Equal(spec.Header{{Name: "x-trailer", Value: "t"}}))
		Expect(string(resp.Body)).To(Equal("ok"))
	})

	It("joins a head from several frames", limit, func(ctx SpecContext) {
		ep := h2Script(func(fr *http2.Framer, id uint32) {
			b := block(":status", "200", "x-a", "1")
			_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, EndStream: true, BlockFragment: b[:3]})
			_ = fr.WriteContinuation(id, true, b[3:])
		})
		resp, err := client(wire.Options{}).Do(ctx, ep, get())
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Header).To(Equal(spec.Header{{Name: "x-a", Value: "1"}}))
	})

	DescribeTable("names what the server did wrong", func(ctx SpecContext, kind wire.ErrorKind, answer func(*http2.Framer, uint32)) {
		short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		_, err := client(wire.Options{MaxHead: 1000}).Do(short, h2Script(answer), get())
		Expect(wire.KindOf(err)).To(Equal(kind), "%v", err)
	},
		Entry("no answer", limit, wire.Timeout, func(*http2.Framer, uint32) {}),
		Entry("a reset", limit, wire.Reset, func(fr *http2.Framer, id uint32) { _ = fr.WriteRSTStream(id, http2.ErrCodeInternal) }),
		Entry("no status", limit, wire.Malformed, func(fr *http2.Framer, id uint32) { headers(fr, id, true, "x-a", "1") }),
		Entry("an odd status", limit, wire.Malformed, func(fr *http2.Framer, id uint32) { headers(fr, id, true, ":status", "2000") }),
		Entry("only an interim answer", limit, wire.Malformed, func(fr *http2.Framer, id uint32) {
			headers(fr, id, false, ":status", "103")
			_ = fr.WriteData(id, true, nil)
		}),
		Entry("a block that is not HPACK", limit, wire.Malformed, func(fr *http2.Framer, id uint32) {
			_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, EndHeaders: true, EndStream: true, BlockFragment: []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}})
		}),
		Entry("a large head", limit, wire.TooLarge, func(fr *http2.Framer, id uint32) {
			headers(fr, id, true, ":status", "200", "x-a", strings.Repeat("x", 600), "x-b", strings.Repeat("x", 600))
		}),
		Entry("a pushed answer", limit, wire.Malformed, func(fr *http2.Framer, id uint32) {
			_ = fr.WritePushPromise(http2.PushPromiseParam{StreamID: id, PromiseID: 2, EndHeaders: true, BlockFragment: block(":method", "GET")})
		}),
	)

	It("sends again what the server refused without processing it", limit, func(ctx SpecContext) {
		refused := false
		ep := h2Script(func(fr *http2.Framer, id uint32) {
			if !refused {
				refused = true
				_ = fr.WriteGoAway(0, http2.ErrCodeNo, nil)
				return
			}
			headers(fr, id, true, ":status", "204")
		})
		resp, err := client(wire.Options{}).Do(ctx, ep, &wire.Request{Method: "POST"})
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Status).To(Equal(204))
		Expect(resp.Resent).To(BeTrue())
	})

	It("leaves a request its answer when another connection takes the place of its own", func(ctx SpecContext) {
		var mu sync.Mutex
		var old *http2.Framer // of the connection that the server takes leave of
		left, moved := make(chan struct{}), make(chan struct{})
		onceMoved := sync.OnceFunc(func() { close(moved) })
		ep := h2Script(func(fr *http2.Framer, id uint32) {
			mu.Lock()
			defer mu.Unlock()
			if old == nil {
				old = fr
				_ = fr.WriteGoAway(id, http2.ErrCodeNo, nil)
				close(left)
				return
			}
			headers(fr, id, true, ":status", "204")
			if fr != old {
				onceMoved()
			}
		})
		c := client(wire.Options{})
		first := make(chan wire.Response, 1)
		go func() {
			defer GinkgoRecover()
			defer close(first)
			resp, err := c.Do(ctx, ep, get())
			Expect(err).NotTo(HaveOccurred())
			first <- *resp
		}()
		Eventually(ctx, left).Should(BeClosed())
		for over := false; !over; {
			_, err := c.Do(ctx, ep, get())
			Expect(err).NotTo(HaveOccurred())
			select {
			case <-moved:
				over = true
			default: // the client had not read the leave yet
			}
		}
		mu.Lock()
		headers(old, 1, true, ":status", "200")
		mu.Unlock()
		var resp wire.Response
		Eventually(ctx, first).Should(Receive(&resp))
		Expect(resp.Status).To(Equal(200))
		Expect(resp.Resent).To(BeFalse())
	})

	It("gives an error where a connection is lost before its first byte", func(ctx SpecContext) {
		dial := func(context.Context, string, bool) (net.Conn, error) {
			ours, theirs := net.Pipe()
			return ours, theirs.Close()
		}
		_, err := client(wire.Options{Dial: dial}).Do(ctx, wire.Endpoint{Addr: "127.0.0.1:1", Proto: wire.H2}, get())
		Expect(wire.KindOf(err)).To(Equal(wire.Closed), "%v", err)
		Expect(err).To(MatchError(ContainSubstring("starting HTTP/2 with 127.0.0.1:1")))
	})

	It("closes a connection that another has taken the place of", limit, func(ctx SpecContext) {
		closed := make(chan string, 4)
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		s.EnableHTTP2 = true
		s.Config.ConnState = func(conn net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				closed <- conn.RemoteAddr().String()
			}
		}
		s.StartTLS()
		DeferCleanup(s.Close)
		c := client(wire.Options{TLS: &tls.Config{InsecureSkipVerify: true}, MaxIdle: time.Second})
		for range 2 {
			time.Sleep(1100 * time.Millisecond)
			_, err := c.Do(ctx, wire.Endpoint{Addr: s.Listener.Addr().String(), TLS: true, Proto: wire.H2}, get())
			Expect(err).NotTo(HaveOccurred())
		}
		var first string
		Eventually(ctx, closed).Should(Receive(&first))
		Consistently(ctx, closed, "50ms").ShouldNot(Receive(Not(Equal(first))), "the one in use stays")
	})
})
