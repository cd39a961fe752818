package explain_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
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
