package spec_test

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/spec"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const (
	omit    = spec.CredentialsOmit
	same    = spec.CredentialsSameOrigin
	include = spec.CredentialsInclude
)

var _ = DescribeTable("CheckCORS", func(origin string, mode spec.CredentialsMode, want spec.Reason, pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		switch pairs[i] {
		case "O":
			pairs[i] = "Access-Control-Allow-Origin"
		case "C":
			pairs[i] = "access-CONTROL-allow-credentials"
		}
	}
	Expect(spec.CheckCORS(origin, mode, fields(pairs...))).To(Equal(want))
	traced, steps := spec.TraceCORS(origin, mode, fields(pairs...))
	Expect(traced).To(Equal(want))
	Expect(steps).To(HaveLen(1))
},
	Entry(nil, page, omit, spec.ReasonMissingAllowOriginHeader),
	Entry(nil, page, include, spec.ReasonMissingAllowOriginHeader, "C", "true"),
	Entry(nil, page, omit, spec.Reason(""), "O", "*"),
	Entry("same-origin counts as not include", page, same, spec.Reason(""), "O", "*"),
	Entry(nil, page, include, spec.ReasonWildcardOriginNotAllowed, "O", "*"),
	Entry(nil, page, include, spec.ReasonWildcardOriginNotAllowed, "O", "*", "C", "true"),
	Entry(nil, page, omit, spec.Reason(""), "O", page),
	Entry("white space of the wire", page, omit, spec.Reason(""), "O", " \t"+page+"\t "),
	Entry(nil, page, include, spec.Reason(""), "O", page, "C", "true"),
	Entry(nil, page, include, spec.ReasonInvalidAllowCredentials, "O", page),
	Entry(nil, page, include, spec.ReasonInvalidAllowCredentials, "O", page, "C", "True"),
	Entry(nil, page, include, spec.ReasonInvalidAllowCredentials, "O", page, "C", ""),
	Entry(nil, page, include, spec.ReasonInvalidAllowCredentials, "O", page, "C", "true", "C", "true"),
	Entry(nil, page, include, spec.ReasonInvalidAllowCredentials, "O", page, "C", "true,"),
	Entry("not looked at without include", page, same, spec.Reason(""), "O", page, "C", "false"),
	Entry("case matters", page, omit, spec.ReasonAllowOriginMismatch, "O", "https://APP.example.com"),
	Entry("no trailing slash", page, omit, spec.ReasonAllowOriginMismatch, "O", page+"/"),
	Entry("no default port", page, omit, spec.ReasonAllowOriginMismatch, "O", page+":443"),
	Entry("two lines", page, omit, spec.ReasonMultipleAllowOriginValues, "O", page, "O", page),
	Entry("two wildcards", page, omit, spec.ReasonMultipleAllowOriginValues, "O", "*", "O", "*"),
	Entry("a list", page, omit, spec.ReasonMultipleAllowOriginValues, "O", page+",https://b.example"),
	Entry("a space", page, omit, spec.ReasonMultipleAllowOriginValues, "O", page+" https://b.example"),
	Entry("empty", page, omit, spec.ReasonInvalidAllowOriginValue, "O", ""),
	Entry("no URL", page, omit, spec.ReasonInvalidAllowOriginValue, "O", "app.example.com"),
	Entry("a pattern", page, omit, spec.ReasonInvalidAllowOriginValue, "O", "*.example.com"),
	Entry("a pattern that is a URL", page, omit, spec.ReasonAllowOriginMismatch, "O", "https://*.example.com"),
	Entry("null is not the origin of a tuple", page, omit, spec.ReasonAllowOriginMismatch, "O", "null"),
	Entry("null by bytes", page, omit, spec.ReasonInvalidAllowOriginValue, "O", "NULL"),
	Entry("an opaque origin", "null", omit, spec.Reason(""), "O", "null"),
	Entry("with credentials, too", "null", include, spec.Reason(""), "O", "null", "C", "true"),
	Entry("and the wildcard", "null", omit, spec.Reason(""), "O", "*"),
	Entry(nil, "null", omit, spec.ReasonAllowOriginMismatch, "O", page),
	Entry("bytes are bytes", page, omit, spec.ReasonInvalidAllowOriginValue, "O", "\xff\x00"),
)

