package sharedcache_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/sharedcache"
)

var _ = Describe("the shared cache", func() {
	var (
		asked atomic.Int32
		last  atomic.Pointer[http.Request]
		serve http.HandlerFunc
		cache *sharedcache.Cache
		base  string
	)
	BeforeEach(func() {
		asked.Store(0)
		serve = func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Cache-Control", "max-age=60") }
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			last.Store(r)
			serve(w, r)
		}))
		DeferCleanup(s.Close)
		var err error
		cache, err = sharedcache.StartSharedCache(ample)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(cache.Close)
		var done func()
		base, done, err = cache.Open(s.URL + "/ignored")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(done)
	})
	// ask sends a request with header lines through the cache.
	ask := func(method, path string, lines ...string) (*http.Response, string) {
		GinkgoHelper()
		req, err := http.NewRequest(method, base+path, strings.NewReader(map[string]string{"POST": "x"}[method]))
		Expect(err).NotTo(HaveOccurred())
		for _, line := range lines {
			name, value, _ := strings.Cut(line, ": ")
			req.Header.Add(name, value)
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		Expect(err).NotTo(HaveOccurred())
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		Expect(err).NotTo(HaveOccurred())
		return resp, string(body)
	}

	It("answers out of its store, with Age (RFC 9111 sections 4 and 5.1)", func() {
		serve = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "max-age=60")
			_, _ = fmt.Fprint(w, r.RequestURI)
		}
		first, _ := ask("GET", "/a/b?c")
		second, body := ask("GET", "/a/b?c")
		Expect(body).To(Equal("/a/b?c"))
		Expect(asked.Load()).To(BeEquivalentTo(1))
		Expect(first.Header).NotTo(HaveKey("Age"))
		Expect(second.Header).To(HaveKey("Age"))
		Expect(first.Header.Get("Cache-Status")).To(Equal("corsproof; fwd=miss; stored"))
		Expect(second.Header.Get("Cache-Status")).To(Equal("corsproof; hit"))
	})

	It("does not pass on what belongs to one connection, and says who it is (RFC 9110 section 7.6)", func() {
		serve = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "X-Hop")
			w.Header().Set("X-Hop", "1")
			w.Header().Add("X-Two", "1")
			w.Header().Add("X-Two", "2")
		}
		resp, _ := ask("GET", "/", "Origin: "+app, "Connection: X-Mine", "X-Mine: 1")
		Expect(resp.Header).NotTo(HaveKey("X-Hop"))
		Expect(resp.Header["X-Two"]).To(Equal([]string{"1", "2"}))
		Expect(last.Load().Header).NotTo(HaveKey("X-Mine"))
		Expect(last.Load().Header).To(HaveKeyWithValue("Origin", []string{app}))
		Expect(last.Load().Header).To(HaveKeyWithValue("Via", []string{"1.1 corsproof"}))
	})

	It("validates what is stale, and passes the fields of the 304 on (RFC 9111 section 4.3)", func() {
		serve = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"1"`)
			w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = io.WriteString(w, "ok")
		}
		ask("GET", "/", "Origin: https://a.example")
		resp, body := ask("GET", "/", "Origin: https://b.example")
		Expect(resp.StatusCode).To(Equal(200))
		Expect(body).To(Equal("ok"))
		Expect(resp.Header["Access-Control-Allow-Origin"]).To(Equal([]string{"https://b.example"}))
		Expect(asked.Load()).To(BeEquivalentTo(2))
		Expect(last.Load().Header.Get("If-None-Match")).To(Equal(`"1"`))
	})

	It("answers a condition of the client's with 304 (RFC 9111 section 4.3.2)", func() {
		serve = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cache-Control", "max-age=60")
			w.Header().Set("ETag", `"1"`)
		}
		ask("GET", "/")
		resp, _ := ask("GET", "/", `If-None-Match: "1"`)
		Expect(resp.StatusCode).To(Equal(http.StatusNotModified))
		Expect(asked.Load()).To(BeEquivalentTo(1))
	})

	It("passes other methods through, with content, and forgets what they change (RFC 9111 section 4.4)", func() {
		ask("GET", "/")
		ask("OPTIONS", "/")
		ask("GET", "/")
		Expect(asked.Load()).To(BeEquivalentTo(2))
		ask("POST", "/")
		Expect(last.Load().ContentLength).To(BeEquivalentTo(1))
		ask("GET", "/")
		Expect(asked.Load()).To(BeEquivalentTo(4))
	})

	It("frames a request without content as browsers do: its length is said where the method is for content", func() {
		for method, want := range map[string][]string{"GET": nil, "HEAD": nil, "OPTIONS": nil, "DELETE": nil, "PUT": {"0"}, "POST": {"1"}} {
			ask(method, "/"+method)
			Expect(last.Load().Method).To(Equal(method))
			Expect(last.Load().Header["Content-Length"]).To(Equal(want), method)
			Expect(last.Load().TransferEncoding).To(BeEmpty(), method)
		}
	})

	It("answers HEAD out of a stored GET", func() {
		ask("GET", "/")
		resp, body := ask("HEAD", "/")
		Expect(resp.StatusCode).To(Equal(200))
		Expect(body).To(BeEmpty())
		Expect(asked.Load()).To(BeEquivalentTo(1))
	})

	It("has a store for each check", func() {
		ask("GET", "/")
		other, done, err := cache.Open("http://127.0.0.1:1")
		Expect(err).NotTo(HaveOccurred())
		Expect(other).NotTo(Equal(base))
		done()
		resp, err := http.Get(other + "/")
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.Body.Close()).To(Succeed())
		Expect(resp.StatusCode).To(Equal(http.StatusNotFound))
	})

})
