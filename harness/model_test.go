package harness_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/model"
	"github.com/corsproof/corsproof/internal/tcptest"
	"github.com/corsproof/corsproof/spec"
)

// seen is a server that writes down what it was sent.
type seen struct {
	*httptest.Server
	mu   sync.Mutex
	reqs []request
}

type request struct {
	method, uri, body string
	header            http.Header
}

// serveSeen starts a server, over TLS with HTTP/2 on demand.
func serveSeen(tls bool, h http.HandlerFunc) *seen {
	s := &seen{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.reqs = append(s.reqs, request{r.Method, r.RequestURI, string(b), r.Header.Clone()})
		s.mu.Unlock()
		h(w, r)
	}))
	if s.EnableHTTP2 = tls; tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	DeferCleanup(s.Close)
	return s
}

func (s *seen) methods() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, r := range s.reqs {
		list = append(list, r.method)
	}
	return list
}

func (s *seen) last() request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reqs[len(s.reqs)-1]
}

// open grants everything to everybody, as the server's answer to any request.
func open(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	h.Set("Access-Control-Allow-Credentials", "true")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
		h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	h.Set("Access-Control-Expose-Headers", "X-Seen")
	h.Set("X-Seen", "1")
	_, _ = io.WriteString(w, "hello")
}

// perform runs one job of a model agent on a server.
func perform(ctx context.Context, s *seen, steps ...agent.Step) agent.JobResult {
	GinkgoHelper()
	roots := x509.NewCertPool()
	if s.Certificate() != nil {
		roots.AddCert(s.Certificate())
	}
	m := model.New(model.Options{TLS: &tls.Config{RootCAs: roots}})
	defer func() { Expect(m.Close()).To(Succeed()) }()
	for i := range steps {
		if !strings.Contains(steps[i].URL, "://") {
			steps[i].URL = s.URL + steps[i].URL
		}
		if steps[i].Request.Origin == "" {
			steps[i].Request.Origin = app
		}
		if steps[i].Request.Method == "" {
			steps[i].Request.Method = "GET"
		}
	}
	var result agent.JobResult
	Expect(m.Perform(ctx, []agent.Job{{ID: "job", Steps: steps, Timeout: 5 * time.Second}}, func(r agent.JobResult) { result = r })).To(Succeed())
	return result
}

// outcome is that of a job of one request.
func outcome(ctx context.Context, s *seen, r cases.Request) agent.Outcome {
	GinkgoHelper()
	res := perform(ctx, s, agent.Step{Request: r, URL: "/ok"})
	Expect(res.Err).NotTo(HaveOccurred())
	Expect(res.Steps).To(HaveLen(1))
	Expect(res.Steps[0]).To(HaveLen(1))
	return res.Steps[0][0]
}

