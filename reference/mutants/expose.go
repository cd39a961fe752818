package mutants

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// exposesSome: a granted response under a policy that exposes some header.
var exposesSome = both(isShared, func(x *exchange) bool { return len(x.policy.ExposeHeaders) > 0 })

// exposeMutants send the wrong Access-Control-Expose-Headers.
var exposeMutants = []Mutant{
	{
		Name: "expose-missing", Class: GrantMissing, Browser: true,
		Doc:     "Nothing is exposed.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-expose-headers"},
		Targets: []string{"expose-*", "br-expose*", "redirect-exposed*", "read-*-content-range*"},
		hooks:   head(drop(layer.FieldACEH)),
	},
	{
		Name: "expose-first-only", Class: GrantMissing, Browser: true,
		Doc:     "Only the first configured name is exposed.",
		Sources: []string{"https://github.com/rackerlabs/repose/pull/1626"},
		Targets: []string{"expose-actual*", "expose-*", "br-expose*"},
		hooks:   head(on(exposesSome, rewrite(layer.FieldACEH, func(v string) string { first, _, _ := strings.Cut(v, ","); return first }))),
	},
	{
		Name: "expose-star", Class: GrantExcess, Browser: true,
		Doc:     "Everything is exposed whatever the policy lists.",
		Sources: []string{"https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
		Targets: []string{"expose-*", "br-expose*", "read-401-secret*"},
		hooks:   head(on(both(exposesSome, policy("exact", "any", "one")), put(layer.FieldACEH, "*"))),
	},
	{
		Name: "expose-one-more", Class: GrantExcess,
		Doc:     "A response header that the policy does not list is exposed as well.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-expose-headers"},
		Targets: []string{"stated-exposed-only"},
		hooks:   head(on(both(exposesSome, policy("exact")), rewrite(layer.FieldACEH, func(v string) string { return v + ", X-Internal" }))),
	},
	{
		Name: "expose-bad-name", Class: FieldSyntax, Browser: true,
		Doc:     "One of the exposed names is not a token, which spoils the whole field.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-new-header-syntax"},
		Targets: []string{"expose-*", "br-expose*"},
		hooks:   head(on(both(exposesSome, policy("exact-creds")), rewrite(layer.FieldACEH, func(v string) string { return v + ", X Rate" }))),
	},
	{
		Name: "expose-repeats", Class: FieldSyntax,
		Doc:     "A name that the application exposes too is in the list twice.",
		Sources: []string{"https://github.com/nelmio/NelmioCorsBundle/blob/bdd78311f1/EventListener/CorsListener.php"},
		Targets: []string{"expose-no-duplicates*"},
		hooks:   head(on(both(exposesSome, policy("exact")), rewrite(layer.FieldACEH, func(v string) string { return v + ", x-resp" }))),
	},
	{
		Name: "expose-empty-field", Class: FieldSyntax,
		Doc:     "Where nothing is exposed the field is sent empty.",
		Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb"},
		Targets: []string{"expose-none-configured*"},
		hooks:   head(on(both(isShared, policy("bare")), put(layer.FieldACEH, ""))),
	},
	{
		Name: "expose-unconfigured", Class: GrantExcess, Browser: true,
		Doc:     "Where nothing is configured everything is exposed.",
		Sources: []string{"https://github.com/elysiajs/elysia-cors/blob/58adc6030a/src/index.ts"},
		Targets: []string{"expose-none-configured*", "expose-bare*", "expose-default-*"},
		hooks:   head(on(both(isShared, policy("bare")), put(layer.FieldACEH, "*"))),
	},
	{
		Name: "expose-request-names", Class: GrantMissing, Browser: true,
		Doc:     "Exposing everything lists the names of the request's fields.",
		Sources: []string{"https://github.com/elysiajs/elysia-cors/blob/58adc6030a/src/index.ts"},
		Targets: []string{"expose-any*", "br-expose-star*", "read-*-content-range*"},
		hooks: head(on(both(isShared, policy("expose-any", "expose-any-creds")), func(x *exchange, h http.Header) {
			names := []string{"Host"}
			for name := range x.Request.Header {
				names = append(names, name)
			}
			slices.Sort(names)
			h.Set(layer.FieldACEH, strings.Join(names, ", "))
		})),
	},
	{
		Name: "expose-any-missing", Class: GrantMissing, Browser: true,
		Doc:     "Where all headers are exposed, without credentials, none is.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-expose-headers"},
		Targets: []string{"expose-any", "expose-any-*", "read-*-content-range*"},
		hooks:   head(on(policy("expose-any"), drop(layer.FieldACEH))),
	},
	{
		Name: "expose-any-creds-star", Class: LiteralWildcard, Browser: true,
		Doc:     "Exposing everything with credentials is *, where it is only a name.",
		Sources: []string{"https://github.com/athena-framework/athena/pull/264"},
		Targets: []string{"expose-any-creds*", "br-expose-star-creds*"},
		hooks:   head(on(both(isShared, policy("expose-any-creds")), put(layer.FieldACEH, "*"))),
	},
	{
		Name: "expose-not-on-errors", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Errors are shared, and expose nothing.",
		Sources: []string{"https://github.com/dotnet/aspnetcore/issues/2378"},
		Targets: []string{"expose-on-*", "read-416-content-range*"},
		hooks:   head(on(func(x *exchange) bool { return x.Status >= 400 }, drop(layer.FieldACEH))),
	},
	{
		Name: "expose-app-value", Class: TwoValues,
		Doc:     "What the application exposes replaces the policy's list.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-expose-headers"},
		Targets: []string{"expose-app-set-merged*", "merge-*"},
		hooks: head(on(isShared, func(x *exchange, h http.Header) {
			if v := x.Removed[layer.FieldACEH]; len(v) > 0 {
				h[layer.FieldACEH] = v
			}
		})),
	},
	{
		Name: "expose-two-lines-lost", Class: FieldSyntax, Browser: true,
		Doc:     "An empty line comes before the list, and one with a quoted name after it.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-new-header-syntax"},
		Targets: []string{"expose-*", "br-expose*", "redirect-exposed*"},
		hooks: head(on(both(exposesSome, policy("exact")), func(_ *exchange, h http.Header) {
			h[layer.FieldACEH] = append([]string{""}, append(slices.Clone(h[layer.FieldACEH]), `"X-Third"`)...)
		})),
	},
}
