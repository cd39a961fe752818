package mutants

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/reference/internal/layer"
)

// scratch takes an answer that nobody gets.
type scratch struct{ h http.Header }

func (s *scratch) Header() http.Header         { return s.h }
func (s *scratch) Write(b []byte) (int, error) { return len(b), nil }
func (s *scratch) WriteHeader(int)             {}

// runsApp lets the application run before the layer answers the preflight.
func runsApp(c cond) func() hooks {
	return func() hooks {
		return hooks{preflight: func(x *exchange, next http.Handler, status int) int {
			if c(x) {
				s := &scratch{http.Header{}}
				next.ServeHTTP(s, asIfAsked(x))
				if name := s.h.Get(contract.FieldApp); name != "" {
					x.Header().Set(contract.FieldApp, name)
				}
			}
			return status
		}}
	}
}

// asItCame is the request itself.
func asItCame(x *exchange) *http.Request { return x.Request }

// asIfAsked is the request with the method that the preflight asks for.
func asIfAsked(x *exchange) *http.Request {
	r := x.Request.Clone(x.Request.Context())
	r.Method = x.Method
	return r
}

// passesOn gives the preflight to the application instead of answering it.
func passesOn(c cond, as func(x *exchange) *http.Request) func() hooks {
	return func() hooks {
		return hooks{preflight: func(x *exchange, next http.Handler, status int) int {
			if c(x) {
				next.ServeHTTP(x, as(x))
			}
			return status
		}}
	}
}

// redirects answers a preflight with a redirect.
func redirects(code int, c cond, location func(x *exchange) string) func() hooks {
	return func() hooks {
		return hooks{preflight: func(x *exchange, _ http.Handler, status int) int {
			if c(x) {
				x.Header().Set("Location", location(x))
				return code
			}
			return status
		}}
	}
}

// isGrantedPreflight: a preflight of an origin that is allowed.
var isGrantedPreflight = both(isPreflight, isGranted)

var isExactPreflight = both(isGrantedPreflight, policy("exact"))

