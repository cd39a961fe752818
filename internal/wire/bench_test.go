package wire_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/corsproof/corsproof/internal/wire"
)

func benchServer(b *testing.B) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Vary", "Origin")
		_, _ = io.WriteString(w, "ok")
	}))
	b.Cleanup(s.Close)
	return s
}

// BenchmarkWire is what one wire request costs, the server's share included;
// BenchmarkBareClient the same request by net/http.
func BenchmarkWire(b *testing.B) {
	s := benchServer(b)
	c := wire.NewClient(wire.Options{})
	defer c.Close()
	ep := wire.Endpoint{Addr: s.Listener.Addr().String()}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			resp, err := c.Do(context.Background(), ep, &wire.Request{Target: "/ok", Lines: []string{"Host: h", "Origin: https://app.example"}})
			if err != nil || resp.Status != 200 {
				b.Error(resp, err)
			}
		}
	})
}

func BenchmarkBareClient(b *testing.B) {
	s := benchServer(b)
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer c.CloseIdleConnections()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req, _ := http.NewRequest(http.MethodGet, s.URL+"/ok", nil)
			req.Header.Set("Origin", "https://app.example")
			resp, err := c.Do(req)
			if err != nil {
				b.Error(err)
				continue
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	})
}
