package harness_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
)

// recorded are the request heads that a run of one raw step sends, as bytes,
// without the probes before it.
func recorded(ctx context.Context, w cases.Wire) string {
	GinkgoHelper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	heads := make(chan string, 64)
	s := &http.Server{Handler: http.NotFoundHandler()}
	DeferCleanup(s.Close)
	go func() { _ = s.Serve(&tapped{ln, heads}) }()
	onWire(ctx, "http://"+ln.Addr().String()+"/x", cases.Step{Wire: &w})
	var last string
	for len(heads) > 0 {
		if h := <-heads; strings.Contains(h, "X-Step: 1") {
			last = h
		}
	}
	return strings.ReplaceAll(last, ln.Addr().String(), "HOST")
}

// onWire is the result of a check of raw steps on an ordinary endpoint.
func onWire(ctx context.Context, url string, steps ...cases.Step) harness.Result {
	GinkgoHelper()
	for i := range steps {
		steps[i].Wire.Path, steps[i].Wire.Version = "/ok", "HTTP/1.1"
	}
	check := cases.Check{
		ID: "c/declared", Case: &cases.Case{ID: "c", Level: cases.Must}, Kind: cases.KindWire,
		Policy: &cases.Policy{Name: "declared"}, Steps: steps,
	}
	target := &harness.Target{Declared: check.Policy, Endpoint: url}
	sum, err := (&harness.Runner{Target: target, Checks: []cases.Check{check}, KeepAll: true, Timeout: 5 * time.Second}).Run(ctx)
	Expect(err).NotTo(HaveOccurred())
	Expect(sum.Results).To(HaveLen(1))
	return sum.Results[0]
}

// tapped is a listener whose connections tell what they read.
type tapped struct {
	net.Listener
	heads chan string
}

func (l *tapped) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &tap{Conn: c, heads: l.heads}, nil
}

// tap tells heads as a whole: a server may read the first byte of one by itself.
type tap struct {
	net.Conn
	heads chan string
	part  string
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.part += string(p[:n])
	if strings.HasSuffix(t.part, "\r\n\r\n") {
		select {
		case t.heads <- t.part:
		default:
		}
		t.part = ""
	}
	return n, err
}

const chromeAgent = "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 corsproof"

var _ = Describe("a raw request", func() {
	lines := func(l ...string) string { return strings.Join(l, "\r\n") + "\r\n\r\n" }

	DescribeTable("has what a browser adds, in its order", func(ctx SpecContext, w cases.Wire, want string) {
		Expect(recorded(ctx, w)).To(Equal(want))
	},
		Entry("a request", cases.Wire{Method: "GET", Headers: []string{"oRiGin: https://app.example", "X-Step: 1"}},
			lines("GET /x HTTP/1.1", "Host: HOST", chromeAgent, "Accept: */*", "oRiGin: https://app.example", "X-Step: 1", "Sec-Fetch-Site: cross-site",
				"Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty", "Accept-Encoding: gzip, deflate, br, zstd", "Accept-Language: en-US,en;q=0.9")),
		Entry("a preflight", cases.Wire{Method: "OPTIONS", Headers: []string{"Access-Control-Request-Method: PUT", "Origin: http://127.0.0.1:1", "X-Step: 1"}},
			lines("OPTIONS /x HTTP/1.1", "Host: HOST", "Accept: */*", "Access-Control-Request-Method: PUT", "Origin: http://127.0.0.1:1", "X-Step: 1", chromeAgent,
				"Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-site", "Sec-Fetch-Dest: empty", "Accept-Encoding: gzip, deflate, br, zstd", "Accept-Language: en-US,en;q=0.9")),
		Entry("nothing twice", cases.Wire{Method: "GET", Headers: []string{"X-Step: 1", "accept-encoding: x", "USER-AGENT: me", "Accept :", "Sec-Fetch-Mode: x", "Range: bytes=0-"}},
			lines("GET /x HTTP/1.1", "Host: HOST", "X-Step: 1", "accept-encoding: x", "USER-AGENT: me", "Accept :", "Sec-Fetch-Mode: x", "Range: bytes=0-",
				"Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: empty", "Accept-Language: en-US,en;q=0.9")),
		Entry("a part, which is not packed", cases.Wire{Method: "GET", Headers: []string{"X-Step: 1", "Range: bytes=0-", "Origin: x, y"}},
			lines("GET /x HTTP/1.1", "Host: HOST", chromeAgent, "Accept: */*", "X-Step: 1", "Range: bytes=0-", "Origin: x, y", "Sec-Fetch-Site: cross-site",
				"Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty", "Accept-Encoding: identity", "Accept-Language: en-US,en;q=0.9")),
		Entry("only if it is not bare", cases.Wire{Method: "GET", Bare: true, Headers: []string{"X-Step: 1"}}, lines("GET /x HTTP/1.1", "Host: HOST", "X-Step: 1")),
	)
})

