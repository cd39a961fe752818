package mutants

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

var isOptions = method(http.MethodOptions)

var noACRM = not(withField(layer.FieldACRM))

// optionsMutants take other requests for preflights.
var optionsMutants = []Mutant{
	{
		Name: "options-plain-204", Class: OptionsHijacked, Browser: true,
		Doc:     "Every OPTIONS is answered 204, also one that has nothing to do with CORS.",
		Sources: []string{"https://github.com/labstack/echo/issues/2767", "https://github.com/expressjs/cors/blob/5317ebe670/lib/index.js", "https://github.com/tower-rs/tower-http/blob/d154adbace/tower-http/src/cors/mod.rs"},
		Targets: []string{"options-*", "br-options-actual*"},
		hooks:   blocked(204, isOptions),
	},
	{
		Name: "options-plain-400", Class: OptionsHijacked,
		Doc:     "An OPTIONS without Origin is 400, an invalid preflight.",
		Sources: []string{"https://github.com/fastify/fastify-cors/blob/2a47537e6d/index.js"},
		Targets: []string{"options-plain-*", "options-allow-header*", "options-acrm-no-origin*"},
		hooks:   blocked(400, both(isOptions, isPlain)),
	},
	{
		Name: "options-plain-allow-lost", Class: OptionsHijacked,
		Doc:     "The application's Allow is lost on OPTIONS.",
		Sources: []string{"https://github.com/lawliet89/rocket_cors/blob/072d90359b/src/fairing.rs"},
		Targets: []string{"options-allow-header-kept*", "options-plain-*"},
		hooks:   head(on(both(isOptions, not(isPreflight)), drop("Allow"))),
	},
	{
		Name: "options-origin-204", Class: OptionsHijacked, Browser: true,
		Doc:     "An OPTIONS with an allowed Origin is a preflight, also without Access-Control-Request-Method.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go", "https://github.com/actix/actix-extras/blob/30736af2a1/actix-cors/src/middleware.rs"},
		Targets: []string{"options-*", "br-options-actual*"},
		hooks:   blocked(204, both(isOptions, isActual, isGranted)),
	},
	{
		Name: "options-origin-403", Class: OptionsHijacked, Browser: true,
		Doc:     "An OPTIONS with an allowed Origin and without Access-Control-Request-Method is 403.",
		Sources: []string{"https://github.com/apache/tomcat/blob/84ac9af072/java/org/apache/catalina/filters/CorsFilter.java", "https://github.com/gorilla/handlers/blob/9c61bd81e7/cors.go"},
		Targets: []string{"options-*", "br-options-actual*"},
		hooks: and(blocked(403, both(isOptions, isActual, isGranted, noACRM)),
			head(on(both(isOptions, isActual, status(403)), dropGrant))),
	},
	{
		Name: "options-denied-204", Class: OptionsHijacked,
		Doc:     "An OPTIONS with an Origin that is not allowed does not reach the application.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go"},
		Targets: []string{"options-origin-no-acrm-bad*"},
		hooks:   blocked(204, both(isOptions, isDenied)),
	},
	{
		Name: "options-acrm-only", Class: PreflightNoOrigin,
		Doc:     "An OPTIONS with Access-Control-Request-Method and without Origin is taken for a preflight.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go", "https://github.com/adamchainz/django-cors-headers/blob/d6a75e42e2/src/corsheaders/middleware.py", "https://github.com/fruitcake/php-cors/blob/5c0458a39a/src/CorsService.php"},
		Targets: []string{"options-acrm-no-origin*"},
		hooks:   blocked(204, both(isOptions, isPlain, withField(layer.FieldACRM))),
	},
	{
		Name: "options-acrh-only", Class: OptionsHijacked,
		Doc:     "An OPTIONS with Origin and Access-Control-Request-Headers alone is taken for a preflight.",
		Sources: []string{"https://github.com/beego/beego/blob/939cfde380/server/web/filter/cors/cors.go", "https://github.com/quarkusio/quarkus/blob/01af8aa43a/extensions/vertx-http/runtime/src/main/java/io/quarkus/vertx/http/runtime/cors/CORSFilter.java"},
		Targets: []string{"options-acrh-only*"},
		hooks:   blocked(204, both(isOptions, isActual, withField(layer.FieldACRH))),
	},
	{
		Name: "options-null-through", Class: PreflightThrough,
		Doc:     "A preflight of the origin null is given to the application.",
		Sources: []string{"https://github.com/netty/netty/blob/0bb88a3e06/codec-http/src/main/java/io/netty/handler/codec/http/cors/CorsHandler.java"},
		Targets: []string{"options-null-origin-preflight*"},
		hooks:   passesOn(both(originIs(is("null")), not(isGranted)), asItCame),
	},
	{
		Name: "options-lower-case", Class: OptionsHijacked,
		Doc:     "Methods are compared without regard to case: options is a preflight.",
		Sources: []string{"https://github.com/expressjs/cors/blob/5317ebe670/lib/index.js"},
		Targets: []string{"options-lower-case*"},
		hooks: func() hooks {
			return hooks{kind: func(x *exchange) layer.Kind {
				if x.Request.Method != http.MethodOptions && strings.EqualFold(x.Request.Method, http.MethodOptions) && x.Kind == layer.Actual && x.Request.Header.Get(layer.FieldACRM) != "" {
					x.Method = x.Request.Header.Get(layer.FieldACRM)
					return layer.Preflight
				}
				return x.Kind
			}}
		},
	},
	{
		Name: "options-not-shared", Class: GrantMissing, Browser: true,
		Doc:     "The application's answer to OPTIONS is not shared.",
		Sources: []string{"https://github.com/labstack/echo/issues/2767"},
		Targets: []string{"options-*", "br-options-actual*"},
		hooks:   head(on(both(isOptions, isActual), dropGrant)),
	},
	{
		Name: "options-fields-without-origin", Class: FieldMisplaced,
		Doc:     "An OPTIONS that is not a preflight gets the fields of one.",
		Sources: []string{"https://github.com/adamchainz/django-cors-headers/blob/d6a75e42e2/src/corsheaders/middleware.py"},
		Targets: []string{"options-*"},
		hooks: head(on(both(isOptions, not(isPreflight), not(isDenied)), func(x *exchange, h http.Header) {
			h.Set(layer.FieldACAM, x.Layer.Methods)
			h.Set(layer.FieldACAH, x.Layer.Headers)
		})),
	},
	{
		Name: "post-with-acrm-swallowed", Class: OptionsHijacked,
		Doc:     "A POST with Access-Control-Request-Method is taken for a preflight.",
		Sources: []string{"https://github.com/quarkusio/quarkus/blob/01af8aa43a/extensions/vertx-http/runtime/src/main/java/io/quarkus/vertx/http/runtime/cors/CORSFilter.java"},
		Targets: []string{"post-with-acrm*"},
		hooks:   blocked(204, both(method("POST"), isActual, withField(layer.FieldACRM), not(withField("X-HTTP-Method-Override")))),
	},
	{
		Name: "method-override", Class: EnvironmentTrusted,
		Doc:     "X-HTTP-Method-Override turns a POST into a preflight.",
		Sources: []string{"https://fetch.spec.whatwg.org/#forbidden-request-header"},
		Targets: []string{"method-override-*", "simple-method-override*"},
		hooks:   blocked(204, both(isActual, field("X-HTTP-Method-Override", is("OPTIONS")))),
	},
}
