package endpoints

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// noBrowser is never said of what a browser sends.
const noBrowser = `no\s+browser sends`

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
	}
}

// also is f as a layer has it.
func also(f func(o string) bool) func(string, *http.Request) bool {
	return func(o string, _ *http.Request) bool { return f(o) }
}
