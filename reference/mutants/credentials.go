package mutants

import (
	"net/http"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/internal/layer"
)

// unsafely serves the policies that the good server refuses, and edits what
// they answer. Without edits every origin is reflected with credentials.
func unsafely(edits ...edit) func() hooks {
	return and(
		func() hooks { return hooks{unsafe: true} },
		head(on(policy("any-creds"), append([]edit{noEmptyOrigin}, edits...)...)),
	)
}

// noEmptyOrigin takes the grant away when there is no Origin to reflect.
func noEmptyOrigin(x *exchange, h http.Header) {
	if x.Origin == "" {
		dropGrant(x, h)
	}
}

// suppressCredentials answers as without credentials.
func suppressCredentials(x *exchange, h http.Header) {
	if h.Del(layer.FieldACAC); h.Get(layer.FieldACAO) != "" {
		h.Set(layer.FieldACAO, "*")
	}
}

// zeroConfig makes the policy default another one.
func zeroConfig(edit func(p *cases.Policy)) func() hooks {
	return and(func() hooks { return hooks{unsafe: true} }, compiled(func(p *cases.Policy) {
		if p.ZeroConfig {
			edit(p)
		}
	}), head(on(policy("any-creds"), suppressCredentials)))
}

func credentialed(x *exchange) bool { return x.policy.Credentials }

