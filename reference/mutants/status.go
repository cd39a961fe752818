package mutants

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/reference/internal/layer"
)

// losesStatus is a mutant that does not share answers with some statuses.
func losesStatus(name, doc string, codes []int, targets []string, sources ...string) Mutant {
	for _, code := range codes {
		targets = append(targets, fmt.Sprintf("status-%d*", code), fmt.Sprintf("read-%d*", code))
	}
	return Mutant{
		Name: "status-" + name, Class: ErrorLosesGrant, Browser: true,
		Doc:     doc + " is not shared.",
		Sources: append(sources, anyResponse),
		Targets: targets,
		hooks:   head(on(both(isShared, not(isPanic), status(codes...)), dropGrant)),
	}
}

// statusLoses are the mutants that do not share responses with some statuses.
var statusLoses = []Mutant{
	losesStatus("2xx-loses", "A success other than 200 with content", []int{201, 202, 203, 205}, []string{"expose-post*", "expose-default-*"}),
	losesStatus("204-loses", "A response without content", []int{204}, nil),
	losesStatus("206-loses", "Partial content", []int{206}, []string{"status-range-*"}),
	losesStatus("301-loses", "A permanent redirect", []int{301, 308}, []string{"redirect-*", "cache-shared-redirect*"}),
	losesStatus("302-loses", "A redirect", []int{302}, []string{"redirect-*", "br-redirect-*", "vary-redirect*"}),
	losesStatus("303-loses", "A redirect to GET", []int{303}, []string{"redirect-*"}),
	losesStatus("307-loses", "A redirect that keeps the method", []int{307}, []string{"redirect-*", "br-redirect-*", "br-preflight-redirect*"}),
	losesStatus("304-loses", "A 304", []int{304}, []string{"br-304-*", "vary-304*", "cache-*"},
		"https://bz.apache.org/bugzilla/show_bug.cgi?id=51223", "https://github.com/nelmio/NelmioCorsBundle/issues/32"),
	losesStatus("400-loses", "A 400", []int{400}, nil),
	losesStatus("401-loses", "A 401", []int{401}, []string{"status-auth-401*", "redirect-cross-origin-authorization*"}, "https://github.com/rexyai/RestRserve/issues/199"),
	losesStatus("403-loses", "A 403 of the application", []int{403}, []string{"creds-on-error*", "read-put-403*"}),
	losesStatus("404-loses", "A 404", []int{404}, []string{"br-404*", "vary-404*", "expose-on-*", "cache-shared-404*", "pf-unrouted*"},
		"https://enable-cors.org/server_nginx.html", "https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py"),
	losesStatus("405-loses", "A 405", []int{405}, []string{"pf-post-only*"}),
	losesStatus("range-fails-lose", "A precondition that failed, or a range that is none,", []int{412, 416}, nil),
	losesStatus("limits-lose", "A refusal of a limiter or a paywall outside of the layer", []int{402, 429, 451}, nil),
	losesStatus("validation-loses", "A complaint about the request's content", []int{406, 409, 410, 413, 415, 418, 422}, nil),
	losesStatus("500-loses", "A 500 of the application", []int{500}, []string{"br-error-500*", "vary-500*", "expose-on-*", "read-put-500*"},
		"https://github.com/dotnet/aspnetcore/issues/2378", "https://github.com/adamchainz/django-cors-headers/issues/512"),
	losesStatus("gateway-loses", "An error of a gateway", []int{501, 502, 503, 504, 511}, nil),
}

// isUnrouted: no handler of the application has answered.
func isUnrouted(x *exchange) bool { return x.Header().Get(contract.FieldApp) == "" }

