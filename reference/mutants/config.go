package mutants

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/internal/layer"
)

// configMutants read odd configurations wrongly.
var configMutants = []Mutant{
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
		Targets: []string{"stated-methods-only*", "config-no-methods*", "acrm-disallowed*", "pf-bare-*"},
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
		Targets: []string{"stated-headers-only*", "config-no-headers*", "acrh-disallowed*", "pf-bare-header*", "header-content-type-not-listed*"},
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
		hooks: head(on(both(policy("default"), func(x *exchange) bool { return x.Origin == otherScheme(x)+"://"+x.Request.Host }),
			func(x *exchange, h http.Header) {
				h.Set(layer.FieldACAO, x.Origin)
				h.Set(layer.FieldACAC, "true")
			})),
	},
}
