// Package compared measures the reference middleware beside others. It is a module of its own, so that nobody who imports
// corsproof gets them.
package compared

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	jub0bs "github.com/jub0bs/cors"
	rs "github.com/rs/cors"

	"github.com/corsproof/corsproof/reference"
)

// sink is a ResponseWriter that costs next to nothing.
type sink struct{ h http.Header }

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)             {}

// handlers are the application alone and the same behind each middleware, for one policy.
func handlers(b *testing.B) map[string]http.Handler {
	app := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{"text/plain"}
		_, _ = io.WriteString(w, "ok")
	})
	origins, methods, headers, exposed, age := []string{"https://app.example", "https://admin.example"}, []string{"PUT", "DELETE"}, []string{"Authorization", "Content-Type"}, []string{"X-Total"}, 600
	ours, err := reference.New(reference.Policy{Origins: origins, Methods: methods, RequestHeaders: headers, ExposeHeaders: exposed, MaxAge: &age, Credentials: true})
	if err != nil {
		b.Fatal(err)
	}
	theirs, err := jub0bs.NewMiddleware(jub0bs.Config{Origins: origins, Methods: methods, RequestHeaders: headers, ResponseHeaders: exposed, MaxAgeInSeconds: age, Credentialed: true})
	if err != nil {
		b.Fatal(err)
	}
	third := rs.New(rs.Options{AllowedOrigins: origins, AllowedMethods: methods, AllowedHeaders: headers, ExposedHeaders: exposed, MaxAge: age, AllowCredentials: true})
	return map[string]http.Handler{"bare": app, "reference": ours.Wrap(app), "rs": third.Handler(app), "jub0bs": theirs.Wrap(app)}
}

func BenchmarkMiddleware(b *testing.B) {
	all := handlers(b)
	for _, request := range []struct {
		name, method string
		header       http.Header
	}{
		{"plain", "GET", http.Header{}},
		{"denied", "GET", http.Header{"Origin": {"https://evil.test"}}},
		{"granted", "GET", http.Header{"Origin": {"https://app.example"}}},
		{"preflight", "OPTIONS", http.Header{"Origin": {"https://app.example"}, "Access-Control-Request-Method": {"PUT"}, "Access-Control-Request-Headers": {"authorization,content-type"}}},
	} {
		for _, name := range []string{"bare", "reference", "rs", "jub0bs"} {
			b.Run(request.name+"/"+name, func(b *testing.B) {
				r := httptest.NewRequest(request.method, "/", nil)
				r.Header = request.header
				w := &sink{h: http.Header{}}
				b.ReportAllocs()
				for b.Loop() {
					clear(w.h)
					all[name].ServeHTTP(w, r)
				}
			})
		}
	}
}
