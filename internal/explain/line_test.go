package explain_test

import (
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
