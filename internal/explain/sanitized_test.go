package explain_test

import (
	"fmt"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// A HAR that was saved without what is secret has no Authorization in the request; its preflight, which
// names it, still decides.
func TestPreflightOfASanitizedHAR(t *testing.T) {
	const allow = `{"name":"Access-Control-Allow-Origin","value":"https://shop.example"}`
	for _, c := range []struct {
		method, names string
		status        int
		headers       string
		reason        spec.Reason
	}{
		{"GET", "authorization", 204, "", spec.ReasonPreflightMissingAllowOriginHeader},
		{"GET", "authorization", 401, allow, spec.ReasonPreflightInvalidStatus},
		{"GET", "authorization", 204, allow + `,{"name":"Access-Control-Allow-Headers","value":"content-type"}`, spec.ReasonHeaderDisallowedByPreflightResponse},
		{"GET", "authorization", 204, `{"name":"Access-Control-Allow-Origin","value":"https://other.example"}`, spec.ReasonPreflightAllowOriginMismatch},
		{"POST", "content-type", 204, "", spec.ReasonPreflightMissingAllowOriginHeader},
		{"POST", "content-type,x-player", 204, allow + `,{"name":"Access-Control-Allow-Headers","value":"content-type"}`, spec.ReasonHeaderDisallowedByPreflightResponse},
		{"POST", "", 204, "", spec.ReasonPreflightMissingAllowOriginHeader}, // of a listener for uploads
	} {
		names := ""
		if c.names != "" {
			names = `,{"name":"Access-Control-Request-Headers","value":"` + c.names + `"}`
		}
		request := `{"_resourceType":"fetch","request":{"method":"` + c.method + `","url":"https://api.example/a","headers":[{"name":"Origin","value":"https://shop.example"}]},"response":{"status":0,"headers":[],"_error":"net::ERR_FAILED"}}`
		preflight := fmt.Sprintf(`{"_resourceType":"preflight","request":{"method":"OPTIONS","url":"https://api.example/a","headers":[{"name":"Origin","value":"https://shop.example"},{"name":"Access-Control-Request-Method","value":%q}%s]},"response":{"status":%d,"headers":[%s]}}`, c.method, names, c.status, c.headers)
		for _, text := range []string{harOf(request + "," + preflight), harOf(preflight + "," + request)} {
			if a := explained(t, text, explain.Context{}); a.Reason != c.reason || a.Method != c.method || len(a.Others) > 0 {
				t.Errorf("%s %q, %d %s: %s %s, %d others; want %s", c.method, c.names, c.status, c.headers, a.Method, a.Reason, len(a.Others), c.reason)
			}
		}
	}
}
