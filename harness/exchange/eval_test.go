package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/spec"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var inputSchema, outputSchema = func() (in, out *jsonschema.Schema) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(exchange.Schema))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(exchange.SchemaID, doc); err != nil {
		panic(err)
	}
	return c.MustCompile(exchange.SchemaID + "#/$defs/input"), c.MustCompile(exchange.SchemaID + "#/$defs/output")
}()

func conforms(s *jsonschema.Schema, line string) error {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// eval evaluates lines and checks every output line against the schema. It
// takes them from a buffer that is overwritten, too, which must change nothing.
func eval(opt exchange.Options, lines ...string) (out []string, invalid int) {
	GinkgoHelper()
	var w bytes.Buffer
	invalid, err := exchange.Eval(context.Background(), strings.NewReader(strings.Join(lines, "\n")+"\n"), &w, opt)
	Expect(err).NotTo(HaveOccurred())
	out = strings.Split(strings.TrimSuffix(w.String(), "\n"), "\n")
	for _, line := range out {
		Expect(conforms(outputSchema, line)).To(Succeed(), line)
	}
	if opt.MaxLine == 0 {
		again := slices.DeleteFunc(poisoned(opt, lines), func(text string) bool { return text == "" })
		Expect(again).To(Equal(out), "in a buffer that is overwritten")
	}
	return out, invalid
}

const simple = `{"id":"%s","request":{"origin":"https://app.example.com","url":"https://api.example.org/x"%s},"hops":[{"response":{"status":200,"headers":[["Access-Control-Allow-Origin","*"]]}}]}`

var _ = Describe("Eval", func() {
	It("writes the line of the format's description, byte for byte", func() {
		in := `{"id": "any", "session": "s1", "at": 0.0, "request": {"api": "fetch", "origin": "https://app.example.com", "url": "https://api.example.org/x", "method": "PUT", "headers": [["X-A","1"]], "mode": "cors", "credentials": "same-origin", "redirect": "follow", "body": {"content_type": "text/plain", "stream": false}, "upload_listener": false}, "hops": [{"preflight": {"status": 204, "headers": [["Access-Control-Allow-Origin","*"],["Access-Control-Allow-Methods","PUT"],["Access-Control-Allow-Headers","x-a"]]}, "response":  {"status": 200, "headers": [["Access-Control-Allow-Origin","*"],["Content-Type","text/plain"],["Set-Cookie","a=b"]]}}]}`
		Expect(conforms(inputSchema, in)).To(Succeed())
		out, invalid := eval(exchange.Options{OmitTrace: true}, in)
		Expect(invalid).To(BeZero())
		Expect(out).To(Equal([]string{`{"id":"any","outcome":"allowed","type":"cors","reason":null,"layer":null,"failed_parameter":null,"failed_hop":null,` +
			`"hops":[{"preflight":true,"acrm":"PUT","acrh":"x-a","preflight_origin":"https://app.example.com","sent":true,"method":"PUT","origin":"https://app.example.com","headers":[["X-A","1"],["Content-Type","text/plain"]],"credentials":false}],` +
			`"readable":{"content-type":"text/plain"},"exposed":["content-type"],"preflight_cache_seconds":5,"not_considered":["cookie","corp","csp","extension","hsts","integrity","local-network","mixed-content","orb","service-worker","tls"],"trace":[]}`}))
		out, _ = eval(exchange.Options{}, in)
		Expect(out[0]).To(ContainSubstring(`"trace":[{"step":"main-fetch/12/preflight","spec":"https://fetch.spec.whatwg.org/#concept-main-fetch","text":"`))
	})

	It("keeps the order and goes on after a line that is not valid", func() {
		out, invalid := eval(exchange.Options{OmitTrace: true},
			fmt.Sprintf(simple, "a", ""), `{"id":"b"`, "  ", fmt.Sprintf(simple, "c", ""), `[]`)
		Expect(invalid).To(Equal(2))
		Expect(out).To(HaveLen(4))
		Expect(out[0]).To(HavePrefix(`{"id":"a","outcome":"allowed"`))
		Expect(out[1]).To(Equal(`{"id":"b","outcome":"invalid","error":"line 2: not JSON: the line ends early, at byte 10"}`))
		Expect(out[2]).To(HavePrefix(`{"id":"c","outcome":"allowed"`))
		Expect(out[3]).To(Equal(`{"id":null,"outcome":"invalid","error":"line 5: an array, where an object is wanted"}`))
	})

	It("writes header bytes as code points", func() {
		in := `{"id":"é\u0001","request":{"origin":"https://a.example","url":"https://a.example/","headers":[["X","\u00e9ÿ\t"]]},"hops":[{"response":{"status":200,"headers":[["X","\u0080é"]]}}]}`
		out, _ := eval(exchange.Options{OmitTrace: true}, in)
		Expect(out[0]).To(HavePrefix("{\"id\":\"é\\u0001\""))
		Expect(out[0]).To(ContainSubstring(`"headers":[["X","éÿ"]]`))
		Expect(out[0]).To(ContainSubstring("\"readable\":{\"x\":\"\u0080é\"}"))
	})

	It("says type-error without hops", func() {
		out, invalid := eval(exchange.Options{OmitTrace: true}, fmt.Sprintf(simple, "a", `,"method":"TRACE"`))
		Expect(invalid).To(BeZero())
		Expect(out).To(Equal([]string{`{"id":"a","outcome":"type-error","type":"error","reason":null,"layer":null,"failed_parameter":null,"failed_hop":null,"hops":[],"readable":{},"exposed":[],"preflight_cache_seconds":null,"not_considered":["cookie","corp","csp","extension","hsts","integrity","local-network","mixed-content","orb","service-worker","tls"],"trace":[]}`}))
	})

	It("takes a last line without a newline, and CRLF", func() {
		var w bytes.Buffer
		_, err := exchange.Eval(context.Background(), strings.NewReader(fmt.Sprintf(simple, "a", "")+"\r\n"+fmt.Sprintf(simple, "b", "")), &w, exchange.Options{})
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Count(w.String(), "\n")).To(Equal(2))
	})

	It("refuses a line that is too long, and goes on", func() {
		long := fmt.Sprintf(simple, strings.Repeat("x", 200_000), "")
		out, invalid := eval(exchange.Options{MaxLine: 100_000}, long, fmt.Sprintf(simple, "b", ""))
		Expect(invalid).To(Equal(1))
		Expect(out[0]).To(Equal(`{"id":null,"outcome":"invalid","error":"line 1: longer than 100000 bytes"}`))
		Expect(out[1]).To(HavePrefix(`{"id":"b","outcome":"allowed"`))
	})

	It("answers each line before it waits for the next", func() {
		r, in := io.Pipe()
		out, w := io.Pipe()
		go func() {
			_, err := exchange.Eval(context.Background(), r, w, exchange.Options{OmitTrace: true})
			w.CloseWithError(err)
		}()
		answer := make([]byte, 4096)
		for range 3 {
			_, err := io.WriteString(in, fmt.Sprintf(simple, "a", "")+"\n")
			Expect(err).NotTo(HaveOccurred())
			n, err := out.Read(answer)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(answer[:n])).To(HaveSuffix("}\n"))
		}
		in.Close()
	})

	It("ends when its context does", func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := exchange.Eval(ctx, strings.NewReader(""), io.Discard, exchange.Options{})
		Expect(err).To(MatchError(context.Canceled))
	})

	It("reports what reading and writing report", func() {
		broken := errors.New("broken")
		_, err := exchange.Eval(context.Background(), io.MultiReader(strings.NewReader("{}\n"), errReader{broken}), io.Discard, exchange.Options{})
		Expect(err).To(MatchError(broken))
		_, err = exchange.Eval(context.Background(), strings.NewReader("{}\n"), errWriter{broken}, exchange.Options{})
		Expect(err).To(MatchError(broken))
	})
})

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

