package explain_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// TestGrantedLimits: a preflight that is granted may be refused with credentials, and Authorization under *
// is a departure from the standard. Both are said.
func TestGrantedLimits(t *testing.T) {
	const (
		named       = "< Access-Control-Allow-Origin: https://shop.example\n"
		star        = "< Access-Control-Allow-Origin: *\n"
		credentials = "< Access-Control-Allow-Credentials: true\n"
		methods     = "< Access-Control-Allow-Methods: PUT\n"
		anyMethod   = "< Access-Control-Allow-Methods: *\n"
		headers     = "< Access-Control-Allow-Headers: x-a, authorization\n"
		anyHeader   = "< Access-Control-Allow-Headers: *\n"
	)
	for _, c := range []struct {
		asks, answer string
		with         string // the reason with credentials; empty: it is granted with them too
		auth         bool
	}{
		{"", named + credentials + methods, "", false},
		{"", star + methods, "PreflightWildcardOriginNotAllowed", false},
		{"", star + credentials + methods, "PreflightWildcardOriginNotAllowed", false},
		{"", named + methods, "PreflightInvalidAllowCredentials", false},
		{"", named + credentials + anyMethod, "MethodDisallowedByPreflightResponse", false},
		{"x-a", named + credentials + methods + anyHeader, "HeaderDisallowedByPreflightResponse", false},
		{"authorization", named + credentials + methods + anyHeader, "HeaderDisallowedByPreflightResponse", true},
		{"authorization", star + anyMethod + anyHeader, "PreflightWildcardOriginNotAllowed", true},
		{"authorization,x-a", named + credentials + methods + headers, "", false},
		{"authorization", named + credentials + methods + headers + anyHeader, "", false},
	} {
		for agent, granted := range map[string]spec.Reason{"curl/8.5.0": explain.ReasonAllowed} {
			text := "> OPTIONS /x HTTP/1.1\n> Host: api.example\n> User-Agent: " + agent + "\n> Origin: https://shop.example\n> Access-Control-Request-Method: PUT\n"
			if c.asks != "" {
				text += "> Access-Control-Request-Headers: " + c.asks + "\n"
			}
			text += "> \n< HTTP/1.1 204 No Content\n" + c.answer
			a := explained(t, text, explain.Context{})
			said := "With credentials: 'include' it would be blocked (" + c.with + ")"
			if a.Reason != granted || strings.Contains(a.Cause.Here, said) != (c.with != "") || strings.Contains(a.Cause.Here, "With credentials") != (c.with != "") ||
				strings.Contains(a.Cause.Here, "By the Fetch Standard * does not cover it") != c.auth {
				t.Errorf("%s %s: %s, %s", c.asks, c.answer, a.Reason, a.Cause.Here)
			}
			page(t, a)
			for _, mode := range []spec.CredentialsMode{spec.CredentialsInclude, spec.CredentialsOmit} { // what is known is not weighed
				a := explained(t, text, explain.Context{Credentials: mode})
				if strings.Contains(a.Cause.Here, "With credentials") || (mode == spec.CredentialsInclude && c.with != "") == (a.Reason == granted) {
					t.Errorf("%s, %s %s: %s, %s", mode, c.asks, c.answer, a.Reason, a.Cause.Here)
				}
			}
		}
	}
}
