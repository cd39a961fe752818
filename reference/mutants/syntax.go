package mutants

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// echoedWhen grants origins of the policy's exact ones that f finds in the
// whole Origin value, which is then echoed as it is.
func echoedWhen(f func(origin string, allowed []string) bool) func() hooks {
	return allowWhen(func(x *exchange) bool {
		return x.Kind != layer.Plain && !x.Layer.Origins.Any && f(x.Origin, x.policy.Origins)
	})
}

// originSyntaxMutants misread Origin fields that no browser sends.
var originSyntaxMutants = []Mutant{
	{
		Name: "origin-each-line", Class: SeveralOrigins,
		Doc:     "Two Origin lines, one of them allowed, give two Access-Control-Allow-Origin lines.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"origin-two-lines-*", "h2-two-origins*"},
		hooks: func() hooks {
			return hooks{
				allows: func(x *exchange) bool {
					lines := x.Request.Header[layer.FieldOrigin]
					if len(lines) < 2 {
						return x.Granted
					}
					x.Origin = lines[0]
					return slices.ContainsFunc(lines, x.Layer.AllowsOrigin)
				},
				head: func(x *exchange, h http.Header) {
					if lines := x.Request.Header[layer.FieldOrigin]; x.Granted && len(lines) > 1 {
						h[layer.FieldACAO] = slices.Clone(lines)
					}
				},
			}
		},
	},
	{
		Name: "origin-lines-joined", Class: SeveralOrigins,
		Doc:     "Several Origin lines are joined with a comma, and granted when one of them is allowed.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"origin-two-lines-*", "h2-two-origins*"},
		hooks: func() hooks {
			return hooks{allows: func(x *exchange) bool {
				lines := x.Request.Header[layer.FieldOrigin]
				if len(lines) < 2 {
					return x.Granted
				}
				x.Origin = strings.Join(lines, ", ")
				return slices.ContainsFunc(lines, x.Layer.AllowsOrigin)
			}}
		},
	},
	{
		Name: "origin-checks-first-echoes-last", Class: SeveralOrigins,
		Doc:     "The first Origin line is checked, the last one echoed.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"origin-two-lines-good-bad*", "origin-two-lines-*", "h2-two-origins*"},
		hooks: func() hooks {
			return hooks{allows: func(x *exchange) bool {
				lines := x.Request.Header[layer.FieldOrigin]
				if len(lines) < 2 {
					return x.Granted
				}
				x.Origin = lines[len(lines)-1]
				return x.Layer.AllowsOrigin(lines[0])
			}}
		},
	},
	{
		Name: "origin-checks-last-echoes-first", Class: SeveralOrigins,
		Doc:     "The last Origin line is checked, the first one echoed.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"origin-two-lines-bad-good*", "origin-two-lines-*", "h2-two-origins*"},
		hooks: func() hooks {
			return hooks{allows: func(x *exchange) bool {
				lines := x.Request.Header[layer.FieldOrigin]
				if len(lines) < 2 {
					return x.Granted
				}
				x.Origin = lines[0]
				return x.Layer.AllowsOrigin(lines[len(lines)-1])
			}}
		},
	},
	{
		Name: "origin-same-line-twice", Class: SeveralOrigins,
		Doc:     "An Origin line that is sent twice is echoed twice.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"origin-two-lines-same*"},
		hooks: func() hooks {
			return hooks{
				allows: func(x *exchange) bool {
					lines := x.Request.Header[layer.FieldOrigin]
					if len(lines) != 2 || lines[0] != lines[1] {
						return x.Granted
					}
					x.Origin = lines[0]
					return x.Layer.AllowsOrigin(lines[0])
				},
				head: on(both(isGranted, func(x *exchange) bool { return len(x.Request.Header[layer.FieldOrigin]) == 2 }),
					func(x *exchange, h http.Header) { h[layer.FieldACAO] = []string{x.Origin, x.Origin} }),
			}
		},
	},
	{
		Name: "origin-comma-list", Class: SeveralOrigins,
		Doc:     "A comma-separated Origin is granted when one element is allowed, and echoed whole.",
		Sources: []string{"https://github.com/tower-rs/tower-http/blob/d154adbace/tower-http/CHANGELOG.md"},
		Targets: []string{"origin-comma-list*", "origin-special-chars*", "origin-trailing-comma*"},
		hooks: echoedWhen(func(o string, allowed []string) bool {
			list := strings.Split(o, ",")
			return len(list) > 1 && slices.ContainsFunc(list, func(e string) bool { return slices.Contains(allowed, strings.TrimSpace(e)) })
		}),
	},
	{
		Name: "origin-space-list", Class: SeveralOrigins,
		Doc:     "A space-separated Origin is granted when one element is allowed, and echoed whole.",
		Sources: []string{"https://github.com/jetty/jetty.project/blob/acf3325928/jetty-core/jetty-server/src/main/java/org/eclipse/jetty/server/handler/CrossOriginHandler.java"},
		Targets: []string{"origin-space-list*"},
		hooks: echoedWhen(func(o string, allowed []string) bool {
			list := strings.Split(o, " ")
			return len(list) > 1 && !strings.Contains(o, ",") && slices.ContainsFunc(list, func(e string) bool { return slices.Contains(allowed, e) })
		}),
	},
	{
		Name: "origin-space-list-second-echoed", Class: SeveralOrigins,
		Doc:     "Of a space-separated Origin the first element is checked, and the last one granted.",
		Sources: []string{"https://github.com/jetty/jetty.project/blob/acf3325928/jetty-core/jetty-server/src/main/java/org/eclipse/jetty/server/handler/CrossOriginHandler.java"},
		Targets: []string{"origin-space-list*", "h1-obs-fold*"},
		hooks: func() hooks {
			return hooks{allows: func(x *exchange) bool {
				list := strings.Split(x.Origin, " ")
				if len(list) != 2 || x.Layer.Origins.Any || !slices.ContainsFunc(list, x.Layer.AllowsOrigin) {
					return x.Granted
				}
				x.Origin = list[0]
				return true
			}}
		},
	},
	{
		Name: "origin-inner-spaces", Class: OriginInexact,
		Doc:     "Spaces are removed from the Origin before the comparison.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-internal-space*"},
		hooks: echoedWhen(func(o string, allowed []string) bool {
			return strings.Count(o, "://") == 1 && !strings.Contains(o, ",") && slices.Contains(allowed, strings.ReplaceAll(o, " ", "")) && strings.Contains(o, " ")
		}),
	},
	{
		Name: "origin-leading-space-kept", Class: RequestHeaderList,
		Doc:     "White space after the colon of Origin is not trimmed.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-5.5"},
		Targets: []string{"origin-leading-ows*"},
		hooks:   rawRequest("\r\nOrigin:  ", "\r\nOrigin: ?"),
	},
	{
		Name: "origin-name-case", Class: TransportDependent,
		Doc:     "The field name Origin is compared with regard to case.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-5.1"},
		Targets: []string{"origin-field-name-case*"},
		hooks:   rawRequest("\r\noRiGiN:", "\r\nxRiGiN:"),
	},
	{
		Name: "origin-empty-allowed", Class: OriginLoose,
		Doc:     "An empty Origin is granted, with an empty Access-Control-Allow-Origin.",
		Sources: []string{"https://github.com/zeromicro/go-zero/blob/11f21098dd/rest/internal/cors/handlers.go"},
		Targets: []string{"origin-empty*"},
		hooks: allowWhen(func(x *exchange) bool {
			return x.Kind != layer.Plain && x.Origin == "" && len(x.Request.Header[layer.FieldOrigin]) == 1
		}),
	},
	{
		Name: "origin-empty-crashes", Class: Crash,
		Doc:     "An empty Origin makes the layer panic.",
		Sources: []string{"https://github.com/aio-libs/aiohttp-cors/blob/d36e400cd2/aiohttp_cors/cors_config.py"},
		Targets: []string{"origin-empty*", "garbage-*"},
		hooks:   crashWhen(func(x *exchange) bool { return slices.Equal(x.Request.Header[layer.FieldOrigin], []string{""}) }),
	},
	{
		Name: "origin-star-is-any", Class: OriginLoose,
		Doc:     "The request's Origin is taken for the pattern: * matches every allowed origin.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-star-literal*"},
		hooks:   allowAlso(func(_, o string) bool { return o == "*" }),
	},
	{
		Name: "origin-cut-at-nul-byte", Class: OriginLoose,
		Doc:     "A NUL byte ends the Origin.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-5.5"},
		Targets: []string{"origin-nul-byte*"},
		hooks: and(rawRequest("\x00", "~"), func() hooks {
			return hooks{allows: func(x *exchange) bool {
				first, _, ok := strings.Cut(x.Origin, "~")
				if !ok {
					return x.Granted
				}
				x.Origin = first
				return x.Layer.AllowsOrigin(first)
			}}
		}),
	},
	{
		Name: "path-decoded-injects", Class: Injection,
		Doc:     "The decoded path is written into the head.",
		Sources: []string{"CVE-2024-1681"},
		Targets: []string{"origin-crlf-encoded-path*"},
		hooks:   head(on(func(x *exchange) bool { return strings.Contains(strings.ToLower(x.Request.URL.Path), "\r\nx-inj") }, add("X-Inj", "1"))),
	},
	{
		Name: "origin-non-ascii-crash", Class: Crash,
		Doc:     "A byte beyond ASCII in the Origin makes the layer panic.",
		Sources: []string{"https://github.com/poem-web/poem/blob/6ede4fb8fa/poem/src/middleware/cors.rs"},
		Targets: []string{"origin-non-ascii-byte*", "origin-idna-unicode*", "garbage-*"},
		hooks: crashWhen(originIs(func(o string) bool {
			return strings.ContainsFunc(o, func(c rune) bool { return c >= 0x80 })
		})),
	},
	{
		Name: "origin-control-byte", Class: Injection,
		Doc:     "A control byte in the Origin is neither refused nor compared, and comes back.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-5.5", "CVE-2024-1681"},
		Targets: []string{"origin-control-byte*"},
		hooks: and(rawRequest("\x01", "~"),
			allowWhen(originIs(func(o string) bool { return strings.HasSuffix(o, "~") })),
			head(rewrite(layer.FieldACAO, func(v string) string { return strings.ReplaceAll(v, "~", "\x01") }))),
	},
	{
		Name: "origin-long-crash", Class: Crash,
		Doc:     "A long Origin makes the layer panic.",
		Sources: []string{"https://github.com/poem-web/poem/blob/6ede4fb8fa/poem/src/middleware/cors.rs"},
		Targets: []string{"origin-4k*", "dos-origin-*"},
		hooks:   crashWhen(originIs(func(o string) bool { return len(o) > 1024 })),
	},
	{
		Name: "origin-decoded-injects", Class: Injection,
		Doc:     "The Origin is percent-decoded and written into the head, so that %0d%0a begins a new field.",
		Sources: []string{"CVE-2024-1681", "https://github.com/advisories/GHSA-84pr-m4jr-85g5"},
		Targets: []string{"origin-crlf-encoded*"},
		hooks: head(on(originIs(func(o string) bool { return strings.Contains(strings.ToLower(o), "%0d%0ax-inj") }),
			add("X-Inj", "1"))),
	},
	{
		Name: "query-decoded-injects", Class: Injection,
		Doc:     "The decoded query is written into the head.",
		Sources: []string{"CVE-2024-1681"},
		Targets: []string{"origin-crlf-encoded*", "inject*"},
		hooks: head(on(func(x *exchange) bool {
			return strings.Contains(strings.ToLower(x.Request.URL.RawQuery), "%0d%0ax-inj")
		},
			add("X-Inj", "1"))),
	},
	{
		Name: "origin-null-allowed", Class: OriginLoose, Browser: true,
		Doc:     "null is allowed without being configured.",
		Sources: []string{"https://github.com/netty/netty/blob/0bb88a3e06/codec-http/src/main/java/io/netty/handler/codec/http/cors/CorsHandler.java", "CVE-2019-9580"},
		Targets: []string{"origin-null-not-configured*", "br-null-origin*", "creds-null-*", "options-null-*", "page-null-*", "redirect-cross-origin-*", "creds-off-null*", "any-*null*"},
		hooks: allowWhen(both(originIs(is("null")), func(x *exchange) bool {
			return len(x.policy.Origins) > 0 && !x.policy.PrivateNetwork
		})),
	},
	{
		Name: "origin-null-denied", Class: GrantMissing, Browser: true,
		Doc:     "null is never allowed, not even where it is configured.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-null-configured*", "br-null-origin*", "cache-shared-null*", "creds-null-*", "page-null-*", "br-redirect-cross-*"},
		hooks:   denyWhen(both(originIs(is("null")), policy("null"))),
	},
	{
		Name: "origin-null-suffix", Class: OriginLoose,
		Doc:     "The expression made from null is not anchored at its start.",
		Sources: []string{"https://github.com/kubernetes/ingress-nginx/blob/dbb11b92dd/rootfs/etc/nginx/template/nginx.tmpl"},
		Targets: []string{"origin-null-suffix*"},
		hooks:   allowAlso(func(a, o string) bool { return a == "null" && strings.HasSuffix(o, "null") }),
	},
	{
		Name: "origin-null-case", Class: OriginInexact,
		Doc:     "null is compared without regard to case.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"origin-null-case*"},
		hooks:   allowAlso(func(a, o string) bool { return a == "null" && strings.EqualFold(o, "null") }),
	},
}

// crashWhen makes the layer panic before it has set anything.
func crashWhen(c cond) func() hooks {
	return func() hooks {
		return hooks{allows: func(x *exchange) bool {
			if c(x) {
				panic("the CORS layer: unwrap failed")
			}
			return x.Granted
		}}
	}
}

// rawRequest replaces bytes of the request as it arrives, without changing its
// length, for defects below what net/http shows.
func rawRequest(old, replacement string) func() hooks {
	if len(old) != len(replacement) {
		panic("rawRequest: " + old + ": the replacement has another length")
	}
	return func() hooks {
		return hooks{read: func(b []byte) {
			for i := strings.Index(string(b), old); i >= 0; i = strings.Index(string(b), old) {
				copy(b[i:], replacement)
			}
		}}
	}
}
