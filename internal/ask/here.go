package ask

import (
	"context"
	"net"
	"net/url"
	"time"

	"github.com/corsproof/corsproof/internal/origin"
)

// Here tells whether connections to "host:port" end on this machine, where that follows
// from the stated way and not from the host: known is false where the host decides.
func (o *Options) Here(addr string) (here, known bool) {
	if o == nil {
		return false, false
	}
	if at, _ := address(o.Scope); o.UnixSocket != "" && at == addr {
		return true, true
	}
	if to, ok := o.Resolve[addr]; ok {
		host, _, _ := net.SplitHostPort(to)
		return origin.Loopback(host), true
	}
	for _, overTLS := range []bool{false, true} { // a proxy elsewhere has a loopback of its own
		if p, err := o.proxyFor(addr, overTLS); err == nil && p != nil && !origin.Loopback(p.Hostname()) {
			return false, true
		}
	}
	return false, false
}

// Local tells whether the server of a URL is on this machine: by the stated way, or since
// its name has no address but of loopback. It asks the resolver.
func (o *Options) Local(ctx context.Context, rawURL string) bool {
	addr, _ := address(rawURL)
	if here, known := o.Here(addr); known {
		return here
	}
	host := origin.Host(rawURL)
	if origin.Loopback(host) {
		return true
	}
	if addr, overTLS := address(rawURL); o.throughProxy(addr, overTLS) {
		return false // its name is the proxy's to resolve
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	list, err := net.DefaultResolver.LookupHost(ctx, (&url.URL{Host: host}).Hostname())
	for _, ip := range list {
		if !origin.Loopback(ip) {
			return false
		}
	}
	return err == nil && len(list) > 0
}

func (o *Options) throughProxy(addr string, overTLS bool) bool {
	if o == nil {
		return false
	}
	p, err := o.proxyFor(addr, overTLS)
	return err != nil || p != nil
}
