package explain_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// TestFailedAndItsScript: what the script prints of a request that failed takes nothing away from Firefox's
// message, in any language, before it or behind it.
func TestFailedAndItsScript(t *testing.T) {
	for _, m := range []string{
		blank + "CORS request did not succeed). Status code: (null).",
		"Quellübergreifende (Cross-Origin) Anfrage blockiert: Die Gleiche-Quelle-Regel verbietet das Lesen der externen Ressource auf https://api.example/v1/cart. (Grund: CORS-Anfrage schlug fehl). Statuscode: (null).",
		"已拦截跨源请求：同源策略禁止读取位于 https://api.example/v1/cart 的远程资源。（原因：CORS 请求未能成功）。状态码：(null)。",
	} {
		want := explained(t, m, explain.Context{})
		if len(want.Alternatives) != 6 || alternative(want, "extension-blocked") == nil {
			t.Errorf("%q: %+v", m, want.Alternatives)
		}
		for _, script := range []string{
			"Uncaught (in promise) TypeError: NetworkError when attempting to fetch resource.", "TypeError: NetworkError when attempting to fetch resource. app.js:12:5",
			"Error: Network Error", "AxiosError: Network Error\n    at XMLHttpRequest.handleError (http://localhost:3000/static/js/bundle.js:1234:14)",
			"Object { message: \"Network Error\", name: \"AxiosError\", code: \"ERR_NETWORK\", config: {…}, request: XMLHttpRequest }", "XMLHttpRequest error.",
		} {
			for _, text := range []string{m + "\n" + script, m + "\n\n" + script, script + "\n" + m} {
				got := explained(t, text, explain.Context{})
				if page(t, got) != page(t, want) {
					t.Errorf("%q:\n%s", text, page(t, got))
				}
			}
		}
	}
}

// TestURLWithApostrophe: an apostrophe and brackets belong to a URL's path, as in OData.
func TestURLWithApostrophe(t *testing.T) {
	for _, u := range []string{
		"https://contoso.example/sites/hr/_api/web/lists/getbytitle('Docs')/items", "https://api.example/people/O'Brien", "https://api.example/Products(1)/Name",
		"https://api.example/f(a='x',b='y')", "https://api.example/list?$filter=name%20eq%20'x'", "https://api.example/it's/a('b')/c",
	} {
		plain := []string{
			"Access to XMLHttpRequest at '" + u + "' from origin 'https://shop.example' has been blocked by CORS policy: " + noHeader,
			"Access to fetch at 'https://api.example/b' (redirected from '" + u + "') from origin 'https://shop.example' has been blocked by CORS policy: " + noHeader,
			"POST " + u + " net::ERR_FAILED 500 (Internal Server Error)",
			"XMLHttpRequest cannot load " + u + ". " + noHeader + " Origin 'https://shop.example' is therefore not allowed access.",
			"[Error] Preflight response is not successful. Status code: 401\n[Error] XMLHttpRequest cannot load " + u + " due to access control checks.",
		}
		if !strings.Contains(u, "filter") && !strings.Contains(u, "=") { // what is in quotation marks outside of brackets ends it there
			plain = append(plain, strings.Replace(blank, "https://api.example/v1/cart", u, 1)+"CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.")
		}
		for _, text := range plain {
			for _, way := range []string{text, "It fails:\n\n" + text + "\n\napp.use(cors({ origin: 'https://shop.example' }))"} {
				a := explained(t, way, explain.Context{})
				asked := a.URL
				if strings.Contains(text, "redirected") {
					asked = a.From
				}
				if asked != u || len(a.Others) > 0 || strings.Contains(text, "from origin") && a.Origin != app {
					t.Errorf("%q: %s from %s, %d others", way, asked, a.Origin, len(a.Others))
				}
			}
		}
	}
	const korean = "교차 출처 요청 차단: 동일 출처 정책으로 인해 https://api.example/v1/cart에 있는 원격 자원을 차단하였습니다. (원인: ‘Access-Control-Allow-Origin’ CORS 헤더가 없음). 상태 코드: 200."
	if a := explained(t, korean, explain.Context{}); a.URL != "https://api.example/v1/cart" {
		t.Errorf("%s", a.URL)
	}
}

