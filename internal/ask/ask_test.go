package ask_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/corsproof/corsproof/internal/ask"
)

const target = "https://api.example.com/items"

func TestLines(t *testing.T) {
	o := &ask.Options{
		Scope: target, Page: []ask.Field{{Name: "Authorization", Value: "Bearer t"}, {Name: "Content-Type", Value: "application/json"}, {Name: "Accept", Value: "application/json"}},
		Gate: []ask.Field{{Name: "X-Gate", Value: "g"}}, Cookies: []ask.Cookie{{Name: "sid", Value: "c"}},
	}
	preflight := []string{"Host: api.example.com", "Access-Control-Request-Method: PUT"}
	plain := []string{"Host: api.example.com", "Accept: */*"}
	for _, c := range []struct {
		what, url, method string
		lines             []string
		credentials       bool
		want, given       string
	}{
		{"an actual request has it all", target, "GET", plain, true, "X-Gate: g|Authorization: Bearer t|Accept: application/json|Cookie: sid=c", "X-Gate,Authorization,Accept,Cookie"},
		{"no cookie without credentials", target, "GET", plain, false, "X-Gate: g|Authorization: Bearer t|Accept: application/json", "X-Gate,Authorization,Accept"},
		{"a preflight has the gate's alone", target, "OPTIONS", preflight, true, "X-Gate: g|Access-Control-Request-Method: PUT", "X-Gate"},
		{"OPTIONS of a script is no preflight", target, "OPTIONS", []string{"Host: h"}, false, "X-Gate: g|Authorization: Bearer t|Accept: application/json", "X-Gate,Authorization,Accept"},
		{"another origin gets nothing", "https://api.example.com:444/items", "GET", plain, true, "Accept: */*", ""},
		{"nor does another scheme", "http://api.example.com/items", "GET", plain, true, "Accept: */*", ""},
		{"a default port is the same origin", "https://API.example.com:443/x", "OPTIONS", preflight, true, "X-Gate: g|Access-Control-Request-Method: PUT", "X-Gate"},
		{"what a check states stays", target, "GET", []string{"Accept: text/html", "authorization: Bearer dummy"}, false, "X-Gate: g|Authorization: Bearer t|Accept: text/html", "X-Gate,Authorization"},
		{"Content-Type goes with content", target, "POST", []string{"Content-Length: 2"}, false, "X-Gate: g|Authorization: Bearer t|Content-Type: application/json|Accept: application/json", "X-Gate,Authorization,Content-Type,Accept"},
		{"and in the place of a string's", target, "POST", []string{"Content-Length: 2", "Content-Type: text/plain;charset=UTF-8"}, false, "X-Gate: g|Authorization: Bearer t|Content-Type: application/json|Accept: application/json", "X-Gate,Authorization,Content-Type,Accept"},
		{"not of what a check asks", target, "POST", []string{"Content-Length: 2", "Content-Type: text/plain"}, false, "X-Gate: g|Authorization: Bearer t|Content-Type: text/plain|Accept: application/json", "X-Gate,Authorization,Accept"},
		{"cookies come together", target, "GET", []string{"Cookie: corsproof=1"}, true, "X-Gate: g|Authorization: Bearer t|Accept: application/json|Cookie: corsproof=1; sid=c", "X-Gate,Authorization,Accept,Cookie"},
	} {
		before := slices.Clone(c.lines)
		s := o.Lines(c.url, c.method, c.lines, c.credentials)
		if !slices.Equal(before, c.lines) {
			t.Errorf("%s: the lines that were handed over have changed", c.what)
		}
		if got := strings.Join(s.Given, ","); got != c.given {
			t.Errorf("%s: given %s, want %s", c.what, got, c.given)
		}
		want := strings.Split(c.want, "|")
		got := slices.DeleteFunc(slices.Clone(s.Lines), func(l string) bool {
			return strings.HasPrefix(l, "Host") || strings.HasPrefix(l, "Content-Length")
		})
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.what, got, want)
		}
		for _, added := range s.Added {
			if !slices.Contains(s.Given, added) {
				t.Errorf("%s: %s was added and not given", c.what, added)
			}
		}
	}
	if s := (*ask.Options)(nil).Lines(target, "GET", plain, true); !slices.Equal(s.Lines, plain) || s.Given != nil {
		t.Errorf("no options add %v", s)
	}
}

