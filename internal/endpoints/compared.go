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
	slash := one
	slash.Origins = []string{"https://app.example.com/"}
	named := one
	named.OriginPatterns = []string{"https://*.preview.example.com", "http://localhost:*"}
	pattern := regexp.MustCompile(`^(https://([a-z0-9-]+\.)+preview\.example\.com|http://localhost(:[1-9]\d*)?)$`)
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
			Name: "listed-beside-a-pattern", Says: "The listed origin is compared in capitals too, and the patterns are right.", Policy: named,
			Broken: []Shape{{"capitals", loose(named, func(o string) bool { return pattern.MatchString(o) || strings.EqualFold(o, one.Origins[0]) })}},
			Right:  []Shape{{"right", loose(named, pattern.MatchString)}}, Exits: []int{Conformant},
			Finds: `normalised before they are compared`, Never: []string{"pattern of origins matches more"},
		},
		{
			Name: "pattern-of-ports", Says: "A pattern of ports takes one that begins with 0.", Policy: named,
			Broken: []Shape{{"03000", loose(named, func(o string) bool { return pattern.MatchString(strings.Replace(o, ":0", ":1", 1)) })}},
			Right:  []Shape{{"right", loose(named, pattern.MatchString)}}, Exits: []int{Conformant},
			Finds: `pattern of origins matches more`, Never: []string{anybody},
		},
		{
			Name: "end-of-the-host", Says: "Scheme and end are compared, so that names below the same domain get in.", Policy: one,
			Broken: []Shape{{"names of its domain", loose(one, func(o string) bool {
				return strings.HasPrefix(o, "https://") && strings.HasSuffix(o, "app.example.com")
			})}},
			Right: right(one), Finds: `Only the end of the host is compared`, Never: []string{anybody, "critical"},
		},
		{
			Name: "configured-with-a-slash", Says: "The listed origin has a slash at its end, and is compared as it stands.", Policy: one,
			Broken: []Shape{{"slash", handled(layer{policy: slash, app: application(one)})}},
			Right:  right(one), Finds: `configured with a slash`, Never: []string{`app\.example\.com/[:,]`},
		},
		{
			Name: "preflights-of-one-origin", Says: "Every preflight is granted to the first origin of the list, and answers to both.", Policy: two,
			Broken: []Shape{{"the first", handled(fields(policied(two), func(r *http.Request) bool { return isPreflight(r) && from(r, two.Origins...) }, allowOrigin, two.Origins[0]))}},
			Right:  right(two), Finds: `names another allowed origin`, Never: []string{"always", "whoever asks"},
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
