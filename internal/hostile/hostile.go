// Package hostile has small servers that do what no server should: they answer with what is
// not HTTP, with too much, too slowly or not at all, die, or flood. With each goes what a run
// against it has to end with, and what must and must not be said of it. Its tests are in
// cmd/corsproof (make hostile).
package hostile

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Exit statuses, as the command line has them.
const (
	Conformant = 0
	Failures   = 1
	Gone       = 3
)

// Behaviour is what one server does.
type Behaviour struct {
	Name string
	Exit []int  // any of them
	Says string // an expression that the output matches; empty: none has to
	// Serve serves a connection until it returns, which closes it; n counts the requests to the server.
	Serve func(c net.Conn, n *atomic.Int64)
	TLS   bool // HTTP/2 over TLS
	// Wait is how long a request is waited for, where nothing else ends it; 0: ten seconds, which a busy machine may need.
	Wait time.Duration
}

// All are the behaviours.
func All() []Behaviour {
	var all []Behaviour
	for _, list := range [][]Behaviour{foreign(), malformed(), large(), silent(), closing(), odd(), dying(), invented(), overHTTP2()} {
		all = append(all, list...)
	}
	for i := range all {
		all[i].Wait = cmp.Or(all[i].Wait, 10*time.Second)
	}
	return all
}

// waited is the time for requests to servers that keep silent.
const waited = 2 * time.Second

// answer sends the same bytes to each request, and goes on.
func answer(text string) func(net.Conn, *atomic.Int64) {
	return each(func(c net.Conn, _ *http.Request) bool {
		_, err := io.WriteString(c, text)
		return err == nil
	})
}

// each reads requests and answers them while do says so.
func each(do func(c net.Conn, r *http.Request) bool) func(net.Conn, *atomic.Int64) {
	return counted(func(c net.Conn, r *http.Request, _ int64) bool { return do(c, r) })
}

// counted tells besides which request to the server it is.
func counted(do func(c net.Conn, r *http.Request, n int64) bool) func(net.Conn, *atomic.Int64) {
	return func(c net.Conn, n *atomic.Int64) {
		in := bufio.NewReader(c)
		for {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			if !do(c, r, n.Add(1)) {
				return
			}
		}
	}
}

// Origin is the one that the right servers let in.
const Origin = "https://app.example.com"

// right is the head of a right answer, without the empty line at its end.
func right(r *http.Request) string {
	h := "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nVary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\r\n"
	if from := r.Header.Values("Origin"); len(from) == 1 && from[0] == Origin {
		h += "Access-Control-Allow-Origin: " + Origin + "\r\n"
		if r.Method == http.MethodOptions {
			h += "Access-Control-Allow-Methods: GET, HEAD, POST\r\n"
		}
	}
	return h
}

// good answers rightly.
func good(c net.Conn, r *http.Request) bool { return with("", "ok")(c, r) }

// with answers rightly, with more lines and a content.
func with(lines, content string) func(net.Conn, *http.Request) bool {
	return func(c net.Conn, r *http.Request) bool {
		text := fmt.Sprintf("%s%sContent-Length: %d\r\n\r\n", right(r), lines, len(content))
		if r.Method != http.MethodHead {
			text += content
		}
		_, err := io.WriteString(c, text)
		return err == nil
	}
}

// status answers rightly, with another status.
func status(line string) func(net.Conn, *atomic.Int64) {
	return each(func(c net.Conn, r *http.Request) bool {
		text := strings.Replace(right(r), "200 OK", line, 1) + "Content-Length: 0\r\n\r\n"
		_, err := io.WriteString(c, text)
		return err == nil
	})
}

// hang waits until the client has had enough.
func hang(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// reset ends a connection with a reset.
func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
}

// endless sends text again and again, until the client has had enough; pause is between.
func endless(c net.Conn, first, text string, pause time.Duration) bool {
	_, err := io.WriteString(c, first)
	for err == nil {
		_, err = io.WriteString(c, text)
		time.Sleep(pause)
	}
	return false
}
