package explain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// page is what is printed of an answer.
func page(t *testing.T, a *explain.Answer) string {
	t.Helper()
	var b strings.Builder
	if err := explain.Write(&b, a); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); len(a.Others) == 0 && n > 30 {
		t.Errorf("%d lines:\n%s", n, b.String())
	}
	return b.String()
}

// flat is a printed page without its line breaks.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

const noHeader = "No 'Access-Control-Allow-Origin' header is present on the requested resource."

// TestNoStatusIsNoCache: that Chrome's line has no status is no sign of a cache. Answers to preflights
// are in no HTTP cache, and neither are those to a POST; for a GET it can be one, and no more.
func TestNoStatusIsNoCache(t *testing.T) {
	for _, method := range []string{"GET", "POST", "PUT"} {
		for _, target := range []string{"https://api.example/v1/cart", "http://127.0.0.1:21023/orders", "http://localhost:8000/a", "http://192.168.1.7/x"} {
			for _, sentence := range []string{noHeader, "Response to preflight request doesn't pass access control check: It does not have HTTP ok status.",
				"Response to preflight request doesn't pass access control check: " + noHeader, "Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request.",
				"The 'Access-Control-Allow-Origin' header has a value 'https://admin.example' that is not equal to the supplied origin."} {
				message := "Access to fetch at '" + target + "' from origin 'https://shop.example' has been blocked by CORS policy: " + sentence
				line := method + " " + target + " net::ERR_FAILED"
				for _, text := range []string{message + "\n" + line, line + "\n" + message} {
					a := explained(t, text, explain.Context{})
					perhaps := alternative(a, "vary-missing") != nil
					may := method == "GET" && sentence == noHeader || strings.Contains(sentence, "has a value")
					if strings.Contains(a.Cause.Title+a.Cause.Here+a.Fix.Do, "cache") || a.Cause.ID == "vary-missing" || perhaps != may || a.Confidence == explain.Certain && may {
						t.Errorf("%q: %s, %s: %s\n%+v", text, a.Cause.ID, a.Confidence, a.Cause.Here, a.Alternatives)
					}
					if len(a.Others) > 0 || a.URL != target {
						t.Errorf("%q: %s, %d others", text, a.URL, len(a.Others))
					}
				}
			}
		}
	}
}

// TestNoAnswerIsOpen: of a request without its answer nothing is known, wherever it goes: neither that
// the browser stopped it for the local network, nor for mixed content where no page is named.
func TestNoAnswerIsOpen(t *testing.T) {
	for _, target := range []string{"http://127.0.0.1:21023/orders", "http://localhost:21023/orders", "http://192.168.1.7/orders", "https://api.example/orders", "http://printer.local/a"} {
		for name, text := range map[string]string{
			"axios":      "axios.post('" + target + "', {a: 1})",
			"axios get":  "axios.get('" + target + "')",
			"fetch":      "fetch('" + target + "')",
			"xhr":        "const x = new XMLHttpRequest(); x.open('PUT', '" + target + "'); x.send()",
			"as fetch":   "fetch(\"" + target + "\", {\"headers\": {\"content-type\": \"application/json\"}, \"referrer\": \"https://shop.example/\", \"body\": \"{}\", \"method\": \"POST\", \"mode\": \"cors\", \"credentials\": \"omit\"});",
			"as cURL":    "curl '" + target + "' -H 'Origin: https://shop.example' -H 'content-type: application/json' --data-raw '{}'",
			"cURL, GET":  "curl '" + target + "' -H 'Origin: https://shop.example'",
			"PowerShell": "Invoke-WebRequest -Uri \"" + target + "\" -Method \"POST\" -Headers @{\"Origin\"=\"https://shop.example\"}",
			"HAR":        `{"log":{"creator":{"name":"WebInspector"},"entries":[{"_resourceType":"fetch","request":{"method":"POST","url":"` + target + `","headers":[{"name":"Origin","value":"https://shop.example"},{"name":"Content-Type","value":"application/json"}]},"response":{"status":0,"headers":[],"_error":"net::ERR_FAILED"}}]}}`,
		} {
			a := explained(t, text, explain.Context{})
			out := page(t, a)
			if a.Confidence != explain.Open || !strings.Contains(out, "\nOPEN     ") || strings.Contains(out, "BLOCKED") || a.Check == "" {
				t.Errorf("%s: %s is %s, check %q\n%s", name, a.Reason, a.Confidence, a.Check, out)
			}
			asks := strings.Contains(text, "shop.example") && !strings.HasPrefix(target, "https")
			if got := alternative(a, "local-network-denied") != nil; got != asks {
				t.Errorf("%s, %s: the local network among what it can be: %v", name, target, got)
			}
		}
	}
	if a := explained(t, "fetch('http://api.example/x')", explain.Context{}); a.Confidence != explain.Open {
		t.Errorf("no page is named: %s", a.Reason)
	}
	if a := explained(t, "fetch('http://api.example/x')", explain.Context{Origin: "https://shop.example"}); a.Reason != spec.ReasonMixedContent {
		t.Errorf("http from a page of https: %s", a.Reason)
	}
}