// TestAnsweredLine: a line with the status alone, which Chrome writes with net::ERR_FAILED where CORS hides
// the answer, is one that the page can read; for certain where the script prints the status.
func TestAnsweredLine(t *testing.T) {
	for _, c := range []struct {
		text       string
		reason     spec.Reason
		confidence explain.Confidence
		method     string
	}{
		{"POST https://api.example/v1/cart 422 (Unprocessable Entity)", explain.ReasonHTTPError, explain.Likely, "POST"},
		{"POST https://api.example/v1/cart 422 (Unprocessable Entity)\nUncaught (in promise) Error: Request failed with status code 422", explain.ReasonHTTPError, explain.Certain, "POST"},
		{"app.js:12 GET https://api.example/v1/cart 500 (Internal Server Error)\nUncaught (in promise) AxiosError: Request failed with status code 500\n    at settle (settle.js:19:12)", explain.ReasonHTTPError, explain.Certain, "GET"},
		{"AxiosError: Request failed with status code 401\nGET https://api.example/v1/cart 401 (Unauthorized)", explain.ReasonHTTPError, explain.Certain, "GET"},
		{"PATCH https://api.example/v1/cart 404 (Not Found)\nError: HTTP error! status: 404", explain.ReasonHTTPError, explain.Certain, "PATCH"},
		{"PUT https://api.example/v1/cart 503 ()\nHttpErrorResponse {headers: HttpHeaders, status: 503, statusText: 'Service Unavailable'}", explain.ReasonHTTPError, explain.Certain, "PUT"},
		{"GET https://api.example/v1/cart 404 (Not Found)\nUncaught (in promise) TypeError: Failed to fetch", explain.ReasonUndetermined, explain.Open, "GET"},
		{"GET https://api.example/v1/cart 404 (Not Found)\nAxiosError: Network Error", explain.ReasonUndetermined, explain.Open, "GET"},
		{"GET https://api.example/v1/cart net::ERR_FAILED 404 (Not Found)", explain.ReasonUndetermined, explain.Open, "GET"},
		{"OPTIONS https://api.example/v1/cart 401 (Unauthorized)", spec.ReasonPreflightInvalidStatus, explain.Likely, ""},
		{"OPTIONS https://api.example/v1/cart net::ERR_FAILED 301 (Moved Permanently)", spec.ReasonPreflightDisallowedRedirect, explain.Likely, ""},
		{head + "Response to preflight request doesn't pass access control check: It does not have HTTP ok status.\nOPTIONS https://api.example/v1/cart 401 (Unauthorized)", spec.ReasonPreflightInvalidStatus, explain.Certain, ""},
		{"OPTIONS https://api.example/v1/cart 405 (Method Not Allowed)\n" + head + "Response to preflight request doesn't pass access control check: It does not have HTTP ok status.", spec.ReasonPreflightInvalidStatus, explain.Certain, ""},
		{head + "Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request.\nOPTIONS https://api.example/v1/cart net::ERR_FAILED 301 (Moved Permanently)", spec.ReasonPreflightDisallowedRedirect, explain.Likely, ""},
		{head + noHeader + "\nOPTIONS https://api.example/v1/cart net::ERR_FAILED", spec.ReasonMissingAllowOriginHeader, explain.Likely, "OPTIONS"}, // the message is not about a preflight
		{head + noHeader + "\nUncaught (in promise) Error: Request failed with status code 500", spec.ReasonMissingAllowOriginHeader, explain.Likely, ""},
	} {
		a := explained(t, c.text, explain.Context{})
		if a.Reason != c.reason || a.Confidence != c.confidence || a.Method != c.method || a.URL != "https://api.example/v1/cart" || len(a.Others) > 0 {
			t.Errorf("%q: %s, %s, %q, %s, %d others", c.text, a.Reason, a.Confidence, a.Method, a.URL, len(a.Others))
		}
		lines := strings.Join(append(a.Wanted, a.Check), "\n")
		if strings.Contains(lines, "OPTIONS") != (c.method == "OPTIONS") {
			t.Errorf("%q: OPTIONS is what browsers ask with, not the script:\n%s", c.text, lines)
		}
		if status := regexp.MustCompile(`\b[3-5]\d\d \(`).FindString(c.text); status != "" && !strings.Contains(page(t, a), status[:3]) {
			t.Errorf("%q does not say %s", c.text, status[:3])
		}
	}
}

