// Package tcptest has servers for tests that say what no HTTP server would.
package tcptest

import "net"

// Test is a test of Go's or of Ginkgo's.
type Test interface {
	Helper()
	Cleanup(func())
	Fatal(args ...any)
}

// Serve gives each connection to a port on loopback to a function, in a goroutine of its own, and closes
// it when that returns; until the end of the test. It returns the port's address.
func Serve(t Test, serve func(net.Conn)) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				serve(conn)
			}()
		}
	}()
	return ln.Addr().String()
}

// Say is a server that reads something, says a word, and hangs up.
func Say(word string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = conn.Write([]byte(word))
	}
}
