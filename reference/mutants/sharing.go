package mutants

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// notAny: the policy does not allow any origin.
var notAny = not(func(x *exchange) bool { return x.Layer.Origins.Any })

// sharesSomething: the policy allows some origin.
func sharesSomething(x *exchange) bool { return !x.Layer.Origins.None() }

// onDenied edits what an origin gets that is not allowed, where some are.
func onDenied(e edit) func() hooks {
	return head(on(both(isDenied, not(isPreflight), sharesSomething), e))
}

// sharingMutants share too little or too much on requests that are not preflights.
var sharingMutants = []Mutant{
	{
		Name: "post-not-shared", Class: GrantMissing, Browser: true,
		Doc:     "Answers to POST are not shared.",
		Sources: []string{"https://github.com/ktorio/ktor/blob/ef92e5537d/ktor-server/ktor-server-plugins/ktor-server-cors/common/src/io/ktor/server/plugins/cors/CORS.kt"},
		Targets: []string{"actual-post-*", "simple-post-*", "br-post-*", "simple-xhr-post*", "br-xhr-*", "creds-post*", "element-*", "expose-post*", "pf-post-*", "redirect-30*", "header-*", "br-two-custom-*", "read-201*", "status-30*", "pf-xhr-*", "br-maxage-absent*", "vary-*", "simple-*", "stated-*"},
		hooks:   head(on(both(isShared, method("POST")), dropGrant)),
	},
	{
		Name: "put-not-shared", Class: GrantMissing, Browser: true,
		Doc:     "Answers to PUT are not shared, though preflights for it are granted.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-responses"},
		Targets: []string{"actual-put-*", "br-put-*", "simple-method-put*", "parallel-preflights*", "creds-preflighted*", "element-keepalive-*", "expose-after-*", "maxage-*", "br-*", "page-*", "pf-*", "redirect-*", "read-put-*", "status-307-*", "h1-*"},
		hooks:   head(on(both(isShared, method("PUT")), dropGrant)),
	},
	{
		Name: "delete-not-shared", Class: GrantMissing, Browser: true,
		Doc:     "Answers to DELETE are not shared, though preflights for it are granted.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-responses"},
		Targets: []string{"actual-delete-*", "simple-method-delete*", "maxage-method-added*", "pf-delete*", "pf-any-methods-*", "read-204*", "read-405-*", "status-405-*"},
		hooks:   head(on(both(isShared, method("DELETE")), dropGrant)),
	},
	{
		Name: "get-not-shared", Class: GrantMissing, Browser: true,
		Doc:     "Preflights are answered, and the answers to GET are not shared.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-responses"},
		Targets: []string{"actual-*", "simple-*", "br-*", "page-*", "origin-*", "cache-*", "creds-*", "expose-*", "element-*", "parallel-*", "shared-*", "idempotent-*", "h1-*", "h2-*", "tls-*", "header-*", "maxage-*", "pf-*", "redirect-*", "status-*", "read-*", "vary-*", "merge-*", "iso-*", "garbage-*", "big-*", "acrh-*", "preflight-*", "stated-*"},
		hooks:   head(on(both(isShared, method("GET"), status(200), policy("exact")), dropGrant)),
	},
	{
		Name: "head-not-shared", Class: SafelistedBlocked, Browser: true,
		Doc:     "HEAD is not shared.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go", "https://enable-cors.org/server_nginx.html"},
		Targets: []string{"actual-head-*", "simple-head*", "simple-method-head*", "cache-shared-head-*", "cache-sim-head-*", "expose-head*", "pf-head-*", "read-head*", "vary-head*"},
		hooks:   head(on(both(isShared, method("HEAD")), dropGrant)),
	},
	{
		Name: "head-unlisted-not-shared", Class: SafelistedBlocked, Browser: true,
		Doc:     "HEAD is shared only where the policy lists it.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go", "https://github.com/go-chi/cors/blob/f8fbaeea04/cors.go"},
		Targets: []string{"actual-head-*", "simple-head-*"},
		hooks:   head(on(both(isShared, method("HEAD"), policy("put-only", "bare", "custom-methods")), dropGrant)),
	},
	{
		Name: "get-unlisted-not-shared", Class: SafelistedBlocked, Browser: true,
		Doc:     "GET and POST are shared only where the policy lists them.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"actual-*-not-in-list-*", "br-credentials-not-*", "expose-*", "pf-*-unlisted*", "header-accept*", "br-range-*", "br-simple-get*", "simple-*-unlisted*", "simple-same-origin-*"},
		hooks:   head(on(both(isShared, method("GET", "POST"), policy("put-only")), dropGrant)),
	},
	{
		Name: "bare-not-shared", Class: SafelistedBlocked, Browser: true,
		Doc:     "Where no method is listed none is shared, GET and POST neither.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"br-credentials-not-*", "expose-*", "header-*", "br-range-*", "br-simple-*", "simple-*"},
		hooks:   head(on(both(isShared, method("GET", "POST"), policy("bare")), dropGrant)),
	},
	{
		Name: "head-forbidden", Class: SafelistedBlocked, Browser: true,
		Doc:     "HEAD with an allowed Origin is answered 403 unless the policy lists it.",
		Sources: []string{"https://github.com/apache/tomcat/blob/84ac9af072/java/org/apache/catalina/filters/CorsFilter.java"},
		Targets: []string{"actual-head-*", "simple-head-*"},
		hooks:   blocked(403, both(isActual, method("HEAD"), policy("put-only", "bare", "custom-methods"))),
	},
	{
		Name: "head-without-vary", Class: VaryMissing,
		Doc:     "HEAD gets different fields from GET: no Vary.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2"},
		Targets: []string{"actual-head-equals-get*", "vary-head*", "cache-sim-head*"},
		hooks:   head(on(method("HEAD"), dropVary(layer.FieldOrigin))),
	},
	{
		Name: "head-without-expose", Class: GrantMissing, Browser: true,
		Doc:     "HEAD gets different fields from GET: nothing is exposed.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2"},
		Targets: []string{"actual-head-equals-*", "expose-head*"},
		hooks:   head(on(method("HEAD"), drop(layer.FieldACEH))),
	},
	{
		Name: "denied-gets-null", Class: OriginLoose, Browser: true,
		Doc:     "An origin that is not allowed gets Access-Control-Allow-Origin: null, which every sandboxed frame satisfies.",
		Sources: []string{"CVE-2019-9580", "https://github.com/StackStorm/st2/pull/4577"},
		Targets: []string{"origin-null-*", "br-null-*", "creds-null-*", "creds-off-null*", "page-null-*", "cache-shared-null*", "redirect-cross-*", "actual-get-disallowed-*", "*denied*"},
		hooks:   head(on(both(isDenied, policy("null", "one", "exact-creds"), not(isPreflight)), put(layer.FieldACAO, "null"))),
	},
	{
		Name: "denied-gets-itself", Class: OriginLoose, Browser: true,
		Doc:     "Every origin is reflected, whatever the policy lists.",
		Sources: []string{"CVE-2017-20146", "https://github.com/advisories/GHSA-jcr6-mmjj-pchw", "CVE-2023-49803"},
		Targets: []string{"actual-*", "origin-*", "page-*", "*denied*", "*evil*", "iso-*", "preflight-*", "br-null-*", "br-credentials-*", "br-simple-get-denied*", "creds-*", "cache-*", "redirect-cross-*", "vary-one-*", "config-*", "h2-*", "forwarded-*", "host-header-*", "h1-*", "pna-*", "options-*", "maxage-denied-*", "parallel-origins*", "shared-*", "pf-*", "element-*", "simple-*", "dos-origin-*", "status-*", "any-*", "merge-*", "read-*", "garbage-*", "acrm-*"},
		hooks: allowWhen(func(x *exchange) bool {
			return x.Kind != layer.Plain && len(x.Request.Header[layer.FieldOrigin]) == 1 && !x.Layer.Origins.None()
		}),
	},
	{
		Name: "denied-acac", Class: GrantOnDenied,
		Doc:     "An origin that is not allowed still gets Access-Control-Allow-Credentials.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py", "https://github.com/Kong/kong/blob/22246ef28c/kong/plugins/cors/handler.lua"},
		Targets: []string{"actual-get-disallowed-no-grant*", "creds-disallowed-no-acac*"},
		hooks: head(on(both(isDenied, not(isPreflight), func(x *exchange) bool { return x.policy.Credentials }),
			put(layer.FieldACAC, "true"))),
	},
	{
		Name: "denied-aceh", Class: GrantOnDenied,
		Doc:     "An origin that is not allowed still gets Access-Control-Expose-Headers.",
		Sources: []string{"https://github.com/gofiber/fiber/blob/c344047e10/middleware/cors/cors.go", "https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py"},
		Targets: []string{"actual-get-disallowed-no-grant*", "expose-not-on-disallowed*"},
		hooks:   onDenied(put(layer.FieldACEH, "X-Resp, X-Other")),
	},
	{
		Name: "denied-acam", Class: GrantOnDenied,
		Doc:     "An origin that is not allowed still gets Access-Control-Allow-Methods and -Headers.",
		Sources: []string{"https://github.com/expressjs/cors/blob/5317ebe670/lib/index.js", "https://github.com/gofiber/fiber/blob/c344047e10/middleware/cors/cors.go"},
		Targets: []string{"actual-get-disallowed-no-grant*"},
		hooks:   onDenied(func(x *exchange, h http.Header) { h.Set(layer.FieldACAM, "GET"); h.Set(layer.FieldACAH, "X-Custom") }),
	},
	{
		Name: "no-origin-forbidden", Class: RequestDependent, Browser: true,
		Doc:     "A request without Origin, as every navigation is, is answered 403.",
		Sources: []string{"https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
		Targets: []string{"actual-get-no-origin*", "creds-same-site-*", "simple-same-origin-*", "simple-no-cors-*", "br-no-cors-*", "cache-*", "br-cache-*", "element-*", "status-304-*", "options-*", "vary-no-origin*", "br-keepalive-*", "page-*", "preflight-no-side-*", "preflight-bad-origin-no-side-*"},
		hooks:   blocked(403, both(isPlain, notAny, sharesSomething, policy("exact", "exact-creds"))),
	},
	{
		Name: "no-origin-gets-first", Class: SharedState,
		Doc:     "A request without Origin gets one arbitrary origin of the list.",
		Sources: []string{"https://github.com/corydolphin/flask-cors/blob/fa55dcbec6/flask_cors/core.py"},
		Targets: []string{"actual-get-no-origin*", "options-no-origin-*", "cache-*"},
		hooks: head(on(both(isPlain, notAny), func(x *exchange, h http.Header) {
			if o := x.policy.Origins; len(o) > 0 {
				h.Set(layer.FieldACAO, o[0])
			}
		})),
	},
	{
		Name: "no-origin-gets-star", Class: OriginLoose,
		Doc:     "A request without Origin gets * although the policy is a list.",
		Sources: []string{"https://github.com/unjs/h3/blob/ac609aae8f/src/utils/internal/cors.ts", "https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
		Targets: []string{"actual-get-no-origin*", "options-no-origin-*", "cache-*"},
		hooks:   head(on(both(isPlain, notAny, sharesSomething), put(layer.FieldACAO, "*"))),
	},
	{
		Name: "no-origin-gets-unvarying-star", Class: VaryDenied,
		Doc:     "A request without Origin gets *, and the response does not vary.",
		Sources: []string{"https://github.com/unjs/h3/blob/ac609aae8f/src/utils/internal/cors.ts"},
		Targets: []string{"actual-get-no-origin*", "options-no-origin-*", "cache-*", "vary-*"},
		hooks:   head(on(both(isPlain, sharesSomething, policy("pattern", "callback")), put(layer.FieldACAO, "*"), dropVary(layer.FieldOrigin))),
	},
	{
		Name: "no-origin-gets-empty", Class: FieldSyntax,
		Doc:     "A request without Origin gets an empty Access-Control-Allow-Origin.",
		Sources: []string{"https://github.com/koajs/cors/blob/18a43f0e66/index.js", "https://github.com/zeromicro/go-zero/blob/11f21098dd/rest/internal/cors/handlers.go"},
		Targets: []string{"actual-get-no-origin*", "options-no-origin-*", "cache-*"},
		hooks:   head(on(both(isPlain, notAny, sharesSomething), put(layer.FieldACAO, ""))),
	},
	{
		Name: "actual-acam", Class: FieldMisplaced,
		Doc:     "Access-Control-Allow-Methods and -Headers are on every response.",
		Sources: []string{"https://github.com/zeromicro/go-zero/blob/11f21098dd/rest/internal/cors/handlers.go", "https://github.com/elysiajs/elysia-cors/blob/58adc6030a/src/index.ts"},
		Targets: []string{"actual-no-preflight-headers*", "options-lower-case-*"},
		hooks: head(on(isShared, func(x *exchange, h http.Header) {
			if x.Layer.Methods != "" {
				h.Set(layer.FieldACAM, x.Layer.Methods)
			}
			if x.Layer.Headers != "" {
				h.Set(layer.FieldACAH, x.Layer.Headers)
			}
		})),
	},
	{
		Name: "get-with-acrm-swallowed", Class: OptionsHijacked,
		Doc:     "Any request with Access-Control-Request-Method is taken for a preflight, a GET too.",
		Sources: []string{"https://github.com/quarkusio/quarkus/blob/01af8aa43a/extensions/vertx-http/runtime/src/main/java/io/quarkus/vertx/http/runtime/cors/CORSFilter.java"},
		Targets: []string{"actual-get-with-acrm*", "post-with-acrm*", "options-lower-case-*", "method-override-*"},
		hooks: func() hooks {
			return hooks{kind: func(x *exchange) layer.Kind {
				if ask := x.Request.Header.Get(layer.FieldACRM); x.Kind == layer.Actual && ask != "" && !methodIsOptions(x) {
					x.Method = ask
					return layer.Preflight
				}
				return x.Kind
			}}
		},
	},
	{
		Name: "same-origin-forbidden", Class: RequestDependent, Browser: true,
		Doc:     "A request whose Origin is the server's own, as every POST of its own pages has, is answered 403.",
		Sources: []string{"https://github.com/spring-projects/spring-framework/blob/91eb42645e/spring-web/src/main/java/org/springframework/web/cors/DefaultCorsProcessor.java"},
		Targets: []string{"actual-same-origin-request*", "simple-same-origin-*"},
		hooks:   blocked(403, originIsHost("http", "https")),
	},
	{
		Name: "own-host-not-shared", Class: RequestDependent, Browser: true,
		Doc:     "The server's own host with another scheme is taken for the same origin, and gets no grant.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go"},
		Targets: []string{"actual-same-host-other-scheme*", "simple-other-scheme*", "tls-same-host-*", "redirect-from-own-*"},
		hooks: head(on(both(isShared, func(x *exchange) bool {
			return x.Origin == otherScheme(x)+"://"+x.Request.Host
		}), dropGrant)),
	},
	{
		Name: "custom-header-not-shared", Class: RequestDependent, Browser: true,
		Doc:     "A request with a header of the application's own is not shared.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-responses"},
		Targets: []string{"actual-custom-header*", "br-custom-header*", "header-*", "parallel-preflights*", "creds-preflighted*", "maxage-*", "options-actual-*", "pf-*", "br-*", "app-preflighted*"},
		hooks:   head(on(both(isShared, withField("X-Custom")), dropGrant)),
	},
	{
		Name: "x-origin", Class: EnvironmentTrusted,
		Doc:     "The field X-Origin is honoured in place of Origin.",
		Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb"},
		Targets: []string{"actual-x-origin-ignored*"},
		hooks: func() hooks {
			return hooks{request: func(r *http.Request) {
				if v := r.Header.Get("X-Origin"); v != "" && r.Header.Get(layer.FieldOrigin) == "" {
					r.Header.Set(layer.FieldOrigin, v)
				}
			}}
		},
	},
	{
		Name: "acao-with-slash", Class: FieldSyntax, Browser: true,
		Doc:     "The echoed origin gets a trailing slash.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"actual-get-allowed-origin*", "iso-*", "page-strict-*", "vary-one-*"},
		hooks:   head(on(policy("strict"), rewrite(layer.FieldACAO, func(v string) string { return v + "/" }))),
	},
	{
		Name: "acao-with-space", Class: FieldSyntax, Browser: true,
		Doc:     "All allowed origins are listed in one Access-Control-Allow-Origin.",
		Sources: []string{"https://github.com/tower-rs/tower-http/blob/d154adbace/tower-http/CHANGELOG.md"},
		Targets: []string{"actual-acao-one-value*", "br-simple-get*", "page-*", "cache-shared-null*", "config-null-*", "br-put-preflight*", "preflight-ok*", "origin-null-*", "creds-null-*", "br-redirect-cross-origin*", "br-null-origin-*"},
		hooks: head(on(policy("null"), rewrite(layer.FieldACAO, func(v string) string {
			return v + " https://admin.example:8443"
		}))),
	},
	{
		Name: "acao-list", Class: SeveralOrigins, Browser: true,
		Doc:     "All allowed origins are listed in one Access-Control-Allow-Origin, separated by commas.",
		Sources: []string{"https://github.com/tower-rs/tower-http/blob/d154adbace/tower-http/CHANGELOG.md"},
		Targets: []string{"creds-*", "br-credentials-*", "acrh-any-headers-creds*", "pf-any-headers-*", "preflight-credentials-*", "expose-any-creds*", "br-expose-star-creds*", "maxage-cached-wildcard-*", "pf-any-headers*"},
		hooks: head(on(both(isGranted, policy("any-headers-creds", "expose-any-creds")), func(x *exchange, h http.Header) {
			h.Set(layer.FieldACAO, strings.Join(x.policy.Origins, ", "))
		})),
	},
	{
		Name: "any-acac", Class: UnusablePair,
		Doc:     "Any origin without credentials is answered with * and Access-Control-Allow-Credentials: true.",
		Sources: []string{"https://github.com/kubernetes/ingress-nginx/blob/dbb11b92dd/rootfs/etc/nginx/template/nginx.tmpl"},
		Targets: []string{"any-no-acac*", "creds-off-*"},
		hooks:   head(on(both(policy("any"), not(isPlain)), put(layer.FieldACAC, "true"))),
	},
	{
		Name: "any-reflected", Class: VaryMissing, Browser: true,
		Doc:     "Any origin is answered with an echo of the origin, without Vary.",
		Sources: []string{"https://github.com/vapor/vapor/issues/2539", "https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py"},
		Targets: []string{"any-get-star*", "any-get-*", "cache-shared-any-*", "vary-any-*", "cache-*"},
		hooks:   head(on(both(policy("any"), not(isPlain)), echoOrigin)),
	},
	{
		Name: "any-reflected-varying", Class: VaryMissing,
		Doc:     "Any origin is answered with an echo and Vary where * would do for all.",
		Sources: []string{"https://github.com/corydolphin/flask-cors/blob/fa55dcbec6/flask_cors/core.py"},
		Targets: []string{"any-get-star-literal*", "any-get-no-origin-star*"},
		hooks: head(on(policy("any"), func(x *exchange, h http.Header) {
			if layer.AddVary(h, layer.FieldOrigin); x.Kind == layer.Plain {
				h.Del(layer.FieldACAO)
			} else {
				h.Set(layer.FieldACAO, x.Origin)
			}
		})),
	},
	{
		Name: "any-no-origin-silent", Class: VaryDenied,
		Doc:     "* is sent only to requests with Origin.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"any-get-no-origin-star*", "cache-shared-none-*", "cache-browser-*", "vary-any-*", "cache-*"},
		hooks:   head(on(both(policy("any"), isPlain), dropGrant)),
	},
	{
		Name: "any-vary-origin", Class: VaryClobbered,
		Doc:     "A response with * varies by Origin.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"any-no-vary-origin*", "vary-any-static*"},
		hooks:   head(on(policy("any"), func(_ *exchange, h http.Header) { layer.AddVary(h, layer.FieldOrigin) })),
	},
	{
		Name: "any-vary-star", Class: VaryClobbered,
		Doc:     "A response with * has Vary: *, so that no cache can use it.",
		Sources: []string{"https://github.com/elysiajs/elysia-cors/blob/58adc6030a/src/index.ts"},
		Targets: []string{"any-vary-not-star*", "vary-outer-kept*"},
		hooks:   head(on(policy("any"), put(layer.FieldVary, "*"))),
	},
	{
		Name: "any-null-denied", Class: GrantMissing, Browser: true,
		Doc:     "Any origin does not include null.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"any-null-origin*", "any-preflight-null*", "page-null-any*", "redirect-cross-origin-*"},
		hooks:   denyWhen(both(policy("any"), originIs(is("null")))),
	},
	{
		Name: "any-custom-scheme-denied", Class: GrantMissing,
		Doc:     "Any origin does not include those with a scheme of their own.",
		Sources: []string{"https://github.com/vert-x3/vertx-web/blob/79a467d678/vertx-web/src/main/java/io/vertx/ext/web/handler/impl/CorsHandlerImpl.java"},
		Targets: []string{"any-custom-scheme*"},
		hooks: denyWhen(both(policy("any"), originIs(func(o string) bool {
			return strings.Contains(o, "://") && !strings.HasPrefix(o, "http")
		}))),
	},
	{
		Name: "any-preflight-refused", Class: GrantMissing, Browser: true,
		Doc:     "Any origin may read, but the preflight gets no Access-Control-Allow-Origin.",
		Sources: []string{"https://enable-cors.org/server_nginx.html"},
		Targets: []string{"any-preflight*", "preflight-*", "config-header-case*", "creds-*", "br-*", "pf-*", "pna-off-*", "redirect-cross-*", "header-*", "h1-keep-alive-*"},
		hooks:   head(on(both(policy("any"), isPreflight), drop(layer.FieldACAO))),
	},
	{
		Name: "one-conditional", Class: VaryMissing,
		Doc:     "A single origin is granted only when it asks, and the response never varies.",
		Sources: []string{"https://github.com/gorilla/handlers/issues/248", "https://github.com/dotnet/aspnetcore/blob/2c917f362d/src/Middleware/CORS/src/Infrastructure/CorsService.cs"},
		Targets: []string{"vary-one-*", "cache-*"},
		hooks:   head(on(policy("one"), dropVary(layer.FieldOrigin))),
	},
}

func methodIsOptions(x *exchange) bool { return x.Request.Method == http.MethodOptions }

// originIsHost: the Origin is the server's own host, with one of the schemes.
func originIsHost(schemes ...string) cond {
	return func(x *exchange) bool {
		scheme, host, _ := strings.Cut(x.Origin, "://")
		return x.Kind == layer.Actual && host == x.Request.Host && is(schemes...)(scheme)
	}
}

// otherScheme is the scheme that the request did not come by.
func otherScheme(x *exchange) string {
	if x.Request.TLS != nil {
		return "http"
	}
	return "https"
}
