// The adapter of jub0bs/cors: net/http with the middleware in front.
package main

import (
	"net/http"

	"corsproof.example/contract"
	"github.com/jub0bs/cors"
)

func main() {
	contract.Serve(func(p contract.Policy) (http.Handler, error) {
		middleware, err := cors.NewMiddleware(config(p))
		if err != nil {
			return nil, err
		}
		return middleware.Wrap(contract.App()), nil
	})
}

func config(p contract.Policy) cors.Config {
	config := cors.Config{
		Origins:         append(p.Origins, p.OriginPatterns...),
		Credentialed:    p.Credentials,
		Methods:         p.Methods,
		RequestHeaders:  p.RequestHeaders,
		ResponseHeaders: p.ExposeHeaders,
		MaxAgeInSeconds: p.MaxAgeSeconds(-1), // documented: -1 sends 0
	}
	config.DangerouslyTolerateInsecureOrigins = true
	return config
}
