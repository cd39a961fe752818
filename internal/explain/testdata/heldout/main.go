// Command heldout writes ../heldout.jsonl: texts that people may have, with what is wrong in
// each. It is the exam of package explain and knows nothing of how explain reads: situations
// are told by what a server answers, and put into the words and files of the browsers, of
// curl and of DevTools. Who mends explain looks at what a failing test names, and not here.
//
//	go run ./internal/explain/testdata/heldout > internal/explain/testdata/heldout.jsonl
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// text is a line of the file.
type text struct {
	ID      string            `json:"id"`
	Kind    string            `json:"kind"`
	Text    string            `json:"text"`
	Context map[string]string `json:"context,omitempty"`
	Reasons []string          `json:"reasons"` // any will do
	Mask    string            `json:"mask"`    // empty: none
	Header  string            `json:"header"`  // that decides; empty: none, or any
}

// answer is a head: status, then lines.
type answer struct {
	status int
	lines  []string
}

// situation is what is wrong.
type situation struct {
	id, reason, header string
	also               []string // reasons that a text may not tell apart from it
	method             string
	names              []string // request headers that need permission
	credentials        bool
	pre, act           *answer // to the preflight, to the request
	chrome             string  // the sentence behind "blocked by CORS policy: "
	firefox            []string
	safari             string
	status             int // that Chrome's second line shows
	twice              bool
}

var pages = []string{"https://dash.acme.test", "http://localhost:4321", "https://m.shop.example.co.uk", "http://10.1.2.3:8080", "https://xn--bcher-kva.example", "https://staging-7.preview.app"}

var servers = []string{"https://gateway.acme.test/v3/orders/77", "https://api-eu.example.net/graphql?op=list", "https://data.example.org/files/a%20b.json", "https://auth.example.io/.well-known/openid-configuration", "https://cdn.example.biz:8443/x"}

func respond(status int, lines ...string) *answer { return &answer{status, lines} }

const (
	acao = "Access-Control-Allow-Origin"
	acac = "Access-Control-Allow-Credentials"
	acam = "Access-Control-Allow-Methods"
	acah = "Access-Control-Allow-Headers"
)

