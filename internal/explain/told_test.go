package explain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/explain"
)

// alternative is that of a cause; nil where it is not among them.
func alternative(a *explain.Answer, cause string) *explain.Alternative {
	i := slices.IndexFunc(a.Alternatives, func(x explain.Alternative) bool { return x.Cause == cause })
	if i < 0 {
		return nil
	}
	return &a.Alternatives[i]
}

// TestMissingForThisOrigin: one request does not show that a server sends no header to anybody; an
// origin that is spelt otherwise in its list is as likely.
func TestMissingForThisOrigin(t *testing.T) {
	a := explained(t, head+"No 'Access-Control-Allow-Origin' header is present on the requested resource.", explain.Context{})
	if a.Confidence == explain.Certain || alternative(a, "origin-not-listed") == nil || strings.Contains(a.Cause.Title, "no CORS header at all") {
		t.Errorf("%s: %s, %+v", a.Confidence, a.Cause.Title, a.Alternatives)
	}
	if !strings.Contains(a.Fix.Do, app) || !strings.Contains(a.Fix.Do, "no slash at the end") {
		t.Errorf("%s", a.Fix.Do)
	}
}

// TestSlashOfFlask: a hook that answers OPTIONS comes after the routing that redirects, and helps nothing.
func TestSlashOfFlask(t *testing.T) {
	const sent = "> OPTIONS /items HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n> Access-Control-Request-Method: POST\n> \n< HTTP/1.1 308 PERMANENT REDIRECT\n< Location: http://api.example/items/\n"
	a := explained(t, sent, explain.Context{Stack: cases.FindStack("flask")})
	if a.Cause.ID != "preflight-redirected-slash" || !strings.Contains(a.Fix.Text, "strict_slashes = False") || strings.Contains(a.Fix.Text, "before_request") {
		t.Errorf("%s: %q", a.Cause.ID, a.Fix.Text)
	}
}

// TestOtherPageFromCache: an answer that names another page can come from a cache, and the command
// asks for both pages in one browser, which shows it.
func TestOtherPageFromCache(t *testing.T) {
	for value, cached := range map[string]bool{
		"https://admin.example": true, "http://shop.example": true, "https://shop.example:8443": true, "https://www.shop.example": true,
		"https://shop.example/": false, "https://SHOP.example": false, "shop.example": false, "https://*.example": false,
	} {
		a := explained(t, head+"The 'Access-Control-Allow-Origin' header has a value '"+value+"' that is not equal to the supplied origin.", explain.Context{})
		if got := alternative(a, "vary-missing") != nil; got != cached {
			t.Errorf("%s: a cache is named: %v", value, got)
		}
		if got := strings.Contains(a.Check, "--from "+value+" --from "+app); got != cached {
			t.Errorf("%s: %s", value, a.Check)
		}
	}
}

// TestLocalhosts: localhost and 127.0.0.1 are two hosts to a browser, and no proxy has written one for the other.
func TestLocalhosts(t *testing.T) {
	a := explained(t, "Access to fetch at 'http://localhost:8080/me' from origin 'http://127.0.0.1:3000' has been blocked by CORS policy: The 'Access-Control-Allow-Origin' header has a value 'http://localhost:3000' that is not equal to the supplied origin.", explain.Context{})
	if a.Side != cases.SideServer || !strings.Contains(a.Cause.Here, "localhost and 127.0.0.1 are different hosts") {
		t.Errorf("%s, %s: %s", a.Cause.ID, a.Side, a.Cause.Here)
	}
}

// TestStackIsOffered: who does not know of --stack learns of it, with the one that the answer hints at.
func TestStackIsOffered(t *testing.T) {
	for text, want := range map[string]string{
		"HTTP/1.1 200 OK\nServer: Werkzeug/3.0 Python/3.12\nContent-Type: text/html\n": "Once more with --stack flask",
		"HTTP/1.1 200 OK\nContent-Type: text/html\n":                                   "With --stack ID",
	} {
		a := explained(t, text, explain.Context{Origin: app, URL: "https://api.example/v1/cart"})
		if !strings.Contains(strings.Join(a.Notes, " "), want) {
			t.Errorf("%q: %q", want, a.Notes)
		}
	}
}

