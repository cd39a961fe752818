package endpoints

import (
	"net/http"
	"regexp"

	"github.com/corsproof/corsproof/cases"
)

// narrowPatterns are servers that let in a part of what a pattern of the policy covers.
func narrowPatterns() []Kind {
	subdomains := cases.Policy{Name: "subdomains", OriginPatterns: []string{"https://*.preview.example.net"}, Credentials: true, Methods: []string{"PUT"}, RequestHeaders: []string{"content-type"}}
	ports := cases.Policy{Name: "ports", Origins: []string{"https://shop.example.net"}, OriginPatterns: []string{"http://localhost:*"}, Methods: []string{"DELETE"}}
	both := cases.Policy{Name: "both", OriginPatterns: []string{"http://*.dev.example.net:*"}}
	letting := func(p cases.Policy) func(expression string) Server {
		return func(expression string) Server {
			re := regexp.MustCompile(`^(?:` + expression + `)$`)
			return handled(layer{policy: p, also: func(o string, _ *http.Request) bool { return re.MatchString(o) }})
		}
	}
	a, b, c := letting(subdomains), letting(ports), letting(both)
	// A port has no leading zero, and a host no empty label.
	const port, labels = `[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]`, `([a-z0-9_-]+\.)+`
	finds, never := "pattern-not-matched", []string{severity}
	return []Kind{
		{
			Name: "subdomains-by-one-label", Says: "Any subdomain is stated, and some are let in.", Policy: subdomains, Finds: finds, Never: never,
			Broken: []Shape{{"one label", a(`https://[a-z0-9-]+\.preview\.example\.net`)}},
			Right:  []Shape{{"labels", a(`https://` + labels + `preview\.example\.net`)}},
		},
		{
			Name: "ports-of-four-digits", Says: "Any port is stated, and some are let in.", Policy: ports, Finds: finds, Never: never,
			Broken: []Shape{{"four digits", b(`http://localhost:\d{4}`)}, {"a port", b(`http://localhost:(` + port + `)`)}, {"four digits or none", b(`http://localhost(:\d{4})?`)}, {"two digits and more", b(`http://localhost(:\d{2,5})?`)}},
			Right:  []Shape{{"any", b(`http://localhost(:(` + port + `))?`)}},
		},
		{
			Name: "ports-of-subdomains", Says: "Any subdomain at any port is stated, and some are let in.", Policy: both, Finds: finds, Never: never,
			Broken: []Shape{{"one label", c(`http://[a-z0-9-]+\.dev\.example\.net(:(` + port + `))?`)}, {"a port", c(`http://` + labels + `dev\.example\.net:(` + port + `)`)}},
			Right:  []Shape{{"any", c(`http://` + labels + `dev\.example\.net(:(` + port + `))?`)}},
		},
	}
}
