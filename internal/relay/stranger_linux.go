package relay

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// stranger tells whether the other end of a connection on loopback is not a socket of our own
// user, by the kernel's tables (https://docs.kernel.org/networking/proc_net_tcp.html). Where these
// cannot be read nobody is one.
func stranger(c net.Conn) bool {
	from, ok := c.RemoteAddr().(*net.TCPAddr)
	to, ok2 := c.LocalAddr().(*net.TCPAddr)
	if !ok || !ok2 || from.IP.To4() == nil {
		return false
	}
	read := false
	for _, path := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} { // a socket of IPv6 may have an address of IPv4
		table, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		read = true
		if uid, there := owner(string(table), from, to); there {
			return uid != os.Getuid()
		}
	}
	return read // its socket is closed, or not in our sight
}

// owner is the user of the socket that has these addresses.
func owner(table string, local, remote *net.TCPAddr) (uid int, there bool) {
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) < 8 || !strings.HasSuffix(f[1], entry(local)) || !strings.HasSuffix(f[2], entry(remote)) {
			continue
		}
		if uid, err := strconv.Atoi(f[7]); err == nil {
			return uid, true
		}
	}
	return 0, false
}

// entry is an address of IPv4 as the tables have it.
func entry(a *net.TCPAddr) string {
	return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(a.IP.To4()), a.Port)
}
