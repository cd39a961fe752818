// The adapter of gin-contrib/cors: a Gin engine for each policy.
package main

import (
	"net/http"
	"time"

	"corsproof.example/contract"
	"github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
)

func main() {
	gin.SetMode(gin.ReleaseMode)
	contract.Serve(func(p contract.Policy) (http.Handler, error) {
		engine := gin.New()
		engine.Use(gin.Recovery(), middleware(p))
		for _, route := range contract.Routes() {
			engine.Match(route.Methods, route.Path, gin.WrapH(route))
		}
		return engine, nil
	})
}

func middleware(p contract.Policy) gin.HandlerFunc {
	if p.ZeroConfig {
		return cors.Default()
	}
	config := cors.Config{
		AllowOrigins:        append(p.Origins, p.OriginPatterns...),
		AllowWildcard:       len(p.OriginPatterns) > 0,
		AllowMethods:        p.MethodsOrGET(),
		AllowHeaders:        p.LiteralHeaders(),
		ExposeHeaders:       p.ExposeHeaders,
		AllowCredentials:    p.Credentials,
		AllowPrivateNetwork: p.PrivateNetwork,
	}
	if p.OriginFunc != nil {
		config.AllowOriginFunc = p.OriginFunc.Decide
	}
	if p.MaxAge != nil {
		config.MaxAge = time.Duration(*p.MaxAge) * time.Second
	}
	schemes(&config, p.Origins)
	return cors.New(config)
}
