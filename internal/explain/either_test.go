package explain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// TestFirefoxSaysItOfBoth: that the header is missing Firefox says of the preflight and of the request itself.
// Which of the two it was, one line does not show; the second does.
func TestFirefoxSaysItOfBoth(t *testing.T) {
	const missing, second = blank + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: %d.", blank + "CORS request did not succeed). Status code: (null)."
	for status, first := range map[int]spec.Reason{
		301: spec.ReasonMissingAllowOriginHeader, 401: spec.ReasonMissingAllowOriginHeader, 403: spec.ReasonMissingAllowOriginHeader, 404: spec.ReasonMissingAllowOriginHeader,
		405: spec.ReasonPreflightMissingAllowOriginHeader, 501: spec.ReasonPreflightMissingAllowOriginHeader, 500: spec.ReasonMissingAllowOriginHeader,
	} {
		line := fmt.Sprintf(missing, status)
		for _, text := range []string{line, strings.Replace(line, "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at", "Quellübergreifende (Cross-Origin) Anfrage blockiert: Die Gleiche-Quelle-Regel verbietet das Lesen der externen Ressource auf", 1)} {
			a := explained(t, text, explain.Context{})
			if a.Reason != first || a.Confidence != explain.Likely {
				t.Errorf("%d: %s, %s", status, a.Reason, a.Confidence)
			}
			other := map[bool]spec.Reason{true: spec.ReasonMissingAllowOriginHeader, false: spec.ReasonPreflightMissingAllowOriginHeader}[first.IsPreflight()]
			if len(a.Alternatives) == 0 || a.Alternatives[0].Reason != other || a.Alternatives[0].Cause == a.Cause.ID {
				t.Errorf("%d: %s, or %+v", status, a.Cause.ID, a.Alternatives)
			}
			if got := explained(t, text+"\n"+second, explain.Context{}); status != 301 && (got.Reason != spec.ReasonPreflightMissingAllowOriginHeader || got.Confidence != explain.Certain) {
				t.Errorf("%d, two lines: %s, %s, %+v", status, got.Reason, got.Confidence, got.Alternatives)
			}
		}
		for _, line := range []string{"OPTIONS https://api.example/v1/cart", "XHROPTIONS https://api.example/v1/cart"} { // Firefox's own line of the request
			text := fmt.Sprintf("%s [HTTP/1.1 %d X 12ms]\n"+missing, line, status, status)
			if got := explained(t, text, explain.Context{}); got.Reason != spec.ReasonPreflightMissingAllowOriginHeader || len(got.Others) > 0 {
				t.Errorf("%q: %s, %+v", text, got.Reason, got.Others)
			}
		}
	}
}
