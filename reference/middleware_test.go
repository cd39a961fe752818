package reference_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/contract"
)

// spy is an application that counts its calls and can misbehave.
type spy struct {
	calls int
	do    http.HandlerFunc
}

func (s *spy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls++
	if s.do != nil {
		s.do(w, r)
		return
	}
	_, _ = io.WriteString(w, "app")
}

// lines builds a header from "Name: value" lines; repeats are kept.
func lines(ss ...string) http.Header {
	h := http.Header{}
	for _, s := range ss {
		name, value, _ := strings.Cut(s, ": ")
		h.Add(name, value)
	}
	return h
}

// ask sends one request through the middleware of a policy.
func ask(p cases.Policy, app *spy, method string, header http.Header) *http.Response {
	m, err := contract.Compile(p)
	Expect(err).NotTo(HaveOccurred())
	r := httptest.NewRequest(method, "/", nil)
	r.Header = header
	w := httptest.NewRecorder()
	m.Wrap(app).ServeHTTP(w, r)
	return w.Result()
}

// cors keeps the CORS fields, Vary and Timing-Allow-Origin of a head, as "Name: value" lines.
func cors(h http.Header) []string {
	var out []string
	for name, values := range h {
		if name == "Vary" || name == "Timing-Allow-Origin" || strings.HasPrefix(name, "Access-Control-") {
			for _, v := range values {
				out = append(out, name+": "+v)
			}
		}
	}
	return out
}

const preflightMethods = "GET, HEAD, POST, PUT, PATCH, DELETE"

