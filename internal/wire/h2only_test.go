package wire_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/net/http2"

	"github.com/corsproof/corsproof/internal/tcptest"
	"github.com/corsproof/corsproof/internal/testcert"
	"github.com/corsproof/corsproof/internal/wire"
)

var _ = Describe("a server that speaks HTTP/2 only", func() {
	// settings are what it says first.
	settings := func() string {
		var b bytes.Buffer
		Expect(http2.NewFramer(&b, nil).WriteSettings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: 1 << 14})).To(Succeed())
		return b.String()
	}
	goaway := func() string {
		var b bytes.Buffer
		Expect(http2.NewFramer(&b, nil).WriteGoAway(0, http2.ErrCodeProtocol, []byte("no preface"))).To(Succeed())
		return b.String()
	}
	// answered is a server that reads something, says a word, and hangs up. prefaced: only to who begins with the preface.
	answered := func(word string, prefaced bool, connections *atomic.Int64) wire.Endpoint {
		addr := tcptest.Serve(GinkgoT(), func(conn net.Conn) {
			connections.Add(1)
			begin := make([]byte, len(http2.ClientPreface))
			_, _ = io.ReadFull(conn, begin)
			if !prefaced || string(begin) == http2.ClientPreface {
				_, _ = io.WriteString(conn, word)
			}
		})
		return wire.Endpoint{Addr: addr, Proto: wire.H1}
	}
	ask := func(c *wire.Client, ep wire.Endpoint) *wire.Error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, err := c.Do(ctx, ep, &wire.Request{Method: "GET", Target: "/", Lines: []string{"Host: " + ep.Addr}})
		e, ok := errors.AsType[*wire.Error](err)
		Expect(ok).To(BeTrue(), "%v", err)
		return e
	}

	DescribeTable("is recognised", func(word func() string, prefaced, only bool) {
		var n atomic.Int64
		ep := answered(word(), prefaced, &n)
		c := wire.NewClient(wire.Options{})
		defer c.Close()
		e := ask(c, ep)
		Expect(e.OnlyH2).To(Equal(only), e.Error())
		if only {
			Expect(e.Error()).To(ContainSubstring("speaks HTTP/2 only"))
		}
		before := n.Load()
		Expect(ask(c, ep).OnlyH2).To(Equal(only), "the second time")
		Expect(n.Load()-before).To(BeEquivalentTo(1), "what it speaks is looked at once")
	},
		Entry("that begins with its settings", settings, false, true),
		Entry("that takes leave", goaway, false, true),
		Entry("that hangs up on HTTP/1.1", settings, true, true),
		Entry("not one that hangs up on everybody", func() string { return "" }, false, false),
		Entry("not one that speaks something else to everybody", func() string { return "220 mail\r\n" }, false, false),
		Entry("not one that speaks something else to the preface", func() string { return "220 mail\r\n" }, true, false),
		Entry("not one that begins with zeros", func() string { return string(make([]byte, 40)) }, false, false),
		Entry("not one of settings that are none", func() string { return "\x00\x00\x05\x04\x00\x00\x00\x00\x00abcde" }, false, false),
	)

	It("is recognised over TLS", func() {
		cert, err := testcert.New("127.0.0.1")
		Expect(err).NotTo(HaveOccurred())
		// crypto/tls itself lets a client of HTTP/1.1 in where a server knows h2 alone; OpenSSL's servers do not.
		strict := func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			protos := []string{"none"}
			if slices.Contains(hello.SupportedProtos, "h2") {
				protos = []string{"h2"}
			}
			return &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: protos}, nil
		}
		addr := tcptest.Serve(GinkgoT(), func(conn net.Conn) {
			_, _ = io.Copy(io.Discard, tls.Server(conn, &tls.Config{GetConfigForClient: strict}))
		})
		c := wire.NewClient(wire.Options{TLS: &tls.Config{InsecureSkipVerify: true}})
		defer c.Close()
		e := ask(c, wire.Endpoint{Addr: addr, TLS: true, Proto: wire.H1})
		Expect(e.Kind).To(Equal(wire.NoProtocol), e.Error())
		Expect(e.OnlyH2).To(BeTrue())
	})
})
