package endpoints

import (
	"net/http"
	"slices"
	"strings"
)

// unstated are servers that grant allowed origins more than is stated, by a name in a list: a
// warning, which ends no run with failures.
func unstated() []Kind {
	p := front()
	reading := plain()
	app := func(r *http.Request) bool { return from(r, p.Origins...) }
	preflight := func(r *http.Request) bool { return isPreflight(r) && app(r) }
	answer := func(r *http.Request) bool { return !isPreflight(r) && app(r) }
	lists := func(when func(*http.Request) bool, field string, names ...string) Server {
		return handled(fields(policied(p), when, field, strings.Join(names, ", ")))
	}
	none := func(field string, names ...string) Server {
		return handled(fields(policied(reading), func(r *http.Request) bool { return isPreflight(r) && from(r, reading.Origins...) }, field, strings.Join(names, ", ")))
	}
	const exposeHeaders = "Access-Control-Expose-Headers"
	// asking is a layer that answers with what is asked for, if it is one of these.
	asking := func(permits ...string) Server {
		return handled(after(policied(p), func(h http.Header, r *http.Request) {
			if preflight(r) && slices.Contains(permits, asked(r)) {
				h.Set(allowMethods, asked(r))
			} else {
				h.Del(allowMethods)
			}
		}))
	}
	kinds := []Kind{
		{
			Name: "methods-besides-the-stated-for-who-asks", Says: "A preflight grants a method that nobody stated, if it is asked for.", Finds: "methods-unstated",
			Broken: []Shape{{"DELETE", asking("GET", "HEAD", "POST", "PATCH", "DELETE")}},
			Right:  []Shape{{"the stated ones", asking("GET", "HEAD", "POST", "PATCH")}},
		},
		{
			Name: "methods-besides-the-stated", Says: "A preflight lists a method that nobody stated.", Finds: "methods-unstated",
			Broken: []Shape{
				{"the usual ones but for PUT, which is asked for anyway", lists(preflight, allowMethods, "GET", "HEAD", "PATCH", "POST", "DELETE")},
				{"one of its own", lists(preflight, allowMethods, "PATCH", "LOCK")},
				{"on every answer", lists(app, allowMethods, "GET", "POST", "PATCH", "DELETE")},
			},
			Right: []Shape{
				{"what needs no listing", lists(preflight, allowMethods, "GET", "HEAD", "POST", "PATCH", "OPTIONS")},
				{"the stated one alone", lists(preflight, allowMethods, "PATCH")},
			},
		},
		{
			Name: "request-headers-besides-the-stated", Says: "A preflight lists a request header that nobody stated.", Finds: "headers-unstated",
			Broken: []Shape{
				{"a well-known line", lists(preflight, allowHeaders, "Origin", "X-Requested-With", "Content-Type", "Accept", "Authorization")},
				{"one of its own", lists(preflight, allowHeaders, "content-type", "authorization", "x-admin")},
			},
			Right: []Shape{
				{"what needs no listing", lists(preflight, allowHeaders, "Origin", "Accept", "Accept-Language", "Content-Language", "Content-Type", "Authorization", "Cookie")},
				{"in lower case", lists(preflight, allowHeaders, "authorization", "content-type")},
			},
		},
		{
			Name: "exposed-besides-the-stated", Says: "A response header is exposed that nobody stated.", Finds: "exposed-unstated",
			Broken: []Shape{
				{"one more", lists(answer, exposeHeaders, "X-Trace", "X-Internal")},
				{"several", lists(answer, exposeHeaders, "ETag", "Link", "x-trace")},
			},
			Right: []Shape{
				{"what every script can read", lists(answer, exposeHeaders, "X-Trace", "Content-Length", "Cache-Control")},
				{"in lower case", lists(answer, exposeHeaders, "x-trace")},
			},
		},
	}
	for i := range kinds {
		k := &kinds[i]
		k.Policy, k.Exits, k.Never = p, []int{Conformant}, []string{severity, "(?m)^FAIL"}
	}
	return append(kinds, Kind{
		Name: "request-headers-besides-the-stated-for-who-asks", Says: "A preflight grants a request header that nobody stated, if it is asked for.", Policy: reading, Finds: "headers-unstated", Exits: []int{Conformant},
		Broken: []Shape{{"Authorization", handled(fields(policied(reading), func(r *http.Request) bool {
			return isPreflight(r) && from(r, reading.Origins...) && r.Header.Get("Access-Control-Request-Headers") == "authorization"
		}, allowHeaders, "authorization"))}},
		Right: []Shape{{"right", handled(policied(reading))}},
		Never: []string{severity, "(?m)^FAIL"},
	}, Kind{
		Name: "request-headers-where-none-is-stated", Says: "No request header is stated, and preflights list some.", Policy: reading, Finds: "headers-unstated", Exits: []int{Conformant},
		Broken: []Shape{{"one", none(allowHeaders, "X-Api-Key")}},
		Right:  []Shape{{"what needs no listing", none(allowHeaders, "Accept", "Content-Language")}},
		Never:  []string{severity, "(?m)^FAIL"},
	})
}
