// The adapter of the CORS middleware of Echo 4: an instance for each policy.
package main

import (
	"errors"
	"net/http"

	"corsproof.example/contract"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

func main() {
	contract.Serve(func(p contract.Policy) (http.Handler, error) {
		e := echo.New()
		e.Use(middleware.Recover())
		e.Use(cors(p))
		for _, route := range contract.Routes() {
			e.Match(route.Methods, route.Path, echo.WrapHandler(route))
		}
		return e, nil
	})
}

func cors(p contract.Policy) echo.MiddlewareFunc {
	if p.ZeroConfig {
		return middleware.CORS()
	}
	config := middleware.CORSConfig{
		AllowOrigins:     append(p.Origins, p.OriginPatterns...),
		AllowMethods:     p.MethodsOrGET(),
		AllowHeaders:     p.HeadersOrAccept(),
		AllowCredentials: p.Credentials,
		ExposeHeaders:    p.ExposeHeaders,
		MaxAge:           p.MaxAgeSeconds(-1), // documented: a negative value sends 0
	}
	if p.AnyHeader() {
		config.AllowHeaders = nil // by default, those that are requested
	}
	if p.OriginFunc != nil {
		config.AllowOriginFunc = func(origin string) (bool, error) {
			if origin == p.OriginFunc.Throw {
				return false, errors.New("the origin function fails")
			}
			return p.OriginFunc.Decide(origin), nil
		}
	}
	return middleware.CORSWithConfig(config)
}
