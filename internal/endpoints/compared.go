package endpoints

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// noBrowser is never said of what a browser sends.
const noBrowser = `no\s+browser sends`

// anybody is never said where whoever gets in has the same host, or a name below the same domain.
const anybody = `(?i)anybody|another domain`

// compared are servers that compare the Origin in a wrong way, with credentials: what is said of it
// has to be true of the origins that get in.
func compared() []Kind {
	one := plain("PUT")
	one.Credentials = true
	one.Origins = []string{"https://app.example.com"}
	two := one
	two.Origins = []string{"https://app.example.com", "https://admin.example.com"}
	// loose is a server that lets in what f says, and the list.
	loose := func(p cases.Policy, f func(o string) bool) Server {
		return handled(layer{policy: p, also: also(f)})
	}
	right := func(p cases.Policy) []Shape { return []Shape{{"right", handled(policied(p))}} }
	return []Kind{
		{
			Name: "part-of-an-allowed-origin", Says: "The Origin is searched for in a text of allowed ones.", Policy: two,
			Broken: []Shape{
				{"in the whole list", loose(two, func(o string) bool { return strings.Contains(strings.Join(two.Origins, ","), o) })},
				{"in each entry", loose(two, func(o string) bool {
					return strings.Contains(two.Origins[0], o) || strings.Contains(two.Origins[1], o)
				})},
				{"at the beginning", loose(two, func(o string) bool { return strings.HasPrefix(two.Origins[0], o) })},
			},
			Right: right(two), Finds: `only a part of an allowed one\s+\[security: critical`, Never: []string{noBrowser, "scheme of the origin is not compared"},
		},
		{
			Name: "preflights-for-everybody", Says: "Preflights are granted to every origin, answers to the listed one.", Policy: one,
			Broken: []Shape{{"reflected", handled(layer{policy: one, also: func(_ string, r *http.Request) bool { return isPreflight(r) }})}},
			Right:  right(one), Finds: `Preflights are granted to every site`, Never: []string{"can be read", "served without", `- \(no Access-Control-Allow-Origin`},
		},
		{
			Name: "star-without-a-cookie", Says: "The list counts for requests with a cookie, and others get *.", Policy: two,
			Broken: []Shape{{"everywhere", handled(fields(policied(two), func(r *http.Request) bool { return r.Header.Get("Cookie") == "" }, allowOrigin, "*", allowCredentials, ""))}},
			Right:  right(two), Finds: `answers? (are|is) shared with every|is \*`, Never: []string{"localhost", "extension", "private networks", "occurs", "only a part", "another field", "dots of", "null is allowed", "port of", "parsed"},
		},
		{
			Name: "parsed-origin", Says: "The Origin is parsed as a URL, and its host alone compared.", Policy: one,
			Broken: []Shape{{"any port", loose(one, func(o string) bool {
				u, err := url.Parse(o)
				return err == nil && u.Scheme == "https" && u.Hostname() == "app.example.com"
			})}},
			Right: right(one), Finds: `parsed as a URL, or cut at some byte`, Never: []string{anybody, `, and \d more`},
		},
		{
			Name: "any-port", Says: "Any number may stand for the port.", Policy: one,
			Broken: []Shape{{"digits", loose(one, regexp.MustCompile(`^https://app\.example\.com(:\d+)?$`).MatchString)}},
			Right:  right(one), Finds: `port of the origin is not compared`, Never: []string{anybody},
		},
	}
}

// also is f as a layer has it.
func also(f func(o string) bool) func(string, *http.Request) bool {
	return func(o string, _ *http.Request) bool { return f(o) }
}