// situations are those of a page O.
func situations(o string) []situation {
	other := "https://somewhere-else.test"
	missing := []string{
		"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {U}. (Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {S}.",
		"Richiesta multiorigine bloccata: il criterio di corrispondenza dell’origine non consente la lettura della risorsa remota da {U}. Motivo: header CORS “Access-Control-Allow-Origin” mancante. Codice di stato: {S}.",
		"Cross-origin-verzoek geblokkeerd: de Same Origin-policy staat het lezen van de externe bron op {U} niet toe. (Reden: CORS-header ‘Access-Control-Allow-Origin’ ontbreekt). Statuscode: {S}.",
		"Çapraz Köken İsteği Engellendi: Aynı Kaynak İlkesi {U} üzerindeki uzak kaynağın okunmasına izin vermiyor. (Sebep: CORS üst bilgisi ‘Access-Control-Allow-Origin’ eksik). Durum kodu: {S}.",
		"교차 출처 요청 차단: 동일 출처 정책으로 인해 {U}에 있는 원격 자원을 차단하였습니다. (원인: ‘Access-Control-Allow-Origin’ CORS 헤더가 없음). 상태 코드: {S}.",
	}
	mismatch := []string{
		"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {U}. (Reason: CORS header ‘Access-Control-Allow-Origin’ does not match ‘{V}’).",
		"Zablokowano żądanie do zasobu innego pochodzenia: zasady „Same Origin Policy” nie pozwalają wczytywać zdalnych zasobów z „{U}” (nagłówek CORS „Access-Control-Allow-Origin” nie pasuje do „{V}”).",
		"已封鎖跨來源請求: 同源政策不允許讀取 {U} 的遠端資源。（原因: CORS 'Access-Control-Allow-Origin' 標頭與 '{V}' 不符）。",
	}
	return []situation{
		{id: "nothing", reason: "MissingAllowOriginHeader", header: acao, method: "GET", act: respond(200, "Content-Type: application/json"), status: 200,
			chrome: "No 'Access-Control-Allow-Origin' header is present on the requested resource.", firefox: missing, safari: "Origin {O} is not allowed by Access-Control-Allow-Origin. Status code: {S}"},
		{id: "nothing-502", reason: "MissingAllowOriginHeader", header: acao, method: "GET", act: respond(502, "Content-Type: text/html"), status: 502,
			chrome: "No 'Access-Control-Allow-Origin' header is present on the requested resource.", firefox: missing[:2], safari: "Origin {O} is not allowed by Access-Control-Allow-Origin. Status code: {S}"},
		{id: "redirect", reason: "MissingAllowOriginHeader", header: acao, method: "GET", act: respond(308, "Location: https://elsewhere.test/x"), status: 308,
			chrome: "No 'Access-Control-Allow-Origin' header is present on the requested resource.", firefox: missing[:1]},
		{id: "other", reason: "AllowOriginMismatch", header: acao, method: "GET", act: respond(200, acao+": "+other), status: 200, also: []string{"InvalidAllowOriginValue", "MultipleAllowOriginValues"},
			chrome: "The 'Access-Control-Allow-Origin' header has a value '{V}' that is not equal to the supplied origin. Have the server send the header with a valid value.", firefox: mismatch, safari: "Origin {O} is not allowed by Access-Control-Allow-Origin. Status code: {S}"},
		{id: "slash", reason: "AllowOriginMismatch", header: acao, method: "GET", act: respond(200, acao+": "+o+"/"), status: 200, also: []string{"InvalidAllowOriginValue", "MultipleAllowOriginValues"},
			chrome: "The 'Access-Control-Allow-Origin' header has a value '{V}' that is not equal to the supplied origin.", firefox: mismatch[:1]},
		{id: "host", reason: "InvalidAllowOriginValue", header: acao, method: "GET", act: respond(200, acao+": somewhere-else"), status: 200, also: []string{"AllowOriginMismatch", "MultipleAllowOriginValues"},
			chrome: "The 'Access-Control-Allow-Origin' header contains the invalid value '{V}'. Have the server send the header with a valid value.", firefox: mismatch[1:]},
		{id: "two", reason: "MultipleAllowOriginValues", header: acao, method: "GET", act: respond(200, acao+": *", acao+": *"), status: 200,
			chrome:  "The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only one is allowed.",
			firefox: []string{"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {U}. (Reason: Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).", "Cross-origin-verzoek geblokkeerd: de Same Origin-policy staat het lezen van de externe bron op {U} niet toe. (Reden: meerdere CORS-headers ‘Access-Control-Allow-Origin’ niet toegestaan)."},
			safari:  "Access-Control-Allow-Origin cannot contain more than one origin."},
		{id: "star", reason: "WildcardOriginNotAllowed", header: acao, method: "GET", credentials: true, act: respond(200, acao+": *", acac+": true"), status: 200,
			chrome:  "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'. The credentials mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials attribute.",
			firefox: []string{"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at ‘{U}’. (Reason: Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).", "Požadavek Cross-Origin zablokován: Same Origin Policy nepovoluje čtení vzdáleného zdroje na „{U}“. (Důvod: Přihlašovací údaje nejsou podporovány, pokud je v hlavičce CORS „Access-Control-Allow-Origin“ uvedeno „*“)."},
			safari:  "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."},
		{id: "credentials", reason: "InvalidAllowCredentials", header: acac, method: "GET", credentials: true, act: respond(200, acao+": "+o, acac+": yes"), status: 200,
			chrome:  "The value of the 'Access-Control-Allow-Credentials' header in the response is 'yes' which must be 'true' when the request's credentials mode is 'include'.",
			firefox: []string{"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {U}. (Reason: expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).", "Blokerede forespørgsel på tværs af oprindelse: Politikken for samme oprindelse tillader ikke læsning af fjernressourcen på {U}. (Årsag: forventede 'true' i CORS-header 'Access-Control-Allow-Credentials')."},
			safari:  "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\"."},
		{id: "pre-nothing", reason: "PreflightMissingAllowOriginHeader", header: acao, method: "PATCH", names: []string{"content-type"}, pre: respond(204), act: respond(200, acao+": "+o), twice: true,
			chrome: "Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource.", firefox: missing[:1]},
		{id: "pre-405", reason: "PreflightMissingAllowOriginHeader", header: acao, method: "DELETE", pre: respond(405, "Allow: GET, DELETE"), act: respond(200, acao+": "+o), twice: true, also: []string{"PreflightInvalidStatus"},
			chrome: "Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource.", firefox: []string{strings.Replace(missing[0], "{S}", "405", 1)}},
		{id: "pre-star", reason: "PreflightWildcardOriginNotAllowed", header: acao, method: "PUT", credentials: true, pre: respond(200, acao+": *", acam+": PUT"), act: respond(200, acao+": "+o, acac+": true"), twice: true,
			chrome: "Response to preflight request doesn't pass access control check: The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'."},
		{id: "pre-status", reason: "PreflightInvalidStatus", method: "GET", names: []string{"authorization"}, pre: respond(403, acao+": "+o, acah+": authorization"), twice: true,
			chrome:  "Response to preflight request doesn't pass access control check: It does not have HTTP ok status.",
			firefox: []string{"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {U}. (Reason: CORS preflight response did not succeed). Status code: 403.", "Richiesta multiorigine bloccata: il criterio di corrispondenza dell’origine non consente la lettura della risorsa remota da {U}. Motivo: risposta CORS preliminare non riuscita. Codice di stato: 403."},
			safari:  "Preflight response is not successful. Status code: 403"},
		{id: "pre-redirect", reason: "PreflightDisallowedRedirect", header: "Location", method: "POST", names: []string{"content-type"}, pre: respond(301, acao+": "+o, "Location: /v3/orders/77/"), twice: true, also: []string{"PreflightInvalidStatus"},
			chrome:  "Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request.",
			firefox: []string{"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {U}. (Reason: CORS request external redirect not allowed).", "Cross-origin-verzoek geblokkeerd: de Same Origin-policy staat het lezen van de externe bron op {U} niet toe. (Reden: externe omleiding van CORS-aanvraag niet toegestaan)."}},
		{id: "method", reason: "MethodDisallowedByPreflightResponse", header: acam, method: "DELETE", pre: respond(204, acao+": "+o, acam+": GET, HEAD"), twice: true,
			chrome:  "Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.",
			firefox: []string{"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {U}. (Reason: Did not find method in CORS header ‘Access-Control-Allow-Methods’).", "Žádost Cross-Origin zablokována: politika stejného původu nepovoluje čtení zdroje na {U}. (Důvod: metoda nenalezena v hlavičce CORS ‚Access-Control-Allow-Methods‘)."},
			safari:  "Method DELETE is not allowed by Access-Control-Allow-Methods."},
		{id: "header", reason: "HeaderDisallowedByPreflightResponse", header: acah, method: "GET", names: []string{"x-tenant-id"}, pre: respond(200, acao+": "+o, acah+": content-type, x-tenant"), twice: true,
			chrome:  "Request header field x-tenant-id is not allowed by Access-Control-Allow-Headers in preflight response.",
			firefox: []string{"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {U}. (Reason: header ‘x-tenant-id’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response).", "Blockerad korsursprungsförfrågan: samma ursprungspolicy tillåter inte läsning av fjärresursen på {U}. (Orsak: headern ”x-tenant-id” är inte tillåten enligt headern ”Access-Control-Allow-Headers” från CORS-preflight-svaret)."},
			safari:  "Request header field X-Tenant-Id is not allowed by Access-Control-Allow-Headers."},
		{id: "methods-unreadable", reason: "InvalidAllowMethodsPreflightResponse", header: acam, method: "PUT", pre: respond(204, acao+": "+o, acam+": [PUT GET]"), twice: true,
			chrome:  "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
			firefox: []string{"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {U}. (Reason: invalid token ‘[PUT GET]’ in CORS header ‘Access-Control-Allow-Methods’)."},
			safari:  "Header Access-Control-Allow-Methods has an invalid value: [PUT GET]"},
		{id: "headers-unreadable", reason: "InvalidAllowHeadersPreflightResponse", header: acah, method: "POST", names: []string{"content-type"}, pre: respond(204, acao+": "+o, acah+": Content-Type X-A"), twice: true,
			chrome:  "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
			firefox: []string{"Solicitud de origen cruzado bloqueada: la política de mismo origen no permite leer el recurso remoto en {U}. (Motivo: token ‘Content-Type X-A’ no válido en la cabecera CORS ‘Access-Control-Allow-Headers’)."},
			safari:  "Header Access-Control-Allow-Headers has an invalid value: Content-Type X-A"},
		{id: "userinfo", reason: "RedirectContainsCredentials", header: "Location", method: "GET", act: respond(307, acao+": "+o, "Location: https://me:pw@gateway.acme.test/z"), status: 307,
			chrome: "Redirect location '' contains a username and password, which is disallowed for cross-origin requests."},
		{id: "right", reason: "Allowed", method: "GET", act: respond(200, acao+": "+o, "Vary: Origin", "Content-Type: text/plain")},
		{id: "right-preflighted", reason: "Allowed", method: "PUT", names: []string{"content-type"}, pre: respond(204, acao+": "+o, acam+": PUT", acah+": content-type"), act: respond(200, acao+": "+o)},
		{id: "error-readable", reason: "HttpError", method: "GET", act: respond(422, acao+": "+o, "Content-Type: application/json")},
	}
}

