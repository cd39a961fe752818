package mutants

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/internal/layer"
)

// withoutLast is a list without its last element.
func withoutLast(list []string) []string { return list[:max(len(list)-1, 0)] }

var asksHeaders = both(isPreflight, isGranted, withField(layer.FieldACRH))

// statedMutants lack a single thing that the policy states: the entry that is last in
// its list, or one that is lost together with the others only.
var statedMutants = []Mutant{
	{
		Name: "stated-last-origin", Class: GrantMissing, Browser: true,
		Doc:     "Of several allowed origins the last one was forgotten.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-allow-origin"},
		Targets: []string{"stated-origin*", "stated-use-origin", "stated-private-network", "page-*", "origin-*", "actual-get-http-*", "tls-http-*", "cache-*", "br-*", "creds-*", "redirect-*", "parallel-*", "vary-*", "shared-*"},
		hooks: compiled(func(p *cases.Policy) {
			if len(p.Origins) > 1 {
				p.Origins = withoutLast(p.Origins)
			}
		}),
	},
	{
		Name: "stated-last-method", Class: GrantMissing, Browser: true,
		Doc:     "Of several listed methods the last one was forgotten.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-allow-methods"},
		Targets: []string{"stated-method*", "stated-use-method", "acrm-*", "pf-*", "simple-method-*", "maxage-method-*", "creds-*", "read-*", "status-*", "br-*"},
		hooks: compiled(func(p *cases.Policy) {
			if len(p.Methods) > 1 {
				p.Methods = withoutLast(p.Methods)
			}
		}),
	},
	{
		Name: "stated-last-header", Class: GrantMissing, Browser: true,
		Doc:     "Of several listed request headers the last one was forgotten.",
		Sources: []string{"https://github.com/contentful/contentful.js/issues/1381"},
		Targets: []string{"stated-*", "acrh-*", "pf-*", "br-*", "header-*", "redirect-*", "creds-*", "preflight-*", "read-*", "status-*", "simple-*", "h2-*", "cache-*", "*authorization*"},
		hooks: compiled(func(p *cases.Policy) {
			if len(p.RequestHeaders) > 1 {
				p.RequestHeaders = withoutLast(p.RequestHeaders)
			}
		}),
	},
	{
		Name: "stated-last-exposed", Class: GrantMissing, Browser: true,
		Doc:     "Of several exposed response headers the last one was forgotten.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-expose-headers"},
		Targets: []string{"stated-exposed*", "expose-*", "br-expose*", "redirect-exposed*", "creds-*", "read-*"},
		hooks: compiled(func(p *cases.Policy) {
			if len(p.ExposeHeaders) > 1 {
				p.ExposeHeaders = withoutLast(p.ExposeHeaders)
			}
		}),
	},
	{
		Name: "stated-unsafe-method-drops-headers", Class: GrantMissing, Browser: true,
		Doc:     "A preflight for a method that needs permission is not granted any request header.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: []string{"stated-*", "acrh-*", "pf-*", "br-*", "header-*", "maxage-*", "creds-*", "config-*", "h2-*", "simple-*", "redirect-*", "dos-*", "preflight-*", "garbage-*", "big-*"},
		hooks: head(on(both(asksHeaders, policy("exact", "exact-creds"), asked(func(m string) bool { return m != "GET" && m != "HEAD" && m != "POST" })),
			drop(layer.FieldACAH))),
	},
	{
		Name: "stated-head-without-grant", Class: GrantMissing, Browser: true,
		Doc:     "HEAD has a handler of its own, before which there is no CORS layer.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-safelisted-method"},
		Targets: []string{"stated-use-head", "stated-use-method", "stated-exposed-head", "actual-head-*", "simple-*", "expose-head*", "cache-*", "pf-head-*", "read-head*", "vary-head*", "status-*"},
		hooks: head(on(both(isShared, method("HEAD")), func(_ *exchange, h http.Header) {
			h.Del(layer.FieldACAO)
		})),
	},
	{
		Name: "maxage-milliseconds", Class: MaxAgeWrong,
		Doc:     "The configured seconds are sent as milliseconds, so that a permission lasts a thousand times as long.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-access-control-max-age"},
		Targets: []string{"maxage-*"},
		hooks: head(on(isPreflight, rewrite(layer.FieldACMA, func(v string) string {
			n, err := strconv.Atoi(strings.TrimSpace(v))
			if err != nil {
				return v
			}
			return strconv.Itoa(n * 1000)
		}))),
	},
}
