package harness

import (
	"fmt"
	"net"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/wire"
)

// place is where the requests of a check go.
type place struct {
	base string // URL prefix without trailing slash; the whole URL of an ordinary endpoint
	// endpoint: base is an ordinary endpoint; the path /ok stands for it.
	endpoint bool
	socket   string // URL of the endpoint of WebSocket; empty for none
	proto    string // wire.H1, wire.H2 or wire.Any (a browser's choice)
}

// place finds where a check goes, or says which transport is missing.
func (t *Target) place(c *cases.Check) (place, string) {
	p := place{endpoint: t.Declared != nil, proto: wire.H1}
	scheme := "http"
	switch c.Case.Over {
	case "h2":
		scheme, p.proto = "https", wire.H2
	case "tls":
		scheme = "https"
	}
	p.base = t.url(scheme)
	if p.base == "" {
		return p, "the case goes over TLS, which the target does not offer (no TLS base URL is known)"
	}
	if !p.endpoint {
		if own := t.PolicyBase[c.Policy.Name]; own != "" {
			if scheme == "https" && !isHTTPS(own) {
				return p, "the case goes over TLS, which the process of this policy does not offer"
			}
			p.base = own
		}
		p.base = strings.TrimSuffix(p.base, "/") + "/" + c.Policy.Mount()
	}
	if t.WebSocket != "" {
		p.socket = p.base + t.WebSocket
		if p.endpoint {
			scheme, authority, _, err := splitURL(p.base)
			if err != nil {
				return p, err.Error()
			}
			p.socket = scheme + "://" + authority + t.WebSocket
		}
	}
	return p, ""
}

// url is the URL of a path below a policy's base ("/ok?x=1"); of an ordinary
// endpoint, for /ok, the endpoint itself.
func (p place) url(path string) string {
	if cases.PartOf(path) == cases.PartWebSocket && p.socket != "" {
		return p.socket
	}
	if !p.endpoint {
		return p.base + path
	}
	_, query, _ := strings.Cut(path, "?")
	return withQuery(p.base, query)
}

// withQuery adds to the query of a URL; an empty query changes nothing.
func withQuery(url, query string) string {
	if query == "" {
		return url
	}
	url, _, _ = strings.Cut(url, "#")
	if strings.Contains(url, "?") {
		return url + "&" + query
	}
	return url + "?" + query
}

// splitURL takes an http(s) URL apart without touching a byte of its target.
func splitURL(url string) (scheme, authority, target string, err error) {
	url, _, _ = strings.Cut(url, "#")
	scheme, rest, ok := strings.Cut(url, "://")
	scheme = strings.ToLower(scheme)
	if !ok || (scheme != "http" && scheme != "https") {
		return "", "", "", fmt.Errorf("%q is not an http or https URL", url)
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, target = rest[:end], rest[end:]
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	if authority == "" {
		return "", "", "", fmt.Errorf("%q has no host", url)
	}
	return scheme, authority, target, nil
}

// originOf is the serialised origin of a URL, "" of an empty or bad one.
func originOf(url string) string {
	scheme, authority, _, err := splitURL(url)
	if err != nil {
		return ""
	}
	host := strings.ToLower(authority)
	if h, port, err := net.SplitHostPort(host); err == nil && port == defaultPort(scheme) {
		host = h
		if strings.Contains(h, ":") {
			host = "[" + h + "]"
		}
	}
	return scheme + "://" + host
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

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