// others are messages that are not about the CORS check.
var others = []struct{ text, reason, mask, header string }{
	{"Access to fetch at '{L}' from origin 'https://dash.acme.test' has been blocked by CORS policy: Permission was denied for this request to access the `loopback` address space.", "LocalNetworkAccessPermissionDenied", "local-network", ""},
	{"Access to XMLHttpRequest at '{L}' from origin 'http://dash.acme.test' has been blocked by CORS policy: The request client is not a secure context and the resource is in more-private address space `local`.", "InsecureLocalNetwork", "local-network", ""},
	{"Mixed Content: The page at 'https://dash.acme.test/a?b=c' was loaded over HTTPS, but requested an insecure XMLHttpRequest endpoint 'http://gateway.acme.test/v3'. This request has been blocked; the content must be served over HTTPS.", "MixedContent", "mixed-content", ""},
	{"Blocked loading mixed active content “http://gateway.acme.test/v3”", "MixedContent", "mixed-content", ""},
	{"[Warning] [blocked] The page at https://dash.acme.test/ requested insecure content from http://gateway.acme.test/v3. This content was blocked and must be served over HTTPS.", "MixedContent", "mixed-content", ""},
	{"Refused to connect to 'https://gateway.acme.test/v3' because it violates the following Content Security Policy directive: \"default-src 'self' https://x.test\". Note that 'connect-src' was not explicitly set, so 'default-src' is used as a fallback.", "CspBlocked", "csp", "Content-Security-Policy"},
	{"Content-Security-Policy: The page’s settings blocked the loading of a resource (connect-src) at https://gateway.acme.test/v3 because it violates the following directive: “connect-src 'self'”", "CspBlocked", "csp", "Content-Security-Policy"},
	{"Refused to load the font 'https://gateway.acme.test/f.woff2' because it violates the following Content Security Policy directive: \"font-src 'self'\".", "CspBlocked", "csp", "Content-Security-Policy"},
	{"POST https://gateway.acme.test/v3 net::ERR_CONNECTION_REFUSED", "ConnectionRefused", "network", ""},
	{"gateway.acme.test/v3:1  Failed to load resource: net::ERR_NAME_NOT_RESOLVED", "NameNotResolved", "network", ""},
	{"GET https://gateway.acme.test/v3 net::ERR_CERT_COMMON_NAME_INVALID", "TlsError", "tls", ""},
	{"GET https://gateway.acme.test/v3 net::ERR_SSL_PROTOCOL_ERROR", "TlsError", "tls", ""},
	{"[Error] The certificate for this server is invalid. You might be connecting to a server that is pretending to be “gateway.acme.test” which could put your confidential information at risk.\n[Error] Fetch API cannot load https://gateway.acme.test/v3 due to access control checks.", "TlsError", "tls", ""},
	{"[Error] Could not connect to the server.\n[Error] Fetch API cannot load http://localhost:9/ due to access control checks.", "ConnectionRefused", "network", ""},
	{"[Error] A server with the specified hostname could not be found.", "NameNotResolved", "network", ""},
	{"PUT https://gateway.acme.test/v3 net::ERR_CONNECTION_RESET", "NetworkError", "network", ""},
	{"GET https://gateway.acme.test/v3 net::ERR_HTTP2_PROTOCOL_ERROR 200 (OK)", "NetworkError", "network", ""},
	{"GET https://gateway.acme.test/v3 net::ERR_TOO_MANY_REDIRECTS", "TooManyRedirects", "", ""},
	{"GET https://px.example.com/analytics.js net::ERR_BLOCKED_BY_CLIENT", "BlockedByClient", "extension", ""},
	{"The resource at “https://px.example.com/analytics.js” was blocked because Enhanced Tracking Protection is enabled.", "BlockedByClient", "extension", ""},
	{"GET https://img.acme.test/a.png net::ERR_BLOCKED_BY_RESPONSE.NotSameSite 200 (OK)", "CorpNotSameSite", "corp", "Cross-Origin-Resource-Policy"},
	{"The resource at “https://img.acme.test/a.png” was blocked due to its Cross-Origin-Resource-Policy header (or lack thereof). See https://developer.mozilla.org/docs/Web/HTTP/Cross-Origin_Resource_Policy_(CORP)#", "CorpNotSameOrigin", "corp", "Cross-Origin-Resource-Policy"},
	{"GET https://img.acme.test/a.json net::ERR_BLOCKED_BY_ORB", "ResponseWasBlockedByORB", "orb", ""},
	{"Fetch API cannot load file:///home/me/a.json. URL scheme \"file\" is not supported.", "CorsDisabledScheme", "", ""},
	{"Access to script at 'file:///home/me/a.js' from origin 'null' has been blocked by CORS policy: Cross origin requests are only supported for protocol schemes: chrome, chrome-extension, chrome-untrusted, data, http, https, isolated-app.", "CorsDisabledScheme", "", ""},
	{"Fetch API cannot load https://gateway.acme.test/v3. Request mode is \"same-origin\" but the URL's origin is not same as the request origin https://dash.acme.test.", "DisallowedByMode", "", ""},
	{"[Error] Not allowed to follow a redirection while loading https://gateway.acme.test/v3", "RedirectDisallowedByMode", "", ""},
	{"Refused to get unsafe header \"X-RateLimit-Remaining\"", "HeaderNotExposed", "", "Access-Control-Expose-Headers"},
	{"The FetchEvent for \"https://gateway.acme.test/v3\" resulted in a network error response: the promise was rejected.", "ServiceWorkerError", "service-worker", ""},
	{"Failed to find a valid digest in the 'integrity' attribute for resource 'https://cdn.acme.test/a.js' with computed SHA-384 integrity 'abc'. The resource has been blocked.", "IntegrityMismatch", "integrity", ""},
	{"Uncaught (in promise) TypeError: Failed to fetch", "Undetermined", "", ""},
	{"Uncaught (in promise) TypeError: Load failed", "Undetermined", "", ""},
	{"AxiosError {message: 'Network Error', name: 'AxiosError', code: 'ERR_NETWORK'}", "Undetermined", "", ""},
	{"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://gateway.acme.test/v3. (Reason: CORS request did not succeed). Status code: (null).", "Undetermined", "", ""},
	{"The list of products does not load any more since the last release.", "Undetermined", "", ""},
	{"DOMException: The user aborted a request.", "Aborted", "abort", ""},
}

