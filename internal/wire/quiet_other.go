//go:build !unix

package wire

import "net"

// peek: there is no portable way to look without blocking. A request whose
// connection turns out to be stale is sent again over a fresh one.
func peek(net.Conn) peeked { return silent }