type errWriter struct{ err error }

func (w errWriter) Write([]byte) (int, error) { return 0, w.err }

// line builds an input line from a request's keys and its hops.
func line(keys, hops string) string {
	return `{"id":"x","request":{"origin":"https://app.example.com","url":"https://api.example.org/x"` + keys + `},"hops":[` + hops + `]}`
}

const acao = `{"response":{"status":200,"headers":[["Access-Control-Allow-Origin","*"]]}}`

var _ = DescribeTable("A line that is not valid",
	func(in, message string, schema bool) {
		out, invalid := eval(exchange.Options{}, in)
		Expect(invalid).To(Equal(1))
		Expect(out).To(HaveLen(1))
		Expect(out[0]).To(ContainSubstring(`"outcome":"invalid"`))
		Expect(out[0]).To(ContainSubstring(`"error":"line 1: ` + message))
		if schema {
			Expect(conforms(inputSchema, in)).NotTo(Succeed(), "the schema should see this too")
		}
	},
	Entry("empty object", `{}`, `id: missing`, true),
	Entry("no request", `{"id":"x","hops":[]}`, `request: missing`, true),
	Entry("no hops", `{"id":"x","request":{"origin":"null","url":"https://a/"}}`, `hops: missing`, true),
	Entry("no origin", `{"id":"x","request":{"url":"https://a/"},"hops":[]}`, `request.origin: missing`, true),
	Entry("no url", `{"id":"x","request":{"origin":"null"},"hops":[]}`, `request.url: missing`, true),
	Entry("id not a string", `{"id":7}`, `id: a number, where a string is wanted`, true),
	Entry("unknown key", line(`,"heders":[]`, acao), `request.heders: unknown key; known are api, origin`, true),
	Entry("key in another case", line(`,"Mode":"cors"`, acao), `request.Mode: unknown key`, true),
	Entry("key twice", line(`,"mode":"cors","mode":"cors"`, acao), `request.mode: the key is there twice`, false),
	Entry("unknown mode", line(`,"mode":"navigate"`, acao), `request.mode: \"navigate\" is not one of cors, no-cors, same-origin`, true),
	Entry("unknown api", line(`,"api":"img"`, acao), `request.api: \"img\" is not one of fetch, xhr, element`, true),
	Entry("unknown credentials", line(`,"credentials":"yes"`, acao), `request.credentials: `, true),
	Entry("unknown redirect", line(`,"redirect":""`, acao), `request.redirect: `, true),
	Entry("null method", line(`,"method":null`, acao), `request.method: null, where a string is wanted`, true),
	Entry("header not a pair", line(`,"headers":[["a"]]`, acao), `request.headers[0]: a header is a pair of name and value`, true),
	Entry("header of three", line(`,"headers":[["a","b"],["a","b","c"]]`, acao), `request.headers[1][2]: a header is a pair`, true),
	Entry("headers an object", line(`,"headers":{"a":"b"}`, acao), `request.headers: an object, where an array is wanted`, true),
	Entry("author header above U+00FF", line(`,"headers":[["a","Ā"]]`, acao), `request.headers[0][1]: 'Ā' is above U+00FF`, true),
	Entry("content type above U+00FF", line(`,"method":"POST","body":{"content_type":"\u0100"}`, acao), `request.body.content_type: `, true),
	Entry("response header above U+00FF", line("", `{"response":{"status":200,"headers":[["a","€"]]}}`), `hops[0].response.headers[0][1]: `, true),
	Entry("response header name not a token", line("", `{"response":{"status":200,"headers":[["a b","1"]]}}`), `hops[0].response.headers[0]: \"a b\" is not a header name`, true),
	Entry("response header name empty", line("", `{"response":{"status":200,"headers":[["","1"]]}}`), `hops[0].response.headers[0]: `, true),
	Entry("response header value with CR", line("", `{"response":{"status":200,"headers":[["a","1\r2"]]}}`), `hops[0].response.headers[0]: the value of \"a\" has a CR or LF`, true),
	Entry("response header value with LF, where it is not needed", line("", acao+`,{"preflight":{"status":200,"headers":[["a","\n"]]}}`), `hops[1].preflight.headers[0]: `, true),
	Entry("status too small", line("", `{"response":{"status":99}}`), `hops[0].response.status: 99 is not a status, 100 to 999`, true),
	Entry("status not an integer", line("", `{"response":{"status":200.5}}`), `hops[0].response.status: `, true),
	Entry("no status", line("", `{"response":{}}`), `hops[0].response.status: missing`, true),
	Entry("unknown key in a hop", line("", `{"answer":{}}`), `hops[0].answer: unknown key`, true),
	Entry("origin with a slash", `{"id":"x","request":{"origin":"https://a.example/","url":"https://b.example/"},"hops":[`+acao+`]}`, `request.origin: \"https://a.example/\" is not a serialised origin: its serialisation is \"https://a.example\"`, false),
	Entry("origin with a default port", `{"id":"x","request":{"origin":"https://a.example:443","url":"https://b.example/"},"hops":[`+acao+`]}`, `request.origin: `, false),
	Entry("origin in upper case", `{"id":"x","request":{"origin":"https://A.example","url":"https://b.example/"},"hops":[`+acao+`]}`, `request.origin: `, false),
	Entry("origin in Unicode", `{"id":"x","request":{"origin":"https://é.example","url":"https://b.example/"},"hops":[`+acao+`]}`, `request.origin: `, false),
	Entry("origin empty", `{"id":"x","request":{"origin":"","url":"https://b.example/"},"hops":[`+acao+`]}`, `request.origin: `, false),
	Entry("origin of a file", `{"id":"x","request":{"origin":"file://","url":"https://b.example/"},"hops":[`+acao+`]}`, `request.origin: `, false),
	Entry("relative URL", `{"id":"x","request":{"origin":"null","url":"/x"},"hops":[`+acao+`]}`, `request.url: \"/x\": not a valid URL: it is relative`, false),
	Entry("data: URL", `{"id":"x","request":{"origin":"null","url":"data:,x"},"hops":[`+acao+`]}`, `request.url: \"data:,x\": data: URLs are out of scope`, false),
	Entry("xhr with mode no-cors", line(`,"api":"xhr","mode":"no-cors"`, acao), `request.mode: `, false),
	Entry("xhr with credentials omit", line(`,"api":"xhr","credentials":"omit"`, acao), `request.credentials: `, false),
	Entry("xhr with redirect manual", line(`,"api":"xhr","redirect":"manual"`, acao), `request.redirect: `, false),
	Entry("xhr with a stream", line(`,"api":"xhr","method":"POST","body":{"content_type":"","stream":true}`, acao), `request.body.stream: `, false),
	Entry("a needed preflight is null", line(`,"method":"PUT"`, acao), `hops[0].preflight: null, but it is needed`, false),
	Entry("a needed response is null", line("", `{"preflight":null,"response":null}`), `hops[0].response: null, but it is needed`, false),
	Entry("no hop at all", line("", ""), `hops: empty, but the request is sent`, false),
	Entry("a redirect without a further hop", line("", `{"response":{"status":302,"headers":[["Access-Control-Allow-Origin","*"],["Location","/y"]]}}`), `hops: the redirect of hop 0 is followed, and there is no hop 1`, false),
	Entry("at negative", `{"id":"x","at":-1,"request":{"origin":"null","url":"https://a/"},"hops":[`+acao+`]}`, `at: -1 is negative`, true),
	Entry("session empty", `{"id":"x","session":"","request":{"origin":"null","url":"https://a/"},"hops":[`+acao+`]}`, `session: empty`, true),
	Entry("more after the object", line("", acao)+`{}`, `not JSON: more after the object`, true),
	Entry("half a surrogate pair", `{"id":"\ud800"}`, `id: not JSON: half a surrogate pair`, false),
	Entry("not UTF-8", "{\"id\":\"\xff\"}", `not JSON: it is not UTF-8`, false),
	Entry("a control character", "{\"id\":\"\x01\"}", `id: not JSON: a control character in a string`, true),
	Entry("a trailing comma", `{"id":"x",}`, `not JSON: unexpected '}' at byte 11`, true),
	Entry("a number with a leading zero", `{"id":"x","at":01}`, `not JSON: unexpected '1'`, true),
)

