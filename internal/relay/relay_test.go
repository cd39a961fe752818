package relay_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/proxy"

	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/relay"
	"github.com/corsproof/corsproof/internal/testcert"
)

// start starts a relay and gives a way to connect through it, as a browser would.
func start(t *testing.T, o *ask.Options) func(ctx context.Context, network, addr string) (net.Conn, error) {
	t.Helper()
	r, err := relay.Start(o, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	d, err := proxy.SOCKS5("tcp", strings.TrimPrefix(r.URL(), "socks5://"), nil, &net.Dialer{Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return d.(proxy.ContextDialer).DialContext
}

// talk sends bytes to the address through a relay and gives all that came back.
func talk(t *testing.T, dial func(context.Context, string, string) (net.Conn, error), addr, text string) string {
	t.Helper()
	c, err := dial(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// scripted is a server that reads all it gets until a request says Connection: close, and
// answers with the same bytes each time.
func scripted(t *testing.T, answer string) (addr string, got func() string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	var mu sync.Mutex
	var all strings.Builder
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for {
					line, err := in.ReadString('\n')
					mu.Lock()
					all.WriteString(line)
					over := strings.HasSuffix(all.String(), "\r\nEND\r\n")
					mu.Unlock()
					if over || err != nil {
						_, _ = io.WriteString(c, answer)
						return
					}
				}
			}()
		}
	}()
	return ln.Addr().String(), func() string { mu.Lock(); defer mu.Unlock(); return all.String() }
}

const preflight = "OPTIONS /x HTTP/1.1\r\nHost: HOST\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n"

// What is added to HTTP/1, and that nothing else changes on the way, in either direction.
func TestHTTP1(t *testing.T) {
	const answer = "HTTP/1.1 200 Fine\r\nX-a:  1\r\nx-A: 2\r\nContent-Length: 3\r\n\r\nabc\x00tail"
	addr, got := scripted(t, answer)
	o := &ask.Options{Scope: "http://" + addr + "/x", Page: []ask.Field{{Name: "X-Page", Value: "p"}}, Gate: []ask.Field{{Name: "X-Gate", Value: "g"}}}
	text := strings.ReplaceAll(preflight+
		"POST /x HTTP/1.1\r\nhost: HOST\r\nContent-Length: 5\r\n\r\nGET /"+
		"PUT /x HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: 1\r\n\r\n"+
		"GET /last HTTP/1.1\r\nHost: other.example\r\n\r\n"+
		"GET /end HTTP/1.1\r\nHost: HOST\r\nContent-Length: 7\r\n\r\n\r\nEND\r\n", "HOST", addr)
	if back := talk(t, start(t, o), addr, text); back != answer {
		t.Errorf("the answer came back as %q", back)
	}
	want := strings.ReplaceAll(text, "Access-Control-Request-Method: PUT\r\n", "Access-Control-Request-Method: PUT\r\nX-Gate: g\r\n")
	both := "X-Gate: g\r\nX-Page: p\r\n\r\n"
	want = strings.Replace(want, "Content-Length: 5\r\n\r\n", "Content-Length: 5\r\n"+both, 1)
	want = strings.Replace(want, "chunked\r\n\r\n", "chunked\r\n"+both, 1)
	want = strings.Replace(want, "Content-Length: 7\r\n\r\n", "Content-Length: 7\r\n"+both, 1)
	if sent := got(); sent != want {
		t.Errorf("the server got\n%q\nwant\n%q", sent, want)
	}
}

// Bytes go through untouched where there is nothing to add: to other servers, and after a change of protocol.
func TestUntouched(t *testing.T) {
	addr, got := scripted(t, "bye")
	other := &ask.Options{Scope: "http://127.0.0.1:1/x", Page: []ask.Field{{Name: "X-Page", Value: "p"}}}
	const junk = "\x00\x01 not HTTP at all\r\nEND\r\n"
	if back := talk(t, start(t, other), addr, junk); back != "bye" || got() != junk {
		t.Errorf("%q came back, the server got %q", back, got())
	}
	addr, got = scripted(t, "HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x00")
	o := &ask.Options{Scope: "http://" + addr, Page: []ask.Field{{Name: "X-Page", Value: "p"}}}
	handshake := "GET /s HTTP/1.1\r\nHost: " + addr + "\r\nUpgrade: websocket\r\n"
	if back := talk(t, start(t, o), addr, handshake+"\r\n\x81\x05\r\nEND\r\n"); !strings.HasSuffix(back, "\x81\x00") {
		t.Errorf("%q came back", back)
	}
	if want := handshake + "X-Page: p\r\n\r\n\x81\x05\r\nEND\r\n"; got() != want {
		t.Errorf("the server got %q, want %q", got(), want)
	}
}

// The relay ends TLS where something is added inside of it, speaks what the server speaks, and shows the
// certificate that was given.
func TestTLS(t *testing.T) {
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		var mu sync.Mutex
		var seen []string
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, r.Proto+" "+r.Method+" page="+r.Header.Get("X-Page")+" gate="+r.Header.Get("X-Gate")+" cert="+r.TLS.PeerCertificates[0].Subject.CommonName)
			w.Header()["X-Twice"] = []string{"1", "2"}
			w.Header()["Date"] = nil
			w.WriteHeader(418)
			_, _ = io.Copy(w, r.Body)
		}))
		srv.EnableHTTP2 = protocol == "HTTP/2.0"
		srv.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
		srv.StartTLS()
		defer srv.Close()
		pair, err := testcert.New("127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AddCert(srv.Certificate())
		o := &ask.Options{
			Scope: srv.URL, Roots: roots, Certificate: &pair,
			Page: []ask.Field{{Name: "X-Page", Value: "p"}}, Gate: []ask.Field{{Name: "X-Gate", Value: "g"}},
		}
		dial := start(t, o)
		client := &http.Client{Transport: &http.Transport{DialContext: dial, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // the relay's own
		for _, method := range []string{"POST", "OPTIONS"} {
			req, _ := http.NewRequest(method, srv.URL, strings.NewReader("content"))
			if method == "OPTIONS" {
				req.Header.Set("Access-Control-Request-Method", "PUT")
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatalf("%s: %v", protocol, err)
			}
			body, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if resp.Proto != protocol || resp.StatusCode != 418 || string(body) != "content" || !slices.Equal(resp.Header["X-Twice"], []string{"1", "2"}) || resp.Header["Date"] != nil {
				t.Errorf("%s: %v %v %q", protocol, resp, resp.Header, body)
			}
		}
		want := []string{protocol + " POST page=p gate=g cert=corsproof", protocol + " OPTIONS page= gate=g cert=corsproof"}
		if !slices.Equal(seen, want) {
			t.Errorf("the server saw %q, want %q", seen, want)
		}
	}
}

// A server whose certificate is not trusted is not reached, though the browser takes the relay's.
func TestUntrusted(t *testing.T) {
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	srv.Config.ErrorLog = nil
	o := &ask.Options{Scope: srv.URL, Page: []ask.Field{{Name: "X", Value: "secret"}}}
	client := &http.Client{Transport: &http.Transport{DialContext: start(t, o), TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // the relay's own
	if resp, err := client.Get(srv.URL); err == nil {
		t.Errorf("an answer came: %v", resp)
	}
}

// Through an HTTP proxy plain requests go with the whole URL, and TLS through a tunnel.
func TestThroughProxy(t *testing.T) {
	var seen []string
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect {
			seen = append(seen, "CONNECT "+r.RequestURI+" "+r.Header.Get("Proxy-Authorization"))
			server, err := net.Dial("tcp", r.RequestURI)
			if err != nil {
				return
			}
			c, buf, _ := http.NewResponseController(w).Hijack()
			_, _ = buf.WriteString("HTTP/1.1 200 OK\r\n\r\n")
			_ = buf.Flush()
			go func() { _, _ = io.Copy(server, buf) }()
			_, _ = io.Copy(c, server)
			_ = c.Close()
			return
		}
		seen = append(seen, r.RequestURI+" "+r.Header.Get("Proxy-Authorization"))
		(&httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}}).ServeHTTP(w, r)
	}))
	defer up.Close()
	for _, secure := range []bool{false, true} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.RequestURI) }))
		if secure {
			srv.Close()
			srv = httptest.NewTLSServer(srv.Config.Handler)
		}
		defer srv.Close()
		p, _ := url.Parse(strings.Replace(up.URL, "http://", "http://u:pw@", 1))
		client := &http.Client{Transport: &http.Transport{DialContext: start(t, &ask.Options{Scope: srv.URL, Proxy: p}), TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // a test
		resp, err := client.Get(srv.URL + "/x?y")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		want := srv.URL + "/x?y Basic dTpwdw=="
		if secure {
			want = "CONNECT " + srv.Listener.Addr().String() + " Basic dTpwdw=="
		}
		if string(body) != "/x?y" || len(seen) == 0 || seen[len(seen)-1] != want {
			t.Errorf("got %q; the proxy saw %q, want %q", body, seen, want)
		}
	}
}

// Close ends what is under way.
func TestClose(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	r, err := relay.Start(&ask.Options{Scope: "http://" + ln.Addr().String()}, false)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := proxy.SOCKS5("tcp", strings.TrimPrefix(r.URL(), "socks5://"), nil, nil)
	c, err := d.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = r.Close(); close(done) }()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
		t.Fatal("Close waits for a connection that says nothing")
	}
	_ = c.Close()
}
