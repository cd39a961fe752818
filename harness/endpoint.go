package harness

import (
	"net"
	"strings"

	"github.com/corsproof/corsproof/harness/wire"
)

// endpointOf is where to connect to for a URL, with the authority for Host and
// the request target.
func endpointOf(url, proto string) (ep wire.Endpoint, authority, target string, err error) {
	scheme, authority, target, err := splitURL(url)
	if err != nil {
		return wire.Endpoint{}, "", "", err
	}
	addr := authority
	if _, _, err := net.SplitHostPort(authority); err != nil {
		addr = net.JoinHostPort(strings.Trim(authority, "[]"), defaultPort(scheme))
	}
	ep = wire.Endpoint{Addr: addr, TLS: scheme == "https", Proto: proto}
	return ep, authority, target, nil
}