var _ = DescribeTable("A line with less, or with odd things that are well formed",
	func(in, want string) {
		Expect(conforms(inputSchema, in)).To(Succeed())
		out, invalid := eval(exchange.Options{OmitTrace: true}, in)
		Expect(invalid).To(BeZero(), "%s", out)
		Expect(out[0]).To(ContainSubstring(want))
	},
	Entry("all that may be is left out", line("", acao), `"outcome":"allowed","type":"cors"`),
	Entry("more hops than needed", line("", acao+","+acao), `"outcome":"allowed"`),
	Entry("an unneeded response left out", line(`,"mode":"same-origin"`, `{}`), `"reason":"DisallowedByMode"`),
	Entry("no hops where none is needed", line(`,"mode":"same-origin"`, ``), `"failed_hop":0,"hops":[{"preflight":false,"acrm":null,"acrh":null,"preflight_origin":null,"sent":false,"method":"GET","origin":null,"headers":[],"credentials":false}]`),
	Entry("null where a key may be left out", `{"id":"","session":null,"at":null,"request":{"origin":"null","url":"https://a/","body":null},"hops":[`+acao+`]}`, `"outcome":"allowed"`),
	Entry("an upload listener on fetch means nothing", line(`,"upload_listener":true`, acao), `"preflight":false`),
	Entry("an empty content type is none", line(`,"method":"POST","body":{"content_type":"","stream":false}`, acao), `"headers":[]`),
	Entry("a method that is not a token is a TypeError", line(`,"method":"A B"`, acao), `"outcome":"type-error"`),
	Entry("an empty method too", line(`,"method":""`, acao), `"outcome":"type-error"`),
	Entry("a header name of the script that is not a token is a TypeError", line(`,"headers":[["a b","c"]]`, acao), `"outcome":"type-error"`),
	Entry("a URL with userinfo is a TypeError for fetch", `{"id":"x","request":{"origin":"null","url":"https://u@a.example/"},"hops":[`+acao+`]}`, `"outcome":"type-error"`),
	Entry("and not for xhr", `{"id":"x","request":{"api":"xhr","origin":"null","url":"https://u:p@a.example/"},"hops":[`+acao+`]}`, `"outcome":"allowed"`),
	Entry("surrogate pairs and escapes", `{"id":"\ud83d\ude00\/\b\f\n\r\t\"\\","request":{"origin":"null","url":"https://a/"},"hops":[`+acao+`]}`, `{"id":"😀/\u0008\u000c\n\r\t\"\\"`),
)

