package harness

import (
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/raw"
	"github.com/corsproof/corsproof/internal/wire"
)

// only is the one protocol that was asked for; empty: either.
func (t *Target) only() string {
	if t.Requests == nil {
		return ""
	}
	return t.Requests.Protocol
}

// place finds where a check goes, or says which transport is missing.
func (t *Target) place(c *cases.Check) (raw.Place, string) {
	p := raw.Place{Endpoint: t.Declared != nil, Proto: wire.H1}
	scheme := "http"
	switch c.Case.Over {
	case "h2":
		scheme, p.Proto = "https", wire.H2
	case "tls":
		scheme = "https"
	}
	if only := t.only(); c.Case.Over == "h2" && only == ask.H1 {
		return p, "the case goes over HTTP/2, and HTTP/1.1 alone was asked for"
	}
	p.Base = t.url(scheme)
	if p.Base == "" {
		return p, "the case goes over TLS, which the target does not offer (no TLS base URL is known)"
	}
	if !p.Endpoint {
		if own := t.PolicyBase[c.Policy.Name]; own != "" {
			if scheme == "https" && !origin.IsHTTPS(own) {
				return p, "the case goes over TLS, which the process of this policy does not offer"
			}
			p.Base = own
		}
		p.Base = strings.TrimSuffix(p.Base, "/") + "/" + c.Policy.Mount()
	}
	if t.only() == ask.H2 {
		p.Proto = wire.H2
	}
	if t.WebSocket != "" {
		p.Socket = p.Base + t.WebSocket
		if p.Endpoint {
			scheme, authority, _, err := origin.Split(p.Base)
			if err != nil {
				return p, err.Error()
			}
			p.Socket = scheme + "://" + authority + t.WebSocket
		}
	}
	return p, ""
}