// calls are requests without answer: what can be decided without sending, and what cannot.
var calls = []struct{ kind, text, reason, mask string }{
	{"fetch", "await fetch(\"http://gateway.acme.test/v3\", {\n    \"credentials\": \"omit\",\n    \"headers\": {\n        \"Accept\": \"*/*\"\n    },\n    \"referrer\": \"https://dash.acme.test/\",\n    \"method\": \"GET\",\n    \"mode\": \"cors\"\n});", "MixedContent", "mixed-content"},
	{"fetch", "const r = await fetch('https://gateway.acme.test/v3', { mode: 'no-cors', headers: { 'X-A': '1' } });\nconsole.log(r.status)", "OpaqueResponse", ""},
	{"fetch", "fetch(\"https://gateway.acme.test/v3\", {\n  \"referrer\": \"https://dash.acme.test/\",\n  \"body\": \"{\\\"a\\\":1}\",\n  \"method\": \"PUT\",\n  \"mode\": \"cors\",\n  \"credentials\": \"include\"\n});", "Undetermined", ""},
	{"fetch", "fetch(`https://gateway.acme.test/v3`, {method: 'POST', body: JSON.stringify({a: 1}), headers: {'Content-Type': 'application/json'}}).then(r => r.json())", "Undetermined", ""},
	{"fetch", "axios.post('https://gateway.acme.test/v3', {a: 1}, {withCredentials: true})", "Undetermined", ""},
	{"curl", "curl 'http://gateway.acme.test/v3' \\\n  -H 'Origin: https://dash.acme.test' \\\n  -H 'User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'", "MixedContent", "mixed-content"},
	{"curl", "curl ^\"http://gateway.acme.test/v3?a=1^&b=2^\" ^\r\n  -H ^\"accept: application/json^\" ^\r\n  -H ^\"origin: https://dash.acme.test^\" ^\r\n  --data-raw ^\"^{^\\^\"a^\\^\":1^}^\"", "MixedContent", "mixed-content"},
	{"curl", "Invoke-WebRequest -UseBasicParsing -Uri \"http://gateway.acme.test/v3\" `\r\n-Method \"POST\" `\r\n-Headers @{\r\n  \"Origin\"=\"https://dash.acme.test\"\r\n  \"X-A\"=\"1\"\r\n} `\r\n-ContentType \"application/json\" `\r\n-Body \"{`\"a`\":1}\"", "MixedContent", "mixed-content"},
	{"curl", "curl -X DELETE https://gateway.acme.test/v3 -H 'Origin: https://dash.acme.test' -u me:pw", "Undetermined", ""},
	{"url", "https://gateway.acme.test/v3", "Undetermined", ""},
}

