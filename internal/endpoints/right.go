package endpoints

import (
	"net/http"
	"time"

	"github.com/corsproof/corsproof/cases"
)

// right are right servers that are unlike the usual one.
func right() []Kind {
	unstated := plain("PUT")
	unstated.RequestHeaders = []string{"content-type"}
	aged := unstated
	aged.MaxAge = new(7200)
	writer := plain("POST")
	writer.RequestHeaders = []string{"content-type", "authorization"}
	three := cases.Policy{
		Name: "three", Origins: []string{"https://shop.example.net", "https://desk.example.net:9443", "http://legacy.example.org"}, Credentials: true,
		Methods: []string{"PUT", "DELETE"}, RequestHeaders: []string{"content-type", "x-tenant", "authorization"}, ExposeHeaders: []string{"X-Trace"}, MaxAge: new(900),
	}
	credentialed := unstated
	credentialed.Credentials = true
	everybody := cases.Policy{Name: "everybody", Origins: []string{"*"}, Methods: []string{"PUT"}, RequestHeaders: []string{"authorization"}}
	reader := plain()
	nothing := []string{severity, "(?m)^FAIL"}
	return []Kind{
		{Name: "max-age-unstated", Says: "No max-age is stated, and the server sends one.", Policy: unstated, Right: []Shape{{"7200", handled(policied(aged))}}, Never: append(nothing, "config-no-max-age")},
		{Name: "private-network-unstated", Says: "Nothing is stated of private networks, and the server grants them.", Policy: unstated, Right: []Shape{{"true", handled(fields(policied(unstated), func(r *http.Request) bool {
			return isPreflight(r) && from(r, unstated.Origins...) && r.Header.Get("Access-Control-Request-Private-Network") == "true"
		}, "Access-Control-Allow-Private-Network", "true"))}}, Never: append(nothing, "pna-false-value")},
		{Name: "few-methods", Says: "The endpoint has some of the methods that need no permission.", Policy: unstated, Right: []Shape{
			{"GET and PUT", handled(layer{policy: unstated, app: only([]string{"GET", "HEAD", "PUT"}, application(unstated))})},
			{"GET and PUT, POST refused when asked for", handled(before(layer{policy: unstated, app: only([]string{"GET", "HEAD", "PUT"}, application(unstated))},
				func(r *http.Request) bool { return asked(r) == "POST" }, status(400, "Vary", "Origin")))},
			{"PUT alone", handled(layer{policy: unstated, app: only([]string{"PUT"}, application(unstated))})},
		}, Never: nothing},
		{Name: "router-answers-bare", Says: "The router answers what it has not got without a header of CORS.", Policy: unstated, Right: []Shape{
			{"404 to a whole URL", handled(before(policied(unstated), func(r *http.Request) bool { return r.URL.IsAbs() }, status(404)))},
			{"404 to a whole URL, 405 to POST", handled(before(policied(unstated), func(r *http.Request) bool { return r.URL.IsAbs() || r.Method == "POST" }, status(405)))},
		}, Never: append(nothing, "depends on the protocol")},
		{Name: "post-alone", Says: "The endpoint has POST alone, and answers 405 to a GET.", Policy: writer, Right: []Shape{
			{"permits what it has not", handled(layer{policy: writer, app: only([]string{"POST"}, application(writer))})},
			{"permits POST alone", handled(fields(layer{policy: writer, app: only([]string{"POST"}, application(writer))},
				func(r *http.Request) bool { return asked(r) == "GET" || asked(r) == "HEAD" }, allowMethods, "", allowHeaders, ""))},
		}, Never: nothing},
		{Name: "cacheable", Says: "Answers may be cached, for several origins with credentials.", Policy: three, Right: []Shape{
			{"public", handled(layer{policy: three, app: cacheable(application(three), "public, max-age=120")})},
			{"validated", handled(layer{policy: three, app: cacheable(application(three), "private, no-cache")})},
		}, Never: nothing},
		{Name: "same-origin-too", Says: "The server grants its own origin besides the stated one.", Policy: credentialed, Right: []Shape{{"scheme and Host", handled(layer{
			policy: credentialed, also: func(o string, r *http.Request) bool { return o == "http://"+r.Host },
		})}}, Never: nothing},
		{Name: "connections-are-short", Says: "Each connection is reset shortly after an answer.", Policy: reader, Right: []Shape{
			{"after 5 ms", raw{handler: policied(reader), reset: 5 * time.Millisecond}.server()},
			{"after 50 ms", raw{handler: policied(reader), reset: 50 * time.Millisecond}.server()},
		}, Never: append(nothing, "NetworkError")},
		{Name: "slow", Says: "Each answer takes its time; nothing died, and nothing is wrong.", Policy: reader, Right: []Shape{
			{"80 ms", handled(before(policied(reader), func(*http.Request) bool { time.Sleep(80 * time.Millisecond); return false }, nil))},
		}, Never: append(nothing, "died")},
		{Name: "redirects-to-one-path", Says: "The endpoint redirects to a fixed path and drops the query.", Policy: everybody, Browser: true, Right: []Shape{
			{"308", handled(layer{policy: everybody, app: before(application(everybody), onItems, status(308, "Location", "/v2"))})},
			{"307", handled(layer{policy: everybody, app: before(application(everybody), onItems, status(307, "Location", "/v2"))})},
		}, Never: append(nothing, "disagree with|browser disagree", "report it")},
		{Name: "cookies-of-its-own", Says: "The application sets cookies of its own.", Policy: credentialed, Right: []Shape{{"a session", handled(layer{
			policy: credentialed, app: withFields(application(credentialed), "Set-Cookie", "session=s3; HttpOnly; Path=/"),
		})}}, Never: nothing},
		{Name: "denies-with-403", Says: "A denied origin is answered with 403 and no header.", Policy: credentialed, Right: []Shape{
			{"requests and preflights", handled(before(policied(credentialed), func(r *http.Request) bool {
				return r.Header.Get("Origin") != "" && !from(r, credentialed.Origins...)
			}, status(403, "Vary", "Origin")))},
		}, Never: nothing},
	}
}

func cacheable(h http.Handler, control string) http.Handler {
	return withFields(h, "Cache-Control", control)
}

func withFields(h http.Handler, list ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(list); i += 2 {
			w.Header().Set(list[i], list[i+1])
		}
		h.ServeHTTP(w, r)
	})
}
