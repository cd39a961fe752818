package mutants

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

const (
	rfcQuery   = "https://www.rfc-editor.org/rfc/rfc10008.html"
	flaskIssue = "https://github.com/corydolphin/flask-cors/issues/413"
)

var isQuery = is("QUERY")

// queryMutants know the methods of HTTP as they were before RFC 10008, or take
// QUERY for what GET is.
var queryMutants = []Mutant{
	{
		Name: "query-unknown", Class: GrantMissing, Browser: true,
		Doc:     "Only the methods of RFC 9110 and PATCH are granted, whatever is configured: QUERY is not among them.",
		Sources: []string{flaskIssue, rfcQuery},
		Targets: []string{"query-*"},
		hooks:   reject(http.StatusForbidden, asked(isQuery)),
	},
	{
		Name: "query-unshared", Class: GrantMissing, Browser: true,
		Doc:     "The answer to a QUERY gets no grant, though its preflight does: fields are added to the answers of known methods.",
		Sources: []string{flaskIssue, rfcQuery},
		Targets: []string{"query-*"},
		hooks:   head(on(both(isShared, method("QUERY")), dropGrant)),
	},
	{
		Name: "query-without-fields", Class: GrantMissing, Browser: true,
		Doc:     "As with GET no request header is granted for a QUERY, its Content-Type neither.",
		Sources: []string{rfcQuery},
		Targets: []string{"query-listed-content-type*", "query-json*"},
		hooks:   head(on(asked(isQuery), drop(layer.FieldACAH))),
	},
	{
		Name: "query-as-get", Class: GrantExcess, Browser: true,
		Doc:     "QUERY is taken for a method that needs no permission, because it is safe.",
		Sources: []string{rfcQuery, "https://github.com/whatwg/fetch/issues/1774"},
		Targets: []string{"query-unlisted*"},
		hooks: head(on(both(asked(isQuery), isGranted), rewrite(layer.FieldACAM, func(v string) string {
			if v == "*" || strings.Contains(v, "QUERY") {
				return v
			}
			return v + ", QUERY"
		}))),
	},
	{
		Name: "query-any-case", Class: GrantExcess, Browser: true,
		Doc:     "The question for query is looked up without regard to case, and granted where QUERY is listed.",
		Sources: []string{"https://github.com/fruitcake/php-cors/blob/5c0458a39a/src/CorsService.php", "https://fetch.spec.whatwg.org/#concept-method-normalize"},
		Targets: []string{"query-lower-case*"},
		hooks: head(on(both(asked(is("query")), isGranted), rewrite(layer.FieldACAM, func(v string) string {
			if !strings.Contains(v, "QUERY") {
				return v
			}
			return v + ", query"
		}))),
	},
	{
		Name: "query-upper-cased", Class: GrantMissing, Browser: true,
		Doc:     "query is answered as if QUERY had been asked for, as browsers do with get.",
		Sources: []string{"https://github.com/go-chi/cors/blob/f8fbaeea04/cors.go", "https://fetch.spec.whatwg.org/#concept-method-normalize"},
		Targets: []string{"query-lower-case-any*"},
		hooks:   head(on(asked(is("query")), rewrite(layer.FieldACAM, func(string) string { return "QUERY" }))),
	},
	{
		Name: "query-skips-origin", Class: OriginLoose, Browser: true,
		Doc:     "A preflight for QUERY is granted to every origin, since nothing is changed by it.",
		Sources: []string{rfcQuery},
		Targets: []string{"query-denied*"},
		hooks: allowWhen(both(asked(isQuery), func(x *exchange) bool {
			return x.Origin != "" && len(x.policy.Origins) > 0
		})),
	},
}
