package agent_test

import (
	"encoding/json"
	"fmt"
	"reflect"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/secret"
)

var _ = Describe("an exchange", func() {
	const url = "http://h:1/ok"
	DescribeTable("is a command line", func(ex agent.Exchange, parts ...string) {
		if ex.URL == "" {
			ex.URL = url
		}
		for _, p := range parts {
			Expect(ex.Curl()).To(ContainSubstring(p))
		}
	},
		Entry("repeats and case are kept", agent.Exchange{Method: "GET", Request: fields("oRigin", "a", "ORIGIN", "b")}, "-H 'oRigin: a' -H 'ORIGIN: b'"),
		Entry("an empty value", agent.Exchange{Method: "GET", Request: fields("Origin", ""), Lines: []string{"Origin:"}}, "-H 'Origin;'"),
		Entry("a quote", agent.Exchange{Method: "GET", Request: fields("Origin", "it's")}, `-H 'Origin: it'\''s'`),
		Entry("bytes", agent.Exchange{Method: "GET", Request: fields("Origin", "\x01\xff'\\1")}, `-H $'Origin: \001\377\'\\1'`),
		Entry("what is printed, and what is not", agent.Exchange{Method: "GET", Request: fields("Origin", " ~\x1f\x7f")}, `-H $'Origin:  ~\037\177'`),
		Entry("HEAD", agent.Exchange{Method: "HEAD"}, "curl -sS --head"),
		Entry("content", agent.Exchange{Method: "POST", Sent: "a&b", Request: fields("Content-Length", "3")}, "-X POST", "--data-raw 'a&b'", "-H Content-Type:"),
		Entry("a whole request target", agent.Exchange{Method: "OPTIONS", Target: "*"}, "--request-target '*'"),
		Entry("dot segments", agent.Exchange{Method: "GET", URL: "http://h/a/../b"}, "--request-target /a/../b -g http://h/"),
		Entry("HTTP/1.0", agent.Exchange{Method: "GET", Proto: "HTTP/1.0"}, "--http1.0"),
		Entry("HTTP/2 with a certificate of one's own", agent.Exchange{Method: "GET", Proto: "HTTP/2.0", URL: "https://127.0.0.1:1/"}, "--http2 --insecure"),
		Entry("a certificate of the world", agent.Exchange{Method: "GET", Proto: "HTTP/1.1", URL: "https://api.example/"}, "curl -sS -i --http1.1 -H"),
		Entry("a folded line", agent.Exchange{Method: "GET", Request: fields("Host", "h", "Origin", "a", "  b", ""), Lines: []string{"Host: h", "Origin: a", "  b"}}, `printf %b 'GET /ok HTTP/1.1\r\nHost: h\r\nOrigin: a\r\n  b\r\n\r\n' | nc h 1`),
		Entry("blanks around a value", agent.Exchange{Method: "GET", Request: fields("Origin", "a"), Lines: []string{"Origin:   a \t"}}, `-H $'Origin:   a \011'`),
		Entry("a line without a colon", agent.Exchange{Method: "GET", Request: fields("Host", "h:1", "Origin", ""), Lines: []string{"Host: h:1", "Origin"}}, `printf %b 'GET /ok HTTP/1.1\r\nHost: h:1\r\nOrigin\r\n\r\n' | nc h 1`),
		Entry("content that begins like a file's name", agent.Exchange{Method: "POST", Sent: "@x", Request: fields("Content-Length", "2")}, "--data-raw @x"),
		Entry("chunked content, which curl would frame again", agent.Exchange{Method: "POST", Sent: "0\r\n\r\n", Request: fields("Transfer-Encoding", "chunked")}, `printf %b`, `chunked\r\n\r\n0\r\n\r\n' | nc`),
		Entry("a long line", agent.Exchange{Method: "GET", Grown: &agent.Grown{Begin: "X: x", Unit: ",", Times: 1000000}}, `{ printf %b 'GET /ok HTTP/1.1\r\nX: x'; yes , | head -n 1000000 | tr -d '\n'; printf %b '\r\n\r\n'; } | nc h 1`),
		Entry("no URL", agent.Exchange{Method: "GET", URL: "x"}, "# GET x cannot"),
	)

	It("is one command with the others of its connection", func() {
		first := agent.Exchange{Method: "GET", URL: url}
		second := agent.Exchange{Method: "POST", URL: url, Connection: "same"}
		Expect(agent.Commands([]agent.Exchange{first, second, first})).To(Equal([]string{
			"curl -sS -i -H Accept: -H User-Agent: -g http://h:1/ok --next -sS -i -X POST -H Accept: -H User-Agent: -g http://h:1/ok",
			"curl -sS -i -H Accept: -H User-Agent: -g http://h:1/ok",
		}))
		second.Connection = "pipelined"
		Expect(agent.Commands([]agent.Exchange{first, second})).To(Equal([]string{
			`{ printf %b 'GET /ok HTTP/1.1\r\n\r\n'; printf %b 'POST /ok HTTP/1.1\r\n\r\n'; } | nc h 1`,
		}))
	})

	It("hides secrets in lines too", func() {
		ex := agent.Exchange{
			Request: fields("Authorization", "Bearer abc", "Cookie", "a=1"),
			Lines:   []string{"Authorization:  Bearer abc \t", "Cookie: a=1\r\n  b=2", "X: 1"},
		}
		ex.Request = append(ex.Request, fields("X", "1")...)
		r := ex.Redacted()
		Expect(r.Lines).To(Equal([]string{"Authorization:  Bearer [redacted] \t", "Cookie: a=[redacted]\r\n [redacted]", "X: 1"}))
		Expect(ex.Lines[0]).To(ContainSubstring("abc"))
	})

	It("shows no secrets on demand", func() {
		ex := agent.Exchange{
			Method: "GET", URL: "https://user:pw@h/a?x=1&access_token=t#f",
			Request:  fields("Authorization", "Bearer abc", "Cookie", "a=1; corsproof=1; b", "X-Plain", "1", "Referer", "https://u:p@h/?token=t&y=2"),
			Response: fields("Set-Cookie", "sid=abc; Path=/; HttpOnly", "Location", "https://u@h/"),
		}
		r := ex.Redacted()
		Expect(r.URL).To(Equal("https://[redacted]@h/a?x=1&access_token=[redacted]#[redacted]"))
		Expect(r.Request).To(Equal(fields("Authorization", "Bearer [redacted]", "Cookie", "a=[redacted]; corsproof=1;[redacted]", "X-Plain", "1", "Referer", "https://[redacted]@h/?token=[redacted]&y=2")))
		Expect(r.Response).To(Equal(fields("Set-Cookie", "sid=[redacted]; Path=/; HttpOnly", "Location", "https://[redacted]@h/")))
		Expect(ex.Request[0].Value).To(Equal("Bearer abc"), "the original stays")
	})

	It("keeps its bytes in JSON", func() {
		ex := agent.Exchange{Method: "GET", URL: url, Request: fields("Origin", "\xff\x00é"), Response: fields("A", ""), Status: 200, Body: "\xfe", Elapsed: 5,
			Lines: []string{"Origin: \xff\x00é  "}, Grown: &agent.Grown{Begin: "X: ", Unit: "\xff", Times: 3}}
		text, err := json.Marshal(ex)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).To(ContainSubstring(`"request":[["Origin","ÿ\u0000Ã©"]]`))
		var back agent.Exchange
		Expect(json.Unmarshal(text, &back)).To(Succeed())
		Expect(back).To(Equal(ex))
		Expect(json.Unmarshal([]byte(`{"body":"€"}`), &back)).To(MatchError(ContainSubstring("reading an exchange")))
	})
})

