package harness

import (
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// place is where the requests of a check go.
type place struct {
	base string // URL prefix without trailing slash; the whole URL of an ordinary endpoint
	// endpoint: base is an ordinary endpoint; the path /ok stands for it.
	endpoint bool
	socket   string // URL of the endpoint of WebSocket; empty for none
	proto    string // wire.H1, wire.H2 or wire.Any (a browser's choice)
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
