package endpoints

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Server starts a server on loopback; stop ends it with its connections.
type Server func() (url string, stop func())

// served serves a handler that is made anew for each start.
func served(make func() http.Handler) Server {
	return func() (string, func()) {
		s := httptest.NewUnstartedServer(make())
		s.Config.ErrorLog = quiet
		s.Start()
		return s.URL, func() { s.CloseClientConnections(); s.Close() }
	}
}

// handled serves one handler.
func handled(h http.Handler) Server { return served(func() http.Handler { return h }) }

// raw is a server of HTTP/1.1 whose connections misbehave.
type raw struct {
	handler http.Handler
	unread  func(*http.Request) bool        // the content stays on the connection
	after   func(*http.Request, int) string // bytes that follow an answer with that status
	reset   time.Duration                   // the connection is reset so long after each answer; 0: it is kept
	limit   int32                           // requests that are answered in all; 0: any number
	hang    bool                            // beyond the limit nothing is answered; otherwise the connection is reset
}

func (c raw) server() Server {
	return func() (string, func()) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(fmt.Sprintf("listening on loopback: %v", err))
		}
		s := &rawServer{raw: c, conns: map[net.Conn]bool{}, done: make(chan struct{})}
		go s.accept(l)
		return "http://" + l.Addr().String(), func() { _ = l.Close(); s.stop() }
	}
}

type rawServer struct {
	raw
	served atomic.Int32
	done   chan struct{}
	mu     sync.Mutex
	conns  map[net.Conn]bool
}

func (s *rawServer) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = true
		s.mu.Unlock()
		go s.connection(c)
	}
}

func (s *rawServer) stop() {
	close(s.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
	}
}

func (s *rawServer) connection(c net.Conn) {
	defer func() {
		_ = c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	r := bufio.NewReader(c)
	for {
		q, err := http.ReadRequest(r)
		if err != nil {
			if err != io.EOF {
				_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			}
			return
		}
		if s.limit > 0 && s.served.Add(1) > s.limit {
			if s.hang {
				<-s.done
			}
			resetConn(c)
			return
		}
		if s.raw.unread == nil || !s.raw.unread(q) {
			_, _ = io.Copy(io.Discard, q.Body)
		}
		if !s.answer(c, q) {
			return
		}
	}
}

// answer writes the handler's answer, and tells whether the connection stays.
func (s *rawServer) answer(c net.Conn, q *http.Request) bool {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, q)
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", w.Code, http.StatusText(w.Code))
	if w.Code != http.StatusNoContent && w.Code != http.StatusNotModified {
		w.Header().Set("Content-Length", fmt.Sprint(w.Body.Len()))
	}
	_ = w.Header().Write(&b)
	stay := q.ProtoAtLeast(1, 1) && !q.Close
	if !stay {
		b.WriteString("Connection: close\r\n")
	}
	b.WriteString("\r\n")
	if q.Method != http.MethodHead {
		b.Write(w.Body.Bytes())
	}
	if s.raw.after != nil {
		b.WriteString(s.raw.after(q, w.Code))
	}
	if _, err := c.Write(b.Bytes()); err != nil {
		return false
	}
	if s.reset > 0 {
		time.Sleep(s.reset)
		resetConn(c)
		return false
	}
	return stay
}

// resetConn ends a connection with a reset, not in good order.
func resetConn(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// isPreflight tells a preflight.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// asked is what a preflight asks for.
func asked(r *http.Request) string {
	if isPreflight(r) {
		return r.Header.Get("Access-Control-Request-Method")
	}
	return ""
}

// from tells whether a request comes from one of the origins.
func from(r *http.Request, origins ...string) bool {
	o := r.Header.Values("Origin")
	return len(o) == 1 && slices.Contains(origins, o[0])
}

func isGet(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// addVary adds a name to Vary where it is not named yet.
func addVary(h http.Header, name string) {
	for _, line := range h.Values("Vary") {
		for e := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(e), name) {
				return
			}
		}
	}
	h.Add("Vary", name)
}
