// The adapter of rs/cors: net/http with the middleware in front.
package main

import (
	"net/http"

	"corsproof.example/contract"
	"github.com/rs/cors"
)

func main() {
	contract.Serve(func(p contract.Policy) (http.Handler, error) {
		return middleware(p).Handler(contract.App()), nil
	})
}

func middleware(p contract.Policy) *cors.Cors {
	if p.ZeroConfig {
		return cors.Default()
	}
	options := cors.Options{
		AllowedOrigins:      append(p.Origins, p.OriginPatterns...),
		AllowedMethods:      p.Methods,
		AllowedHeaders:      p.RequestHeaders,
		ExposedHeaders:      p.ExposeHeaders,
		AllowCredentials:    p.Credentials,
		AllowPrivateNetwork: p.PrivateNetwork,
	}
	if len(p.RequestHeaders) == 0 {
		options.AllowedHeaders = []string{"Accept"} // an empty list means the defaults
	}
	if p.OriginFunc != nil {
		options.AllowOriginFunc = p.OriginFunc.Decide
	}
	if p.MaxAge != nil {
		options.MaxAge = *p.MaxAge
		if options.MaxAge == 0 {
			options.MaxAge = -1 // documented: "To send a 0 value, use a negative value"
		}
	}
	return cors.New(options)
}
