package mutants

import (
	"bytes"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

func overH2(x *exchange) bool  { return x.Request.ProtoMajor == 2 }
func overTLS(x *exchange) bool { return x.Request.TLS != nil }

// transportMutants depend on how a request comes, or break the message itself.
var transportMutants = []Mutant{
	{
		Name: "h1-pipelined-mixed", Class: SharedState,
		Doc:     "Of two pipelined requests the first is answered as if it had no Origin.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2"},
		Targets: []string{"h1-pipelined-*"},
		hooks: func() hooks {
			return hooks{read: func(b []byte) {
				first, rest, ok := bytes.Cut(b, []byte("\r\n\r\n"))
				if ok && bytes.HasPrefix(rest, []byte("GET ")) {
					if i := bytes.Index(first, []byte("\r\nOrigin:")); i >= 0 {
						b[i+2] = 'X'
					}
				}
			}}
		},
	},
	{
		Name: "h1-head-content", Class: ResponseFraming,
		Doc:     "The answer to HEAD has content.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2"},
		Targets: []string{"h1-head-*", "*head*"},
		hooks: and(head(on(both(method("HEAD"), policy("exact")), put("X-Stray", "1"))),
			rawResponse("\r\n\r\n", "\r\n\r\nok", "X-Stray: 1")),
	},
	{
		Name: "h1-http10-loses", Class: TransportDependent,
		Doc:     "Responses to HTTP/1.0 are not shared.",
		Sources: []string{corsCheck},
		Targets: []string{"h1-http10*"},
		hooks:   head(on(func(x *exchange) bool { return !x.Request.ProtoAtLeast(1, 1) }, dropGrant)),
	},
	{
		Name: "h1-fold-cut", Class: OriginLoose,
		Doc:     "A folded Origin ends at the fold.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9112#section-5.2"},
		Targets: []string{"h1-obs-fold*"},
		hooks: func() hooks {
			return hooks{allows: func(x *exchange) bool {
				first, rest, ok := strings.Cut(x.Origin, " ")
				if !ok || !strings.HasPrefix(rest, ".") || x.Layer.Origins.Any {
					return x.Granted
				}
				x.Origin = first
				return x.Layer.AllowsOrigin(first)
			}}
		},
	},
	{
		Name: "h1-space-before-colon", Class: TransportDependent,
		Doc:     "A blank between Origin and its colon is passed over.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9112#section-5.1"},
		Targets: []string{"h1-space-before-colon*"},
		hooks:   rawRequest("\r\nOrigin : ", "\r\nOrigin:  "),
	},
	{
		Name: "h1-absolute-form-loses", Class: TransportDependent,
		Doc:     "A request whose target is a whole URL is not shared.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2"},
		Targets: []string{"h1-absolute-form*"},
		hooks:   head(on(func(x *exchange) bool { return strings.HasPrefix(x.Request.RequestURI, "http") }, dropGrant)),
	},
	{
		Name: "h1-close-truncates", Class: ResponseFraming,
		Doc:     "The response before a close is cut short.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9112#section-8"},
		Targets: []string{"h1-connection-close*", "h1-expect-*"},
		hooks:   rawResponse("\r\n\r\nok", "\r\n\r\no", "Connection: close"),
	},
	{
		Name: "h1-close-loses", Class: TransportDependent,
		Doc:     "A response before a close is not shared.",
		Sources: []string{corsCheck},
		Targets: []string{"h1-connection-close*"},
		hooks:   head(on(field("Connection", is("close")), dropGrant)),
	},
	{
		Name: "h2-loses", Class: TransportDependent, Browser: true,
		Doc:     "Responses over HTTP/2 are not shared: the field names are looked up in their HTTP/1.1 spelling.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9113#section-8.2"},
		Targets: []string{"h2-*", "tls-*", "parallel-h2*", "simple-h2-*", "br-h2*", "*stream-body*", "*h2*", "*tls*"},
		hooks:   head(on(both(overH2, isShared, underExact), dropGrant)),
	},
	{
		Name: "h2-preflight-loses", Class: TransportDependent, Browser: true,
		Doc:     "Preflights over HTTP/2 are refused.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9113#section-8.2"},
		Targets: []string{"h2-preflight*", "h2-acrh-*", "br-h2*", "*stream-body*", "*h2*", "*tls*"},
		hooks:   reject(403, both(overH2, isGranted)),
	},
	{
		Name: "h2-allows-all", Class: OriginLoose, Browser: true,
		Doc:     "Over HTTP/2 every origin is allowed.",
		Sources: []string{corsCheck},
		Targets: []string{"h2-denied*", "*h2*", "*tls*", "*stream-body*"},
		hooks: allowWhen(both(overH2, func(x *exchange) bool {
			return x.Kind != layer.Plain && x.Origin != "" && !x.Layer.Origins.None()
		})),
	},
	{
		Name: "h2-first-field", Class: RequestHeaderList,
		Doc:     "Over HTTP/2 only the first of several Access-Control-Request-Headers fields is read.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-5.3", "https://github.com/rs/cors/issues/184"},
		Targets: []string{"h2-acrh-two-fields*"},
		hooks:   reject(403, both(overH2, askedHeaders(func(lines []string) bool { return len(lines) > 1 }))),
	},
	{
		Name: "h2-keep-alive-field", Class: ResponseFraming,
		Doc:     "Responses over HTTP/2 have Keep-Alive, which belongs to HTTP/1.1.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2"},
		Targets: []string{"h2-no-connection-headers*"},
		hooks:   head(on(both(overH2, isPreflight, policy("exact")), put("Keep-Alive", "timeout=5"))),
	},
	{
		Name: "tls-loses", Class: TransportDependent, Browser: true,
		Doc:     "Behind TLS the layer is not configured.",
		Sources: []string{"https://github.com/cilium/cilium/issues/45272"},
		Targets: []string{"tls-*", "h2-*", "br-h2*", "*h2*", "*tls*", "*stream-body*"},
		hooks:   head(on(both(overTLS, underExact), dropGrant)),
	},
	{
		Name: "tls-http-origin-denied", Class: GrantMissing,
		Doc:     "Over TLS origins without TLS are denied though configured.",
		Sources: []string{corsCheck},
		Targets: []string{"tls-http-origin*"},
		hooks:   denyWhen(both(overTLS, originIs(func(o string) bool { return strings.HasPrefix(o, "http://") }), not(policy("any")))),
	},
	{
		Name: "forwarded-host", Class: EnvironmentTrusted,
		Doc:     "X-Forwarded-Host is taken for the server's own host, and its origin granted.",
		Sources: []string{"https://github.com/spring-projects/spring-framework/blob/91eb42645e/spring-web/src/main/java/org/springframework/web/cors/DefaultCorsProcessor.java"},
		Targets: []string{"forwarded-*"},
		hooks: allowWhen(func(x *exchange) bool {
			_, host, _ := strings.Cut(x.Origin, "://")
			return host != "" && x.Request.Header.Get("X-Forwarded-Host") == host
		}),
	},
	{
		Name: "host-is-origin", Class: EnvironmentTrusted,
		Doc:     "An origin with the Host field's name and port is taken for the server's own, whatever its scheme.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go"},
		Targets: []string{"simple-other-scheme-*", "config-*"},
		hooks: allowWhen(func(x *exchange) bool {
			_, host, _ := strings.Cut(x.Origin, "://")
			return x.Kind != layer.Plain && !x.Layer.Origins.None() && strings.EqualFold(host, x.Request.Host)
		}),
	},
}
