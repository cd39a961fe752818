//go:build unix

package wire

import (
	"crypto/tls"
	"net"
	"syscall"
)

// peek looks at an idle connection: one system call that does not block. The
// server may have hung up while the connection lay in the pool, and to find
// that out only when a request fails would leave open whether the request was
// processed. Of a connection that is not a system socket it tells nothing.
func peek(nc net.Conn) peeked {
	overTLS := false
	if t, ok := nc.(*tls.Conn); ok {
		nc, overTLS = t.NetConn(), true
	}
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return silent
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return ended
	}
	seen := ended
	err = raw.Control(func(fd uintptr) {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		switch {
		case n > 0 && overTLS:
			seen = silent // session tickets; on plain HTTP nothing may come unasked
		case n > 0:
			seen = speaking
		case err == syscall.EAGAIN || err == syscall.EWOULDBLOCK:
			seen = silent
		}
	})
	if err != nil {
		return ended
	}
	return seen
}
