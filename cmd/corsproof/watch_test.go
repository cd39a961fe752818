package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// display is what somebody sees who watches.
type display struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *display) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

// until waits until something is on the screen, and wipes it.
func (s *display) until(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(10 * time.Millisecond) {
		s.mu.Lock()
		text := s.text.String()
		if re.MatchString(text) {
			s.text.Reset()
			s.mu.Unlock()
			return text
		}
		s.mu.Unlock()
	}
	t.Fatalf("%s is not on the screen:\n%s", pattern, s.text.String())
	return ""
}

// shop is a server whose mistake is switched on and off, and that can be started again.
type shop struct {
	*httptest.Server
	wrong atomic.Bool
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Origin")
	if r.Header.Get("Origin") == "https://app.example.com" && !s.wrong.Load() {
		w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
	}
}

func (s *shop) start(t *testing.T, addr string) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	s.Server = &httptest.Server{Listener: l, Config: &http.Server{Handler: s}}
	s.Start()
}

// watching starts a run with --watch; end interrupts it, and gives its exit status.
func watching(t *testing.T, args ...string) (s *display, end func() int) {
	t.Helper()
	s = &display{}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := newRoot()
	cmd.SetArgs(append([]string{"run", "--watch", "--browser", "none", "-q", "--focus", "actual-get-allowed-origin", "--focus", "stated-*"}, args...))
	cmd.SetOut(s)
	cmd.SetErr(s)
	done := make(chan error, 1)
	go func() { done <- cmd.ExecuteContext(ctx) }()
	return s, func() int {
		cancel()
		select {
		case err := <-done:
			if e, ok := errors.AsType[*status](err); ok {
				return e.code
			}
			t.Fatal(err)
		case <-time.After(time.Minute):
			t.Fatal("it does not end")
		}
		return 0
	}
}

const waiting = `waiting for a change`

// TestWatch: a change of the policy, and a server that is started again, make it run again; what failed is
// told first, and then what is different. The status is that of the last run.
func TestWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	save(t, "policy.yaml", "name: api\norigins: [https://app.example.com]\n")
	server := &shop{}
	server.start(t, "127.0.0.1:0")
	addr := server.Listener.Addr().String()
	s, end := watching(t, server.URL+"/items", "--policy", "policy.yaml", "--json", "report.json")
	see(t, s.until(t, waiting), "All right", "held to origins https://app.example.com;", "watching policy.yaml, "+addr+"\n")

	server.wrong.Store(true)
	server.Close()
	s.until(t, addr+" stopped; waiting until it is there again")
	server.start(t, addr)
	see(t, s.until(t, waiting), addr+" was started", "Since the run of ", "new      ", "FAIL")

	save(t, "policy.yaml", "name: api\norigin: [https://app.example.com]\n")
	see(t, s.until(t, waiting), "policy.yaml changed", "error: policy.yaml:2: unknown key", "origin")

	save(t, "policy.yaml", "name: api\norigins: [https://app.example.com] # as it was\n")
	text := s.until(t, waiting)
	see(t, text, "policy.yaml changed", " checks? that failed \\d+ fail again", "as before: ")
	if strings.Contains(text, "FAIL") {
		t.Errorf("the page is there again:\n%s", text)
	}

	server.wrong.Store(false)
	server.Close()
	server.start(t, addr)
	see(t, s.until(t, waiting), " checks? that failed \\d+ pass", "gone     ", "All right")
	if code := end(); code != exitConformant {
		t.Errorf("exit status %d", code)
	}
	server.Close()
}

// TestWatchProject: the same of a project, with a folder that it names; what the run writes there, and a file that grows with every
// request, do not make it run for ever.
func TestWatchProject(t *testing.T) {
	t.Chdir(t.TempDir())
	log, err := os.Create("access.log")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	server := &shop{}
	server.wrong.Store(true)
	l := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = log.WriteString(r.URL.Path + "\n")
		server.ServeHTTP(w, r)
	}))
	defer l.Close()
	project := "version: 1\nname: shop\ntargets: {api: {url: " + l.URL + "}}\npolicies: {api: {origins: [https://app.example.com]}}\nendpoints: [{path: /items}]\nwatch: [.]\nreports: {json: report.json}\n"
	save(t, "corsproof.yaml", project)
	s, end := watching(t)
	see(t, s.until(t, waiting), "1 endpoint of corsproof.yaml", "FAIL", "access.log changes during every run")

	server.wrong.Store(false)
	save(t, "main.go", "package main")
	see(t, s.until(t, waiting), "main.go changed", "gone     ", "All right")

	save(t, "corsproof.yaml", project+"endpoint: []\n")
	see(t, s.until(t, waiting), "corsproof.yaml changed", "error: corsproof.yaml:8: unknown key")
	if code := end(); code != exitUsage {
		t.Errorf("exit status %d", code)
	}
}

func save(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func see(t *testing.T, text string, patterns ...string) {
	t.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile(p).MatchString(text) {
			t.Errorf("%q is not on the screen:\n%s", p, text)
		}
	}
}