// What Chromium 156 said, byte by byte, about these values of
// Access-Control-Allow-Origin: mismatch for those that parse as a URL.
var _ = Describe("Access-Control-Allow-Origin as Chromium reads it", func() {
	blocked := func(value string, engine spec.Engine) spec.Reason {
		return run(spec.Request{Origin: page, URL: other}, spec.Options{Engine: engine}, hop{response: answer(200, "Access-Control-Allow-Origin", value)}).Reason
	}
	for _, c := range strings.Fields(`! " $ & ' ( ) * + ; = @ \ _ { } ~ %41 %C3%A9 %22 %2A xn--`) {
		It("mismatch: "+c, func() {
			for _, e := range spec.Engines() {
				Expect(blocked("https://a"+c+"b.org", e)).To(Equal(spec.ReasonAllowOriginMismatch), string(e))
			}
		})
	}
	for _, c := range strings.Fields(`% < > [ ] ^ | %3C %2F %00 %80 %25 %7F %09 %5E %7C %23 %3A %40 %3F %5B`) {
		It("invalid: "+c, func() {
			for _, e := range spec.Engines() {
				Expect(blocked("https://a"+c+"b.org", e)).To(Equal(spec.ReasonInvalidAllowOriginValue), string(e))
			}
		})
	}
	for _, v := range []string{"https:a", "a:b", "https://a..b", "file:///x", "mailto:x", "http://[::1]", "http://\xc3\xa9.org", "foo:", "foo://", "https:///a", "HTTPS://A", "about:", "data:", "http://a:", "http://a:80", "blob:x", "chrome-extension://x", `https://a\b`, "localhost:80", "https://a\tb.org"} {
		It("mismatch: "+v, func() {
			Expect(blocked(v, spec.EngineFetch)).To(Equal(spec.ReasonAllowOriginMismatch))
			Expect(blocked(v, spec.EngineChromium)).To(Equal(spec.ReasonAllowOriginMismatch))
		})
	}
	for _, v := range []string{"foo", "https:", "https://", "https://a:99999", "://a", "//a", "https://1.2.3.256", "NULL", "http://[1]", "http://\xff.org", "1:a", "http://a:b", "http://?", "*.example.com", "localhost", "-a:b", ""} {
		It("invalid: "+v, func() {
			Expect(blocked(v, spec.EngineFetch)).To(Equal(spec.ReasonInvalidAllowOriginValue))
			Expect(blocked(v, spec.EngineChromium)).To(Equal(spec.ReasonInvalidAllowOriginValue))
		})
	}
	for _, v := range []string{"https://a%20b.org", "http://xn--a.org"} {
		It("lax: "+v, func() {
			Expect(blocked(v, spec.EngineFetch)).To(Equal(spec.ReasonInvalidAllowOriginValue))
			Expect(blocked(v, spec.EngineChromium)).To(Equal(spec.ReasonAllowOriginMismatch))
		})
	}
})

var _ = DescribeTable("ExtractTokenList", func(want []string, ok bool, lines ...string) {
	var h spec.Header
	for _, l := range lines {
		h = append(h, spec.Field{Name: "X", Value: l})
	}
	got, gotOK := spec.ExtractTokenList(h, "x")
	Expect(gotOK).To(Equal(ok))
	if want == nil {
		Expect(got).To(BeNil())
	} else {
		Expect(got).To(Equal(want))
	}
},
	Entry("absent is null", nil, true), Entry("empty is an empty list", []string{}, true, ""), Entry(nil, []string{}, true, " , ,\t"),
	Entry(nil, []string{"a", "b"}, true, "a,b"), Entry(nil, []string{"a", "b", "c"}, true, " a\t, ,b,", "", "c"), Entry(nil, []string{"*"}, true, "*"),
	Entry("x-* is an ordinary token", []string{"x-*"}, true, "x-*"), Entry("one bad element spoils all", nil, false, "a, b c"), Entry(nil, nil, false, "a", "b@d"),
	Entry(nil, nil, false, `"a"`), Entry(nil, nil, false, "a;b"), Entry(nil, nil, false, "\xe9"), Entry(nil, nil, false, "a\vb"), Entry(nil, nil, false, "\x00"),
)

var _ = DescribeTable("ParseMaxAge", func(want int64, ok bool, lines ...string) {
	var h spec.Header
	for _, l := range lines {
		h = append(h, spec.Field{Name: "Access-Control-MAX-Age", Value: l})
	}
	got, gotOK := spec.ParseMaxAge(h)
	Expect(gotOK).To(Equal(ok))
	Expect(got).To(Equal(want))
},
	Entry("absent", int64(0), false), Entry(nil, int64(0), true, "0"), Entry(nil, int64(600), true, " 600 "), Entry(nil, int64(10), true, "0010"),
	Entry(nil, int64(0), false, ""), Entry(nil, int64(0), false, "-1"), Entry(nil, int64(0), false, "+1"), Entry(nil, int64(0), false, "1.0"), Entry(nil, int64(0), false, "1e3"),
	Entry(nil, int64(0), false, "600, 600"), Entry("two lines", int64(0), false, "600", "600"), Entry(nil, int64(0), false, "0x10"), Entry(nil, int64(0), false, "١"),
	Entry("2^31", int64(2147483648), true, "2147483648"), Entry("saturates", int64(spec.MaxMaxAge), true, "9007199254740991"), Entry("saturates", int64(spec.MaxMaxAge), true, "9007199254740992"),
	Entry("saturates", int64(spec.MaxMaxAge), true, strings.Repeat("9", 100)),
)

