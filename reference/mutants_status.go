package reference

import (
	"fmt"
	"net/http"
	"strings"
)

// statusLoses makes one mutant for each status whose responses lose the grant.
func statusLoses() []Mutant {
	seen := map[int][]string{
		401: {"https://github.com/rexyai/RestRserve/issues/199"},
		404: {"https://enable-cors.org/server_nginx.html", "https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py"},
		500: {"https://github.com/dotnet/aspnetcore/issues/2378", "https://github.com/adamchainz/django-cors-headers/issues/512"},
		304: {"https://bz.apache.org/bugzilla/show_bug.cgi?id=51223", "https://github.com/nelmio/NelmioCorsBundle/issues/32"},
	}
	also := map[int][]string{
		206: {"status-range-206*"},
		301: {"status-301*", "redirect-*", "br-redirect*"},
		302: {"status-302*", "redirect-*", "br-redirect*", "vary-redirect*"},
		303: {"status-303*", "redirect-*", "br-redirect*"},
		307: {"status-307*", "redirect-*", "br-redirect*"},
		308: {"status-308*", "redirect-*", "br-redirect*"},
		304: {"status-304*", "br-304*", "vary-304*"},
		404: {"status-404*", "br-404*", "vary-404*", "expose-*"},
		405: {"status-405*"},
		401: {"status-401*", "status-auth-401*"},
		500: {"status-500*", "br-error-500*", "vary-500*", "expose-on-error*"},
	}
	var all []Mutant
	for _, code := range []int{
		201, 202, 203, 204, 205, 206, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 406, 409, 410,
		413, 415, 418, 422, 429, 451, 500, 501, 502, 503, 504, 511,
	} {
		sources := seen[code]
		if sources == nil {
			sources = []string{"https://fetch.spec.whatwg.org/#http-responses"}
		}
		all = append(all, Mutant{
			Name: fmt.Sprintf("status-%d-loses", code), Class: ErrorLosesGrant, Browser: true,
			Doc:     fmt.Sprintf("A response with status %d (%s) is not shared.", code, strings.ToLower(http.StatusText(code))),
			Sources: sources,
			Targets: append([]string{fmt.Sprintf("status-%d*", code)}, also[code]...),
			hooks:   head(on(both(isShared, not(isPanic), status(code)), dropGrant)),
		})
	}
	return all
}

