package mutants

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// contentType: the response has this type.
func contentType(prefixes ...string) cond {
	return func(x *exchange) bool {
		have := x.Header().Get("Content-Type")
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(have, p) })
	}
}

// bareURL: the request's URL has no query, as what a front server keeps.
func bareURL(x *exchange) bool { return x.Request.URL.RawQuery == "" }

// deniedActual: a request with an Origin that the policy, which allows some, does not.
func deniedActual(x *exchange) bool {
	return x.Kind == layer.Actual && !x.Granted && !x.Layer.Origins.None()
}

const (
	anyResponse = "https://fetch.spec.whatwg.org/#http-responses"
	nginxRecipe = "https://enable-cors.org/server_nginx.html"
)

// isAsset: what front servers and content networks serve.
var isAsset = contentType("image/", "font/", "audio/", "video/", "text/vtt", "text/css", "text/javascript", "application/javascript")

// assetMutants treat some resources, or some denied requests, apart.
var assetMutants = []Mutant{
	{
		Name: "asset-image-loses", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Images are served by a front server, without the layer.",
		Sources: []string{nginxRecipe, anyResponse},
		Targets: []string{"element-img-*", "br-img-*", "element-canvas*", "element-mask*", "element-shape*", "cache-browser-image-*"},
		hooks:   head(on(both(isShared, contentType("image/")), dropGrant)),
	},
	{
		Name: "asset-font-loses", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Fonts are served by a front server, without the layer.",
		Sources: []string{nginxRecipe, anyResponse},
		Targets: []string{"br-font*", "element-font-*"},
		hooks:   head(on(both(isShared, contentType("font/", "application/font")), dropGrant)),
	},
	{
		Name: "asset-style-loses", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Style sheets are served by a front server, without the layer.",
		Sources: []string{nginxRecipe, anyResponse},
		Targets: []string{"element-stylesheet-*"},
		hooks:   head(on(both(isShared, contentType("text/css")), dropGrant)),
	},
	{
		Name: "asset-script-loses", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Scripts are served by a front server, without the layer.",
		Sources: []string{nginxRecipe, anyResponse},
		Targets: []string{"element-script-*", "br-module-script*", "element-module-*"},
		hooks:   head(on(both(isShared, contentType("text/javascript", "application/javascript")), dropGrant)),
	},
	{
		Name: "asset-media-loses", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Video and audio are served by a front server, without the layer.",
		Sources: []string{nginxRecipe, anyResponse},
		Targets: []string{"element-video*", "element-audio*"},
		hooks:   head(on(both(isShared, contentType("audio/", "video/")), dropGrant)),
	},
	{
		Name: "asset-subtitles-lose", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Subtitles are served by a front server, without the layer.",
		Sources: []string{nginxRecipe, anyResponse},
		Targets: []string{"element-track*"},
		hooks:   head(on(both(isShared, contentType("text/vtt")), dropGrant)),
	},
	{
		Name: "part-shared-with-all", Class: OriginLoose, Browser: true,
		Doc:     "A request with Range, as players send it, gets *, whatever the policy.",
		Sources: []string{nginxRecipe, "https://github.com/istio/istio/issues/9783"},
		Targets: []string{"element-video-denied*", "element-audio-denied*", "denied-range*"},
		hooks:   head(on(both(deniedActual, withField("Range")), put(layer.FieldACAO, "*"))),
	},
	{
		Name: "asset-json-loses", Class: ErrorLosesGrant, Browser: true,
		Doc:     "JSON is served by a handler that writes its own head.",
		Sources: []string{nginxRecipe, anyResponse},
		Targets: []string{"simple-*", "header-*", "redirect-*", "read-*", "actual-*", "pf-*", "expose-content-type*", "query-*"},
		hooks:   head(on(both(isShared, contentType("application/json")), dropGrant)),
	},
	{
		Name: "asset-shared-with-all", Class: OriginLoose, Browser: true,
		Doc:     "Images, fonts, media, scripts and style sheets get * from a front server, whatever the policy.",
		Sources: []string{nginxRecipe, "https://github.com/istio/istio/issues/9783"},
		Targets: []string{"element-*-denied*"},
		hooks:   head(on(both(deniedActual, isAsset), put(layer.FieldACAO, "*"))),
	},
	{
		Name: "asset-stream-shared-with-all", Class: OriginLoose, Browser: true,
		Doc:     "Event streams get * from their own handler, whatever the policy.",
		Sources: []string{"https://github.com/istio/istio/issues/9783"},
		Targets: []string{"element-eventsource-denied*", "denied-stream*"},
		hooks:   head(on(both(deniedActual, contentType("text/event-stream")), put(layer.FieldACAO, "*"))),
	},
	{
		Name: "error-shared-with-all", Class: OriginLoose, Browser: true,
		Doc:     "Error pages get * from a handler outside of the layer.",
		Sources: []string{"https://github.com/istio/istio/issues/9783"},
		Targets: []string{"read-denied-*", "status-denied-*", "denied-*"},
		hooks:   head(on(both(deniedActual, func(x *exchange) bool { return x.Status >= 400 }), put(layer.FieldACAO, "*"))),
	},
	{
		Name: "redirect-shared-with-all", Class: OriginLoose,
		Doc:     "Redirects get *, whatever the policy.",
		Sources: []string{"https://github.com/istio/istio/issues/9783"},
		Targets: []string{"redirect-denied*", "redirect-*", "br-redirect-*", "denied-3xx*"},
		hooks:   head(on(both(deniedActual, status(301, 302, 303, 307, 308)), put(layer.FieldACAO, "*"))),
	},
	{
		Name: "denied-post-reflected", Class: OriginLoose, Browser: true,
		Doc:     "Only preflights are checked: a POST that needs none is granted to every origin.",
		Sources: []string{"CVE-2022-4147", "https://nvd.nist.gov/vuln/detail/CVE-2022-4147"},
		Targets: []string{"simple-post-denied*", "element-beacon-*", "simple-*-denied*", "denied-post*"},
		hooks:   head(on(both(deniedActual, method("POST"), func(x *exchange) bool { return x.Origin != "" }), echoOrigin)),
	},
	{
		Name: "denied-cookie-reflected", Class: ReflectAny, Browser: true,
		Doc:     "A request with a Cookie is granted to every origin, with credentials.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py", "CVE-2026-32610"},
		Targets: []string{"creds-denied-*", "creds-*", "redirect-*", "br-credentials-*", "denied-cookie*"},
		hooks: head(on(both(deniedActual, withField("Cookie"), func(x *exchange) bool { return x.Origin != "" && x.policy.Credentials }),
			func(x *exchange, h http.Header) {
				h.Set(layer.FieldACAO, x.Origin)
				h.Set(layer.FieldACAC, "true")
			})),
	},
	{
		Name: "denied-gets-false", Class: FieldSyntax,
		Doc:     "What the callback answered is printed: Access-Control-Allow-Origin: false.",
		Sources: []string{"https://github.com/expressjs/cors/blob/5317ebe670/lib/index.js"},
		Targets: []string{"actual-get-disallowed-*"},
		hooks:   head(on(deniedActual, put(layer.FieldACAO, "false"))),
	},
	{
		Name: "denied-referer", Class: EnvironmentTrusted,
		Doc:     "A Referer of an allowed origin grants whatever Origin is beside it.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"actual-referer-*"},
		hooks: allowWhen(func(x *exchange) bool {
			referer := x.Request.Header.Get("Referer")
			return x.Kind != layer.Plain && x.Origin != "" && referer != "" && slices.ContainsFunc(x.policy.Origins, func(o string) bool {
				return strings.HasPrefix(referer, o+"/")
			})
		}),
	},
	{
		Name: "own-host-any-port", Class: OriginLoose, Browser: true,
		Doc:     "Any port of the server's own host is allowed.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go", "https://github.com/hertz-contrib/cors/blob/f0640e0b3d/cors.go"},
		Targets: []string{"simple-other-port-denied*", "simple-other-scheme-denied*", "actual-same-origin-*", "*same*", "page-localhost-*"},
		hooks: allowWhen(func(x *exchange) bool {
			_, host, _ := parts(x.Origin)
			own, _, _ := strings.Cut(x.Request.Host, ":")
			return x.Kind != layer.Plain && host == own && len(x.policy.Origins) > 0 && x.Origin != "http://"+x.Request.Host
		}),
	},
	{
		Name: "own-port-not-shared", Class: RequestDependent, Browser: true,
		Doc:     "An origin with the server's port is taken for the server itself, and gets no grant.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go"},
		Targets: []string{"simple-other-host*", "redirect-from-own-*"},
		hooks: head(on(both(isShared, func(x *exchange) bool {
			_, host, port := parts(x.Origin)
			_, own, _ := strings.Cut(x.Request.Host, ":")
			return port != "" && port == own && !strings.HasPrefix(x.Request.Host, host+":")
		}), dropGrant)),
	},
	{
		Name: "front-answers-any", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Where any origin is allowed a front server answers GET for the bare URL, without the layer.",
		Sources: []string{nginxRecipe},
		Targets: []string{"any-*", "actual-*", "creds-*", "origin-*", "shared-*", "idempotent-*", "tls-same-*", "preflight-*", "status-*", "vary-*", "expose-*", "br-redirect-*", "redirect-*"},
		hooks:   head(on(both(isActual, method("GET"), policy("any"), bareURL, not(withField("Cookie"))), dropGrant)),
	},
	{
		Name: "front-swallows", Class: ContractBroken, Browser: true,
		Doc:     "A GET for the bare URL from an allowed origin is answered by the layer, and the application not asked.",
		Sources: []string{"https://github.com/lawliet89/rocket_cors/blob/072d90359b/src/fairing.rs"},
		Targets: []string{"actual-*", "expose-*", "status-*", "redirect-credentialed*"},
		hooks:   blocked(http.StatusNoContent, both(isActual, isGranted, method("GET"), policy("exact-creds"), bareURL, atPath("/ok"))),
	},
	{
		Name: "hidden-removed", Class: ContractBroken, Browser: true,
		Doc:     "Response fields that are not exposed are removed, as if that were what exposing means.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-expose-headers"},
		Targets: []string{"actual-response-untouched*", "*hidden*", "expose-*", "br-expose-*"},
		hooks:   head(on(isShared, drop("X-Hidden"))),
	},
	{
		Name: "any-preflight-credentialed", Class: ReflectAny, Browser: true,
		Doc:     "Preflights of any origin without credentials are echoed, with credentials.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py"},
		Targets: []string{"creds-star-preflighted*", "any-no-acac*", "element-beacon-json-star*"},
		hooks: head(on(both(isPreflight, isGranted, policy("any")), func(x *exchange, h http.Header) {
			h.Set(layer.FieldACAO, x.Origin)
			h.Set(layer.FieldACAC, "true")
			layer.AddVary(h, layer.FieldOrigin)
		})),
	},
	{
		Name: "any-cookie-reflected", Class: ReflectAny, Browser: true,
		Doc:     "Any origin without credentials becomes an echo with credentials for a request that has a Cookie.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py", "CVE-2026-32610"},
		Targets: []string{"any-no-acac*", "element-eventsource-credentials-star*", "br-credentials-star*", "creds-*", "element-img-credentials-not-*"},
		hooks: head(on(both(isActual, policy("any"), withField("Cookie")), func(x *exchange, h http.Header) {
			h.Set(layer.FieldACAO, x.Origin)
			h.Set(layer.FieldACAC, "true")
			layer.AddVary(h, layer.FieldOrigin)
		})),
	},
	{
		Name: "creds-anonymous-loses", Class: RequestDependent, Browser: true,
		Doc:     "Under a policy with credentials a request without a Cookie is not shared.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py"},
		Targets: []string{"creds-*", "cache-*", "parallel-*", "expose-*", "merge-*", "page-*", "pf-*", "redirect-*", "br-*", "header-authorization*", "simple-*", "read-*", "status-*", "element-*"},
		hooks:   head(on(both(isShared, method("GET"), policy("exact-creds"), not(withField("Cookie")), not(bareURL)), dropGrant)),
	},
}
