package mutants

import (
	"net/netip"
	"strings"
)

// deniedMutants deny origins that the policy allows.
var deniedMutants = []Mutant{
	{
		Name: "origin-punycode-denied", Class: GrantMissing, Browser: true,
		Doc:     "Allowed hosts are kept in Unicode and compared with what the browser sends, which is ASCII.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-idna-punycode*", "page-third-origin*", "page-any-origins*", "page-idna*"},
		hooks:   denyWhen(originIs(has("xn--"))),
	},
	{
		Name: "origin-ipv4-denied", Class: GrantMissing, Browser: true,
		Doc:     "A host must have letters, so that an allowed IPv4 address is not.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/12"},
		Targets: []string{"origin-ipv4", "origin-ipv4-pf", "actual-same-host-*", "page-any-origins*", "page-ipv4*", "redirect-from-own-*", "simple-other-*", "tls-same-host-*"},
		hooks:   denyWhen(originIs(func(o string) bool { _, h, _ := parts(o); _, err := netip.ParseAddr(h); return err == nil })),
	},
	{
		Name: "origin-ipv6-denied", Class: GrantMissing, Browser: true,
		Doc:     "The host ends at the first colon, so that an allowed IPv6 address is never found.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/12"},
		Targets: []string{"origin-ipv6", "origin-ipv6-pf", "page-any-origins*", "page-ipv6*"},
		hooks:   denyWhen(originIs(has("://["))),
	},
	{
		Name: "origin-custom-scheme-denied", Class: GrantMissing,
		Doc:     "Only http and https are valid schemes, whatever the policy lists.",
		Sources: []string{"https://github.com/vert-x3/vertx-web/blob/79a467d678/vertx-web/src/main/java/io/vertx/ext/web/handler/impl/CorsHandlerImpl.java"},
		Targets: []string{"origin-custom-scheme*", "origin-extension-scheme*", "any-custom-scheme*", "app-*"},
		hooks: denyWhen(originIs(func(o string) bool {
			return strings.Contains(o, "://") && !strings.HasPrefix(o, "http") && !strings.HasPrefix(o, "chrome-")
		})),
	},
	{
		Name: "origin-extension-denied", Class: GrantMissing,
		Doc:     "Origins of browser extensions are denied, whatever the policy lists.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go"},
		Targets: []string{"origin-extension-scheme*"},
		hooks:   denyWhen(originIs(has("-extension://"))),
	},
	{
		Name: "origin-second-denied", Class: GrantMissing, Browser: true,
		Doc:     "Only the first of several configured origins is found.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/12"},
		Targets: []string{"actual-get-second-origin*", "actual-get-http-origin*", "cache-*", "br-cache-*", "parallel-origins*", "creds-second-*", "creds-all-*", "expose-second-*", "br-preflight-cached-per-*", "page-second-*", "origin-extension-scheme*", "stated-*", "timing-denied*"},
		hooks: denyWhen(func(x *exchange) bool {
			return len(x.policy.Origins) > 1 && x.Origin == x.policy.Origins[1]
		}),
	},
	{
		Name: "origin-http-denied", Class: GrantMissing, Browser: true,
		Doc:     "Origins with the scheme http are denied though configured.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/12"},
		Targets: []string{"actual-get-http-origin*", "page-third-origin*", "tls-http-origin*"},
		hooks:   denyWhen(both(originIs(func(o string) bool { return strings.HasPrefix(o, "http://") }), policy("exact"))),
	},
	{
		Name: "origin-localhost-denied", Class: GrantMissing, Browser: true,
		Doc:     "localhost is taken for the server itself, and gets no grant although it is listed.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/12"},
		Targets: []string{"page-localhost*", "origin-localhost*", "page-any-origins*"},
		hooks:   denyWhen(both(originIs(has("://localhost:")), policy("hosts"))),
	},
}
