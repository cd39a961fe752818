// The adapter of go-restful's CORS filter: a container for each policy.
package main

import (
	"net/http"

	"corsproof.example/contract"
	"github.com/emicklei/go-restful"
)

func main() {
	contract.Serve(func(p contract.Policy) (http.Handler, error) {
		container := restful.NewContainer()
		container.Filter(cross(p, container).Filter)
		service := new(restful.WebService)
		for _, route := range contract.Routes() {
			for _, method := range route.Methods {
				service.Route(service.Method(method).Path(route.Path).To(func(in *restful.Request, out *restful.Response) {
					route.ServeHTTP(out.ResponseWriter, in.Request)
				}))
			}
		}
		container.Add(service)
		return container, nil
	})
}

func cross(p contract.Policy, container *restful.Container) restful.CrossOriginResourceSharing {
	if p.ZeroConfig {
		return restful.CrossOriginResourceSharing{Container: container}
	}
	filter := restful.CrossOriginResourceSharing{
		AllowedDomains: p.Origins,
		AllowedMethods: p.MethodsOrGET(),
		AllowedHeaders: p.RequestHeaders,
		ExposeHeaders:  p.ExposeHeaders,
		CookiesAllowed: p.Credentials,
		Container:      container,
	}
	if p.AnyOrigin() {
		filter.AllowedDomains = []string{".*"}
	}
	if p.MaxAge != nil {
		filter.MaxAge = *p.MaxAge
	}
	return filter
}