// TestLocalNetworkOfHTTPS: a page that has https is not told to use it.
func TestLocalNetworkOfHTTPS(t *testing.T) {
	const denied = "Access to fetch at 'http://127.0.0.1:1/x' from origin '%s' has been blocked by CORS policy: Permission was denied for this request to access the `loopback` address space."
	for origin, serve := range map[string]bool{"https://shop.example": false, "http://shop.example": true} {
		if a := explained(t, fmt.Sprintf(denied, origin), explain.Context{}); strings.Contains(a.Fix.Do, "by https") != serve {
			t.Errorf("%s: %s", origin, a.Fix.Do)
		}
	}
}

// TestSafariLines: Safari's reason, the line with the URL, and the one that says it once more are about one
// request, in either order; the page's own origin is not what was asked for.
func TestSafariLines(t *testing.T) {
	const (
		origin = "Origin https://shop.example is not allowed by Access-Control-Allow-Origin. Status code: 200"
		status = "Preflight response is not successful. Status code: 401"
		method = "Method PATCH is not allowed by Access-Control-Allow-Methods."
	)
	for _, reason := range []string{origin, status, method, "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."} {
		for _, who := range []string{"Fetch API", "XMLHttpRequest", "EventSource"} {
			for _, mark := range []string{"[Error] ", ""} {
				said, url := mark+reason, mark+who+" cannot load http://127.0.0.1:21001/items due to access control checks."
				again := mark + "Failed to load resource: " + reason + " (items, line 0)"
				for _, text := range []string{said + "\n" + url, url + "\n" + said, said + "\n" + url + "\n" + again, again + "\n" + url + "\n" + said, said + "\n" + url + "\n" + again + "\n[Error] Unhandled Promise Rejection: TypeError: Load failed"} {
					a := explained(t, text, explain.Context{})
					if a.URL != "http://127.0.0.1:21001/items" || len(a.Others) > 0 || strings.Contains(a.Check, "fetch 'https://shop.example'") || reason == origin && a.Origin != app {
						t.Errorf("%q: %s from %s, %d others, %s", text, a.URL, a.Origin, len(a.Others), a.Check)
					}
				}
			}
		}
	}
	const two = "[Error] " + origin + "\n[Error] Fetch API cannot load http://api.example/items due to access control checks.\n[Error] Failed to load resource: " + origin + " (items, line 0)\n"
	a := explained(t, two+strings.ReplaceAll(two, "items", "orders"), explain.Context{})
	if a.URL != "http://api.example/items" || len(a.Others) != 1 || a.Others[0].URL != "http://api.example/orders" || a.Others[0].Reason != a.Reason {
		t.Errorf("two requests: %s, %+v", a.URL, a.Others)
	}
	// The newest first, and each with a status of its own.
	const newest = "[Error] Fetch API cannot load http://api.example/a due to access control checks.\n[Error] " + origin + "\n"
	a = explained(t, newest+strings.NewReplacer("/a due", "/b due", "200", "500").Replace(newest), explain.Context{})
	if a.URL != "http://api.example/a" || len(a.Others) != 1 || a.Others[0].URL != "http://api.example/b" || a.Others[0].Cause.ID != "error-no-cors" {
		t.Errorf("the newest first: %s, %+v", a.URL, a.Others)
	}
}

