package browser_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/spec"
)

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"><rect width="2" height="2"/></svg>`

// wav is sixteen samples of sound.
const wav = "RIFF4\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x10\x00\x00\x00zzzzzzzzzzzzzzzz"

// typed is an answer of a media type, shared with origin unless that is empty.
func typed(origin, contentType, body string) answer {
	a := answer{status: 200, header: []string{"Content-Type: " + contentType}, body: body}
	if origin != "" {
		a.header = append(a.header, "Access-Control-Allow-Origin: "+origin)
	}
	return a
}

var _ = Describe("XMLHttpRequest", func() {
	var t *target
	BeforeEach(func() { t = newTarget(false) })

	It("reads what it may", func() {
		o := one(t.url(plan{actual: allow(app, "X-Hidden: 1", "Cache-Control: no-cache")}), cases.Request{API: "xhr"})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
		Expect(o.Type).To(Equal(spec.TypeCORS))
		Expect(o.Status).To(Equal(200))
		Expect(o.Body).To(Equal("ok"))
		Expect(o.Readable).To(HaveKeyWithValue("cache-control", "no-cache"))
		Expect(o.Readable).NotTo(HaveKey("x-hidden"))
	})

	It("is preflighted when it has a body and a listener for its upload", func() {
		for listener, want := range map[bool]bool{true: true, false: false} {
			u := t.url(plan{preflight: allow(app), actual: allow(app)})
			o := one(u, cases.Request{API: "xhr", Method: "POST", Body: &cases.Body{Text: "a"}, UploadListener: listener})
			Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
			Expect(o.Hops[0].Preflight).To(Equal(want))
			Expect(t.received(u)).To(Equal("a"))
		}
	})

	It("combines repeated headers, and includes credentials when asked", func() {
		u := t.url(plan{preflight: allow(app, withCredentials, "Access-Control-Allow-Headers: x-a"), actual: allow(app, withCredentials)})
		o := one(u, cases.Request{API: "xhr", Headers: []string{"X-A: 1", "X-A: 2"}, Credentials: "include", WithCookie: true})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
		Expect(t.requests(u)[1].Header.Get("X-A")).To(Equal("1, 2"))
		Expect(carried(t.requests(u)[1])).To(BeTrue())
	})

	It("names the reason when blocked, and a setter that throws", func() {
		o := one(t.url(plan{actual: answer{status: 200}}), cases.Request{API: "xhr"})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("MissingAllowOriginHeader")))
		o = one(t.url(plan{}), cases.Request{API: "xhr", Headers: []string{"X A: 1"}})
		Expect(o.Result).To(Equal(spec.TypeError))
		o = one(t.url(plan{}), cases.Request{API: "xhr", Method: "TRACE"})
		Expect(o.Result).To(Equal(spec.TypeError))
	})

	It("knows of redirects", func() {
		end := t.url(plan{actual: allow(app)})
		o := one(t.url(plan{actual: answer{status: 302, header: []string{"Access-Control-Allow-Origin: " + app, "Location: " + end}}}), cases.Request{API: "xhr"})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
		Expect(o.Redirected).To(BeTrue())
		Expect(o.Hops).To(HaveLen(2))
	})
})