// credentialMutants mix up credentials.
var credentialMutants = []Mutant{
	{
		Name: "any-creds-reflected", Class: ReflectAny, Browser: true,
		Doc: "Any origin with credentials becomes an echo of every origin.",
		Sources: []string{"CVE-2018-20744", "https://github.com/golang/vulndb/issues/1792", "CVE-2024-25124", "CVE-2026-54290", "CVE-2026-32610",
			"GHSA-972r-f3fv-whm3", "https://github.com/labstack/echo/pull/2405", "https://github.com/stephenberry/glaze/pull/2644"},
		Targets: []string{"creds-any-*", "br-credentials-evil*", "vary-any-creds-*", "actual-get-no-origin-no-empty-acao*"},
		hooks:   unsafely(),
	},
	{
		Name: "any-creds-reflected-with-cookie", Class: ReflectAny, Browser: true,
		Doc:     "With a Cookie every origin is reflected, without one it is *: but whether a request has credentials cannot be told from a cookie.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py", "CVE-2026-32610"},
		Targets: []string{"creds-any-*", "br-credentials-evil*", "vary-any-creds-*", "actual-get-no-origin-no-empty-acao*"},
		hooks:   unsafely(on(not(withField("Cookie")), suppressCredentials)),
	},
	{
		Name: "any-creds-null-reflected", Class: ReflectAny, Browser: true,
		Doc:     "Of any origin with credentials only null is reflected.",
		Sources: []string{"CVE-2023-49803", "https://github.com/hapijs/hapi/blob/f2a24f6635/lib/cors.js"},
		Targets: []string{"creds-any-*", "br-credentials-evil*", "vary-any-creds-*", "actual-get-no-origin-no-empty-acao*"},
		hooks:   unsafely(on(not(originIs(is("null"))), suppressCredentials)),
	},
	{
		Name: "any-creds-preflight-reflected", Class: ReflectAny, Browser: true,
		Doc:     "Of any origin with credentials only preflights reflect.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py"},
		Targets: []string{"creds-any-*", "br-credentials-evil*", "vary-any-creds-*", "actual-get-no-origin-no-empty-acao*"},
		hooks:   unsafely(on(not(isPreflight), suppressCredentials)),
	},
	{
		Name: "any-creds-star-true", Class: UnusablePair,
		Doc:     "Any origin with credentials is answered * and true, which no browser accepts.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go", "https://github.com/kubernetes/ingress-nginx/blob/dbb11b92dd/rootfs/etc/nginx/template/nginx.tmpl"},
		Targets: []string{"creds-any-*", "br-credentials-evil*", "vary-any-creds-*", "actual-get-no-origin-no-empty-acao*"},
		hooks:   unsafely(on(isGranted, put(layer.FieldACAO, "*"))),
	},
	{
		Name: "any-creds-no-vary", Class: VaryMissing, Browser: true,
		Doc:     "Any origin with credentials reflects, and Vary is left out because the list contains *.",
		Sources: []string{"https://github.com/kent8192/reinhardt-web/issues/2235"},
		Targets: []string{"creds-any-*", "br-credentials-evil*", "vary-any-creds-*", "actual-get-no-origin-no-empty-acao*"},
		hooks:   unsafely(dropVary(layer.FieldOrigin)),
	},
	{
		Name: "any-creds-empty-origin", Class: ReflectAny, Browser: true,
		Doc:     "Any origin with credentials reflects, and reflects nothing when there is no Origin.",
		Sources: []string{"CVE-2023-49803", "https://github.com/zeromicro/go-zero/blob/11f21098dd/rest/internal/cors/handlers.go"},
		Targets: []string{"creds-any-*", "br-credentials-evil*", "vary-any-creds-*", "actual-get-no-origin-no-empty-acao*"},
		hooks:   func() hooks { return hooks{unsafe: true} },
	},
	{
		Name: "default-reflects", Class: ReflectAny, Browser: true,
		Doc:     "Without configuration every origin is reflected with credentials.",
		Sources: []string{"CVE-2018-8014", "CVE-2021-39185", "CVE-2023-49803", "https://github.com/elysiajs/elysia-cors/blob/58adc6030a/src/index.ts", "https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
		Targets: []string{"creds-default-*", "config-default-*", "actual-get-no-origin-no-empty-acao*"},
		hooks: zeroConfig(func(p *cases.Policy) {
			p.Origins, p.Credentials, p.Methods = []string{"*"}, true, []string{"*"}
		}),
	},
	{
		Name: "default-star-true", Class: UnusablePair,
		Doc:     "Without configuration everything is answered * and true.",
		Sources: []string{"https://github.com/kubernetes/ingress-nginx/blob/dbb11b92dd/rootfs/etc/nginx/template/nginx.tmpl"},
		Targets: []string{"creds-default-*", "config-default-*", "actual-get-no-origin-no-empty-acao*"},
		hooks: and(zeroConfig(func(p *cases.Policy) { p.Origins = []string{"*"} }),
			head(on(policy("any-creds"), suppressCredentials), on(policy("default"), put(layer.FieldACAC, "true")))),
	},
	{
		Name: "default-null", Class: ReflectAny, Browser: true,
		Doc:     "Without configuration null may read with credentials.",
		Sources: []string{"CVE-2019-9580", "https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
		Targets: []string{"creds-default-*", "config-default-*", "actual-get-no-origin-no-empty-acao*"},
		hooks:   zeroConfig(func(p *cases.Policy) { p.Origins, p.Credentials = []string{"null"}, true }),
	},
	{
		Name: "default-private-network", Class: PrivateNetworkAccess,
		Doc:     "Without configuration pages of the public network may reach private ones.",
		Sources: []string{"https://github.com/micronaut-projects/micronaut-core/blob/6a1c9e8d06/http-server/src/main/java/io/micronaut/http/server/cors/CorsFilter.java", "CVE-2024-6221"},
		Targets: []string{"pna-off-*", "creds-default-*", "config-default-*"},
		hooks: head(on(both(policy("default"), isPreflight, withField(layer.FieldACRPN)), func(x *exchange, h http.Header) {
			h.Set(layer.FieldACAO, x.Origin)
			h.Set(layer.FieldACAPN, "true")
		})),
	},
	{
		Name: "creds-missing-actual", Class: GrantMissing, Browser: true,
		Doc:     "Access-Control-Allow-Credentials is sent on preflights only.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-allow-credentials"},
		Targets: []string{"creds-*", "br-credentials-include*", "parallel-credentialed*", "element-*-credentials*", "cache-*", "merge-*", "redirect-credentialed*", "expose-*", "br-expose-star-creds*", "pf-*", "page-*", "maxage-credentialed-*", "maxage-per-cred*", "read-*", "acrh-any-headers-creds*", "h2-*", "status-*", "br-*", "element-beacon-*", "simple-method-override*", "redirect-cross-*", "stated-*"},
		hooks:   head(on(not(isPreflight), drop(layer.FieldACAC))),
	},
	{
		Name: "creds-missing-preflight", Class: GrantMissing, Browser: true,
		Doc:     "Access-Control-Allow-Credentials is not sent on preflights.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-allow-credentials"},
		Targets: []string{"creds-*", "maxage-credentialed-*", "maxage-per-cred*", "pf-*", "preflight-*", "acrm-*", "acrh-*", "redirect-*", "br-*", "element-beacon-*", "simple-method-override*", "redirect-cross-*", "stated-*"},
		hooks:   head(on(isPreflight, drop(layer.FieldACAC))),
	},
	{
		Name: "creds-True", Class: FieldSyntax, Browser: true,
		Doc:     "Access-Control-Allow-Credentials is True.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-new-header-syntax"},
		Targets: []string{"creds-*", "br-credentials-*", "br-lower-case-*", "pf-any-methods-*", "acrm-any-methods-*"},
		hooks:   head(on(both(not(isPreflight), policy("any-methods-creds")), rewrite(layer.FieldACAC, func(string) string { return "True" }))),
	},
	{
		Name: "creds-twice", Class: TwoValues, Browser: true,
		Doc:     "Access-Control-Allow-Credentials is sent twice.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-new-header-syntax"},
		Targets: []string{"creds-*", "br-credentials-*", "pf-any-headers-*", "merge-*"},
		hooks: head(on(both(isShared, policy("any-headers-creds")), func(_ *exchange, h http.Header) {
			h[layer.FieldACAC] = []string{"true", "true"}
		})),
	},
	{
		Name: "creds-false", Class: FieldSyntax,
		Doc:     "Without credentials Access-Control-Allow-Credentials is false instead of absent.",
		Sources: []string{"https://github.com/beego/beego/blob/939cfde380/server/web/filter/cors/cors.go", "https://github.com/quarkusio/quarkus/blob/01af8aa43a/extensions/vertx-http/runtime/src/main/java/io/quarkus/vertx/http/runtime/cors/CORSFilter.java"},
		Targets: []string{"creds-off-no-header*", "any-no-acac*", "cred*"},
		hooks:   head(on(both(isShared, not(credentialed)), put(layer.FieldACAC, "false"))),
	},
	{
		Name: "creds-always", Class: GrantExcess, Browser: true,
		Doc:     "Credentials are always allowed; there is no knob.",
		Sources: []string{"https://github.com/zeromicro/go-zero/blob/11f21098dd/rest/internal/cors/handlers.go"},
		Targets: []string{"creds-off-*", "br-credentials-not-*", "creds-not-*", "any-no-acac*", "iso-no-credentials-*", "merge-*", "element-img-credentials-not-*"},
		hooks:   head(on(both(isGranted, policy("exact")), put(layer.FieldACAC, "true"))),
	},
	{
		Name: "creds-only-with-cookie", Class: RequestDependent, Browser: true,
		Doc:     "Access-Control-Allow-Credentials is sent only when the request has a Cookie.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py"},
		Targets: []string{"creds-*", "cache-*", "merge-*", "pf-*", "redirect-*", "expose-*", "br-expose-*", "element-*", "status-*", "maxage-*", "read-*", "stated-*"},
		hooks:   head(on(both(not(isPreflight), not(withField("Cookie"))), drop(layer.FieldACAC))),
	},
	{
		Name: "creds-lost-with-cookie", Class: RequestDependent, Browser: true,
		Doc:     "A request with a Cookie is not shared.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py"},
		Targets: []string{"creds-*", "br-credentials-*", "parallel-credentialed*", "element-*-credentials*", "redirect-credentialed*", "cache-*"},
		hooks:   head(on(both(isShared, withField("Cookie")), dropGrant)),
	},
	{
		Name: "creds-only-with-authorization", Class: RequestDependent, Browser: true,
		Doc:     "A request with Authorization loses Access-Control-Allow-Credentials.",
		Sources: []string{"https://github.com/sanic-org/sanic-ext/blob/7602a434e5/sanic_ext/extensions/http/cors.py"},
		Targets: []string{"creds-independent-of-authorization*", "creds-authorization*", "pf-any-headers-authorization-*", "pf-secret*"},
		hooks:   head(on(both(isShared, withField("Authorization")), drop(layer.FieldACAC))),
	},
	{
		Name: "creds-star-origin", Class: UnusablePair, Browser: true,
		Doc:     "A list of origins with credentials is answered *.",
		Sources: []string{"https://github.com/beego/beego/blob/939cfde380/server/web/filter/cors/cors.go"},
		Targets: []string{"creds-*", "br-credentials-*", "expose-any-creds*", "br-expose-star-creds*"},
		hooks:   head(on(both(isShared, policy("expose-any-creds")), put(layer.FieldACAO, "*"))),
	},
	{
		Name: "creds-star-methods", Class: LiteralWildcard, Browser: true,
		Doc:     "Access-Control-Allow-Methods is * with credentials, where it is only a name.",
		Sources: []string{"https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
		Targets: []string{"creds-*", "maxage-*", "pf-*", "acrm-*", "preflight-*", "stated-*"},
		hooks:   head(on(both(isPreflight, isGranted, policy("exact-creds")), put(layer.FieldACAM, "*"))),
	},
	{
		Name: "creds-star-headers", Class: LiteralWildcard, Browser: true,
		Doc:     "Access-Control-Allow-Headers is * with credentials, where it is only a name.",
		Sources: []string{"https://github.com/falconry/falcon/blob/ce0a35b8fd/falcon/middleware.py", "https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
		Targets: []string{"creds-*", "preflight-*", "acrh-*", "pf-*", "br-*", "header-*", "maxage-*", "h2-*", "element-beacon-*", "simple-method-override*", "redirect-cross-*", "stated-*"},
		hooks:   head(on(both(isPreflight, isGranted, policy("exact-creds")), put(layer.FieldACAH, "*"))),
	},
	{
		Name: "creds-star-expose", Class: LiteralWildcard, Browser: true,
		Doc:     "Access-Control-Expose-Headers is * with credentials, where it is only a name.",
		Sources: []string{"https://github.com/athena-framework/athena/pull/264"},
		Targets: []string{"creds-star-headers-literal*", "expose-*", "read-401-secret*"},
		hooks:   head(on(both(isShared, policy("exact-creds")), put(layer.FieldACEH, "*"))),
	},
	{
		Name: "null-with-credentials", Class: GrantExcess, Browser: true,
		Doc:     "The origin null gets credentials.",
		Sources: []string{"CVE-2019-9580"},
		Targets: []string{"creds-null-*", "creds-off-null*"},
		hooks:   head(on(both(isGranted, originIs(is("null")), policy("null")), put(layer.FieldACAC, "true"))),
	},
}
