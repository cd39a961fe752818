package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/testcert"
	"github.com/corsproof/corsproof/reference"
)

// The server of these tests is right, and some of it is behind something. Held to its policy with
// the flags that lead through, it is judged as the same server without.

var stated = cases.Policy{Name: "declared", Origins: []string{"https://app.example.com"}, Credentials: true, Methods: []string{"PUT"}, RequestHeaders: []string{"authorization", "content-type"}}

var stating = []string{"--origin", "https://app.example.com", "--credentials", "--methods", "PUT", "--request-headers", "authorization,content-type"}

// app answers whatever it is asked.
func app(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, "{}")
}

// cors is the right layer around an application.
func cors(t *testing.T, inner http.Handler) http.Handler {
	t.Helper()
	m, err := reference.New(contract.PolicyOf(stated))
	if err != nil {
		t.Fatal(err)
	}
	return m.Wrap(inner)
}

// unless answers with a status where the request is not good.
func unless(status int, good func(*http.Request) bool, inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !good(r) {
			w.WriteHeader(status)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// judged runs the table against a URL: the verdict of each check, and the exit status.
func judged(t *testing.T, url string, flags ...string) (verdicts map[string]agent.Verdict, code int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	root := newRoot()
	if !slices.Contains(flags, "--focus") { // what takes no time
		for _, group := range []string{"actual-*", "simple-*", "preflight-*", "pf-*", "stated-*", "creds-*", "header-*", "page-*", "vary-*", "denied-*"} {
			flags = append(flags, "--focus", group)
		}
	}
	root.SetArgs(slices.Concat([]string{"run", url, "--browser", "none", "-q", "--json", file}, stating, flags))
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	if err := root.ExecuteContext(t.Context()); err != nil {
		s, ok := err.(*status) //nolint:errorlint // what commands return
		if !ok || s.err != nil {
			t.Fatalf("%v", err)
		}
		code = s.code
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rep report.Report
	if err := json.Unmarshal(data, &rep); err != nil {
		t.Fatal(err)
	}
	verdicts = map[string]agent.Verdict{}
	for _, r := range rep.Results {
		verdicts[r.ID] = r.Verdict
	}
	return verdicts, code
}

// same fails where two runs judged a check in two ways.
func same(t *testing.T, want, got map[string]agent.Verdict) {
	t.Helper()
	ran := 0
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if want[id] == agent.VerdictPass {
			ran++
		}
		if want[id] != got[id] {
			t.Errorf("%s is %s without, and %s", id, want[id], got[id])
		}
	}
	if ran < 60 || len(got) != len(want) {
		t.Errorf("%d checks passed of %d, and of %d", ran, len(want), len(got))
	}
}

func TestRequestsLeadThrough(t *testing.T) {
	plain := httptest.NewServer(cors(t, http.HandlerFunc(app)))
	t.Cleanup(plain.Close)
	want, code := judged(t, plain.URL)
	if code != 0 {
		t.Fatalf("the right server exits with %d", code)
	}
	header := func(name, value string) func(*http.Request) bool {
		return func(r *http.Request) bool { return r.Header.Get(name) == value }
	}
	t.Setenv("TEST_TOKEN", "t0ken-value")
	for _, c := range []struct {
		name  string
		serve func() http.Handler
		flags []string
	}{
		{"a token", func() http.Handler {
			return cors(t, unless(401, header("Authorization", "Bearer t0ken-value"), http.HandlerFunc(app)))
		}, []string{"--bearer-env", "TEST_TOKEN"}},
		{"a password", func() http.Handler {
			return cors(t, unless(401, func(r *http.Request) bool { u, p, _ := r.BasicAuth(); return u == "u" && p == "p:w" }, http.HandlerFunc(app)))
		}, []string{"-u", "u:p:w"}},
		{"a key", func() http.Handler {
			return cors(t, unless(403, header("X-Key", "k1"), http.HandlerFunc(app)))
		}, []string{"-H", "X-Key: k1"}},
		{"a gate in front of it all", func() http.Handler {
			return unless(403, header("X-Gate", "t0ken-value"), cors(t, http.HandlerFunc(app)))
		}, []string{"--gate-header-env", "X-Gate=TEST_TOKEN"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := httptest.NewServer(c.serve())
			defer srv.Close()
			got, code := judged(t, srv.URL, c.flags...)
			if same(t, want, got); code != 0 {
				t.Errorf("exit status %d", code)
			}
			if bare, code := judged(t, srv.URL, "--focus", "actual-*"); code == 0 && c.name == "a gate in front of it all" {
				t.Errorf("without the flags it passes as well: %v", bare)
			}
		})
	}
}

// What is wrong behind a login is found with the login alone.
func TestWrongBehindALogin(t *testing.T) {
	in := func(r *http.Request) bool {
		return strings.Contains(r.Header.Get("Cookie"), "sid=1") || r.Header.Get("Authorization") == "Bearer x1"
	}
	right := cors(t, unless(401, in, http.HandlerFunc(app)))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		if right.ServeHTTP(rec, r); in(r) && rec.Code == 200 {
			rec.Header().Del("Access-Control-Allow-Origin")
		}
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	}))
	defer srv.Close()
	for _, c := range []struct {
		flags []string
		code  int
	}{{nil, 0}, {[]string{"-b", "sid=1"}, 1}, {[]string{"--oauth2-bearer", "x1"}, 1}, {[]string{"--oauth2-bearer", "x2"}, 0}} {
		if _, code := judged(t, srv.URL, append(c.flags, "--focus", "actual-*", "--focus", "simple-*")...); code != c.code {
			t.Errorf("%v: exit status %d, want %d", c.flags, code, c.code)
		}
	}
}

