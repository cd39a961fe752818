package deploy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/corsproof/corsproof/browser"
)

// services are those of a compose file.
type services struct {
	Services map[string]struct {
		Command     []string
		Environment []string
		NetworkMode string `yaml:"network_mode"`
	}
}

func needsChrome(t *testing.T) {
	t.Helper()
	if _, err := browser.Find(""); err != nil {
		t.Skip(err)
	}
}

// chrome starts the Chrome of this machine with flags, and gives the address of its protocol.
func chrome(t *testing.T, flags ...string) string {
	t.Helper()
	path, err := browser.Find("")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "corsproof-remote-")
	if err != nil {
		t.Fatal(err)
	}
	var errs lockedBuffer
	cmd := exec.Command(path, append(flags, "--headless=new", "--no-first-run", "--user-data-dir="+dir, "about:blank")...)
	cmd.Stderr, cmd.WaitDelay = &errs, time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		for range 50 { // its children end a little later
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	for range 600 {
		if m := regexp.MustCompile(`ws://\S+`).FindString(errs.String()); m != "" {
			return m
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("Chrome does not come up: %s", errs.String())
	return ""
}

// freePort is a port of loopback that nobody has.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

// seen fails the test unless a browser took part: it runs elsewhere, since corsproof finds none (start).
func (e ended) seen(t *testing.T) {
	t.Helper()
	e.expect(t, 1, "A request header that should be allowed is not listed", "seen in chrome")
}

// A browser in a container of its own, with the flags and the address that the file has. Chrome stands for
// headless-shell, which is the same program without windows, and another port for 9222.
func TestCompose(t *testing.T) {
	needsChrome(t)
	var c services
	if err := yaml.Unmarshal([]byte(read(t, "browsers/compose.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	shell, tool := c.Services["browser"], c.Services["corsproof"]
	if tool.NetworkMode != "service:browser" || !slices.Contains(tool.Environment, "STAGING_TOKEN") {
		t.Errorf("%+v", tool)
	}
	port := freePort(t)
	own := func(list []string) []string {
		out := slices.Clone(list)
		for i := range out {
			out[i] = strings.ReplaceAll(out[i], "9222", port)
		}
		return slices.DeleteFunc(out, func(s string) bool { return strings.HasPrefix(s, "--user-data-dir=") })
	}
	dir := folder(t, staging(t, false).URL, "")
	done := make(chan ended)
	go func() { // both containers start at once
		done <- start(t, dir, []string{"STAGING_TOKEN=" + token}, append([]string{"corsproof"}, own(tool.Command)...)...)
	}()
	chrome(t, own(shell.Command)...)
	(<-done).seen(t)
}

// A session of a Selenium Grid, whose protocol goes through the Grid, and which ends with the run.
func TestGrid(t *testing.T) {
	grid := os.Getenv("CORSPROOF_GRID")
	if grid == "" {
		needsChrome(t)
		grid = gridLike(t)
	}
	script, err := filepath.Abs("browsers/grid")
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t, staging(t, false).URL, "")
	start(t, dir, []string{"STAGING_TOKEN=" + token, "GRID=" + grid}, script, "run", "-q").seen(t)
	end := start(t, dir, []string{"STAGING_TOKEN=" + token, "GRID=http://127.0.0.1:1"}, script, "run", "-q")
	end.expect(t, 4, "grid: no session at http://127.0.0.1:1")
}

// gridLike answers as a Grid does: a session is a Chrome with the arguments that were asked for.
func gridLike(t *testing.T) string {
	t.Helper()
	ended := false
	var proxy *httputil.ReverseProxy
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost && r.URL.Path == "/session":
			var asked struct {
				Capabilities struct {
					AlwaysMatch struct {
						BrowserName string
						Chrome      struct{ Args []string } `json:"goog:chromeOptions"`
					}
				}
			}
			if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Capabilities.AlwaysMatch.BrowserName != "chrome" {
				t.Errorf("%v: %+v", err, asked)
			}
			target, err := url.Parse(chrome(t, append(asked.Capabilities.AlwaysMatch.Chrome.Args, "--remote-debugging-port=0")...))
			if err != nil {
				t.Error(err)
			}
			target.Scheme = "http"
			proxy = &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
				p.Out.URL, p.Out.Host = target, target.Host
			}}
			_, _ = fmt.Fprint(w, `{"value": {"sessionId": "abc123", "capabilities": {"browserName": "chrome", "se:cdp": "ws://172.17.0.9:4444/session/abc123/se/cdp"}}}`)
		case r.Method == http.MethodGet && r.URL.Path == "/session/abc123/se/cdp":
			proxy.ServeHTTP(w, r)
		case r.Method == http.MethodDelete && r.URL.Path == "/session/abc123":
			ended = true
		default:
			t.Errorf("%s %s", r.Method, r.URL)
		}
	}))
	t.Cleanup(func() {
		s.Close()
		if !ended {
			t.Error("the session was left open")
		}
	})
	return s.URL
}

// lockedBuffer can be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
