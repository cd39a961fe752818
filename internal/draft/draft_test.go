package draft_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/draft"
)

const page, token = "https://app.example.com", "Bearer t0ken"

// endpoint is a server whose token decides before its router does.
type endpoint struct {
	methods string // Allow, with a 405 for others
	bare    bool   // the 401 has no CORS header
	open    bool   // no token is wanted
}

func (e endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	preflight := r.Method == http.MethodOptions
	refused := !preflight && !e.open && r.Header.Get("Authorization") != token
	if w.Header().Set("Vary", "Origin"); r.Header.Get("Origin") == page && !(refused && e.bare) {
		w.Header().Set("Access-Control-Allow-Origin", page)
		w.Header().Set("Access-Control-Allow-Headers", "authorization")
	}
	switch {
	case preflight:
		w.WriteHeader(http.StatusNoContent)
	case refused:
		w.WriteHeader(http.StatusUnauthorized)
	case !strings.Contains(e.methods, r.Method):
		w.Header().Set("Allow", e.methods)
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// TestWithoutToken: what an endpoint answers without the token is looked at whatever GET is answered with, and
// the method that the server names in place of GET is a question.
func TestWithoutToken(t *testing.T) {
	const without, question, method = "name: x-without-login", "# ? Without these fields", "#   method: "
	for name, c := range map[string]struct {
		endpoint
		want, not []string
	}{
		"GET":                           {endpoint{methods: "GET, HEAD"}, []string{without, "a page can read that it is 401"}, []string{question, method}},
		"GET, a 401 without CORS":       {endpoint{methods: "GET, HEAD", bare: true}, []string{without, question}, []string{method}},
		"POST alone":                    {endpoint{methods: "POST"}, []string{without, "a page can read that it is 401", method + "POST", "status: 405", "the server names POST. "}, []string{question}},
		"POST, a 401 without CORS":      {endpoint{methods: "OPTIONS, POST", bare: true}, []string{without, question, method + "POST"}, nil},
		"DELETE and PUT":                {endpoint{methods: "DELETE, PUT"}, []string{without, method + "PUT"}, nil},
		"POST, and nobody wants tokens": {endpoint{methods: "POST", open: true}, []string{method + "POST"}, []string{without}},
		"a method of no script":         {endpoint{methods: "TRACE"}, []string{without, "status: 405"}, []string{method}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(c.endpoint)
			defer srv.Close()
			field, err := ask.NewField("Authorization", token)
			if err != nil {
				t.Fatal(err)
			}
			d := draft.Draft{Name: "x", URL: srv.URL, From: srv.URL, Endpoints: []draft.Endpoint{{Path: "/x"}}, Headers: [][2]string{{"Authorization", "Bearer ${TOKEN}"}}}
			if err := d.Learn(context.Background(), draft.Options{Requests: &ask.Options{Page: []ask.Field{field}}, Most: 1}); err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			if err := d.Write(&b); err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("no %q in\n%s", want, b.String())
				}
			}
			for _, not := range c.not {
				if strings.Contains(b.String(), not) {
					t.Errorf("%q in\n%s", not, b.String())
				}
			}
		})
	}
}
