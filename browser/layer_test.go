package browser_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// What stops a request and is not CORS says nothing about the server: a run gets an error that says
// what it was, and whoever asks for the layers gets the reason.
var _ = Describe("what looks like CORS and is not", Ordered, func() {
	var chrome *browser.Chrome
	var plain, secure string // the port of a server that grants everything
	BeforeAll(func() {
		if missing != nil {
			Skip("no browser to test with: " + missing.Error())
		}
		var err error
		chrome, err = browser.Start(context.Background(), browser.Options{IgnoreCertificateErrors: true, Flags: []string{"--host-resolver-rules=MAP *.example.com 127.0.0.1,MAP *.corsproof.dev 127.0.0.1"}})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(chrome.Close)
		grants := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Access-Control-Allow-Methods", "*")
			if to := r.URL.Query().Get("to"); to != "" {
				http.Redirect(w, r, to, http.StatusFound)
				return
			}
			for _, f := range r.URL.Query()["h"] {
				name, value, _ := strings.Cut(f, ":")
				h.Set(name, value)
			}
			fmt.Fprint(w, "{}")
		})
		s := httptest.NewServer(grants)
		DeferCleanup(s.Close)
		t := httptest.NewUnstartedServer(grants)
		t.TLS = &tls.Config{}
		t.StartTLS()
		DeferCleanup(t.Close)
		_, plain, _ = net.SplitHostPort(s.Listener.Addr().String())
		_, secure, _ = net.SplitHostPort(t.Listener.Addr().String())
	})

	n := 0
	perform := func(layers bool, page spec.Header, request cases.Request, url string) agent.JobResult {
		n++
		sep := "?"
		if strings.Contains(url, "?") {
			sep = "&"
		}
		var got agent.JobResult
		job := agent.Job{ID: "mask", Steps: []agent.Step{{Request: request, URL: fmt.Sprintf("%s%sn=%d", url, sep, n), Page: page, Layers: layers}}}
		Expect(chrome.Perform(context.Background(), []agent.Job{job}, func(r agent.JobResult) { got = r })).To(Succeed())
		return got
	}
	policy := func(name, value string) spec.Header { return spec.Header{{Name: name, Value: value}} }
	https := func(host, rest string) string { return "https://" + host + ":" + secure + rest }
	http := func(host, rest string) string { return "http://" + host + ":" + plain + rest }
	from := func(origin, api, method, mode string) cases.Request {
		return cases.Request{Origin: origin, API: api, Method: method, Mode: mode}
	}

	DescribeTable("is an error of a run, and a reason where the layers are asked for",
		func(page spec.Header, request cases.Request, url func() string, reason spec.Reason, says string) {
			got := perform(true, page, request, url())
			Expect(got.Err).NotTo(HaveOccurred())
			o := got.Steps[0][0]
			Expect(o.Result).To(Equal(spec.Blocked))
			Expect(o.Reason).To(Equal(reason))
			run := perform(false, page, request, url())
			if says != "" {
				Expect(run.Err).To(MatchError(ContainSubstring(says)))
			} else if run.Err == nil {
				Expect(run.Steps[0][0].Reason.Layer()).NotTo(Equal(spec.LayerCORS), "nothing of it is laid on the server's CORS")
			}
		},
		Entry("mixed content", nil, from("https://app.example.com", "", "PUT", ""), func() string { return http("a.example.com", "/") }, spec.ReasonMixedContent, "mixed content"),
		Entry("a redirect into mixed content", nil, from("https://app.example.com", "", "", ""), func() string { return https("a.example.com", "/?to="+http("a.example.com", "/")) }, spec.ReasonMixedContent, "mixed content"),
		Entry("a policy of the page, XMLHttpRequest", policy("Content-Security-Policy", "connect-src http://127.0.0.1:1"), from("https://app.example.com", "xhr", "PUT", ""), func() string { return https("a.example.com", "/") }, spec.ReasonCSP, "csp"),
		Entry("a policy of the page, an image", policy("Content-Security-Policy", "img-src 'none'"), from("https://app.example.com", "img", "", ""), func() string { return https("a.example.com", "/") }, spec.ReasonCSP, "csp"),
		Entry("a port that browsers refuse", nil, from("https://app.example.com", "", "", ""), func() string { return "https://a.example.com:6000/" }, spec.ReasonBadPort, "UNSAFE_PORT"),
		Entry("a host that wants https, preflighted", nil, from("http://app.example.com", "", "PUT", ""), func() string { return http("a.corsproof.dev", "/") }, spec.ReasonPreflightDisallowedRedirect, "HSTS"),
		Entry("Cross-Origin-Resource-Policy", nil, from("https://app.example.com", "img", "", ""), func() string { return https("127.0.0.1", "/?h=Cross-Origin-Resource-Policy:same-origin") }, spec.ReasonCORPNotSameOrigin, ""),
		Entry("the page's embedder policy", policy("Cross-Origin-Embedder-Policy", "require-corp"), from("https://app.example.com", "img", "", ""), func() string { return https("a.example.com", "/") }, spec.ReasonCORPByCOEP, ""),
		Entry("Opaque Response Blocking", nil, from("https://app.example.com", "script", "", ""), func() string {
			return https("127.0.0.1", "/?h=Content-Type:application/json&h=X-Content-Type-Options:nosniff")
		}, spec.ReasonORB, ""),
	)

	It("tells that a policy stopped fetch(), of which no request is reported", func() {
		got := perform(true, policy("Content-Security-Policy", "connect-src http://127.0.0.1:1"), from("https://app.example.com", "", "", ""), https("a.example.com", "/"))
		Expect(got.Err).NotTo(HaveOccurred())
		Expect(got.Steps[0][0].Reason).To(Equal(spec.ReasonCSP))
	})
	It("lets a policy that is only reported pass, and tells a page without policy from one with", func() {
		for _, page := range []spec.Header{nil, policy("Content-Security-Policy-Report-Only", "connect-src 'none'")} {
			got := perform(true, page, from("https://app.example.com", "", "", ""), https("a.example.com", "/"))
			Expect(got.Err).NotTo(HaveOccurred())
			Expect(got.Steps[0][0].Result).To(Equal(spec.Allowed))
		}
	})
	It("does not take a server's own redirect of a preflight for HSTS", func() {
		got := perform(false, nil, from("http://app.example.com", "", "PUT", ""), http("a.example.com", "/?to=/elsewhere"))
		Expect(got.Err).NotTo(HaveOccurred())
		Expect(got.Steps[0][0].Reason).To(Equal(spec.ReasonPreflightDisallowedRedirect))
	})
})
