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
		AllowedOrigins:   append(p.Origins, p.OriginPatterns...),
		AllowedMethods:   p.Methods,
		AllowedHeaders:   p.HeadersOrAccept(), // the default is a list
		ExposedHeaders:   p.ExposeHeaders,
		AllowCredentials: p.Credentials,
		MaxAge:           p.MaxAgeSeconds(-1), // documented: a negative value sends 0
	}
	privateNetwork(&options, p.PrivateNetwork)
	if p.OriginFunc != nil {
		options.AllowOriginFunc = p.OriginFunc.Decide
	}
	return cors.New(options)
}
