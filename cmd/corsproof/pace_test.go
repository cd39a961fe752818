package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/corsproof/corsproof/browser"
)

// Chrome keeps to the rate, request by request: preflights and what an element loads too.
func TestChromeKeepsToTheRate(t *testing.T) {
	if _, err := browser.Find(os.Getenv("CORSPROOF_CHROME")); err != nil || testing.Short() {
		t.Skip("no Chrome")
	}
	const rate = 20
	var mu sync.Mutex
	var all []time.Time
	chrome := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, time.Now())
		if r.Header.Get("Sec-Ch-Ua") != "" { // which the model does not send
			chrome++
		}
		if r.Header.Get("Origin") == "https://app.example.com" {
			w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
		}
	}))
	defer srv.Close()
	out, err := exec.Command("corsproof", "run", srv.URL, "--origin", "https://app.example.com", "-q", "--browser", "chrome", "--rate", "20", "--focus", "actual-*", "--focus", "br-*", "--focus", "page-*", "--focus", "pf-*", "--focus", "header-*").CombinedOutput()
	t.Logf("%d requests, %d of Chrome (%v)", len(all), chrome, err)
	if chrome < 20 {
		t.Fatalf("Chrome sent %d requests: %s", chrome, out)
	}
	// They arrive late rather than early, so that it is the time for all of them that a busy machine cannot make shorter.
	least := time.Duration(len(all)-5) * time.Second / rate
	if took := all[len(all)-1].Sub(all[0]); took < least*9/10 {
		t.Errorf("%d requests in %v, which takes %v at %d a second", len(all), took, least, rate)
	}
}
