package mutants

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/internal/layer"
)

// split is how the good server reads a path, without its caution.
func split(p string) (policy, rest string) {
	policy, rest, _ = strings.Cut(strings.TrimPrefix(p, "/"), "/")
	return policy, "/" + rest
}

// routed changes which policy and resource some targets get; lax says to
// serve the resource under a policy that allows any origin.
func routed(f func(r *http.Request) (resource string, lax bool)) func() hooks {
	return func() hooks {
		return hooks{route: func(r *http.Request, policy, rest string) (string, string) {
			resource, lax := f(r)
			if resource == "" {
				return policy, rest
			}
			policy, rest = split(resource)
			if lax {
				policy = "any"
			}
			return policy, rest
		}}
	}
}

// isolationMutants let one policy answer for another.
var isolationMutants = []Mutant{
	{
		Name: "iso-global-origins", Class: PolicyLeak, Browser: true,
		Doc:     "The allowed origins are kept once for the whole process.",
		Sources: []string{"https://github.com/beego/beego/blob/939cfde380/server/web/filter/cors/cors.go"},
		Targets: []string{"iso-*", "page-strict-*"},
		hooks: func() hooks {
			var mu sync.Mutex
			var all []string
			return hooks{
				policy: func(p *cases.Policy) {
					mu.Lock()
					defer mu.Unlock()
					all = append(all, p.Origins...)
				},
				allows: func(x *exchange) bool {
					return x.Granted || x.Kind != layer.Plain && len(x.policy.Origins) > 0 && strings.HasPrefix(x.Origin, "http") && slices.Contains(all, x.Origin)
				},
			}
		},
	},
	{
		Name: "iso-remembers-any", Class: PolicyLeak,
		Doc:     "Origins that another policy granted are remembered as good.",
		Sources: []string{"https://github.com/beego/beego/blob/939cfde380/server/web/filter/cors/cors.go"},
		Targets: []string{"iso-*", "page-strict-*", "preflight-bad-origin-no-acao*", "actual-get-disallowed-*"},
		hooks: func() hooks {
			var seen perKey
			return hooks{allows: func(x *exchange) bool {
				switch {
				case x.Kind == layer.Plain || x.Origin == "":
				case x.policy.Name == "any":
					seen.next(x.Origin)
				case x.policy.Name == "strict" && !x.Granted:
					return seen.next(x.Origin) > 1
				}
				return x.Granted
			}}
		},
	},
	{
		Name: "iso-credentials", Class: PolicyLeak, Browser: true,
		Doc:     "Credentials are allowed everywhere once one policy allows them.",
		Sources: []string{"https://github.com/beego/beego/blob/939cfde380/server/web/filter/cors/cors.go"},
		Targets: []string{"iso-no-credentials-leak*", "creds-off-*", "br-credentials-not-*", "creds-not-*", "*creds*", "element-img-credentials-not-*"},
		hooks:   head(on(both(isShared, policy("exact"), field("Cookie", has("="))), put(layer.FieldACAC, "true"))),
	},
	{
		Name: "iso-preflight-of-other", Class: PolicyLeak,
		Doc:     "Preflights are answered by the first policy that was mounted.",
		Sources: []string{"https://github.com/beego/beego/blob/939cfde380/server/web/filter/cors/cors.go"},
		Targets: []string{"iso-per-route-preflight*", "iso-*"},
		hooks: func() hooks {
			return hooks{route: func(r *http.Request, policy, rest string) (string, string) {
				if policy == "strict" && r.Method == http.MethodOptions && r.Header.Get(layer.FieldACRM) != "" {
					return "exact", rest
				}
				return policy, rest
			}}
		},
	},
	{
		Name: "iso-path-case", Class: PolicyLeak,
		Doc:     "The policy is looked up without regard to case, and the resource served.",
		Sources: []string{"CVE-2024-6866", "https://github.com/advisories/GHSA-43qf-4rqw-9q2g"},
		Targets: []string{"iso-path-case*"},
		hooks: routed(func(r *http.Request) (string, bool) {
			if low := strings.ToLower(r.URL.Path); low != r.URL.Path {
				return low, true
			}
			return "", false
		}),
	},
	{
		Name: "iso-case-unrouted", Class: PolicyLeak,
		Doc:     "The policy is looked up without regard to case, where nothing is served.",
		Sources: []string{"CVE-2024-6866", "https://github.com/advisories/GHSA-43qf-4rqw-9q2g"},
		Targets: []string{"iso-path-case-own*"},
		hooks: func() hooks {
			return hooks{route: func(_ *http.Request, policy, rest string) (string, string) {
				if policy != "strict" && strings.EqualFold(policy, "strict") {
					return "strict", "/nope"
				}
				return policy, rest
			}}
		},
	},
	{
		Name: "iso-path-plus", Class: PolicyLeak,
		Doc:     "A plus in the path is taken for a space: the policy of another path is found.",
		Sources: []string{"CVE-2024-6844", "https://github.com/advisories/GHSA-8vgw-p6qm-5gr7"},
		Targets: []string{"iso-path-plus*"},
		hooks: routed(func(r *http.Request) (string, bool) {
			if strings.Contains(r.URL.Path, "+") {
				return path.Clean(strings.ReplaceAll(r.URL.Path, "+", "")), true
			}
			return "", false
		}),
	},
	{
		Name: "iso-plus-lost", Class: PolicyLeak,
		Doc:     "A plus in the path is taken for a blank: the policy of the path is not found.",
		Sources: []string{"CVE-2024-6844", "https://github.com/advisories/GHSA-8vgw-p6qm-5gr7"},
		Targets: []string{"iso-path-plus-own*"},
		hooks: func() hooks {
			return hooks{allows: func(x *exchange) bool { return x.Granted && x.policy.Name != "plus" }}
		},
	},
	{
		Name: "iso-dot-segments", Class: PolicyLeak,
		Doc:     "The policy is looked up by the path as it came, the resource by the cleaned one.",
		Sources: []string{"CVE-2019-18978", "https://github.com/corydolphin/flask-cors/blob/fa55dcbec6/CHANGELOG.md"},
		Targets: []string{"iso-path-*"},
		hooks: routed(func(r *http.Request) (string, bool) {
			if strings.Contains(r.RequestURI, "/../") || strings.Contains(r.RequestURI, "/./") {
				return path.Clean(r.URL.Path), true
			}
			return "", false
		}),
	},
	{
		Name: "iso-encoded-dots", Class: PolicyLeak,
		Doc:     "Encoded dot segments are decoded after the policy was looked up.",
		Sources: []string{"CVE-2019-18978", "https://github.com/advisories/GHSA-pf8f-w267-mq2h"},
		Targets: []string{"iso-path-encoded-dots*", "iso-path-*dot*"},
		hooks: routed(func(r *http.Request) (string, bool) {
			if strings.Contains(strings.ToLower(r.RequestURI), "%2e") {
				return path.Clean(r.URL.Path), true
			}
			return "", false
		}),
	},
	{
		Name: "iso-double-slash", Class: PolicyLeak,
		Doc:     "Empty segments are dropped after the policy was looked up.",
		Sources: []string{"CVE-2019-18978"},
		Targets: []string{"iso-path-double-slash*", "iso-path-*slash*"},
		hooks: routed(func(r *http.Request) (string, bool) {
			if strings.Contains(r.URL.Path, "//") {
				return path.Clean(r.URL.Path), true
			}
			return "", false
		}),
	},
	{
		Name: "iso-encoded-letter", Class: PolicyLeak,
		Doc:     "Encoded letters are decoded after the policy was looked up.",
		Sources: []string{"CVE-2019-18978"},
		Targets: []string{"iso-path-encoded-letter*", "iso-path-encoded-*"},
		hooks: routed(func(r *http.Request) (string, bool) {
			uri := strings.ToLower(r.RequestURI)
			if strings.Contains(uri, "%73") || strings.Contains(uri, "%6f") {
				return r.URL.Path, true
			}
			return "", false
		}),
	},
	{
		Name: "iso-encoded-slash", Class: PolicyLeak,
		Doc:     "Encoded slashes are decoded after the policy was looked up.",
		Sources: []string{"CVE-2019-18978"},
		Targets: []string{"iso-path-encoded-*"},
		hooks: routed(func(r *http.Request) (string, bool) {
			if strings.Contains(strings.ToLower(r.RequestURI), "%2f") {
				return path.Clean(r.URL.Path), true
			}
			return "", false
		}),
	},
	{
		Name: "iso-semicolon", Class: PolicyLeak,
		Doc:     "Path parameters are cut off after the policy was looked up.",
		Sources: []string{"CVE-2019-18978", "https://www.rfc-editor.org/rfc/rfc3986#section-3.3"},
		Targets: []string{"iso-path-semicolon*"},
		hooks: routed(func(r *http.Request) (string, bool) {
			before, after, ok := strings.Cut(r.URL.Path, ";")
			if !ok {
				return "", false
			}
			if strings.HasSuffix(before, "..") {
				return path.Clean(before + after), true
			}
			if before == "/strict" {
				before = "/strict/ok"
			}
			return before, true
		}),
	},
	{
		Name: "iso-backslash", Class: PolicyLeak,
		Doc:     "Backslashes are turned into slashes after the policy was looked up.",
		Sources: []string{"CVE-2019-18978"},
		Targets: []string{"iso-path-backslash*"},
		hooks: routed(func(r *http.Request) (string, bool) {
			if strings.Contains(r.URL.Path, `\`) {
				return path.Clean(strings.ReplaceAll(r.URL.Path, `\`, "/")), true
			}
			return "", false
		}),
	},
	{
		Name: "iso-query", Class: PolicyLeak,
		Doc:     "The policy's path is searched for in the whole target, the query included.",
		Sources: []string{"https://github.com/corydolphin/flask-cors/issues/383"},
		Targets: []string{"iso-path-query*"},
		hooks: routed(func(r *http.Request) (string, bool) {
			return resourceIf(strings.Contains(r.URL.RawQuery, "/any/"), r.URL.Path), true
		}),
	},
	{
		Name: "iso-absolute-form", Class: PolicyLeak,
		Doc:     "The policy is looked up in the whole target, where the host of an absolute form comes first.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2"},
		Targets: []string{"iso-path-absolute-form*"},
		hooks: routed(func(r *http.Request) (string, bool) {
			return resourceIf(strings.HasPrefix(r.RequestURI, "http://any/"), r.URL.Path), true
		}),
	},
	{
		Name: "iso-prefix", Class: PolicyLeak,
		Doc:     "A policy holds for every path that begins with its own.",
		Sources: []string{"CVE-2024-6839", "https://github.com/corydolphin/flask-cors/issues/383"},
		Targets: []string{"iso-path-prefix*"},
		hooks: func() hooks {
			return hooks{route: func(_ *http.Request, policy, rest string) (string, string) {
				if strings.HasPrefix(policy, "strict") {
					return "strict", rest
				}
				return policy, rest
			}}
		},
	},
	{
		Name: "iso-specific-loses", Class: PolicyLeak, Browser: true,
		Doc:     "Of two policies the one with the longer expression wins, not the more specific one.",
		Sources: []string{"CVE-2024-6839", "https://github.com/advisories/GHSA-7rxf-gvfg-47g4"},
		Targets: []string{"iso-*", "page-strict-*", "preflight-bad-origin-no-acao*", "actual-get-disallowed-*"},
		hooks: func() hooks {
			return hooks{route: func(_ *http.Request, policy, rest string) (string, string) {
				if policy == "strict" {
					return "any", rest
				}
				return policy, rest
			}}
		},
	},
	{
		Name: "iso-uncovered", Class: PolicyLeak,
		Doc:     "What is below no policy gets the first one.",
		Sources: []string{"https://github.com/beego/beego/blob/939cfde380/server/web/filter/cors/cors.go"},
		Targets: []string{"iso-uncovered-path*", "iso-*"},
		hooks: func() hooks {
			return hooks{route: func(_ *http.Request, policy, rest string) (string, string) {
				if strings.HasPrefix(policy, "no-such") {
					return "exact", rest
				}
				return policy, rest
			}}
		},
	},
}

// resourceIf is resource if ok, else nothing.
func resourceIf(ok bool, resource string) string {
	if ok {
		return resource
	}
	return ""
}