// TestShownAndRead: messages about frames, canvases, style sheets and preloads, in Chrome's words and others',
// lead to their cause, to what has to be sent, and to the command that checks it.
func TestShownAndRead(t *testing.T) {
	for _, c := range []struct{ text, cause, wanted, check string }{
		{"Refused to display 'https://www.example/' in a frame because it set 'X-Frame-Options' to 'deny'.", "frame-refused", "Content-Security-Policy: frame-ancestors", "curl -sI 'https://www.example/'"},
		{"Refused to display 'https://www.example/' in a frame because it set multiple 'X-Frame-Options' headers with conflicting values ('DENY, SAMEORIGIN'). Falling back to 'deny'.", "frame-refused", "frame-ancestors", "curl -sI"},
		{"Framing 'https://www.example/' violates the following Content Security Policy directive: \"frame-ancestors 'self'\". The request has been blocked.", "frame-refused", "frame-ancestors 'self'", "curl -sI 'https://www.example/'"},
		{"Framing 'https://www.example/' violates the following Content Security Policy directive: \"frame-src 'self'\". The request has been blocked.", "content-security-policy", "frame-src 'self' https://www.example", "PAGE"},
		{"Uncaught SecurityError: Failed to execute 'getImageData' on 'CanvasRenderingContext2D': The canvas has been tainted by cross-origin data.", "element-tainted", "Access-Control-Allow-Origin", "corsproof fetch"},
		{"SecurityError: Failed to execute 'texImage2D' on 'WebGLRenderingContext': The image element contains cross-origin data, and may not be loaded.", "element-tainted", "Access-Control-Allow-Origin", "corsproof fetch"},
		{"SecurityError: Failed to read the 'cssRules' property from 'CSSStyleSheet': Cannot access rules", "element-tainted", "Access-Control-Allow-Origin", "corsproof fetch"},
		{"Uncaught DOMException: CanvasRenderingContext2D.getImageData: The operation is insecure.", "element-tainted", "Access-Control-Allow-Origin", "corsproof fetch"},
		{"Blocked a frame with origin \"https://shop.example\" from accessing a cross-origin frame.", "frame-of-other-origin", "", ""},
		{"A preload for 'https://cdn.example/f.woff2' is found, but is not used because the request credentials mode does not match. Consider taking a look at crossorigin attribute.", "preload-unused", "", ""},
	} {
		a := explained(t, c.text, explain.Context{})
		if a.Cause.ID != c.cause || !strings.Contains(strings.Join(a.Wanted, "\n"), c.wanted) || !strings.Contains(a.Check, c.check) || c.check == "" && a.Check != "" {
			t.Errorf("%q: %s, %q, %q", c.text, a.Cause.ID, a.Wanted, a.Check)
		}
	}
	var page strings.Builder
	if err := explain.Write(&page, explained(t, "A preload for 'https://cdn.example/f.woff2' is found, but is not used because the request credentials mode does not match.", explain.Context{})); err != nil || strings.Contains(page.String(), "BLOCKED") {
		t.Errorf("nothing is blocked by it: %v\n%s", err, page.String())
	}
	a := explained(t, "A preload for 'https://cdn.example/f.woff2' is found, but is not used because the request credentials mode does not match.\n"+head+"No 'Access-Control-Allow-Origin' header is present on the requested resource.", explain.Context{})
	if a.Cause.ID != "no-cors" || len(a.Others) != 1 {
		t.Errorf("a warning comes before what is blocked: %s, %d others", a.Cause.ID, len(a.Others))
	}
}

