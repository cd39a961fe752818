package browser_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("fetch", func() {
	var t *target
	BeforeEach(func() { t = newTarget(false) })

	It("reads an allowed response with the headers that are exposed", func() {
		u := t.url(plan{actual: allow(app, "Access-Control-Expose-Headers: X-Resp", "X-Resp: 1", "X-Hidden: 2")})
		o := one(u, cases.Request{})
		Expect(o.Result).To(Equal(spec.Allowed))
		Expect(o.Type).To(Equal(spec.TypeCORS))
		Expect(o.Status).To(Equal(200))
		Expect(o.Body).To(Equal("ok"))
		Expect(o.Readable).To(HaveKeyWithValue("x-resp", "1"))
		Expect(o.Readable).To(HaveKeyWithValue("content-type", "text/plain"))
		Expect(o.Readable).NotTo(HaveKey("x-hidden"))
		Expect(o.FailedHop).To(Equal(-1))
		Expect(o.Hops).To(HaveLen(1))
		Expect(o.Hops[0].Preflight).To(BeFalse())
		Expect(o.Hops[0].Sent).To(BeTrue())
		Expect(text(o.Hops[0].Origin)).To(Equal(app))
		Expect(o.Exchanges).To(HaveLen(1))
		Expect(o.Exchanges[0].Proto).To(Equal("http/1.1"))
		Expect(o.Exchanges[0].Status).To(Equal(200))
		Expect(o.Exchanges[0].Response).To(ContainElement(spec.Field{Name: "X-Hidden", Value: "2"}))
		Expect(o.Exchanges[0].Body).To(Equal("ok"))
	})

	It("reports a preflight as the server saw it, and the request after it", func() {
		u := t.url(plan{
			preflight: answer{status: 204, header: []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-b, x-a"}},
			actual:    allow(app),
		})
		o := one(u, cases.Request{Method: "PUT", Headers: []string{"X-B: 2", "X-A: 1"}, Body: &cases.Body{Text: "hello"}})
		Expect(o.Result).To(Equal(spec.Allowed))
		h := o.Hops[0]
		Expect(h.Preflight).To(BeTrue())
		Expect(text(h.ACRM)).To(Equal("PUT"))
		Expect(text(h.ACRH)).To(Equal("x-a,x-b"))
		Expect(text(h.PreflightOrigin)).To(Equal(app))
		Expect(h.Method).To(Equal("PUT"))
		Expect(h.Header).To(Equal(spec.Header{{Name: "X-B", Value: "2"}, {Name: "X-A", Value: "1"}, {Name: "Content-Type", Value: "text/plain;charset=UTF-8"}}))
		got := t.requests(u)
		Expect(got).To(HaveLen(2))
		Expect(got[0].Header.Get("Access-Control-Request-Headers")).To(Equal("x-a,x-b"))
		Expect(got[1].Method).To(Equal("PUT"))
		Expect(t.received(u)).To(Equal("hello"))
		Expect(o.Exchanges).To(HaveLen(2))
		Expect(o.Exchanges[0].Preflight).To(BeTrue())
		Expect(o.Exchanges[0].Status).To(Equal(204))
	})

	DescribeTable("names the reason of a blocked response",
		func(reason string, a answer, q cases.Request) {
			u := t.url(plan{actual: a})
			o := one(u, q)
			Expect(o.Result).To(Equal(spec.Blocked))
			Expect(o.Type).To(Equal(spec.TypeErr))
			Expect(o.Reason).To(Equal(spec.Reason(reason)))
			Expect(o.FailedHop).To(Equal(0))
			Expect(o.Hops[0].Sent).To(BeTrue())
			Expect(o.Exchanges[0].Status).To(Equal(200))
			Expect(t.requests(u)).To(HaveLen(1))
		},
		Entry("no header", "MissingAllowOriginHeader", answer{status: 200}, cases.Request{}),
		Entry("another origin", "AllowOriginMismatch", allow("https://other.example"), cases.Request{}),
		Entry("no origin at all", "InvalidAllowOriginValue", allow("nonsense"), cases.Request{}),
		Entry("two origins", "MultipleAllowOriginValues", allow(app+", "+app), cases.Request{}),
		Entry("* with credentials", "WildcardOriginNotAllowed", allow("*"), cases.Request{Credentials: "include"}),
		Entry("no credentials allowed", "InvalidAllowCredentials", allow(app), cases.Request{Credentials: "include"}),
	)

	DescribeTable("names the reason of a failed preflight",
		func(reason, parameter string, a answer, q cases.Request) {
			u := t.url(plan{preflight: a, actual: allow(app)})
			o := one(u, q)
			Expect(o.Result).To(Equal(spec.Blocked))
			Expect(o.Reason).To(Equal(spec.Reason(reason)))
			Expect(o.FailedParameter).To(Equal(parameter))
			Expect(o.Hops).To(HaveLen(1))
			Expect(o.Hops[0].Preflight).To(BeTrue())
			Expect(o.Hops[0].Sent).To(BeFalse())
			Expect(o.Hops[0].Origin).To(BeNil())
			Expect(o.Exchanges).To(HaveLen(1))
			Expect(o.Exchanges[0].Status).To(Equal(a.status))
			Expect(t.requests(u)).To(HaveLen(1))
		},
		Entry("no header", "PreflightMissingAllowOriginHeader", "", answer{status: 204}, cases.Request{Method: "PUT"}),
		Entry("another origin", "PreflightAllowOriginMismatch", "", allow("https://other.example"), cases.Request{Method: "PUT"}),
		Entry("no origin at all", "PreflightInvalidAllowOriginValue", "", allow("nonsense"), cases.Request{Method: "PUT"}),
		Entry("two origins", "PreflightMultipleAllowOriginValues", "", allow(app+", "+app), cases.Request{Method: "PUT"}),
		Entry("* with credentials", "PreflightWildcardOriginNotAllowed", "", allow("*"), cases.Request{Method: "PUT", Credentials: "include"}),
		Entry("no credentials allowed", "PreflightInvalidAllowCredentials", "", allow(app), cases.Request{Method: "PUT", Credentials: "include"}),
		Entry("status 404", "PreflightInvalidStatus", "", answer{status: 404, header: []string{"Access-Control-Allow-Origin: *"}}, cases.Request{Method: "PUT"}),
		Entry("a redirect", "PreflightDisallowedRedirect", "", answer{status: 302, header: []string{"Access-Control-Allow-Origin: *", "Location: /y"}}, cases.Request{Method: "PUT"}),
		Entry("bad method list", "InvalidAllowMethodsPreflightResponse", "", allow(app, "Access-Control-Allow-Methods: P UT"), cases.Request{Method: "PUT"}),
		Entry("bad header list", "InvalidAllowHeadersPreflightResponse", "", allow(app, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x y"), cases.Request{Method: "PUT"}),
		Entry("method not listed", "MethodDisallowedByPreflightResponse", "PUT", allow(app), cases.Request{Method: "PUT"}),
		Entry("header not listed", "HeaderDisallowedByPreflightResponse", "x-a", allow(app), cases.Request{Headers: []string{"X-A: 1"}}),
	)

	It("tells a constructor that throws from a blocked request", func() {
		for _, q := range []cases.Request{{Method: "CONNECT"}, {Method: "A B"}, {Headers: []string{"X A: 1"}}, {Mode: "no-cors", Method: "PUT"}} {
			u := t.url(plan{actual: allow("*")})
			o := one(u, q)
			Expect(o.Result).To(Equal(spec.TypeError))
			Expect(o.Error).NotTo(BeEmpty())
			Expect(t.requests(u)).To(BeEmpty())
		}
	})

	It("knows mode same-origin, which never leaves the renderer", func() {
		u := t.url(plan{actual: allow("*")})
		o := one(u, cases.Request{Mode: "same-origin"})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("DisallowedByMode")))
		Expect(t.requests(u)).To(BeEmpty())
	})

	It("reads nothing of an opaque response", func() {
		o := one(t.url(plan{actual: answer{status: 200, body: "secret"}}), cases.Request{Mode: "no-cors"})
		Expect(o.Result).To(Equal(spec.Allowed))
		Expect(o.Type).To(Equal(spec.TypeOpaque))
		Expect(o.Status).To(BeZero())
		Expect(o.Body).To(BeEmpty())
		Expect(o.Readable).To(BeEmpty())
	})

	DescribeTable("makes pages at any origin", func(origin string) {
		o := one(t.url(plan{actual: allow(origin)}), cases.Request{Origin: origin})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
		Expect(text(o.Hops[0].Origin)).To(Equal(origin))
	},
		Entry("https", "https://app.example.com"),
		Entry("http", "http://app.example.com"),
		Entry("a port", "https://app.example.com:8443"),
		Entry("an address", "http://192.0.2.7:3000"),
		Entry("localhost", "http://localhost:3000"),
		Entry("opaque", "null"),
	)

	It("makes a page at the target's own origin", func() {
		u := t.url(plan{actual: answer{status: 200, header: []string{"X-Any: 1"}, body: "mine"}})
		o := one(u, cases.Request{Origin: t.URL, Method: "DELETE"})
		Expect(o.Result).To(Equal(spec.Allowed))
		Expect(o.Type).To(Equal(spec.TypeBasic))
		Expect(o.Readable).To(HaveKeyWithValue("x-any", "1"))
		Expect(o.Hops[0].Preflight).To(BeFalse())
		Expect(text(o.Hops[0].Origin)).To(Equal(t.URL))
	})

	It("follows redirects and reports each hop, the tainted origin included", func() {
		other := newTarget(false)
		end := other.url(plan{preflight: allow("*", "Access-Control-Allow-Headers: x-a"), actual: allow("*")})
		start := t.url(plan{
			preflight: allow(app, "Access-Control-Allow-Headers: x-a"),
			actual:    answer{status: 307, header: []string{"Access-Control-Allow-Origin: " + app, "Location: " + end}},
		})
		o := one(start, cases.Request{Headers: []string{"X-A: 1"}})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
		Expect(o.Redirected).To(BeTrue())
		Expect(o.Hops).To(HaveLen(2))
		Expect(text(o.Hops[0].Origin)).To(Equal(app))
		Expect(o.Hops[0].Preflight).To(BeTrue())
		Expect(o.Hops[1].URL).To(Equal(end))
		Expect(o.Hops[1].Preflight).To(BeTrue())
		Expect(text(o.Hops[1].PreflightOrigin)).To(Equal("null"))
		Expect(text(o.Hops[1].Origin)).To(Equal("null"))
		Expect(o.Exchanges).To(HaveLen(4))
	})

	It("names the hop that failed", func() {
		other := newTarget(false)
		end := other.url(plan{actual: allow(app)})
		o := one(t.url(plan{actual: answer{status: 302, header: []string{"Access-Control-Allow-Origin: " + app, "Location: " + end}}}), cases.Request{})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("AllowOriginMismatch")))
		Expect(o.FailedHop).To(Equal(1))
		Expect(o.Hops).To(HaveLen(2))
		Expect(o.Hops[1].Sent).To(BeTrue())
		Expect(text(o.Hops[1].Origin)).To(Equal("null"))
	})

	DescribeTable("redirect modes", func(mode string, result spec.Result, typ spec.ResponseType, reason string) {
		o := one(t.url(plan{actual: answer{status: 302, header: []string{"Access-Control-Allow-Origin: *", "Location: /y"}}}), cases.Request{Redirect: mode})
		Expect(o.Result).To(Equal(result))
		Expect(o.Type).To(Equal(typ))
		Expect(o.Reason).To(Equal(spec.Reason(reason)))
	},
		Entry("error", "error", spec.Blocked, spec.TypeErr, "RedirectDisallowedByMode"),
		Entry("manual", "manual", spec.Allowed, spec.TypeOpaqueRedirect, ""),
	)

	DescribeTable("body kinds give the Content-Type that they imply", func(b cases.Body, contentType, body string) {
		u := t.url(plan{preflight: allow(app, "Access-Control-Allow-Headers: *"), actual: allow(app)})
		o := one(u, cases.Request{Method: "POST", Body: &b})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
		got := t.requests(u)
		Expect(got[len(got)-1].Header.Get("Content-Type")).To(HavePrefix(contentType))
		if contentType == "" {
			Expect(got[len(got)-1].Header).NotTo(HaveKey("Content-Type"))
		}
		Expect(t.received(u)).To(ContainSubstring(body))
	},
		Entry("string", cases.Body{Text: "a"}, "text/plain;charset=UTF-8", "a"),
		Entry("repeated", cases.Body{Text: "ab", Repeat: 3}, "text/plain;charset=UTF-8", "ababab"),
		Entry("urlsearchparams", cases.Body{Kind: "urlsearchparams", Text: "a=1"}, "application/x-www-form-urlencoded;charset=UTF-8", "a=1"),
		Entry("formdata", cases.Body{Kind: "formdata", Text: "v"}, "multipart/form-data; boundary=", "v"),
		Entry("blob", cases.Body{Kind: "blob", Type: "application/json", Text: "{}"}, "application/json", "{}"),
		Entry("bytes", cases.Body{Kind: "bytes", Text: "xyz"}, "", "xyz"),
	)

	It("limits what it reports of a body", func() {
		o := one(t.url(plan{actual: answer{status: 200, header: []string{"Access-Control-Allow-Origin: *"}, body: strings.Repeat("x", 200_000)}}), cases.Request{})
		Expect(o.Body).To(HaveLen(65536))
	})

	It("hands bytes over as they are", func() {
		o := one(t.url(plan{actual: answer{status: 200, header: []string{"Access-Control-Allow-Origin: *", "Content-Language: \xe9"}, body: "\xff\x00a"}}), cases.Request{})
		Expect(o.Body).To(Equal("\xff\x00a"))
		Expect(o.Readable["content-language"]).To(Equal("\xe9"))
	})
})