var _ = DescribeTable("The max-age of engines", func(value string, fetch, chromium, firefox, webkit int) {
	for e, want := range map[spec.Engine]int{spec.EngineFetch: fetch, spec.EngineChromium: chromium, spec.EngineFirefox: firefox, spec.EngineWebKit: webkit} {
		pre := answer(204, "Access-Control-Allow-Origin", "*", "Access-Control-Allow-Methods", "PUT")
		if value != "absent" {
			pre.Header.Add("Access-Control-Max-Age", value)
		}
		out := run(spec.Request{Origin: page, URL: other, Method: "PUT"}, spec.Options{Engine: e}, hop{pre, answer(200, "Access-Control-Allow-Origin", "*")})
		Expect(out.PreflightCacheSeconds).To(Equal(want), string(e))
	}
},
	Entry(nil, "absent", 5, 5, 5, 5), Entry(nil, "", 5, 5, 5, 5), Entry(nil, "0", 0, 0, 0, 0), Entry(nil, "100", 100, 100, 100, 100),
	Entry(nil, "7201", 7201, 7200, 7201, 600), Entry(nil, "100000", 100000, 7200, 86400, 600), Entry(nil, "x", 5, 5, 0, 5), Entry(nil, "-1", 5, 0, 0, 0),
	Entry(nil, "+100", 5, 100, 0, 100), Entry(nil, "99999999999999999999", spec.MaxMaxAge, 5, 86400, 600), Entry(nil, "9223372036854775807", spec.MaxMaxAge, 7200, 86400, 600),
)