// TestCommandIsAnother: where the command makes another request than the page, or has places to fill in, that is said.
func TestCommandIsAnother(t *testing.T) {
	notes := func(text string) string {
		return strings.Join(explained(t, text, explain.Context{}).Notes, " ")
	}
	if n := notes(head + "No 'Access-Control-Allow-Origin' header is present on the requested resource.\nPOST https://api.example/v1/cart net::ERR_FAILED 502 (Bad Gateway)"); !strings.Contains(n, "The command sends the POST itself, without content") {
		t.Errorf("a POST: %q", n)
	}
	if n := notes(before + "No 'Access-Control-Allow-Origin' header is present on the requested resource."); !strings.Contains(n, "METHOD stands for the method") || !strings.Contains(n, "NAME for each header") || !strings.Contains(n, "VALUE for what the script sends") {
		t.Errorf("a preflight: %q", n)
	}
	if n := notes(head + "Request header field x-tenant is not allowed by Access-Control-Allow-Headers in preflight response."); !strings.Contains(n, "METHOD stands") || strings.Contains(n, "NAME") {
		t.Errorf("a header that is named: %q", n)
	}
	if n := notes(head + "No 'Access-Control-Allow-Origin' header is present on the requested resource.\nGET https://api.example/v1/cart net::ERR_FAILED 200 (OK)"); strings.Contains(n, "In the command") || strings.Contains(n, "The command sends") {
		t.Errorf("a GET: %q", n)
	}
}

// TestAnswerToCurl: who has an answer of curl's, and none in the browser, learns what differs, and what to look for.
func TestAnswerToCurl(t *testing.T) {
	const sent = "> GET /v1/cart HTTP/2\n> Host: api.example\n> user-agent: curl/8.5.0\n>\n< HTTP/2 200\n< content-type: application/json\n"
	a := explained(t, sent, explain.Context{})
	if !strings.Contains(a.Cause.Title, "no Access-Control-Allow-Origin") || alternative(a, "no-cors") == nil || !strings.Contains(a.Check, "--from") || a.Confidence != explain.Open {
		t.Errorf("%s, %+v, %s", a.Cause.Title, a.Alternatives, a.Check)
	}
	if a := explained(t, sent+"< access-control-allow-origin: *\n", explain.Context{}); strings.Contains(a.Cause.Title, "no Access-Control-Allow-Origin") {
		t.Errorf("%s", a.Cause.Title)
	}
}

// TestAnswerWithoutPermission: curl asks for no permission, so that its answer is all that counts only where a browser
// asks for none either, whatever User-Agent it was given.
func TestAnswerWithoutPermission(t *testing.T) {
	for _, test := range []struct {
		request string
		want    string
	}{
		{"POST /items HTTP/1.1\n> Content-Type: application/json\n> User-Agent: curl/8.5.0", "Undetermined"},
		{"PUT /items HTTP/1.1\n> User-Agent: HTTPie/3.2", "Undetermined"},
		{"GET /items HTTP/1.1\n> Authorization: Bearer x\n> User-Agent: PostmanRuntime/7.36", "Undetermined"},
		{"POST /items HTTP/1.1\n> Content-Type: text/plain\n> User-Agent: curl/8.5.0", "Allowed"},
		{"GET /items HTTP/1.1\n> User-Agent: curl/8.5.0", "Allowed"},
		{"PUT /items HTTP/1.1\n> User-Agent: Mozilla/5.0", "Undetermined"}, // Copy as cURL
	} {
		text := "> " + test.request + "\n> Host: api.example\n> Origin: https://shop.example\n> \n< HTTP/1.1 200 OK\n< Access-Control-Allow-Origin: https://shop.example\n< \n"
		a := explained(t, text, explain.Context{})
		if string(a.Reason) != test.want || test.want == "Undetermined" && !strings.Contains(a.Cause.Here, "asks for permission first") {
			t.Errorf("%s\n%s: %+v", text, a.Reason, a.Cause)
		}
	}
}
