//go:build linux

package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/reference"
)

// allowed is the origin that the targets are to let in.
const allowed = "https://app.example.com"

// target is a server that may be flaky.
type target struct {
	*httptest.Server
	requests atomic.Int64
	trouble  atomic.Pointer[trouble]
}

// trouble is what happens to a request now and then.
type trouble struct {
	name  string
	every int64 // so many requests
	do    func(c net.Conn)
}

// troubles are what a flaky server does.
var troubles = []trouble{
	{"resets", 23, func(c net.Conn) {
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
	}},
	{"stalls", 61, func(net.Conn) { time.Sleep(30 * time.Second) }},
	{"half answers", 29, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nVary: Or") }},
	// For a moment all of its requests end so, as those of one that is being restarted.
	{"restarts", 0, func(net.Conn) {}},
}

// newTarget starts a server that is right, or one that lets in everybody.
func newTarget(right bool) *target {
	app := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !right {
			w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			w.Header().Set("Access-Control-Allow-Credentials", "true")
			w.Header().Add("Vary", "Origin")
		}
		_, _ = io.WriteString(w, "ok")
	}))
	if right {
		m, err := reference.New(reference.Policy{Origins: []string{allowed}})
		if err != nil {
			panic(err)
		}
		app = m.Wrap(app)
	}
	t := &target{}
	t.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := t.requests.Add(1)
		x := t.trouble.Load()
		if x == nil || x.every > 0 && n%x.every != 0 || x.every == 0 && n%400 < 390 {
			app.ServeHTTP(w, r)
			return
		}
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		x.do(c)
		_ = c.Close()
	}))
	return t
}
