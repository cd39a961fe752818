package endpoints

import (
	"net/http"
	"regexp"
)

// routed answers a method that is not served itself, to every origin alike.
func routed(h http.Handler, code int, served string, more ...string) Server {
	return handled(before(h, method(served), func(w http.ResponseWriter, r *http.Request) {
		status(code, append([]string{"Access-Control-Allow-Origin", r.Header.Get("Origin"), "Vary", "Origin"}, more...)...)(w, r)
	}))
}

// letIn are servers that let somebody in whom their owner did not name.
func letIn() []Kind {
	p := plain("PUT")
	p.Credentials = true
	right := []Shape{{"right", handled(policied(p))}}
	also := func(expression string) Server {
		re := regexp.MustCompile(`^(?:` + expression + `)$`)
		return handled(layer{policy: p, also: func(o string, _ *http.Request) bool { return re.MatchString(o) }})
	}
	everybody := func(when func(*http.Request) bool) Server {
		return handled(layer{policy: p, also: func(_ string, r *http.Request) bool { return when(r) }})
	}
	return []Kind{
		{
			Name: "denied-origin-by-method", Says: "A denied origin gets a grant on the answers to one method.", Policy: p,
			Broken: []Shape{{"GET", everybody(method("GET"))}, {"HEAD", everybody(method("HEAD"))}, {"POST", everybody(method("POST"))}, {"PUT", everybody(func(r *http.Request) bool { return r.Method == "PUT" || asked(r) == "PUT" })}},
			Right:  right, Finds: `\b{shape}\b`,
		},
		{
			Name: "denied-origin-by-router", Says: "The router answers a method that it has not got, and lets everybody read that.", Policy: p,
			Broken: []Shape{{"405", routed(policied(p), 405, "POST")}, {"404", routed(policied(p), 404, "POST")}, {"501 with credentials", routed(policied(p), 501, "POST", "Access-Control-Allow-Credentials", "true")}},
			Right:  []Shape{{"405", handled(layer{policy: p, app: only([]string{"GET", "HEAD", "PUT"}, application(p))})}}, Finds: `\bPOST\b`,
		},
		{
			Name: "leftover-of-development", Says: "An origin of development is allowed besides the stated one.", Policy: p,
			Broken: []Shape{
				{"localhost", also(`http://localhost(:\d+)?`)}, {"127.0.0.1", also(`https?://127\.0\.0\.1(:\d+)?`)},
				{"localhost over TLS", also(`https://localhost(:\d+)?`)}, {"both", also(`https?://(localhost|127\.0\.0\.1)(:\d+)?`)},
			},
			Right: right, Finds: `localhost|127\.0\.0\.1`,
		},
		{
			Name: "neighbour-of-the-stated-origin", Says: "An origin that resembles the stated one is allowed as well.", Policy: p,
			Broken: []Shape{
				{"parent domain", also(`https://example\.net`)}, {"without TLS", also(`http://shop\.example\.net`)},
				{"subdomains", also(`https://.*\.shop\.example\.net`)}, {"siblings", also(`https://[^/]*\.example\.net`)}, {"any port", also(`https://shop\.example\.net:\d+`)},
				{"ends alike", also(`https://.*shop\.example\.net`)}, {"begins alike", also(`https://shop\.example\.net.*`)},
			},
			Right: right,
		},
		{
			Name: "null-is-let-in", Says: "The opaque origin is allowed besides the stated one.", Policy: p,
			Broken: []Shape{{"null", also("null")}}, Right: right, Finds: `\bnull\b`,
		},
	}
}