var _ = Describe("the model's requests", func() {
	DescribeTable("say what a browser's say", func(ctx SpecContext, r cases.Request, preflight, actual map[string]string) {
		s := serveSeen(false, open)
		outcome(ctx, s, r)
		for i, want := range []map[string]string{preflight, actual} {
			if want == nil {
				continue
			}
			got := s.reqs[min(i, len(s.reqs)-1)].header
			for name, value := range want {
				Expect(got.Get(name)).To(Equal(value), "%s of request %d", name, i)
			}
			Expect(got.Get("Accept-Language")).To(Equal("en-US,en;q=0.9"))
			Expect(got.Get("User-Agent")).To(ContainSubstring("Chrome/"))
		}
	},
		Entry("fetch", cases.Request{}, nil, map[string]string{"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "cross-site", "Accept": "*/*", "Accept-Encoding": "gzip, deflate, br, zstd"}),
		Entry("a preflighted fetch", cases.Request{Method: "PUT"},
			map[string]string{"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Accept": "*/*"}, map[string]string{"Sec-Fetch-Mode": "cors", "Content-Length": "0"}),
		Entry("no-cors", cases.Request{Mode: "no-cors"}, nil, map[string]string{"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"}),
		Entry("the author's own", cases.Request{Headers: []string{"Accept: a/b"}}, nil, map[string]string{"Accept": "a/b"}),
		Entry("an image", cases.Request{API: "img"}, nil, map[string]string{"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image",
			"Accept": "image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"}),
		Entry("a module", cases.Request{API: "module"}, nil, map[string]string{"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "script"}),
		Entry("a stylesheet", cases.Request{API: "stylesheet", Crossorigin: "anonymous"}, nil, map[string]string{"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "style", "Accept": "text/css,*/*;q=0.1"}),
		Entry("an event stream", cases.Request{API: "eventsource"}, nil, map[string]string{"Accept": "text/event-stream", "Cache-Control": "no-cache", "Sec-Fetch-Dest": "empty"}),
		Entry("a navigation", cases.Request{API: "navigate"}, nil, map[string]string{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}),
	)

	It("say how near the farthest of the URLs is", func(ctx SpecContext) {
		var s *seen
		s = serveSeen(false, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			if r.URL.Path == "/ok" {
				w.Header().Set("Location", s.URL+"/next")
				w.WriteHeader(http.StatusFound)
				return
			}
			_, _ = io.WriteString(w, "hello")
		})
		for origin, site := range map[string]string{"https://app.example": "cross-site", "http://127.0.0.1:9": "same-site", s.URL: "same-origin", "null": "cross-site"} {
			outcome(ctx, s, cases.Request{Origin: origin})
			Expect(s.last().header.Get("Sec-Fetch-Site")).To(Equal(site), origin)
			Expect(s.last().uri).To(HavePrefix("/next"))
		}
	})
})