var _ = Describe("the model agent", func() {
	for _, tls := range []bool{false, true} {
		name := map[bool]string{false: "over HTTP/1.1", true: "over TLS and HTTP/2"}[tls]
		It("makes a preflight, then the request "+name, func(ctx SpecContext) {
			s := serveSeen(tls, open)
			o := outcome(ctx, s, cases.Request{Method: "PUT", Headers: []string{"X-Custom: 1", "Authorization: Bearer x"}, Body: &cases.Body{Text: "a=", Repeat: 2, Kind: "urlsearchparams"}})
			Expect(o.Result).To(Equal(spec.Allowed))
			Expect(o.Type).To(Equal(spec.TypeCORS))
			Expect(o.Body).To(Equal("hello"))
			Expect(o.Readable).To(HaveKeyWithValue("x-seen", "1"))
			Expect(s.methods()).To(Equal([]string{"OPTIONS", "PUT"}))
			Expect(s.last().header).To(HaveKeyWithValue("Content-Type", []string{"application/x-www-form-urlencoded;charset=UTF-8"}))
			Expect(s.last().header).To(HaveKeyWithValue("Origin", []string{app}))
			Expect(s.last().body).To(Equal("a=a="))
			Expect(o.Hops).To(HaveLen(1))
			Expect(o.Hops[0].ACRH).To(HaveValue(Equal("authorization,x-custom")))
			Expect(o.Exchanges).To(HaveLen(2))
			Expect(o.Exchanges[0].Preflight).To(BeTrue())
			Expect(o.Exchanges[1].Proto).To(Equal(map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[tls]))
		})
	}

	It("sends nothing after a preflight that fails", func(ctx SpecContext) {
		s := serveSeen(false, func(http.ResponseWriter, *http.Request) {})
		o := outcome(ctx, s, cases.Request{Method: "PUT"})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.ReasonPreflightMissingAllowOriginHeader))
		Expect(s.methods()).To(Equal([]string{"OPTIONS"}))
	})

	DescribeTable("sends the cookie as the credentials mode says", func(ctx SpecContext, r cases.Request, sent bool) {
		s := serveSeen(false, open)
		r.WithCookie = true
		if r.Origin == "same" {
			r.Origin = s.URL
		}
		o := outcome(ctx, s, r)
		Expect(o.CookieSent).To(Equal(sent))
		Expect(s.last().header.Get("Cookie") != "").To(Equal(sent))
	},
		Entry("by default not to another origin", cases.Request{}, false),
		Entry("include", cases.Request{Credentials: "include"}, true),
		Entry("omit", cases.Request{Origin: "same", Credentials: "omit"}, false),
		Entry("by default to the own origin", cases.Request{Origin: "same"}, true),
		Entry("img", cases.Request{API: "img"}, true),
		Entry("img crossorigin", cases.Request{API: "img", Crossorigin: "anonymous"}, false),
		Entry("module script", cases.Request{API: "module"}, false),
		Entry("XMLHttpRequest", cases.Request{API: "xhr"}, false),
		Entry("XMLHttpRequest withCredentials", cases.Request{API: "xhr", Credentials: "include"}, true),
		Entry("a navigation", cases.Request{API: "navigate"}, true),
	)

	It("keeps preflights for a job, as long as they last, and no longer", func(ctx SpecContext) {
		s := serveSeen(false, open)
		put := agent.Step{Request: cases.Request{Method: "PUT"}, URL: "/ok?n=1", Times: 2}
		perform(ctx, s, put, put)
		Expect(s.methods()).To(Equal([]string{"OPTIONS", "PUT", "PUT", "PUT", "PUT"}))
		perform(ctx, s, put)
		Expect(s.methods()).To(HaveLen(5 + 3))
	})

	It("lets real time pass before a step", func(ctx SpecContext) {
		put := agent.Step{Request: cases.Request{Method: "PUT"}, URL: "/ok"}
		later := put
		later.After = 1100 * time.Millisecond
		s := serveSeen(false, func(w http.ResponseWriter, _ *http.Request) {
			h := w.Header()
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Access-Control-Allow-Methods", "PUT")
			h.Set("Access-Control-Max-Age", "1")
		})
		perform(ctx, s, put, put, later)
		Expect(s.methods()).To(Equal([]string{"OPTIONS", "PUT", "PUT", "OPTIONS", "PUT"}))
	})

	It("follows redirects with a preflight on each hop, and a tainted origin", func(ctx SpecContext) {
		other := serveSeen(false, open)
		s := serveSeen(false, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions {
				open(w, r)
				return
			}
			w.Header().Set("Access-Control-Allow-Origin", "*")
			http.Redirect(w, r, other.URL+"/there", http.StatusTemporaryRedirect)
		})
		o := outcome(ctx, s, cases.Request{Method: "PUT", Body: &cases.Body{Text: "x"}})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
		Expect(o.Redirected).To(BeTrue())
		Expect(other.methods()).To(Equal([]string{"OPTIONS", "PUT"}))
		Expect(other.last().header.Get("Origin")).To(Equal("null"))
		Expect(other.last().body).To(Equal("x"))
	})

	It("uploads a stream over HTTP/2 only", func(ctx SpecContext) {
		r := cases.Request{Method: "POST", Body: &cases.Body{Text: "abc", Kind: "stream"}}
		h2 := serveSeen(true, open)
		Expect(outcome(ctx, h2, r).Result).To(Equal(spec.Allowed))
		Expect(h2.methods()).To(Equal([]string{"OPTIONS", "POST"}))
		Expect(h2.last().body).To(Equal("abc"))
		h1 := serveSeen(false, open)
		o := outcome(ctx, h1, r)
		Expect(o.Reason).To(Equal(spec.ReasonNetworkError))
		Expect(o.Error).To(ContainSubstring("HTTP/2"))
		Expect(h1.methods()).To(Equal([]string{"OPTIONS"}))
	})

	It("taints a canvas by an image that did not come by CORS", func(ctx SpecContext) {
		s := serveSeen(false, open)
		Expect(outcome(ctx, s, cases.Request{API: "canvas"}).Reason).To(BeEquivalentTo("CanvasTainted"))
		Expect(outcome(ctx, s, cases.Request{API: "canvas", Crossorigin: "anonymous"}).Result).To(Equal(spec.Allowed))
	})

	Describe("with an HTTP cache", func() {
		cached := func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			w.Header().Set("Cache-Control", "max-age=60")
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = io.WriteString(w, "hello")
		}
		step := func(cache, origin string) agent.Step {
			return agent.Step{Request: cases.Request{Cache: cache, Origin: origin}, URL: "/ok"}
		}
		DescribeTable("obeys the cache mode", func(ctx SpecContext, requests int, steps ...agent.Step) {
			s := serveSeen(false, cached)
			r := perform(ctx, s, steps...)
			Expect(r.Err).NotTo(HaveOccurred())
			Expect(s.methods()).To(HaveLen(requests))
			last := r.Steps[len(r.Steps)-1][0]
			Expect(last.Result).To(Equal(spec.Allowed))
			Expect(last.Body).To(Equal("hello"))
			Expect(last.Hops[0].Sent).To(Equal(len(last.Exchanges) > 0))
		},
			Entry("default uses what is fresh", 1, step("", app), step("default", app)),
			Entry("no-store neither stores", 2, step("no-store", app), step("", app)),
			Entry("nor looks", 2, step("", app), step("no-store", app)),
			Entry("reload asks again", 2, step("", app), step("reload", app)),
			Entry("no-cache validates", 2, step("", app), step("no-cache", app)),
			Entry("force-cache uses anything", 1, step("", app), step("force-cache", app)),
			Entry("sites have caches of their own", 2, step("", app), step("", "https://admin.example:8443")),
		)
		It("leaves a script's own condition to the script", func(ctx SpecContext) {
			s := serveSeen(false, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Access-Control-Allow-Headers", "If-None-Match")
				cached(w, r)
			})
			mine := step("", app)
			mine.Request.Headers = []string{`If-None-Match: "1"`}
			r := perform(ctx, s, step("", app), mine)
			Expect(r.Steps[1][0].Status).To(Equal(http.StatusNotModified))
			Expect(s.methods()).To(Equal([]string{"GET", "OPTIONS", "GET"}))
		})
		It("lets one origin of a site be served what another got, if Vary does not forbid it", func(ctx SpecContext) {
			s := serveSeen(false, cached)
			r := perform(ctx, s, step("", "https://a.site.example"), step("", "https://b.site.example"))
			Expect(r.Steps[1][0].Reason).To(Equal(spec.ReasonAllowOriginMismatch))
			Expect(s.methods()).To(HaveLen(1))
		})
	})

	It("performs many at once where a step says so", func(ctx SpecContext) {
		s := serveSeen(false, open)
		r := perform(ctx, s, agent.Step{Request: cases.Request{}, URL: "/ok", Times: 40, Parallel: 20})
		Expect(r.Steps[0]).To(HaveLen(40))
		Expect(r.Steps[0]).To(HaveEach(HaveField("Result", spec.Allowed)))
	})

	DescribeTable("tells a server that does not answer from one that is not there", func(ctx SpecContext, answer string, kind string) {
		addr := tcptest.Serve(GinkgoT(), tcptest.Say(answer))
		r := perform(ctx, &seen{Server: &httptest.Server{URL: "http://" + addr}}, agent.Step{URL: "/ok"})
		Expect(r.Err).NotTo(HaveOccurred())
		o := r.Steps[0][0]
		Expect(o.Reason).To(Equal(spec.ReasonNetworkError))
		Expect(o.Exchanges[0].ErrorKind).To(Equal(kind))
	},
		Entry("hangs up", "", "closed"),
		Entry("hangs up half way", "HTTP/1.1 200 OK\r\nContent-Len", "cut"),
		Entry("talks nonsense", "hello\r\n", "malformed"),
	)

	It("gives up a job whose target is not there", func(ctx SpecContext) {
		s := httptest.NewServer(http.NotFoundHandler())
		s.Close()
		r := perform(ctx, &seen{Server: s}, agent.Step{URL: "/ok"})
		Expect(r.Err).To(MatchError(ContainSubstring("connect")))
	})

	It("does not blame the target for a request that no script can make", func(ctx SpecContext) {
		s := serveSeen(false, open)
		r := perform(ctx, s, agent.Step{Request: cases.Request{API: "xhr", Mode: "no-cors"}, URL: "/ok"})
		Expect(r.Err).To(MatchError(ContainSubstring("cannot be performed")))
	})

	It("sends what the script set, byte for byte", func(ctx SpecContext) {
		s := serveSeen(false, open)
		outcome(ctx, s, cases.Request{Headers: []string{"Accept: a/b", "X-Bytes: \xe9", "User-Agent: mine"}})
		Expect(s.last().header).To(HaveKeyWithValue("Accept", []string{"a/b"}))
		Expect(s.last().header).To(HaveKeyWithValue("X-Bytes", []string{"\xe9"}))
		Expect(s.last().header).To(HaveKeyWithValue("User-Agent", []string{"mine"}))
	})

	It("runs jobs independently of one another", func(ctx SpecContext) {
		s := serveSeen(false, open)
		m := model.New(model.Options{})
		DeferCleanup(m.Close)
		var jobs []agent.Job
		for i := range 20 {
			jobs = append(jobs, agent.Job{ID: fmt.Sprint(i), Timeout: 5 * time.Second, Steps: []agent.Step{{
				Request: cases.Request{Origin: app, Method: "PUT"}, URL: s.URL + "/same",
			}}})
		}
		ids := map[string]bool{}
		Expect(m.Perform(ctx, jobs, func(r agent.JobResult) { ids[r.ID] = true })).To(Succeed())
		Expect(ids).To(HaveLen(20))
		Expect(s.methods()).To(HaveLen(40), "each made its preflight")
	})
})
