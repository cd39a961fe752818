package reference

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/cases"
)

// slow spends time in proportion to what n counts, as an algorithm that is
// quadratic in it would: a few microseconds each, 60 ms in all at most.
func slow(each time.Duration, n func(x *exchange) int) func() hooks {
	return func() hooks {
		return hooks{allows: func(x *exchange) bool {
			if d := time.Duration(n(x)) * each; d > 5*time.Millisecond {
				time.Sleep(min(d, 60*time.Millisecond))
			}
			return x.granted
		}}
	}
}

// robustnessMutants do too much work, or keep state between requests.
func robustnessMutants() []Mutant {
	junk := func(x *exchange) string { return acrh(x) }
	return []Mutant{
		{
			Name: "dos-commas", Class: Unbounded,
			Doc:     "Empty elements of Access-Control-Request-Headers are collected one by one.",
			Sources: []string{"https://github.com/rs/cors/issues/170", "https://github.com/go-chi/cors/issues/36"},
			Targets: []string{"dos-acrh-commas-scale*"},
			hooks:   slow(15*time.Microsecond, func(x *exchange) int { return strings.Count(junk(x), ",") }),
		},
		{
			Name: "dos-lines", Class: Unbounded,
			Doc:     "Each Access-Control-Request-Headers line is compared with all others.",
			Sources: []string{"https://github.com/rs/cors/issues/170"},
			Targets: []string{"dos-acrh-many-lines*"},
			hooks:   slow(400*time.Microsecond, func(x *exchange) int { return len(x.r.Header[fieldACRH]) }),
		},
		{
			Name: "dos-spaces", Class: Unbounded,
			Doc:     "An expression tries every way to split white space.",
			Sources: []string{"CVE-2026-69207", "https://github.com/advisories/GHSA-8j4g-w8fx-2239"},
			Targets: []string{"dos-acrh-spaces*"},
			hooks:   slow(15*time.Microsecond, func(x *exchange) int { return strings.Count(junk(x), " ") }),
		},
		{
			Name: "dos-origin-letters", Class: Unbounded,
			Doc:     "An expression with nested repetitions tries every way to match the Origin.",
			Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
			Targets: []string{"dos-origin-redos*"},
			hooks:   slow(15*time.Microsecond, func(x *exchange) int { return strings.Count(x.origin, "a") - strings.Count(x.origin, ".") }),
		},
		{
			Name: "dos-origin-labels", Class: Unbounded,
			Doc:     "Labels of the Origin are compared with each other.",
			Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
			Targets: []string{"dos-origin-dots*"},
			hooks:   slow(30*time.Microsecond, func(x *exchange) int { return strings.Count(x.origin, ".") }),
		},
		{
			Name: "dos-long-name-echoed", Class: Unbounded,
			Doc:     "A header name that is not allowed comes back in an explanation.",
			Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb"},
			Targets: []string{"dos-acrh-long-name*", "acah-response-bounded*", "dos-*"},
			hooks: head(on(both(isPreflight, func(x *exchange) bool { return len(junk(x)) > 2048 }),
				func(x *exchange, h http.Header) { h.Set("X-Cors-Error", "not allowed: "+junk(x)) })),
		},
		{
			Name: "dos-origin-echoed", Class: Unbounded,
			Doc:     "An origin that is denied comes back in an explanation.",
			Sources: []string{"https://github.com/corydolphin/flask-cors/blob/fa55dcbec6/CHANGELOG.md", "CVE-2024-1681"},
			Targets: []string{"dos-origin-long-not-echoed*", "dos-*"},
			hooks: head(on(both(isDenied, func(x *exchange) bool { return len(x.origin) > 2048 }),
				func(x *exchange, h http.Header) { h.Set("X-Cors-Error", "origin not allowed: "+x.origin) })),
		},
		{
			Name: "big-head-crash", Class: Crash,
			Doc:     "A large head is a server error.",
			Sources: []string{"https://www.rfc-editor.org/rfc/rfc6585#section-5"},
			Targets: []string{"big-head*"},
			hooks:   reject(500, func(x *exchange) bool { return len(junk(x)) > 32<<10 }),
		},
		{
			Name: "vary-grows", Class: SharedState,
			Doc:     "Preflights share their Vary in memory, and an outer layer adds to it each time.",
			Sources: []string{"https://github.com/jub0bs/cors/issues/14"},
			Targets: []string{"shared-vary-append*", "preflight-repeatable*", "idempotent*", "preflight-credentials-*", "lna-header-*"},
			hooks: func() hooks {
				var n atomic.Int64
				return hooks{head: on(isPreflight, func(_ *exchange, h http.Header) {
					h.Add(fieldVary, fmt.Sprintf("X-Layer-%d", n.Add(1)))
				})}
			},
		},
		{
			Name: "expose-grows", Class: SharedState,
			Doc:     "Responses share their lists in memory, and each adds to them.",
			Sources: []string{"https://github.com/jub0bs/cors/issues/14"},
			Targets: []string{"shared-actual-*", "idempotent*", "actual-head-equals-*", "vary-any-*", "cache-custom-*"},
			hooks: func() hooks {
				var n atomic.Int64
				return hooks{head: on(isShared, rewrite(fieldACEH, func(v string) string {
					return fmt.Sprintf("%s, X-Layer-%d", v, n.Add(1))
				}))}
			},
		},
		{
			Name: "overlap-loses", Class: SharedState, Browser: true,
			Doc:     "The grant is kept in a field of the layer: of many requests for the same URL at once some lose it.",
			Sources: []string{"https://github.com/jub0bs/cors/issues/14", "https://github.com/rs/cors/issues/198"},
			Targets: []string{"shared-parallel-*", "parallel-*", "h2-parallel*", "shared-*", "idempotent-*"},
			hooks: func() hooks {
				var now gauge
				return hooks{allows: func(x *exchange) bool {
					leave, n := now.enter(x.r.Method + x.r.URL.String() + x.origin)
					defer leave()
					time.Sleep(time.Millisecond) // long enough for the others of a burst to come
					return x.granted && n < 8
				}}
			},
		},
		{
			Name: "empty-list-is-any", Class: OriginLoose,
			Doc:     "An empty list of origins means any.",
			Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go", "https://github.com/go-chi/cors/blob/f8fbaeea04/cors.go", "https://github.com/gorilla/handlers/blob/9c61bd81e7/cors.go"},
			Targets: []string{"config-empty-origins*"},
			hooks: compiled(func(p *cases.Policy) {
				if !p.ZeroConfig && len(p.Origins)+len(p.OriginPatterns)+len(p.OriginRegexes) == 0 && p.OriginFunc == nil {
					p.Origins = []string{"*"}
				}
			}),
		},
		{
			Name: "empty-list-blocks", Class: ContractBroken,
			Doc:     "An empty list of origins blocks every request.",
			Sources: []string{"https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
			Targets: []string{"config-empty-origins-reaches-app*"},
			hooks:   blocked(403, policy("empty")),
		},
		{
			Name: "empty-methods-are-any", Class: GrantExcess, Browser: true,
			Doc:     "An empty list of methods means the usual ones.",
			Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
			Targets: []string{"config-no-methods*", "acrm-disallowed*", "pf-bare-*"},
			hooks: compiled(func(p *cases.Policy) {
				if len(p.Methods) == 0 && len(p.Origins) > 0 {
					p.Methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
				}
			}),
		},
		{
			Name: "empty-headers-are-any", Class: GrantExcess, Browser: true,
			Doc:     "An empty list of request-headers means any.",
			Sources: []string{"https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
			Targets: []string{"config-no-headers*", "acrh-disallowed*", "pf-bare-header*", "header-content-type-not-listed*"},
			hooks: compiled(func(p *cases.Policy) {
				if len(p.RequestHeaders) == 0 && len(p.Origins) > 0 {
					p.RequestHeaders = []string{"*"}
				}
			}),
		},
		{
			Name: "null-means-any", Class: OriginLoose, Browser: true,
			Doc:     "null in the list of origins means any.",
			Sources: []string{"https://github.com/netty/netty/blob/0bb88a3e06/codec-http/src/main/java/io/netty/handler/codec/http/cors/CorsHandler.java"},
			Targets: []string{"config-null-*", "origin-null-*", "actual-get-disallowed-*", "pf-denied-origin*", "br-simple-get-denied*", "cache-*", "vary-*"},
			hooks:   allowAlso(func(a, o string) bool { return a == "null" && strings.Contains(o, "://") }),
		},
		{
			Name: "default-blocks", Class: ContractBroken,
			Doc:     "Without configuration every request is blocked.",
			Sources: []string{"https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
			Targets: []string{"config-default-answers*"},
			hooks:   blocked(403, policy("default")),
		},
		{
			Name: "default-own-host", Class: ReflectAny,
			Doc:     "Without configuration the server's own host is allowed with credentials, whatever the scheme.",
			Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go"},
			Targets: []string{"config-default-no-credentials*"},
			hooks: head(on(both(policy("default"), func(x *exchange) bool { return x.origin == otherScheme(x)+"://"+x.r.Host }),
				func(x *exchange, h http.Header) {
					h.Set(fieldACAO, x.origin)
					h.Set(fieldACAC, "true")
				})),
		},
	}
}

// gauge counts what is under way, by key.
type gauge struct {
	mu sync.Mutex
	n  map[string]int
}

// enter counts one more and returns how many there are now.
func (g *gauge) enter(key string) (leave func(), n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n == nil {
		g.n = map[string]int{}
	}
	g.n[key]++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.n[key]--; g.n[key] == 0 {
			delete(g.n, key)
		}
	}, g.n[key]
}
