package browser

import (
	"net/url"

	"github.com/chromedp/cdproto/network"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("by itself", Label("without a browser"), func() {
	DescribeTable("loopback hosts", func(host string, want bool) {
		Expect(origin.Loopback(host)).To(Equal(want))
	},
		Entry(nil, "127.0.0.1", true), Entry(nil, "127.9.9.9", true), Entry(nil, "::1", true), Entry(nil, "[::1]", true),
		Entry(nil, "localhost", true), Entry(nil, "LOCALHOST.", true), Entry(nil, "a.localhost", true),
		Entry(nil, "localhost.example", false), Entry(nil, "10.0.0.1", false), Entry(nil, "notlocalhost", false))

	DescribeTable("same site", func(origin, target string, want bool) {
		u, err := url.Parse(target)
		Expect(err).NotTo(HaveOccurred())
		Expect(sameSite(origin, u)).To(Equal(want))
	},
		Entry("subdomains", "https://app.example.com", "https://api.example.com:8443/x", true),
		Entry("schemes", "http://app.example.com", "https://api.example.com/", false),
		Entry("public suffix", "https://a.github.io", "https://b.github.io/", false),
		Entry("address", "http://127.0.0.1:1", "http://127.0.0.1:2/", true),
		Entry("addresses", "http://127.0.0.1", "http://127.0.0.2/", false),
		Entry("opaque", "null", "http://127.0.0.1/", false))

	DescribeTable("origins of URLs", func(origin, target string, want bool) {
		Expect(spec.SameOrigin(origin, target)).To(Equal(want))
	},
		Entry("default port", "https://a.example", "https://a.example:443/x", true),
		Entry("case", "https://a.example", "https://A.example/x", true),
		Entry("port", "https://a.example", "https://a.example:80/", false),
		Entry("opaque", "null", "https://a.example/", false))

	It("strings are text where they are text, and bytes where they are not", func() {
		Expect(scriptString("é")).To(Equal("é"))
		Expect(scriptString("\xe9")).To(Equal("é"))
		Expect(bytesOf("é")).To(Equal("\xe9"))
		Expect(bytesOf("a")).To(Equal("a"))
		Expect(bytesOf("\u0100")).To(Equal("\u0100"))
	})

	It("raw heads are read line by line", func() {
		Expect(rawHeader("HTTP/1.1 200 OK\r\nA: 1\r\na:  2 \r\nEmpty:\r\n\r\n")).To(Equal(spec.Header{{Name: "A", Value: "1"}, {Name: "a", Value: "2"}, {Name: "Empty", Value: ""}}))
		Expect(rawHeader("")).To(BeNil())
		Expect(headerOf(network.Headers{"b": "1\n2", "A": "3"})).To(Equal(spec.Header{{Name: "A", Value: "3"}, {Name: "b", Value: "1"}, {Name: "b", Value: "2"}}))
	})

	DescribeTable("requests that may be preflighted", func(q cases.Request, want bool) {
		Expect(mayPreflight(&q)).To(Equal(want))
	},
		Entry("GET", cases.Request{}, false),
		Entry("PUT", cases.Request{Method: "PUT"}, true),
		Entry("lower case", cases.Request{Method: "patch"}, true),
		Entry("any header", cases.Request{Headers: []string{"Accept: x"}}, true),
		Entry("no-cors", cases.Request{Mode: "no-cors", Headers: []string{"X-A: 1"}}, false),
		Entry("stream", cases.Request{Method: "POST", Body: &cases.Body{Kind: "stream"}}, true),
		Entry("listener", cases.Request{API: "xhr", Method: "POST", UploadListener: true}, true),
		Entry("element", cases.Request{API: "img"}, false),
		Entry("beacon of text", cases.Request{API: "beacon", Body: &cases.Body{}}, false),
		Entry("beacon of JSON", cases.Request{API: "beacon", Body: &cases.Body{Kind: "blob", Type: "application/json"}}, true))

	Describe("the recorder", func() {
		will := func(id, url, cause string, redirect bool) *network.EventRequestWillBeSent {
			e := &network.EventRequestWillBeSent{RequestID: network.RequestID(id), Request: &network.Request{URL: url, Method: "GET"}, Initiator: &network.Initiator{Type: network.InitiatorTypeScript}}
			if cause != "" {
				e.Initiator = &network.Initiator{Type: network.InitiatorTypePreflight, RequestID: network.RequestID(cause)}
			}
			if redirect {
				e.RedirectResponse, e.RedirectHasExtraInfo = &network.Response{Status: 302}, true
			}
			return e
		}
		sent := func(id string) any { return &network.EventRequestWillBeSentExtraInfo{RequestID: network.RequestID(id)} }
		got := func(id string) any { return &network.EventResponseReceivedExtraInfo{RequestID: network.RequestID(id)} }
		received := func(id string) any {
			return &network.EventResponseReceived{RequestID: network.RequestID(id), Response: &network.Response{}, HasExtraInfo: true}
		}
		finished := func(id string) any { return &network.EventLoadingFinished{RequestID: network.RequestID(id)} }

		It("puts the events of a request together in whatever order they come", func() {
			rec := newRecorder()
			// Raw headers and the preflight before the request itself.
			for _, e := range []any{sent("p"), will("p", "u", "a", false), sent("a"), will("a", "u", "", false), got("p"), received("p"), finished("p"), received("a")} {
				rec.event(e)
			}
			r := rec.started("u", 0)
			Expect(r.preflights).To(HaveLen(1))
			Expect(r.complete()).To(BeFalse())
			rec.event(finished("a"))
			Expect(r.complete()).To(BeFalse(), "raw headers of the answer are announced")
			rec.event(got("a"))
			Expect(r.complete()).To(BeTrue())
			Expect(r.probablyIncomplete()).To(BeFalse())
		})

		It("keeps redirects in one record, and repetitions in order", func() {
			rec := newRecorder()
			rec.event(will("1", "u", "", false))
			rec.event(will("2", "u", "", false))
			rec.event(will("1", "v", "", true))
			Expect(rec.started("u", 0).id).To(Equal(network.RequestID("1")))
			Expect(rec.started("u", 0).hops).To(HaveLen(2))
			Expect(rec.started("u", 1).hops).To(HaveLen(1))
			Expect(rec.started("u", 2)).To(BeNil())
			Expect(rec.started("v", 0)).To(BeNil())
			rec.forget("u")
			Expect(rec.byID).To(BeEmpty())
			Expect(rec.event(finished("1"))).To(BeNil())
		})

		It("waits for a preflight that a reason speaks of", func() {
			rec := newRecorder()
			rec.event(will("a", "u", "", false))
			rec.event(&network.EventLoadingFailed{RequestID: "a", CorsErrorStatus: &network.CorsErrorStatus{CorsError: network.CorsErrorPreflightInvalidStatus}})
			r := rec.started("u", 0)
			Expect(r.complete()).To(BeFalse())
			for _, e := range []any{will("p", "u", "a", false), sent("p"), got("p"), received("p"), finished("p")} {
				rec.event(e)
			}
			Expect(r.complete()).To(BeTrue())
		})
	})
})
