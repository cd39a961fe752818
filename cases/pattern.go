package cases

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// pattern is an entry of OriginPatterns: the origins of one scheme whose host is
// a subdomain of domain, or domain itself, at one port or at any.
type pattern struct {
	scheme     string
	domain     string // of subdomains: what follows the label's dot; else the whole host
	subdomains bool   // "*." comes before the domain
	port       string // empty for the scheme's default
	anyPort    bool   // ":*" follows it
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
		p.domain, p.port = o.Host, o.Port
		err = checkOrigin(p.origin("x", p.port))
	}
	if err != nil || p.port != "" && p.anyPort || p.subdomains && strings.HasPrefix(p.domain, "[") {
		return p, fmt.Errorf("%q is not a pattern of origins", s)
	}
	return p, nil
}

// origin is one that the pattern covers at a port, of its subdomains that with label.
func (p pattern) origin(label, port string) string {
	o := spec.Origin{Scheme: p.scheme, Host: p.domain, Port: port}
	if p.subdomains {
		o.Host = label + "." + p.domain
	}
	return o.String()
}

// examples are two different origins that the pattern surely covers.
func (p pattern) examples() []string {
	if p.anyPort {
		return []string{p.origin("x", "3000"), p.origin("y", "8080")}
	}
	return []string{p.origin("x", p.port), p.origin("y", p.port)}
}

// edges are the origins that a pattern which is matched too narrowly leaves out: a host of
// two labels before the domain, the port that an origin does not name, the shortest and the
// longest one (8, since browsers load nothing from 1, 7 and 9).
func (p pattern) edges() (list []string) {
	port := p.port
	if p.anyPort {
		list = append(list, p.origin("x", ""), p.origin("x", "8"), p.origin("x", "65535"))
		port = "3000"
	}
	if p.subdomains {
		list = append(list, p.origin("a.b", port))
	}
	return list
}

// covers says whether the origin is one of the pattern's. maybe: that is left open. Of a
// framework's own wildcard it is where frameworks lawfully differ: it may stop at one label,
// and "any port" may leave out the default one, which an origin does not name.
func (p pattern) covers(text string, framework bool) (yes, maybe bool) {
	o, err := parseOrigin(text)
	if err != nil || o.Scheme != p.scheme || !p.anyPort && o.Port != p.port {
		return false, false
	}
	yes = !p.anyPort || o.Port != "" || !framework && defaultPorts[o.Scheme] != ""
	if !p.subdomains {
		return yes && o.Host == p.domain, !yes && o.Host == p.domain
	}
	label, found := strings.CutSuffix(o.Host, "."+p.domain)
	if !found || label == "" {
		return false, false
	}
	labels := strings.Split(label, ".")
	yes = yes && (!framework || len(labels) == 1) && !slices.Contains(labels, "")
	return yes, !yes
}