var _ = Describe("CheckPreflight", func() {
	base := []string{"Access-Control-Allow-Origin", page, "Access-Control-Allow-Credentials", "true"}
	check := func(mode spec.CredentialsMode, method, unsafe string, status int, pairs ...string) string {
		r, p := spec.CheckPreflight(page, mode, method, strings.Fields(unsafe), status, fields(pairs...))
		tr, tp, steps := spec.TracePreflight(page, mode, method, strings.Fields(unsafe), status, fields(pairs...))
		Expect(tr).To(Equal(r))
		Expect(tp).To(Equal(p))
		Expect(steps).NotTo(BeEmpty())
		return strings.TrimSpace(fmt.Sprint(r, " ", p))
	}
	with := func(pairs ...string) []string { return append(append([]string{}, base...), pairs...) }
	const m, h = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"

	DescribeTable("statuses", func(status int, want string) {
		Expect(check(omit, "GET", "", status, base...)).To(Equal(want))
		Expect(check(omit, "GET", "", status, with("Location", "")...)).To(Equal(want), "an empty Location")
	},
		Entry(nil, 200, ""), Entry(nil, 204, ""), Entry(nil, 299, ""), Entry(nil, 199, "PreflightInvalidStatus"), Entry(nil, 300, "PreflightInvalidStatus"), Entry(nil, 304, "PreflightInvalidStatus"),
		Entry(nil, 302, "PreflightInvalidStatus"), Entry(nil, 401, "PreflightInvalidStatus"), Entry(nil, 404, "PreflightInvalidStatus"), Entry(nil, 500, "PreflightInvalidStatus"),
	)
	DescribeTable("statuses with a Location", func(status int, want string) {
		Expect(check(omit, "GET", "", status, with("Location", "/")...)).To(Equal(want))
	},
		Entry(nil, 200, ""), Entry(nil, 301, "PreflightDisallowedRedirect"), Entry(nil, 302, "PreflightDisallowedRedirect"), Entry(nil, 303, "PreflightDisallowedRedirect"), Entry(nil, 307, "PreflightDisallowedRedirect"),
		Entry(nil, 308, "PreflightDisallowedRedirect"), Entry(nil, 300, "PreflightInvalidStatus"), Entry(nil, 304, "PreflightInvalidStatus"), Entry(nil, 305, "PreflightInvalidStatus"), Entry(nil, 306, "PreflightInvalidStatus"),
	)
	DescribeTable("verdicts", func(mode spec.CredentialsMode, method, unsafe, want string, pairs ...string) {
		Expect(check(mode, method, unsafe, 204, with(pairs...)...)).To(Equal(want))
	},
		Entry("safelisted without a list", omit, "POST", "", ""),
		Entry("not listed", omit, "PUT", "", "MethodDisallowedByPreflightResponse PUT"),
		Entry("empty list", omit, "PUT", "", "MethodDisallowedByPreflightResponse PUT", m, ""),
		Entry("listed", omit, "PUT", "", "", m, "GET, PUT"),
		Entry("on another line", omit, "PUT", "", "", m, "GET", m, "PUT"),
		Entry("case matters", omit, "PUT", "", "MethodDisallowedByPreflightResponse PUT", m, "put"),
		Entry("case matters", omit, "patch", "", "MethodDisallowedByPreflightResponse patch", m, "PATCH"),
		Entry("wildcard", omit, "PUT", "", "", m, "*"),
		Entry("wildcard", same, "PUT", "", "", m, "*"),
		Entry("no wildcard with credentials", include, "PUT", "", "MethodDisallowedByPreflightResponse PUT", m, "*"),
		Entry("a method called *", include, "*", "", "", m, "*"),
		Entry("header listed, any case", omit, "GET", "x-a", "", h, "X-A"),
		Entry("header not listed", omit, "GET", "x-a x-b", "HeaderDisallowedByPreflightResponse x-b", h, "x-a"),
		Entry("the first in order", omit, "GET", "x-a x-b", "HeaderDisallowedByPreflightResponse x-a"),
		Entry("authorization first", omit, "GET", "accept authorization", "HeaderDisallowedByPreflightResponse authorization"),
		Entry("wildcard", omit, "GET", "x-a x-b", "", h, "*"),
		Entry("wildcard does not cover authorization", omit, "GET", "authorization x-a", "HeaderDisallowedByPreflightResponse authorization", h, "*"),
		Entry("but a listing does", omit, "GET", "authorization x-a", "", h, "*, Authorization"),
		Entry("no wildcard with credentials", include, "GET", "x-a", "HeaderDisallowedByPreflightResponse x-a", h, "*"),
		Entry("a header called *", include, "GET", "*", "", h, "*"),
		Entry("x-* is a token", omit, "GET", "x-a", "HeaderDisallowedByPreflightResponse x-a", h, "x-*"),
		Entry("methods before headers", omit, "PUT", "x-a", "MethodDisallowedByPreflightResponse PUT"),
		Entry("methods that do not parse fail even if not needed", omit, "GET", "", "InvalidAllowMethodsPreflightResponse", m, "GET POST"),
		Entry("headers too", omit, "GET", "", "InvalidAllowHeadersPreflightResponse", h, "x a"),
		Entry("methods' syntax before headers'", omit, "GET", "", "InvalidAllowMethodsPreflightResponse", m, "@", h, "@"),
		Entry("headers' syntax before the method", omit, "PUT", "", "InvalidAllowHeadersPreflightResponse", h, "@"),
		Entry("with one good element", omit, "PUT", "", "InvalidAllowMethodsPreflightResponse", m, "PUT, @"),
	)
	It("runs the CORS check before the status", func() {
		Expect(check(omit, "GET", "", 404)).To(Equal("PreflightMissingAllowOriginHeader"))
		Expect(check(include, "GET", "", 404, "Access-Control-Allow-Origin", "*")).To(Equal("PreflightWildcardOriginNotAllowed"))
		Expect(check(include, "GET", "", 200, "Access-Control-Allow-Origin", page)).To(Equal("PreflightInvalidAllowCredentials"))
		Expect(check(omit, "GET", "", 200, "Access-Control-Allow-Origin", "a b")).To(Equal("PreflightMultipleAllowOriginValues"))
		Expect(check(omit, "GET", "", 200, "Access-Control-Allow-Origin", "a")).To(Equal("PreflightInvalidAllowOriginValue"))
		Expect(check(omit, "GET", "", 200, "Access-Control-Allow-Origin", "null")).To(Equal("PreflightAllowOriginMismatch"))
		Expect(check(omit, "GET", "", 302, "Location", "/")).To(Equal("PreflightDisallowedRedirect"), "but a redirect is seen first")
	})
	It("stays fast and right with long lists", func() {
		var names, list []string
		for i := range 3000 {
			names = append(names, fmt.Sprintf("x-%04d", i))
			list = append(list, fmt.Sprintf("X-%04d", i))
		}
		r, _ := spec.CheckPreflight(page, include, "GET", names, 204, fields(with(h, strings.Join(list, ","))...))
		Expect(r).To(BeEmpty())
		r, p := spec.CheckPreflight(page, include, "GET", names, 204, fields(with(h, strings.Join(list[:2999], ","))...))
		Expect(r).To(Equal(spec.ReasonHeaderDisallowedByPreflightResponse))
		Expect(p).To(Equal("x-2999"))
	})
	It("returns every refused header", func() {
		Expect(spec.RefusedHeaders(omit, []string{"accept", "authorization", "x-a", "x-b"}, fields(h, "x-a"))).To(Equal([]string{"authorization", "accept", "x-b"}))
		Expect(spec.RefusedHeaders(omit, []string{"authorization", "x-a"}, fields(h, "*"))).To(Equal([]string{"authorization"}))
		Expect(spec.RefusedHeaders(omit, []string{"x-a"}, fields(h, "*"))).To(BeEmpty())
	})
})

