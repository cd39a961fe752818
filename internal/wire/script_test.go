package wire_test

import (
	"bufio"
	"net"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// server is a raw TCP server: answer gets each connection and what was read
// up to the first empty line.
type server struct {
	ln   net.Listener
	mu   sync.Mutex
	seen []string // request heads in the order they came
	open int      // connections accepted
}

// serve starts a raw server whose connections are handled one request head at
// a time; answer returns what to write, and whether to hang up after it.
func serve(answer func(n int, head string, conn net.Conn) (reply string, hangUp bool)) *server {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	s := &server{ln: ln}
	var wg sync.WaitGroup
	done := make(chan struct{})
	DeferCleanup(func() {
		close(done)
		Expect(ln.Close()).To(Succeed())
		wg.Wait()
	})
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.open++
			s.mu.Unlock()
			wg.Go(func() {
				<-done
				_ = conn.Close()
			})
			wg.Go(func() { s.talk(conn, answer) })
		}
	})
	return s
}

func (s *server) talk(conn net.Conn, answer func(int, string, net.Conn) (string, bool)) {
	r := bufio.NewReader(conn)
	for {
		var head strings.Builder
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			head.WriteString(line)
			if line == "\r\n" {
				break
			}
		}
		s.mu.Lock()
		n := len(s.seen)
		s.seen = append(s.seen, head.String())
		s.mu.Unlock()
		reply, hangUp := answer(n, head.String(), conn)
		_, _ = conn.Write([]byte(reply))
		if hangUp {
			_ = conn.Close()
			return
		}
	}
}

func (s *server) addr() string { return s.ln.Addr().String() }

func (s *server) heads() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.seen...)
}

func (s *server) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// always answers every request with the same bytes.
func always(reply string) *server {
	return serve(func(int, string, net.Conn) (string, bool) { return reply, false })
}

// once answers and hangs up.
func once(reply string) *server {
	return serve(func(int, string, net.Conn) (string, bool) { return reply, true })
}
