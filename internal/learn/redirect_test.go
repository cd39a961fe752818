package learn_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/learn"
)

// TestRedirect: of a redirect no script reads where it leads; and of what was not sent it is not said that it is served.
func TestRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
			w.Header().Set("X-Other", "1")
			if r.Method == "OPTIONS" {
				return
			}
			w.Header().Set("Location", "https://login.example/")
			w.WriteHeader(status)
		}))
		found, err := learn.Endpoint(t.Context(), learn.Options{URL: srv.URL})
		srv.Close()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Join(found.Unread, ", ") != "X-Other" {
			t.Errorf("%d: no page can read %q", status, found.Unread)
		}
		if said := strings.Join(found.Lines(), "\n"); !strings.Contains(said, "methods   those of GET, HEAD, POST that it serves; by preflight no other") {
			t.Errorf("%d: %s", status, said)
		}
	}
}