var _ = Describe("a request that is not a preflight", func() {
	DescribeTable("gets",
		func(policy, method string, header http.Header, want ...string) {
			app := &spy{}
			resp := ask(standard()[policy], app, method, header)
			Expect(app.calls).To(Equal(1), "the application answers, whatever the origin")
			Expect(resp.StatusCode).To(Equal(200))
			Expect(cors(resp.Header)).To(ConsistOf(want))
		},
		Entry("a grant, for an allowed origin", "exact", "GET", lines("Origin: https://app.example"),
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Expose-Headers: X-Resp, X-Other", "Vary: Origin"),
		Entry("a grant with a port", "exact", "PUT", lines("Origin: https://admin.example:8443"),
			"Access-Control-Allow-Origin: https://admin.example:8443", "Access-Control-Expose-Headers: X-Resp, X-Other", "Vary: Origin"),
		Entry("a grant for HEAD, which no policy needs to list", "put-only", "HEAD", lines("Origin: https://app.example"),
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Expose-Headers: X-Resp, X-Other", "Vary: Origin"),
		Entry("nothing but Vary for another origin", "exact-creds", "GET", lines("Origin: https://evil.test"), "Vary: Origin"),
		Entry("nothing but Vary without Origin", "exact-creds", "GET", lines(), "Vary: Origin"),
		Entry("nothing but Vary for an empty Origin", "exact", "GET", lines("Origin: "), "Vary: Origin"),
		Entry("nothing but Vary for two Origin lines", "exact", "GET", lines("Origin: https://app.example", "Origin: https://app.example"), "Vary: Origin"),
		Entry("nothing for null, unless listed", "exact", "GET", lines("Origin: null"), "Vary: Origin"),
		Entry("a grant for null where listed", "null", "GET", lines("Origin: null"),
			"Access-Control-Allow-Origin: null", "Access-Control-Expose-Headers: X-Resp, X-Other", "Vary: Origin"),
		Entry("credentials where the policy allows them", "exact-creds", "POST", lines("Origin: http://legacy.example"),
			"Access-Control-Allow-Origin: http://legacy.example", "Access-Control-Allow-Credentials: true", "Access-Control-Expose-Headers: X-Resp, X-Other", "Vary: Origin"),
		Entry("* for any origin, without Vary", "any", "GET", lines("Origin: https://whatever.test"),
			"Access-Control-Allow-Origin: *", "Access-Control-Expose-Headers: X-Resp, X-Other"),
		Entry("* for any origin, also without Origin", "any", "GET", lines(),
			"Access-Control-Allow-Origin: *", "Access-Control-Expose-Headers: X-Resp, X-Other"),
		Entry("* for exposing all headers", "expose-any", "GET", lines("Origin: https://app.example"),
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Expose-Headers: *", "Vary: Origin"),
		Entry("the names of all headers where * would be literal", "expose-any-creds", "GET", lines("Origin: https://app.example"),
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Credentials: true", "Access-Control-Expose-Headers: Date, Vary", "Vary: Origin"),
		Entry("the origins that may read times, to everybody", "timing", "GET", lines("Origin: https://evil.test"),
			"Timing-Allow-Origin: https://app.example", "Vary: Origin"),
		Entry("the origins that may read times, without Origin", "timing", "GET", lines(), "Timing-Allow-Origin: https://app.example", "Vary: Origin"),
		Entry("nothing at all from the empty policy", "default", "GET", lines("Origin: https://app.example")),
		Entry("a grant for OPTIONS without Access-Control-Request-Method", "bare", "OPTIONS", lines("Origin: https://app.example", "Access-Control-Request-Headers: x-custom"),
			"Access-Control-Allow-Origin: https://app.example", "Vary: Origin"),
		Entry("no grant for OPTIONS without Origin", "exact", "OPTIONS", lines("Access-Control-Request-Method: PUT"), "Vary: Origin"),
		Entry("a grant for GET with Access-Control-Request-Method", "bare", "GET", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT"),
			"Access-Control-Allow-Origin: https://app.example", "Vary: Origin"),
	)
})

var _ = Describe("a preflight", func() {
	DescribeTable("is answered in the application's stead with",
		func(policy string, header http.Header, status int, want ...string) {
			app := &spy{}
			resp := ask(standard()[policy], app, "OPTIONS", header)
			Expect(app.calls).To(BeZero())
			Expect(resp.StatusCode).To(Equal(status))
			Expect(cors(resp.Header)).To(ConsistOf(want))
		},
		Entry("the whole policy", "exact-creds", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-custom"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Methods: "+preflightMethods,
			"Access-Control-Allow-Headers: Content-Type, X-Custom, Authorization", "Access-Control-Max-Age: 600", "Vary: Origin"),
		Entry("the same lists for a method that is not allowed", "exact", lines("Origin: https://app.example", "Access-Control-Request-Method: PURGE"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Methods: "+preflightMethods,
			"Access-Control-Allow-Headers: Content-Type, X-Custom, Authorization", "Access-Control-Max-Age: 600", "Vary: Origin"),
		Entry("403 and no grant for another origin", "exact-creds", lines("Origin: https://evil.test", "Access-Control-Request-Method: PUT"), 403, "Vary: Origin"),
		Entry("400 and no grant for a method that is none", "exact", lines("Origin: https://app.example", "Access-Control-Request-Method: GET, PUT"), 400, "Vary: Origin"),
		Entry("400 and no grant for an empty method", "any", lines("Origin: https://app.example", "Access-Control-Request-Method: "), 400),
		Entry("400 and no grant for two methods", "exact", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Method: PURGE"), 400, "Vary: Origin"),
		Entry("* for any origin", "any", lines("Origin: null", "Access-Control-Request-Method: PUT"), 204,
			"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: "+preflightMethods,
			"Access-Control-Allow-Headers: Content-Type, X-Custom, Authorization", "Access-Control-Max-Age: 600"),
		Entry("* and Authorization for any header", "any-headers", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-a"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Methods: "+preflightMethods,
			"Access-Control-Allow-Headers: *, Authorization", "Access-Control-Max-Age: 600", "Vary: Origin"),
		Entry("the names asked for where * would be literal", "any-headers-creds",
			lines("Origin: https://app.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: ,X-B ,,\tauthorization", "Access-Control-Request-Headers: x-a,x-b"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Methods: "+preflightMethods,
			"Access-Control-Allow-Headers: authorization, x-a, x-b", "Access-Control-Max-Age: 600", "Vary: Origin", "Vary: Access-Control-Request-Headers"),
		Entry("no names when one is not a token", "any-headers-creds",
			lines("Origin: https://app.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-a,x b"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Methods: "+preflightMethods,
			"Access-Control-Max-Age: 600", "Vary: Origin", "Vary: Access-Control-Request-Headers"),
		Entry("* for any method", "any-methods", lines("Origin: https://app.example", "Access-Control-Request-Method: PURGE"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Methods: *",
			"Access-Control-Allow-Headers: Content-Type, X-Custom, Authorization", "Access-Control-Max-Age: 600", "Vary: Origin"),
		Entry("the method asked for where * would be literal", "any-methods-creds", lines("Origin: https://app.example", "Access-Control-Request-Method: patch"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Methods: patch",
			"Access-Control-Allow-Headers: Content-Type, X-Custom, Authorization", "Access-Control-Max-Age: 600", "Vary: Origin", "Vary: Access-Control-Request-Method"),
		Entry("a max-age of 0", "maxage-0", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Methods: "+preflightMethods,
			"Access-Control-Allow-Headers: Content-Type, X-Custom, Authorization", "Access-Control-Max-Age: 0", "Vary: Origin"),
		Entry("0 for a negative max-age", "maxage-neg", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Methods: "+preflightMethods,
			"Access-Control-Allow-Headers: Content-Type, X-Custom, Authorization", "Access-Control-Max-Age: 0", "Vary: Origin"),
		Entry("the origin alone when nothing else is allowed", "bare", lines("Origin: https://app.example", "Access-Control-Request-Method: GET"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Vary: Origin"),
		Entry("the private network where asked for", "pna", lines("Origin: https://app.example", "Access-Control-Request-Method: GET", "Access-Control-Request-Private-Network: true"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Methods: "+preflightMethods, "Access-Control-Allow-Private-Network: true",
			"Access-Control-Allow-Headers: Content-Type, X-Custom, Authorization", "Access-Control-Max-Age: 600", "Vary: Origin", "Vary: Access-Control-Request-Private-Network"),
		Entry("no private network for another value", "pna", lines("Origin: https://app.example", "Access-Control-Request-Method: GET", "Access-Control-Request-Private-Network: yes"), 204,
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Methods: "+preflightMethods,
			"Access-Control-Allow-Headers: Content-Type, X-Custom, Authorization", "Access-Control-Max-Age: 600", "Vary: Origin", "Vary: Access-Control-Request-Private-Network"),
	)

	It("has no content", func() {
		resp := ask(standard()["exact"], &spy{}, "OPTIONS", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT"))
		Expect(io.ReadAll(resp.Body)).To(BeEmpty())
		Expect(resp.Header).NotTo(HaveKey("Content-Length"))
	})
})

var _ = Describe("an application that meddles", func() {
	allowed := lines("Origin: https://app.example")

	It("cannot share more than the policy, nor twice", func() {
		app := &spy{do: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Access-Control-Allow-Origin", "*")
			w.Header()["access-control-allow-credentials"] = []string{"true"}
			w.Header().Set("Access-Control-Expose-Headers", "X-Secret")
			w.WriteHeader(200)
		}}
		Expect(cors(ask(standard()["exact"], app, "GET", allowed).Header)).To(ConsistOf(
			"Access-Control-Allow-Origin: https://app.example", "Access-Control-Expose-Headers: X-Resp, X-Other", "Vary: Origin"))
		resp := ask(standard()["exact"], app, "GET", lines("Origin: https://evil.test"))
		Expect(cors(resp.Header)).To(ConsistOf("Vary: Origin"))
		Expect(resp.Header).NotTo(HaveKey("access-control-allow-credentials"))
	})

	DescribeTable("keeps its Vary, and gets Origin added", func(set []string, want ...string) {
		app := &spy{do: func(w http.ResponseWriter, _ *http.Request) { w.Header()["Vary"] = set }}
		Expect(ask(standard()["exact"], app, "GET", allowed).Header["Vary"]).To(Equal(want))
	},
		Entry("one member", []string{"Accept"}, "Accept", "Origin"),
		Entry("several lines", []string{"Accept", "Accept-Language"}, "Accept", "Accept-Language", "Origin"),
		Entry("Origin already", []string{"Accept, origin"}, "Accept, origin"),
		Entry("*", []string{"*"}, "*"),
	)

	It("shares no memory with another response", func() {
		shared := append(make([]string, 0, 4), "Accept")
		app := &spy{do: func(w http.ResponseWriter, _ *http.Request) { w.Header()["Vary"] = shared }}
		ask(standard()["exact"], app, "GET", allowed)
		Expect(shared[:2]).To(Equal([]string{"Accept", ""}))
	})

	DescribeTable("keeps the grant whatever it does", func(do http.HandlerFunc) {
		resp := ask(standard()["exact"], &spy{do: do}, "GET", allowed)
		Expect(resp.Header["Access-Control-Allow-Origin"]).To(Equal([]string{"https://app.example"}))
	},
		Entry("clears its headers", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { clear(w.Header()) })),
		Entry("answers an error", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "x", 500) })),
		Entry("answers 304", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) })),
		Entry("flushes first", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() })),
		Entry("copies a reader", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, strings.NewReader("x")) })),
		Entry("does nothing", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})),
	)

	It("keeps the grant when it panics, for whoever recovers", func() {
		m, err := contract.Compile(standard()["exact"])
		Expect(err).NotTo(HaveOccurred())
		r := httptest.NewRequest("GET", "/", nil)
		r.Header = allowed
		w := httptest.NewRecorder()
		app := &spy{do: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			panic("app")
		}}
		Expect(func() { m.Wrap(app).ServeHTTP(w, r) }).To(PanicWith("app"))
		Expect(w.Header()["Access-Control-Allow-Origin"]).To(Equal([]string{"https://app.example"}))
	})
})
