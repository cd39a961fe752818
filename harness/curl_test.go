package harness_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/spec"
)

// fields is a header list of names and values.
func fields(pairs ...string) spec.Header {
	var h spec.Header
	for i := 0; i < len(pairs); i += 2 {
		h = append(h, spec.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return h
}

var _ = Describe("an exchange", func() {
	const url = "http://h:1/ok"
	DescribeTable("is a command line", func(ex harness.Exchange, parts ...string) {
		if ex.URL == "" {
			ex.URL = url
		}
		for _, p := range parts {
			Expect(ex.Curl()).To(ContainSubstring(p))
		}
	},
		Entry("repeats and case are kept", harness.Exchange{Method: "GET", Request: fields("oRigin", "a", "ORIGIN", "b")}, "-H 'oRigin: a' -H 'ORIGIN: b'"),
		Entry("an empty value", harness.Exchange{Method: "GET", Request: fields("Origin", "")}, "-H 'Origin;'"),
		Entry("a quote", harness.Exchange{Method: "GET", Request: fields("Origin", "it's")}, `-H 'Origin: it'\''s'`),
		Entry("bytes", harness.Exchange{Method: "GET", Request: fields("Origin", "\x01\xff'\\1")}, `-H $'Origin: \001\377\'\\1'`),
		Entry("HEAD", harness.Exchange{Method: "HEAD"}, "curl -sS --head"),
		Entry("content", harness.Exchange{Method: "POST", Sent: "a&b", Request: fields("Content-Length", "3")}, "-X POST", "--data-binary 'a&b'", "-H Content-Type:"),
		Entry("a whole request target", harness.Exchange{Method: "OPTIONS", Target: "*"}, "--request-target '*'"),
		Entry("dot segments", harness.Exchange{Method: "GET", URL: "http://h/a/../b"}, "--path-as-is"),
		Entry("HTTP/1.0", harness.Exchange{Method: "GET", Proto: "HTTP/1.0"}, "--http1.0"),
		Entry("HTTP/2 with a certificate of one's own", harness.Exchange{Method: "GET", Proto: "HTTP/2.0", URL: "https://127.0.0.1:1/"}, "--http2 --insecure"),
		Entry("a certificate of the world", harness.Exchange{Method: "GET", Proto: "HTTP/1.1", URL: "https://api.example/"}, "curl -sS -i --http1.1 -H"),
		Entry("a folded line", harness.Exchange{Method: "GET", Request: fields("Host", "h", "Origin", "a", "  b", "")}, `printf %b 'GET /ok HTTP/1.1\r\nHost: h\r\nOrigin: a\r\n  b\r\n\r\n' | nc h 1`),
		Entry("no URL", harness.Exchange{Method: "GET", URL: "x"}, "# GET x cannot"),
	)

	It("shows no secrets on demand", func() {
		ex := harness.Exchange{
			Method: "GET", URL: "https://user:pw@h/a?x=1&access_token=t#f",
			Request:  fields("Authorization", "Bearer abc", "Cookie", "a=1; corsproof=1; b", "X-Plain", "1", "Referer", "https://u:p@h/?token=t&y=2"),
			Response: fields("Set-Cookie", "sid=abc; Path=/; HttpOnly", "Location", "https://u@h/"),
		}
		r := ex.Redacted()
		Expect(r.URL).To(Equal("https://[redacted]@h/a?x=1&access_token=[redacted]#f"))
		Expect(r.Request).To(Equal(fields("Authorization", "Bearer [redacted]", "Cookie", "a=[redacted]; corsproof=1;[redacted]", "X-Plain", "1", "Referer", "https://[redacted]@h/?token=[redacted]&y=2")))
		Expect(r.Response).To(Equal(fields("Set-Cookie", "sid=[redacted]; Path=/; HttpOnly", "Location", "https://[redacted]@h/")))
		Expect(ex.Request[0].Value).To(Equal("Bearer abc"), "the original stays")
	})

	It("keeps its bytes in JSON", func() {
		ex := harness.Exchange{Method: "GET", URL: url, Request: fields("Origin", "\xff\x00é"), Response: fields("A", ""), Status: 200, Body: "\xfe", Elapsed: 5}
		text, err := json.Marshal(ex)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).To(ContainSubstring(`"request":[["Origin","ÿ\u0000Ã©"]]`))
		var back harness.Exchange
		Expect(json.Unmarshal(text, &back)).To(Succeed())
		Expect(back).To(Equal(ex))
		Expect(json.Unmarshal([]byte(`{"body":"€"}`), &back)).To(MatchError(ContainSubstring("reading an exchange")))
	})
})
