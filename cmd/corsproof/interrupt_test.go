//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/corsproof/corsproof/browser"
)

// patience is when a second signal is sent: a limit on hanging, for three seconds on a quiet machine.
const patience = 20 * time.Second

// interrupted is what a run that got a signal left.
type interrupted struct {
	code        int
	out, err    string
	took        time.Duration // from the signal to the end
	dir         string        // in which it worked
	left, temps []string      // files there, and in the temporary folder
}

// interrupt runs corsproof, and sends it a signal when it is time; one more whenever it has not ended
// within again.
func interrupt(t *testing.T, sig os.Signal, again time.Duration, when func(dir string), stdin *os.File, args ...string) interrupted {
	t.Helper()
	dir, temp := t.TempDir(), t.TempDir()
	if len(temp) > 60 { // of a browser's socket
		if short, err := os.MkdirTemp("/tmp", "c"); err == nil {
			temp = short
			t.Cleanup(func() { _ = os.RemoveAll(short) })
		}
	}
	path, err := exec.LookPath("corsproof") // testscript puts it there
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path, args...)
	var out, errs bytes.Buffer
	c.Dir, c.Env, c.Stdin, c.Stdout, c.Stderr = dir, append(os.Environ(), "TMPDIR="+temp), stdin, &out, &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	when(dir)
	begun := time.Now()
	for running := true; running; {
		_ = c.Process.Signal(sig)
		select {
		case <-ended:
			running = false
		case <-time.After(again):
		}
	}
	got := interrupted{code: c.ProcessState.ExitCode(), out: out.String(), err: errs.String(), took: time.Since(begun), dir: dir}
	for _, e := range files(t, dir) {
		if e != "r.json" {
			got.left = append(got.left, e)
		}
	}
	got.temps = files(t, temp)
	return got
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// inOrder checks what holds at whatever time a signal comes.
func (i *interrupted) inOrder(t *testing.T, report bool) {
	t.Helper()
	if i.code != exitUsage || !strings.Contains(i.err, "error: interrupted") {
		t.Errorf("exit status %d: %s", i.code, i.err)
	}
	if i.took > patience {
		t.Errorf("it took %v", i.took)
	}
	if len(i.left)+len(i.temps) > 0 {
		t.Errorf("left behind: %q, in the temporary folder %q", i.left, i.temps)
	}
	data, err := os.ReadFile(filepath.Join(i.dir, "r.json"))
	if report && os.IsNotExist(err) && strings.Contains(i.err, "before") { // before anything was measured
		return
	}
	if (err == nil) != report {
		t.Errorf("the report: %v", err)
	}
	if report && !json.Valid(data) {
		t.Error("the report is not whole")
	}
}

// TestInterrupt: the first signal ends a run in good order, whatever it is doing.
func TestInterrupt(t *testing.T) {
	accepting := func(hold bool) (addr string, one func(string)) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		accepted := make(chan struct{}, 1000)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				if !hold {
					_ = c.Close()
				}
				accepted <- struct{}{}
			}
		}()
		return l.Addr().String(), func(string) { <-accepted }
	}
	silent, once := accepting(true)
	absent, tried := accepting(false)
	var n atomic.Int64
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n.Add(1)
		time.Sleep(20 * time.Millisecond)
		w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
	}))
	defer slow.Close()
	answered := func(some int64) func(string) {
		return func(string) {
			n.Store(0)
			for n.Load() < some {
				time.Sleep(5 * time.Millisecond)
			}
		}
	}
	// Something to read, and no end of it: what was read shows that the program is there.
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close(); _ = w.Close() }()
	read := func(string) {
		_, _ = w.Write(make([]byte, 64<<10)) // all that a pipe holds
		_, _ = w.Write([]byte{0})
	}
	run := func(url string, more ...string) []string {
		return append([]string{"run", url, "--origin", "https://app.example.com", "-q", "--json", "r.json"}, more...)
	}
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		for name, c := range map[string]struct {
			when   func(string)
			stdin  *os.File
			args   []string
			report bool
		}{
			"reading explain's input":    {read, r, []string{"explain"}, false},
			"reading eval's input":       {read, r, []string{"eval"}, false},
			"reading a report":           {read, r, []string{"report", "tap", "-"}, false},
			"reading a policy":           {read, r, []string{"run", slow.URL, "--policy", "/dev/stdin"}, false},
			"before the first answer":    {once, nil, run("http://"+silent, "--browser", "none", "--timeout", "1m"), false},
			"waiting for the server":     {tried, nil, run("http://"+absent, "--browser", "none", "--wait", "1m"), false},
			"measuring, model alone":     {answered(40), nil, run(slow.URL, "--browser", "none"), true},
			"starting and using Chrome":  {answered(3), nil, run(slow.URL, "--browser", "chrome"), true},
			"in the middle, with Chrome": {answered(200), nil, run(slow.URL, "--browser", "chrome"), true},
		} {
			if strings.Contains(name, "Chrome") {
				if _, err := browser.Find(os.Getenv("CORSPROOF_CHROME")); err != nil || testing.Short() {
					continue
				}
			}
			t.Run(sig.String()+", "+name, func(t *testing.T) {
				got := interrupt(t, sig, patience, c.when, c.stdin, c.args...)
				got.inOrder(t, c.report)
			})
		}
	}
}

// A second signal ends a run that does not end by itself: its report goes to a pipe that nobody reads.
func TestInterruptTwice(t *testing.T) {
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { n.Add(1) }))
	defer srv.Close()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	const again = 4 * time.Second
	got := interrupt(t, os.Interrupt, again, func(string) {
		for n.Load() < 40 {
			time.Sleep(5 * time.Millisecond)
		}
	}, nil, "run", srv.URL, "--origin", "https://app.example.com", "--browser", "none", "-q", "--json", pipe)
	if got.code != -1 || got.took < again {
		t.Errorf("exit status %d after %v: %s", got.code, got.took, got.err)
	}
}
