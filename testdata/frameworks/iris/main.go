// The adapter of the CORS middleware of Iris: an application for each policy.
package main

import (
	"net/http"
	"time"

	"corsproof.example/contract"
	"github.com/kataras/iris/v12"
	"github.com/kataras/iris/v12/middleware/cors"
	"github.com/kataras/iris/v12/middleware/recover"
)

func main() {
	contract.Serve(func(p contract.Policy) (http.Handler, error) {
		app := iris.New()
		app.Logger().SetLevel("disable")
		app.UseRouter(recover.New())
		app.UseRouter(middleware(p).Handler())
		for _, route := range contract.Routes() {
			for _, method := range route.Methods {
				app.Handle(method, route.Path, iris.FromStd(http.Handler(route)))
			}
		}
		return app, app.Build()
	})
}

func middleware(p contract.Policy) *cors.CORS {
	c := cors.New()
	if p.ZeroConfig {
		return c
	}
	switch {
	case p.OriginFunc != nil:
		c.AllowOriginMatcherFunc(p.OriginFunc.Decide)
	case len(p.OriginRegexes) > 0:
		c.AllowOriginRegex(anchored(p.OriginRegexes)...)
	default:
		c.AllowOrigins(p.Origins...)
	}
	if !p.Credentials {
		c.DisallowCredentials()
	}
	if p.MaxAge != nil {
		c.MaxAge(time.Duration(*p.MaxAge) * time.Second)
	}
	// The middleware has no methods: "This field cannot be modified by the end-developer".
	return c.AllowHeaders(p.LiteralHeaders()...).ExposeHeaders(p.ExposeHeaders...)
}

// anchored are the expressions for a whole origin: Iris looks for a match anywhere,
// and its documentation has no example.
func anchored(expressions []string) []string {
	var whole []string
	for _, expression := range expressions {
		whole = append(whole, "^"+expression+"$")
	}
	return whole
}