var _ = Describe("A session", func() {
	const pre = `{"preflight":{"status":204,"headers":[["Access-Control-Allow-Origin","*"],["Access-Control-Allow-Methods","PUT"],["Access-Control-Max-Age","10"]]},"response":{"status":200,"headers":[["Access-Control-Allow-Origin","*"]]}}`
	at := func(id, session, at, hops string) string {
		return `{"id":"` + id + `"` + session + at + `,"request":{"origin":"https://a.example","url":"https://b.example/","method":"PUT"},"hops":[` + hops + `]}`
	}
	preflights := func(out []string) (n []bool) {
		for _, o := range out {
			n = append(n, strings.Contains(o, `"preflight":true`))
		}
		return n
	}
	const s1, s2 = `,"session":"s1"`, `,"session":"s2"`
	remove := func(hops string) string {
		return strings.Replace(at("2", s1, `,"at":1`, strings.Replace(hops, `"PUT"`, `"DELETE"`, 1)), `"method":"PUT"`, `"method":"DELETE"`, 1)
	}
	none := strings.Replace(pre, pre[:strings.Index(pre, `,"response"`)], `{"preflight":null`, 1)
	moved := strings.Replace(pre, `{"status":200,"headers":[`, `{"status":307,"headers":[["Location","/y"],`, 1) // needs another hop
	noResponse := pre[:strings.Index(pre, `"response"`)] + `"response":null}`

	It("remembers preflights until they expire", func() {
		out, invalid := eval(exchange.Options{}, at("1", s1, `,"at":0`, pre), at("2", s1, `,"at":9.999999999`, pre), at("3", s1, `,"at":10`, pre), at("4", s2, ``, pre), at("5", s1, ``, pre))
		Expect(invalid).To(BeZero())
		Expect(preflights(out)).To(Equal([]bool{true, false, true, true, false}))
	})

	It("is not had by lines without one", func() {
		out, _ := eval(exchange.Options{}, at("1", "", `,"at":5`, pre), at("2", "", `,"at":0`, pre))
		Expect(preflights(out)).To(Equal([]bool{true, true}))
	})

	It("does not go back in time, and is not changed by a line that is not valid", func() {
		out, invalid := eval(exchange.Options{},
			at("1", s1, `,"at":5`, pre),
			at("2", s1, `,"at":4`, pre),
			at("3", s1, `,"at":100`, `{"response":`+`null}`), // preflight needed: not valid
			at("4", s1, `,"at":6`, pre))
		Expect(invalid).To(Equal(2))
		Expect(out[1]).To(Equal(`{"id":"2","outcome":"invalid","error":"line 2: at: 4 s is before the 5 s of an earlier line of session \"s1\""}`))
		Expect(out[3]).To(ContainSubstring(`"preflight":false`))
	})

	It("goes on at the same time", func() {
		for _, engine := range spec.Engines() {
			out, invalid := eval(exchange.Options{Engine: engine}, at("1", s1, `,"at":5`, pre), at("2", s1, `,"at":5`, pre), at("3", s1, `,"at":5.0`, pre))
			Expect(invalid).To(BeZero(), string(engine))
			Expect(preflights(out)).To(Equal([]bool{true, false, false}), string(engine))
		}
	})

	It("does not begin with a line that is not valid", func() {
		for _, engine := range spec.Engines() {
			out, invalid := eval(exchange.Options{Engine: engine}, at("1", s1, `,"at":100`, moved), at("2", s1, `,"at":0`, pre))
			Expect(invalid).To(Equal(1))
			Expect(preflights(out)).To(Equal([]bool{false, true}), string(engine))
		}
	})

	DescribeTable("takes back what a line that is not valid did to the cache", func(id, second string) {
		for _, engine := range spec.Engines() {
			other := strings.Replace(strings.Replace(at("4", "", "", pre), "//b.example", "//a.much.longer.name.of.a.server.example", 1), "https://a.example", "https://page.example", 1)
			out, invalid := eval(exchange.Options{Engine: engine}, at("1", s1, `,"at":0`, pre), second, other, at(id, s1, `,"at":2`, none))
			Expect(invalid).To(Equal(1), "%s: %s", engine, out)
			Expect(out[1]).To(ContainSubstring(`"outcome":"invalid"`))
			Expect(out[3]).To(ContainSubstring(`"outcome":"allowed"`), string(engine))
			Expect(preflights(out[3:])).To(Equal([]bool{false}), string(engine))
		}
	},
		Entry("another method was stored, and the redirect leads nowhere", "x", remove(moved)),
		Entry("with an id of another length", "an id of another length", remove(moved)),
		Entry("another method was stored, and there is no response", "longer", remove(noResponse)),
		Entry("the same was stored for a shorter time", "x", remove(strings.Replace(strings.Replace(moved, `"PUT"`, `"PUT, DELETE"`, 1), `"10"]`, `"0"]`, 1))),
		Entry("it was too late for what was stored", "x", at("2", s1, `,"at":1000`, none)),
	)

	It("has no preflight for a URL that only looks like one that is not cached any more", func() {
		for _, engine := range spec.Engines() {
			var lines []string
			for i := range 300 {
				session := fmt.Sprintf(`,"session":"s%03d"`, i)
				line := func(id, url, method, hops string) string {
					return `{"id":"` + id + `"` + session + `,"request":{"origin":"https://a.example","url":"https://b.example/` + url + `","method":"` + method + `"},"hops":[` + hops + `]}`
				}
				lines = append(lines, line("1", "aaaa", "PUT", pre), line("2", "bbbb", "PATCH", strings.Replace(moved, `"PUT"`, `"PATCH"`, 1)), line("3", "bbbb", "PUT", none))
			}
			out, invalid := eval(exchange.Options{Engine: engine, OmitTrace: true}, lines...)
			Expect(invalid).To(Equal(600), string(engine))
			Expect(strings.Join(out, "")).NotTo(ContainSubstring(`"preflight":false`), string(engine))
		}
	})

	It("forgets what was used longest ago, whatever a line that is not valid used", func() {
		engine := exchange.Options{Engine: spec.EngineFirefox, OmitTrace: true}
		url := func(n int, id, hops string) string {
			return strings.Replace(at(id, s1, "", hops), "//b.example/", fmt.Sprintf("//b.example/%d", n), 1)
		}
		var lines []string
		for n := range 100 {
			lines = append(lines, url(n, "stored", pre))
		}
		lines = append(lines,
			url(1, "used", none),
			url(0, "used in vain", strings.Replace(none, `"response":{`, `"response":null},{"response":{`, 1)),
			url(100, "one more", pre),
			url(0, "0", none), // not valid: it was forgotten
			url(1, "1", none), url(2, "2", none), url(99, "99", none), url(100, "100", none))
		out, _ := eval(engine, lines...)
		var ids []string
		for _, o := range out[101:] {
			if strings.Contains(o, `"outcome":"invalid"`) {
				ids = append(ids, o[:strings.Index(o, ",")])
			}
		}
		Expect(ids).To(Equal([]string{`{"id":"used in vain"`, `{"id":"0"`}))
	})
})

