package wire

import (
	"crypto/tls"
	"net"
	"testing"
)

// A connection need not be one of the system: nothing is known of it then.
func TestPeekAtNoSocket(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	for _, nc := range []net.Conn{a, tls.Client(a, &tls.Config{ServerName: "x"})} {
		if got := peek(nc); got != silent {
			t.Errorf("peek(%T) = %d, want silent", nc, got)
		}
	}
}