var _ = Describe("What a script can read", func() {
	h := fields("Content-Type", "a/b", "X-A", "1", "x-a", "2", "Set-Cookie", "c", "Set-Cookie2", "d", "ETag", "e", "Vary", "Origin",
		"Cache-Control", "f", "Content-Language", "g", "Content-Length", "7", "Expires", "h", "Last-Modified", "i", "Pragma", "j", "Authorization", "k", "*", "l", "Location", "m", "Date", "n", "Accept", "o")
	seven := []string{"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"}
	exposed := func(mode spec.CredentialsMode, lines ...string) []string {
		all := append(spec.Header{}, h...)
		for _, l := range lines {
			all = append(all, spec.Field{Name: "Access-Control-Expose-Headers", Value: l})
		}
		return spec.ExposedNames(mode, all)
	}
	seventh := func(more ...string) []string { return append(append([]string{}, seven...), more...) }

	DescribeTable("ExposedNames", func(mode spec.CredentialsMode, want []string, lines ...string) {
		Expect(exposed(mode, lines...)).To(ConsistOf(want))
	},
		Entry("the seven", omit, seven), Entry("an empty list", omit, seven, ""), Entry("listed, in any case", omit, seventh("x-a", "etag"), "X-a, etag, missing"),
		Entry("with credentials", include, seventh("x-a"), "x-a"), Entry("never Set-Cookie", omit, seven, "Set-Cookie, set-cookie2"),
		Entry("`*` with credentials is a name", include, seventh("*"), "*"), Entry("`*` with credentials beside others", include, seventh("*", "x-a"), "*, x-a"),
		Entry("failure exposes nothing", omit, seven, "x-a, b c"), Entry("failure of another line", omit, seven, "x-a", "@"), Entry("failure beside `*`", omit, seven, "*, @"),
		Entry("two lines", omit, seventh("x-a", "etag"), "x-a", "etag"), Entry("Authorization is not an exception", omit, seventh("authorization"), "authorization"),
	)
	It("is everything but Set-Cookie with `*` and no credentials", func() {
		for _, mode := range []spec.CredentialsMode{omit, same} {
			Expect(exposed(mode, "x-a, *")).To(Equal([]string{"*", "accept", "access-control-expose-headers", "authorization", "cache-control", "content-language", "content-length", "content-type", "date", "etag", "expires", "last-modified", "location", "pragma", "vary", "x-a"}))
		}
	})
	It("is sorted and combined", func() {
		Expect(spec.Readable(spec.TypeBasic, omit, fields("b", "1", "A", "2", "B", "", "set-cookie", "x", "b", " 3 "))).To(Equal(map[string]string{"a": "2", "b": "1, , 3"}))
		Expect(spec.Readable(spec.TypeOpaque, omit, h)).To(BeEmpty())
		Expect(spec.Readable(spec.TypeOpaqueRedirect, omit, h)).To(BeEmpty())
		Expect(spec.Readable(spec.TypeErr, omit, h)).To(BeEmpty())
	})
})

var _ = Describe("Reasons", func() {
	It("explain themselves", func() {
		Expect(spec.Reasons()).To(HaveLen(27))
		for _, r := range spec.Reasons() {
			Expect(r.Explain()).NotTo(BeEmpty(), string(r))
			Expect(r.Spec()).To(HavePrefix("https://fetch.spec.whatwg.org/#"), string(r))
		}
		Expect(spec.Reason("x").Explain()).To(BeEmpty())
	})
	It("know which are of preflights", func() {
		Expect(spec.ReasonPreflightInvalidStatus.IsPreflight()).To(BeTrue())
		Expect(spec.ReasonHeaderDisallowedByPreflightResponse.IsPreflight()).To(BeTrue())
		Expect(spec.ReasonMissingAllowOriginHeader.IsPreflight()).To(BeFalse())
	})
})
