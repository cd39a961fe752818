package cases

import (
	"fmt"
	"strings"
)

// pattern is an entry of OriginPatterns: the origins of one scheme whose host is
// a subdomain of domain, or domain itself, at one port or at any.
type pattern struct {
	scheme     string
	domain     string // of subdomains: what follows the label's dot; else the whole host
	subdomains bool   // "*." stands before the domain
	port       string // ":8443"; empty for the scheme's default
	anyPort    bool   // ":*" stands behind it
}

const wantPattern = "scheme://*.domain[:port], or scheme://host:* for any port"

// parsePattern reads "https://*.apps.example", "http://localhost:*" or both in one.
func parsePattern(s string) (pattern, error) {
	scheme, host, _ := strings.Cut(s, "://")
	p := pattern{scheme: scheme}
	host, p.subdomains = strings.CutPrefix(host, "*.")
	host, p.anyPort = strings.CutSuffix(host, ":*")
	if !p.subdomains && !p.anyPort {
		return p, fmt.Errorf("%q has no wildcard", s)
	}
	if strings.Contains(host, "*") {
		return p, fmt.Errorf("%q has a wildcard in another place", s)
	}
	o, err := parseOrigin(scheme + "://" + host)
	if err == nil {
		err = checkOrigin(p.origin("x", host))
	}
	if err != nil || o.listed && p.anyPort || p.subdomains && strings.HasPrefix(o.host, "[") {
		return p, fmt.Errorf("%q is no pattern of origins", s)
	}
	p.domain, p.port = o.host, strings.TrimPrefix(host, o.host)
	return p, nil
}

// origin is one that the pattern covers, of its subdomains that with label.
func (p pattern) origin(label, host string) string {
	if p.subdomains {
		host = label + "." + host
	}
	return p.scheme + "://" + host
}

// examples are two different origins that the pattern surely covers.
func (p pattern) examples() []string {
	ports := [2]string{p.port, p.port}
	if p.anyPort {
		ports = [2]string{":3000", ":8080"}
	}
	return []string{p.origin("x", p.domain) + ports[0], p.origin("y", p.domain) + ports[1]}
}

// covers says whether the origin is one of the pattern's. maybe: frameworks
// lawfully differ, a wildcard may stop at one label, and "any port" may leave out
// the default one, which an origin does not name.
func (p pattern) covers(text string) (yes, maybe bool) {
	if checkOrigin(text) != nil {
		return false, false
	}
	o, err := parseOrigin(text)
	if err != nil || o.scheme != p.scheme {
		return false, false
	}
	if !p.anyPort && strings.TrimPrefix(text, o.scheme+"://"+o.host) != p.port {
		return false, false
	}
	yes = !p.anyPort || o.listed
	if !p.subdomains {
		return yes && o.host == p.domain, !yes && o.host == p.domain
	}
	label, found := strings.CutSuffix(o.host, "."+p.domain)
	if !found || label == "" {
		return false, false
	}
	yes = yes && !strings.Contains(label, ".")
	return yes, !yes
}
