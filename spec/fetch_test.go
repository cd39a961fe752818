package spec_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/corsproof/corsproof/spec"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// wild answers everything with `*`; creds allows the page with credentials.
var (
	wild     = answer(200, "Access-Control-Allow-Origin", "*", "Access-Control-Allow-Methods", "*", "Access-Control-Allow-Headers", "*, Authorization")
	creds    = answer(200, "Access-Control-Allow-Origin", page, "Access-Control-Allow-Credentials", "true", "Access-Control-Allow-Methods", "PUT, DELETE, PATCH", "Access-Control-Allow-Headers", "x-a, content-type, authorization")
	openHop  = hop{wild, wild}
	credsHop = hop{creds, creds}
)

// redirectTo answers with a redirect that everybody may see.
func redirectTo(status int, location string, more ...string) hop {
	return hop{wild, answer(status, append([]string{"Access-Control-Allow-Origin", "*", "Location", location}, more...)...)}
}

func preflighted(h spec.Hop) string {
	if h.Preflight {
		return "P"
	}
	return "."
}

// brief is an outcome in a few words: result, type or reason, and each hop:
// P for a preflight, S for sent, the method, the Origin, C for credentials.
func brief(out spec.Outcome) string {
	words := []string{string(out.Result)}
	if out.Result == spec.Allowed {
		words = append(words, string(out.Type))
	} else if out.Reason != "" {
		words = append(words, fmt.Sprintf("%s@%d", out.Reason, out.FailedHop))
	}
	for _, h := range out.Hops {
		word := ""
		if h.Preflight {
			word += "P"
		}
		if h.Sent {
			word += "S"
		}
		word += ":" + h.Method
		if h.Origin != nil {
			word += ":" + strings.TrimPrefix(*h.Origin, "https://")
		}
		if h.Credentials {
			word += ":C"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

var _ = Describe("What the script's call does first", func() {
	DescribeTable("the Request constructor", func(req spec.Request, want string) {
		if req.Origin == "" {
			req.Origin = page
		}
		if req.URL == "" {
			req.URL = other
		}
		Expect(brief(run(req, spec.Options{Trace: true}, openHop))).To(HavePrefix(want))
	},
		Entry("userinfo", spec.Request{URL: "https://u@b.example/"}, "type-error"),
		Entry("an empty userinfo is none", spec.Request{URL: "https://@b.example/"}, "allowed cors"),
		Entry("a URL that does not parse", spec.Request{URL: "https://b b/"}, "type-error"),
		Entry("no token", spec.Request{Method: "A B"}, "type-error"), Entry("not ASCII", spec.Request{Method: "É"}, "type-error"),
		Entry("forbidden", spec.Request{Method: "tRace"}, "type-error"), Entry("normalised", spec.Request{Method: "dElete"}, "allowed cors PS:DELETE"), Entry("not normalised", spec.Request{Method: "patch"}, "allowed cors PS:patch"),
		Entry("no-cors and PUT", spec.Request{Method: "put", Mode: spec.ModeNoCORS}, "type-error"), Entry("no-cors and post", spec.Request{Method: "post", Mode: spec.ModeNoCORS}, "allowed opaque S:POST"),
		Entry("bad header name", spec.Request{Header: fields("a b", "")}, "type-error"), Entry("NUL in a value", spec.Request{Header: fields("a", "x\x00")}, "type-error"), Entry("LF in a value", spec.Request{Header: fields("a", "x\ny")}, "type-error"),
		Entry("a bad value of a forbidden header throws all the same", spec.Request{Header: fields("Cookie", "x\ny")}, "type-error"),
		Entry("LF around a value", spec.Request{Header: fields("a", "\nx\r\n")}, "allowed"),
		Entry("body with GET", spec.Request{Body: &spec.Body{}}, "type-error"), Entry("body with head", spec.Request{Method: "head", Body: &spec.Body{}}, "type-error"), Entry("body with DELETE", spec.Request{Method: "DELETE", Body: &spec.Body{}}, "allowed"),
		Entry("stream with no-cors", spec.Request{Method: "POST", Mode: spec.ModeNoCORS, Body: &spec.Body{Stream: true}}, "type-error"),
		Entry("stream", spec.Request{Method: "POST", Body: &spec.Body{Stream: true}}, "allowed cors PS:POST"), Entry("stream to the same origin", spec.Request{URL: page, Method: "POST", Body: &spec.Body{Stream: true}}, "allowed basic S:POST"),
		Entry("a bad content type", spec.Request{Method: "POST", Body: &spec.Body{ContentType: "a\x00"}}, "type-error"),
	)
	DescribeTable("author headers", func(mode spec.Mode, api spec.API, in, want spec.Header) {
		out := run(spec.Request{API: api, Origin: page, URL: page + "/", Method: "POST", Mode: mode, Header: in, Body: &spec.Body{ContentType: "text/plain"}}, spec.Options{}, openHop)
		Expect(out.Hops[0].Header).To(Equal(want))
	},
		Entry("forbidden ones are dropped", spec.ModeCORS, spec.APIFetch, fields("Cookie", "a", "X-A", " 1\t", "Sec-X", "b", "User-Agent", "c"), fields("X-A", "1", "User-Agent", "c", "Content-Type", "text/plain")),
		Entry("the author's Content-Type wins", spec.ModeCORS, spec.APIFetch, fields("content-type", "a/b"), fields("content-type", "a/b")),
		Entry("repeats are kept under the first spelling", spec.ModeCORS, spec.APIFetch, fields("x-a", "1", "X-A", "2"), fields("x-a", "1", "x-a", "2", "Content-Type", "text/plain")),
		Entry("xhr combines", spec.ModeCORS, spec.APIXHR, fields("x-a", "1", "X-A", "2", "Origin", "x"), fields("x-a", "1, 2", "Content-Type", "text/plain")),
		Entry("an element's are as they are, and its body has a type", spec.ModeCORS, spec.APIElement, fields("X-A", " 1"), fields("X-A", " 1", "Content-Type", "text/plain")),
		Entry("an element's own Content-Type wins", spec.ModeCORS, spec.APIElement, fields("content-type", "a/b"), fields("content-type", "a/b")),
		Entry("no-cors keeps the safelisted four", spec.ModeNoCORS, spec.APIFetch, fields("X-A", "1", "Accept", "a", "Range", "bytes=0-1", "Accept-Language", "en", "Content-Language", "de", "Authorization", "x"), fields("Accept", "a", "Accept-Language", "en", "Content-Language", "de", "Content-Type", "text/plain")),
		Entry("no-cors drops unsafe values", spec.ModeNoCORS, spec.APIFetch, fields("Content-Type", "application/json", "Accept", "(", "Accept-Language", "\xe9"), fields("Content-Type", "text/plain")),
		Entry("no-cors looks at the combined value", spec.ModeNoCORS, spec.APIFetch, append(repeat(1, "Accept", strings.Repeat("a", 100)), fields("accept", strings.Repeat("b", 26), "Accept", strings.Repeat("c", 27), "Content-Type", "text/plain", "Content-Type", "text/plain")...), append(repeat(1, "Accept", strings.Repeat("a", 100)), fields("Accept", strings.Repeat("b", 26), "Content-Type", "text/plain")...)),
	)
	It("drops the body's Content-Type in mode no-cors if it is not safelisted", func() {
		out := run(spec.Request{Origin: page, URL: other, Method: "POST", Mode: spec.ModeNoCORS, Body: &spec.Body{ContentType: "application/json"}}, spec.Options{}, openHop)
		Expect(out.Hops[0].Header).To(BeEmpty())
	})
	DescribeTable("XMLHttpRequest", func(req spec.Request, want string) {
		req.API, req.Origin = spec.APIXHR, page
		if req.URL == "" {
			req.URL = other
		}
		if req.Method == "" {
			req.Method = "GET"
		}
		Expect(brief(run(req, spec.Options{Trace: true}, openHop))).To(HavePrefix(want))
	},
		Entry("body on GET is dropped", spec.Request{Body: &spec.Body{ContentType: "a/b"}}, "allowed cors S:GET"), Entry("body on POST", spec.Request{Method: "POST", Body: &spec.Body{ContentType: "a/b"}}, "allowed cors PS:POST"),
		Entry("upload listener", spec.Request{Method: "POST", UploadListener: true, Body: &spec.Body{}}, "allowed cors PS:POST"), Entry("upload listener without a body", spec.Request{UploadListener: true}, "allowed cors PS:GET"),
		Entry("upload listener to the same origin", spec.Request{URL: page, UploadListener: true}, "allowed basic S:GET"),
		Entry("userinfo", spec.Request{URL: "https://u:p@b.example/"}, "allowed cors S:GET"), Entry("forbidden", spec.Request{Method: "TRACE"}, "type-error"), Entry("bad header", spec.Request{Header: fields("", "")}, "type-error"),
		Entry("no-cors", spec.Request{Mode: spec.ModeNoCORS}, "invalid"), Entry("omit", spec.Request{Credentials: omit}, "invalid"), Entry("manual", spec.Request{Redirect: spec.RedirectManual}, "invalid"), Entry("stream", spec.Request{Method: "POST", Body: &spec.Body{Stream: true}}, "invalid"),
		Entry("combined values are classified", spec.Request{Header: append(repeat(1, "Accept", strings.Repeat("a", 100)), repeat(1, "Accept", strings.Repeat("a", 100))...)}, "allowed cors PS:GET"),
	)
	It("adds no unsafe-request flag for elements", func() {
		Expect(brief(run(spec.Request{API: spec.APIElement, Origin: page, URL: other, Header: fields("X-A", "1")}, spec.Options{}, openHop))).To(Equal("allowed cors S:GET:app.example.com"))
	})
})

var _ = DescribeTable("Main fetch chooses", func(req spec.Request, want string) {
	if req.Origin == "" {
		req.Origin = page
	}
	out := run(req, spec.Options{Trace: true}, openHop)
	Expect(brief(out)).To(Equal(want))
},
	Entry("same origin", spec.Request{URL: page + "/x"}, "allowed basic S:GET:C"), Entry("same origin, PUT with headers", spec.Request{URL: page, Method: "PUT", Header: fields("X-A", "1")}, "allowed basic S:PUT:app.example.com:C"),
	Entry("same origin, omit", spec.Request{URL: page, Credentials: omit}, "allowed basic S:GET"),
	Entry("another scheme", spec.Request{URL: "http://app.example.com/"}, "allowed cors S:GET:app.example.com"), Entry("another port", spec.Request{URL: page + ":444/"}, "allowed cors S:GET:app.example.com"), Entry("a subdomain", spec.Request{URL: "https://x.app.example.com/"}, "allowed cors S:GET:app.example.com"),
	Entry("null is same origin with nothing", spec.Request{Origin: "null", URL: page}, "allowed cors S:GET:null"), Entry("mode same-origin", spec.Request{URL: other, Mode: spec.ModeSameOrigin}, "blocked DisallowedByMode@0 :GET"), Entry("mode same-origin within", spec.Request{URL: page, Mode: spec.ModeSameOrigin, Method: "POST"}, "allowed basic S:POST:app.example.com:C"),
	Entry("no-cors", spec.Request{URL: other, Mode: spec.ModeNoCORS}, "allowed opaque S:GET"), Entry("no-cors POST has an Origin", spec.Request{URL: other, Mode: spec.ModeNoCORS, Method: "POST"}, "allowed opaque S:POST:app.example.com"),
	Entry("no-cors POST from https to http", spec.Request{URL: "http://b.example/", Mode: spec.ModeNoCORS, Method: "POST"}, "allowed opaque S:POST:null"), Entry("cors POST from https to http", spec.Request{URL: "http://b.example/", Method: "POST"}, "allowed cors S:POST:app.example.com"),
	Entry("no-cors include", spec.Request{URL: other, Mode: spec.ModeNoCORS, Credentials: include}, "allowed opaque S:GET:C"), Entry("no-cors within", spec.Request{URL: page, Mode: spec.ModeNoCORS, Redirect: spec.RedirectError}, "allowed basic S:GET:C"),
	Entry("no-cors, redirect error", spec.Request{URL: other, Mode: spec.ModeNoCORS, Redirect: spec.RedirectError}, "blocked NoCorsRedirectModeNotFollow@0 :GET"), Entry("no-cors, redirect manual", spec.Request{URL: other, Mode: spec.ModeNoCORS, Redirect: spec.RedirectManual}, "blocked NoCorsRedirectModeNotFollow@0 :GET"),
	Entry("another scheme than HTTP", spec.Request{URL: "ftp://b.example/"}, "blocked CorsDisabledScheme@0 :GET"), Entry("about:", spec.Request{URL: "about:blank"}, "blocked CorsDisabledScheme@0 :GET"), Entry("about: with no-cors", spec.Request{URL: "about:blank", Mode: spec.ModeNoCORS}, "blocked CorsDisabledScheme@0 :GET"),
	Entry("mode before scheme", spec.Request{URL: "ftp://b.example/", Mode: spec.ModeSameOrigin}, "blocked DisallowedByMode@0 :GET"), Entry("data: is not for us", spec.Request{URL: "data:,x"}, "invalid"),
	Entry("OPTIONS is preflighted", spec.Request{URL: other, Method: "OPTIONS"}, "allowed cors PS:OPTIONS:app.example.com"), Entry("same-origin credentials are not sent cross-origin", spec.Request{URL: other, Credentials: same}, "allowed cors S:GET:app.example.com"),
	Entry("include with a wildcard", spec.Request{URL: other, Credentials: include}, "blocked WildcardOriginNotAllowed@0 S:GET:app.example.com:C"),
)

var _ = Describe("A response", func() {
	DescribeTable("is shared whatever its status", func(status int) {
		out := run(spec.Request{Origin: page, URL: other}, spec.Options{}, hop{response: answer(status, "Access-Control-Allow-Origin", page, "Content-Type", "x")})
		Expect(out.Result).To(Equal(spec.Allowed))
		Expect(out.Status).To(Equal(status))
		Expect(out.Readable).To(HaveKey("content-type"))
	}, Entry(nil, 200), Entry(nil, 206), Entry(nil, 300), Entry(nil, 304), Entry(nil, 305), Entry(nil, 306), Entry(nil, 401), Entry(nil, 403), Entry(nil, 404), Entry(nil, 500), Entry(nil, 999))

	It("shows nothing when it is opaque", func() {
		out := run(spec.Request{Origin: page, URL: other, Mode: spec.ModeNoCORS}, spec.Options{}, openHop)
		Expect(out.Status).To(BeZero())
		Expect(out.Readable).To(BeEmpty())
	})
})

var _ = DescribeTable("Redirects", func(req spec.Request, want string, hops ...hop) {
	if req.Origin == "" {
		req.Origin = page
	}
	if req.URL == "" {
		req.URL = other
	}
	Expect(brief(run(req, spec.Options{Trace: true}, hops...))).To(Equal(want))
},
	// Taint: page->X keeps the origin; X->X keeps it; X->Y, X->page and http->https of X give null.
	Entry("page to X", spec.Request{URL: page}, "allowed cors S:GET:C S:GET:app.example.com", redirectTo(302, other), openHop),
	Entry("X to X", spec.Request{}, "allowed cors S:GET:app.example.com S:GET:app.example.com", redirectTo(302, "/y"), openHop),
	Entry("X to Y", spec.Request{}, "allowed cors S:GET:app.example.com S:GET:null", redirectTo(302, "https://c.example/"), openHop),
	Entry("X to page stays cors", spec.Request{}, "allowed cors S:GET:app.example.com S:GET:null", redirectTo(302, page), openHop),
	Entry("X to page needs an ACAO", spec.Request{}, "blocked MissingAllowOriginHeader@1 S:GET:app.example.com S:GET:null", redirectTo(302, page), hop{response: answer(200)}),
	Entry("http to https of X", spec.Request{URL: "http://b.example/"}, "allowed cors S:GET:app.example.com S:GET:null", redirectTo(302, "https://b.example/"), openHop),
	Entry("for good", spec.Request{}, "allowed cors S:GET:app.example.com S:GET:null S:GET:null", redirectTo(302, "https://c.example/"), redirectTo(302, "/y"), openHop),
	Entry("page to X to page to X", spec.Request{URL: page}, "allowed cors S:GET:C S:GET:app.example.com S:GET:null S:GET:null", redirectTo(302, other), redirectTo(302, page), redirectTo(302, other), openHop),
	Entry("tainted, the page's origin does not do", spec.Request{}, "blocked AllowOriginMismatch@1 S:GET:app.example.com S:GET:null", redirectTo(302, "https://c.example/"), hop{response: answer(200, "Access-Control-Allow-Origin", page)}),
	Entry("tainted, null does, with credentials", spec.Request{Credentials: include}, "allowed cors S:GET:app.example.com:C S:GET:null:C", hop{response: answer(302, "Access-Control-Allow-Origin", page, "Access-Control-Allow-Credentials", "true", "Location", "https://c.example/")}, hop{response: answer(200, "Access-Control-Allow-Origin", "null", "Access-Control-Allow-Credentials", "true")}),
	Entry("a null origin", spec.Request{Origin: "null"}, "allowed cors S:GET:null S:GET:null", redirectTo(302, "https://c.example/"), openHop),
	// Tainting and modes.
	Entry("within the page's origin", spec.Request{URL: page}, "allowed basic S:GET:C S:GET:C", hop{response: answer(302, "Location", "/y")}, hop{response: answer(200)}),
	Entry("mode same-origin leaves", spec.Request{URL: page, Mode: spec.ModeSameOrigin}, "blocked DisallowedByMode@1 S:GET:C :GET", redirectTo(302, other), openHop),
	Entry("no-cors leaves", spec.Request{URL: page, Mode: spec.ModeNoCORS}, "allowed opaque S:GET:C S:GET", redirectTo(302, other), openHop),
	Entry("no-cors comes back, and stays opaque", spec.Request{Mode: spec.ModeNoCORS, Method: "POST"}, "allowed opaque S:POST:app.example.com S:POST:null", redirectTo(307, page), openHop),
	Entry("each response is checked", spec.Request{}, "blocked MissingAllowOriginHeader@0 S:GET:app.example.com", hop{response: answer(302, "Location", "/y")}),
	// Redirect modes, statuses, Location.
	Entry("error", spec.Request{Redirect: spec.RedirectError}, "blocked RedirectDisallowedByMode@0 S:GET:app.example.com", redirectTo(302, "/y")),
	Entry("manual", spec.Request{Redirect: spec.RedirectManual}, "allowed opaqueredirect S:GET:app.example.com", redirectTo(302, "/y")),
	Entry("manual within", spec.Request{URL: page, Redirect: spec.RedirectManual}, "allowed opaqueredirect S:GET:C", hop{response: answer(302, "Location", "https://[")}),
	Entry("the CORS check comes before error", spec.Request{Redirect: spec.RedirectError}, "blocked MissingAllowOriginHeader@0 S:GET:app.example.com", hop{response: answer(302, "Location", "/y")}),
	Entry("and before manual", spec.Request{Redirect: spec.RedirectManual}, "blocked MissingAllowOriginHeader@0 S:GET:app.example.com", hop{response: answer(302, "Location", "/y")}),
	Entry("error without a Location", spec.Request{Redirect: spec.RedirectError}, "blocked RedirectDisallowedByMode@0 S:GET:app.example.com", hop{response: answer(302, "Access-Control-Allow-Origin", "*")}),
	Entry("manual without a Location", spec.Request{Redirect: spec.RedirectManual}, "allowed opaqueredirect S:GET:app.example.com", hop{response: answer(302, "Access-Control-Allow-Origin", "*")}),
	Entry("follow without a Location", spec.Request{}, "allowed cors S:GET:app.example.com", hop{response: answer(302, "Access-Control-Allow-Origin", "*")}),
	Entry("300 is not a redirect", spec.Request{}, "allowed cors S:GET:app.example.com", redirectTo(300, "/y")), Entry("304", spec.Request{Redirect: spec.RedirectError}, "allowed cors S:GET:app.example.com", redirectTo(304, "/y")), Entry("305", spec.Request{}, "allowed cors S:GET:app.example.com", redirectTo(305, "/y")),
	Entry("a Location that does not parse", spec.Request{}, "blocked RedirectInvalidLocation@0 S:GET:app.example.com", redirectTo(302, "https://[")), Entry("two of them", spec.Request{}, "blocked RedirectInvalidLocation@0 S:GET:app.example.com", redirectTo(302, "/y", "Location", "/y")),
	Entry("the CORS check comes before Location", spec.Request{}, "blocked MissingAllowOriginHeader@0 S:GET:app.example.com", hop{response: answer(302, "Location", "https://[")}),
	Entry("another scheme", spec.Request{}, "blocked CorsDisabledScheme@0 S:GET:app.example.com", redirectTo(302, "ftp://b.example/")), Entry("data:", spec.Request{URL: page}, "blocked CorsDisabledScheme@0 S:GET:C", redirectTo(302, "data:,x")),
	// Userinfo.
	Entry("userinfo cross-origin", spec.Request{}, "blocked RedirectContainsCredentials@0 S:GET:app.example.com", redirectTo(302, "https://u:p@api.example.org/")), Entry("userinfo from the page to X", spec.Request{URL: page}, "blocked RedirectContainsCredentials@0 S:GET:C", redirectTo(302, "https://u@api.example.org/")),
	Entry("userinfo from X to the page", spec.Request{}, "blocked RedirectContainsCredentials@0 S:GET:app.example.com", redirectTo(302, "https://u@app.example.com/")), Entry("userinfo within the page's origin", spec.Request{URL: page}, "allowed basic S:GET:C S:GET:C", redirectTo(302, "https://u@app.example.com/"), openHop),
	Entry("userinfo with no-cors", spec.Request{Mode: spec.ModeNoCORS}, "allowed opaque S:GET S:GET", redirectTo(302, "https://u@b.example/"), openHop),
	// Rewriting.
	Entry("301 POST", spec.Request{Method: "POST"}, "allowed cors S:POST:app.example.com S:GET:app.example.com", redirectTo(301, "/y"), openHop), Entry("302 POST", spec.Request{Method: "POST"}, "allowed cors S:POST:app.example.com S:GET:app.example.com", redirectTo(302, "/y"), openHop), Entry("303 POST", spec.Request{Method: "POST"}, "allowed cors S:POST:app.example.com S:GET:app.example.com", redirectTo(303, "/y"), openHop),
	Entry("307 POST", spec.Request{Method: "POST"}, "allowed cors S:POST:app.example.com S:POST:app.example.com", redirectTo(307, "/y"), openHop), Entry("308 POST", spec.Request{Method: "POST"}, "allowed cors S:POST:app.example.com S:POST:app.example.com", redirectTo(308, "/y"), openHop),
	Entry("301 PUT", spec.Request{Method: "PUT"}, "allowed cors PS:PUT:app.example.com PS:PUT:app.example.com", redirectTo(301, "/y"), openHop), Entry("303 PUT needs no preflight more", spec.Request{Method: "PUT"}, "allowed cors PS:PUT:app.example.com S:GET:app.example.com", redirectTo(303, "/y"), openHop),
	Entry("303 HEAD", spec.Request{Method: "HEAD"}, "allowed cors S:HEAD:app.example.com S:HEAD:app.example.com", redirectTo(303, "/y"), openHop), Entry("302 HEAD", spec.Request{Method: "HEAD"}, "allowed cors S:HEAD:app.example.com S:HEAD:app.example.com", redirectTo(302, "/y"), openHop), Entry("303 OPTIONS", spec.Request{Method: "OPTIONS"}, "allowed cors PS:OPTIONS:app.example.com S:GET:app.example.com", redirectTo(303, "/y"), openHop),
	Entry("stream, 307", spec.Request{Method: "POST", Body: &spec.Body{Stream: true}}, "blocked RedirectWithStreamBody@0 PS:POST:app.example.com", redirectTo(307, "/y")), Entry("stream, 301", spec.Request{Method: "POST", Body: &spec.Body{Stream: true}}, "blocked RedirectWithStreamBody@0 PS:POST:app.example.com", redirectTo(301, "/y")),
	Entry("stream, 303: the flag stays set", spec.Request{Method: "POST", Body: &spec.Body{Stream: true}}, "allowed cors PS:POST:app.example.com PS:GET:app.example.com", redirectTo(303, "/y"), openHop),
	// Preflights, each hop its own.
	Entry("into X", spec.Request{URL: page, Method: "PUT"}, "allowed cors S:PUT:app.example.com:C PS:PUT:app.example.com", hop{response: answer(307, "Location", other)}, openHop),
	Entry("the second fails", spec.Request{Method: "PUT"}, "blocked PreflightMissingAllowOriginHeader@1 PS:PUT:app.example.com P:PUT", redirectTo(307, "/y"), hop{preflight: answer(204)}),
	Entry("the same URL again is cached", spec.Request{Method: "PUT"}, "allowed cors PS:PUT:app.example.com S:PUT:app.example.com", redirectTo(307, "/x"), openHop), Entry("with a fragment it is another", spec.Request{Method: "PUT"}, "allowed cors PS:PUT:app.example.com PS:PUT:app.example.com", redirectTo(307, "/x#f"), openHop),
	Entry("the fragment is inherited", spec.Request{Method: "PUT", URL: other + "#f"}, "allowed cors PS:PUT:app.example.com S:PUT:app.example.com", redirectTo(307, "/x"), openHop),
)

var _ = Describe("Redirects, further", func() {
	It("are followed twenty times", func() {
		hops := make([]hop, 21)
		for i := range hops {
			hops[i] = redirectTo(302, "/x")
		}
		hops[20] = openHop
		out := run(spec.Request{Origin: page, URL: other}, spec.Options{}, hops...)
		Expect(out.Result).To(Equal(spec.Allowed))
		Expect(out.Hops).To(HaveLen(21))
		hops[20] = redirectTo(302, "/x")
		out = run(spec.Request{Origin: page, URL: other}, spec.Options{}, hops...)
		Expect(out.Reason).To(Equal(spec.ReasonTooManyRedirects))
		Expect(out.FailedHop).To(Equal(20))
		hops[20] = redirectTo(302, "https://[")
		Expect(run(spec.Request{Origin: page, URL: other}, spec.Options{}, hops...).Reason).To(Equal(spec.ReasonRedirectInvalidLocation), "looked at first")
	})
	It("with credentials are traced to the step that refuses them", func() {
		elsewhere, home := strings.Replace(other, "://", "://user@", 1), strings.Replace(page, "://", "://user@", 1)
		for step, hops := range map[string][]hop{"http-redirect-fetch/9": {redirectTo(302, elsewhere)}, "http-redirect-fetch/10": {redirectTo(302, home)}} {
			out := run(spec.Request{Origin: page, URL: other}, spec.Options{Trace: true}, hops...)
			Expect(out.Reason).To(Equal(spec.ReasonRedirectContainsCredentials))
			Expect(out.Trace).To(ContainElement(HaveField("Step", step)))
		}
	})
	It("of no-cors requests that leave the page's origin taint in Chromium only", func() {
		req := spec.Request{Origin: page, URL: page + "/", Method: "POST", Mode: spec.ModeNoCORS}
		for e, want := range map[spec.Engine]string{spec.EngineFetch: page, spec.EngineChromium: "null"} {
			out := run(req, spec.Options{Engine: e}, redirectTo(307, other), openHop)
			Expect(*out.Hops[1].Origin).To(Equal(want), string(e))
		}
	})
	It("with a user name within the origin are refused by Chromium, but not those of XMLHttpRequest", func() {
		for api, want := range map[spec.API]spec.Result{spec.APIFetch: spec.Blocked, spec.APIXHR: spec.Allowed} {
			req := spec.Request{API: api, Origin: page, URL: page + "/", Credentials: spec.CredentialsSameOrigin}
			req.Method = "GET"
			to := strings.Replace(page, "://", "://user@", 1) + "/x"
			Expect(run(req, spec.Options{}, redirectTo(302, to), openHop).Result).To(Equal(spec.Allowed))
			Expect(run(req, spec.Options{Engine: spec.EngineChromium}, redirectTo(302, to), openHop).Result).To(Equal(want), string(api))
		}
	})
	It("are refused by Chromium for credentials before the scheme, and for both before redirect mode error", func() {
		for location, want := range map[string]spec.Reason{
			"ftp://user@x.example/": spec.ReasonRedirectContainsCredentials, "http://user@x.example/": spec.ReasonRedirectContainsCredentials, "ftp://x.example/": spec.ReasonCorsDisabledScheme,
		} {
			for mode, standard := range map[spec.RedirectMode]spec.Reason{spec.RedirectFollow: spec.ReasonCorsDisabledScheme, spec.RedirectError: spec.ReasonRedirectDisallowedByMode} {
				if mode == spec.RedirectFollow && strings.HasPrefix(location, "http:") {
					standard = spec.ReasonRedirectContainsCredentials
				}
				req := spec.Request{Origin: page, URL: other, Redirect: mode}
				Expect(run(req, spec.Options{}, redirectTo(302, location)).Reason).To(Equal(standard), location)
				Expect(run(req, spec.Options{Engine: spec.EngineChromium}, redirectTo(302, location)).Reason).To(Equal(want), location)
			}
		}
	})
	DescribeTable("one too many, which the CORS check would refuse", func(req spec.Request, status int, chromium spec.Reason) {
		hops := make([]hop, 21)
		for i := range hops {
			hops[i] = redirectTo(302, "/x")
		}
		hops[0].response.Status = status
		hops[20].response.Header = fields("Location", "/x")
		req.Origin = page
		if req.URL == "" {
			req.URL = other
		} else {
			hops[0].response = answer(302, "Location", other)
		}
		Expect(run(req, spec.Options{}, hops...).Reason).To(Equal(spec.ReasonMissingAllowOriginHeader))
		Expect(run(req, spec.Options{Engine: spec.EngineChromium}, hops...).Reason).To(Equal(chromium))
	},
		Entry("is one too many in Chromium", spec.Request{}, 302, spec.ReasonTooManyRedirects),
		Entry("also after another method", spec.Request{Method: "POST"}, 302, spec.ReasonTooManyRedirects),
		Entry("also after the same one", spec.Request{Method: "HEAD"}, 303, spec.ReasonTooManyRedirects),
		Entry("also when CORS begins on the way", spec.Request{URL: page}, 302, spec.ReasonTooManyRedirects),
		Entry("also with preflights", spec.Request{Method: "PUT"}, 302, spec.ReasonTooManyRedirects),
	)
	It("drop the request-body-headers with the body", func() {
		out := run(spec.Request{Origin: page, URL: page + "/", Method: "POST", Header: fields("Content-Encoding", "a", "content-language", "b", "Content-Location", "c", "X-A", "d", "Content-Length", "e", "Content-MD5", "f"), Body: &spec.Body{ContentType: "g/h"}},
			spec.Options{}, hop{response: answer(302, "Location", "/y")}, openHop)
		Expect(out.Hops[0].Header).To(HaveLen(6))
		Expect(out.Hops[1].Header).To(Equal(fields("X-A", "d", "Content-MD5", "f")))
	})
	It("drop Authorization when the origin changes, and never get it back", func() {
		out := run(spec.Request{Origin: page, URL: other, Header: fields("Authorization", "a", "X-A", "b")}, spec.Options{}, redirectTo(302, "/y"), redirectTo(302, "https://c.example/"), redirectTo(302, other), openHop)
		Expect(out.Hops[1].Header).To(HaveLen(2))
		Expect(*out.Hops[1].ACRH).To(Equal("authorization,x-a"))
		Expect(*out.Hops[2].ACRH).To(Equal("x-a"))
		Expect(*out.Hops[2].PreflightOrigin).To(Equal("null"))
		Expect(out.Hops[3].Header).To(Equal(fields("X-A", "b")))
	})
	It("send the URL without its fragment", func() {
		f := spec.Begin(spec.Request{Origin: page, URL: other + "?q#f"}, spec.Options{})
		Expect(f.Next().URL).To(Equal(other + "?q"))
		f.Deliver(redirectTo(302, "/z").response)
		Expect(f.Next().URL).To(Equal("https://api.example.org/z"))
		Expect(f.Outcome().Hops[1].URL).To(Equal("https://api.example.org/z#f"))
	})
})

var _ = Describe("The preflight cache", func() {
	put := spec.Request{Origin: page, URL: other, Method: "PUT"}
	with := func(r spec.Request, change func(*spec.Request)) spec.Request { change(&r); return r }
	pre := func(pairs ...string) hop {
		p := answer(204, append([]string{"Access-Control-Allow-Origin", page, "Access-Control-Allow-Credentials", "true", "Access-Control-Max-Age", "100"}, pairs...)...)
		return hop{p, answer(200, "Access-Control-Allow-Origin", page, "Access-Control-Allow-Credentials", "true")}
	}
	const m, h = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"
	// preflights runs requests one after another and says which made one.
	type step struct {
		at  time.Duration
		req spec.Request
		hop hop
	}
	preflights := func(engine spec.Engine, steps ...step) (made string) {
		cache := spec.NewPreflightCache(engine)
		for _, s := range steps {
			out := run(s.req, spec.Options{Engine: engine, Cache: cache, Now: s.at}, s.hop)
			if out.Hops[0].Preflight {
				made += "P"
			} else {
				made += "."
			}
		}
		return made
	}
	del := with(put, func(r *spec.Request) { r.Method = "DELETE" })
	get := with(put, func(r *spec.Request) { r.Method = "GET"; r.Header = fields("X-A", "1") })
	cred := func(r spec.Request) spec.Request {
		r.Credentials = include
		return r
	}

	DescribeTable("sequences", func(fetch, chromium, firefox, webkit string, steps ...step) {
		for e, want := range map[spec.Engine]string{spec.EngineFetch: fetch, spec.EngineChromium: chromium, spec.EngineFirefox: firefox, spec.EngineWebKit: webkit} {
			Expect(preflights(e, steps...)).To(Equal(want), string(e))
		}
	},
		Entry("hit", "P.", "P.", "P.", "P.", step{0, put, pre(m, "PUT")}, step{1, put, pre(m, "PUT")}),
		Entry("until max-age has passed", "P..P", "P..P", "P..P", "P..P", step{0, put, pre(m, "PUT")}, step{99 * time.Second, put, pre(m, "PUT")}, step{100*time.Second - 1, put, pre(m, "PUT")}, step{100 * time.Second, put, pre(m, "PUT")}),
		Entry("zero still lets the request through", "PP", "PP", "PP", "PP", step{0, put, hop{answer(204, "Access-Control-Allow-Origin", "*", m, "PUT", "Access-Control-Max-Age", "0"), wild}}, step{0, put, pre(m, "PUT")}),
		Entry("all listed methods are stored", "P.", "P.", "P.", "P.", step{0, put, pre(m, "PUT, DELETE")}, step{0, del, pre()}),
		Entry("and headers", "P.", "P.", "P.", "P.", step{0, put, pre(m, "PUT", h, "X-A")}, step{0, get, pre()}),
		Entry("another method", "PP", "PP", "PP", "PP", step{0, put, pre(m, "PUT")}, step{0, del, pre(m, "DELETE")}),
		Entry("two preflights add up, or the last counts", "PP.", "PPP", "PP.", "PPP", step{0, put, pre(m, "PUT")}, step{0, del, pre(m, "DELETE")}, step{0, put, pre(m, "PUT")}),
		Entry("a failed preflight clears, drops, or is stored", "PPP", "PPP", "PPP", "PP.", step{0, put, pre(m, "PUT")}, step{0, del, pre(m, "PUT")}, step{0, put, pre(m, "PUT")}),
		Entry("a wildcard", "P.", "P.", "PP", "P.", step{0, put, pre(m, "*")}, step{0, del, pre(m, "*")}),
		Entry("a wildcard of headers", "P.", "P.", "PP", "P.", step{0, get, pre(h, "*")}, step{0, with(get, func(r *spec.Request) { r.Header = fields("X-B", "1") }), pre(h, "*")}),
		Entry("a wildcard and Authorization", "PP", "PP", "PP", "P.", step{0, get, pre(h, "*")}, step{0, with(get, func(r *spec.Request) { r.Header = fields("Authorization", "1") }), pre(h, "authorization")}),
		Entry("a credentialed entry serves the rest", "P.", "P.", "PP", "P.", step{0, cred(put), pre(m, "PUT")}, step{0, put, pre(m, "PUT")}),
		Entry("not the reverse", "PP", "PP", "PP", "PP", step{0, put, pre(m, "PUT")}, step{0, cred(put), pre(m, "PUT")}),
		Entry("`*` beside PUT, credentialed: a quirk of the text", "P.", "PP", "PP", "PP", step{0, cred(put), pre(m, "PUT, *")}, step{0, cred(del), pre(m, "DELETE")}),
		Entry("another query", "PP", "PP", "PP", "PP", step{0, put, pre(m, "PUT")}, step{0, with(put, func(r *spec.Request) { r.URL += "?q" }), pre(m, "PUT")}),
		Entry("another fragment", "PP", "PP", "PP", "PP", step{0, put, pre(m, "PUT")}, step{0, with(put, func(r *spec.Request) { r.URL += "#f" }), pre(m, "PUT")}),
		Entry("another origin", "PP", "PP", "PP", "PP", step{0, put, pre(m, "PUT")}, step{0, with(put, func(r *spec.Request) { r.Origin = "https://b.example" }), hop{wild, wild}}),
		Entry("a failure of the request clears", "P.P", "P..", "P.P", "P..", step{0, put, pre(m, "PUT")}, step{1, put, hop{response: answer(200)}}, step{2, put, pre(m, "PUT")}),
		Entry("a failure without a preflight branch does not", "P..", "P..", "P..", "P..", step{0, put, pre(m, "PUT")}, step{1, with(put, func(r *spec.Request) { r.Method = "GET" }), hop{response: answer(200)}}, step{2, put, pre(m, "PUT")}),
		Entry("HEAD needs an entry in one engine", "P.", "P.", "PP", "P.", step{0, get, pre(h, "x-a")}, step{0, with(get, func(r *spec.Request) { r.Method = "HEAD" }), pre(h, "x-a")}),
		Entry("the flag needs a method entry", "P.P", "P..", "P.P", "P..", step{0, put, pre(m, "PUT", h, "content-type")}, step{0, put, pre()}, step{0, with(put, func(r *spec.Request) {
			r.API, r.Method, r.UploadListener, r.Body = spec.APIXHR, "POST", true, &spec.Body{ContentType: "a/b"}
		}), pre(h, "content-type")}),
		Entry("the flag without a list is cached", "P.", "P.", "P.", "P.", step{0, with(put, func(r *spec.Request) {
			r.API, r.Method, r.UploadListener, r.Body = spec.APIXHR, "POST", true, &spec.Body{}
		}), pre()}, step{0, with(put, func(r *spec.Request) {
			r.API, r.Method, r.UploadListener, r.Body = spec.APIXHR, "POST", true, &spec.Body{}
		}), pre()}),
	)
	It("does not move the time of storing when an entry is updated", func() {
		// A second preflight, made for a header, updates PUT's max-age only.
		long := pre(m, "PUT", h, "x-a")
		both := with(put, func(r *spec.Request) { r.Header = fields("X-A", "1") })
		Expect(preflights(spec.EngineFetch, step{0, put, pre(m, "PUT")}, step{50 * time.Second, both, long}, step{99 * time.Second, put, long}, step{101 * time.Second, put, long})).To(Equal("PP.P"))
	})
	It("forgets the oldest in Firefox, and long URLs in Chromium", func() {
		cache := spec.NewPreflightCache(spec.EngineFirefox)
		for i := range 150 {
			run(with(put, func(r *spec.Request) { r.URL += fmt.Sprint("?", i) }), spec.Options{Engine: spec.EngineFirefox, Cache: cache}, pre(m, "PUT"))
		}
		Expect(cache.Len()).To(Equal(100))
		long := with(put, func(r *spec.Request) { r.URL += "?" + strings.Repeat("a", 1024-len(other)-1) })
		Expect(preflights(spec.EngineChromium, step{0, long, pre(m, "PUT")}, step{0, long, pre(m, "PUT")})).To(Equal("PP"))
		long.URL = long.URL[:1023]
		Expect(preflights(spec.EngineChromium, step{0, long, pre(m, "PUT")}, step{0, long, pre(m, "PUT")})).To(Equal("P."))
	})
	It("drops what has expired when it grows", func() {
		cache := spec.NewPreflightCache(spec.EngineFetch)
		for i := range 5000 {
			run(with(put, func(r *spec.Request) { r.URL += fmt.Sprint("?", i) }), spec.Options{Cache: cache, Now: time.Duration(i) * time.Second}, pre(m, "PUT"))
		}
		Expect(cache.Len()).To(BeNumerically("<", 1500))
	})
	It("clears the URL of the last hop", func() {
		cache := spec.NewPreflightCache("")
		opt := spec.Options{Cache: cache}
		y := with(put, func(r *spec.Request) { r.URL = "https://api.example.org/y" })
		run(put, opt, pre(m, "PUT"))
		run(y, opt, pre(m, "PUT"))
		Expect(cache.Len()).To(Equal(2))
		toY := hop{response: answer(307, "Access-Control-Allow-Origin", page, "Location", "/y")}
		out := run(put, opt, toY, hop{response: answer(200)})
		Expect(brief(out)).To(Equal("blocked MissingAllowOriginHeader@1 S:PUT:app.example.com S:PUT:app.example.com"))
		Expect(cache.Len()).To(Equal(1))
		Expect(run(put, opt, pre(m, "PUT")).Hops[0].Preflight).To(BeFalse())
	})
	DescribeTable("in Chromium is not looked up", func(change func(*spec.Request), without string) {
		req := with(put, change)
		for _, c := range []struct {
			opt       spec.Options
			preflight bool
		}{{spec.Options{}, false}, {spec.Options{Engine: spec.EngineChromium}, true}, {spec.Options{Engine: spec.EngineChromium, Without: []string{without}}, false}} {
			c.opt.Cache = new(spec.PreflightCache)
			run(req, c.opt, openHop)
			Expect(run(req, c.opt, openHop).Hops[0].Preflight).To(Equal(c.preflight), "%+v", c.opt)
		}
	},
		Entry("with cache mode no-store", func(r *spec.Request) { r.Cache = "no-store" }, "cache-modes"),
		Entry("with a condition", func(r *spec.Request) { r.Header = fields("If-Range", "x") }, "cache-modes"),
		Entry("with cache mode no-cache", func(r *spec.Request) { r.Cache = "no-cache" }, "cache-modes"),
		Entry("with cache mode reload", func(r *spec.Request) { r.Cache = "reload" }, "cache-modes"),
		Entry("for an opaque origin", func(r *spec.Request) { r.Origin = "null" }, "cache-opaque-origin"),
	)
	DescribeTable("in Chromium after a request that did not look it up", func(change func(*spec.Request), preflight bool) {
		opt := spec.Options{Engine: spec.EngineChromium, Cache: new(spec.PreflightCache)}
		run(put, opt, pre(m, "PUT"))
		second := with(put, func(r *spec.Request) { r.Method = "PATCH" })
		change(&second)
		Expect(run(second, opt, pre(m, "PATCH", h, "*")).Hops[0].Preflight).To(BeTrue())
		Expect(run(put, opt, pre(m, "PUT")).Hops[0].Preflight).To(Equal(preflight))
	},
		Entry("keeps what is stored: no-store", func(r *spec.Request) { r.Cache = "no-store" }, false),
		Entry("has what that one stored: reload", func(r *spec.Request) { r.Cache = "reload" }, true),
		Entry("has what that one stored: no-cache", func(r *spec.Request) { r.Cache = "no-cache" }, true),
		Entry("has what that one stored: a condition", func(r *spec.Request) { r.Header = fields("If-Match", "x") }, true),
	)
	It("is keyed by null after a taint, and not used then in Chromium", func() {
		for e, want := range map[spec.Engine]string{spec.EngineFetch: "P P .", spec.EngineChromium: "P P P"} {
			opt := spec.Options{Engine: e, Cache: spec.NewPreflightCache(e)}
			got := []string{preflighted(run(put, opt, openHop).Hops[0])}
			for range 2 {
				out := run(with(put, func(r *spec.Request) { r.URL = "https://c.example/" }), opt, redirectTo(307, other), openHop)
				got = append(got, preflighted(out.Hops[1]))
			}
			Expect(strings.Join(got, " ")).To(Equal(want), string(e))
		}
	})
})

var _ = DescribeTable("Engines depart where they are known to", func(engine spec.Engine, req spec.Request, fetch, want string, hops ...hop) {
	req.Origin = page
	if req.URL == "" {
		req.URL = other
	}
	Expect(brief(run(req, spec.Options{Trace: true}, hops...))).To(Equal(fetch), "fetch")
	Expect(brief(run(req, spec.Options{Engine: engine, Trace: true}, hops...))).To(Equal(want), string(engine))
},
	Entry("Authorization and `*`", spec.EngineFirefox, spec.Request{Header: fields("Authorization", "x")}, "blocked HeaderDisallowedByPreflightResponse@0 P:GET", "allowed cors PS:GET:app.example.com", hop{answer(204, "Access-Control-Allow-Origin", "*", "Access-Control-Allow-Headers", "*"), wild}),
	Entry("client hints", spec.EngineChromium, spec.Request{Header: fields("DPR", "1.5", "Width", "10", "Save-Data", "ON", "ECT", "4g", "Intervention", "\"", "RTT", "5", "Device-Memory", "0.5")}, "allowed cors PS:GET:app.example.com", "allowed cors S:GET:app.example.com", openHop),
	Entry("client hints that are not well formed", spec.EngineChromium, spec.Request{Header: fields("DPR", "x")}, "allowed cors PS:GET:app.example.com", "allowed cors PS:GET:app.example.com", openHop),
	Entry("numbers want digits on both sides", spec.EngineChromium, spec.Request{Header: fields("Downlink", ".5")}, "allowed cors PS:GET:app.example.com", "allowed cors PS:GET:app.example.com", openHop),
	Entry("no exponents", spec.EngineChromium, spec.Request{Header: fields("DPR", "1e2")}, "allowed cors PS:GET:app.example.com", "allowed cors PS:GET:app.example.com", openHop),
	Entry("connection types have their case", spec.EngineChromium, spec.Request{Header: fields("ECT", "2G")}, "allowed cors PS:GET:app.example.com", "allowed cors PS:GET:app.example.com", openHop),
	Entry("hints are gone after a redirect", spec.EngineChromium, spec.Request{Header: fields("DPR", "x")}, "allowed cors PS:GET:app.example.com PS:GET:app.example.com", "allowed cors PS:GET:app.example.com S:GET:app.example.com", redirectTo(302, "/y"), openHop),
	Entry("but Save-Data is not", spec.EngineChromium, spec.Request{Header: fields("Save-Data", "x")}, "allowed cors PS:GET:app.example.com PS:GET:app.example.com", "allowed cors PS:GET:app.example.com PS:GET:app.example.com", redirectTo(302, "/y"), openHop),
	Entry("no-cors on the way down", spec.EngineChromium, spec.Request{URL: "http://api.example.org/x", Method: "POST", Mode: spec.ModeNoCORS}, "allowed opaque S:POST:null", "allowed opaque S:POST:app.example.com", openHop),
	Entry("a wide Range", spec.EngineChromium, spec.Request{Header: fields("Range", "bytes=0-9223372036854775807")}, "allowed cors S:GET:app.example.com", "allowed cors PS:GET:app.example.com", openHop),
	Entry("a Range just below", spec.EngineChromium, spec.Request{Header: fields("Range", "bytes=0-9223372036854775806")}, "allowed cors S:GET:app.example.com", "allowed cors S:GET:app.example.com", openHop),
	Entry("merged headers", spec.EngineChromium, spec.Request{Header: repeat(2, "Accept", strings.Repeat("a", 100))}, "allowed cors S:GET:app.example.com", "allowed cors PS:GET:app.example.com", openHop),
	Entry("merged headers are stripped", spec.EngineChromium, spec.Request{Header: fields("Accept", strings.Repeat("a", 127), "Accept", "")}, "allowed cors S:GET:app.example.com", "allowed cors S:GET:app.example.com", openHop),
	Entry("one byte more", spec.EngineChromium, spec.Request{Header: fields("Accept", strings.Repeat("a", 128), "Accept", "")}, "allowed cors S:GET:app.example.com", "allowed cors PS:GET:app.example.com", openHop),
	Entry("User-Agent", spec.EngineChromium, spec.Request{Header: fields("User-Agent", "x")}, "allowed cors PS:GET:app.example.com", "allowed cors S:GET:app.example.com", openHop),
	Entry("upload listener without a body", spec.EngineChromium, spec.Request{API: spec.APIXHR, Method: "POST", UploadListener: true}, "allowed cors PS:POST:app.example.com", "allowed cors S:POST:app.example.com", openHop),
	Entry("no implied method", spec.EngineChromium, spec.Request{Method: "PUT", Body: &spec.Body{Stream: true}}, "allowed cors PS:PUT:app.example.com", "blocked MethodDisallowedByPreflightResponse@0 P:PUT", hop{answer(204, "Access-Control-Allow-Origin", "*"), wild}),
	Entry("Location first", spec.EngineChromium, spec.Request{}, "blocked MissingAllowOriginHeader@0 S:GET:app.example.com", "blocked RedirectInvalidLocation@0 S:GET:app.example.com", hop{response: answer(302, "Location", "https://[")}),
	Entry("but not one with a space in the host", spec.EngineChromium, spec.Request{}, "blocked MissingAllowOriginHeader@0 S:GET:app.example.com", "blocked MissingAllowOriginHeader@0 S:GET:app.example.com", hop{response: answer(302, "Location", "https://a b/")}),
	Entry("Location first, redirect manual", spec.EngineChromium, spec.Request{Redirect: spec.RedirectManual}, "allowed opaqueredirect S:GET:app.example.com", "blocked RedirectInvalidLocation@0 S:GET:app.example.com", redirectTo(302, "https://[")),
	Entry("a preflight redirected nowhere", spec.EngineChromium, spec.Request{Method: "PUT"}, "blocked PreflightDisallowedRedirect@0 P:PUT", "blocked NetworkError@0 P:PUT", hop{preflight: answer(302, "Location", "https://[")}),
	Entry("userinfo within the page's origin", spec.EngineChromium, spec.Request{URL: page}, "allowed basic S:GET:C S:GET:C", "blocked RedirectContainsCredentials@0 S:GET:C", hop{response: answer(302, "Location", "https://u@app.example.com/")}, openHop),
	Entry("no Location, redirect error", spec.EngineChromium, spec.Request{Redirect: spec.RedirectError}, "blocked RedirectDisallowedByMode@0 S:GET:app.example.com", "allowed cors S:GET:app.example.com", hop{response: answer(302, "Access-Control-Allow-Origin", "*")}),
	Entry("no Location, redirect manual", spec.EngineChromium, spec.Request{Redirect: spec.RedirectManual}, "allowed opaqueredirect S:GET:app.example.com", "allowed opaqueredirect S:GET:app.example.com", hop{response: answer(302, "Access-Control-Allow-Origin", "*")}),
	Entry("an empty Location", spec.EngineChromium, spec.Request{}, "allowed cors S:GET:app.example.com S:GET:app.example.com", "allowed cors S:GET:app.example.com", redirectTo(302, ""), openHop),
	Entry("two equal Locations", spec.EngineChromium, spec.Request{}, "blocked RedirectInvalidLocation@0 S:GET:app.example.com", "allowed cors S:GET:app.example.com S:GET:app.example.com", redirectTo(302, "/y", "Location", "/y"), openHop),
	Entry("two Locations on a 200", spec.EngineChromium, spec.Request{}, "allowed cors S:GET:app.example.com", "blocked NetworkError@0 S:GET:app.example.com", redirectTo(200, "/y", "Location", "/z")),
	Entry("no total", spec.EngineWebKit, spec.Request{API: spec.APIElement, Header: repeat(9, "Accept", strings.Repeat("a", 128))}, "allowed cors S:GET:app.example.com", "allowed cors S:GET:app.example.com", openHop),
	Entry("the status first", spec.EngineWebKit, spec.Request{Method: "PUT"}, "blocked PreflightMissingAllowOriginHeader@0 P:PUT", "blocked PreflightInvalidStatus@0 P:PUT", hop{preflight: answer(404)}),
)

var _ = Describe("Engines", func() {
	It("say where every departure is known from", func() {
		for _, e := range spec.Engines() {
			p := spec.ProfileOf(e)
			Expect(p.Engine).To(Equal(e))
			seen := map[string]bool{}
			for _, d := range p.Departures {
				Expect(seen).NotTo(HaveKey(d.ID))
				seen[d.ID] = true
				Expect(d.Text).NotTo(BeEmpty(), d.ID)
				Expect(d.Source).NotTo(BeEmpty(), d.ID)
			}
		}
		Expect(spec.ProfileOf(spec.EngineFetch).Departures).To(BeEmpty())
		Expect(spec.ProfileOf("")).To(Equal(spec.ProfileOf(spec.EngineFetch)))
	})
	It("have names", func() {
		for _, e := range spec.Engines() {
			Expect(spec.ParseEngine(string(e))).To(Equal(e))
		}
		_, err := spec.ParseEngine("gecko")
		Expect(err).To(MatchError(ContainSubstring("firefox")))
	})
	It("let WebKit expose Accept", func() {
		out := run(spec.Request{Origin: page, URL: other}, spec.Options{Engine: spec.EngineWebKit}, hop{response: answer(200, "Access-Control-Allow-Origin", "*", "Accept", "x")})
		Expect(out.Readable).To(Equal(map[string]string{"accept": "x"}))
	})
})

var _ = Describe("The machine", func() {
	It("says the same until something is delivered", func() {
		f := spec.Begin(spec.Request{Origin: page, URL: other}, spec.Options{})
		Expect(f.Next()).To(Equal(f.Next()))
		f.Deliver(wild)
		Expect(f.Next()).To(Equal(spec.Action{}))
		f.Deliver(answer(500))
		f.Fail()
		Expect(f.Outcome().Result).To(Equal(spec.Allowed))
	})
	It("says what was wrong", func() {
		Expect(run(spec.Request{Origin: "x", URL: other}, spec.Options{}).Error).To(HavePrefix("request.origin: "))
		Expect(run(spec.Request{Origin: page, URL: "x"}, spec.Options{}).Error).To(HavePrefix("request.url: "))
		Expect(run(spec.Request{Origin: page, URL: other, Mode: "x"}, spec.Options{}).Error).To(HavePrefix("request.mode: "))
		Expect(run(spec.Request{Origin: page, URL: other, Method: "@"}, spec.Options{}).Error).To(HavePrefix("request.method: "))
	})
	It("clears nothing but the result of a failed preflight when the network fails", func() {
		f := spec.Begin(spec.Request{Origin: page, URL: other, Method: "PUT"}, spec.Options{Trace: true})
		f.Fail()
		out := f.Outcome()
		Expect(brief(out)).To(Equal("blocked NetworkError@0 P:PUT"))
		Expect(out.PreflightCacheSeconds).To(Equal(-1))
	})
	It("can be used again", func() {
		f := spec.Begin(spec.Request{Origin: page, URL: other, Method: "PUT", Header: fields("X-A", "1")}, spec.Options{Trace: true})
		f.Deliver(wild)
		f.Deliver(wild)
		f.Reset(spec.Request{Origin: page, URL: page}, spec.Options{})
		f.Deliver(answer(200))
		out := f.Outcome()
		Expect(brief(out)).To(Equal("allowed basic S:GET:C"))
		Expect(out.Trace).To(BeEmpty())
		Expect(out.Hops[0].Header).To(BeEmpty())
		Expect(out.PreflightCacheSeconds).To(Equal(-1))
	})
	It("traces every decision with a section", func() {
		out := run(spec.Request{Origin: page, URL: other, Method: "PUT", Credentials: include, Header: fields("X-A", "1", "Cookie", "x")}, spec.Options{Trace: true}, credsHop)
		var steps []string
		for _, s := range out.Trace {
			Expect(s.Spec).To(HavePrefix("https://"))
			Expect(s.Text).NotTo(BeEmpty())
			steps = append(steps, s.Step)
		}
		Expect(steps).To(Equal([]string{"forbidden-request-header", "main-fetch/12/preflight", "cors-preflight-fetch/6", "cors-check/7", "cors-preflight-fetch/7.5", "cors-preflight-fetch/7.7", "cors-preflight-fetch/7.10", "http-network-or-cache-fetch/8", "cors-check/7", "main-fetch/14.2"}))
	})
})