var _ = Describe("what was seen of an exchange", func() {
	It("is the same when it is read again, each field with its bytes", func() {
		var seen agent.Seen
		v := reflect.ValueOf(&seen).Elem()
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			switch f := v.Field(i).Addr().Interface().(type) {
			case *string:
				*f = name + " \xff\x00é"
			case *agent.Lines:
				*f = agent.Lines{N: i, Text: name + "\n\xff\x00é"}
			case *bool:
				*f = true
			case *int:
				*f = i
			default:
				Fail(fmt.Sprintf("%s is of type %T", name, f))
			}
		}
		seen.URL, seen.Location = "http://h/a", "/b" // of which secrets are left out
		text, err := json.Marshal(seen)
		Expect(err).NotTo(HaveOccurred())
		var back agent.Seen
		Expect(json.Unmarshal(text, &back)).To(Succeed())
		Expect(back).To(Equal(seen))
		Expect(json.Unmarshal([]byte(`{"AllowOrigin":{"N":1,"Text":"€"}}`), &back)).To(MatchError(ContainSubstring("reading what was seen")))
	})

	It("has nothing of what is not there", func() {
		Expect(json.Marshal(agent.Seen{Status: 200})).To(MatchJSON(`{"Status":200}`))
	})
})

var _ = Describe("a command with a secret in it", func() {
	It("takes it from a variable, and says so", func() {
		ex := agent.Exchange{
			Method: "POST", URL: "http://h:1/ok?token=t&x=1", Sent: "a=S3CRETDATA", Given: []string{"X-Api-Key", "X-Plain"}, Way: []string{"--unix-socket", "/tmp/a b"},
			Request: fields("Authorization", "Bearer abc", "X-Api-Key", "k", "X-Plain", "it's", "Cookie", "a=1; corsproof=1", "Content-Length", "12"),
		}
		known := &secret.Redactor{}
		known.Add("S3CRETDATA")
		r := ex.RedactedBy(known)
		Expect(r.Curl()).To(Equal(`curl -sS -i -X POST --unix-socket '/tmp/a b' -H 'Authorization: Bearer '"$CORSPROOF_AUTHORIZATION" -H 'X-Api-Key: '"$CORSPROOF_X_API_KEY" -H 'X-Plain: '"$CORSPROOF_X_PLAIN"` +
			` -H 'Cookie: a='"$CORSPROOF_COOKIE_A"'; corsproof=1' -H 'Content-Length: 12' -H Accept: -H User-Agent: -H Content-Type: -H Expect: --data-raw a="$CORSPROOF_DATA_A" -g 'http://h:1/ok?token='"$CORSPROOF_TOKEN"'&x=1'` +
			`  # set CORSPROOF_AUTHORIZATION, CORSPROOF_X_API_KEY, CORSPROOF_X_PLAIN, CORSPROOF_COOKIE_A, CORSPROOF_DATA_A, CORSPROOF_TOKEN first: what is not shown here`))
		Expect(ex.Curl()).NotTo(ContainSubstring("CORSPROOF"), "nothing is hidden unless it is redacted")
	})

	It("does so in bytes that curl cannot send", func() {
		ex := agent.Exchange{Method: "GET", URL: "http://h:1/ok", Request: fields("Host", "h:1", "Authorization", "Bearer abc", "  x", ""), Lines: []string{"Host: h:1", "Authorization: Bearer abc", "  x"}}
		r := ex.Redacted()
		Expect(r.Curl()).To(HavePrefix(`printf %b 'GET /ok HTTP/1.1\r\nHost: h:1\r\nAuthorization: Bearer '"$CORSPROOF_AUTHORIZATION"'\r\n `))
	})
})
