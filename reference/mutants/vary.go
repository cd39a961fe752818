package mutants

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// losesVary drops Origin from Vary in some answers.
func losesVary(c cond) func() hooks {
	return head(on(both(not(isPreflight), c), dropVary(layer.FieldOrigin)))
}

func varies(x *exchange) bool { return x.Layer.Varies() }

// varyMutants lose, replace or invent Vary.
var varyMutants = []Mutant{
	{
		Name: "vary-never", Class: VaryMissing, Browser: true,
		Doc:     "The origin is reflected, and no response varies.",
		Sources: []string{"https://github.com/envoyproxy/envoy/blob/001cbf14d2/source/extensions/filters/http/cors/cors_filter.cc", "https://github.com/seaweedfs/seaweedfs/issues/7544", "https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py"},
		Targets: []string{"vary-*", "cache-sim-*", "br-cache-*", "*vary*", "actual-head-equals*", "cache-*", "status-304-*"},
		hooks:   losesVary(underExact),
	},
	{
		Name: "vary-granted-lost", Class: VaryMissing, Browser: true,
		Doc:     "A granted response does not vary.",
		Sources: []string{"https://github.com/envoyproxy/envoy/issues/35873", "https://github.com/samvera/serverless-iiif/issues/111"},
		Targets: []string{"vary-allowed*", "cache-sim-*", "br-cache-*", "vary-*", "status-*", "actual-head-equals-*", "cache-*"},
		hooks:   losesVary(both(underExact, isGranted, method("GET"), status(200))),
	},
	{
		Name: "vary-denied-lost", Class: VaryDenied, Browser: true,
		Doc:     "A response to an origin that is not allowed does not vary.",
		Sources: []string{"https://github.com/gorilla/handlers/issues/248", "https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go", "https://github.com/expressjs/cors/pull/429"},
		Targets: []string{"vary-disallowed*", "cache-sim-*", "br-cache-*", "vary-*", "cache-*"},
		hooks:   losesVary(both(underExact, isDenied, not(originIs(is("null"))))),
	},
	{
		Name: "vary-no-origin-lost", Class: VaryDenied, Browser: true,
		Doc:     "A response to a request without Origin does not vary.",
		Sources: []string{"https://github.com/prometheus/prometheus/issues/15406", "https://github.com/apache/trafficserver/issues/3954", "https://github.com/jetty/jetty.project/issues/9777"},
		Targets: []string{"vary-no-origin*", "cache-sim-*", "br-cache-*", "status-304-no-origin*", "vary-*", "cache-*"},
		hooks:   losesVary(both(underExact, isPlain, not(status(304)))),
	},
	{
		Name: "vary-null-lost", Class: VaryDenied,
		Doc:     "A response to the origin null does not vary.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches"},
		Targets: []string{"vary-null-origin*", "cache-*"},
		hooks:   losesVary(originIs(is("null"))),
	},
	{
		Name: "vary-pattern-lost", Class: VaryMissing,
		Doc:     "Responses under a pattern do not vary.",
		Sources: []string{"https://github.com/dotnet/aspnetcore/blob/2c917f362d/src/Middleware/CORS/src/Infrastructure/CorsService.cs"},
		Targets: []string{"vary-pattern*", "cache-sim-*", "cache-*", "br-cache-*", "vary-*"},
		hooks:   losesVary(policy("pattern")),
	},
	{
		Name: "vary-regex-lost", Class: VaryMissing,
		Doc:     "Responses under an expression do not vary.",
		Sources: []string{"https://github.com/apache/apisix/blob/f519a0f04c/apisix/plugins/cors.lua"},
		Targets: []string{"vary-regex*", "cache-sim-*", "cache-*", "br-cache-*", "vary-*"},
		hooks:   losesVary(policy("regex")),
	},
	{
		Name: "vary-callback-lost", Class: VaryDenied,
		Doc:     "When a callback denies, the response does not vary.",
		Sources: []string{"https://github.com/expressjs/cors/pull/429", "https://github.com/gorilla/handlers/issues/248"},
		Targets: []string{"vary-callback*", "cache-sim-*", "cache-*", "vary-*"},
		hooks:   losesVary(both(policy("callback"), not(isGranted))),
	},
	{
		Name: "vary-404-lost", Class: ErrorLosesGrant,
		Doc:     "A 404 does not vary.",
		Sources: []string{"https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py"},
		Targets: []string{"vary-404*", "cache-shared-404*"},
		hooks:   losesVary(status(404)),
	},
	{
		Name: "vary-500-lost", Class: ErrorLosesGrant,
		Doc:     "A 500 does not vary.",
		Sources: []string{"https://github.com/dotnet/aspnetcore/issues/2378"},
		Targets: []string{"vary-500*"},
		hooks:   losesVary(both(status(500), not(isPanic))),
	},
	{
		Name: "vary-redirect-lost", Class: ErrorLosesGrant,
		Doc:     "A redirect does not vary.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches"},
		Targets: []string{"vary-redirect*", "status-30*", "cache-shared-redirect*"},
		hooks:   losesVary(status(301, 302, 303, 307, 308)),
	},
	{
		Name: "vary-304-lost", Class: ErrorLosesGrant,
		Doc:     "A 304 to a request with Origin does not vary.",
		Sources: []string{"https://bz.apache.org/bugzilla/show_bug.cgi?id=51223", "https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5"},
		Targets: []string{"vary-304*", "status-304*", "cache-sim-*"},
		hooks:   losesVary(both(status(304), not(isPlain))),
	},
	{
		Name: "vary-304-no-origin-lost", Class: ErrorLosesGrant,
		Doc:     "A 304 to a request without Origin does not vary.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5"},
		Targets: []string{"status-304-no-origin*"},
		hooks:   losesVary(both(status(304), isPlain)),
	},
	{
		Name: "vary-outer-clobbered", Class: VaryClobbered,
		Doc:     "Vary is set, not added to: what an outer layer had there is lost.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go", "https://github.com/netty/netty/blob/0bb88a3e06/codec-http/src/main/java/io/netty/handler/codec/http/cors/CorsHandler.java", "https://github.com/honojs/hono/issues/2932"},
		Targets: []string{"vary-outer-kept*", "cache-*"},
		hooks:   head(on(varies, dropVary("Accept-Encoding"))),
	},
	{
		Name: "vary-inner-clobbered", Class: VaryClobbered,
		Doc:     "Vary is set, not added to: what the application had there is lost.",
		Sources: []string{"https://github.com/sanic-org/sanic-ext/blob/7602a434e5/sanic_ext/extensions/http/cors.py", "https://github.com/vapor/vapor/blob/13efaeefd5/Sources/Vapor/Middleware/CORSMiddleware.swift", "https://github.com/honojs/hono/issues/2932"},
		Targets: []string{"vary-inner-*", "vary-app-*"},
		hooks: head(on(both(varies, not(isPreflight)), func(_ *exchange, h http.Header) {
			h[layer.FieldVary] = []string{"Accept-Encoding", "Origin"}
		})),
	},
	{
		Name: "vary-second-line-lost", Class: VaryClobbered,
		Doc:     "Of several Vary lines only the first one, and Origin, survive.",
		Sources: []string{"https://github.com/actix/actix-extras/blob/30736af2a1/actix-cors/src/middleware.rs"},
		Targets: []string{"vary-inner-two-lines*", "vary-inner-*", "vary-*"},
		hooks: head(on(varies, func(x *exchange, h http.Header) {
			if len(x.Varied) > 1 && x.Varied[0] == "Accept-Encoding" {
				h[layer.FieldVary] = []string{x.Varied[0], x.Varied[1], layer.FieldOrigin}
			} else if len(x.Varied) > 1 {
				h[layer.FieldVary] = []string{x.Varied[0], layer.FieldOrigin}
			}
		})),
	},
	{
		Name: "vary-star-replaced", Class: VaryClobbered,
		Doc:     "The application's Vary: * is replaced by Origin.",
		Sources: []string{"https://github.com/traefik/traefik/blob/fd5a576df2/pkg/middlewares/headers/header.go"},
		Targets: []string{"vary-app-star-kept*"},
		hooks: head(on(not(isPreflight), func(_ *exchange, h http.Header) {
			for i, line := range h[layer.FieldVary] {
				if line == "*" {
					h[layer.FieldVary][i] = "Origin"
				}
			}
		})),
	},
	{
		Name: "vary-repeated", Class: VaryClobbered,
		Doc:     "Origin is added to Vary although the application has it there.",
		Sources: []string{"https://github.com/ktorio/ktor/blob/ef92e5537d/ktor-server/ktor-server-plugins/ktor-server-cors/common/src/io/ktor/server/plugins/cors/CORS.kt"},
		Targets: []string{"vary-no-duplicate-origin*"},
		hooks: head(on(both(varies, not(isPreflight)), func(x *exchange, h http.Header) {
			if strings.Contains(strings.ToLower(strings.Join(x.Varied, ",")), "origin") {
				h.Add(layer.FieldVary, layer.FieldOrigin)
			}
		})),
	},
	{
		Name: "vary-from-request", Class: Injection,
		Doc:     "The request's own Vary field is copied into the response's.",
		Sources: []string{"GHSA-q7jf-gf43-6x6p", "https://github.com/honojs/hono/security/advisories/GHSA-q7jf-gf43-6x6p"},
		Targets: []string{"vary-not-from-request*"},
		hooks: head(func(x *exchange, h http.Header) {
			for _, v := range x.Request.Header[layer.FieldVary] {
				h.Add(layer.FieldVary, v)
			}
		}),
	},
	{
		Name: "vary-star", Class: VaryClobbered,
		Doc:     "Vary gains a *.",
		Sources: []string{"https://github.com/elysiajs/elysia-cors/blob/58adc6030a/src/index.ts"},
		Targets: []string{"vary-not-star*", "actual-head-equals-*"},
		hooks:   head(on(both(underExact, isShared, status(200), method("GET")), add(layer.FieldVary, "*"))),
	},
	{
		Name: "vary-acr-on-actual", Class: VaryClobbered,
		Doc:     "Responses that are not preflights vary by the fields of preflights.",
		Sources: []string{"https://github.com/spring-projects/spring-framework/blob/91eb42645e/spring-web/src/main/java/org/springframework/web/cors/DefaultCorsProcessor.java"},
		Targets: []string{"vary-actual-not-acr*"},
		hooks:   head(on(both(varies, not(isPreflight)), add(layer.FieldVary, "Access-Control-Request-Method, Access-Control-Request-Headers"))),
	},
	{
		Name: "vary-preflight-lost", Class: VaryMissing,
		Doc:     "A granted preflight does not vary.",
		Sources: []string{"https://github.com/vert-x3/vertx-web/issues/2880", "https://github.com/hapijs/hapi/blob/f2a24f6635/lib/cors.js", "https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb"},
		Targets: []string{"vary-preflight-origin*"},
		hooks:   head(on(both(isPreflight, isGranted), dropVary(layer.FieldOrigin))),
	},
	{
		Name: "vary-preflight-denied-lost", Class: VaryDenied,
		Doc:     "A denied preflight does not vary.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go"},
		Targets: []string{"vary-preflight-denied*"},
		hooks:   head(on(both(isPreflight, not(isGranted)), dropVary(layer.FieldOrigin))),
	},
	{
		Name: "vary-preflight-acrh-clobbers", Class: VaryClobbered,
		Doc:     "On preflights Vary: Access-Control-Request-Headers replaces Vary: Origin.",
		Sources: []string{"https://github.com/unjs/h3/blob/ac609aae8f/src/utils/internal/cors.ts", "https://github.com/anomalyco/opencode/pull/26445"},
		Targets: []string{"vary-preflight-*"},
		hooks:   head(on(isPreflight, dropVary(layer.FieldOrigin), add(layer.FieldVary, layer.FieldACRH))),
	},
	{
		Name: "vary-tenant-missing", Class: VaryMissing,
		Doc:     "The decision looks at X-Tenant too, and the response does not vary by it.",
		Sources: []string{"https://github.com/rs/cors/issues/157", "https://github.com/go-chi/cors/issues/23"},
		Targets: []string{"cache-custom-callback-header*"},
		hooks:   denyWhen(both(policy("callback"), field("X-Tenant", is("b")))),
	},
}
