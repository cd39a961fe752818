package raw

import (
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// Place is where the requests of a check go.
type Place struct {
	Base string // URL prefix without trailing slash; the whole URL of an ordinary endpoint
	// Endpoint: base is an ordinary endpoint; the path /ok stands for it.
	Endpoint bool
	Socket   string // URL of the endpoint of WebSocket; empty for none
	Proto    string // wire.H1, wire.H2 or wire.Any (a browser's choice)
}

// URL is the URL of a path below a policy's base ("/ok?x=1"); of an ordinary
// endpoint, for /ok, the endpoint itself.
func (p Place) URL(path string) string {
	if cases.PartOf(path) == cases.PartWebSocket && p.Socket != "" {
		return p.Socket
	}
	if !p.Endpoint {
		return p.Base + path
	}
	_, query, _ := strings.Cut(path, "?")
	return WithQuery(p.Base, query)
}

// WithQuery adds to the query of a URL; an empty query changes nothing.
func WithQuery(url, query string) string {
	if query == "" {
		return url
	}
	url, _, _ = strings.Cut(url, "#")
	if strings.Contains(url, "?") {
		return url + "&" + query
	}
	return url + "?" + query
}