// TestURLOfAnother: an origin, the value of a header and a place in a script are no URL that was asked for.
func TestURLOfAnother(t *testing.T) {
	for _, text := range []string{
		"[Error] Origin https://shop.example is not allowed by Access-Control-Allow-Origin. Status code: 200",
		"The 'Access-Control-Allow-Origin' header has a value 'https://www.example' that is not equal to the supplied origin.",
		noHeader + " Origin 'https://shop.example' is therefore not allowed access.",
		"Uncaught (in promise) TypeError: Failed to fetch\n    at load (http://localhost:5173/src/app.js:12:5)",
	} {
		if a := explained(t, text, explain.Context{}); a.URL != "" || len(a.Others) > 0 {
			t.Errorf("%q: %s, %d others", text, a.URL, len(a.Others))
		}
	}
}

// TestRedirectedFrom: what a message says was redirected is asked from the beginning, and behind a redirect
// to another origin it is Origin: null that has to be let in.
func TestRedirectedFrom(t *testing.T) {
	const named = "The 'Access-Control-Allow-Origin' header has a value 'https://shop.example' that is not equal to the supplied origin."
	for _, c := range []struct {
		from, to    string
		null, login bool
	}{
		{"http://127.0.0.1:21032/items", "http://127.0.0.1:21033/login", true, true},
		{"https://api.example/items", "https://sso.example/signin?next=items", true, true},
		{"https://api.example/items", "https://files.example/items", true, false},
		{"https://api.example/items", "https://api.example/items/", false, false},
		{"https://api.example/items", "https://api.example/login", false, true},
		{"http://api.example/items", "https://api.example/items", true, false},
		{"https://shop.example/items", "https://api.example/items", false, false},
	} {
		for _, sentence := range []string{noHeader, named} {
			if sentence == named && !c.null {
				continue // the browser would let it in
			}
			a := explained(t, fmt.Sprintf("Access to fetch at '%s' (redirected from '%s') from origin 'https://shop.example' has been blocked by CORS policy: %s", c.to, c.from, sentence), explain.Context{})
			out := flat(page(t, a))
			if !strings.HasPrefix(a.Check, "corsproof fetch '"+c.from+"' --from https://shop.example") || strings.Count(a.Check, "--from") != 1 || !strings.Contains(out, "redirected from "+c.from) {
				t.Errorf("%s -> %s: %s\n%s", c.from, c.to, a.Check, out)
			}
			if strings.Contains(out, "Origin: null") != c.null || strings.Contains(a.Cause.Title, "login") != c.login {
				t.Errorf("%s -> %s: %s\n%s", c.from, c.to, a.Cause.Title, out)
			}
			if wanted := strings.Join(a.Wanted, "\n"); c.null && strings.Contains(wanted, "shop.example") || c.login && wanted != "" {
				t.Errorf("%s -> %s: %q", c.from, c.to, wanted)
			}
		}
	}
}

// TestRedirectedPreflight: where the preflight behind a redirect is refused for its own sake, the page is not
// told that asking there at once would do.
func TestRedirectedPreflight(t *testing.T) {
	for _, sentence := range []string{"Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request.",
		"Response to preflight request doesn't pass access control check: It does not have HTTP ok status.", "Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response."} {
		a := explained(t, "Access to fetch at 'https://b.example/v2' (redirected from 'https://a.example/v1') from origin 'https://shop.example' has been blocked by CORS policy: "+sentence, explain.Context{})
		if len(a.Wanted) > 0 || !strings.Contains(a.Check, "'https://a.example/v1'") {
			t.Errorf("%q: %q, %s", sentence, a.Wanted, a.Check)
		}
	}
}