// An endpoint that has one method, and wants content, is judged by it.
func TestTheQuestionIsCarried(t *testing.T) {
	only := func(method, content string) http.Handler {
		return cors(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			switch {
			case r.Method != method:
				w.WriteHeader(405)
			case content != "" && (string(body) != content || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")):
				w.Header().Del("Access-Control-Allow-Origin") // so that a request without content cannot pass
				w.WriteHeader(400)
			default:
				app(w, r)
			}
		}))
	}
	const content = `{"query":"{me}"}`
	plain := httptest.NewServer(only("POST", ""))
	defer plain.Close()
	want, _ := judged(t, plain.URL, "--request-method", "POST")
	srv := httptest.NewServer(only("POST", content))
	defer srv.Close()
	got, code := judged(t, srv.URL, "--data", content, "-H", "Content-Type: application/json", "--skip", "*body*")
	for id, v := range want {
		if got[id] != "" && v != got[id] && got[id] == agent.VerdictFail {
			t.Errorf("%s is %s without content, and %s with it", id, v, got[id])
		}
	}
	if code != 0 {
		t.Errorf("exit status %d", code)
	}
	put := httptest.NewServer(only("PUT", ""))
	defer put.Close()
	if got, code := judged(t, put.URL, "--request-method", "PUT", "--serves", "PUT"); code != 0 || count(got, agent.VerdictPass) < 50 {
		t.Errorf("PUT alone: exit status %d, %d passed", code, count(got, agent.VerdictPass))
	}
	stated, code := judged(t, put.URL, "--serves", "PUT")
	if code != 0 || stated["actual-post-simple/declared"] == agent.VerdictPass {
		t.Errorf("--serves PUT: exit status %d, %v", code, stated["actual-post-simple/declared"])
	}
}

func count(verdicts map[string]agent.Verdict, v agent.Verdict) (n int) {
	for _, other := range verdicts {
		if other == v {
			n++
		}
	}
	return n
}

// However the server is reached, it is judged the same.
func TestWaysLeadThere(t *testing.T) {
	srv := httptest.NewServer(cors(t, http.HandlerFunc(app)))
	defer srv.Close()
	want, _ := judged(t, srv.URL)
	dir := t.TempDir()
	socket := filepath.Join(dir, "s")
	ln, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() { _ = http.Serve(ln, srv.Config.Handler) }() //nolint:gosec // a test
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.Out.URL = p.In.URL; p.Out.Host = p.In.Host }})
	defer proxy.Close()
	elsewhere, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("this machine has one loopback address: ", err)
	}
	defer elsewhere.Close()
	go func() { _ = http.Serve(elsewhere, srv.Config.Handler) }() //nolint:gosec // a test
	_, port, _ := net.SplitHostPort(elsewhere.Addr().String())
	for _, c := range []struct {
		name, url string
		flags     []string
	}{
		{"a socket", "http://localhost/x", []string{"--unix-socket", socket}},
		{"another address", "http://localhost:" + port, []string{"--resolve", "localhost:" + port + ":127.0.0.2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, code := judged(t, c.url, c.flags...)
			if same(t, want, got); code != 0 {
				t.Errorf("exit status %d", code)
			}
		})
	}
	t.Run("a proxy", func(t *testing.T) { // which refuses or mends what is not HTTP by the book
		got, _ := judged(t, srv.URL, "--proxy", proxy.URL)
		for _, id := range []string{"actual-post-simple/declared", "actual-put-allowed/declared"} {
			if got[id] != want[id] || got[id] != agent.VerdictPass {
				t.Errorf("%s is %s, want %s", id, got[id], want[id])
			}
		}
		if n := count(got, agent.VerdictPass); n < 60 {
			t.Errorf("%d passed", n)
		}
	})
}

// A server that wants a certificate is judged with one, over the one protocol that was asked for.
func TestCertificates(t *testing.T) {
	protocols := map[string]bool{}
	srv := httptest.NewUnstartedServer(cors(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { app(w, r) })))
	srv.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, NextProtos: []string{"h2", "http/1.1"}, VerifyConnection: func(s tls.ConnectionState) error {
		protocols[s.NegotiatedProtocol] = true
		return nil
	}}
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = nil
	srv.StartTLS()
	defer srv.Close()
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pair, err := testcert.New("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	flags := []string{"--cacert", write("ca", "CERTIFICATE", srv.Certificate().Raw), "--cert", write("cert", "CERTIFICATE", pair.Certificate[0]), "--key", write("key", "PRIVATE KEY", key), "--focus", "actual-*", "--focus", "tls-*", "--focus", "*h2*"}
	got, code := judged(t, srv.URL, append(flags, "--http1.1")...)
	if code != 0 || count(got, agent.VerdictPass) < 5 || protocols["h2"] {
		t.Errorf("exit status %d, %d passed, %v", code, count(got, agent.VerdictPass), protocols)
	}
	clear(protocols)
	if got, code = judged(t, srv.URL, append(flags, "--http2")...); code != 0 || count(got, agent.VerdictPass) < 5 || protocols["http/1.1"] {
		t.Errorf("exit status %d, %d passed, %v", code, count(got, agent.VerdictPass), protocols)
	}
}
