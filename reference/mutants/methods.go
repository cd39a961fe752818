package mutants

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
	"github.com/corsproof/corsproof/spec"
)

// methodsAre sends another list of methods in granted preflights.
func methodsAre(c cond, f func(x *exchange) string) func() hooks {
	return head(on(both(isPreflight, isGranted, c), func(x *exchange, h http.Header) { h.Set(layer.FieldACAM, f(x)) }))
}

// acrm is the Access-Control-Request-Method field as the request has it.
func acrm(x *exchange) string { return strings.Join(x.Request.Header[layer.FieldACRM], ", ") }

// methodMissing leaves a method out of the list.
func methodMissing(name string, c cond) func() hooks {
	return head(on(both(isPreflight, c), rewrite(layer.FieldACAM, func(v string) string {
		var kept []string
		for elem := range strings.SplitSeq(v, ", ") {
			if elem != name {
				kept = append(kept, elem)
			}
		}
		return strings.Join(kept, ", ")
	})))
}

// evenMalformed goes on with preflights whose method is not one token.
func evenMalformed(edits ...edit) func() hooks {
	return and(func() hooks {
		return hooks{preflight: func(x *exchange, _ http.Handler, status int) int {
			if x.Method != "" {
				return status
			}
			if x.Granted = x.Layer.AllowsOrigin(x.Origin); !x.Granted {
				return http.StatusForbidden
			}
			return http.StatusNoContent
		}}
	}, head(edits...))
}

// asksMalformed: a preflight for what is not a method.
func asksMalformed(x *exchange) bool { return x.Kind == layer.Preflight && x.Granted && x.Method == "" }

