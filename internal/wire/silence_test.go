package wire_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/corsproof/corsproof/internal/wire"
)

// TestSilence: where no preflight is ever answered, the fifth is not waited for until the end of its
// time; where one was, or another request is meant, all of it is given.
func TestSilence(t *testing.T) {
	var deaf atomic.Bool
	deaf.Store(true)
	done := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if deaf.Load() && r.Method == http.MethodOptions {
			select {
			case <-r.Context().Done():
			case <-done:
			}
		}
	}))
	defer s.Close()
	defer close(done)
	c := wire.NewClient(wire.Options{})
	defer c.Close()
	ep := wire.Endpoint{Addr: strings.TrimPrefix(s.URL, "http://"), Proto: wire.H1}
	ask := func(method string, limit time.Duration) (time.Duration, error) {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		began := time.Now()
		_, err := c.Do(ctx, ep, &wire.Request{Method: method, Lines: []string{"Host: " + ep.Addr, "Origin: https://app.example", "access-control-request-method: PUT"}})
		return time.Since(began), err
	}
	const short, long = 30 * time.Millisecond, 20 * time.Second
	for range 4 {
		if _, err := ask(http.MethodOptions, short); wire.KindOf(err) != wire.Timeout {
			t.Fatal(err)
		}
	}
	if took, err := ask(http.MethodOptions, long); wire.KindOf(err) != wire.Timeout || took > long/2 || !strings.Contains(err.Error(), "preflights within the whole time limit") {
		t.Errorf("the fifth: %v after %s", err, took)
	}
	if _, err := ask(http.MethodGet, long); err != nil {
		t.Error(err)
	}
	deaf.Store(false)
	if _, err := ask(http.MethodOptions, long); err != nil {
		t.Error(err)
	}
	deaf.Store(true)
	if took, err := ask(http.MethodOptions, 3*time.Second); wire.KindOf(err) != wire.Timeout || took < 2500*time.Millisecond {
		t.Errorf("one was answered, and the next got %s (%v)", took, err)
	}
}
