// The adapter of go-chi/cors: a chi router for each policy.
package main

import (
	"net/http"

	"corsproof.example/contract"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/cors"
)

func main() {
	// chi routes only the methods it knows.
	chi.RegisterMethod("QUERY")
	chi.RegisterMethod("CHICKEN")
	contract.Serve(func(p contract.Policy) (http.Handler, error) {
		router := chi.NewRouter()
		router.Use(middleware.Recoverer)
		router.Use(layer(options(p)))
		for _, route := range contract.Routes() {
			for _, method := range route.Methods {
				router.Method(method, route.Path, route)
			}
		}
		return router, nil
	})
}

func options(p contract.Policy) cors.Options {
	if p.ZeroConfig {
		return cors.Options{}
	}
	options := cors.Options{
		AllowedOrigins:   append(p.Origins, p.OriginPatterns...),
		AllowedMethods:   p.Methods,
		AllowedHeaders:   p.HeadersOrAccept(), // the default is a list
		ExposedHeaders:   p.ExposeHeaders,
		AllowCredentials: p.Credentials,
	}
	if p.OriginFunc != nil {
		options.AllowOriginFunc = func(_ *http.Request, origin string) bool { return p.OriginFunc.Decide(origin) }
	}
	if p.MaxAge != nil {
		options.MaxAge = *p.MaxAge
	}
	return options
}
