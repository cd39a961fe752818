package mutants

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// acrh is the Access-Control-Request-Headers lines joined.
func acrh(x *exchange) string { return strings.Join(x.Request.Header[layer.FieldACRH], ",") }

// headersAre sends another list of header names in granted preflights.
func headersAre(c cond, f func(x *exchange) string) func() hooks {
	return head(on(both(isPreflight, isGranted, c), func(x *exchange, h http.Header) { h.Set(layer.FieldACAH, f(x)) }))
}

// refuses refuses preflights whose Access-Control-Request-Headers, as one line, satisfies f.
func refuses(code int, f func(list string) bool) func() hooks {
	return reject(code, askedHeaders(func(lines []string) bool { return f(strings.Join(lines, ",")) }))
}

// wellKnown are the names that the policies of most cases list.
var wellKnown = []string{"content-type", "x-custom", "authorization"}

// elements are the names of a list as Access-Control-Request-Headers should be
// read.
func elements(list string) (names []string) {
	for elem := range strings.SplitSeq(list, ",") {
		if elem = strings.ToLower(strings.Trim(elem, " \t")); elem != "" {
			names = append(names, elem)
		}
	}
	return names
}

// headerListMutants misread Access-Control-Request-Headers, or answer it wrongly.
var headerListMutants = []Mutant{
	{
		Name: "acah-custom-missing", Class: GrantMissing, Browser: true,
		Doc:     "A configured header name is refused.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/15"},
		Targets: []string{"acrh-one*", "page-pattern-preflighted*", "pf-*", "acrh-*", "br-custom-header*"},
		hooks:   headersAre(policy("one", "pattern"), func(*exchange) string { return "Content-Type, Authorization" }),
	},
	{
		Name: "acah-content-type-missing", Class: GrantMissing, Browser: true,
		Doc:     "Content-Type is taken for safelisted, and not listed.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-safelisted-request-header"},
		Targets: []string{"acrh-*", "preflight-post*", "br-post-json*", "header-content-type*", "simple-post*", "creds-post*", "pf-*", "br-two-custom-*", "element-beacon-json*", "h2-*", "preflight-path-*", "stated-*"},
		hooks:   headersAre(policy("exact-creds", "any"), func(*exchange) string { return "X-Custom, Authorization" }),
	},
	{
		Name: "acah-authorization-missing", Class: GrantMissing, Browser: true,
		Doc:     "Authorization is not listed.",
		Sources: []string{"https://github.com/tower-rs/tower-http/issues/526"},
		Targets: []string{"acrh-*", "preflight-auth-protected*", "header-authorization*", "br-two-custom*", "creds-authorization*", "pf-*", "redirect-cross-origin-authorization*", "read-401-secret*", "h2-*", "stated-*"},
		hooks:   headersAre(policy("exact-creds", "any"), func(*exchange) string { return "Content-Type, X-Custom" }),
	},
	{
		Name: "acrh-three-refused", Class: RequestHeaderList, Browser: true,
		Doc:     "A preflight that names all configured headers is refused.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/15"},
		Targets: []string{"acrh-all-configured*", "acrh-unsorted*", "pf-all-headers*", "br-two-custom*", "stated-*"},
		hooks: refuses(403, func(list string) bool {
			return len(elements(list)) == 3 && slices.Contains(elements(list), "authorization")
		}),
	},
	{
		Name: "acrh-one-string", Class: RequestHeaderList, Browser: true,
		Doc:     "The whole list is compared as one name.",
		Sources: []string{"https://github.com/emicklei/go-restful/issues/64", "https://github.com/noobaa/noobaa-core/pull/9776"},
		Targets: []string{"acrh-*", "pf-all-headers*", "h2-acrh-*", "br-two-custom*", "header-*", "h2-preflight*", "stated-*"},
		hooks: headersAre(underExact, func(x *exchange) string {
			if strings.Contains(acrh(x), ",") {
				return ""
			}
			return x.Layer.Headers
		}),
	},
	{
		Name: "acrh-needs-space", Class: RequestHeaderList, Browser: true,
		Doc:     "The list is split at comma and space, but browsers send no space.",
		Sources: []string{"https://github.com/CenterForOpenScience/osf.io/pull/5757"},
		Targets: []string{"acrh-*", "pf-all-headers*", "pf-any-headers-many*", "h2-acrh-*", "br-two-custom*", "header-*", "dos-acrh-*", "stated-*"},
		hooks: refuses(403, func(list string) bool {
			return commaThen(list, func(rest string) bool { return rest != "" && rest[0] != ' ' && rest[0] != '\t' && rest[0] != ',' })
		}),
	},
	{
		Name: "acrh-no-space", Class: RequestHeaderList,
		Doc:     "The elements of the list are not trimmed.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1"},
		Targets: []string{"acrh-two-space*", "acrh-ows-two-spaces*"},
		hooks:   refuses(403, has(", ")),
	},
	{
		Name: "acrh-one-space", Class: RequestHeaderList,
		Doc:     "One space after a comma is trimmed, two are not.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"acrh-ows-two-spaces*"},
		hooks:   refuses(403, has(",  ")),
	},
	{
		Name: "acrh-space-before-comma", Class: RequestHeaderList,
		Doc:     "White space before a comma is not trimmed.",
		Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb"},
		Targets: []string{"acrh-ows-before-comma*"},
		hooks:   refuses(403, has(" ,")),
	},
	{
		Name: "acrh-tab", Class: RequestHeaderList,
		Doc:     "A tab after a comma is not trimmed.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3"},
		Targets: []string{"acrh-ows-tab*"},
		hooks:   refuses(403, has("\t")),
	},
	{
		Name: "acrh-echo", Class: GrantExcess, Browser: true,
		Doc:     "Whatever header names are asked for are granted.",
		Sources: []string{"https://github.com/vapor/vapor/blob/13efaeefd5/Sources/Vapor/Middleware/CORSMiddleware.swift"},
		Targets: []string{"acrh-*", "br-denied-header*", "header-*", "pf-*", "maxage-cached-then-denied*", "acah-*", "dos-acrh-*", "simple-method-override*"},
		hooks: headersAre(both(underExact, askedHeaders(func([]string) bool { return true })), func(x *exchange) string {
			names, _ := layer.RequestedHeaders(x.Request.Header[layer.FieldACRH])
			return strings.Join(names, ", ")
		}),
	},
	{
		Name: "acrh-one-is-enough", Class: GrantExcess, Browser: true,
		Doc:     "One allowed name is enough to grant all that are listed beside it.",
		Sources: []string{"https://github.com/poem-web/poem/blob/6ede4fb8fa/poem/src/middleware/cors.rs"},
		Targets: []string{"acrh-mixed", "acrh-mixed-*", "acrh-two-lines-evil*", "acah-no-duplicates*", "pf-mixed-*"},
		hooks: headersAre(underExact, func(x *exchange) string {
			if names, ok := layer.RequestedHeaders(x.Request.Header[layer.FieldACRH]); ok && slices.ContainsFunc(names, func(n string) bool { return slices.Contains(wellKnown, n) }) {
				return x.Layer.Headers + ", " + strings.Join(names, ", ")
			}
			return x.Layer.Headers
		}),
	},
	{
		Name: "acah-authorization-asked", Class: GrantExcess,
		Doc:     "Authorization is granted to who asks for it, although no request header is listed.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-allow-headers"},
		Targets: []string{"stated-headers-only-asked"},
		hooks: headersAre(both(policy("bare"), askedHeaders(func(names []string) bool { return slices.Contains(names, "authorization") })),
			func(*exchange) string { return "authorization" }),
	},
	{
		Name: "acah-one-more", Class: GrantExcess,
		Doc:     "A request header that the policy does not list is always in the list: a default of the layer's own.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-allow-headers"},
		Targets: []string{"stated-headers-only"},
		hooks:   headersAre(underExact, func(x *exchange) string { return x.Layer.Headers + ", X-Requested-With" }),
	},
	{
		Name: "acah-star", Class: GrantExcess, Browser: true,
		Doc:     "The list of header names is * whatever the policy lists.",
		Sources: []string{"https://github.com/kataras/iris/blob/4291456991/middleware/cors/cors.go"},
		Targets: []string{"acrh-*", "br-denied-header*", "header-*", "pf-*", "maxage-cached-then-denied*", "h2-*", "simple-method-override*"},
		hooks:   headersAre(policy("exact"), func(*exchange) string { return "*, Authorization" }),
	},
	{
		Name: "acrh-range-crash", Class: Crash, Browser: true,
		Doc:     "Asking for Range is a server error.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-safelisted-request-header"},
		Targets: []string{"acrh-range*", "header-range*"},
		hooks:   refuses(500, func(list string) bool { return slices.Contains(elements(list), "range") }),
	},
	{
		Name: "acrh-upper-refused", Class: RequestHeaderList,
		Doc:     "Names in upper case are not found.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"acrh-upper-case*"},
		hooks: refuses(403, func(list string) bool {
			return list != "" && list == strings.ToUpper(list) && list != strings.ToLower(list)
		}),
	},
	{
		Name: "acrh-mixed-case-refused", Class: RequestHeaderList,
		Doc:     "Only names in lower case, or all upper case, are found.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"acrh-mixed-case*"},
		hooks:   refuses(403, func(list string) bool { return list != strings.ToUpper(list) && list != strings.ToLower(list) }),
	},
	{
		Name: "acrh-unsorted-refused", Class: RequestHeaderList,
		Doc:     "The list is walked together with a sorted one, so that unsorted names are not found.",
		Sources: []string{"https://github.com/rs/cors/blob/c9e5260a4e/cors.go"},
		Targets: []string{"acrh-unsorted*"},
		hooks:   refuses(403, func(list string) bool { return !slices.IsSorted(elements(list)) }),
	},
	{
		Name: "acrh-repeats-crash", Class: Crash,
		Doc:     "A name that appears twice is a server error.",
		Sources: []string{"https://github.com/poem-web/poem/blob/6ede4fb8fa/poem/src/middleware/cors.rs"},
		Targets: []string{"acrh-duplicate-names*", "dos-acrh-many-names*"},
		hooks: refuses(500, func(list string) bool {
			names := elements(list)
			slices.Sort(names)
			return len(slices.Compact(slices.Clone(names))) < len(names)
		}),
	},
	{
		Name: "acrh-empty-value-refused", Class: RequestHeaderList,
		Doc:     "An empty list is refused.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py", "https://github.com/actix/actix-extras/blob/30736af2a1/actix-cors/src/middleware.rs"},
		Targets: []string{"acrh-empty-value*"},
		hooks:   refuses(400, is("")),
	},
	{
		Name: "acrh-empty-element-refused", Class: RequestHeaderList,
		Doc:     "An empty element in the middle is refused.",
		Sources: []string{"https://github.com/hapijs/hapi/blob/f2a24f6635/lib/cors.js", "https://github.com/apache/tomcat/blob/84ac9af072/java/org/apache/catalina/filters/CorsFilter.java", "https://github.com/actix/actix-extras/blob/30736af2a1/actix-cors/src/middleware.rs"},
		Targets: []string{"acrh-empty-element*"},
		hooks:   refuses(403, func(list string) bool { return strings.Contains(strings.Trim(list, ","), ",,") }),
	},
	{
		Name: "acrh-leading-comma-refused", Class: RequestHeaderList,
		Doc:     "A list that begins with a comma is refused.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py"},
		Targets: []string{"acrh-leading-comma*"},
		hooks:   refuses(403, func(list string) bool { return strings.HasPrefix(list, ",") && strings.Trim(list, ", ") != "" }),
	},
	{
		Name: "acrh-trailing-comma-refused", Class: RequestHeaderList,
		Doc:     "A list that ends with one comma is refused.",
		Sources: []string{"https://github.com/encode/starlette/blob/cb8f84f528/starlette/middleware/cors.py"},
		Targets: []string{"acrh-trailing-comma*"},
		hooks: refuses(403, func(list string) bool {
			return strings.HasSuffix(list, ",") && !strings.HasSuffix(list, ",,") && list != ","
		}),
	},
	{
		Name: "acrh-few-empty-elements", Class: RequestHeaderList,
		Doc:     "More than eight empty elements are refused, where more are reasonable.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.2"},
		Targets: []string{"acrh-16-empty*"},
		hooks: refuses(403, func(list string) bool {
			n := strings.Count(list, ",") + 1 - len(elements(list))
			return n > 8 && n <= 20
		}),
	},
	{
		Name: "acrh-first-line", Class: RequestHeaderList,
		Doc:     "Only the first of several lines is read, and what it names is granted.",
		Sources: []string{"https://github.com/rs/cors/issues/184", "https://github.com/go-chi/cors/blob/f8fbaeea04/cors.go", "https://github.com/rackerlabs/repose/pull/1626", "https://github.com/kubernetes-sigs/gateway-api/issues/4668"},
		Targets: []string{"acrh-two-lines*", "h2-acrh-two-*"},
		hooks: headersAre(both(underExact, func(x *exchange) bool { return len(x.Request.Header[layer.FieldACRH]) > 1 }), func(x *exchange) string {
			names, _ := layer.RequestedHeaders(x.Request.Header[layer.FieldACRH][:1])
			return strings.Join(slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(wellKnown, n) }), ", ")
		}),
	},
	{
		Name: "acrh-second-line-unchecked", Class: GrantExcess,
		Doc:     "The first line is checked, and all are echoed.",
		Sources: []string{"https://github.com/go-chi/cors/blob/f8fbaeea04/cors.go"},
		Targets: []string{"acrh-two-lines-evil*"},
		hooks: headersAre(both(underExact, func(x *exchange) bool { return len(x.Request.Header[layer.FieldACRH]) > 1 }), func(x *exchange) string {
			names, _ := layer.RequestedHeaders(x.Request.Header[layer.FieldACRH])
			return strings.Join(names, ", ")
		}),
	},
	{
		Name: "acrh-verbatim", Class: Injection,
		Doc:     "Any header is answered by echoing the field's bytes, tokens or not.",
		Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb", "https://github.com/falconry/falcon/blob/ce0a35b8fd/falcon/middleware.py"},
		Targets: []string{"acrh-non-token*", "acah-*", "acrh-*"},
		hooks: headersAre(both(policy("any-headers", "any-headers-creds", "exact"), askedHeaders(func(lines []string) bool {
			_, ok := layer.RequestedHeaders(lines)
			return !ok
		})), acrh),
	},
	{
		Name: "acrh-junk-crash", Class: Crash,
		Doc:     "An element that is not a token is a server error.",
		Sources: []string{"https://github.com/poem-web/poem/blob/6ede4fb8fa/poem/src/middleware/cors.rs"},
		Targets: []string{"acrh-non-token*", "acrh-*", "garbage-*", "dos-acrh-spaces*"},
		hooks: reject(500, askedHeaders(func(lines []string) bool {
			_, ok := layer.RequestedHeaders(lines)
			return !ok && len(strings.Join(lines, ",")) < 1024
		})),
	},
	{
		Name: "acrh-decoded-injects", Class: Injection,
		Doc:     "The list is percent-decoded and written into the head.",
		Sources: []string{"CVE-2024-1681"},
		Targets: []string{"acrh-crlf-like*"},
		hooks:   head(on(askedLine(func(l string) bool { return strings.Contains(strings.ToLower(l), "%0d%0ax-inj") }), add("X-Inj", "1"))),
	},
	{
		Name: "acrh-any-refused", Class: GrantMissing, Browser: true,
		Doc:     "Any header means the configured ones only, and none are.",
		Sources: []string{"https://github.com/jub0bs/cors/issues/15"},
		Targets: []string{"acrh-any-headers*", "parallel-preflights*", "maxage-*", "pf-any-headers*", "header-*", "br-custom-header*", "br-304-*"},
		hooks:   headersAre(policy("any-headers"), func(*exchange) string { return "Content-Type, Authorization" }),
	},
	{
		Name: "acrh-any-star-only", Class: LiteralWildcard,
		Doc:     "Any header is *, which does not cover Authorization.",
		Sources: []string{"https://github.com/tower-rs/tower-http/issues/526", "https://github.com/mostlygeek/llama-swap/issues/81"},
		Targets: []string{"acrh-any-headers-authorization*", "br-authorization-any-headers*", "maxage-cached-wildcard-*"},
		hooks:   headersAre(policy("any-headers"), func(*exchange) string { return "*" }),
	},
	{
		Name: "acrh-any-creds-star", Class: LiteralWildcard, Browser: true,
		Doc:     "Any header with credentials is *, where it is only a name.",
		Sources: []string{"https://github.com/sanic-org/sanic-ext/blob/7602a434e5/sanic_ext/extensions/http/cors.py", "https://github.com/falconry/falcon/blob/ce0a35b8fd/falcon/middleware.py"},
		Targets: []string{"acrh-any-headers-creds*", "acrh-any-headers-no-acrh*", "maxage-cached-wildcard-*", "pf-any-headers-*"},
		hooks:   headersAre(policy("any-headers-creds"), func(*exchange) string { return "*" }),
	},
	{
		Name: "acrh-any-creds-star-unasked", Class: LiteralWildcard,
		Doc:     "Any header with credentials is * when no header is asked for.",
		Sources: []string{"https://github.com/falconry/falcon/blob/ce0a35b8fd/falcon/middleware.py"},
		Targets: []string{"acrh-any-headers-no-acrh*"},
		hooks:   headersAre(both(policy("any-headers-creds"), not(withField(layer.FieldACRH))), func(*exchange) string { return "*" }),
	},
	{
		Name: "acah-syntax", Class: FieldSyntax, Browser: true,
		Doc:     "The list of header names has one with a space, which spoils the whole field.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-new-header-syntax"},
		Targets: []string{"acah-*", "acrh-*", "pf-any-headers*", "maxage-*", "header-*", "br-*", "parallel-preflights*"},
		hooks:   headersAre(policy("any-headers"), func(x *exchange) string { return x.Layer.Headers + ", X Custom" }),
	},
	{
		Name: "acah-semicolons", Class: FieldSyntax, Browser: true,
		Doc:     "The list of header names is separated by semicolons.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-new-header-syntax"},
		Targets: []string{"acah-syntax*", "acrh-any-headers-creds*", "pf-any-headers-*", "maxage-cached-wildcard-*", "preflight-credentials-*", "acrh-non-token*", "acah-response-*", "pf-any-headers*"},
		hooks:   headersAre(policy("any-headers-creds"), func(x *exchange) string { return strings.ReplaceAll(acrh(x), ",", ";") + "; X-Custom" }),
	},
	{
		Name: "acah-amplified", Class: Unbounded,
		Doc:     "Thousands of empty elements are echoed.",
		Sources: []string{"https://github.com/cyu/rack-cors/blob/f73bcd39b9/lib/rack/cors.rb", "https://github.com/corydolphin/flask-cors/blob/fa55dcbec6/flask_cors/core.py"},
		Targets: []string{"acah-response-bounded*", "dos-acrh-*"},
		hooks: headersAre(both(policy("any-headers", "any-headers-creds", "exact"), askedHeaders(func(lines []string) bool {
			return strings.Count(strings.Join(lines, ","), ",") > 500
		})), func(x *exchange) string { return "*" + strings.Repeat(",", strings.Count(acrh(x), ",")*2) }),
	},
	{
		Name: "acrh-forbidden-crash", Class: Crash,
		Doc:     "Asking for a forbidden name is a server error.",
		Sources: []string{"https://fetch.spec.whatwg.org/#forbidden-request-header"},
		Targets: []string{"acrh-forbidden-names*"},
		hooks:   refuses(500, func(list string) bool { return slices.Contains(elements(list), "cookie") }),
	},
	{
		Name: "acah-case-sensitive", Class: GrantMissing, Browser: true,
		Doc:     "Configured names are compared in the case in which they were configured, and only what matches is granted.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-5.1"},
		Targets: []string{"config-header-case*", "preflight-get*", "preflight-post*", "header-*", "br-*", "pf-*", "creds-*", "redirect-cross-*", "maxage-*", "element-*", "acrh-*", "preflight-path-*"},
		hooks: head(on(both(isPreflight, isGranted, policy("any"), withField(layer.FieldACRH)), func(x *exchange, h http.Header) {
			var kept []string
			for elem := range strings.SplitSeq(acrh(x), ",") {
				if elem = strings.TrimSpace(elem); slices.Contains(x.policy.RequestHeaders, elem) {
					kept = append(kept, elem)
				}
			}
			h.Set(layer.FieldACAH, strings.Join(kept, ", "))
		})),
	},
}

// commaThen: some comma is followed by what satisfies f.
func commaThen(list string, f func(rest string) bool) bool {
	for i := range len(list) {
		if list[i] == ',' && f(list[i+1:]) {
			return true
		}
	}
	return false
}
