package mutants

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// appSet: the application has set the CORS field itself.
func appSet(name string) cond {
	return func(x *exchange) bool { return len(x.Removed[name]) > 0 }
}

// mergeMutants let the application's CORS fields through.
var mergeMutants = []Mutant{
	{
		Name: "merge-two-lines", Class: TwoValues,
		Doc:     "The application's Access-Control-Allow-Origin is sent beside the layer's.",
		Sources: []string{"https://github.com/motiv-labs/janus/issues/36", "https://github.com/mitre/HTTP-Proxy-Servlet/issues/80", "https://github.com/labstack/echo/issues/2767"},
		Targets: []string{"merge-app-acao-*", "br-dup-acao*"},
		hooks: head(on(both(isShared, appSet(layer.FieldACAO)), func(x *exchange, h http.Header) {
			h[layer.FieldACAO] = append(x.Removed[layer.FieldACAO], h[layer.FieldACAO]...)
		})),
	},
	{
		Name: "merge-joined", Class: TwoValues,
		Doc:     "The application's Access-Control-Allow-Origin and the layer's are joined.",
		Sources: []string{"https://github.com/daytonaio/daytona/issues/3308"},
		Targets: []string{"merge-app-acao-*", "merge-acao-no-comma*", "br-dup-acao*"},
		hooks: head(on(both(isShared, appSet(layer.FieldACAO)), func(x *exchange, h http.Header) {
			h.Set(layer.FieldACAO, strings.Join(append(x.Removed[layer.FieldACAO], h[layer.FieldACAO]...), ", "))
		})),
	},
	{
		Name: "merge-app-wins", Class: TwoValues,
		Doc:     "The application's Access-Control-Allow-Origin replaces the layer's.",
		Sources: []string{"https://github.com/expressjs/cors/blob/5317ebe670/lib/index.js"},
		Targets: []string{"merge-*", "br-dup-acao*"},
		hooks:   head(on(both(isGranted, appSet(layer.FieldACAO)), func(x *exchange, h http.Header) { h[layer.FieldACAO] = x.Removed[layer.FieldACAO] })),
	},
	{
		Name: "merge-denied-app-star", Class: TwoValues,
		Doc:     "For an origin that is not allowed the application's * passes through.",
		Sources: []string{"https://github.com/istio/istio/issues/9783"},
		Targets: []string{"merge-app-acao-bad-origin*"},
		hooks:   head(on(both(not(isGranted), appSet(layer.FieldACAO)), func(x *exchange, h http.Header) { h[layer.FieldACAO] = x.Removed[layer.FieldACAO] })),
	},
	{
		Name: "merge-assertion", Class: Crash,
		Doc:     "An application that sets Access-Control-Allow-Origin itself trips an assertion, and the connection is closed.",
		Sources: []string{"https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py"},
		Targets: []string{"merge-app-acao-*", "br-dup-acao*"},
		hooks: head(on(both(isShared, appSet(layer.FieldACAO)), func(*exchange, http.Header) {
			panic(http.ErrAbortHandler)
		})),
	},
	{
		Name: "merge-acac-twice", Class: TwoValues,
		Doc:     "The application's Access-Control-Allow-Credentials is sent beside the layer's.",
		Sources: []string{"https://github.com/mitre/HTTP-Proxy-Servlet/issues/80"},
		Targets: []string{"merge-app-acac-once*", "merge-*"},
		hooks: head(on(both(isShared, appSet(layer.FieldACAC)), func(x *exchange, h http.Header) {
			h[layer.FieldACAC] = append(x.Removed[layer.FieldACAC], h[layer.FieldACAC]...)
		})),
	},
	{
		Name: "merge-joins-lines", Class: ContractBroken,
		Doc:     "Repeated field lines of the application are joined into one, Set-Cookie too.",
		Sources: []string{"https://github.com/traefik/traefik/blob/fd5a576df2/pkg/middlewares/headers/header.go", "https://www.rfc-editor.org/rfc/rfc9110#section-5.3"},
		Targets: []string{"merge-app-fields-kept*"},
		hooks: head(func(_ *exchange, h http.Header) {
			if lines := h["Set-Cookie"]; len(lines) > 1 {
				h["Set-Cookie"] = []string{strings.Join(lines, ", ")}
			}
		}),
	},
	{
		Name: "merge-twice-wrapped", Class: TwoValues, Browser: true,
		Doc:     "The layer is mounted twice, and both add their fields.",
		Sources: []string{"https://github.com/motiv-labs/janus/issues/36"},
		Targets: []string{"actual-acao-one-value*", "br-maxage-absent*"},
		hooks: head(on(both(isShared, policy("maxage-absent")), func(_ *exchange, h http.Header) {
			h[layer.FieldACAO] = append(h[layer.FieldACAO], h[layer.FieldACAO]...)
		})),
	},
}
