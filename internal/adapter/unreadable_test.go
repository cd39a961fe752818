package adapter_test

import (
	"io"
	"net"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/adapter"
)

var _ = Describe("a server that does not come up", func() {
	DescribeTable("is said not to answer, or to answer what cannot be read", func(word, says string) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(ln.Close)
		go func() {
			for {
				conn, err := ln.Accept()
				if err != nil {
					return
				}
				_, _ = conn.Read(make([]byte, 1<<12))
				_, _ = io.WriteString(conn, word)
				_ = conn.Close()
			}
		}()
		Expect(adapter.Await("http://"+ln.Addr().String(), time.Second)).To(MatchRegexp(says))
	},
		Entry("no word", "", "^it did not answer within 1s$"),
		Entry("a control byte in a header", "HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 0\r\n\r\n", "no answer that can be read|X-App"),
		Entry("a header without a colon", "HTTP/1.1 200 OK\r\nnothing\r\n\r\n", "^it gave no answer that can be read .*malformed.* within 1s$"),
		Entry("another protocol", "220 mail\r\n\r\n", "^it gave no answer that can be read .*malformed.* within 1s$"),
	)
})
