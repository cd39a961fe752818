package mutants

import (
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// parts splits an origin into scheme, host and port (empty for none), as
// loosely as the matchers that these mutants stand for.
func parts(origin string) (scheme, host, port string) {
	scheme, rest, _ := strings.Cut(origin, "://")
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') {
		return scheme, rest[:i], rest[i+1:]
	}
	return scheme, rest, ""
}

// after reports what follows allowed in origin, if it begins so.
func after(allowed, origin string) string {
	rest, ok := strings.CutPrefix(origin, allowed)
	if !ok {
		return ""
	}
	return rest
}

// rebuilt compares after f has rewritten the origin.
func rebuilt(f func(origin string) string) func() hooks {
	return allowAlso(func(allowed, origin string) bool { return f(origin) == allowed })
}

// originMutants match exact origins wrongly.
var originMutants = []Mutant{
	{
		Name: "origin-prefix-dot", Class: OriginLoose, Browser: true,
		Doc:     "An allowed origin is a pattern without an end, so that its host may go on with a dot.",
		Sources: []string{"CVE-2022-1996", "CVE-2017-11173", "https://github.com/gotify/server/issues/1052", "https://github.com/Kludex/starlette/pull/801"},
		Targets: []string{"origin-suffix-domain*", "origin-localhost-suffix*", "page-suffix-domain*", "page-trailing-dot*", "page-lookalike-*", "origin-trailing-dot*"},
		hooks:   allowAlso(func(allowed, origin string) bool { return strings.HasPrefix(after(allowed, origin), ".") }),
	},
	{
		Name: "origin-prefix-letters", Class: OriginLoose, Browser: true,
		Doc:     "The host may go on with letters: example.com allows example.community.",
		Sources: []string{"CVE-2019-25211", "https://github.com/advisories/GHSA-869c-j7wc-8jqv"},
		Targets: []string{"origin-suffix-label*", "page-suffix-label*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			rest := after(allowed, origin)
			return rest != "" && rest[0] >= 'a' && rest[0] <= 'z'
		}),
	},
	{
		Name: "origin-prefix-hyphen", Class: OriginLoose, Browser: true,
		Doc:     "The host may go on with a hyphen.",
		Sources: []string{"CVE-2019-25211", "https://github.com/google/clusterfuzz/pull/5303"},
		Targets: []string{"origin-suffix-hyphen*", "page-suffix-hyphen*"},
		hooks:   allowAlso(func(allowed, origin string) bool { return strings.HasPrefix(after(allowed, origin), "-") }),
	},
	{
		Name: "origin-shortened", Class: OriginLoose, Browser: true,
		Doc:     "The origin is searched for in a text of allowed ones: the last label may lack letters at its end.",
		Sources: []string{"https://portswigger.net/web-security/cors"},
		Targets: []string{"origin-shortened*", "page-shortened*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			rest := after(origin, allowed)
			_, host, port := parts(origin)
			return host != "" && port == "" && rest != "" && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz") == ""
		}),
	},
	{
		Name: "origin-any-prefix", Class: OriginLoose, Browser: true,
		Doc:     "The end of the host alone is compared: evilexample.com passes for example.com.",
		Sources: []string{"https://github.com/expressjs/cors/pull/412"},
		Targets: []string{"origin-prefix-domain*", "origin-concat-two-allowed*", "page-prefix-domain*", "page-lookalike-*", "page-concatenated*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			s1, h1, p1 := parts(allowed)
			s2, h2, p2 := parts(origin)
			before, ok := strings.CutSuffix(h2, h1)
			return s1 == s2 && p1 == p2 && ok && before != "" && !strings.ContainsAny(before[len(before)-1:], ".-/?@")
		}),
	},
	{
		Name: "origin-any-prefix-hyphen", Class: OriginLoose, Browser: true,
		Doc:     "The end of the host alone is compared, at a word boundary: evil-example.com passes for example.com.",
		Sources: []string{"https://github.com/expressjs/cors/pull/412"},
		Targets: []string{"origin-prefix-hyphen*", "page-prefix-hyphen*"},
		hooks:   rebuilt(func(o string) string { s, h, _ := strings.Cut(o, "-"); return schemeOf(s) + h }),
	},
	{
		Name: "origin-concatenated", Class: OriginLoose, Browser: true,
		Doc:     "A slip in a radix tree: the host of one allowed origin followed by that of another is allowed.",
		Sources: []string{"GHSA-vhxv-fg4m-p2w8", "GO-2024-2806", "GHSA-v84h-653v-4pq9", "https://github.com/golang/vulndb/issues/2806"},
		Targets: []string{"origin-concat-two-allowed*", "page-concatenated*"},
		hooks: allowWhen(func(x *exchange) bool {
			for _, a := range x.policy.Origins {
				for _, b := range x.policy.Origins {
					_, host, _ := parts(b)
					first, _, _ := strings.Cut(a, ".")
					if a != b && x.Origin == first+host {
						return true
					}
				}
			}
			return false
		}),
	},
	{
		Name: "origin-substring", Class: OriginLoose,
		Doc:     "An origin that contains an allowed one is allowed.",
		Sources: []string{"https://github.com/corydolphin/flask-cors/blob/fa55dcbec6/CHANGELOG.md"},
		Targets: []string{"origin-substring*", "origin-regex-unanchored-start*", "origin-null-suffix*", "origin-space-list*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			i := strings.Index(origin, allowed)
			return i > 0 && strings.HasSuffix(origin, allowed)
		}),
	},
	{
		Name: "origin-path-junk", Class: OriginLoose,
		Doc:     "An unanchored expression finds the allowed host in what would be a path.",
		Sources: []string{"https://github.com/monsur/enable-cors.org/pull/75"},
		Targets: []string{"origin-path-junk*", "page-port-removed*", "origin-substring*", "origin-port-removed*", "origin-space-list*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			scheme, host, _ := parts(allowed)
			return strings.HasPrefix(origin, scheme+"://") && strings.HasSuffix(origin, "/"+host) && origin != allowed
		}),
	},
	{
		Name: "origin-unescaped-dot", Class: OriginLoose, Browser: true,
		Doc:     "The dots of an allowed origin are expressions: any byte stands for one.",
		Sources: []string{"https://github.com/jetty/jetty.project/blob/acf3325928/jetty-core/jetty-server/src/main/java/org/eclipse/jetty/server/handler/CrossOriginHandler.java", "https://github.com/google/clusterfuzz/pull/5303"},
		Targets: []string{"origin-unescaped-dot*", "page-pattern-*", "origin-pattern-suffix-*"},
		hooks: func() hooks {
			return hooks{allows: func(x *exchange) bool {
				if x.Granted || len(x.Origin) > layer.MaxOrigin {
					return x.Granted
				}
				for _, o := range x.policy.Origins {
					if dotted(o, x.Origin) {
						return true
					}
				}
				for _, p := range x.Layer.Origins.Patterns {
					if n := len(x.Origin) - len(p.Suffix); n > len(p.Scheme) && strings.HasPrefix(x.Origin, p.Scheme) && dotted(p.Suffix, x.Origin[n:]) {
						return true
					}
				}
				return false
			}}
		},
	},
	{
		Name: "origin-subdomain", Class: OriginLoose, Browser: true,
		Doc:     "Every subdomain of an exact origin is allowed.",
		Sources: []string{"https://github.com/zeromicro/go-zero/blob/11f21098dd/rest/internal/cors/handlers.go"},
		Targets: []string{"origin-subdomain-of-exact*", "page-subdomain*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			s1, h1, p1 := parts(allowed)
			s2, h2, p2 := parts(origin)
			labels, ok := strings.CutSuffix(h2, "."+h1)
			return s1 == s2 && p1 == p2 && ok && layer.IsHost(labels)
		}),
	},
	{
		Name: "origin-parent", Class: OriginLoose, Browser: true,
		Doc:     "The parent domain of an exact origin is allowed.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-parent-of-exact*", "page-parent*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			s1, h1, p1 := parts(allowed)
			s2, h2, p2 := parts(origin)
			return s1 == s2 && p1 == p2 && strings.HasSuffix(h1, "."+h2)
		}),
	},
	{
		Name: "origin-http-for-https", Class: OriginLoose, Browser: true,
		Doc:     "The scheme is not compared downwards: http passes where https is allowed.",
		Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb", "https://github.com/elysiajs/elysia-cors/blob/58adc6030a/src/index.ts"},
		Targets: []string{"origin-scheme-downgrade*", "page-scheme-downgrade*", "page-lookalike-*"},
		hooks: rebuilt(func(o string) string {
			host, ok := strings.CutPrefix(o, "http://")
			if !ok {
				return ""
			}
			return "https://" + host
		}),
	},
	{
		Name: "origin-https-for-http", Class: OriginLoose, Browser: true,
		Doc:     "https passes where http is allowed.",
		Sources: []string{"https://github.com/zeromicro/go-zero/blob/11f21098dd/rest/internal/cors/handlers.go"},
		Targets: []string{"origin-scheme-upgrade*", "page-scheme-upgrade*"},
		hooks: rebuilt(func(o string) string {
			host, ok := strings.CutPrefix(o, "https://")
			if !ok {
				return ""
			}
			return "http://" + host
		}),
	},
	{
		Name: "origin-any-scheme", Class: OriginLoose,
		Doc:     "Any other scheme passes with an allowed host.",
		Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb"},
		Targets: []string{"origin-scheme-other*", "app-denied*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			s2, _, _ := parts(origin)
			_, a, _ := strings.Cut(allowed, "://")
			_, b, ok := strings.Cut(origin, "://")
			return ok && a == b && s2 != "http" && s2 != "https" && s2 == strings.ToLower(s2)
		}),
	},
	{
		Name: "origin-no-scheme", Class: OriginLoose,
		Doc:     "A bare host passes.",
		Sources: []string{"https://github.com/haproxytech/haproxy-lua-cors/blob/4ba23bcaaa/lib/cors.lua"},
		Targets: []string{"origin-no-scheme*"},
		hooks:   allowAlso(func(allowed, origin string) bool { _, host, _ := strings.Cut(allowed, "://"); return origin == host }),
	},
	{
		Name: "origin-any-port", Class: OriginLoose, Browser: true,
		Doc:     "A port may follow an origin that has none.",
		Sources: []string{"CVE-2026-37737", "https://github.com/ashleysommer/sanic-cors/pull/68"},
		Targets: []string{"origin-port-added*", "origin-default-port-explicit*", "page-port-added*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			rest := after(allowed, origin)
			_, _, port := parts(allowed)
			return port == "" && len(rest) > 1 && rest[0] == ':' && layer.IsPort(rest[1:])
		}),
	},
	{
		Name: "origin-port-dropped", Class: OriginLoose, Browser: true,
		Doc:     "An origin without the port passes for one with it.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-port-removed*", "page-port-removed*"},
		hooks:   allowAlso(func(allowed, origin string) bool { s, h, p := parts(allowed); return p != "" && origin == s+"://"+h }),
	},
	{
		Name: "origin-port-prefix", Class: OriginLoose, Browser: true,
		Doc:     "More digits may follow the port.",
		Sources: []string{"CVE-2019-25211"},
		Targets: []string{"origin-port-prefix*", "page-port-prefix*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			_, _, port := parts(allowed)
			rest := after(allowed, origin)
			return port != "" && rest != "" && strings.Trim(rest, "0123456789") == ""
		}),
	},
	{
		Name: "origin-port-junk", Class: OriginLoose,
		Doc:     "What comes after the colon is not looked at when it is not a number.",
		Sources: []string{"https://github.com/ashleysommer/sanic-cors/pull/68"},
		Targets: []string{"origin-port-junk*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			rest := after(allowed, origin)
			return len(rest) > 1 && rest[0] == ':' && strings.Trim(rest[1:], "0123456789") == rest[1:]
		}),
	},
	{
		Name: "origin-trailing-path", Class: OriginLoose,
		Doc:     "A path may follow the origin.",
		Sources: []string{"https://github.com/Kong/kong/blob/22246ef28c/kong/plugins/cors/handler.lua"},
		Targets: []string{"origin-trailing-path*"},
		hooks:   allowAlso(func(a, o string) bool { rest := after(a, o); return len(rest) > 1 && rest[0] == '/' }),
	},
	{
		Name: "origin-query", Class: OriginLoose,
		Doc:     "A query may follow the origin.",
		Sources: []string{"https://github.com/corydolphin/flask-cors/blob/fa55dcbec6/CHANGELOG.md"},
		Targets: []string{"origin-query*"},
		hooks:   allowAlso(func(a, o string) bool { return strings.HasPrefix(after(a, o), "?") }),
	},
	{
		Name: "origin-fragment", Class: OriginLoose,
		Doc:     "A fragment may follow the origin.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-fragment*"},
		hooks:   allowAlso(func(a, o string) bool { return strings.HasPrefix(after(a, o), "#") }),
	},
	{
		Name: "origin-userinfo", Class: OriginLoose,
		Doc:     "The Origin is parsed as a URL, whose user information is ignored, or mistaken for the host.",
		Sources: []string{"https://github.com/Kong/kong/blob/22246ef28c/kong/plugins/cors/handler.lua"},
		Targets: []string{"origin-userinfo*"},
		hooks: allowAlso(func(a, o string) bool {
			s, rest, _ := strings.Cut(o, "://")
			user, host, ok := strings.Cut(rest, "@")
			return ok && !strings.Contains(user, `\`) && (s+"://"+host == a || s+"://"+user == a)
		}),
	},
	{
		Name: "origin-backslash", Class: OriginLoose,
		Doc:     "A backslash ends the host.",
		Sources: []string{"https://github.com/haproxytech/haproxy-lua-cors/blob/4ba23bcaaa/lib/cors.lua"},
		Targets: []string{"origin-backslash*"},
		hooks:   allowAlso(func(a, o string) bool { return strings.HasPrefix(after(a, o), `\`) }),
	},
	{
		Name: "origin-cut-at-nul", Class: OriginLoose,
		Doc:     "The Origin is percent-decoded and ends at a NUL.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-encoded-nul*"},
		hooks:   rebuilt(func(o string) string { s, _, _ := strings.Cut(o, "%00"); return s }),
	},
	{
		Name: "origin-cut-at-tab", Class: OriginLoose,
		Doc:     "The Origin ends at a tab.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-tab-inside*"},
		hooks:   rebuilt(func(o string) string { s, _, _ := strings.Cut(o, "\t"); return s }),
	},
	{
		Name: "origin-localhost-suffix", Class: OriginLoose, Browser: true,
		Doc:     "A host that begins with localhost is local.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-localhost-suffix*", "page-port-prefix*", "page-localhost-*"},
		hooks: allowAlso(func(a, o string) bool {
			return strings.HasPrefix(a, "http://localhost") && strings.HasPrefix(o, "http://localhost") && o != a
		}),
	},
	{
		Name: "origin-scheme-is-enough", Class: OriginLoose,
		Doc:     "Of a custom scheme every host is allowed.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go"},
		Targets: []string{"origin-custom-scheme-other-*", "origin-extension-other*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			s1, _, _ := parts(allowed)
			s2, _, _ := parts(origin)
			return s1 == s2 && s1 != "http" && s1 != "https" && s1 != ""
		}),
	},
	{
		Name: "origin-prefix-wildcard", Class: OriginLoose, Browser: true,
		Doc:     "A wildcard takes any text: h* allows every http and https origin.",
		Sources: []string{"https://github.com/rs/cors/issues/197"},
		Targets: []string{"origin-*", "actual-get-disallowed*", "preflight-bad-origin*", "actual-denied-*", "cache-*", "page-*", "dos-origin-*", "shared-*", "status-denied-*", "vary-*", "denied-*"},
		hooks: allowWhen(func(x *exchange) bool {
			return len(x.Layer.Origins.Patterns) > 0 && strings.HasPrefix(x.Origin, "h")
		}),
	},
}

// dotted compares, taking each dot of want for any byte but a dot.
func dotted(want, s string) bool {
	if len(want) != len(s) || want == s {
		return false
	}
	for i := range len(want) {
		if want[i] != s[i] && (want[i] != '.' || s[i] == '/' || s[i] == ':') {
			return false
		}
	}
	return true
}

// schemeOf keeps the scheme of the beginning of an origin.
func schemeOf(s string) string {
	scheme, _, _ := strings.Cut(s, "://")
	return scheme + "://"
}
