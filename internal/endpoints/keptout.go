package endpoints

import (
	"net"
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

const (
	allowOrigin      = "Access-Control-Allow-Origin"
	allowCredentials = "Access-Control-Allow-Credentials"
	allowMethods     = "Access-Control-Allow-Methods"
	allowHeaders     = "Access-Control-Allow-Headers"
)

func always(*http.Request) bool { return true }

func not(f func(*http.Request) bool) func(*http.Request) bool {
	return func(r *http.Request) bool { return !f(r) }
}

// keptOut are servers whose mistake keeps the owner's own front end out: wrong,
// and nobody's risk.
func keptOut() []Kind {
	p := front()
	app := func(r *http.Request) bool { return from(r, p.Origins...) }
	right := []Shape{{"right", handled(policied(p))}}
	listing := func(origin string) http.Handler {
		other := p
		other.Origins = []string{origin}
		return layer{policy: other, app: application(p)}
	}
	refusing := func(origin string) http.Handler {
		return before(listing(origin), func(r *http.Request) bool {
			return r.Header.Get("Origin") != "" && !from(r, origin)
		}, status(http.StatusForbidden))
	}
	says := func(value string) Server { return handled(fields(policied(p), app, allowOrigin, value)) }
	kinds := []Kind{
		{Name: "no-cors-at-all", Says: "No answer has a CORS header.", Broken: []Shape{
			{"application alone", handled(application(p))},
			{"preflights answered with 200", handled(before(application(p), isPreflight, status(http.StatusOK)))},
		}, Finds: allowOrigin, Never: []string{severity, commas}},
		{Name: "other-headers-alone", Says: "Every answer has the CORS headers but for Access-Control-Allow-Origin, whoever asks.", Broken: []Shape{
			{"everywhere", handled(fields(application(p), always, allowCredentials, "true", allowMethods, "GET, PATCH", allowHeaders, "Content-Type"))},
			{"on preflights", handled(fields(application(p), isPreflight, allowMethods, "PATCH"))},
			{"on answers", handled(fields(application(p), not(isPreflight), allowCredentials, "true"))},
		}, Finds: "missing beside the other CORS headers", Never: []string{severity, commas, "sends no CORS header", "Vary: Origin, and the server"}},
		{Name: "vary-alone", Says: "Answers say Vary: Origin, and no other line of CORS.", Broken: []Shape{
			{"everywhere", handled(fields(application(p), always, "Vary", "Origin"))},
		}, Finds: "Answers say Vary: Origin", Never: []string{severity, commas, "CORS layer is there"}},
		{Name: "denied-with-an-error", Says: "The CORS layer throws for an origin that is not allowed.", Broken: []Shape{
			{"500", handled(before(policied(p), func(r *http.Request) bool { return r.Header.Get("Origin") != "" && !app(r) }, status(500, "Vary", "Origin")))},
		}, Finds: "not allowed are answered with a server error", Never: []string{severity, "unusual request"}},
		{Name: "two-lines", Says: "Two layers add Access-Control-Allow-Origin.", Broken: []Shape{
			{"the same twice", handled(added(policied(p), app, p.Origins[0]))},
			{"a star beside it", handled(added(policied(p), app, "*"))},
		}, Never: []string{severity}},
		{Name: "several-origins-in-a-value", Says: "Access-Control-Allow-Origin has several origins in one value.", Broken: []Shape{
			{"blank", says(p.Origins[0] + " https://admin.example.net")},
			{"comma", says("https://admin.example.net, " + p.Origins[0])},
			{"the same, comma", says(p.Origins[0] + "," + p.Origins[0])},
		}, Never: []string{severity}},
		{Name: "no-origin-at-all", Says: "Access-Control-Allow-Origin holds something that is not an origin.", Broken: []Shape{
			{"host", says("shop.example.net")}, {"another host", says("upstream-7.internal")}, {"host and port", says("shop.example.net:443")},
			{"slash", says(p.Origins[0] + "/")}, {"path", says(p.Origins[0] + "/cart")}, {"port", says(p.Origins[0] + ":443")},
			{"upper case", says("HTTPS://SHOP.EXAMPLE.NET")}, {"quotes", says(`"` + p.Origins[0] + `"`)}, {"true", says("true")},
		}, Never: []string{severity, commas}},
		{Name: "star-for-credentials", Says: "Access-Control-Allow-Origin is * where credentials are sent.", Broken: []Shape{
			{"everywhere", handled(fields(policied(p), always, allowOrigin, "*", allowCredentials, "true"))},
			{"for the front end", handled(fields(policied(p), app, allowOrigin, "*"))},
		}, Finds: `\*`, Never: []string{"byte for byte"}},
		{Name: "credentials-spelt-otherwise", Says: "Access-Control-Allow-Credentials is not the five letters true.", Broken: []Shape{
			{"True", handled(fields(policied(p), app, allowCredentials, "True"))}, {"1", handled(fields(policied(p), app, allowCredentials, "1"))},
			{"yes", handled(fields(policied(p), app, allowCredentials, "yes"))}, {"left out", handled(fields(policied(p), app, allowCredentials, ""))},
		}, Never: []string{severity}},
		{Name: "another-origin-configured", Says: "The CORS layer is right, and its list has another origin than the front end's.", Broken: []Shape{
			{"misspelt", handled(listing("https://shop.exmple.net"))},
			{"another environment", handled(listing("https://shop.staging.example.net"))},
		}, Finds: "gives nothing to the origins that should be allowed", Never: []string{severity, "sends no CORS header"}},
		{Name: "another-origin-configured-and-refused", Says: "The same, and other origins are refused with 403.", Broken: []Shape{
			{"misspelt", handled(refusing("https://shop.exmple.net"))},
		}, Finds: "are refused \\(403\\)", Never: []string{severity, "authentication, or by another check"}},
		{Name: "preflight-refused-by-the-router", Says: "OPTIONS does not reach the CORS layer; the other answers are right.", Broken: []Shape{
			{"405", handled(before(policied(p), isOptions, status(405, "Allow", "GET, HEAD, POST, PATCH")))},
			{"404", handled(before(policied(p), isOptions, status(404)))},
			{"501", handled(before(policied(p), isOptions, status(501)))},
			{"401", handled(before(policied(p), isOptions, status(401, "WWW-Authenticate", "Bearer")))},
		}, Finds: "{shape}", Never: []string{severity, commas}},
		{Name: "preflight-unanswered", Says: "Something before the server drops preflights; the other answers are right.", Broken: []Shape{
			{"closed", handled(before(policied(p), isPreflight, dropped(false)))},
			{"reset", handled(before(policied(p), isPreflight, dropped(true)))},
		}, Finds: "No preflight gets an answer", Never: []string{severity, "unusual request", "carries content", "grows", "no length", "has no Allow"}},
		{Name: "preflight-redirected", Says: "A preflight is answered with a redirect; the other answers are right.", Broken: []Shape{
			{"302", handled(before(policied(p), isPreflight, status(302, "Location", "/login")))},
			{"301", handled(before(policied(p), isPreflight, status(301, "Location", "https://www.example.net/items")))},
			{"308", handled(before(policied(p), isPreflight, status(308, "Location", "/items/")))},
		}, Finds: "{shape}|redirect", Never: []string{severity, commas}},
		{Name: "redirected-before-the-layer", Says: "Everything is redirected before the CORS layer is reached.", Broken: []Shape{
			{"301", handled(before(policied(p), onItems, status(301, "Location", "/items/")))},
			{"307", handled(before(policied(p), onItems, status(307, "Location", "/v2/items")))},
		}, Finds: "{shape}|redirect", Never: []string{severity}},
		{Name: "redirected-to-another-origin", Says: "Everything is redirected to another origin, without a header of CORS.", Broken: []Shape{
			{"another host", handled(before(policied(p), onItems, status(301, "Location", "https://www.example.net/items")))},
			{"another port", handled(before(policied(p), onItems, status(308, "Location", "http://127.0.0.1:1/items")))},
		}, Finds: "redirects to another origin", Never: []string{severity, "before the CORS layer"}},
		{Name: "error-without-cors", Says: "The preflight is right; the refusal of the actual request has no CORS header.", Broken: []Shape{
			{"401", handled(before(policied(p), not(isPreflight), status(401, "WWW-Authenticate", "Bearer")))},
			{"403", handled(before(policied(p), not(isPreflight), status(403)))},
			{"502", handled(before(policied(p), not(isPreflight), status(502)))},
		}, Right: []Shape{
			{"401 with CORS", handled(layer{policy: p, app: status(401, "WWW-Authenticate", "Bearer", "X-Trace", "1")})},
			{"403 with CORS", handled(layer{policy: p, app: status(403, "X-Trace", "1")})},
		}, Finds: "{shape}", Never: []string{severity, "another's name", "content of preflights"}},
		{Name: "method-lost", Says: "The answers to one method have no CORS header; preflights and the others are right.", Broken: []Shape{
			{"POST", handled(bare(policied(p), method("POST")))}, {"PATCH", handled(bare(policied(p), method("PATCH")))},
		}, Finds: `\b{shape}\b`, Never: []string{severity}},
		{Name: "header-list-spoilt", Says: "Access-Control-Allow-Headers lacks a stated header, or its list is not a list.", Broken: []Shape{
			{"left out", handled(fields(policied(p), isPreflight, allowHeaders, ""))},
			{"semicolon", handled(fields(policied(p), isPreflight, allowHeaders, "Content-Type; Authorization"))},
		}, Finds: `(?i)authorization|content-type`, Never: []string{severity}},
		{Name: "star-as-header-list-for-credentials", Says: "Access-Control-Allow-Headers is *, which with credentials is a header's name.", Broken: []Shape{
			{"star", handled(fields(policied(p), isPreflight, allowHeaders, "*"))},
		}, Finds: `(?i)authorization|content-type`},
	}
	for i := range kinds {
		kinds[i].Policy = p
		if kinds[i].Right == nil {
			kinds[i].Right = right
		}
	}
	return append(append(kinds, anotherCase(), twoDevelopers()), narrowPatterns()...)
}

// anotherCase: DELETE, which fetch writes in upper case however a script does, so
// that nothing but the list is about letters.
func anotherCase() Kind {
	p := front()
	p.Methods = []string{"DELETE", "PUT"}
	return Kind{
		Name: "methods-in-another-case", Says: "Access-Control-Allow-Methods has the methods in another case than they are compared in.", Policy: p,
		Broken: []Shape{
			{"delete", handled(fields(policied(p), isPreflight, allowMethods, "get, post, put, delete"))},
			{"Delete", handled(fields(policied(p), isPreflight, allowMethods, "Get, Post, PUT, Delete"))},
		},
		Right: []Shape{{"right", handled(policied(p))}}, Finds: `\b{shape}\b`, Never: []string{severity},
	}
}

// twoDevelopers: what two origins of development are stated as, in one value.
func twoDevelopers() Kind {
	p := cases.Policy{Name: "development", Origins: []string{"http://localhost:5173", "http://127.0.0.1:4200"}, Methods: []string{"PUT"}, RequestHeaders: []string{"content-type"}}
	hasOrigin := func(r *http.Request) bool { return r.Header.Get("Origin") != "" }
	return Kind{
		Name: "stated-origins-in-a-value", Says: "Access-Control-Allow-Origin has all stated origins in one value.", Policy: p,
		Broken: []Shape{
			{"blank", handled(fields(policied(p), hasOrigin, allowOrigin, strings.Join(p.Origins, " ")))},
			{"comma", handled(fields(policied(p), hasOrigin, allowOrigin, strings.Join(p.Origins, ", ")))},
		},
		Right: []Shape{{"right", handled(policied(p))}}, Never: []string{severity},
	}
}

func isOptions(r *http.Request) bool { return r.Method == http.MethodOptions }
func onItems(r *http.Request) bool   { return r.URL.Path == "/items" }

func method(name string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == name }
}

// dropped ends the connection without an answer, by a reset or by closing it.
func dropped(reset bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler) // HTTP/2: the stream is reset
		}
		if tcp, ok := conn.(*net.TCPConn); ok && reset {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

// status answers with a status and fields.
func status(code int, list ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(list); i += 2 {
			w.Header().Set(list[i], list[i+1])
		}
		w.WriteHeader(code)
	}
}

// added adds another Access-Control-Allow-Origin line.
func added(h http.Handler, when func(*http.Request) bool, value string) http.Handler {
	return after(h, func(h http.Header, r *http.Request) {
		if when(r) {
			h.Add(allowOrigin, value)
		}
	})
}
