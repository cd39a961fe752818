package endpoints

import (
	"net/http"
	"slices"

	"github.com/corsproof/corsproof/cases"
)

// stated are policies one entry of which the server forgot: whichever it is, and
// wherever it is.
func stated() []Kind {
	origins := plain()
	origins.Origins = []string{"https://one.example.net", "https://two.example.net:8443", "http://three.example.org", "https://four.example.net", "https://five.example.io"}
	origins.RequestHeaders = []string{"x-q"}
	headers := plain("PUT")
	headers.RequestHeaders = []string{"x-request-id", "authorization", "x-b", "content-type", "a-first"}
	withCredentials := headers
	withCredentials.Credentials = true
	anyOrigin := cases.Policy{Name: "any", Origins: []string{"*"}, RequestHeaders: []string{"x-one", "x-two"}}
	methods := plain("PUT", "DELETE", "PATCH")
	exposed := plain()
	exposed.ExposeHeaders = []string{"X-Total", "ETag", "X-Page", "Server-Timing"}
	oneExposed := front()
	age := front()
	network := plain("PUT")
	network.PrivateNetwork = true

	forgetOrigin := func(o string) Server { p := origins; p.Origins = without(p.Origins, o); return handled(policied(p)) }
	forgetHeader := func(p cases.Policy) func(string) Server {
		return func(n string) Server { p.RequestHeaders = without(p.RequestHeaders, n); return handled(policied(p)) }
	}
	forgetMethod := func(m string) Server { p := methods; p.Methods = without(p.Methods, m); return handled(policied(p)) }
	forgetExposed := func(p cases.Policy) func(string) Server {
		return func(n string) Server {
			q := p
			q.ExposeHeaders = without(p.ExposeHeaders, n)
			return handled(layer{policy: q, app: application(p)})
		}
	}
	lasts := func(seconds int) Server { p := age; p.MaxAge = new(seconds); return handled(policied(p)) }
	answers := func(value string) Server {
		return handled(fields(policied(network), func(r *http.Request) bool {
			return isPreflight(r) && from(r, network.Origins...) && r.Header.Get("Access-Control-Request-Private-Network") == "true"
		}, "Access-Control-Allow-Private-Network", value))
	}
	ok := func(p cases.Policy) []Shape { return []Shape{{"right", handled(policied(p))}} }
	return []Kind{
		{Name: "origin-forgotten", Says: "One of the stated origins is not allowed.", Policy: origins, Broken: each(origins.Origins, forgetOrigin), Right: ok(origins)},
		{Name: "request-header-forgotten", Says: "One of the stated request headers is not allowed.", Policy: headers, Broken: each(headers.RequestHeaders, forgetHeader(headers)), Right: ok(headers), Never: []string{severity}},
		{Name: "request-header-forgotten-with-credentials", Says: "One of the stated request headers is not allowed, with credentials.", Policy: withCredentials, Broken: each(withCredentials.RequestHeaders, forgetHeader(withCredentials)), Right: ok(withCredentials)},
		{Name: "request-header-forgotten-for-everybody", Says: "One of the stated request headers is not allowed, where every origin is.", Policy: anyOrigin, Broken: each(anyOrigin.RequestHeaders, forgetHeader(anyOrigin)), Right: ok(anyOrigin)},
		{Name: "method-forgotten", Says: "One of the stated methods is not allowed.", Policy: methods, Broken: each(methods.Methods, forgetMethod), Right: ok(methods), Never: []string{severity, commas}},
		{Name: "exposed-name-forgotten", Says: "One of the stated response headers is not exposed.", Policy: exposed, Broken: each(exposed.ExposeHeaders, forgetExposed(exposed)), Right: ok(exposed)},
		{Name: "one-name-not-exposed", Says: "The only stated response header is not exposed, with credentials.", Policy: oneExposed, Broken: each(oneExposed.ExposeHeaders, forgetExposed(oneExposed)), Right: ok(oneExposed), Finds: "X-Trace|Expose-Headers"},
		{Name: "max-age-longer", Says: "A permission lasts longer than was stated.", Policy: age, Broken: []Shape{{"300000", lasts(300000)}, {"86400", lasts(86400)}}, Right: ok(age), Exits: []int{Conformant, Failures}, Finds: "{shape}"},
		{Name: "private-network-denied", Says: "Private network access is stated, and not granted.", Policy: network, Broken: []Shape{{"false", answers("false")}, {"left out", answers("")}, {"True", answers("True")}}, Right: []Shape{{"right", answers("true")}}, Finds: `(?i)private.network`},
	}
}

// named are the shapes whose report has to name the forgotten entry.
var named = []string{
	"origin-forgotten", "request-header-forgotten", "request-header-forgotten-with-credentials",
	"request-header-forgotten-for-everybody", "method-forgotten", "exposed-name-forgotten",
}

// NamesEntry tells whether a report on a broken shape must name what it forgot,
// the last word of the shape's name.
func (k *Kind) NamesEntry() bool { return slices.Contains(named, k.Name) }