// TestEcho: what Chrome and Safari print once more of a request that CORS stopped is no other request, nor is what
// DevTools asks for itself; what fails for another reason is one.
func TestEcho(t *testing.T) {
	const cart = "https://api.example/v1/cart"
	m := head + noHeader
	for text, others := range map[string]int{
		m + "\ncart:1  Failed to load resource: net::ERR_FAILED":        0,
		m + "\nFailed to load resource: net::ERR_FAILED":                0,
		"cart:1  Failed to load resource: net::ERR_FAILED\n" + m:        0,
		m + "\nFailed to load resource: net::ERR_FAILED " + cart + ":1": 0,
		m + "\nGET " + cart + " net::ERR_FAILED\ncart:1 Failed to load resource: net::ERR_FAILED\nUncaught (in promise) TypeError: Failed to fetch":                          0,
		m + "\nfavicon.ico:1 Failed to load resource: the server responded with a status of 404 (Not Found)":                                                                 0,
		m + "\nDevTools failed to load SourceMap: Could not load content for https://api.example/a.js.map: HTTP error: status code 404, net::ERR_HTTP_RESPONSE_CODE_FAILURE": 0,
		m + "\nSource map error: Error: request failed with status 404\nResource URL: https://api.example/a.js\nSource Map URL: a.js.map":                                    0,
		m + "\nFailed to load resource: net::ERR_CONNECTION_REFUSED http://localhost:8080/ws:1":                                                                              1,
		m + "\nGET https://other.example/b net::ERR_NAME_NOT_RESOLVED":                                                                                                       1,
		m + "\n" + strings.ReplaceAll(m, "cart", "list") + "\nlist:1 Failed to load resource: net::ERR_FAILED\ncart:1 Failed to load resource: net::ERR_FAILED":              1,
	} {
		a := explained(t, text, explain.Context{})
		if a.Reason != spec.ReasonMissingAllowOriginHeader || a.URL != cart || len(a.Others) != others {
			t.Errorf("%q: %s %s, %+v", text, a.Reason, a.URL, a.Others)
		}
	}
	const file = "Access to script at 'file:///C:/Users/Ana/tienda/main.js' from origin 'null' has been blocked by CORS policy: Cross origin requests are only supported for protocol schemes: chrome, chrome-extension, data, http, https.\nmain.js:1  Failed to load resource: net::ERR_FAILED"
	if a := explained(t, file, explain.Context{}); a.Reason != spec.ReasonCorsDisabledScheme || len(a.Others) > 0 {
		t.Errorf("%s, %+v", a.Reason, a.Others)
	}
	// The redirect that Safari did not follow is the answer of the URL that was asked for.
	for to, id := range map[string]string{"https://sso.example/login": "redirected-login", "https://files.example/cart": "redirected-other-origin"} {
		text := "[Error] Cross-origin redirection to " + to + " denied by Cross-Origin Resource Sharing policy: Origin https://shop.example is not allowed by Access-Control-Allow-Origin. Status code: 302\n[Error] Fetch API cannot load " + cart + " due to access control checks."
		a := explained(t, text, explain.Context{})
		if a.URL != cart || a.Cause.ID != id || len(a.Others) > 0 || !strings.Contains(page(t, a), "302") {
			t.Errorf("%q: %s, %s, %+v", text, a.URL, a.Cause.ID, a.Others)
		}
	}
}

