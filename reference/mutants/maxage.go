package mutants

import (
	"net/http"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// writesMaxAge replaces the value where the policy has one.
func writesMaxAge(c cond, value string) func() hooks {
	return head(on(c, rewrite(layer.FieldACMA, func(string) string { return value })))
}

// maxAgeMutants send the wrong Access-Control-Max-Age.
var maxAgeMutants = []Mutant{
	{
		Name: "maxage-missing", Class: MaxAgeWrong,
		Doc:     "The configured age is not sent.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-max-age"},
		Targets: []string{"maxage-*", "br-*cached*"},
		hooks:   head(on(policy("exact", "exact-creds"), drop(layer.FieldACMA))),
	},
	{
		Name: "maxage-exponent", Class: MaxAgeWrong,
		Doc:     "The age is printed as a floating-point number.",
		Sources: []string{"https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
		Targets: []string{"maxage-*", "br-*cached*"},
		hooks:   writesMaxAge(policy("exact", "exact-creds"), "6E+02"),
	},
	{
		Name: "maxage-fraction", Class: MaxAgeWrong,
		Doc:     "The age has a fraction.",
		Sources: []string{"https://github.com/dotnet/aspnetcore/blob/2c917f362d/src/Middleware/CORS/src/Infrastructure/CorsService.cs"},
		Targets: []string{"maxage-*", "br-*cached*"},
		hooks:   writesMaxAge(policy("exact"), "600.0"),
	},
	{
		Name: "maxage-two-lines", Class: TwoValues,
		Doc:     "The age is sent twice, which voids it.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: []string{"maxage-*", "br-*cached*"},
		hooks: head(on(policy("exact", "exact-creds"), func(_ *exchange, h http.Header) {
			if v := h[layer.FieldACMA]; v != nil {
				h[layer.FieldACMA] = []string{v[0], v[0]}
			}
		})),
	},
	{
		Name: "maxage-zero-omitted", Class: MaxAgeWrong, Browser: true,
		Doc:     "An age of 0 is taken for none, so that browsers cache for five seconds.",
		Sources: []string{"https://github.com/gin-contrib/cors/issues/120", "https://github.com/gorilla/handlers/issues/246", "https://github.com/gofiber/fiber/issues/2609", "https://github.com/rs/cors/issues/152"},
		Targets: []string{"maxage-zero*", "br-maxage-0*", "maxage-0*", "cache-*"},
		hooks:   head(on(policy("maxage-0"), drop(layer.FieldACMA))),
	},
	{
		Name: "maxage-zero-negative", Class: MaxAgeWrong,
		Doc:     "An age of 0 is sent as -1.",
		Sources: []string{"https://github.com/http4s/http4s/blob/95ece6c737/server/shared/src/main/scala/org/http4s/server/middleware/CORS.scala", "https://github.com/apache/apisix/blob/f519a0f04c/apisix/plugins/cors.lua"},
		Targets: []string{"maxage-zero*", "maxage-*", "br-maxage-0*"},
		hooks:   writesMaxAge(policy("maxage-0"), "-1"),
	},
	{
		Name: "maxage-default", Class: MaxAgeWrong,
		Doc:     "Where no age is configured preflights are cached for a day.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-max-age"},
		Targets: []string{"maxage-absent*", "config-no-max-age*"},
		hooks:   head(on(both(isPreflight, isGranted, policy("maxage-absent")), put(layer.FieldACMA, "86400"))),
	},
	{
		Name: "maxage-absent-zero", Class: MaxAgeWrong, Browser: true,
		Doc:     "Where no age is configured preflights are not cached at all.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-max-age"},
		Targets: []string{"maxage-absent*", "br-maxage-absent*", "cache-*"},
		hooks:   head(on(both(isPreflight, isGranted, policy("maxage-absent")), put(layer.FieldACMA, "0"))),
	},
	{
		Name: "maxage-capped", Class: MaxAgeWrong,
		Doc:     "A large age is cut to ten minutes.",
		Sources: []string{"https://github.com/gorilla/handlers/blob/9c61bd81e7/cors.go"},
		Targets: []string{"maxage-large*"},
		hooks:   writesMaxAge(policy("maxage-86400"), "600"),
	},
	{
		Name: "maxage-negative-raw", Class: MaxAgeWrong,
		Doc:     "A negative age is passed through, which the grammar does not have.",
		Sources: []string{"https://github.com/gofr-dev/gofr/pull/4052", "https://github.com/apache/apisix/blob/f519a0f04c/apisix/plugins/cors.lua"},
		Targets: []string{"maxage-negative*"},
		hooks:   writesMaxAge(policy("maxage-neg"), "-1"),
	},
	{
		Name: "maxage-negative-large", Class: MaxAgeWrong, Browser: true,
		Doc:     "A negative age wraps round to a very large one.",
		Sources: []string{"https://github.com/gofr-dev/gofr/pull/4052"},
		Targets: []string{"maxage-negative*", "br-maxage-neg*", "cache-*"},
		hooks:   writesMaxAge(policy("maxage-neg"), "4294967295"),
	},
	{
		Name: "maxage-on-actual", Class: FieldMisplaced,
		Doc:     "The age is on every response.",
		Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb", "https://github.com/vapor/vapor/blob/13efaeefd5/Sources/Vapor/Middleware/CORSMiddleware.swift"},
		Targets: []string{"maxage-not-on-actual*", "actual-no-preflight-headers*"},
		hooks: head(on(isShared, func(x *exchange, h http.Header) {
			if x.Layer.MaxAge != "" {
				h.Set(layer.FieldACMA, x.Layer.MaxAge)
			}
		})),
	},
}
