package adapter_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/adapter"
	"github.com/corsproof/corsproof/internal/tcptest"
)

var _ = Describe("a server that does not come up", func() {
	DescribeTable("is said not to answer, or to answer what cannot be read", func(word, says string) {
		addr := tcptest.Serve(GinkgoT(), tcptest.Say(word))
		Expect(adapter.Await("http://"+addr, time.Second)).To(MatchRegexp(says))
	},
		Entry("no word", "", "^it did not answer within 1s$"),
		Entry("a control byte in a header", "HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 0\r\n\r\n", "no answer that can be read|X-App"),
		Entry("a header without a colon", "HTTP/1.1 200 OK\r\nnothing\r\n\r\n", "^it gave no answer that can be read .*malformed.* within 1s$"),
		Entry("another protocol", "220 mail\r\n\r\n", "^it gave no answer that can be read .*malformed.* within 1s$"),
	)
})
