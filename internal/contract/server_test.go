package contract_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/contract"
)

// start starts a server with the standard policies for one spec.
func start(opts contract.Options) *contract.Server {
	list, err := readStandard()
	Expect(err).NotTo(HaveOccurred())
	opts.Policies = list
	s, err := contract.Start(GinkgoT().Context(), opts)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(s.Close)
	return s
}

// send sends one request and returns its answer and content.
func send(c *http.Client, method, url string, header http.Header) (*http.Response, string) {
	r, err := http.NewRequestWithContext(GinkgoT().Context(), method, url, nil)
	Expect(err).NotTo(HaveOccurred())
	if header != nil {
		r.Header = header
	}
	resp, err := c.Do(r)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	Expect(err).NotTo(HaveOccurred())
	return resp, string(body)
}

// plainClient follows no redirects.
var plainClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

var _ = Describe("the contract server", func() {
	DescribeTable("answers",
		func(method, path string, header http.Header, status int, app, body string, want ...string) {
			s := start(contract.Options{})
			resp, got := send(plainClient, method, s.URL+"/exact"+path, header)
			Expect(resp.StatusCode).To(Equal(status))
			Expect(resp.Header.Get("X-App")).To(Equal(app))
			got = strings.ReplaceAll(got, strings.TrimPrefix(s.URL, "http://"), "HOST")
			Expect(strings.TrimSpace(got)).To(Equal(body))
			Expect(resp.Header["Vary"]).To(HaveExactElements("Accept-Encoding", "Origin"))
			for _, line := range want {
				name, value, _ := strings.Cut(line, ": ")
				Expect(resp.Header[name]).To(ContainElement(value), name)
			}
		},
		Entry("/ok", "GET", "/ok", nil, 200, "ok", "ok", "X-Resp: 1", "X-Other: 2", "X-Hidden: 3", "Content-Type: text/plain"),
		Entry("/ok to any method", "CHICKEN", "/ok?x=1", nil, 200, "ok", "ok"),
		Entry("/ok not to OPTIONS", "OPTIONS", "/ok", nil, 405, "", "method not allowed", "Allow: GET, HEAD, POST, PUT, PATCH, DELETE"),
		Entry("HEAD /ok without content", "HEAD", "/ok", nil, 200, "ok", "", "Content-Length: 2"),
		Entry("/options", "OPTIONS", "/options", nil, 200, "options", "options", "Allow: GET, OPTIONS"),
		Entry("/echo", "PUT", "/echo", lines("X-A: 1", "X-A: 2", "User-Agent: t", "Accept-Encoding: x"), 200, "echo",
			`{"method":"PUT","headers":[["Accept-Encoding","x"],["Content-Length","0"],["Host","HOST"],["User-Agent","t"],["X-A","1"],["X-A","2"]],"body":""}`),
		Entry("/respond", "GET", "/respond", nil, 200, "respond", ""),
		Entry("/respond with a status, fields in order and content", "GET", "/respond?status=418&add=X-A:1&add=X-A:%202&set=X-B:1&set=X-B:2&body=te%20a", nil, 418, "respond", "te a", "X-A: 1", "X-A: 2", "X-B: 2"),
		Entry("/respond with a redirect", "GET", "/respond?status=302&set=Location:/any/ok", nil, 302, "respond", "", "Location: /any/ok"),
		Entry("/respond with 204", "GET", "/respond?status=204&body=x", nil, 204, "respond", ""),
		Entry("/respond with an entity tag", "GET", "/respond?etag=%22v1%22&body=x", lines("Range: bytes=0-0"), 200, "respond", "x", `Etag: "v1"`),
		Entry("/respond to the same entity tag", "GET", "/respond?etag=%22v1%22&body=x", lines(`If-None-Match: "v0", "v1"`), 304, "respond", "", `Etag: "v1"`),
		Entry("/respond to another entity tag", "GET", "/respond?etag=%22v1%22&body=x", lines(`If-None-Match: "v0"`), 200, "respond", "x"),
		Entry("/respond to nonsense", "GET", "/respond?status=999", nil, 400, "respond", "respond: status=999: want 200 to 599"),
		Entry("/respond to an injected field", "GET", "/respond?add=X-A:1%0d%0aX-B:2", nil, 400, "respond", `respond: add=X-A:1`+"\r\n"+`X-B:2: want Name:value`),
		Entry("/panic with a 500 that keeps the grant", "GET", "/panic", lines("Origin: https://app.example"), 500, "", "internal server error", "Access-Control-Allow-Origin: https://app.example"),
		Entry("/secret without Authorization", "GET", "/secret", nil, 401, "secret", "unauthorized", "Www-Authenticate: Bearer"),
		Entry("/secret with Authorization", "GET", "/secret", lines("Authorization: x"), 200, "secret", "secret"),
		Entry("/post-only", "POST", "/post-only", nil, 200, "post-only", "post-only"),
		Entry("/post-only to another method", "DELETE", "/post-only", lines("Origin: https://app.example"), 405, "", "method not allowed", "Allow: POST", "Access-Control-Allow-Origin: https://app.example"),
		Entry("/stream", "GET", "/stream", nil, 200, "stream", "ab"),
		Entry("/nope", "GET", "/nope", lines("Origin: https://app.example"), 404, "", "not found", "Access-Control-Allow-Origin: https://app.example"),
	)

	It("counts calls by key, OPTIONS too", func() {
		s := start(contract.Options{})
		for _, method := range []string{"GET", "OPTIONS", "PUT"} {
			send(plainClient, method, s.URL+"/exact/count?key=a", nil)
		}
		_, n := send(plainClient, "GET", s.URL+"/any/count/read?key=a", nil)
		Expect(n).To(Equal("3"))
		send(plainClient, "OPTIONS", s.URL+"/exact/count?key=b", lines("Origin: https://evil.test", "Access-Control-Request-Method: PUT"))
		_, n = send(plainClient, "GET", s.URL+"/any/count/read?key=b", nil)
		Expect(n).To(Equal("0"), "a preflight does not reach the application")
	})

	It("answers 501 for a refused policy, saying why", func() {
		s := start(contract.Options{})
		resp, _ := send(plainClient, "GET", s.URL+"/any-creds/ok", lines("Origin: https://evil.test"))
		Expect(resp.StatusCode).To(Equal(501))
		Expect(resp.Header.Get("X-Refused")).To(ContainSubstring("every site"))
		Expect(cors(resp.Header)).To(ConsistOf("Vary: Accept-Encoding"))
		Expect(s.Refused).To(HaveKey("any-creds"))
	})

	DescribeTable("shares nothing at a path that is below no policy", func(target string) {
		s := start(contract.Options{})
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = conn.Close() }()
		_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nOrigin: https://strict.example\r\n\r\n", target)
		Expect(err).NotTo(HaveOccurred())
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(resp.StatusCode).To(Equal(404))
		Expect(cors(resp.Header)).To(ConsistOf("Vary: Accept-Encoding"))
	},
		Entry(nil, "/"), Entry(nil, "/other"), Entry(nil, "/strictly/ok"), Entry(nil, "/Strict/ok"), Entry(nil, "//strict/ok"),
		Entry(nil, "/any/../strict/ok"), Entry(nil, "/any/%2e%2e/strict/ok"), Entry(nil, "/strict/./ok"),
	)

	It("speaks HTTP/2 and HTTP/1.1 over TLS, with its own certificate", func() {
		s := start(contract.Options{})
		pool := x509.NewCertPool()
		Expect(pool.AppendCertsFromPEM(s.CertPEM)).To(BeTrue())
		for _, h2 := range []bool{true, false} {
			tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: h2}
			DeferCleanup(tr.CloseIdleConnections)
			resp, body := send(&http.Client{Transport: tr}, "GET", s.TLSURL+"/exact/ok", lines("Origin: https://app.example"))
			Expect(resp.ProtoMajor == 2).To(Equal(h2))
			Expect(body).To(Equal("ok"))
			Expect(resp.Header.Get("Access-Control-Allow-Origin")).To(Equal("https://app.example"))
		}
	})

	It("tells an observer what was asked and answered", func() {
		var mu sync.Mutex
		var seen []contract.Record
		s := start(contract.Options{Observe: func(r contract.Record) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, r)
		}})
		send(plainClient, "GET", s.URL+"/exact/ok?a=b", lines("Origin: https://app.example"))
		send(plainClient, "GET", s.URL+"/exact/panic", nil)
		Eventually(func() int { mu.Lock(); defer mu.Unlock(); return len(seen) }).Should(Equal(2))
		Expect(seen[0].Target).To(Equal("/exact/ok?a=b"))
		Expect(seen[0].Header.Get("Origin")).To(Equal("https://app.example"))
		Expect(seen[0].Status).To(Equal(200))
		Expect(seen[0].ResponseHeader.Get("Access-Control-Allow-Origin")).To(Equal("https://app.example"))
		Expect(seen[1].Status).To(Equal(500))
	})

	It("listens on loopback only, unless told otherwise", func() {
		list, err := readStandard()
		Expect(err).NotTo(HaveOccurred())
		_, err = contract.Start(GinkgoT().Context(), contract.Options{Policies: list, Host: "0.0.0.0"})
		Expect(err).To(MatchError(ContainSubstring("not a loopback address")))
	})

	It("needs policies, each with a path segment of its own", func() {
		_, err := contract.NewServer(contract.Options{})
		Expect(err).To(MatchError(contract.ErrNoPolicies))
		one := standard()["one"]
		_, err = contract.NewServer(contract.Options{Policies: append(readOne("one"), one)})
		Expect(err).To(MatchError(ContainSubstring(`policy "one"`)))
		one.Name = "a/b"
		_, err = contract.NewServer(contract.Options{Policies: append(readOne("any"), one)})
		Expect(err).To(MatchError(ContainSubstring(`policy "a/b"`)))
	})

	It("can be closed twice, and before it has started", func() {
		s := start(contract.Options{})
		Expect(s.Close()).To(Succeed())
		Expect(s.Close()).To(Succeed())
		idle, err := contract.NewServer(contract.Options{Policies: readOne("one")})
		Expect(err).NotTo(HaveOccurred())
		Expect(idle.Close()).To(Succeed())
	})
})
