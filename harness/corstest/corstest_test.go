package corstest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/harness/corstest"
	"github.com/corsproof/corsproof/internal/contract"
)

// A library's middleware, under every standard policy.
func TestMiddleware(t *testing.T) {
	sum := corstest.Run(t, corstest.Middleware(func(p cases.Policy) (func(http.Handler) http.Handler, error) {
		if p.PrivateNetwork {
			return nil, fmt.Errorf("%w: no private network access", corstest.ErrNotExpressible)
		}
		m, err := contract.Compile(p)
		if err != nil {
			return nil, err
		}
		return m.Wrap, nil
	}), corstest.Strict())
	if n := len(sum.Results); n < 100 || sum.Counts[agent.VerdictPass] < n*9/10 {
		t.Errorf("%d results, %v", n, sum.Counts)
	}
	if sum.Skips[harness.SkipNotExpressible] == 0 || sum.Skips[harness.SkipRefused] == 0 {
		t.Errorf("skips: %v", sum.Skips)
	}
}

var api = cases.Policy{
	Name: "api", Origins: []string{"https://app.example", "https://admin.example"},
	Methods: []string{"GET", "PUT"}, RequestHeaders: []string{"Content-Type", "X-Custom"}, ExposeHeaders: []string{"X-Resp"},
}

// server is somebody's own server, which knows nothing of corsproof.
func server(t *testing.T) http.Handler {
	m, err := contract.Compile(api)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/items", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) })
	return m.Wrap(mux)
}

func TestHandlerWithPolicy(t *testing.T) {
	sum := corstest.Run(t, corstest.Handler(server(t)), corstest.Policy(api), corstest.Path("/items"))
	if sum.Counts[agent.VerdictPass] < 100 || sum.Skips[harness.SkipContract] == 0 {
		t.Errorf("%v %v", sum.Counts, sum.Skips)
	}
}

func TestURLWithPolicy(t *testing.T) {
	target, stop, err := harness.Serve(server(t))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	sum := corstest.Run(t, corstest.URL(target.Base+"/items"), corstest.Policy(api), corstest.Focus("vary-*"), corstest.Skip("vary-preflight*"))
	for _, r := range sum.Results {
		if r.Verdict == agent.VerdictPass {
			return
		}
	}
	t.Errorf("nothing passed: %v", sum.Counts)
}

// A known failure is skipped with its reason.
func TestKnown(t *testing.T) {
	open := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	})
	corstest.Run(t, corstest.Handler(open), corstest.Policy(cases.Policy{Name: "nobody", Origins: []string{"https://app.example"}}),
		corstest.Focus("actual-get-disallowed-origin"), corstest.Known("actual-get-disallowed-origin", "shared with everybody on purpose"))
}

// A server that is running, with the reference middleware: the two constructors
// that are for trying things.
func TestServerAndReference(t *testing.T) {
	s := httptest.NewServer(server(t))
	defer s.Close()
	for name, sum := range map[string]*harness.Summary{
		"Server":    corstest.Run(t, corstest.Server(s), corstest.Policy(api), corstest.Path("/items"), corstest.Focus("vary-allowed")),
		"Reference": corstest.Run(t, corstest.Reference(), corstest.Focus("vary-allowed"), corstest.Timeout(time.Minute)),
	} {
		if sum.Counts[agent.VerdictPass] == 0 {
			t.Errorf("%s: nothing passed: %v", name, sum.Counts)
		}
	}
}