// preflightMutants answer preflights wrongly, but for the lists.
var preflightMutants = []Mutant{
	{
		Name: "preflight-404", Class: PreflightThrough, Browser: true,
		Doc:     "The grant is on a 404: the preflight found no route.",
		Sources: []string{"https://github.com/firefox-devtools/profiler-server/pull/40", "https://github.com/hapijs/hapi/blob/f2a24f6635/lib/cors.js"},
		Targets: []string{"acrm-*", "pf-*", "br-put-preflight*", "br-lower-case-patch*", "maxage-method-*", "acam-*", "query-*"},
		hooks:   answer(404, both(isGrantedPreflight, policy("any-methods"))),
	},
	{
		Name: "preflight-302", Class: PreflightThrough, Browser: true,
		Doc:     "A preflight is redirected, as a login or canonical-host rule does.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: []string{"acrh-any-*", "acah-*", "pf-any-headers*", "br-custom-header*", "br-authorization-*", "header-*", "maxage-*", "parallel-preflights*", "br-304-*", "acrh-*", "creds-not-*", "br-*"},
		hooks:   redirects(302, both(isGrantedPreflight, policy("any-headers")), func(*exchange) string { return "/any-headers/ok" }),
	},
	{
		Name: "preflight-202", Class: PreflightThrough,
		Doc:     "A preflight is answered with a 2xx status that is neither 200 nor 204.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: []string{"preflight-status-204-or-200*"},
		hooks:   answer(202, isExactPreflight),
	},
	{
		Name: "preflight-no-acao", Class: GrantMissing, Browser: true,
		Doc:     "The preflight has the lists, but no Access-Control-Allow-Origin.",
		Sources: []string{"https://enable-cors.org/server_nginx.html"},
		Targets: []string{"preflight-ok*", "page-*", "br-put-preflight*", "origin-null-*", "origin-*"},
		hooks:   head(on(both(isGrantedPreflight, policy("null", "hosts")), drop(layer.FieldACAO))),
	},
	{
		Name: "preflight-other-acao", Class: GrantMissing, Browser: true,
		Doc:     "The preflight always names the first origin of the list.",
		Sources: []string{"https://github.com/corydolphin/flask-cors/blob/fa55dcbec6/flask_cors/core.py"},
		Targets: []string{"page-*", "origin-*", "br-preflight-cached-per-origin*", "creds-*"},
		hooks: head(on(isGrantedPreflight, func(x *exchange, h http.Header) {
			if o := x.policy.Origins; len(o) > 1 {
				h.Set(layer.FieldACAO, o[0])
			}
		})),
	},
	{
		Name: "preflight-204-content-length", Class: ResponseFraming,
		Doc:     "A 204 says Content-Length: 5.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-8.6"},
		Targets: []string{"preflight-204-no-body*", "preflight-*"},
		hooks:   rawResponse(" 204 No Content\r\n", " 204 No Content\r\nContent-Length: 5\r\n", "Access-Control-Max-Age: 600"),
	},
	{
		Name: "preflight-204-content", Class: ResponseFraming,
		Doc:     "A 204 is followed by two bytes of content.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-15.3.5"},
		Targets: []string{"preflight-204-no-body*", "h1-keep-alive*"},
		hooks: and(head(on(both(isPreflight, isExactPreflight), put("X-Stray", "1"))),
			rawResponse("\r\n\r\n", "\r\n\r\nok", "X-Stray: 1")),
	},
	{
		Name: "preflight-content-answered", Class: ResponseFraming,
		Doc:     "The content of a preflight is left unread and answered as a request of its own.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9112#section-6.3"},
		Targets: []string{"preflight-with-body*", "preflight-chunked-body*"},
		hooks: and(head(on(both(isPreflight, isExactPreflight, func(x *exchange) bool { return x.Request.ContentLength != 0 }), put("X-Unread", "1"))),
			rawResponse("\r\n\r\n", "\r\n\r\nHTTP/1.1 400 Bad Request\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n", "X-Unread: 1")),
	},
	{
		Name: "preflight-200-unframed", Class: ResponseFraming,
		Doc:     "A 200 has no Content-Length and ends with its connection.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9112#section-6.3"},
		Targets: []string{"preflight-200-framing*", "preflight-*", "h1-keep-alive*"},
		hooks: and(answer(200, both(isExactPreflight, atPath("/ok"), not(withField(layer.FieldACRH)))),
			head(on(both(isExactPreflight, status(200)), put("Connection", "close"))),
			rawResponse("Content-Length: 0\r\n", "", "Access-Control-Max-Age: 600")),
	},
	{
		Name: "preflight-runs-app", Class: PreflightThrough, Browser: true,
		Doc:     "The handler of the method that a preflight asks for runs before the layer answers.",
		Sources: []string{"https://github.com/salvo-rs/salvo/blob/ece9fa8628/crates/cors/src/lib.rs", "CVE-2020-5397"},
		Targets: []string{"preflight-app-not-called*", "preflight-*", "pf-app-*"},
		hooks:   runsApp(isGrantedPreflight),
	},
	{
		Name: "preflight-denied-runs-app", Class: PreflightThrough, Browser: true,
		Doc:     "A preflight from an origin that is not allowed is given to the handler of the method that it asks for.",
		Sources: []string{"https://github.com/koajs/cors/blob/18a43f0e66/index.js", "CVE-2020-5397"},
		Targets: []string{"preflight-bad-origin-app-not-called*", "options-null-origin-preflight*", "preflight-*", "pf-denied-app-*", "preflight-bad-origin-*"},
		hooks:   passesOn(not(isGranted), asIfAsked),
	},
	{
		Name: "preflight-denied-acao", Class: GrantExcess,
		Doc:     "Preflights are granted to every origin; only the answer to the request is not.",
		Sources: []string{"CVE-2022-4147"},
		Targets: []string{"preflight-bad-origin-*", "origin-*", "page-*", "creds-*", "iso-*", "forwarded-*", "maxage-denied-*", "pf-denied-*", "redirect-cross-*", "options-null-*", "simple-*", "*denied*"},
		hooks: head(on(both(isPreflight, not(isGranted), policy("exact", "exact-creds")), func(x *exchange, h http.Header) {
			if x.Origin != "" {
				h.Set(layer.FieldACAO, x.Origin)
			}
		})),
	},
	{
		Name: "preflight-denied-acam", Class: GrantOnDenied,
		Doc:     "A denied preflight still lists methods and headers.",
		Sources: []string{"https://github.com/expressjs/cors/blob/5317ebe670/lib/index.js", "https://github.com/nelmio/NelmioCorsBundle/blob/bdd78311f1/EventListener/CorsListener.php"},
		Targets: []string{"preflight-bad-origin-no-grants*"},
		hooks: head(on(both(isPreflight, isDenied, policy("exact", "exact-creds")), func(x *exchange, h http.Header) {
			h.Set(layer.FieldACAM, x.Layer.Methods)
			h.Set(layer.FieldACAH, x.Layer.Headers)
		})),
	},
	{
		Name: "preflight-denied-acac", Class: GrantOnDenied,
		Doc:     "A denied preflight still has Access-Control-Allow-Credentials.",
		Sources: []string{"https://github.com/tower-rs/tower-http/blob/d154adbace/tower-http/src/cors/mod.rs"},
		Targets: []string{"preflight-bad-origin-no-grants*", "creds-*"},
		hooks:   head(on(both(isPreflight, isDenied, credentialed), put(layer.FieldACAC, "true"))),
	},
	{
		Name: "preflight-denied-acma", Class: GrantOnDenied,
		Doc:     "A denied preflight still has Access-Control-Max-Age.",
		Sources: []string{"https://github.com/gofiber/fiber/blob/c344047e10/middleware/cors/cors.go"},
		Targets: []string{"preflight-bad-origin-no-grants*", "maxage-not-on-denied*"},
		hooks:   head(on(both(isPreflight, isDenied), put(layer.FieldACMA, "600"))),
	},
	{
		Name: "preflight-denied-500", Class: Crash,
		Doc:     "A denied preflight is a server error.",
		Sources: []string{"https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py"},
		Targets: []string{"preflight-bad-origin-status*", "preflight-bad-origin-*", "origin-*", "acrm-*", "garbage-*", "pf-denied-*", "page-*"},
		hooks:   answer(500, not(isGranted)),
	},
	{
		Name: "preflight-get-refused", Class: SafelistedBlocked, Browser: true,
		Doc:     "A preflight for GET, which a request-header needs, is refused: GET is not listed.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"preflight-get*", "preflight-safelisted-*", "header-*", "br-*", "acrh-*", "maxage-*", "pf-*", "parallel-preflights*", "creds-*", "simple-*", "redirect-*", "pna-*", "config-*", "h1-*", "cache-*", "read-*", "status-*", "preflight-*", "stated-*"},
		hooks:   reject(403, both(isGrantedPreflight, asked(is("GET")))),
	},
	{
		Name: "preflight-get-unlisted", Class: SafelistedBlocked, Browser: true,
		Doc:     "A preflight for GET is refused where the policy lists only other methods.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"preflight-safelisted-*", "pf-get-unlisted*"},
		hooks:   reject(403, both(isGrantedPreflight, policy("put-only"), asked(is("GET", "HEAD")))),
	},
	{
		Name: "preflight-post-refused", Class: SafelistedBlocked, Browser: true,
		Doc:     "A preflight for POST, which a content type needs, is refused.",
		Sources: []string{"https://github.com/ktorio/ktor/blob/ef92e5537d/ktor-server/ktor-server-plugins/ktor-server-cors/common/src/io/ktor/server/plugins/cors/CORS.kt"},
		Targets: []string{"preflight-post*", "simple-post-*", "simple-stream-*", "br-post-json*", "br-xhr-upload-*", "header-content-type-*", "br-maxage-absent*", "pf-post-*", "pf-xhr-*", "element-beacon-json*", "preflight-path-*", "read-405-preflighted*", "br-two-custom-*", "redirect-*", "header-content-*"},
		hooks:   reject(403, both(isGrantedPreflight, asked(is("POST")))),
	},
	{
		Name: "preflight-head-refused", Class: SafelistedBlocked, Browser: true,
		Doc:     "A preflight for HEAD is refused.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"acrm-head-in-list*", "pf-head-*"},
		hooks:   reject(403, both(isGrantedPreflight, asked(is("HEAD")))),
	},
	{
		Name: "preflight-needs-acrh", Class: RequestHeaderList, Browser: true,
		Doc:     "A preflight without Access-Control-Request-Headers is refused.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: []string{"preflight-ok*", "br-put-preflight*", "acrm-*"},
		hooks:   reject(400, both(isGrantedPreflight, policy("put-only"), not(withField(layer.FieldACRH)))),
	},
	{
		Name: "preflight-aceh", Class: FieldMisplaced,
		Doc:     "Access-Control-Expose-Headers is on preflights.",
		Sources: []string{"https://github.com/expressjs/cors/blob/5317ebe670/lib/index.js", "https://github.com/falconry/falcon/blob/ce0a35b8fd/falcon/middleware.py"},
		Targets: []string{"preflight-no-expose-headers*", "expose-not-on-preflight*"},
		hooks: head(on(isGrantedPreflight, func(x *exchange, h http.Header) {
			if x.Layer.Expose != "" {
				h.Set(layer.FieldACEH, x.Layer.Expose)
			}
		})),
	},
	{
		Name: "preflight-unrouted", Class: PreflightThrough, Browser: true,
		Doc:     "A preflight for a path that is not routed is a bare 404.",
		Sources: []string{"https://github.com/hapijs/hapi/blob/f2a24f6635/lib/cors.js", "https://github.com/firefox-devtools/profiler-server/pull/40"},
		Targets: []string{"preflight-unrouted-path*", "pf-unrouted*"},
		hooks:   reject(404, atPath("/nope")),
	},
	{
		Name: "preflight-post-only", Class: PreflightThrough, Browser: true,
		Doc:     "A preflight is routed like any OPTIONS: where only POST is, it is a 405.",
		Sources: []string{"https://github.com/firefox-devtools/profiler-server/pull/40"},
		Targets: []string{"preflight-path-without-get*", "pf-post-only*", "read-405-*"},
		hooks:   reject(405, atPath("/post-only")),
	},
	{
		Name: "preflight-authenticated", Class: PreflightThrough, Browser: true,
		Doc:     "Authentication comes before the layer: a preflight, which never has credentials, is a 401.",
		Sources: []string{"https://github.com/http4s/http4s/issues/1039", "https://github.com/kdeps/kdeps/issues/468", "https://github.com/NousResearch/hermes-agent/pull/59189", "https://github.com/cilium/cilium/issues/45272"},
		Targets: []string{"preflight-auth-protected*", "creds-authorization*", "pf-secret*"},
		hooks:   reject(401, atPath("/secret")),
	},
	{
		Name: "preflight-slash-redirect", Class: PreflightThrough,
		Doc:     "A trailing slash is redirected away before the layer, also for a preflight.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: []string{"preflight-trailing-slash*"},
		hooks: and(redirects(301, func(x *exchange) bool { return x.Request.URL.Path != "/" && strings.HasSuffix(x.Request.URL.Path, "/") },
			func(x *exchange) string { return "/" + x.policy.Name + strings.TrimSuffix(x.Request.URL.Path, "/") }),
			head(on(both(isPreflight, status(301)), dropGrant))),
	},
	{
		Name: "preflight-https-redirect", Class: PreflightThrough, Browser: true,
		Doc:     "Preflights to a path that redirects are redirected as well.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: []string{"preflight-not-redirect*", "br-preflight-redirect*", "redirect*", "query-see-other*"},
		hooks: redirects(307, func(x *exchange) bool {
			return x.Request.URL.Path == "/respond" && strings.Contains(x.Request.URL.RawQuery, "Location")
		}, func(x *exchange) string { return "/" + x.policy.Mount() + "/ok" }),
	},
	{
		Name: "preflight-query", Class: PreflightThrough, Browser: true,
		Doc:     "A preflight for a URL with a query finds no policy.",
		Sources: []string{"https://github.com/corydolphin/flask-cors/issues/383"},
		Targets: []string{"preflight-query-string*", "pf-query*"},
		hooks: reject(404, both(isExactPreflight, func(x *exchange) bool {
			return x.Request.URL.Path == "/ok" && strings.Contains(x.Request.URL.RawQuery, "x=1")
		})),
	},
	{
		Name: "preflight-sec-fetch", Class: RequestDependent,
		Doc:     "A resource isolation rule refuses cross-site preflights by Sec-Fetch-Mode.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: []string{"*"}, // each preflight is as a browser sends it
		hooks:   reject(403, both(isExactPreflight, withField("Sec-Fetch-Mode"))),
	},
	{
		Name: "preflight-unsteady", Class: SharedState,
		Doc:     "Each answer lists one more header name, different every time.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/14"},
		Targets: []string{"stated-headers-only*", "preflight-repeatable*", "idempotent*", "concurrency-*", "lna-header-*", "shared-vary-*", "preflight-credentials-*"},
		hooks: func() hooks {
			var n atomic.Int64
			return hooks{head: on(isExactPreflight, rewrite(layer.FieldACAH, func(v string) string {
				return fmt.Sprintf("%s, X-Request-%d", v, n.Add(1))
			}))}
		},
	},
	{
		Name: "preflight-content-length", Class: RequestDependent,
		Doc:     "A preflight with Content-Length: 0 is 400.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-8.6"},
		Targets: []string{"preflight-content-length-0*"},
		hooks:   reject(400, both(isPreflight, field("Content-Length", is("0")))),
	},
	{
		Name: "preflight-body", Class: Crash,
		Doc:     "A preflight with content is a server error.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7"},
		Targets: []string{"preflight-with-body*"},
		hooks:   reject(500, both(isPreflight, func(x *exchange) bool { return x.Request.ContentLength > 0 })),
	},
	{
		Name: "preflight-chunked", Class: Crash,
		Doc:     "A preflight with chunked content is a server error.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7"},
		Targets: []string{"preflight-chunked-body*"},
		hooks:   reject(500, both(isPreflight, func(x *exchange) bool { return len(x.Request.TransferEncoding) > 0 })),
	},
	{
		Name: "preflight-asterisk", Class: Crash,
		Doc:     "OPTIONS * finds no handler, and is a server error.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7"},
		Targets: []string{"preflight-asterisk-*"},
		hooks: and(rawRequest("OPTIONS * HTTP", "OPTIONS / HTTP"), func() hooks {
			return hooks{outer: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodOptions && r.URL.Path == "/" {
						http.Error(w, "no handler", http.StatusInternalServerError)
						return
					}
					next.ServeHTTP(w, r)
				})
			}}
		}),
	},
	{
		Name: "preflight-any-headers-any-method", Class: GrantExcess, Browser: true,
		Doc:     "Any header is taken for any method as well.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: []string{"pf-any-headers-denied-method*", "pf-denied-method*"},
		hooks:   and(methodsAre(policy("any-headers", "any-headers-creds"), func(x *exchange) string { return x.Method })),
	},
	{
		Name: "preflight-any-methods-any-header", Class: GrantExcess, Browser: true,
		Doc:     "Any method is taken for any header as well.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: []string{"pf-any-methods-denied-header*", "br-denied-header*"},
		hooks:   headersAre(both(policy("any-methods", "any-methods-creds"), withField(layer.FieldACRH)), acrh),
	},
	{
		Name: "preflight-set-cookie", Class: PreflightThrough,
		Doc:     "A preflight begins a session.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: []string{"preflight-no-set-cookie*"},
		hooks:   head(on(isPreflight, put("Set-Cookie", "session=1; Path=/"))),
	},
}

// rawResponse replaces bytes of each response that contains a mark, below what
// net/http would let through.
func rawResponse(old, replacement, mark string) func() hooks {
	return func() hooks {
		return hooks{write: func(b []byte) []byte {
			if s := string(b); strings.Contains(s, mark) {
				return []byte(strings.Replace(s, old, replacement, 1))
			}
			return b
		}}
	}
}
