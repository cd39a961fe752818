package explain_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// TestNoMoreThanIsShown: of a cause that is wider than the input, what is said is the input's.
func TestNoMoreThanIsShown(t *testing.T) {
	const sent = "> GET /p HTTP/1.1\n> Host: api.fern.garden\n> User-Agent: curl/8\n> Origin: https://fern.garden\n"
	const star = ">\n< HTTP/1.1 200 OK\n< Access-Control-Allow-Origin: *\n<\n"
	for _, c := range []struct {
		name, text, says, not string
		c                     explain.Context
	}{
		{"undefined", head + "The 'Access-Control-Allow-Origin' header contains the invalid value 'undefined'.", "is undefined, which is no origin", "true", explain.Context{}},
		{"None", head + "The 'Access-Control-Allow-Origin' header contains the invalid value 'None'.", "is None, which is no origin", "true", explain.Context{}},
		{"an object", head + "The 'Access-Control-Allow-Origin' header contains the invalid value '[object Object]'.", "is [object Object], which is no origin", "several", explain.Context{}},
		{"false", head + "The 'Access-Control-Allow-Origin' header contains the invalid value 'false'.", "false is no origin", "or false", explain.Context{}},
		{"true", head + "The 'Access-Control-Allow-Origin' header contains the invalid value 'true'.", "true is no origin", "or false", explain.Context{}},
		{"a pattern", head + "The 'Access-Control-Allow-Origin' header has a value 'https://*.zebra.shop' that is not equal to the supplied origin.", "neither https://*.zebra.shop nor", "*.shop.example", explain.Context{}},
		{"a pattern of ports", head + "The 'Access-Control-Allow-Origin' header contains the invalid value 'http://localhost:*'.", "know no pattern", "*.shop.example", explain.Context{}},
		{"a cookie by hand", sent + "> Cookie: a=b\n" + star, "The request has a cookie.", "was made with credentials", explain.Context{}},
		{"credentials that are said", sent + star, "was made with credentials", "has a cookie", explain.Context{Credentials: spec.CredentialsInclude}},
		{"Copy as cURL", "curl 'https://api.fern.garden/p' -H 'Origin: https://fern.garden' -b 'a=b'", "", "was made with credentials", explain.Context{}},
		{"an old Firefox", "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://old.kiln.test/x. (Reason: CORS preflight channel did not succeed).", "or was a redirect, or there was none", "was answered with a status", explain.Context{}},
		{"a newer Firefox", "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://old.kiln.test/x. (Reason: CORS preflight response did not succeed). Status code: 404.", "was answered with 404", "or there was none", explain.Context{}},
		{"Chrome", head + "Response to preflight request doesn't pass access control check: It does not have HTTP ok status.", "outside of 200 to 299", "or there was none", explain.Context{}},
	} {
		a := explained(t, c.text, c.c)
		said := a.Cause.Title + " " + a.Cause.Here + " " + a.Cause.Why
		if !strings.Contains(said, c.says) || strings.Contains(said, c.not) {
			t.Errorf("%s (%s): %s", c.name, a.Cause.ID, said)
		}
	}
}

// TestNoCORSTakesMore: mode no-cors also takes off headers, and what is needed without it is said.
func TestNoCORSTakesMore(t *testing.T) {
	for _, c := range []struct{ call, here, do string }{
		{"fetch('https://a.test/x', {method: 'POST', mode: 'no-cors', headers: {'Content-Type': 'application/json'}, body: '{}'})", "leaves out the script's Content-Type", "Access-Control-Allow-Headers: content-type."},
		{"fetch('https://a.test/x', {mode: 'no-cors', headers: {'Authorization': 'Bearer x'}})", "sets: authorization.", "Access-Control-Allow-Headers: authorization."},
		{"fetch('https://a.test/x', {method: 'POST', mode: 'no-cors', headers: {'Content-Type': 'application/json', 'X-A': 'b'}, body: '{}'})", "content-type, x-a.", "Access-Control-Allow-Headers: content-type, x-a."},
		{"fetch('https://a.test/x', {mode: 'no-cors'})", "", "let the server send Access-Control-Allow-Origin."},
		{"fetch('https://a.test/x', {method: 'POST', mode: 'no-cors', headers: {'Content-Type': 'text/plain'}, body: 'a'})", "", "let the server send Access-Control-Allow-Origin."},
	} {
		a := explained(t, c.call, explain.Context{})
		if a.Reason != explain.ReasonOpaque || !strings.Contains(a.Cause.Here, c.here) || c.here == "" && a.Cause.Here != "" || !strings.HasSuffix(a.Fix.Do, c.do) {
			t.Errorf("%s: %s | %s | %s", c.call, a.Reason, a.Cause.Here, a.Fix.Do)
		}
	}
}