// statusMutants let the grant depend on how the application ended.
var statusMutants = []Mutant{
	{
		Name: "status-4xx-loses", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Only responses below 300 are shared.",
		Sources: []string{"https://github.com/rexyai/RestRserve/issues/199", "https://enable-cors.org/server_nginx.html"},
		Targets: []string{"status-*", "read-*", "br-*", "expose-on-*", "vary-*", "redirect-*", "cache-*", "creds-on-error*", "pf-*", "merge-*", "timing-*"},
		hooks:   head(on(both(isShared, func(x *exchange) bool { return x.Status >= 300 }), dropGrant)),
	},
	{
		Name: "status-unrouted-loses", Class: ErrorLosesGrant, Browser: true,
		Doc:     "The framework's own 404 is made outside of the layer.",
		Sources: []string{"https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py", "https://enable-cors.org/server_nginx.html"},
		Targets: []string{"status-404-unrouted*", "br-404*", "pf-unrouted*", "read-404*", "cache-shared-404*"},
		hooks:   head(on(both(isShared, status(404), isUnrouted), dropGrant)),
	},
	{
		Name: "panic-loses", Class: ErrorLosesGrant, Browser: true,
		Doc:     "An exception is answered outside of the layer: the 500 is not shared.",
		Sources: []string{"https://github.com/Kludex/starlette/issues/1175", "https://github.com/adamchainz/django-cors-headers/issues/512", "https://github.com/dotnet/aspnetcore/issues/2378"},
		Targets: []string{"status-panic*", "br-error-panic*", "read-panic*"},
		hooks:   head(on(isPanic, dropGrant)),
	},
	{
		Name: "panic-closes", Class: Crash, Browser: true,
		Doc:     "An exception ends the connection without a response.",
		Sources: []string{"https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py"},
		Targets: []string{"status-panic*", "br-error-panic*", "read-denied-panic*", "status-denied-*", "read-panic*", "read-after-panic*"},
		hooks: func() hooks {
			return hooks{inner: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/panic" {
						w = &contract.StartedWriter{ResponseWriter: w}
						panic(http.ErrAbortHandler)
					}
					next.ServeHTTP(w, r)
				})
			}}
		},
	},
	{
		Name: "stream-loses", Class: ErrorLosesGrant, Browser: true,
		Doc:     "The grant is added when the handler returns, too late for a response that is streamed.",
		Sources: []string{"https://github.com/dotnet/aspnetcore/issues/2378"},
		Targets: []string{"status-streaming*", "status-sse*", "simple-stream*", "read-stream*"},
		hooks:   head(on(both(isShared, atPath("/stream")), dropGrant)),
	},
	{
		Name: "event-stream-loses", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Event streams bypass the layer.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-responses"},
		Targets: []string{"status-sse*", "element-eventsource*", "*eventsource*"},
		hooks: head(on(both(isShared, func(x *exchange) bool {
			return strings.HasPrefix(x.Header().Get("Content-Type"), "text/event-stream")
		}), dropGrant)),
	},
	{
		Name: "authenticate-lost", Class: ContractBroken,
		Doc:     "The layer drops WWW-Authenticate from a shared 401.",
		Sources: []string{"https://github.com/aspnet/CORS/issues/90", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2"},
		Targets: []string{"status-auth-401*"},
		hooks:   head(on(status(401), drop("WWW-Authenticate"))),
	},
	{
		Name: "location-lost", Class: ContractBroken, Browser: true,
		Doc:     "The layer drops Location from a shared redirect.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-responses"},
		Targets: []string{"status-*", "redirect-*", "br-redirect*", "cache-shared-redirect*", "br-preflight-redirect*", "vary-redirect*", "query-see-other*", "timing-redirect*"},
		hooks:   head(on(both(isActual, status(301, 302, 303, 307, 308)), drop("Location"))),
	},
	{
		Name: "reject-without-vary", Class: VaryDenied, Browser: true,
		Doc:     "A denied request is answered 403, and the 403 does not vary.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go", "https://github.com/apache/tomcat/blob/84ac9af072/java/org/apache/catalina/filters/CorsFilter.java"},
		Targets: []string{"status-*", "vary-*", "cache-*", "actual-*", "options-origin-no-acrm-bad*", "simple-same-origin-*", "simple-forbidden-*"},
		hooks: and(blocked(403, both(isDenied, policy("exact"))),
			head(on(both(isDenied, status(403), policy("exact")), dropVary(layer.FieldOrigin)))),
	},
	{
		Name: "early-hints-lose", Class: ErrorLosesGrant,
		Doc:     "A response after an interim one is not shared.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-15.2"},
		Targets: []string{"h1-expect-continue*", "status-early-hints*"},
		hooks:   head(on(withField("Expect"), dropGrant)),
	},
}
