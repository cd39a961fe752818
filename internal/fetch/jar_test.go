package fetch_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/fetch"
)

// Across sites a cookie is kept and sent with SameSite=None and Secure alone; within a site any is.
func TestCookies(t *testing.T) {
	var mu sync.Mutex
	var got []string
	url := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		got = append(got, r.Header.Get("Cookie"))
		mu.Unlock()
		for _, c := range []string{"none=1; SameSite=None; Secure", "open=1; SameSite=None", "lax=1", "strict=1; SameSite=Strict", "gone=1; SameSite=None; Secure; Max-Age=0", "path=1; SameSite=None; Secure; Path=/other"} {
			w.Header().Add("Set-Cookie", c)
		}
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("Cache-Control", "no-store")
	})
	same := strings.Replace(url, "127.0.0.1:", "127.0.0.1:1", 1)[:len("http://127.0.0.1:1")] // another port of the same host
	for _, c := range []struct{ page, mode, want string }{
		{page, "include", "none=1"}, {page, "same-origin", ""}, {page, "omit", ""},
		{same, "include", "lax=1; none=1; open=1; strict=1"},
	} {
		got = nil
		rep := do(t, fetch.Question{URL: url, Origins: []string{c.page}, Repeat: 2, Request: cases.Request{Credentials: c.mode}})
		if got[0] != "" || sortedCookies(got[1]) != c.want {
			t.Errorf("from %s, %s: sent %q", c.page, c.mode, got)
		}
		if told := strings.Contains(strings.Join(rep.Notes, " "), "lax, open, strict"); told != (c.want == "none=1") {
			t.Errorf("from %s, %s: %q", c.page, c.mode, rep.Notes)
		}
	}
}

func sortedCookies(s string) string {
	return strings.Join(slices.Sorted(slices.Values(strings.Split(s, "; "))), "; ")
}
