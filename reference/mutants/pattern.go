package mutants

import (
	"regexp"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// patternWhen grants an origin that f takes for a match of a pattern, given
// as scheme ("https://") and suffix (".apps.example").
func patternWhen(f func(scheme, suffix, origin string) bool) func() hooks {
	return allowWhen(func(x *exchange) bool {
		for _, p := range x.Layer.Origins.Patterns {
			if f(p.Scheme, p.Suffix, x.Origin) {
				return true
			}
		}
		return false
	})
}

// portWhen grants an origin that f takes for one of a host with any port.
func portWhen(f func(host, origin string) bool) func() hooks {
	return allowWhen(func(x *exchange) bool {
		for _, p := range x.Layer.Origins.Patterns {
			if p.AnyPort && !p.Labels && f(p.Suffix, x.Origin) {
				return true
			}
		}
		return false
	})
}

// regexWhen grants an origin in which a differently compiled expression of
// the policy finds something.
func regexWhen(compile func(expr string) string) func() hooks {
	return func() hooks {
		var mu sync.Mutex
		compiled := map[string]*regexp.Regexp{}
		return hooks{allows: func(x *exchange) bool {
			for _, expr := range x.policy.OriginRegexes {
				mu.Lock()
				re := compiled[expr]
				if re == nil {
					re = regexp.MustCompile(compile(expr))
					compiled[expr] = re
				}
				mu.Unlock()
				if x.Kind != layer.Plain && re.MatchString(x.Origin) {
					return true
				}
			}
			return x.Granted
		}}
	}
}

// between returns what is between scheme and suffix, "" for no match.
func between(scheme, suffix, origin string) string {
	rest, ok1 := strings.CutPrefix(origin, scheme)
	rest, ok2 := strings.CutSuffix(rest, suffix)
	if !ok1 || !ok2 {
		return ""
	}
	return rest
}

// patternMutants match patterns, expressions and callbacks wrongly.
var patternMutants = []Mutant{
	{
		Name: "pattern-denied", Class: GrantMissing, Browser: true,
		Doc:     "A pattern matches no origin at all.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/12"},
		Targets: []string{"origin-pattern-one-label*", "origin-pattern-*", "vary-pattern*", "acrh-one*", "actual-*", "cache-*", "br-cache-*", "parallel-gets*", "expose-*", "page-*", "origin-*", "preflight-ok*", "garbage-*", "shared-*", "idempotent-*", "vary-*"},
		hooks:   denyWhen(policy("pattern")),
	},
	{
		Name: "pattern-literal", Class: OriginLoose,
		Doc:     "The text of a pattern is an allowed origin too.",
		Sources: []string{"https://github.com/rs/cors/issues/197"},
		Targets: []string{"origin-pattern-itself*"},
		hooks:   patternWhen(func(scheme, suffix, o string) bool { return o == scheme+"*"+suffix }),
	},
	{
		Name: "pattern-apex", Class: OriginLoose, Browser: true,
		Doc:     "A pattern for subdomains allows the domain itself.",
		Sources: []string{"https://github.com/labstack/echo/pull/2405"},
		Targets: []string{"origin-pattern-apex*", "page-pattern-apex*"},
		hooks:   patternWhen(func(scheme, suffix, o string) bool { return o == scheme+suffix[1:] }),
	},
	{
		Name: "pattern-empty-label", Class: OriginLoose,
		Doc:     "The wildcard of a pattern matches nothing, or a lone dot.",
		Sources: []string{"https://github.com/gofiber/fiber/blob/c344047e10/middleware/cors/cors.go"},
		Targets: []string{"origin-pattern-empty-label*"},
		hooks: patternWhen(func(scheme, suffix, o string) bool {
			return strings.HasPrefix(o, scheme) && strings.Trim(strings.TrimPrefix(o, scheme), ".") == suffix[1:] && o != scheme+suffix[1:] && !strings.HasSuffix(o, ".")
		}),
	},
	{
		Name: "pattern-suffix-host", Class: OriginLoose, Browser: true,
		Doc:     "The dot before a pattern's domain is not compared: evilapps.example passes for *.apps.example.",
		Sources: []string{"https://github.com/expressjs/cors/pull/412", "https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go"},
		Targets: []string{"origin-pattern-suffix-host*", "origin-unescaped-dot*", "page-pattern-*"},
		hooks: patternWhen(func(scheme, suffix, o string) bool {
			label := between(scheme, suffix[1:], o)
			return layer.IsHost(label) && !strings.HasSuffix(label, "-")
		}),
	},
	{
		Name: "pattern-left-junk", Class: OriginLoose,
		Doc:     "The wildcard of a pattern matches any text, slashes and question marks too.",
		Sources: []string{"https://github.com/rs/cors/issues/197", "https://github.com/litestar-org/litestar/blob/8bd57248db/litestar/config/cors.py"},
		Targets: []string{"origin-pattern-left-junk*", "origin-path-junk*", "origin-space-list*"},
		hooks:   patternWhen(func(scheme, suffix, o string) bool { return strings.ContainsAny(between(scheme, suffix, o), "/?") }),
	},
	{
		Name: "pattern-userinfo", Class: OriginLoose,
		Doc:     "The wildcard of a pattern matches an at sign.",
		Sources: []string{"https://github.com/rs/cors/issues/197"},
		Targets: []string{"origin-pattern-*", "origin-userinfo*"},
		hooks:   patternWhen(func(scheme, suffix, o string) bool { return strings.Contains(between(scheme, suffix, o), "@") }),
	},
	{
		Name: "pattern-scheme", Class: OriginLoose, Browser: true,
		Doc:     "A pattern is compared without its scheme.",
		Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb"},
		Targets: []string{"origin-pattern-scheme*", "page-pattern-scheme*"},
		hooks:   patternWhen(func(_, suffix, o string) bool { return layer.IsHost(between("http://", suffix, o)) }),
	},
	{
		Name: "pattern-port", Class: OriginLoose, Browser: true,
		Doc:     "A port may follow what a pattern matches.",
		Sources: []string{"CVE-2026-37737"},
		Targets: []string{"origin-pattern-port*", "page-pattern-port*"},
		hooks: patternWhen(func(scheme, suffix, o string) bool {
			s, h, p := parts(o)
			return p != "" && s+"://" == scheme && layer.IsHost(between("", suffix, h))
		}),
	},
	{
		Name: "pattern-suffix-junk", Class: OriginLoose, Browser: true,
		Doc:     "A pattern has no end: another domain may follow.",
		Sources: []string{"CVE-2017-11173", "https://github.com/corydolphin/flask-cors/blob/fa55dcbec6/flask_cors/core.py"},
		Targets: []string{"origin-underscore-host*", "origin-pattern-*", "origin-regex-unanchored-end*", "page-pattern-*", "origin-suffix-domain*", "origin-trailing-dot*"},
		hooks: patternWhen(func(scheme, suffix, o string) bool {
			return strings.HasPrefix(o, scheme) && strings.Contains(o, suffix+".")
		}),
	},
	{
		Name: "pattern-special-bytes", Class: OriginLoose,
		Doc:     "Bytes that some browsers leave in a host end it: !, {, }, _ and comma.",
		Sources: []string{"https://github.com/google/clusterfuzz/pull/5303"},
		Targets: []string{"origin-special-chars*", "origin-comma-list*", "origin-trailing-comma*"},
		hooks: patternWhen(func(scheme, suffix, o string) bool {
			i := strings.IndexAny(o, "!{},")
			return strings.HasPrefix(o, scheme) && i > 0 && strings.HasSuffix(o[:i], suffix[1:])
		}),
	},
	{
		Name: "pattern-null", Class: OriginLoose, Browser: true,
		Doc:     "The origin null passes every pattern and expression.",
		Sources: []string{"https://github.com/netty/netty/blob/0bb88a3e06/codec-http/src/main/java/io/netty/handler/codec/http/cors/CorsHandler.java"},
		Targets: []string{"origin-null-pattern*", "br-null-*", "page-null-*"},
		hooks: allowWhen(both(originIs(is("null")), func(x *exchange) bool {
			return len(x.policy.OriginPatterns)+len(x.policy.OriginRegexes) > 0
		})),
	},
	{
		Name: "any-port-denied", Class: GrantMissing,
		Doc:     "A wildcard for the port is taken for a port's name.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-any-port"},
		hooks:   denyWhen(policy("any-port")),
	},
	{
		Name: "any-port-any-scheme", Class: OriginLoose,
		Doc:     "Where any port is listed, any scheme is allowed.",
		Sources: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"origin-any-port-scheme"},
		hooks:   portWhen(func(suffix, origin string) bool { return strings.HasPrefix(origin, "https://"+suffix+":") }),
	},
	{
		Name: "any-port-more-host", Class: OriginLoose,
		Doc:     "Where any port is listed, the host may go on.",
		Sources: []string{"CVE-2019-25211", "https://github.com/advisories/GHSA-869c-j7wc-8jqv"},
		Targets: []string{"origin-any-port-host", "origin-localhost-*"},
		hooks:   portWhen(func(suffix, origin string) bool { return strings.HasPrefix(origin, "http://"+suffix) }),
	},
	{
		Name: "regex-no-end", Class: OriginLoose, Browser: true,
		Doc:     "An expression is not anchored at its end.",
		Sources: []string{"CVE-2026-37737", "https://github.com/adamchainz/django-cors-headers/blob/d6a75e42e2/src/corsheaders/middleware.py", "https://github.com/Kludex/starlette/pull/801"},
		Targets: []string{"origin-regex-unanchored-end*", "page-pattern-*", "origin-*"},
		hooks:   regexWhen(func(expr string) string { return `^(?:` + expr + `)` }),
	},
	{
		Name: "regex-no-start", Class: OriginLoose,
		Doc:     "An expression is not anchored at its start.",
		Sources: []string{"https://github.com/kubernetes/ingress-nginx/blob/dbb11b92dd/rootfs/etc/nginx/template/nginx.tmpl", "https://github.com/apache/apisix/blob/f519a0f04c/apisix/plugins/cors.lua"},
		Targets: []string{"origin-regex-unanchored-start*", "origin-substring*", "origin-space-list*"},
		hooks:   regexWhen(func(expr string) string { return `(?:` + expr + `)$` }),
	},
	{
		Name: "regex-ignore-case", Class: OriginInexact,
		Doc:     "Expressions ignore case.",
		Sources: []string{"https://github.com/nelmio/NelmioCorsBundle/blob/bdd78311f1/EventListener/CorsListener.php"},
		Targets: []string{"origin-regex-*", "origin-upper-case*"},
		hooks:   regexWhen(func(expr string) string { return `(?i)\A(?:` + expr + `)\z` }),
	},
	{
		Name: "regex-unescaped-dots", Class: OriginLoose,
		Doc:     "The dots of an expression are taken for any byte, as if the author had not escaped them.",
		Sources: []string{"https://github.com/google/clusterfuzz/pull/5303"},
		Targets: []string{"origin-regex-*", "origin-unescaped-dot*", "page-pattern-*", "origin-pattern-*"},
		hooks:   regexWhen(func(expr string) string { return `\A(?:` + strings.ReplaceAll(expr, `\.`, `.`) + `)\z` }),
	},
	{
		Name: "regex-stateful", Class: SharedState, Browser: true,
		Doc:     "A global expression remembers where its last match ended: every other request is denied.",
		Sources: []string{"https://github.com/expressjs/cors/blob/5317ebe670/lib/index.js"},
		Targets: []string{"origin-regex-stateful*", "vary-regex*", "idempotent*", "actual-denied-*", "parallel-gets*", "page-*", "origin-*", "preflight-*", "garbage-*", "cache-*", "shared-*"},
		hooks: func() hooks {
			var calls perKey
			return hooks{allows: func(x *exchange) bool {
				if len(x.policy.OriginRegexes) == 0 || !x.Granted {
					return x.Granted
				}
				return calls.next(x.Request.URL.String()+x.Origin)%2 == 1
			}}
		},
	},
	{
		Name: "regex-denied", Class: GrantMissing, Browser: true,
		Doc:     "The list of expressions is lower-cased before it is compiled, so that a class such as \\S turns round.",
		Sources: []string{"https://github.com/gin-contrib/cors/blob/e9487ec414/cors.go"},
		Targets: []string{"origin-regex-*", "vary-regex*", "acrh-one*", "actual-*", "cache-*", "br-cache-*", "parallel-gets*", "expose-*", "page-*", "origin-*", "preflight-ok*", "garbage-*", "shared-*", "idempotent-*", "vary-*"},
		hooks:   denyWhen(policy("regex")),
	},
	{
		Name: "callback-denied", Class: GrantMissing, Browser: true,
		Doc:     "The answer of the origin callback is dropped.",
		Sources: []string{"https://github.com/rs/cors/issues/157"},
		Targets: []string{"acrh-one*", "actual-*", "cache-*", "parallel-gets*", "page-callback-*", "origin-*", "preflight-ok*", "garbage-*", "shared-*", "vary-callback*", "idempotent-*"},
		hooks:   denyWhen(policy("callback")),
	},
	{
		Name: "callback-allows-all", Class: OriginLoose, Browser: true,
		Doc:     "A callback is called, and its answer taken for true.",
		Sources: []string{"CVE-2017-20146"},
		Targets: []string{"actual-*", "cache-shared-*", "br-null-*", "page-*", "origin-*", "preflight-bad-origin-*", "vary-*", "status-*", "dos-*", "shared-*"},
		hooks: allowWhen(func(x *exchange) bool {
			f := x.policy.OriginFunc
			return f != nil && x.Kind != layer.Plain && x.Origin != f.Throw
		}),
	},
	{
		Name: "callback-error-allows", Class: OriginLoose, Browser: true,
		Doc:     "A callback that throws allows.",
		Sources: []string{"CVE-2017-20146"},
		Targets: []string{"origin-callback-error*", "page-callback-throw*"},
		hooks: allowWhen(func(x *exchange) bool {
			f := x.policy.OriginFunc
			return f != nil && x.Origin == f.Throw
		}),
	},
}
