// The adapter of gorilla/handlers: its CORS layer before a router of gorilla/mux.
package main

import (
	"net/http"

	"corsproof.example/contract"
	"github.com/gorilla/handlers"
	"github.com/gorilla/mux"
)

func main() {
	contract.Serve(func(p contract.Policy) (http.Handler, error) {
		router := mux.NewRouter()
		for _, route := range contract.Routes() {
			router.Handle(route.Path, route).Methods(route.Methods...)
		}
		return handlers.RecoveryHandler()(handlers.CORS(options(p)...)(router)), nil
	})
}

func options(p contract.Policy) []handlers.CORSOption {
	if p.ZeroConfig {
		return nil
	}
	options := []handlers.CORSOption{
		handlers.AllowedHeaders(p.RequestHeaders),
		handlers.ExposedHeaders(p.ExposeHeaders),
	}
	if p.OriginFunc != nil {
		options = append(options, handlers.AllowedOriginValidator(p.OriginFunc.Decide))
	} else {
		options = append(options, handlers.AllowedOrigins(p.Origins))
	}
	if len(p.Methods) > 0 { // an empty list would forbid GET, HEAD and POST too
		options = append(options, handlers.AllowedMethods(p.Methods))
	}
	if p.Credentials {
		options = append(options, handlers.AllowCredentials())
	}
	if p.MaxAge != nil {
		options = append(options, handlers.MaxAge(*p.MaxAge))
	}
	return options
}
