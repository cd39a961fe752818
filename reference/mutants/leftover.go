package mutants

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

const corsCheck = "https://fetch.spec.whatwg.org/#concept-cors-check"

// alsoAllowed allows what f says, wherever anybody is allowed at all.
func alsoAllowed(f func(scheme, host, port string) bool) func() hooks {
	return allowWhen(func(x *exchange) bool {
		scheme, host, port := parts(x.Origin)
		return x.Kind != layer.Plain && !x.Layer.Origins.None() && f(scheme, host, port)
	})
}

// addressIs: the host is an IP address that satisfies of.
func addressIs(of func(netip.Addr) bool) func(scheme, host, port string) bool {
	return func(_, host, _ string) bool {
		a, err := netip.ParseAddr(strings.Trim(host, "[]"))
		return err == nil && of(a)
	}
}

// leftoverMutants allow origins that nobody listed: those of development, and
// close relatives of the listed ones.
var leftoverMutants = []Mutant{
	{
		Name: "leftover-localhost", Class: OriginLoose, Browser: true,
		Doc:     "Every port of localhost is allowed, as in development.",
		Sources: []string{"https://portswigger.net/web-security/cors", corsCheck},
		Targets: []string{"origin-leftover-localhost*", "page-leftover-localhost*", "page-localhost-other*", "origin-port-prefix*", "page-port-prefix*", "app-*"},
		hooks:   alsoAllowed(func(_, host, _ string) bool { return host == "localhost" }),
	},
	{
		Name: "leftover-address", Class: OriginLoose, Browser: true,
		Doc:     "Loopback addresses are allowed at every port.",
		Sources: []string{corsCheck},
		Targets: []string{"origin-leftover-address*", "page-leftover-localhost*", "page-localhost-other*", "simple-other-*"},
		hooks:   alsoAllowed(addressIs(netip.Addr.IsLoopback)),
	},
	{
		Name: "leftover-private", Class: OriginLoose, Browser: true,
		Doc:     "Addresses of private networks are allowed.",
		Sources: []string{corsCheck},
		Targets: []string{"origin-leftover-private*", "page-leftover-localhost*"},
		hooks:   alsoAllowed(addressIs(netip.Addr.IsPrivate)),
	},
	{
		Name: "origin-www", Class: OriginInexact, Browser: true,
		Doc:     "www. is taken off origins before they are compared.",
		Sources: []string{corsCheck},
		Targets: []string{"origin-www*", "page-www*"},
		hooks:   rebuilt(func(o string) string { return strings.Replace(o, "://www.", "://", 1) }),
	},
	{
		Name: "origin-default-ports", Class: OriginInexact, Browser: true,
		Doc:     "The ports 80 and 443 are taken for no port, whatever the scheme.",
		Sources: []string{"https://github.com/Kong/kong/blob/22246ef28c/kong/plugins/cors/handler.lua", corsCheck},
		Targets: []string{"origin-other-default-port*", "page-other-default-port*", "origin-default-port-explicit*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			_, host, port := parts(allowed)
			_, h, p := parts(origin)
			return port == "" && h == host && slices.Contains([]string{"80", "443"}, p)
		}),
	},
	{
		Name: "origin-any-extension", Class: OriginLoose,
		Doc:     "Every browser extension is allowed.",
		Sources: []string{corsCheck},
		Targets: []string{"origin-extension-*"},
		hooks:   alsoAllowed(func(scheme, _, _ string) bool { return strings.HasSuffix(scheme, "-extension") }),
	},
	{
		Name: "origin-file", Class: OriginLoose,
		Doc:     "file:// is allowed, for web views.",
		Sources: []string{"https://html.spec.whatwg.org/#concept-origin-opaque"},
		Targets: []string{"origin-file*"},
		hooks:   alsoAllowed(func(scheme, _, _ string) bool { return scheme == "file" }),
	},
	{
		Name: "origin-null-host", Class: OriginLoose,
		Doc:     "An entry without a scheme is compared with the origin less its scheme: the host null passes for null.",
		Sources: []string{"https://github.com/elysiajs/elysia-cors/blob/58adc6030a/src/index.ts"},
		Targets: []string{"origin-null-host*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			_, rest, ok := strings.Cut(origin, "://")
			return ok && !strings.Contains(allowed, "://") && rest == allowed
		}),
	},
}