// statusMutants let the grant depend on how the application ended.
func statusMutants() []Mutant {
	unrouted := func(x *exchange) bool { return x.Header().Get(fieldApp) == "" }
	return append(statusLoses(), []Mutant{
		{
			Name: "status-4xx-loses", Class: ErrorLosesGrant, Browser: true,
			Doc:     "Only responses below 300 are shared.",
			Sources: []string{"https://github.com/rexyai/RestRserve/issues/199", "https://enable-cors.org/server_nginx.html"},
			Targets: []string{"status-*", "br-*", "expose-on-error*", "vary-*", "redirect-*", "*"},
			hooks:   head(on(both(isShared, func(x *exchange) bool { return x.status >= 300 }), dropGrant)),
		},
		{
			Name: "status-unrouted-loses", Class: ErrorLosesGrant, Browser: true,
			Doc:     "The framework's own 404 is made outside of the layer.",
			Sources: []string{"https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py", "https://enable-cors.org/server_nginx.html"},
			Targets: []string{"status-404-unrouted*", "br-404*"},
			hooks:   head(on(both(isShared, status(404), unrouted), dropGrant)),
		},
		{
			Name: "status-405-unrouted", Class: ErrorLosesGrant, Browser: true,
			Doc:     "The framework's own 405 is made outside of the layer.",
			Sources: []string{"https://github.com/firefox-devtools/profiler-server/pull/40"},
			Targets: []string{"status-405-wrong-method*"},
			hooks:   head(on(both(isShared, status(405), unrouted), dropGrant)),
		},
		{
			Name: "status-405-no-allow", Class: ContractBroken,
			Doc:     "The layer drops Allow from a 405.",
			Sources: []string{"https://github.com/gorilla/handlers/blob/9c61bd81e7/cors.go", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6"},
			Targets: []string{"status-405-wrong-method*"},
			hooks:   head(on(status(405), drop("Allow"))),
		},
		{
			Name: "panic-loses", Class: ErrorLosesGrant, Browser: true,
			Doc:     "An exception is answered outside of the layer: the 500 is not shared.",
			Sources: []string{"https://github.com/Kludex/starlette/issues/1175", "https://github.com/adamchainz/django-cors-headers/issues/512", "https://github.com/dotnet/aspnetcore/issues/2378"},
			Targets: []string{"status-panic*", "br-error-panic*"},
			hooks:   head(on(isPanic, dropGrant)),
		},
		{
			Name: "panic-closes", Class: Crash, Browser: true,
			Doc:     "An exception ends the connection without a response.",
			Sources: []string{"https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py"},
			Targets: []string{"status-panic*", "br-error-panic*"},
			hooks: func() hooks {
				return hooks{inner: func(next http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if r.URL.Path == "/panic" {
							w = &startedWriter{ResponseWriter: w}
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
			Targets: []string{"status-streaming*", "status-sse*", "simple-stream*"},
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
			Name: "etag-304-loses", Class: ErrorLosesGrant, Browser: true,
			Doc:     "A conditional request's 304 is made by a layer outside, which keeps ETag and Vary only.",
			Sources: []string{"https://github.com/FreiFahren/FreiFahren/pull/470", "https://bz.apache.org/bugzilla/show_bug.cgi?id=51223"},
			Targets: []string{"status-304*", "br-304*"},
			hooks:   head(on(both(status(304), withField("If-None-Match")), dropGrant)),
		},
		{
			Name: "authenticate-lost", Class: ContractBroken,
			Doc:     "The layer drops WWW-Authenticate from a shared 401.",
			Sources: []string{"https://github.com/aspnet/CORS/issues/90", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2"},
			Targets: []string{"status-auth-401*"},
			hooks:   head(on(status(401), drop("WWW-Authenticate"))),
		},
		{
			Name: "status-swallowed", Class: ContractBroken, Browser: true,
			Doc:     "A shared error is answered with 200, so that scripts may read it.",
			Sources: []string{"https://fetch.spec.whatwg.org/#http-responses"},
			Targets: []string{"status-*", "br-error*", "br-404*"},
			hooks: func() hooks {
				return hooks{head: func(x *exchange, _ http.Header) {
					if x.kind == actual && x.status >= 500 && !x.panicked {
						x.status = http.StatusOK
					}
				}}
			},
		},
		{
			Name: "location-lost", Class: ContractBroken, Browser: true,
			Doc:     "The layer drops Location from a shared redirect.",
			Sources: []string{"https://fetch.spec.whatwg.org/#http-responses"},
			Targets: []string{"status-302*", "status-30*", "redirect-*", "br-redirect*"},
			hooks:   head(on(both(isActual, status(301, 302, 303, 307, 308)), drop("Location"))),
		},
		{
			Name: "reject-with-acao", Class: GrantExcess, Browser: true,
			Doc:     "A denied request is answered 403, and the 403 is shared.",
			Sources: []string{"https://github.com/nelmio/NelmioCorsBundle/blob/bdd78311f1/EventListener/CorsListener.php"},
			Targets: []string{"status-cors-reject-403*", "actual-get-disallowed*", "*"},
			hooks: and(blocked(403, both(isDenied, policy("exact"))),
				head(on(both(isDenied, not(isPreflight), policy("exact"), status(403), func(x *exchange) bool { return x.origin != "" }), echoOrigin))),
		},
		{
			Name: "reject-without-vary", Class: VaryDenied,
			Doc:     "A denied request is answered 403, and the 403 does not vary.",
			Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go", "https://github.com/apache/tomcat/blob/84ac9af072/java/org/apache/catalina/filters/CorsFilter.java"},
			Targets: []string{"status-cors-reject-403*", "vary-*", "cache-sim-*"},
			hooks: and(blocked(403, both(isDenied, policy("exact"))),
				head(on(both(isDenied, status(403), policy("exact")), dropVary(fieldOrigin)))),
		},
		{
			Name: "early-hints-lose", Class: ErrorLosesGrant, Browser: true,
			Doc:     "A response after an interim one is not shared.",
			Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-15.2"},
			Targets: []string{"h1-expect-continue*", "status-early-hints*"},
			hooks:   head(on(withField("Expect"), dropGrant)),
		},
	}...)
}
