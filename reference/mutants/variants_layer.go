package mutants

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/internal/layer"
	"github.com/corsproof/corsproof/spec"
)

// layerVariants answer otherwise than the good server where the standards leave it free.
var layerVariants = []Variant{
	{
		Name: "preflight-200", Basis: []string{freeStatus},
		Doc:   "Granted preflights are answered with 200 and no content.",
		hooks: answer(http.StatusOK, isGranted),
	},
	{
		Name: "preflight-200-content", Basis: []string{freeStatus},
		Doc: "Granted preflights are answered with 200 and some text.",
		hooks: func() hooks {
			return hooks{preflight: func(x *exchange, _ http.Handler, status int) int {
				if x.Granted {
					_, _ = x.Write([]byte("OK"))
				}
				return status
			}}
		},
	},
	{
		Name: "preflight-echo", Basis: []string{freePreflight},
		Doc:   "Preflights list the method and the names that were asked for, if allowed, instead of all.",
		hooks: head(on(isGrantedPreflight, echoAllowed)),
	},
	{
		Name: "preflight-all-or-nothing", Basis: []string{freeStatus},
		Doc: "A preflight for a method or a name that is not allowed is answered with 403 and no CORS fields.",
		hooks: func() hooks {
			return hooks{preflight: func(x *exchange, _ http.Handler, status int) int {
				if x.Granted && !allowsAsked(x) {
					x.Granted = false
					return http.StatusForbidden
				}
				return status
			}}
		},
	},
	{
		Name: "preflight-denied-204", Basis: []string{freeStatus},
		Doc:   "A preflight that is denied is answered with 204 and no CORS fields.",
		hooks: answer(http.StatusNoContent, not(isGranted)),
	},
	{
		Name: "denied-403", Basis: []string{freeStatus},
		Doc:   "Requests with an Origin that is not allowed are answered with 403 in the application's stead.",
		hooks: blocked(http.StatusForbidden, both(isDenied, not(policy("default")))),
	},
	{
		Name: "any-reflected", Basis: []string{freeCaching},
		Doc: "Any origin is reflected, with Vary: Origin on every response.",
		hooks: head(on(policy("any"), func(x *exchange, h http.Header) {
			layer.AddVary(h, layer.FieldOrigin)
			switch {
			case x.Kind == layer.Plain:
				dropGrant(x, h)
			case x.Granted:
				h.Set(layer.FieldACAO, x.Origin)
			}
		})),
	},
	{
		Name: "one-static", Basis: []string{freeCaching},
		Doc: "The only origin of a list is in every response, whoever asks, and nothing varies.",
		hooks: and(func() hooks {
			return hooks{allows: func(x *exchange) bool {
				if o := staticOrigin(x.policy); o != "" {
					x.Origin = o
					return true
				}
				return x.Granted
			}}
		}, head(on(func(x *exchange) bool { return staticOrigin(x.policy) != "" }, dropVary(layer.FieldOrigin)))),
	},
	{
		Name: "lists-lower-case", Basis: []string{freePreflight},
		Doc:   "Header names are listed in lower case.",
		hooks: head(rewrite(layer.FieldACAH, strings.ToLower), rewrite(layer.FieldACEH, strings.ToLower)),
	},
	{
		Name: "lists-several-lines", Basis: []string{freeLines},
		Doc:   "Each element of a list is on a line of its own.",
		hooks: head(splitLines(layer.FieldACAM), splitLines(layer.FieldACAH), splitLines(layer.FieldACEH)),
	},
	{
		Name: "lists-white-space", Basis: []string{freeSyntax},
		Doc:   "Lists have white space around their commas, and empty elements.",
		hooks: head(rewrite(layer.FieldACAM, loosely), rewrite(layer.FieldACAH, loosely), rewrite(layer.FieldACEH, loosely)),
	},
	{
		Name: "lists-dense", Basis: []string{freeSyntax},
		Doc:   "Lists have no white space.",
		hooks: head(rewrite(layer.FieldACAM, densely), rewrite(layer.FieldACAH, densely), rewrite(layer.FieldACEH, densely)),
	},
	{
		Name: "safelisted-unlisted", Basis: []string{freePreflight},
		Doc: "Access-Control-Allow-Methods leaves out GET, HEAD and POST, which need no listing.",
		hooks: compiled(func(p *cases.Policy) {
			p.Methods = slices.DeleteFunc(slices.Clone(p.Methods), spec.IsSafelistedMethod)
		}),
	},
	{
		Name: "wildcards-spelt-out", Basis: []string{freeLists},
		Doc: "Where a policy says any method, header or response header, what was asked for or is there is listed.",
		hooks: func() hooks {
			return hooks{head: func(x *exchange, h http.Header) {
				if !x.Granted {
					return
				}
				if x.Kind != layer.Preflight {
					if h.Get(layer.FieldACEH) == "*" {
						h.Set(layer.FieldACEH, layer.NamesOf(h))
					}
					return
				}
				echoAllowed(x, h)
			}}
		},
	},
	{
		Name: "vary-one-line", Basis: []string{freeLines},
		Doc: "Vary is one line, in lower case.",
		hooks: head(func(_ *exchange, h http.Header) {
			if lines := h[layer.FieldVary]; len(lines) > 0 {
				h.Set(layer.FieldVary, strings.ToLower(strings.Join(lines, ", ")))
			}
		}),
	},
	{
		Name: "vary-preflight-complete", Basis: []string{freeCaching, "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5"},
		Doc: "Preflights vary by all three fields of a preflight.",
		hooks: head(on(isPreflight, func(_ *exchange, h http.Header) {
			for _, name := range []string{layer.FieldOrigin, layer.FieldACRM, layer.FieldACRH} {
				layer.AddVary(h, name)
			}
		})),
	},
	{
		Name: "vary-preflight-none", Basis: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7"},
		Doc:   "Preflights do not vary: responses to OPTIONS are not cacheable.",
		hooks: head(on(isPreflight, dropVary(layer.FieldOrigin), dropVary(layer.FieldACRM), dropVary(layer.FieldACRH), dropVary(layer.FieldACRPN))),
	},
	{
		Name: "vary-always", Basis: []string{freeCaching},
		Doc:   "Every response varies by Origin, also one with *.",
		hooks: head(func(_ *exchange, h http.Header) { layer.AddVary(h, layer.FieldOrigin) }),
	},
	{
		Name: "preflight-uncached", Basis: []string{"https://fetch.spec.whatwg.org/#http-access-control-max-age"},
		Doc: "Preflights are never cached, whatever the policy would allow.",
		hooks: compiled(func(p *cases.Policy) {
			zero := 0
			p.MaxAge = &zero
		}),
	},
	{
		Name: "pattern-one-label", Basis: []string{"https://fetch.spec.whatwg.org/#concept-cors-check"},
		Doc: "The wildcard of a pattern covers a single label.",
		hooks: denyWhen(both(policy("pattern"), func(x *exchange) bool {
			return slices.ContainsFunc(x.Layer.Origins.Patterns, func(p layer.Pattern) bool {
				return strings.Contains(between(p.Scheme, p.Suffix, x.Origin), ".")
			})
		})),
	},
	{
		Name: "any-without-credentials", Basis: []string{"https://fetch.spec.whatwg.org/#cors-protocol-and-credentials"},
		Doc: "Any origin with credentials is served as any origin without, instead of being refused.",
		hooks: compiled(func(p *cases.Policy) {
			if slices.Contains(p.Origins, "*") {
				p.Credentials = false
			}
		}),
	},
	{
		Name: "field-names-lower-case", Basis: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-5.1"},
		Doc: "The names of the CORS fields are in lower case.",
		hooks: head(func(_ *exchange, h http.Header) {
			for name, values := range h {
				if layer.IsCORSField(name) && name != strings.ToLower(name) {
					delete(h, name)
					h[strings.ToLower(name)] = values
				}
			}
		}),
	},
}

