package wire

import (
	"net"
	"strings"

	"github.com/corsproof/corsproof/internal/origin"
)

// EndpointOf is where to connect to for a URL, with the authority for Host and
// the request target.
func EndpointOf(url, proto string) (ep Endpoint, authority, target string, err error) {
	scheme, authority, target, err := origin.Split(url)
	if err != nil {
		return Endpoint{}, "", "", err
	}
	addr := authority
	if _, _, err := net.SplitHostPort(authority); err != nil {
		addr = net.JoinHostPort(strings.Trim(authority, "[]"), origin.DefaultPort(scheme))
	}
	ep = Endpoint{Addr: addr, TLS: scheme == "https", Proto: proto}
	return ep, authority, target, nil
}
