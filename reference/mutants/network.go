package mutants

import (
	"net/http"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// asksNetwork: a preflight that asks for a private network.
var asksNetwork = both(isPreflight, withField(layer.FieldACRPN))

// withoutNetwork: the policy does not allow private networks.
var withoutNetwork = not(func(x *exchange) bool { return x.policy.PrivateNetwork })

// privateNetworkMutants mix up the legacy Private Network Access preflight.
var privateNetworkMutants = []Mutant{
	{
		Name: "pna-always", Class: PrivateNetworkAccess,
		Doc:     "Whoever asks for the private network is let in, and there is no way to turn it off.",
		Sources: []string{"CVE-2024-6221", "https://github.com/corydolphin/flask-cors/issues/337"},
		Targets: []string{"pna-off-not-granted*", "pna-false-value*"},
		hooks:   head(on(both(asksNetwork, isGranted, withoutNetwork), put(layer.FieldACAPN, "true"))),
	},
	{
		Name: "pna-never", Class: PrivateNetworkAccess,
		Doc:     "The private network is never granted, though configured.",
		Sources: []string{"https://wicg.github.io/private-network-access/"},
		Targets: []string{"pna-on-granted*"},
		hooks:   head(on(policy("pna"), drop(layer.FieldACAPN))),
	},
	{
		Name: "pna-bad-origin", Class: PrivateNetworkAccess,
		Doc:     "An origin that is not allowed is granted the private network.",
		Sources: []string{"https://github.com/gofiber/fiber/blob/c344047e10/middleware/cors/cors.go"},
		Targets: []string{"pna-on-bad-origin*", "preflight-bad-origin-no-grants*"},
		hooks:   head(on(both(asksNetwork, policy("pna"), not(isGranted)), put(layer.FieldACAPN, "true"))),
	},
	{
		Name: "pna-unasked", Class: PrivateNetworkAccess,
		Doc:     "The private network is granted without being asked for.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go"},
		Targets: []string{"pna-on-without-request*", "pna-value-not-true*"},
		hooks:   head(on(both(isPreflight, policy("pna"), isGranted), put(layer.FieldACAPN, "true"))),
	},
	{
		Name: "pna-any-value", Class: PrivateNetworkAccess,
		Doc:     "Any value of Access-Control-Request-Private-Network asks for it.",
		Sources: []string{"https://github.com/koajs/cors/blob/18a43f0e66/index.js", "https://github.com/netty/netty/blob/0bb88a3e06/codec-http/src/main/java/io/netty/handler/codec/http/cors/CorsHandler.java"},
		Targets: []string{"pna-value-not-true*"},
		hooks:   head(on(both(asksNetwork, policy("pna"), isGranted), put(layer.FieldACAPN, "true"))),
	},
	{
		Name: "pna-on-actual", Class: PrivateNetworkAccess,
		Doc:     "The private network is granted on responses that are not preflights.",
		Sources: []string{"https://github.com/actix/actix-extras/blob/30736af2a1/actix-cors/src/middleware.rs"},
		Targets: []string{"pna-not-on-actual*"},
		hooks:   head(on(both(isShared, policy("pna"), withField(layer.FieldACRPN)), put(layer.FieldACAPN, "true"))),
	},
	{
		Name: "pna-false", Class: PrivateNetworkAccess,
		Doc:     "Where it is off the field is false instead of absent.",
		Sources: []string{"https://github.com/corydolphin/flask-cors/pull/363", "https://github.com/netty/netty/blob/0bb88a3e06/codec-http/src/main/java/io/netty/handler/codec/http/cors/CorsHandler.java"},
		Targets: []string{"pna-false-value*"},
		hooks:   head(on(both(asksNetwork, isGranted, withoutNetwork), put(layer.FieldACAPN, "false"))),
	},
	{
		Name: "pna-fails-preflight", Class: PrivateNetworkAccess,
		Doc:     "Where it is off a preflight that asks for it fails as a whole.",
		Sources: []string{"https://github.com/encode/starlette/blob/5174d4c835/starlette/middleware/cors.py"},
		Targets: []string{"pna-off-*", "pna-false-value*"},
		hooks:   reject(http.StatusBadRequest, both(asksNetwork, withoutNetwork)),
	},
	{
		Name: "pna-vary-lost", Class: VaryMissing,
		Doc:     "A preflight that grants the private network does not vary by the field that asked.",
		Sources: []string{"https://github.com/actix/actix-extras/blob/30736af2a1/actix-cors/src/middleware.rs"},
		Targets: []string{"pna-vary*"},
		hooks:   head(on(policy("pna"), dropVary(layer.FieldACRPN))),
	},
	{
		Name: "lna-crash", Class: Crash,
		Doc:     "An unknown Access-Control-Request field is a server error.",
		Sources: []string{"https://github.com/WICG/local-network-access/issues/47"},
		Targets: []string{"lna-header-ignored*"},
		hooks:   reject(500, both(isPreflight, withField("Access-Control-Request-Local-Network"))),
	},
}
