package spec_test

import (
	"strings"

	"github.com/corsproof/corsproof/spec"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// fields builds a header list from names and values in turn.
func fields(pairs ...string) spec.Header {
	return answer(0, pairs...).Header
}

var _ = Describe("A header list", func() {
	h := fields("A", "1", "b", " \t2\t ", "a", "", "\xc3\x89", "x")

	It("is looked up by bytes, regardless of ASCII case", func() {
		Expect(h.Has("B")).To(BeTrue())
		Expect(h.Has("c")).To(BeFalse())
		Expect(h.Has("\xc3\xa9")).To(BeFalse(), "É is not é for bytes")
		Expect(fields("K", "1").Has("\u212a")).To(BeFalse(), "KELVIN SIGN is not k")
	})
	It("gets combined values", func() {
		v, ok := h.Get("A")
		Expect(v).To(Equal("1, "))
		Expect(ok).To(BeTrue())
		v, ok = h.Get("B")
		Expect(v).To(Equal("2"), "without the white space of the wire")
		Expect(ok).To(BeTrue())
		_, ok = h.Get("c")
		Expect(ok).To(BeFalse())
		Expect(h.Values("a")).To(Equal([]string{"1", ""}))
		Expect(h.Values("c")).To(BeNil())
	})
	It("trims tabs and spaces only", func() {
		Expect(fields("a", "\v1\f").Values("a")).To(Equal([]string{"\v1\f"}))
	})
	It("appends under the name that is there", func() {
		var h spec.Header
		h.Add("X-A", "1")
		h.Add("x-a", "2")
		Expect(h).To(Equal(fields("X-A", "1", "X-A", "2")))
	})
	It("combines", func() {
		var h spec.Header
		h.Combine("X-A", "1")
		h.Combine("x-a", "2")
		Expect(h).To(Equal(fields("X-A", "1, 2")))
	})
	It("drops without changing the original", func() {
		kept := h.Without(func(name string) bool { return name == "b" })
		Expect(kept).To(Equal(fields("A", "1", "a", "", "\xc3\x89", "x")))
		Expect(h).To(HaveLen(4))
		Expect(h.Without(func(string) bool { return false })).To(Equal(h))
	})
})

var _ = DescribeTable("IsToken", func(s string, want bool) { Expect(spec.IsToken(s)).To(Equal(want)) },
	Entry(nil, "", false), Entry(nil, "a", true), Entry(nil, "!#$%&'*+-.^_`|~09azAZ", true),
	Entry(nil, "a b", false), Entry(nil, "a\t", false), Entry(nil, "a,b", false), Entry(nil, "a/b", false),
	Entry(nil, "a:b", false), Entry(nil, "\"a\"", false), Entry(nil, "a\x7f", false), Entry(nil, "\x80", false),
	Entry(nil, "a\x00", false), Entry(nil, "(a)", false), Entry(nil, "{a}", false), Entry(nil, "@", false), Entry(nil, "*", true),
)

var _ = DescribeTable("IsHeaderValue", func(s string, want bool) { Expect(spec.IsHeaderValue(s)).To(Equal(want)) },
	Entry(nil, "", true), Entry(nil, "a b\tc", true), Entry(nil, " a", false), Entry(nil, "a\t", false),
	Entry(nil, "a\x00b", false), Entry(nil, "a\rb", false), Entry(nil, "a\nb", false), Entry(nil, "\x01\x7f\xff", true),
)

var _ = DescribeTable("NormalizeValue", func(s, want string) { Expect(spec.NormalizeValue(s)).To(Equal(want)) },
	Entry(nil, " \t\r\na \n b\r ", "a \n b"), Entry(nil, "\v\f", "\v\f"), Entry(nil, "\u00a0", "\u00a0"), Entry(nil, "  ", ""),
)

var _ = Describe("Methods", func() {
	DescribeTable("are normalised", func(in, want string) { Expect(spec.NormalizeMethod(in)).To(Equal(want)) },
		Entry(nil, "delete", "DELETE"), Entry(nil, "gEt", "GET"), Entry(nil, "head", "HEAD"), Entry(nil, "Options", "OPTIONS"),
		Entry(nil, "post", "POST"), Entry(nil, "put", "PUT"), Entry(nil, "patch", "patch"), Entry(nil, "Patch", "Patch"),
		Entry(nil, "chicken", "chicken"), Entry(nil, "eGg", "eGg"), Entry(nil, "connect", "connect"), Entry(nil, "", ""), Entry(nil, "gets", "gets"),
	)
	DescribeTable("are safelisted, by bytes", func(in string, want bool) { Expect(spec.IsSafelistedMethod(in)).To(Equal(want)) },
		Entry(nil, "GET", true), Entry(nil, "HEAD", true), Entry(nil, "POST", true), Entry(nil, "get", false),
		Entry(nil, "OPTIONS", false), Entry(nil, "PUT", false), Entry(nil, "", false),
	)
	DescribeTable("are forbidden in any case", func(in string, want bool) { Expect(spec.IsForbiddenMethod(in)).To(Equal(want)) },
		Entry(nil, "CONNECT", true), Entry(nil, "connect", true), Entry(nil, "Trace", true), Entry(nil, "TRACK", true),
		Entry(nil, "TRACKS", false), Entry(nil, "OPTIONS", false), Entry(nil, "", false),
	)
})

var _ = DescribeTable("GetDecodeSplit: the standard's examples", func(in string, want ...string) {
	Expect(spec.GetDecodeSplit(in)).To(Equal(want))
},
	Entry(nil, "nosniff,", "nosniff", ""), Entry(nil, "", ""), Entry(nil, `text/html;", x/x`, `text/html;", x/x`),
	Entry(nil, `x/x;test="hi",y/y`, `x/x;test="hi"`, "y/y"), Entry(nil, "x / x,,,1", "x / x", "", "", "1"),
	Entry(nil, `"1,2", 3`, `"1,2"`, "3"), Entry(nil, `"a\",b", c`, `"a\",b"`, "c"), Entry(nil, `"a"b"c,d",e`, `"a"b"c,d"`, "e"),
	Entry(nil, `"\`, `"\`), Entry(nil, "\v, b\t", "\v", "b"),
)

var _ = DescribeTable("IsForbiddenRequestHeader", func(name, value string, want bool) {
	Expect(spec.IsForbiddenRequestHeader(name, value)).To(Equal(want))
},
	Entry(nil, "Accept-Charset", "", true), Entry(nil, "Accept-Encoding", "", true),
	Entry(nil, "Access-Control-Request-Headers", "", true), Entry(nil, "Access-Control-Request-Method", "", true),
	Entry(nil, "Access-Control-Request-Private-Network", "", false),
	Entry(nil, "Connection", "", true), Entry(nil, "CONTENT-LENGTH", "", true), Entry(nil, "cookie", "", true),
	Entry(nil, "Cookie2", "", true), Entry(nil, "Date", "", true), Entry(nil, "DNT", "", true), Entry(nil, "Expect", "", true),
	Entry(nil, "Host", "", true), Entry(nil, "Keep-Alive", "", true), Entry(nil, "Origin", "", true), Entry(nil, "Referer", "", true),
	Entry(nil, "Set-Cookie", "", true), Entry(nil, "Set-Cookie2", "", false), Entry(nil, "TE", "", true), Entry(nil, "Trailer", "", true),
	Entry(nil, "Transfer-Encoding", "", true), Entry(nil, "Upgrade", "", true), Entry(nil, "Via", "", true),
	Entry(nil, "Proxy-X", "", true), Entry(nil, "proxy-", "", true), Entry(nil, "Proxy", "", false), Entry(nil, "Sec-", "", true),
	Entry(nil, "SEC-Fetch-Site", "", true), Entry(nil, "Security", "", false),
	Entry("User-Agent is not forbidden", "User-Agent", "x", false), Entry(nil, "Authorization", "", false), Entry(nil, "Content-Type", "", false),
	Entry(nil, "X-HTTP-Method", "trace", true), Entry(nil, "X-HTTP-Method-Override", "GET, TRACK", true),
	Entry(nil, "x-method-override", " connect ", true), Entry(nil, "X-HTTP-Method-Override", "PUT", false),
	Entry("quotes are respected", "X-HTTP-Method-Override", `"a,TRACE,b"`, false), Entry("a quoted method is another one", "X-HTTP-Method-Override", `"TRACE"`, false),
	Entry(nil, "X-HTTP-Method-Override", ",,TRACE", true), Entry(nil, "X-HTTP-Method-Overrides", "TRACE", false),
)

var _ = DescribeTable("MIMEEssence", func(in, want string) {
	got, ok := spec.MIMEEssence(in)
	Expect(got).To(Equal(want))
	Expect(ok).To(Equal(want != ""))
},
	Entry(nil, "text/plain", "text/plain"), Entry(nil, "TEXT/Plain", "text/plain"), Entry(nil, "text/plain;", "text/plain"),
	Entry(nil, "text/plain;charset", "text/plain"), Entry(nil, `text/plain;a="b`, "text/plain"), Entry(nil, "text/plain ;x", "text/plain"),
	Entry(nil, "\r\n text/plain\t", "text/plain"), Entry(nil, "text/plain,x", ""), Entry(nil, "text /plain", ""), Entry(nil, "text/ plain", ""),
	Entry(nil, "text/pl ain", ""), Entry(nil, "/plain", ""), Entry(nil, "text/", ""), Entry(nil, "text", ""), Entry(nil, "", ""),
	Entry(nil, "text;a/b", ""), Entry(nil, "text/plain/x", ""), Entry(nil, "text\v/plain", ""), Entry(nil, "téxt/plain", ""),
)

var _ = DescribeTable("ParseSingleRange", func(in string, whitespace, ok bool, start, end string) {
	r, got := spec.ParseSingleRange(in, whitespace)
	Expect(got).To(Equal(ok))
	if ok {
		Expect(r).To(Equal(spec.Range{Start: start, End: end}))
	}
},
	Entry(nil, "bytes=0-", false, true, "0", ""), Entry(nil, "bytes=-500", false, true, "", "500"), Entry(nil, "bytes=5-5", false, true, "5", "5"),
	Entry(nil, "bytes=007-0010", false, true, "7", "10"), Entry(nil, "bytes=2-1", false, false, "", ""), Entry(nil, "bytes=-", false, false, "", ""),
	Entry(nil, "bytes=10-9", false, false, "", ""), Entry(nil, "bytes=9-10", false, true, "9", "10"), Entry(nil, "BYTES=0-", false, false, "", ""),
	Entry(nil, "bytes=0-1,2-3", false, false, "", ""), Entry(nil, "bytes= 0-1", false, false, "", ""), Entry(nil, "bytes \t= 0 - 1", true, true, "0", "1"),
	Entry(nil, "bytes=0-1 ", true, false, "", ""), Entry(nil, "bytes=+0-1", false, false, "", ""), Entry(nil, "bytes", false, false, "", ""), Entry(nil, "", false, false, "", ""),
	Entry(nil, "bytes0-1", false, false, "", ""), Entry("no width limit", "bytes=18446744073709551616-18446744073709551617", false, true, "18446744073709551616", "18446744073709551617"),
	Entry("no width limit", "bytes=18446744073709551617-18446744073709551616", false, false, "", ""),
)

var _ = Describe("Safelisted request-headers", func() {
	a := func(n int) string { return strings.Repeat("a", n) }
	DescribeTable("IsSafelistedRequestHeader", func(name, value string, want bool) {
		Expect(spec.IsSafelistedRequestHeader(name, value)).To(Equal(want))
	},
		Entry(nil, "Accept", "", true), Entry(nil, "ACCEPT", "a/b,c/d;q=1\t\x80\xff", true), Entry(nil, "Accept", a(128), true), Entry(nil, "Accept", a(129), false),
		Entry(nil, "Accept-Language", "en-GB, *;q=0.5", true), Entry(nil, "Accept-Language", "en_GB", false), Entry(nil, "Accept-Language", "en\tde", false),
		Entry(nil, "Accept-Language", "\xe9", false), Entry(nil, "Content-Language", "a/b", false), Entry(nil, "Content-Language", "de,fr;=.-* ", true), Entry(nil, "Content-Language", a(129), false),
		Entry(nil, "Content-Type", "text/plain", true), Entry(nil, "content-TYPE", "Text/PLAIN;charset=utf-8", true), Entry(nil, "Content-Type", "multipart/form-data; boundary=x", true),
		Entry(nil, "Content-Type", "application/x-www-form-urlencoded", true), Entry(nil, "Content-Type", "application/json", false), Entry(nil, "Content-Type", "text/html", false),
		Entry(nil, "Content-Type", `text/plain;a="b"`, false), Entry(nil, "Content-Type", "text/plain;", true), Entry(nil, "Content-Type", "text/plain,x", false), Entry(nil, "Content-Type", "text /plain", false),
		Entry(nil, "Content-Type", "text/plain;\x80", true), Entry(nil, "Content-Type", "", false), Entry(nil, "Content-Type", "text/plain;"+a(117), true), Entry(nil, "Content-Type", "text/plain;"+a(118), false),
		Entry(nil, "Range", "bytes=0-", true), Entry(nil, "Range", "bytes=0-1", true), Entry(nil, "Range", "bytes=-1", false), Entry(nil, "Range", "bytes=1-0", false), Entry(nil, "Range", "Bytes=0-1", false),
		Entry(nil, "Range", "bytes=0-99999999999999999999", true), Entry(nil, "Range", "", false),
		Entry(nil, "Save-Data", "on", false), Entry(nil, "DPR", "1", false), Entry(nil, "X", "", false), Entry(nil, "Cache-Control", "no-cache", false), Entry(nil, "Authorization", "x", false), Entry(nil, "Accept-Encodin", "", false),
	)

	It("finds every CORS-unsafe byte", func() {
		for b := 0; b < 256; b++ {
			unsafe := b < 0x20 && b != '\t' || b == 0x7f || b < 0x7f && strings.IndexByte("\"():<>?@[\\]{}", byte(b)) >= 0
			Expect(spec.IsSafelistedRequestHeader("accept", string([]byte{byte(b)}))).To(Equal(!unsafe), "%q", b)
			Expect(spec.IsSafelistedRequestHeader("content-type", "text/plain;"+string([]byte{byte(b)}))).To(Equal(!unsafe), "%q", b)
			language := b < 0x80 && (b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || strings.IndexByte(" *,-.;=", byte(b)) >= 0)
			Expect(spec.IsSafelistedRequestHeader("accept-language", string([]byte{byte(b)}))).To(Equal(language), "%q", b)
		}
	})

	DescribeTable("UnsafeRequestHeaderNames", func(h spec.Header, want ...string) {
		Expect(spec.UnsafeRequestHeaderNames(h)).To(HaveExactElements(want))
	},
		Entry("none", fields("Accept", "*/*")),
		Entry("lower-cased, sorted, each once", fields("X-B", "1", "x-a", "2", "X-b", "3"), "x-a", "x-b"),
		Entry("sorted by bytes", fields("a_b", "", "a-b", "", "a.b", "", "A^b", ""), "a-b", "a.b", "a^b", "a_b"),
		Entry("1024 in total are safe", repeat(8, "Accept", a(128))),
		Entry("1025 are not", append(repeat(8, "Accept", a(128)), spec.Field{Name: "Accept-Language", Value: "a"}), "accept", "accept-language"),
		Entry("unsafe values do not count in the total", append(repeat(8, "Accept", a(128)), spec.Field{Name: "X", Value: a(500)}), "x"),
		Entry("fields are classified one by one", append(repeat(2, "Accept", a(100)), spec.Field{Name: "Content-Type", Value: "a/b"}), "content-type"),
		Entry("one safe and one unsafe", fields("Content-Type", "text/plain", "Content-Type", "application/json"), "content-type"),
	)

	DescribeTable("NeedsPreflight", func(method string, flag bool, want bool, pairs ...string) {
		Expect(spec.NeedsPreflight(method, fields(pairs...), flag)).To(Equal(want))
	},
		Entry(nil, "GET", false, false), Entry(nil, "HEAD", false, false), Entry(nil, "POST", false, false), Entry(nil, "OPTIONS", false, true),
		Entry(nil, "PUT", false, true), Entry(nil, "get", false, true), Entry(nil, "POST", true, true), Entry(nil, "GET", false, true, "X-A", ""),
		Entry(nil, "GET", false, false, "Accept", "a"), Entry(nil, "GET", false, true, "User-Agent", "x"),
	)

	It("counts the `*/*` that fetch adds in the total", func() {
		h := repeat(8, "Content-Type", "text/plain;"+a(117))
		h[0].Value = h[0].Value[:125]
		Expect(spec.NeedsPreflight("POST", h, false)).To(BeFalse(), "1021+3")
		h[0].Value += "a"
		Expect(spec.NeedsPreflight("POST", h, false)).To(BeTrue(), "1022+3")
	})
})

func repeat(n int, name, value string) (h spec.Header) {
	for range n {
		h = append(h, spec.Field{Name: name, Value: value})
	}
	return h
}