// methodMutants misread Access-Control-Request-Method, or answer it wrongly.
var methodListMutants = []Mutant{
	{
		Name: "acam-without-put", Class: GrantMissing, Browser: true,
		Doc:     "PUT is left out of the list of methods.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/15"},
		Targets: []string{"acrm-each-allowed*", "acrm-*", "acrh-*", "preflight-*", "creds-*", "pf-*", "page-*", "origin-*", "maxage-credentialed-*", "maxage-per-*", "maxage-*", "h2-*", "br-preflight-*", "br-put-*", "garbage-*", "expose-after-*"},
		hooks:   methodMissing("PUT", policy("exact-creds", "hosts", "pattern")),
	},
	{
		Name: "acam-without-patch", Class: GrantMissing, Browser: true,
		Doc:     "PATCH is left out of the list of methods.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/15"},
		Targets: []string{"acrm-each-allowed*", "pf-patch*"},
		hooks:   methodMissing("PATCH", isGranted),
	},
	{
		Name: "acam-without-delete", Class: GrantMissing, Browser: true,
		Doc:     "DELETE is left out of the list of methods.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/15"},
		Targets: []string{"acrm-each-allowed*", "simple-method-delete*", "maxage-method-added*", "pf-delete*", "pf-any-methods-*", "read-204*", "read-405-*"},
		hooks:   methodMissing("DELETE", isGranted),
	},
	{
		Name: "acam-custom-missing", Class: GrantMissing, Browser: true,
		Doc:     "Methods that HTTP does not know are refused though configured.",
		Sources: []string{"https://github.com/playframework/playframework/blob/1a666e1866/web/play-filters-helpers/src/main/scala/play/filters/cors/AbstractCORSPolicy.scala"},
		Targets: []string{"acrm-custom-method-configured*", "acrm-any-methods-*", "pf-custom-method*"},
		hooks:   reject(403, asked(is("CHICKEN"))),
	},
	{
		Name: "acam-echo-any", Class: GrantExcess, Browser: true,
		Doc:     "Whatever method is asked for is granted.",
		Sources: []string{"https://github.com/nelmio/NelmioCorsBundle/blob/bdd78311f1/EventListener/CorsListener.php"},
		Targets: []string{"acrm-*", "pf-denied-method*", "pf-lower-case-*", "pf-options-*", "dos-acrm-*"},
		hooks: methodsAre(underExact, func(x *exchange) string {
			if strings.Contains(x.Layer.Methods, x.Method) {
				return x.Layer.Methods
			}
			return x.Layer.Methods + ", " + x.Method
		}),
	},
	{
		Name: "acam-star", Class: GrantExcess, Browser: true,
		Doc:     "The list of methods is * whatever the policy lists.",
		Sources: []string{"https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
		Targets: []string{"acrm-*", "pf-denied-method*", "pf-lower-case-*", "pf-options-*"},
		hooks:   methodsAre(policy("exact"), func(*exchange) string { return "*" }),
	},
	{
		Name: "acam-delete-asked", Class: GrantExcess,
		Doc:     "The method that was asked for is the list, and DELETE is granted although PUT alone is listed.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-allow-methods"},
		Targets: []string{"stated-methods-only-asked"},
		hooks:   methodsAre(both(policy("put-only"), asked(is("DELETE"))), func(*exchange) string { return "DELETE" }),
	},
	{
		Name: "acam-one-more", Class: GrantExcess,
		Doc:     "A method that the policy does not list is always in the list: a default of the layer's own.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-allow-methods"},
		Targets: []string{"stated-methods-only"},
		hooks:   methodsAre(underExact, func(x *exchange) string { return x.Layer.Methods + ", MKCOL" }),
	},
	{
		Name: "acam-405", Class: FieldSyntax,
		Doc:     "A method that is not allowed is 405, without Allow.",
		Sources: []string{"https://github.com/gorilla/handlers/blob/9c61bd81e7/cors.go", "https://github.com/nelmio/NelmioCorsBundle/blob/bdd78311f1/EventListener/CorsListener.php"},
		Targets: []string{"acrm-405-has-allow*"},
		hooks:   reject(405, both(isGranted, underExact, asked(func(m string) bool { return m == "PURGE" }))),
	},
	{
		Name: "acam-ignores-case", Class: GrantExcess, Browser: true,
		Doc:     "Methods are compared without regard to case, and the one asked for is echoed: patch is granted where PATCH is listed.",
		Sources: []string{"https://github.com/fruitcake/php-cors/blob/5c0458a39a/src/CorsService.php"},
		Targets: []string{"acrm-lower-case-*", "br-lower-case-patch*", "pf-lower-case-*"},
		hooks: methodsAre(underExact, func(x *exchange) string {
			if up := strings.ToUpper(x.Method); up != x.Method && strings.Contains(x.Layer.Methods, up) {
				return x.Layer.Methods + ", " + x.Method
			}
			return x.Layer.Methods
		}),
	},
	{
		Name: "acam-upper-cased", Class: GrantMissing, Browser: true,
		Doc:     "Any method is echoed in upper case: patch becomes PATCH, which the browser does not take for patch.",
		Sources: []string{"https://github.com/go-chi/cors/blob/f8fbaeea04/cors.go", "https://github.com/fruitcake/php-cors/blob/5c0458a39a/src/CorsService.php"},
		Targets: []string{"acrm-any-methods*", "br-lower-case-patch*"},
		hooks: head(on(both(isPreflight, isGranted, policy("any-methods", "any-methods-creds")), func(x *exchange, h http.Header) {
			h.Set(layer.FieldACAM, strings.ToUpper(x.Method))
		})),
	},
	{
		Name: "acrm-lower-get-crash", Class: Crash,
		Doc:     "A method in lower case is a server error.",
		Sources: []string{"https://github.com/playframework/playframework/blob/1a666e1866/web/play-filters-helpers/src/main/scala/play/filters/cors/AbstractCORSPolicy.scala"},
		Targets: []string{"acrm-lower-case-get*"},
		hooks:   reject(500, asked(is("get"))),
	},
	{
		Name: "acrm-empty-crash", Class: Crash,
		Doc:     "An empty Access-Control-Request-Method is a server error.",
		Sources: []string{"https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py"},
		Targets: []string{"acrm-empty*", "garbage-*"},
		hooks:   reject(500, asked(is(""))),
	},
	{
		Name: "acam-custom-options-missing", Class: GrantMissing, Browser: true,
		Doc:     "OPTIONS is the layer's own method, and left out of the list.",
		Sources: []string{"https://github.com/labstack/echo/issues/2767"},
		Targets: []string{"acrm-options-configured*", "br-options-actual*", "options-actual-*"},
		hooks:   methodMissing("OPTIONS", isGranted),
	},
	{
		Name: "acam-upper-echo", Class: GrantMissing,
		Doc:     "The method that is asked for is answered in upper case, alone.",
		Sources: []string{"https://github.com/go-chi/cors/blob/f8fbaeea04/cors.go"},
		Targets: []string{"acrm-lower-case-*"},
		hooks:   methodsAre(both(policy("exact"), func(x *exchange) bool { return strings.ToUpper(x.Method) != x.Method }), func(x *exchange) string { return strings.ToUpper(x.Method) }),
	},
	{
		Name: "acam-of-all-policies", Class: PolicyLeak,
		Doc:     "The methods of all policies are granted under each.",
		Sources: []string{"https://github.com/beego/beego/blob/939cfde380/server/web/filter/cors/cors.go"},
		Targets: []string{"stated-methods-only*", "iso-per-route-methods*", "acrm-disallowed*", "pf-denied-method*"},
		hooks:   methodsAre(policy("put-only"), func(*exchange) string { return "GET, HEAD, POST, PUT, PATCH, DELETE" }),
	},
	{
		Name: "acrm-list-echoed", Class: Injection,
		Doc:     "A list in Access-Control-Request-Method is echoed.",
		Sources: []string{"https://github.com/google/go-safeweb/pull/372"},
		Targets: []string{"acrm-list*"},
		hooks: evenMalformed(on(both(asksMalformed, not(asked(has(",")))), dropGrant),
			on(both(asksMalformed, asked(has(","))), func(x *exchange, h http.Header) { h.Set(layer.FieldACAM, acrm(x)) })),
	},
	{
		Name: "acrm-lines-echoed", Class: Injection,
		Doc:     "All lines of Access-Control-Request-Method are echoed when the first is allowed.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"acrm-two-lines*"},
		hooks: evenMalformed(on(asksMalformed, func(x *exchange, h http.Header) {
			if lines := x.Request.Header[layer.FieldACRM]; len(lines) > 1 {
				h[layer.FieldACAM] = lines
			} else {
				dropGrant(x, h)
			}
		})),
	},
	{
		Name: "acrm-junk-echoed", Class: Injection,
		Doc:     "An Access-Control-Request-Method that is not a token is echoed.",
		Sources: []string{"https://github.com/google/go-safeweb/pull/372"},
		Targets: []string{"acrm-non-token*"},
		hooks: evenMalformed(on(asksMalformed, func(x *exchange, h http.Header) {
			if v := acrm(x); v != "" && !strings.ContainsAny(v, ", ") {
				h.Set(layer.FieldACAM, v)
			} else {
				dropGrant(x, h)
			}
		})),
	},
	{
		Name: "acrm-junk-crash", Class: Crash,
		Doc:     "An Access-Control-Request-Method that is not a token is a server error.",
		Sources: []string{"https://github.com/poem-web/poem/blob/6ede4fb8fa/poem/src/middleware/cors.rs"},
		Targets: []string{"acrm-non-token*", "garbage-preflight*"},
		hooks:   reject(500, asked(func(m string) bool { return m != "" && !spec.IsToken(m) && !strings.Contains(m, ",") })),
	},
	{
		Name: "acrm-space", Class: RequestHeaderList,
		Doc:     "White space after the colon of Access-Control-Request-Method is not trimmed.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-5.5"},
		Targets: []string{"acrm-leading-space*"},
		hooks:   rawRequest("\r\nAccess-Control-Request-Method:  ", "\r\nAccess-Control-Request-Method: ?"),
	},
	{
		Name: "acrm-options-granted", Class: GrantExcess, Browser: true,
		Doc:     "OPTIONS is always granted.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go", "https://github.com/go-chi/cors/blob/f8fbaeea04/cors.go"},
		Targets: []string{"acrm-options*", "pf-options-*"},
		hooks:   methodsAre(underExact, func(x *exchange) string { return x.Layer.Methods + ", OPTIONS" }),
	},
	{
		Name: "acrm-trace-crash", Class: Crash,
		Doc:     "A preflight for TRACE is a server error.",
		Sources: []string{"https://fetch.spec.whatwg.org/#forbidden-method"},
		Targets: []string{"acrm-connect-trace*"},
		hooks:   reject(500, asked(is("TRACE", "CONNECT", "TRACK"))),
	},
	{
		Name: "acrm-any-methods-missing", Class: GrantMissing, Browser: true,
		Doc:     "Any method means the well-known ones.",
		Sources: []string{"https://github.com/playframework/playframework/blob/1a666e1866/web/play-filters-helpers/src/main/scala/play/filters/cors/AbstractCORSPolicy.scala"},
		Targets: []string{"acrm-any-methods*", "maxage-method-added*", "br-put-preflight*", "pf-patch*", "pf-delete*", "br-lower-case-patch*", "pf-any-methods*", "query-*"},
		hooks:   methodsAre(policy("any-methods"), func(*exchange) string { return "GET, HEAD, POST" }),
	},
	{
		Name: "acrm-any-methods-star", Class: LiteralWildcard, Browser: true,
		Doc:     "Any method with credentials is *, where it is only a name.",
		Sources: []string{"https://github.com/sanic-org/sanic-ext/blob/7602a434e5/sanic_ext/extensions/http/cors.py", "https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
		Targets: []string{"acrm-any-methods*", "pf-any-methods-*"},
		hooks:   methodsAre(policy("any-methods-creds"), func(*exchange) string { return "*" }),
	},
	{
		Name: "acam-syntax", Class: FieldSyntax, Browser: true,
		Doc:     "The list of methods has a name that is not a token, which spoils the whole field.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-new-header-syntax"},
		Targets: []string{"acam-syntax*", "maxage-*", "br-put-preflight-cached*"},
		hooks:   methodsAre(policy("maxage-86400"), func(x *exchange) string { return x.Layer.Methods + ", (custom)" }),
	},
	{
		Name: "acam-repeats", Class: FieldSyntax,
		Doc:     "The method that was asked for is in the list twice.",
		Sources: []string{"https://github.com/nelmio/NelmioCorsBundle/blob/bdd78311f1/EventListener/CorsListener.php"},
		Targets: []string{"acam-no-duplicates*"},
		hooks: methodsAre(underExact, func(x *exchange) string {
			if strings.Contains(", "+x.Layer.Methods+", ", ", "+x.Method+", ") {
				return x.Layer.Methods + ", " + x.Method
			}
			return x.Layer.Methods
		}),
	},
	{
		Name: "acrm-long-echoed", Class: Unbounded,
		Doc:     "An Access-Control-Request-Method of any length is echoed.",
		Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb"},
		Targets: []string{"dos-acrm-long*"},
		hooks: head(on(both(isPreflight, isGranted, func(x *exchange) bool { return len(x.Method) > 256 }),
			func(x *exchange, h http.Header) { h.Set(layer.FieldACAM, x.Method) })),
	},
}