// TestProxyTunnel: what curl asks a proxy for is no request of the page, whether the proxy grants it or not.
func TestProxyTunnel(t *testing.T) {
	const (
		tunnel  = "$ curl -v -x http://proxy.example:3128 -H 'Origin: https://shop.example' https://api.example/a\n* Establish HTTP proxy tunnel to api.example:443\n> CONNECT api.example:443 HTTP/1.1\n> Host: api.example:443\n> User-Agent: curl/8.9.1\n> Proxy-Connection: Keep-Alive\n>\n"
		granted = "< HTTP/1.1 200 Connection established\n<\n* CONNECT phase completed\n* SSL connection using TLSv1.3\n> GET /a HTTP/1.1\n> Host: api.example\n> User-Agent: curl/8.9.1\n> Origin: https://shop.example\n>\n"
	)
	for text, want := range map[string]spec.Reason{
		tunnel + granted + "< HTTP/1.1 200 OK\n< Content-Type: application/json\n<\n":                              spec.ReasonMissingAllowOriginHeader,
		tunnel + granted + "< HTTP/1.1 200 OK\n< Access-Control-Allow-Origin: *\n<\n":                              explain.ReasonAllowed,
		tunnel + "< HTTP/1.1 407 Proxy Authentication Required\n<\ncurl: (56) CONNECT tunnel failed, response 407": spec.ReasonNetworkError,
	} {
		a := explained(t, text, explain.Context{})
		if a.Reason != want || a.URL != "https://api.example/a" || len(a.Others) > 0 || strings.Contains(page(t, a), "CONNECT") || strings.Contains(a.Check, "proxy") {
			t.Errorf("%q:\n%s", text, page(t, a))
		}
	}
}

// TestDetails: what a text says of URL and page is not lost.
func TestDetails(t *testing.T) {
	for text, want := range map[string]string{
		"C:\\> curl -v https://api.example/a -H \"Origin: https://shop.example\"\ncurl: (60) schannel: SNI or certificate check failed":                                                                                                  "corsproof fetch 'https://api.example/a' --from https://shop.example",
		"C:\\Users\\Ana Maria>curl -v https://api.example/a -H \"Origin: https://shop.example\"\n* Closing connection\ncurl: (7) Failed to connect":                                                                                      "corsproof fetch 'https://api.example/a' --from https://shop.example",
		"PS C:\\src> curl.exe -v https://api.example/a -H \"Origin: https://shop.example\"\ncurl: (6) Could not resolve host: api.example":                                                                                               "corsproof fetch 'https://api.example/a' --from https://shop.example",
		"[root@web html]# curl -v https://api.example/a -H 'Origin: https://shop.example'\ncurl: (6) Could not resolve host: api.example":                                                                                                "corsproof fetch 'https://api.example/a' --from https://shop.example",
		"ana@mac ~ % curl -v https://api.example/a -H 'Origin: https://shop.example'\ncurl: (6) Could not resolve host: api.example":                                                                                                     "corsproof fetch 'https://api.example/a' --from https://shop.example",
		"➜  shop git:(main) ✗ curl -v https://api.example/a -H 'Origin: https://shop.example'\ncurl: (6) Could not resolve host: api.example":                                                                                            "corsproof fetch 'https://api.example/a' --from https://shop.example",
		"C:\\> curl https://api.example/a -H \"Origin: https://shop.example\"":                                                                                                                                                           "corsproof fetch 'https://api.example/a' --from https://shop.example",
		"[Error] Failed to load resource: The certificate for this server is invalid. You might be connecting to a server that is pretending to be “api.example” which could put your confidential information at risk. (items, line 0)": "corsproof fetch 'https://api.example/' --from PAGE_ORIGIN",
		"Failed to load resource: net::ERR_NAME_NOT_RESOLVED  https://api.example/v1/users:1":                                                                                                                                            "corsproof fetch 'https://api.example/v1/users' --from PAGE_ORIGIN",
		"api.example/v1/users:1 Failed to load resource: net::ERR_CERT_DATE_INVALID":                                                                                                                                                     "corsproof fetch 'URL' --from PAGE_ORIGIN",
		"fetch(\"https://api.example/a\", {\n \"headers\": {\n \"accept\": \"*/*\",\n \"cookie\": \"sid=x\",\n \"Referer\": \"https://shop.example/\"\n },\n \"body\": null,\n \"method\": \"GET\"\n});":                                 "corsproof fetch 'https://api.example/a' --from https://shop.example --credentials",
		"fetch(\"https://api.example/a\", {\n \"headers\": {\n \"Referer\": \"https://shop.example/\"\n },\n \"body\": null,\n \"method\": \"GET\"\n});":                                                                                 "corsproof fetch 'https://api.example/a' --from https://shop.example",
	} {
		if a := explained(t, text, explain.Context{}); a.Check != want || len(a.Others) > 0 {
			t.Errorf("%q: %s, %s", text, a.Check, a.Reason)
		}
	}
}