var _ = Describe("A Line", func() {
	It("is written as it is read", func() {
		req := spec.Request{
			API: spec.APIXHR, Origin: "https://a.example", URL: "https://b.example/é?\u2028", Method: "put",
			Header: spec.Header{{Name: "X-\xff", Value: "\x00\"\\\n"}}, Mode: spec.ModeCORS, Credentials: spec.CredentialsInclude,
			Redirect: spec.RedirectFollow, Body: &spec.Body{ContentType: "a/\xe9"}, UploadListener: true,
		}
		l := exchange.NewLine("é", req,
			exchange.Hop{Preflight: &spec.Response{Status: 204, Header: spec.Header{{Name: "A", Value: "\x80"}, {Name: "a", Value: ""}}}},
			exchange.Hop{Response: &spec.Response{Status: 200, Header: spec.Header{}}},
		).InSession("s", 1500*time.Millisecond)
		text, err := l.MarshalJSON()
		Expect(err).NotTo(HaveOccurred())
		Expect(conforms(inputSchema, string(text))).To(Succeed())
		Expect(exchange.ParseLine(string(text))).To(Equal(l))
		Expect(string(text)).To(HavePrefix(`{"id":"é","session":"s","at":1.5,"request":{"api":"xhr","origin":"https://a.example","url":"https://b.example/é?`))
	})

	It("is decided as a line of the file is", func() {
		e := exchange.NewEvaluator(exchange.Options{})
		out := e.Eval(exchange.NewLine("1", spec.Request{Origin: "https://a.example", URL: "https://b.example/"},
			exchange.Hop{Response: &spec.Response{Status: 200, Header: spec.Header{{Name: "Content-Type", Value: "a/b"}}}}))
		Expect(out.Reason).To(Equal(spec.ReasonMissingAllowOriginHeader))
		Expect(e.Eval(exchange.NewLine("2", spec.Request{Origin: "x"})).Result).To(Equal(spec.Invalid))
		Expect(out.Hops).To(HaveLen(1), "an outcome outlives the next evaluation")
	})
})

var _ = It("knows every reason in its schema", func() {
	for _, r := range spec.Reasons() {
		Expect(string(exchange.Schema)).To(ContainSubstring(`"` + string(r) + `"`))
	}
})
