// The adapter of go-zero's rest package: a server for each policy.
package main

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"corsproof.example/contract"
	"github.com/zeromicro/go-zero/core/conf"
	"github.com/zeromicro/go-zero/rest"
)

// routed are the methods that go-zero's router takes.
var routed = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// settings are the defaults, without what answers 503 on a busy machine.
const settings = `
Name: contract
Port: 0
CpuThreshold: 0
Middlewares: {Shedding: false, Breaker: false}
Log: {Level: severe, Stat: false}
`

func main() {
	contract.Serve(func(p contract.Policy) (http.Handler, error) {
		var config rest.RestConf
		if err := conf.LoadFromYamlBytes([]byte(settings), &config); err != nil {
			return nil, err
		}
		server, err := rest.NewServer(config, cors(p))
		if err != nil {
			return nil, err
		}
		for _, route := range contract.Routes() {
			for _, method := range route.Methods {
				if slices.Contains(routed, method) {
					server.AddRoute(rest.Route{Method: method, Path: route.Path, Handler: route.ServeHTTP})
				}
			}
		}
		serverless, err := rest.NewServerless(server)
		if err != nil {
			return nil, err
		}
		return http.HandlerFunc(serverless.Serve), nil
	})
}

func cors(p contract.Policy) rest.RunOption {
	if p.ZeroConfig {
		return rest.WithCors()
	}
	// What WithCors sends besides the origin is fixed; WithCustomCors is
	// documented for everything else.
	custom := func(header http.Header) {
		if header.Get("Access-Control-Allow-Origin") == "" {
			return
		}
		set(header, "Access-Control-Allow-Methods", p.Methods)
		set(header, "Access-Control-Allow-Headers", p.LiteralHeaders())
		set(header, "Access-Control-Expose-Headers", p.ExposeHeaders)
		if p.MaxAge == nil {
			header.Del("Access-Control-Max-Age")
		} else {
			header.Set("Access-Control-Max-Age", strconv.Itoa(*p.MaxAge))
		}
		if !p.Credentials {
			header.Del("Access-Control-Allow-Credentials")
		}
	}
	origins := p.Origins
	if p.AnyOrigin() && !p.Credentials {
		origins = nil // documented: "*" is sent
	}
	return rest.WithCustomCors(custom, func(w http.ResponseWriter) { custom(w.Header()) }, origins...)
}

func set(header http.Header, name string, values []string) {
	if len(values) == 0 {
		header.Del(name)
		return
	}
	header.Set(name, strings.Join(values, ", "))
}
