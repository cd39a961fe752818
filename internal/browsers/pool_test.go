package browsers_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/browsers"
)

// options are those of requests to a URL, held to what they may do.
func options(url string, change ...func(*ask.Options)) *ask.Options {
	o := &ask.Options{Scope: url}
	for _, f := range change {
		f(o)
	}
	(&harness.Target{Requests: o}).Restrain(url, strings.Contains(url, "//127."), nil, nil)
	return o
}

func header(o *ask.Options) { o.Page = []ask.Field{{Name: "X-A", Value: "1"}} }
func post(o *ask.Options)   { o.Method = "POST" }
func cookie(o *ask.Options) { o.Cookies = []ask.Cookie{{Name: "a", Value: "b"}} }

// One browser makes the requests of two runs where it can make both: not where fields, cookies
// or limits of the one would go into the other.
func TestFor(t *testing.T) {
	for _, c := range []struct {
		about string
		a, b  *ask.Options
		same  bool
	}{
		{"two servers of this machine", options("http://127.0.0.1:1/a"), options("http://127.0.0.1:2/b"), true},
		{"another path", options("https://api.example.com/a"), options("https://api.example.com/b"), true},
		{"one of them elsewhere", options("http://127.0.0.1:1/a"), options("https://api.example.com/a"), false},
		{"two servers elsewhere", options("https://api.example.com/"), options("https://www.example.com/"), false},
		{"elsewhere, another method", options("https://api.example.com/"), options("https://api.example.com/", post), false},
		{"this machine, another method", options("http://127.0.0.1:1/"), options("http://127.0.0.1:1/", post), true},
		{"a field", options("http://127.0.0.1:1/"), options("http://127.0.0.1:1/", header), false},
		{"the same field for two servers", options("http://127.0.0.1:1/", header), options("http://127.0.0.1:2/", header), false},
		{"the same field", options("http://127.0.0.1:1/a", header), options("http://127.0.0.1:1/b", header), true},
		{"the same cookie for two paths", options("http://127.0.0.1:1/a", cookie), options("http://127.0.0.1:1/b", cookie), false},
	} {
		started, ended := 0, 0
		p := &browsers.Pool{Open: func(context.Context, *ask.Options) ([]agent.Agent, string, func(), error) {
			started++
			return nil, "note", func() { ended++ }, nil
		}}
		for _, o := range []*ask.Options{c.a, c.b, c.a} {
			if _, note, err := p.For(t.Context(), o); err != nil || note != "note" {
				t.Errorf("%s: %q, %v", c.about, note, err)
			}
		}
		if same := started == 1; same != c.same {
			t.Errorf("%s: %d browsers", c.about, started)
		}
		p.Keep(c.b)
		if left := started - ended; left != 1 {
			t.Errorf("%s: %d browsers are left where one is needed", c.about, left)
		}
		p.Close()
		if ended != started {
			t.Errorf("%s: %d started, %d ended", c.about, started, ended)
		}
	}
}

// Without a way to start them there are none, and that is no error.
func TestNone(t *testing.T) {
	agents, note, err := new(browsers.Pool).For(t.Context(), options("http://127.0.0.1:1/"))
	if !slices.Equal(agents, nil) || note != "" || err != nil {
		t.Error(agents, note, err)
	}
}

// What is started soon is what is asked for later, is ended though nobody asks for it, also
// while it starts, and its error is told to whoever asks.
func TestSoon(t *testing.T) {
	var started, ended, given atomic.Int32
	broken := errors.New("broken")
	p := &browsers.Pool{Open: func(ctx context.Context, o *ask.Options) ([]agent.Agent, string, func(), error) {
		started.Add(1)
		switch o.Method {
		case "POST":
			return nil, "", nil, broken
		case "PUT":
			<-ctx.Done()
			given.Add(1)
			return nil, "", nil, ctx.Err()
		}
		return nil, "note", func() { ended.Add(1) }, nil
	}}
	o := options("http://127.0.0.1:1/")
	p.Soon(t.Context(), o)
	p.Soon(t.Context(), o)
	if _, note, err := p.For(t.Context(), o); note != "note" || err != nil || started.Load() != 1 {
		t.Error(note, err, started.Load())
	}
	far := options("https://api.example.com/", post)
	p.Soon(t.Context(), far)
	for range 2 { // the second time it is tried once more
		if _, _, err := p.For(t.Context(), far); !errors.Is(err, broken) {
			t.Error(err)
		}
	}
	p.Soon(t.Context(), options("https://www.example.com/"))
	p.Soon(t.Context(), options("https://api.example.com/", func(o *ask.Options) { o.Method = "PUT" }))
	p.Close()
	if started.Load() != 5 || ended.Load() != 2 || given.Load() != 1 {
		t.Errorf("%d started, %d ended, %d given up", started.Load(), ended.Load(), given.Load())
	}
}