// allowsAsked reports whether the policy allows the method and all the names
// that a preflight asks for.
func allowsAsked(x *exchange) bool {
	p := x.policy
	if !p.AllowsMethod(x.Method) {
		return false
	}
	names, ok := layer.RequestedHeaders(x.Request.Header[layer.FieldACRH])
	return ok && !slices.ContainsFunc(names, func(name string) bool {
		return !p.AllowsHeader(name) && !isSafelistedName(name)
	})
}

// isSafelistedName: a request-header that may need no permission, so that no
// policy lists it.
func isSafelistedName(name string) bool {
	return slices.Contains([]string{"accept", "accept-language", "content-language"}, name)
}

// echoAllowed lists what was asked for, as far as the policy allows it.
func echoAllowed(x *exchange, h http.Header) {
	p := x.policy
	h.Del(layer.FieldACAM)
	h.Del(layer.FieldACAH)
	if p.AllowsMethod(x.Method) && !spec.IsForbiddenMethod(x.Method) {
		h.Set(layer.FieldACAM, x.Method)
	}
	names, ok := layer.RequestedHeaders(x.Request.Header[layer.FieldACRH])
	names = slices.DeleteFunc(names, func(name string) bool { return !p.AllowsHeader(name) })
	if ok && len(names) > 0 {
		h.Set(layer.FieldACAH, strings.Join(names, ", "))
	}
}

// staticOrigin is the only origin that a policy can allow, "" if there are others.
func staticOrigin(p *cases.Policy) string {
	if len(p.Origins) == 1 && p.Origins[0] != "*" && len(p.OriginPatterns)+len(p.OriginRegexes) == 0 && p.OriginFunc == nil {
		return p.Origins[0]
	}
	return ""
}

// splitLines puts each element of a list on its own line.
func splitLines(name string) edit {
	return func(_ *exchange, h http.Header) {
		if lines := h[name]; len(lines) == 1 {
			h[name] = strings.Split(lines[0], ", ")
		}
	}
}

func loosely(list string) string { return strings.ReplaceAll(list, ", ", " ,,\t ") }
func densely(list string) string { return strings.ReplaceAll(list, ", ", ",") }
