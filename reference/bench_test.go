package reference_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/contract"
)

// sink is a ResponseWriter that costs next to nothing.
type sink struct{ h http.Header }

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)             {}

// BenchmarkMiddleware compares a handler with the same behind a policy.
func BenchmarkMiddleware(b *testing.B) {
	list, err := readStandard()
	if err != nil {
		b.Fatal(err)
	}
	app := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{"text/plain"}
		_, _ = io.WriteString(w, "ok")
	})
	handlers := map[string]http.Handler{"bare": app}
	for _, p := range list {
		if m, err := contract.Compile(p); err == nil {
			handlers[p.Name] = m.Wrap(app)
		}
	}
	for _, bench := range []struct {
		name, policy, method string
		header               http.Header
	}{
		{"handler-alone", "bare", "GET", lines("Origin: https://app.example")},
		{"no-origin", "exact", "GET", lines()},
		{"denied", "exact", "GET", lines("Origin: https://evil.test")},
		{"granted", "exact", "GET", lines("Origin: https://app.example")},
		{"granted-credentials", "exact-creds", "GET", lines("Origin: https://app.example")},
		{"any", "any", "GET", lines("Origin: https://app.example")},
		{"pattern", "pattern", "GET", lines("Origin: https://x.apps.example")},
		{"regex", "regex", "GET", lines("Origin: https://x.apps.example")},
		{"preflight", "exact", "OPTIONS", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: authorization,content-type,x-custom")},
		{"preflight-echo", "any-headers-creds", "OPTIONS", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: authorization,content-type,x-custom")},
		{"preflight-commas", "exact", "OPTIONS", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: "+strings.Repeat(",", 1<<20))},
		{"preflight-echo-commas", "any-headers-creds", "OPTIONS", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: "+strings.Repeat(",", 1<<20))},
	} {
		h := handlers[bench.policy]
		if bench.name == "handler-alone" {
			h = app
		}
		b.Run(bench.name, func(b *testing.B) {
			r := httptest.NewRequest(bench.method, "/", nil)
			r.Header = bench.header
			w := &sink{h: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.h)
				h.ServeHTTP(w, r)
			}
		})
	}
}
