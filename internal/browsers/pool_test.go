package browsers_test

import (
	"context"
	"slices"
	"strings"
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
