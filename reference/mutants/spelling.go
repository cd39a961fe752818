package mutants

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// spellingMutants normalise the Origin before they compare it.
var spellingMutants = []Mutant{
	{
		Name: "origin-port-number", Class: OriginInexact,
		Doc:     "Ports are compared as numbers, so that 08443 is 8443.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-port-zero-padded*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			s1, h1, p1 := parts(allowed)
			s2, h2, p2 := parts(origin)
			n1, err1 := strconv.Atoi(p1)
			n2, err2 := strconv.Atoi(p2)
			return s1 == s2 && h1 == h2 && err1 == nil && err2 == nil && n1 == n2
		}),
	},
	{
		Name: "origin-default-port", Class: OriginInexact,
		Doc:     "An explicit default port is normalised away before the comparison.",
		Sources: []string{"https://github.com/ktorio/ktor/blob/ef92e5537d/ktor-server/ktor-server-plugins/ktor-server-cors/common/src/io/ktor/server/plugins/cors/CORS.kt", "https://github.com/Kong/kong/blob/22246ef28c/kong/plugins/cors/handler.lua"},
		Targets: []string{"origin-default-port-explicit*"},
		hooks:   rebuilt(func(o string) string { return strings.TrimSuffix(o, ":443") }),
	},
	{
		Name: "origin-upper-host", Class: OriginInexact,
		Doc:     "Hosts are compared without regard to case.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go", "https://github.com/spring-projects/spring-framework/blob/91eb42645e/spring-web/src/main/java/org/springframework/web/cors/DefaultCorsProcessor.java"},
		Targets: []string{"origin-upper-case-host*"},
		hooks: rebuilt(func(o string) string {
			s, h, ok := strings.Cut(o, "://")
			if !ok || s != strings.ToLower(s) {
				return ""
			}
			return s + "://" + strings.ToLower(h)
		}),
	},
	{
		Name: "origin-upper-scheme", Class: OriginInexact,
		Doc:     "Schemes are compared without regard to case.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"origin-upper-case-scheme*"},
		hooks:   rebuilt(func(o string) string { s, h, _ := strings.Cut(o, "://"); return strings.ToLower(s) + "://" + h }),
	},
	{
		Name: "origin-trailing-dot", Class: OriginInexact, Browser: true,
		Doc:     "The dot of a fully qualified name is normalised away.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-trailing-dot*", "page-trailing-dot*"},
		hooks:   rebuilt(func(o string) string { return strings.TrimSuffix(o, ".") }),
	},
	{
		Name: "origin-trailing-slash", Class: OriginInexact,
		Doc:     "A trailing slash is trimmed off the Origin before the comparison.",
		Sources: []string{"https://github.com/spring-projects/spring-framework/blob/91eb42645e/spring-web/src/main/java/org/springframework/web/cors/DefaultCorsProcessor.java"},
		Targets: []string{"origin-trailing-slash*"},
		hooks:   rebuilt(func(o string) string { return strings.TrimSuffix(o, "/") }),
	},
	{
		Name: "origin-percent-decoded", Class: OriginInexact,
		Doc:     "The Origin is percent-decoded before the comparison.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-percent-encoded*"},
		hooks: rebuilt(func(o string) string {
			s, err := url.PathUnescape(o)
			if err != nil || s == o {
				return ""
			}
			return s
		}),
	},
	{
		Name: "origin-idna", Class: OriginInexact,
		Doc:     "Hosts are converted to ASCII before the comparison, so that bytes no browser sends are granted.",
		Sources: []string{"https://github.com/middyjs/middy/blob/8d4c3f5cf3/packages/http-cors/index.js"},
		Targets: []string{"origin-idna-unicode*"},
		hooks:   rebuilt(func(o string) string { return strings.ReplaceAll(o, "bücher", "xn--bcher-kva") }),
	},
	{
		Name: "origin-ipv4-forms", Class: OriginInexact,
		Doc:     "Other spellings of an allowed IPv4 address are allowed.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-ipv4-other-form*"},
		hooks: rebuilt(func(o string) string {
			return strings.NewReplacer("2130706433", "127.0.0.1", "127.1", "127.0.0.1", "0x7f000001", "127.0.0.1").Replace(o)
		}),
	},
	{
		Name: "origin-ipv6-forms", Class: OriginInexact,
		Doc:     "Other spellings of an allowed IPv6 address are allowed.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-ipv6-other-form*"},
		hooks: rebuilt(func(o string) string {
			s, h, p := parts(o)
			addr, err := netip.ParseAddr(strings.Trim(h, "[]"))
			if err != nil || !addr.Is6() {
				return ""
			}
			return s + "://[" + addr.String() + "]:" + p
		}),
	},
	{
		Name: "origin-quotes", Class: OriginInexact,
		Doc:     "Quotes and brackets around the Origin are trimmed before the comparison.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-quoted*"},
		hooks: echoedWhen(func(o string, allowed []string) bool {
			return strings.Trim(o, `"<>`) != o && slices.Contains(allowed, strings.Trim(o, `"<>`))
		}),
	},
}
