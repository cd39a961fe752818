package watch_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/corsproof/corsproof/internal/watch"
)

// never is how long a test waits for what must not come; soon for what must.
const (
	never = 350 * time.Millisecond
	soon  = 20 * time.Second
)

func next(t *testing.T, w *watch.Watcher, within time.Duration) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	c, err := w.Next(ctx)
	if err != nil {
		return "nothing"
	}
	return c.String()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func watcher(t *testing.T, in watch.Inputs) *watch.Watcher {
	t.Helper()
	w, err := watch.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if err := w.Set(in); err != nil {
		t.Fatal(err)
	}
	return w
}

// A change is told once, however an editor saves; what is written again as it was, files beside, hidden ones and
// the run's own are none.
func TestFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "policy.yaml", "a")
	write(t, "src/main.go", "a")
	write(t, "src/.git/x/y", "a")
	w := watcher(t, watch.Inputs{Files: []string{"policy.yaml", "later.yaml"}, Dirs: []string{"src", "cases"}, Without: []string{"src/report.json"}})
	for _, c := range []struct {
		about string
		do    func()
		want  string
	}{
		{"nothing", func() {}, "nothing"},
		{"written again as it was", func() { write(t, "policy.yaml", "a") }, "nothing"},
		{"written", func() { write(t, "policy.yaml", "b") }, "policy.yaml changed"},
		{"in many steps", func() {
			for i := range 20 {
				write(t, "policy.yaml", fmt.Sprint("c", i))
			}
		}, "policy.yaml changed"},
		{"another file put in its place", func() {
			write(t, "policy.yaml.new", "d")
			_ = os.Rename("policy.yaml.new", "policy.yaml")
		}, "policy.yaml changed"},
		{"gone, and there again as it was", func() {
			_ = os.Rename("policy.yaml", "policy.yaml~")
			write(t, "policy.yaml", "d")
		}, "nothing"},
		{"a file beside", func() { write(t, "other.yaml", "a") }, "nothing"},
		{"one that was not there", func() { write(t, "later.yaml", "a") }, "later.yaml changed"},
		{"gone", func() { _ = os.Remove("later.yaml") }, "later.yaml changed"},
		{"below", func() { write(t, "src/main.go", "b") }, "src/main.go changed"},
		{"hidden", func() {
			write(t, "src/.main.go.swp", "b")
			write(t, "src/.git/x/y", "b")
			write(t, "src/main.go~", "b")
		}, "nothing"},
		{"the run's own", func() { write(t, "src/report.json", "b"); write(t, "src/.report.json.123", "b") }, "nothing"},
		{"a folder that was not there", func() { write(t, "src/deep/er/a.go", "b") }, "src/deep changed"},
		{"and in it", func() { write(t, "src/deep/er/a.go", "c") }, "src/deep/er/a.go changed"},
		{"a named folder that was not there", func() { write(t, "cases/a.yaml", "b") }, "cases changed"},
	} {
		c.do()
		within := soon
		if c.want == "nothing" {
			within = never
		}
		if got := next(t, w, within); got != c.want && !strings.HasPrefix(got, strings.TrimSuffix(c.want, " changed")+",") {
			t.Errorf("%s: %s, not %s", c.about, got, c.want)
		}
	}
}

// What changed while nobody waited is not lost, and what is on its way is told with it.
func TestBetween(t *testing.T) {
	t.Chdir(t.TempDir())
	in := watch.Inputs{Files: []string{"a.yaml"}, Dirs: []string{"."}}
	write(t, "a.yaml", "a")
	w := watcher(t, in)
	write(t, "a.yaml", "b")
	if err := w.Set(in); err != nil {
		t.Fatal(err)
	}
	if got := next(t, w, soon); got != "a.yaml changed" {
		t.Error(got)
	}
	write(t, "access.log", "a")
	if c := w.Rest(); c.String() != "access.log changed" {
		t.Error(c.String())
	}
	if c := w.Rest(); !c.Empty() {
		t.Error(c.String())
	}
}

// A server that ends, and one that is there again, are told; one that was started again between two looks too.
func TestServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	dial := func(ctx context.Context) error {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	s := watch.Server{Name: "api", Port: watch.Port(addr), Dial: dial}
	w := watcher(t, watch.Inputs{Servers: []watch.Server{s}})
	again := func() {
		if l, err = net.Listen("tcp", addr); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want string, within time.Duration) {
		t.Helper()
		if got := next(t, w, within); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
	expect("nothing", never)
	_ = l.Close()
	expect("api stopped", soon)
	again()
	expect("api was started", soon)
	if _, err := os.Stat("/proc/net/tcp"); err == nil {
		_ = l.Close()
		again()
		expect("api was started", soon)
	}
	if err := w.Set(watch.Inputs{Servers: []watch.Server{s}}); err != nil {
		t.Fatal(err)
	}
	expect("nothing", never)
	_ = l.Close()
}

// One elsewhere is left alone, until a run could not reach it.
func TestElsewhere(t *testing.T) {
	dialled := make(chan bool, 100)
	s := watch.Server{Name: "api.example.com:443", Dial: func(context.Context) error { dialled <- true; return nil }}
	w := watcher(t, watch.Inputs{Servers: []watch.Server{s}})
	if got := next(t, w, 3*never); got != "nothing" || len(dialled) > 0 {
		t.Error(got, len(dialled))
	}
	w.Down()
	if got := next(t, w, soon); got != "api.example.com:443 was started" || len(dialled) != 1 {
		t.Error(got, len(dialled))
	}
}
