package mutants

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// slow spends time as an algorithm does that compares each of what n counts
// with all others: each is the time of one comparison.
func slow(each time.Duration, n func(x *exchange) int) func() hooks {
	return working(func(x *exchange) time.Duration {
		c := time.Duration(n(x))
		return c * c * each
	})
}

// working spends time before the decision about the origin, a second at most.
func working(on func(x *exchange) time.Duration) func() hooks {
	return func() hooks {
		return hooks{allows: func(x *exchange) bool {
			if d := on(x); d > time.Millisecond {
				time.Sleep(min(d, time.Second))
			}
			return x.Granted
		}}
	}
}

// robustnessMutants do too much work, or keep state between requests.
var robustnessMutants = []Mutant{
	{
		Name: "dos-commas", Class: Unbounded,
		Doc:     "Each empty element of Access-Control-Request-Headers is compared with all others.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110.html#section-17.5"},
		Targets: []string{"dos-acrh-commas-*"},
		hooks:   slow(6*time.Nanosecond, func(x *exchange) int { return strings.Count(acrh(x), ",") }),
	},
	{
		Name: "dos-commas-copied", Class: Unbounded,
		Doc:     "A string is made of each empty element of Access-Control-Request-Headers.",
		Sources: []string{"https://github.com/rs/cors/issues/170", "https://github.com/go-chi/cors/issues/36"},
		Targets: []string{"dos-acrh-commas-cost*"},
		hooks: working(func(x *exchange) time.Duration {
			return time.Microsecond * time.Duration(strings.Count(acrh(x), ","))
		}),
	},
	{
		Name: "dos-lines", Class: Unbounded,
		Doc:     "Each Access-Control-Request-Headers line is compared with all others.",
		Sources: []string{"https://github.com/rs/cors/issues/170"},
		Targets: []string{"dos-acrh-many-lines*"},
		hooks:   slow(100*time.Nanosecond, func(x *exchange) int { return len(x.Request.Header[layer.FieldACRH]) }),
	},
	{
		Name: "dos-spaces", Class: Unbounded,
		Doc:     "An expression tries every way to split white space.",
		Sources: []string{"CVE-2026-69207", "https://github.com/advisories/GHSA-8j4g-w8fx-2239"},
		Targets: []string{"dos-acrh-spaces*"},
		hooks:   slow(6*time.Nanosecond, func(x *exchange) int { return strings.Count(acrh(x), " ") }),
	},
	{
		Name: "dos-origin-letters", Class: Unbounded,
		Doc:     "An expression with nested repetitions tries every way to match the Origin.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"dos-origin-redos*"},
		hooks:   slow(6*time.Nanosecond, func(x *exchange) int { return strings.Count(x.Origin, "a") - strings.Count(x.Origin, ".") }),
	},
	{
		Name: "dos-origin-labels", Class: Unbounded,
		Doc:     "Labels of the Origin are compared with each other.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"dos-origin-dots*"},
		hooks:   slow(24*time.Nanosecond, func(x *exchange) int { return strings.Count(x.Origin, ".") }),
	},
	{
		Name: "dos-long-name-echoed", Class: Unbounded,
		Doc:     "A header name that is not allowed comes back in an explanation.",
		Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb"},
		Targets: []string{"dos-acrh-long-name*", "acah-response-bounded*", "dos-*"},
		hooks: head(on(both(isPreflight, func(x *exchange) bool { return len(acrh(x)) > 2048 }),
			func(x *exchange, h http.Header) { h.Set("X-Cors-Error", "not allowed: "+acrh(x)) })),
	},
	{
		Name: "dos-origin-echoed", Class: Unbounded,
		Doc:     "An origin that is denied comes back in an explanation.",
		Sources: []string{"https://github.com/corydolphin/flask-cors/blob/fa55dcbec6/CHANGELOG.md", "CVE-2024-1681"},
		Targets: []string{"dos-origin-long-not-echoed*", "dos-*"},
		hooks: head(on(both(isDenied, func(x *exchange) bool { return len(x.Origin) > 2048 }),
			func(x *exchange, h http.Header) { h.Set("X-Cors-Error", "origin not allowed: "+x.Origin) })),
	},
	{
		Name: "big-head-crash", Class: Crash,
		Doc:     "A large head is a server error.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc6585#section-5"},
		Targets: []string{"big-head*", "dos-acrh-*"},
		hooks:   reject(500, func(x *exchange) bool { return len(acrh(x)) > 32<<10 }),
	},
	{
		Name: "vary-grows", Class: SharedState,
		Doc:     "Preflights share their Vary in memory, and an outer layer adds to it each time.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/14"},
		Targets: []string{"shared-vary-append*", "preflight-repeatable*", "idempotent*", "preflight-credentials-*", "lna-header-*"},
		hooks: func() hooks {
			var n atomic.Int64
			return hooks{head: on(isPreflight, func(_ *exchange, h http.Header) {
				h.Add(layer.FieldVary, fmt.Sprintf("X-Layer-%d", n.Add(1)))
			})}
		},
	},
	{
		Name: "expose-grows", Class: SharedState,
		Doc:     "Responses share their lists in memory, and each adds to them.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/14"},
		Targets: []string{"stated-exposed-only", "shared-actual-*", "idempotent*", "actual-head-equals-*", "vary-any-*", "cache-custom-*"},
		hooks: func() hooks {
			var n atomic.Int64
			return hooks{head: on(isShared, rewrite(layer.FieldACEH, func(v string) string {
				return fmt.Sprintf("%s, X-Layer-%d", v, n.Add(1))
			}))}
		},
	},
	{
		Name: "overlap-loses", Class: SharedState,
		Doc:     "The grant is kept in a field of the layer: of many requests for the same URL at once some lose it.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/14"},
		Targets: []string{"shared-parallel-*", "parallel-*", "h2-parallel*", "shared-*", "idempotent-*"},
		hooks: func() hooks {
			var now gauge
			return hooks{allows: func(x *exchange) bool {
				leave, n := now.enter(x.Request.Method + x.Request.URL.String() + x.Origin)
				defer leave()
				time.Sleep(time.Millisecond) // long enough for the others of a burst to come
				return x.Granted && n < 8
			}}
		},
	},
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
