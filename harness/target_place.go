package harness

import (
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/wire"
)

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