func TestParse(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "fields")
	if err := os.WriteFile(file, []byte("# a comment\nX-A: 1\n\nX-B:2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := ask.ParseFields("@" + file)
	if err != nil || len(list) != 2 || list[1].Value != "2" {
		t.Errorf("%v %v", list, err)
	}
	t.Setenv("ASK_TEST", "s3cret")
	f, err := ask.FieldFromVariable("X-Key=ASK_TEST")
	if err != nil || f.Value != "s3cret" || f.Variable != "ASK_TEST" {
		t.Errorf("%v %v", f, err)
	}
	const secret = "S3CRET"
	for _, bad := range []string{"no colon " + secret, "Origin: " + secret, "Host: " + secret, "Sec-Fetch-Site: " + secret, "a b: " + secret, "X: " + secret + "\r\nY: 1", "@/nowhere/" + "x"} {
		if _, err := ask.ParseFields(bad); err == nil {
			t.Errorf("%q is taken", bad)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows the value: %v", err)
		}
	}
	cookies, err := ask.ParseCookies("a=1; b=x=y;")
	if err != nil || len(cookies) != 2 || cookies[1].Value != "x=y" {
		t.Errorf("%v %v", cookies, err)
	}
	if _, err := ask.ParseCookies(secret); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("a cookie without a name: %v", err)
	}
	from, to, err := ask.ParseResolve("Api.example.com:443:[::1]")
	if err != nil || from != "api.example.com:443" || to != "[::1]:443" {
		t.Errorf("%s %s %v", from, to, err)
	}
	for _, bad := range []string{"", "a:1", "a:1:host", "a"} {
		if _, _, err := ask.ParseResolve(bad); err == nil {
			t.Errorf("--resolve %q is taken", bad)
		}
	}
	for _, bad := range []string{"ftp://h", "http://u:" + secret + "@", "://"} {
		if _, err := ask.ParseProxy(bad); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("--proxy %q: %v", bad, err)
		}
	}
}

// get asks for a URL over a connection of the options, as package wire does.
func get(t *testing.T, o *ask.Options, addr string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	c, err := o.Dial(ctx, addr, false)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET "+o.Prefix(o.Scope)+"/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"); err != nil {
		return "", err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func TestWays(t *testing.T) {
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.RequestURI) })
	srv := httptest.NewServer(echo)
	defer srv.Close()
	at := srv.Listener.Addr().String()
	_, port, _ := net.SplitHostPort(at)

	named := "api.example.com:" + port
	if body, err := get(t, &ask.Options{Scope: "http://" + named, Resolve: map[string]string{named: at}}, named); body != "/x" {
		t.Errorf("--resolve: %q %v", body, err)
	}
	socket := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() { _ = http.Serve(ln, echo) }() //nolint:gosec // a test
	if body, err := get(t, &ask.Options{Scope: "http://nowhere.test", UnixSocket: socket}, "nowhere.test:80"); body != "/x" {
		t.Errorf("--unix-socket: %q %v", body, err)
	}
	p, _ := url.Parse("http://u:pw@" + at)
	o := &ask.Options{Scope: "http://nowhere.test/y", Proxy: p}
	if body, err := get(t, o, "nowhere.test:80"); body != "http://nowhere.test/x" {
		t.Errorf("--proxy: %q %v", body, err)
	}
	if s := o.Lines("http://nowhere.test/y", "GET", nil, false); !slices.Equal(s.Lines, []string{"Proxy-Authorization: Basic dTpwdw=="}) || !slices.Equal(s.Given, []string{"Proxy-Authorization"}) {
		t.Errorf("the proxy's authorization: %v", s)
	}
	if body, err := get(t, o, at); body != "http://nowhere.test/x" { // it is the proxy itself: reached directly
		t.Errorf("this machine: %q %v", body, err)
	}
}

func TestAwait(t *testing.T) {
	n := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n++; n < 3 {
			w.WriteHeader(503)
		}
	}))
	defer srv.Close()
	o := &ask.Options{Scope: srv.URL}
	if err := o.Await(t.Context(), srv.URL, 5*time.Second); err != nil || n != 3 {
		t.Errorf("after %d tries: %v", n, err)
	}
	n = -100
	if err := o.Await(t.Context(), srv.URL, 300*time.Millisecond); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("a server that never comes up: %v", err)
	}
}