// TestRedirectWithinOneOrigin: in a HAR too, a redirect within one origin makes no Origin: null.
func TestRedirectWithinOneOrigin(t *testing.T) {
	const entry = `{"_resourceType":"fetch","request":{"method":"GET","url":"%s","headers":[{"name":"Origin","value":"https://shop.example"}]},"response":{"status":%d,"headers":[%s],"redirectURL":"%s","_error":"%s"}}`
	for to, null := range map[string]bool{"https://api.example/items/": false, "https://files.example/items/": true} {
		text := fmt.Sprintf(`{"log":{"creator":{"name":"WebInspector"},"entries":[`+entry+","+entry+`]}}`,
			"https://api.example/items", 302, `{"name":"Location","value":"`+to+`"},{"name":"Access-Control-Allow-Origin","value":"https://shop.example"}`, to, "",
			to, 200, "", "", "net::ERR_FAILED")
		a := explained(t, text, explain.Context{})
		if out := flat(page(t, a)); a.Reason != spec.ReasonMissingAllowOriginHeader || strings.Contains(out, "Origin: null") != null || strings.Contains(strings.Join(a.Wanted, "\n"), "shop.example") == null {
			t.Errorf("%s: %s\n%s", to, a.Reason, out)
		}
	}
}

// TestAnswerToNobody: an answer alone, as curl -I prints it, was perhaps given to no page: that it has no
// header of CORS shows nothing.
func TestAnswerToNobody(t *testing.T) {
	for _, answer := range []string{
		"HTTP/1.1 200 OK\nVary: Origin\nContent-Type: text/plain\n", "HTTP/1.1 200 OK\nContent-Type: text/plain\nServer: x\n", "HTTP/2 200\naccess-control-allow-credentials: true\nvary: Origin\n",
		"HTTP/1.1 401 Unauthorized\nServer: x\n", "HTTP/1.1 204 No Content\nVary: Origin\nAccess-Control-Allow-Methods: PUT\n",
	} {
		for _, before := range []string{"", "$ curl -I https://api.example/x\n", "> GET /x HTTP/1.1\n> Host: api.example\n> User-Agent: curl/8\n> \n< "} {
			text := answer
			if strings.HasPrefix(before, ">") {
				text = strings.ReplaceAll(strings.TrimSuffix(answer, "\n"), "\n", "\n< ")
			}
			a := explained(t, before+text, explain.Context{})
			out := flat(page(t, a))
			if a.Confidence != explain.Open || strings.Contains(out, "does not let in") || !strings.Contains(a.Check, "corsproof fetch") {
				t.Errorf("%q: %s, %s\n%s", before+text, a.Reason, a.Check, out)
			}
			if strings.HasPrefix(before, "$ curl -I") && strings.Contains(a.Check, "HEAD") {
				t.Errorf("%q: a page asks with no HEAD: %s", before+text, a.Check)
			}
			if strings.Contains(answer, "401") != strings.Contains(out, "401 Unauthorized") {
				t.Errorf("%q: the status\n%s", before+text, out)
			}
		}
	}
	if a := explained(t, "HTTP/1.1 200 OK\nServer: x\n", explain.Context{Origin: app}); a.Reason != spec.ReasonMissingAllowOriginHeader {
		t.Errorf("with --from: %s", a.Reason)
	}
	if a := explained(t, "HTTP/1.1 200 OK\nVary: Origin\n", explain.Context{Origin: app}); a.Cause.ID != "no-cors" || !strings.Contains(a.Cause.Here, "If this is its answer to a request with Origin") {
		t.Errorf("with --from, and nobody knows what was sent: %s: %s", a.Cause.ID, a.Cause.Here)
	}
}
