package mutants

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/internal/layer"
)

// listsMore adds names to a list that is neither empty nor the wildcard.
func listsMore(names ...string) func(string) string {
	return func(list string) string {
		if list == "*" || list == "" {
			return list
		}
		return list + ", " + strings.Join(names, ", ")
	}
}

// grantVariants say lawfully more, or the same otherwise, in the fields of the CORS
// protocol. Each is something of which a server was once accused.
var grantVariants = []Variant{
	{
		Name: "own-origin-granted", Basis: []string{"https://html.spec.whatwg.org/#same-origin"},
		Doc:   "The server's own origin, scheme and Host of the request, is granted: its pages need no grant, and may have one.",
		hooks: allowWhen(func(x *exchange) bool { return x.Kind != layer.Plain && x.Origin == ownOrigin(x.Request) }),
	},
	{
		Name: "denied-first-origin", Basis: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Doc: "Who is denied, or sends no Origin, is told the first origin of the list, which no browser takes for a grant to others.",
		hooks: head(on(both(not(isGranted), several), func(x *exchange, h http.Header) {
			h.Set(layer.FieldACAO, x.policy.Origins[0])
		})),
	},
	{
		Name: "denied-lists", Basis: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Doc: "Denied preflights carry the lists of methods and request headers, and no Access-Control-Allow-Origin: nothing is granted.",
		hooks: head(on(both(isPreflight, not(isGranted)), func(x *exchange, h http.Header) {
			if x.Layer.Methods != "" {
				h.Set(layer.FieldACAM, x.Layer.Methods)
			}
		})),
	},
	{
		Name: "denied-404", Basis: []string{freeStatus},
		Doc:   "Requests with an Origin that is not allowed are answered as if there were nothing.",
		hooks: blocked(http.StatusNotFound, both(isDenied, not(policy("default")))),
	},
	{
		Name: "denied-preflight-200", Basis: []string{freeStatus},
		Doc:   "A preflight that is denied is answered with 200 and no CORS fields.",
		hooks: answer(http.StatusOK, not(isGranted)),
	},
	{
		Name: "names-copied-lower-case", Basis: []string{freePreflight},
		Doc:   "Each header name is listed twice, as configured and in lower case.",
		hooks: head(rewrite(layer.FieldACAH, twice), rewrite(layer.FieldACEH, twice)),
	},
	{
		Name: "names-upper-case", Basis: []string{freePreflight},
		Doc:   "Header names are listed in upper case.",
		hooks: head(rewrite(layer.FieldACAH, strings.ToUpper), rewrite(layer.FieldACEH, strings.ToUpper)),
	},
	{
		Name: "names-safelisted-too", Basis: []string{"https://fetch.spec.whatwg.org/#cors-safelisted-request-header"},
		Doc:   "Request headers that need no permission are listed as well.",
		hooks: head(rewrite(layer.FieldACAH, listsMore("Accept", "Accept-Language", "Content-Language"))),
	},
	{
		Name: "exposes-safelisted-too", Basis: []string{"https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name"},
		Doc:   "Response headers that every script may read are exposed as well.",
		hooks: head(rewrite(layer.FieldACEH, listsMore("Cache-Control", "Content-Length", "Content-Type", "Expires"))),
	},
	{
		Name: "options-listed", Basis: []string{freeLists},
		Doc:   "Access-Control-Allow-Methods lists OPTIONS, which preflights use.",
		hooks: head(on(not(policy("custom-methods")), rewrite(layer.FieldACAM, listsMore("OPTIONS")))),
	},
	{
		Name: "preflight-unlisted-refused", Basis: []string{freeStatus},
		Doc: "A preflight for a method that is not listed is refused, although one that needs no permission would pass in a browser.",
		hooks: head(on(both(isPreflight, func(x *exchange) bool {
			listed := x.policy.Methods
			return len(listed) > 0 && !slices.Contains(listed, "*") && !slices.Contains(listed, x.Request.Header.Get(layer.FieldACRM))
		}), drop(layer.FieldACAO, layer.FieldACAC, layer.FieldACAM, layer.FieldACAH, layer.FieldACMA, layer.FieldACAPN))),
	},
	{
		Name: "max-age-unstated", Basis: []string{"https://fetch.spec.whatwg.org/#http-access-control-max-age"},
		Doc: "Where no max-age is configured, preflights may be cached for a day.",
		hooks: compiled(func(p *cases.Policy) {
			if day := 86400; p.MaxAge == nil {
				p.MaxAge = &day
			}
		}),
	},
	{
		Name: "preflight-allow", Basis: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7"},
		Doc:   "Answers to preflights have Allow.",
		hooks: head(on(isPreflight, put("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"))),
	},
}

// ownOrigin is the origin that the request was sent to.
func ownOrigin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// several: a list of exact origins with more than one entry.
func several(x *exchange) bool { return len(x.policy.Origins) > 1 }

// twice adds the lower-case form of each name that is not in lower case itself.
func twice(list string) string {
	names := strings.Split(list, ", ")
	for _, name := range slices.Clone(names) {
		if low := strings.ToLower(name); low != name {
			names = append(names, low)
		}
	}
	return strings.Join(names, ", ")
}
