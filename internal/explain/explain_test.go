package explain_test

import (
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// said is what is said of a text, held against what is wanted of it.
type said struct {
	name, text   string
	reason       spec.Reason
	cause        string
	mask, header string
	value        string
}

const (
	app    = "https://shop.example"
	head   = "Access to fetch at 'https://api.example/v1/cart' from origin 'https://shop.example' has been blocked by CORS policy: "
	before = head + "Response to preflight request doesn't pass access control check: "
	blank  = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://api.example/v1/cart. (Reason: "
)

func explained(t *testing.T, text string, c explain.Context) *explain.Answer {
	t.Helper()
	a, err := explain.Explain(text, "", c)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return a
}

func (s *said) check(t *testing.T, a *explain.Answer) {
	t.Helper()
	mask, header, value := "", "", ""
	if a.Mask != nil {
		mask = string(*a.Mask)
	}
	if a.Header != nil {
		header = *a.Header
	}
	if a.Value != nil {
		value = *a.Value
	}
	if a.Reason != s.reason || a.Cause.ID != s.cause || mask != s.mask || header != s.header || value != s.value {
		t.Errorf("%s: got %s %q, mask %q, %q: %q; want %s %q, mask %q, %q: %q", s.name, a.Reason, a.Cause.ID, mask, header, value, s.reason, s.cause, s.mask, s.header, s.value)
	}
}

// TestConsole: the sentences of the browsers, whole.
func TestConsole(t *testing.T) {
	const acao, acac, acam, acah = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"
	for _, s := range []said{
		{"chrome, nothing", head + "No 'Access-Control-Allow-Origin' header is present on the requested resource.", "MissingAllowOriginHeader", "no-cors", "", acao, ""},
		{"chrome, an error hidden", head + "No 'Access-Control-Allow-Origin' header is present on the requested resource.\nPOST https://api.example/v1/cart net::ERR_FAILED 502 (Bad Gateway)", "MissingAllowOriginHeader", "error-no-cors", "", acao, ""},
		{"chrome, rate limit", head + "No 'Access-Control-Allow-Origin' header is present on the requested resource.\nGET https://api.example/v1/cart net::ERR_FAILED 429 (Too Many Requests)", "MissingAllowOriginHeader", "rate-limit-no-cors", "", acao, ""},
		{"chrome, no status", head + "No 'Access-Control-Allow-Origin' header is present on the requested resource.\nGET https://api.example/v1/cart net::ERR_FAILED", "MissingAllowOriginHeader", "no-cors", "", acao, ""},
		{"chrome, slash", head + "The 'Access-Control-Allow-Origin' header has a value 'https://shop.example/' that is not equal to the supplied origin.", "AllowOriginMismatch", "allow-origin-slash", "", acao, "https://shop.example/"},
		{"chrome, preflight without headers", before + "No 'Access-Control-Allow-Origin' header is present on the requested resource.", "PreflightMissingAllowOriginHeader", "preflight-no-cors", "", acao, ""},
		{"chrome, preflight's status", before + "It does not have HTTP ok status.", "PreflightInvalidStatus", "", "", "", ""},
		{"chrome, method", head + "Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.", "MethodDisallowedByPreflightResponse", "method-not-listed", "", acam, ""},
		{"chrome, a response header in the request", head + "Request header field access-control-allow-origin is not allowed by Access-Control-Allow-Headers in preflight response.", "HeaderDisallowedByPreflightResponse", "response-header-in-request", "", acah, ""},
		{"chrome, local network", head + "Permission was denied for this request to access the `local` address space.", "LocalNetworkAccessPermissionDenied", "local-network-denied", "local-network", "", ""},
		{"chrome, credentials", head + "The value of the 'Access-Control-Allow-Credentials' header in the response is 'True' which must be 'true' when the request's credentials mode is 'include'.", "InvalidAllowCredentials", "credentials-misspelt", "", acac, "True"},
		{"chrome of 2017", "XMLHttpRequest cannot load https://api.example/v1/cart. No 'Access-Control-Allow-Origin' header is present on the requested resource. Origin 'https://shop.example' is therefore not allowed access. The response had HTTP status code 404.", "MissingAllowOriginHeader", "not-found-no-cors", "", acao, ""},
		{"firefox, nothing", blank + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.", "MissingAllowOriginHeader", "no-cors", "", acao, ""},
		{"firefox, two lines: the preflight", blank + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 401.\n" + blank + "CORS request did not succeed). Status code: (null).", "PreflightMissingAllowOriginHeader", "preflight-unauthorized", "", acao, ""},
		{"firefox, *", "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at ‘https://api.example/v1/cart’. (Reason: Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).", "WildcardOriginNotAllowed", "star-with-credentials", "", acao, "*"},
		{"firefox, header", blank + "header ‘x-trace’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response).", "HeaderDisallowedByPreflightResponse", "header-not-listed", "", acah, ""},
		{"firefox, list", blank + "invalid token ‘x trace’ in CORS header ‘Access-Control-Allow-Headers’).", "InvalidAllowHeadersPreflightResponse", "headers-syntax", "", acah, "x trace"},
		{"firefox, any failure", blank + "CORS request did not succeed). Status code: (null).", "Undetermined", "", "", "", ""},
		{"safari, method", "[Error] Method PATCH is not allowed by Access-Control-Allow-Methods.\n[Error] Fetch API cannot load https://api.example/v1/cart due to access control checks.", "MethodDisallowedByPreflightResponse", "method-not-listed", "", acam, ""},
		{"safari, status", "[Error] Preflight response is not successful. Status code: 405", "PreflightInvalidStatus", "preflight-not-routed", "", "", "405"},
		{"a script's error", "Uncaught (in promise) TypeError: Failed to fetch", "Undetermined", "", "", "", ""},
		{"mixed content", "Mixed Content: The page at 'https://shop.example/' was loaded over HTTPS, but requested an insecure XMLHttpRequest endpoint 'http://api.example/v1/cart'. This request has been blocked; the content must be served over HTTPS.", "MixedContent", "mixed-content", "mixed-content", "", ""},
		{"not exposed", "Refused to get unsafe header \"X-Total\"", "HeaderNotExposed", "", "", "Access-Control-Expose-Headers", ""},
		{"tls", "GET https://api.example/v1/cart net::ERR_CERT_DATE_INVALID", "TlsError", "tls-certificate", "tls", "", ""},
	} {
		s.check(t, explained(t, s.text, explain.Context{}))
	}
}

// TestTranslated: Chrome's messages in other languages are told by what is not translated,
// and the page's origin is not taken for the value of a header.
func TestTranslated(t *testing.T) {
	const (
		es = "El acceso a fetch en 'https://api.example/v1/cart' desde el origen 'https://shop.example' ha sido bloqueado por la política de CORS: "
		de = "Der Zugriff auf XMLHttpRequest unter „https://api.example/v1/cart“ vom Ursprung „https://shop.example“ wurde durch die CORS-Richtlinie blockiert: "
		fr = "L’accès à fetch à « https://api.example/v1/cart » depuis l’origine « https://shop.example » a été bloqué par la politique CORS : "
	)
	for text, want := range map[string]spec.Reason{
		es + "No hay ningún encabezado 'Access-Control-Allow-Origin' en el recurso solicitado.":                                                  "MissingAllowOriginHeader",
		es + "El encabezado 'Access-Control-Allow-Origin' tiene un valor 'https://old.example' que no es igual al origen proporcionado.":         "AllowOriginMismatch",
		es + "El encabezado 'Access-Control-Allow-Origin' contiene varios valores '*, *', pero solo se permite uno.":                             "MultipleAllowOriginValues",
		de + "Die Antwort auf die Preflight-Anfrage besteht die Prüfung nicht: Der Header „Access-Control-Allow-Origin“ fehlt.":                  "PreflightMissingAllowOriginHeader",
		de + "Die Antwort auf die Preflight-Anfrage besteht die Prüfung nicht: Sie hat keinen HTTP-ok-Status.":                                   "PreflightInvalidStatus",
		de + "Die Methode PATCH ist laut Access-Control-Allow-Methods in der Preflight-Antwort nicht erlaubt.":                                   "MethodDisallowedByPreflightResponse",
		de + "Der Wert des Headers „Access-Control-Allow-Origin“ darf nicht der Platzhalter „*“ sein, wenn der Credentials-Modus „include“ ist.": "WildcardOriginNotAllowed",
		fr + "Le champ d’en-tête x-tenant n’est pas autorisé par Access-Control-Allow-Headers dans la réponse preflight.":                        "HeaderDisallowedByPreflightResponse",
		fr + "La valeur de l’en-tête « Access-Control-Allow-Credentials » est « », elle doit être « true » quand le mode est « include ».":       "InvalidAllowCredentials",
		fr + "Permission refusée pour cette requête d’accéder à l’espace d’adressage `local`.":                                                   "LocalNetworkAccessPermissionDenied",
	} {
		if a := explained(t, text, explain.Context{}); a.Reason != want || a.Origin != app || a.URL != "https://api.example/v1/cart" {
			t.Errorf("%q: %s, %s, %s; want %s", text, a.Reason, a.Origin, a.URL, want)
		}
	}
}

// TestHSTS: what Chromium calls a redirect of the preflight is none of the server's.
func TestHSTS(t *testing.T) {
	a := explained(t, `{"log":{"creator":{"name":"WebInspector"},"entries":[
		{"_resourceType":"preflight","request":{"method":"OPTIONS","url":"http://api.example/x","headers":[{"name":"Origin","value":"http://shop.example"},{"name":"Access-Control-Request-Method","value":"PUT"}]},"response":{"status":307,"headers":[{"name":"Location","value":"https://api.example/x"},{"name":"Non-Authoritative-Reason","value":"HSTS"},{"name":"Access-Control-Allow-Origin","value":"http://shop.example"}]}},
		{"_resourceType":"fetch","request":{"method":"PUT","url":"http://api.example/x","headers":[]},"response":{"status":0,"headers":[],"_error":"net::ERR_FAILED"}}]}}`, explain.Context{Origin: "http://shop.example"})
	if a.Reason != "PreflightDisallowedRedirect" || a.Cause.ID != "https-only-host" || a.Side != cases.SideClient {
		t.Errorf("%s, %s, %s", a.Reason, a.Cause.ID, a.Side)
	}
}

// TestStack: the setting of the stack that is given, or that an answer names for certain.
func TestStack(t *testing.T) {
	const text = "HTTP/1.1 200 OK\nX-Powered-By: Express\nAccess-Control-Allow-Origin: https://shop.example/\n"
	express, nginx := cases.FindStack("express"), cases.FindStack("nginx")
	a := explained(t, text, explain.Context{Origin: app, Stack: nginx})
	if a.Fix.Stack != nginx.Name || !strings.Contains(a.Fix.Text, app) || strings.Contains(a.Fix.Text, "app.example.com") {
		t.Errorf("%+v", a.Fix)
	}
	a = explained(t, "HTTP/1.1 200 OK\nServer: nginx\nX-Powered-By: Express\n", explain.Context{Origin: app, Stack: express})
	if a.Fix.Stack != express.Name {
		t.Errorf("%+v", a.Fix)
	}
}

// TestWays: what the way to us does to a text changes nothing of what is said.
func TestWays(t *testing.T) {
	texts := []string{
		before + "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
		head + "Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.",
		blank + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://old.example’).",
		blank + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.",
		before + "The 'Access-Control-Allow-Origin' header has a value 'https://old.example' that is not equal to the supplied origin.",
		blank + "CORS request external redirect not allowed).",
		"[Error] Origin https://shop.example is not allowed by Access-Control-Allow-Origin. Status code: 500\n[Error] Fetch API cannot load https://api.example/v1/cart due to access control checks.",
		"HTTP/1.1 200 OK\nContent-Type: text/html\nAccess-Control-Allow-Origin: https://a.example, https://b.example\n",
	}
	ways := map[string]func(string) string{
		"CRLF":       func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"fence":      func(s string) string { return "It fails:\n\n```text\n" + s + "\n```\n" },
		"quotation":  func(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") },
		"colours":    func(s string) string { return "\x1b[31m" + s + "\x1b[0m" },
		"lower case": strings.ToLower,
		"byte order": func(s string) string { return "\ufeff" + s },
		"place":      func(s string) string { return "app.js:12 " + s },
		"other text": func(s string) string {
			return "Hello, since yesterday I see this and do not know why.\n\n" + s + "\n\nThank you!"
		},
		"HTML":   html.EscapeString,
		"broken": func(s string) string { return strings.ReplaceAll(s, " header has", " header\nhas") },
		"before name": func(s string) string {
			return strings.Replace(strings.ReplaceAll(s, " ‘Access-", "\n‘Access-"), " 'Access-", "\n'Access-", 1)
		},
		"line after":  func(s string) string { return s + "\ndownloadable font: 'Inter' (weight:400 src index:0): bad URI" },
		"inline":      func(s string) string { return "`" + s + "`" },
		"blank lines": func(s string) string { return "\n\n" + s + "\n\n" },
	}
	for _, text := range texts {
		want := explained(t, text, explain.Context{})
		if want.Reason == explain.ReasonUndetermined {
			t.Fatalf("%q is not read", text)
		}
		for name, way := range ways {
			if strings.HasPrefix(text, "HTTP/") && (name == "place" || name == "inline" || name == "line after") {
				continue // nobody does
			}
			if got := explained(t, way(text), explain.Context{}); got.Reason != want.Reason || got.URL != want.URL || got.Cause.ID != want.Cause.ID {
				t.Errorf("%s: %q: got %s %s %s, want %s %s %s", name, way(text), got.Reason, got.URL, got.Cause.ID, want.Reason, want.URL, want.Cause.ID)
			}
		}
	}
}

// TestSeveral: each message is told, and what is said of one request is one.
func TestSeveral(t *testing.T) {
	a := explained(t, strings.Join([]string{
		head + "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
		"GET https://api.example/v1/cart net::ERR_FAILED 200 (OK)",
		"Uncaught (in promise) TypeError: Failed to fetch",
		"GET https://cdn.example/ads.js net::ERR_BLOCKED_BY_CLIENT",
		"Access to font at 'https://cdn.example/a.woff2' from origin 'https://shop.example' has been blocked by CORS policy: The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only one is allowed.",
	}, "\n"), explain.Context{})
	var got []string
	for _, x := range append([]explain.Answer{*a}, a.Others...) {
		got = append(got, string(x.Reason)+" "+x.URL)
	}
	want := "MissingAllowOriginHeader https://api.example/v1/cart; MultipleAllowOriginValues https://cdn.example/a.woff2; BlockedByClient https://cdn.example/ads.js"
	if strings.Join(got, "; ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, "; "), want)
	}
}

// TestManyOthers: a page stays a page, however many requests of a text fail.
func TestManyOthers(t *testing.T) {
	var list []string
	for i := range 40 {
		list = append(list, strings.ReplaceAll(head, "/v1/cart", fmt.Sprintf("/v1/%d", i))+"No 'Access-Control-Allow-Origin' header is present on the requested resource.")
	}
	a := explained(t, strings.Join(list, "\n"), explain.Context{})
	var page strings.Builder
	if err := explain.Write(&page, a); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(page.String(), "\n"); len(a.Others) != 39 || n > 80 || !strings.Contains(page.String(), "31 more: --json") {
		t.Errorf("%d others, %d lines:\n%s", len(a.Others), n, page.String())
	}
}

// TestHeaders: the model decides about pasted answers, and says so where it cannot.
func TestHeaders(t *testing.T) {
	const (
		ok    = "HTTP/1.1 200 OK\nContent-Type: application/json\n"
		named = ok + "Access-Control-Allow-Origin: https://shop.example\n"
	)
	page := explain.Context{Origin: app, URL: "https://api.example/v1/cart"}
	include := page
	include.Credentials = spec.CredentialsInclude
	reads := page
	reads.Reads = "X-Total"
	put := page
	put.Method, put.ResponseOf = "PUT", "preflight"
	for _, c := range []struct {
		said
		explain.Context
	}{
		{said{"nothing", ok, "MissingAllowOriginHeader", "no-cors", "", "Access-Control-Allow-Origin", ""}, page},
		{said{"all right", named, "Allowed", "", "", "", ""}, page},
		{said{"with credentials", named, "InvalidAllowCredentials", "credentials-missing", "", "Access-Control-Allow-Credentials", ""}, include},
		{said{"not exposed", named + "X-Total: 7\n", "HeaderNotExposed", "expose-missing", "", "Access-Control-Expose-Headers", ""}, reads},
		{said{"exposed", named + "X-Total: 7\nAccess-Control-Expose-Headers: x-total\n", "Allowed", "", "", "", ""}, reads},
		{said{"error", strings.Replace(named, "200 OK", "503 Service Unavailable", 1), "HttpError", "", "", "", "503"}, page},
		{said{"no page", named, "Undetermined", "", "", "", ""}, explain.Context{}},
		{said{"no page, but wrong for each", ok + "Access-Control-Allow-Origin: shop.example\n", "InvalidAllowOriginValue", "allow-origin-scheme-missing", "", "Access-Control-Allow-Origin", "shop.example"}, explain.Context{}},
		{said{"preflight", "HTTP/2 204\naccess-control-allow-origin: https://shop.example\naccess-control-allow-methods: put\n", "MethodDisallowedByPreflightResponse", "method-case", "", "Access-Control-Allow-Methods", "put"}, put},
		{said{"preflight granted", "HTTP/2 204\naccess-control-allow-origin: https://shop.example\naccess-control-allow-methods: PUT\n", "Allowed", "", "", "", ""}, put},
		{said{"devtools", "Request URL\nhttps://api.example/v1/cart\nRequest Method\nGET\nStatus Code\n200 OK\naccess-control-allow-origin\nhttps://a.example\nserver\nnginx\n", "AllowOriginMismatch", "allow-origin-other", "", "Access-Control-Allow-Origin", "https://a.example"}, page},
	} {
		c.said.check(t, explained(t, c.text, c.Context))
	}
}

// TestCauses: every cause that is named exists.
func TestCauses(t *testing.T) {
	for _, id := range explain.CauseIDs() {
		if cases.FindCause(id) == nil {
			t.Errorf("there is no cause %q", id)
		}
	}
}

// TestEmpty: what has nothing is an error, with what to do.
func TestEmpty(t *testing.T) {
	for _, text := range []string{"", " \n\t", "\ufeff"} {
		if _, err := explain.Explain(text, "", explain.Context{}); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

// TestPrinted: the sentences that the pages of docs/errors have are read as what they are there for.
func TestPrinted(t *testing.T) {
	for _, p := range explain.AllPrinted() {
		for browser, text := range map[string]string{"Chrome": p.Chrome, "Firefox": p.Firefox, "Safari": p.Safari} {
			if text == "" {
				continue
			}
			if browser == "Firefox" && (strings.Contains(text, "CORS") || strings.Contains(text, "Access-Control")) {
				text = blank + text + ")."
			}
			got := explained(t, text, explain.Context{}).Reason
			same := got == p.Reason || "Preflight"+got == p.Reason && browser != "Chrome" || got == "PreflightMissingAllowOriginHeader" && browser == "Safari" ||
				got == "MissingAllowOriginHeader" && browser == "Safari" || strings.HasSuffix(string(got), "AllowOriginMismatch") && browser == "Firefox" || got == "CorpNotSameOrigin" && p.Reason == "CorpNotSameSite"
			if !same {
				t.Errorf("%s, %s: %s", p.Reason, browser, got)
			}
		}
	}
}

// TestStatusOfOthers: the status of another resource, which nearly every console has, is not that
// of the request.
func TestStatusOfOthers(t *testing.T) {
	const message, missing = head + "No 'Access-Control-Allow-Origin' header is present on the requested resource.", "Failed to load resource: the server responded with a status of 404 (Not Found)"
	for _, text := range []string{"favicon.ico:1  " + missing + "\n(index):1 " + message, message + "\n" + missing, message + "\nGET https://api.example/favicon.ico " + missing} {
		if a := explained(t, text, explain.Context{}); a.Cause.ID != "no-cors" || a.URL != "https://api.example/v1/cart" || len(a.Others) > 0 {
			t.Errorf("%q: %s, %s, %d others", text, a.Cause.ID, a.URL, len(a.Others))
		}
	}
	if a := explained(t, message+"\ncart:1 "+missing, explain.Context{}); a.Cause.ID != "not-found-no-cors" {
		t.Errorf("its own status: %s", a.Cause.ID)
	}
}

// TestCheckOfPreflight: the command makes the request that was blocked, with places to fill in for
// what the message does not say; a request without a preflight would be another.
func TestCheckOfPreflight(t *testing.T) {
	for text, want := range map[string]string{
		before + "Redirect is not allowed for a preflight request.":                                                  "corsproof fetch 'https://api.example/v1/cart' -X METHOD --from https://shop.example -H 'NAME: VALUE'",
		head + "Request header field x-tenant is not allowed by Access-Control-Allow-Headers in preflight response.": "corsproof fetch 'https://api.example/v1/cart' -X METHOD --from https://shop.example -H 'x-tenant: VALUE'",
	} {
		if a := explained(t, text, explain.Context{}); a.Check != want {
			t.Errorf("%q: %s", text, a.Check)
		}
		if _, err := explain.Request(text, "", explain.Context{}); err == nil {
			t.Errorf("%q: a request is made that the message does not name", text)
		}
	}
}

// TestPreflightByHand: a preflight that was sent with curl, and granted, is all right.
func TestPreflightByHand(t *testing.T) {
	const sent = "> OPTIONS /v1/cart HTTP/1.1\n> Host: api.example\n> User-Agent: curl/8.5.0\n> Origin: https://shop.example\n> Access-Control-Request-Method: PUT\n> \n< HTTP/1.1 204 No Content\n< Access-Control-Allow-Origin: https://shop.example\n"
	if a := explained(t, sent+"< Access-Control-Allow-Methods: PUT\n", explain.Context{}); !a.Granted {
		t.Errorf("%s", a.Reason)
	}
	if a := explained(t, sent, explain.Context{}); a.Reason != "MethodDisallowedByPreflightResponse" {
		t.Errorf("%s", a.Reason)
	}
}

// TestNoMessage: the word CORS is no message of a browser.
func TestNoMessage(t *testing.T) {
	if a := explained(t, "hello my CORS is broken", explain.Context{}); !strings.Contains(a.Cause.Title, "No message of a browser") {
		t.Errorf("%s", a.Cause.Title)
	}
}
