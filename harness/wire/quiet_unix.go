//go:build unix

package wire

import (
	"crypto/tls"
	"net"
	"syscall"
)

// quiet tells whether an idle connection is still open and has nothing to
// read: one system call that does not block. The server may have hung up
// while the connection lay in the pool, and to find that out only when a
// request fails would leave open whether the request was processed.
func quiet(nc net.Conn) bool {
	overTLS := false
	if t, ok := nc.(*tls.Conn); ok {
		nc, overTLS = t.NetConn(), true
	}
	sc, ok := nc.(syscall.Conn)
	if !ok {

	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	open := false
	err = raw.Control(func(fd uintptr) {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		switch {
		case n > 0:
			open = overTLS // session tickets; on plain HTTP nothing may come unasked
		case n == 0 && err == nil:
			open = false
		default:
			open = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK
		}

	})
	return err == nil && open
}