var _ = Describe("what markup and small calls load", func() {
	var t *target
	BeforeEach(func() { t = newTarget(false) })

	DescribeTable("with CORS: shared or not decides",
		func(api, contentType, body, crossorigin string) {
			u := t.url(plan{actual: typed(app, contentType, body)})
			o := one(u, cases.Request{API: api, Crossorigin: crossorigin})
			Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
			Expect(o.Type).To(Equal(spec.TypeCORS))
			Expect(o.Error).To(BeEmpty())
			Expect(text(o.Hops[0].Origin)).To(Equal(app))
			Expect(t.requests(u)).To(HaveLen(1))

			o = one(t.url(plan{actual: typed("", contentType, body)}), cases.Request{API: api, Crossorigin: crossorigin})
			Expect(o.Result).To(Equal(spec.Blocked))
			Expect(o.Reason).To(Equal(spec.Reason("MissingAllowOriginHeader")))
		},
		Entry("img", "img", "image/svg+xml", svg, "anonymous"),
		Entry("script", "script", "text/javascript", "1", "anonymous"),
		Entry("module", "module", "text/javascript", "1", ""),
		Entry("stylesheet", "stylesheet", "text/css", "a{}", "anonymous"),
		Entry("eventsource", "eventsource", "text/event-stream", "data: 1\n\n", ""),
		Entry("canvas", "canvas", "image/svg+xml", svg, "anonymous"),
		Entry("video", "video", "audio/wav", wav, "anonymous"),
		Entry("audio", "audio", "audio/wav", wav, "anonymous"),
		Entry("track", "track", "text/vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nx\n", "anonymous"),
		Entry("mask", "mask", "image/svg+xml", svg, ""),
		Entry("shape", "shape", "image/svg+xml", svg, ""),
	)

	It("eventsource: an answer of another media type is an answer", func() {
		o := one(t.url(plan{actual: typed(app, "text/plain", "x")}), cases.Request{API: "eventsource"})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
		Expect(o.Error).NotTo(BeEmpty())
	})

	It("font: always with CORS", func() {
		// What arrives is not a font, which has nothing to do with CORS.
		o := one(t.url(plan{actual: typed(app, "font/woff2", "x")}), cases.Request{API: "font"})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
		Expect(o.Type).To(Equal(spec.TypeCORS))
		o = one(t.url(plan{actual: typed("", "font/woff2", "x")}), cases.Request{API: "font"})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("MissingAllowOriginHeader")))
	})

	DescribeTable("without CORS: loads, opaque, without an Origin",
		func(api, contentType, body string) {
			o := one(t.url(plan{actual: typed("", contentType, body)}), cases.Request{API: api})
			Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
			Expect(o.Type).To(Equal(spec.TypeOpaque))
			Expect(o.Hops[0].Origin).To(BeNil())
		},
		Entry("img", "img", "image/svg+xml", svg),
		Entry("script", "script", "text/javascript", "1"),
		Entry("stylesheet", "stylesheet", "text/css", "a{}"),
	)

	It("canvas: cannot be read back after an image without CORS", func() {
		o := one(t.url(plan{actual: typed(app, "image/svg+xml", svg)}), cases.Request{API: "canvas"})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("CanvasTainted")))
	})

	It("crossorigin=use-credentials sends cookies, and needs them allowed", func() {
		u := t.url(plan{actual: typed(app, "image/svg+xml", svg)})
		o := one(u, cases.Request{API: "img", Crossorigin: "use-credentials", WithCookie: true})
		Expect(carried(t.requests(u)[0])).To(BeTrue())
		Expect(o.CookieSent).To(BeTrue())
		Expect(o.Reason).To(Equal(spec.Reason("InvalidAllowCredentials")))
		u = t.url(plan{actual: typed(app, "image/svg+xml", svg)})
		o = one(u, cases.Request{API: "img", Crossorigin: "anonymous", WithCookie: true})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
		Expect(carried(t.requests(u)[0])).To(BeFalse())
	})

	It("beacon: goes out with credentials, with a preflight if its type needs one", func() {
		u := t.url(plan{actual: allow(app, withCredentials)})
		o := one(u, cases.Request{API: "beacon", Body: &cases.Body{Text: "x"}, WithCookie: true})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
		Expect(t.received(u)).To(Equal("x"))
		Expect(t.requests(u)[0].Method).To(Equal("POST"))
		Expect(carried(t.requests(u)[0])).To(BeTrue())

		u = t.url(plan{preflight: allow(app, withCredentials, "Access-Control-Allow-Headers: content-type"), actual: allow(app, withCredentials)})
		o = one(u, cases.Request{API: "beacon", Body: &cases.Body{Kind: "blob", Type: "application/json", Text: "{}"}})
		Expect(o.Hops[0].Preflight).To(BeTrue())
		Expect(t.requests(u)).To(HaveLen(2))

		u = t.url(plan{preflight: answer{status: 204}})
		o = one(u, cases.Request{API: "beacon", Body: &cases.Body{Kind: "blob", Type: "application/json", Text: "{}"}})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("PreflightMissingAllowOriginHeader")))
		Expect(t.requests(u)).To(HaveLen(1))
	})

	It("track: without crossorigin on its video nothing of another origin is asked for", func() {
		u := t.url(plan{actual: typed(app, "text/vtt", "WEBVTT\n")})
		o := one(u, cases.Request{API: "track"})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(t.requests(u)).To(BeEmpty())
	})

	It("media: what cannot be played was an answer all the same", func() {
		for _, api := range []string{"video", "audio"} {
			o := one(t.url(plan{actual: typed(app, "text/plain", "no sound")}), cases.Request{API: api, Crossorigin: "anonymous"})
			Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
			Expect(o.Error).NotTo(BeEmpty())
		}
	})

	It("media: several players, beside other requests, in pages of http and https origins", func() {
		var jobs []agent.Job
		for _, origin := range []string{app, "http://app.example.com"} {
			for _, api := range []string{"video", "fetch", "audio", "fetch"} {
				q := cases.Request{API: api, Origin: origin}
				if api != "fetch" {
					q.Crossorigin = "anonymous"
				}
				jobs = append(jobs, job(t.url(plan{actual: typed(origin, "audio/wav", wav)}), q))
			}
		}
		for _, r := range perform(jobs...) {
			Expect(r.Err).NotTo(HaveOccurred())
			Expect(r.Steps[0][0].Result).To(Equal(spec.Allowed), r.ID)
		}
	})

	It("fetchLater: goes out as a fetch does, though nobody learns what came of it", func() {
		put := cases.Request{API: "fetchlater", Method: "PUT", Body: &cases.Body{Text: "x"}}
		u := t.url(plan{preflight: allow(app, "Access-Control-Allow-Methods: PUT"), actual: allow(app)})
		o := one(u, put)
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
		Expect(t.requests(u)).To(HaveLen(2))
		Expect(t.received(u)).To(Equal("x"))
		u = t.url(plan{preflight: answer{status: 204}})
		o = one(u, put)
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("PreflightMissingAllowOriginHeader")))
		Expect(t.requests(u)).To(HaveLen(1))
		ok, why := chrome.Can(job("http://api.example.org/x", put))
		Expect(ok).To(BeFalse())
		Expect(why).NotTo(BeEmpty())
	})

	DescribeTable("the times of a load are there where the answer allows it",
		func(api string, timing []string, want bool) {
			a := typed(app, "image/svg+xml", svg)
			for _, v := range timing {
				a.header = append(a.header, "Timing-Allow-Origin: "+v)
			}
			j := job(t.url(plan{actual: a}), cases.Request{API: api})
			j.Steps[0].Timing = true
			r := perform(j)[0]
			Expect(r.Err).NotTo(HaveOccurred())
			o := r.Steps[0][0]
			Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
			Expect(o.Timing).To(HaveValue(Equal(want)))
		},
		Entry("of a fetch, without the field", "fetch", nil, false),
		Entry("of a fetch, listed", "fetch", []string{"https://a.example, " + app}, true),
		Entry("of a fetch, on the second line", "fetch", []string{"https://a.example", app}, true),
		Entry("of a fetch, with a slash", "fetch", []string{app + "/"}, false),
		Entry("of an image, any", "img", []string{"*"}, true),
		Entry("of an image, without the field", "img", nil, false),
	)

	It("WebSocket: opens where the server switches, from every page", func() {
		// The server of these tests never switches.
		o := one(t.url(plan{actual: allow(app)}), cases.Request{API: "websocket"})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(BeEmpty())
		srv, err := contract.Start(context.Background(), contract.Options{Policies: []cases.Policy{{Name: "api", Origins: []string{app}}}})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(srv.Close)
		o = one(srv.URL+"/api"+contract.WebSocketPath, cases.Request{API: "websocket"})
		Expect(o.Result).To(Equal(spec.Allowed), o.Error)
		o = one(srv.URL+"/api"+contract.WebSocketPath, cases.Request{API: "websocket", Origin: "https://evil.example"})
		Expect(o.Result).To(Equal(spec.Blocked))
	})

	It("navigate: no CORS, and an Origin only with POST", func() {
		u := t.url(plan{actual: typed("", "text/html", "<p>x")})
		o := one(u, cases.Request{API: "navigate"})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
		Expect(t.requests(u)).To(HaveLen(1))
		Expect(o.Hops[0].Origin).To(BeNil())
		u = t.url(plan{actual: typed("", "text/html", "<p>x")})
		o = one(u, cases.Request{Origin: "http://app.example.com", API: "navigate", Method: "POST", Body: &cases.Body{Text: "v"}})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
		Expect(t.requests(u)[0].Method).To(Equal("POST"))
		Expect(t.received(u)).To(ContainSubstring("field=v"))
		Expect(text(o.Hops[0].Origin)).To(Equal("http://app.example.com"))
	})

	It("keepalive fetch: is read as any other", func() {
		u := t.url(plan{preflight: allow(app, "Access-Control-Allow-Methods: PUT"), actual: allow(app)})
		o := one(u, cases.Request{Method: "PUT", Keepalive: true})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
		Expect(o.Hops[0].Preflight).To(BeTrue())
		Expect(o.Body).To(Equal("ok"))
		o = one(t.url(plan{preflight: answer{status: 204}}), cases.Request{Method: "PUT", Keepalive: true})
		Expect(o.Reason).To(Equal(spec.Reason("PreflightMissingAllowOriginHeader")))
		o = one(t.url(plan{actual: answer{status: 200}}), cases.Request{Keepalive: true})
		Expect(o.Reason).To(Equal(spec.Reason("MissingAllowOriginHeader")))
	})
})