type writer struct {
	n   int
	enc *json.Encoder
}

func (w *writer) add(t text) {
	w.n++
	t.ID = fmt.Sprintf("%03d-%s", w.n, t.ID)
	if err := w.enc.Encode(t); err != nil {
		panic(err)
	}
}

func main() {
	w := &writer{enc: json.NewEncoder(os.Stdout)}
	w.enc.SetEscapeHTML(false)
	for i := range 3 {
		o := pages[i*2%len(pages)]
		for j, s := range situations(o) {
			write(w, &s, o, servers[(i+j)%len(servers)], i)
		}
	}
	for i, x := range others {
		msg := strings.ReplaceAll(x.text, "{L}", "http://127.0.0.1:5001/status")
		w.add(text{ID: "other", Kind: "console", Text: ways[i%len(ways)](msg), Reasons: []string{x.reason}, Mask: x.mask, Header: x.header})
	}
	for _, x := range calls {
		w.add(text{ID: "call", Kind: x.kind, Text: x.text, Reasons: []string{x.reason}, Mask: x.mask})
	}
}

// ways are what happens to a text before it is pasted.
var ways = []func(string) string{
	func(s string) string { return s },
	func(s string) string { return "```\n" + s + "\n```" },
	func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") + "\r\n" },
	func(s string) string { return "index.js:104 " + s },
	func(s string) string {
		return "Hi all,\n\nI get\n\n    " + strings.ReplaceAll(s, "\n", "\n    ") + "\n\nand have no idea. Any help?"
	},
	func(s string) string { return "12:03:44.120 " + s + " [Learn More]" },
	func(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") },
}
