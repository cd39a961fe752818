package explain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// TestSameOrigin: of a page that asks its own server no header of CORS is said to be missing, in whatever form, and
// what it can be instead is named.
func TestSameOrigin(t *testing.T) {
	for _, origin := range []string{"https://app.test", "http://localhost:3000", "http://192.168.1.7", "https://app.test:8443"} {
		for name, text := range map[string]string{
			"as fetch":   "fetch(\"" + origin + "/api\", {\n \"referrer\": \"" + origin + "/\",\n \"method\": \"GET\",\n \"mode\": \"cors\",\n \"credentials\": \"include\"\n});",
			"with JSON":  "fetch(\"" + origin + "/api\", {\"headers\": {\"content-type\": \"application/json\"}, \"referrer\": \"" + origin + "/x\", \"body\": \"{}\", \"method\": \"PUT\", \"mode\": \"cors\", \"credentials\": \"include\"});",
			"as cURL":    "curl '" + origin + "/api' -H 'Origin: " + origin + "' -H 'content-type: application/json' --data-raw '{}'",
			"a GET":      "curl '" + origin + "/api' -H 'Referer: " + origin + "/x' -H 'X-Tenant: 1'",
			"PowerShell": "Invoke-WebRequest -Uri \"" + origin + "/api\" -Method \"DELETE\" -Headers @{\"Origin\"=\"" + origin + "\"}",
			"a header":   "fetch(\"" + origin + "/api\", {\"headers\": {\"access-control-allow-origin\": \"*\"}, \"referrer\": \"" + origin + "/x\", \"method\": \"GET\", \"mode\": \"cors\", \"credentials\": \"include\"});",
		} {
			a := explained(t, text, explain.Context{})
			out := flat(page(t, a))
			if a.Confidence != explain.Open || !strings.Contains(a.Cause.Title, "CORS is not asked") || strings.Contains(out, "without Access-Control-Allow-Origin") || strings.Contains(out, "stops at the preflight") || alternative(a, "connection-refused") == nil {
				t.Errorf("%s of %s: %s\n%s", name, origin, a.Reason, out)
			}
		}
		for status, want := range map[string]spec.Reason{"200 OK": explain.ReasonAllowed, "500 Internal Server Error": explain.ReasonHTTPError, "401 Unauthorized": explain.ReasonHTTPError} {
			_, host, _ := strings.Cut(origin, "://")
			text := "$ curl -v " + origin + "/a -H 'Origin: " + origin + "' -X PUT\n> PUT /a HTTP/1.1\n> Host: " + host + "\n> Origin: " + origin + "\n>\n< HTTP/1.1 " + status + "\n< Content-Type: text/plain\n<\n"
			if a := explained(t, text, explain.Context{}); a.Reason != want || !strings.HasPrefix(a.Cause.Title, "Page and server are of one origin") {
				t.Errorf("%s: %s, %s: %s", text, a.Reason, a.Cause.Title, a.Cause.Here)
			}
		}
	}
	for text, c := range map[string]explain.Context{
		"Access to fetch at 'https://app.test/x' from origin 'https://app.test' has been blocked by CORS policy:": {},
		"fetch('https://app.test/x')": {Origin: "https://www.app.test"},
		"fetch('https://app.test/y')": {Origin: "http://app.test"},
		"fetch('https://app.test/z')": {},
		"fetch('https://app.test/n')": {Origin: "null"},
	} {
		if a := explained(t, text, c); strings.Contains(a.Cause.Title, "one origin") {
			t.Errorf("%q: %s", text, a.Cause.Title)
		}
	}
}

const (
	ownPage = `{"_resourceType":"document","request":{"method":"GET","url":"https://shop.example/","headers":[{"name":"sec-fetch-mode","value":"navigate"}]},"response":{"status":200,"headers":[]}}`
	ownCall = `{"_resourceType":%q,"request":{"method":"POST","url":"https://shop.example/api","headers":[{"name":"Origin","value":"https://shop.example"},{"name":"sec-fetch-mode","value":%q},{"name":"sec-fetch-dest","value":%q}]},"response":{"status":%d,"headers":[]}}`
	other   = `{"_resourceType":"fetch","request":{"method":"GET","url":"https://api.example/x","headers":[{"name":"Origin","value":"https://shop.example"},{"name":"sec-fetch-mode","value":"cors"}]},"response":{"status":200,"headers":[{"name":"Access-Control-Allow-Origin","value":"*"}]}}`
)

func harOf(entries ...string) string {
	return `{"log":{"creator":{"name":"WebInspector"},"pages":[{"id":"p","title":"https://shop.example/"}],"entries":[` + strings.Join(entries, ",") + `]}}`
}

// TestHARWithoutCORS: a HAR is read as one even where CORS has no part in it: an error of the page's own server is
// told if nothing else is there, and else that no request is one that CORS could have stopped.
func TestHARWithoutCORS(t *testing.T) {
	for _, c := range []struct {
		har    string
		reason spec.Reason
		url    string
		says   string
	}{
		{harOf(ownPage, fmt.Sprintf(ownCall, "fetch", "cors", "empty", 500)), explain.ReasonHTTPError, "https://shop.example/api", "500 Internal Server Error"},
		{harOf(ownPage, fmt.Sprintf(ownCall, "xhr", "cors", "empty", 404)), explain.ReasonHTTPError, "https://shop.example/api", "404 Not Found"},
		{harOf(fmt.Sprintf(ownCall, "", "same-origin", "empty", 401)), explain.ReasonHTTPError, "https://shop.example/api", "401 Unauthorized"},
		{harOf(ownPage, fmt.Sprintf(ownCall, "fetch", "cors", "empty", 500), other), explain.ReasonAllowed, "https://api.example/x", "in order"},
		{harOf(ownPage, fmt.Sprintf(ownCall, "fetch", "cors", "empty", 200)), explain.ReasonUndetermined, "", "no request that CORS could have stopped"},
		{harOf(ownPage, fmt.Sprintf(ownCall, "image", "no-cors", "image", 404)), explain.ReasonUndetermined, "", "no request that CORS could have stopped"},
		{harOf(ownPage), explain.ReasonUndetermined, "", "no request that CORS could have stopped"},
	} {
		a := explained(t, c.har, explain.Context{})
		if a.Reason != c.reason || a.URL != c.url || !strings.Contains(a.Cause.Title, c.says) || strings.Contains(a.Cause.Title, "No message") || len(a.Others) > 0 {
			t.Errorf("%s\n%s %s: %s", c.har, a.Reason, a.URL, a.Cause.Title)
		}
	}
}

// TestNotModified: with a 304 the headers stored decide. It is no redirect and lacks nothing by itself; what the
// browser let pass is all right, and what nobody shows is open.
func TestNotModified(t *testing.T) {
	const entry = `{"_resourceType":"fetch","request":{"method":"GET","url":"https://api.example/a","headers":[{"name":"Origin","value":"https://shop.example"},{"name":"If-None-Match","value":"\"1\""}]},"response":{"status":304,"headers":[%s]%s}}`
	const stored = `{"_resourceType":"fetch","request":{"method":"GET","url":"https://api.example/a","headers":[{"name":"Origin","value":"https://shop.example"}]},"response":{"status":200,"headers":[{"name":"Access-Control-Allow-Origin","value":%q},{"name":"X-Total","value":"1"}]}}`
	const tag = `{"name":"ETag","value":"\"1\""}`
	const grant = `{"name":"Access-Control-Allow-Origin","value":"https://shop.example"}`
	const failed = `,"_error":"net::ERR_FAILED"`
	firefox := strings.NewReplacer("WebInspector", "Firefox")
	for name, c := range map[string]struct {
		text   string
		reads  string
		reason spec.Reason
	}{
		"Chrome let it pass":            {harOf(fmt.Sprintf(entry, tag, "")), "", explain.ReasonAllowed},
		"Chrome stopped it":             {harOf(fmt.Sprintf(entry, tag, failed)), "", spec.ReasonMissingAllowOriginHeader},
		"Firefox does not say":          {firefox.Replace(harOf(fmt.Sprintf(entry, tag, ""))), "", explain.ReasonUndetermined},
		"the 304 has it":                {firefox.Replace(harOf(fmt.Sprintf(entry, grant, ""))), "", explain.ReasonAllowed},
		"stored":                        {firefox.Replace(harOf(fmt.Sprintf(stored, "*"), fmt.Sprintf(entry, tag, ""))), "", explain.ReasonAllowed},
		"stored for another":            {firefox.Replace(harOf(fmt.Sprintf(stored, "https://www.example"), fmt.Sprintf(entry, tag, ""))), "", spec.ReasonAllowOriginMismatch},
		"stored for another, Chrome":    {harOf(fmt.Sprintf(entry, tag, ""), fmt.Sprintf(stored, "*")), "", explain.ReasonAllowed},
		"what the 304 does not have":    {harOf(fmt.Sprintf(entry, tag, "")), "X-Total", explain.ReasonUndetermined},
		"what is stored and not shown":  {harOf(fmt.Sprintf(stored, "*"), fmt.Sprintf(entry, tag, "")), "X-Total", explain.ReasonHeaderNotExposed},
		"curl":                          {"> GET /a HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n> If-None-Match: \"1\"\n>\n< HTTP/1.1 304 Not Modified\n< ETag: \"1\"\n<\n", "", explain.ReasonUndetermined},
		"curl, If-Modified-Since":       {"> GET /a HTTP/2\n> Host: api.example\n> Origin: https://shop.example\n> If-Modified-Since: x\n>\n< HTTP/2 304\n<\n", "", explain.ReasonUndetermined},
		"curl, with another":            {"> GET /a HTTP/2\n> Host: api.example\n> Origin: https://shop.example\n>\n< HTTP/2 304\n< access-control-allow-origin: https://www.example\n<\n", "", spec.ReasonAllowOriginMismatch},
		"curl, with the page's":         {"> GET /a HTTP/2\n> Host: api.example\n> Origin: https://shop.example\n>\n< HTTP/2 304\n< access-control-allow-origin: https://shop.example\n<\n", "", explain.ReasonAllowed},
		"pasted":                        {"GET /a HTTP/1.1\nHost: api.example\nOrigin: https://shop.example\n\nHTTP/1.1 304 Not Modified\nETag: \"1\"\n", "", explain.ReasonUndetermined},
		"with a cookie, and no ACAC":    {"> GET /a HTTP/2\n> Host: api.example\n> Cookie: a=b\n> Origin: https://shop.example\n>\n< HTTP/2 304\n< access-control-allow-origin: https://shop.example\n<\n", "", explain.ReasonUndetermined},
		"with a cookie, and false ACAC": {"> GET /a HTTP/2\n> Host: api.example\n> Cookie: a=b\n> Origin: https://shop.example\n>\n< HTTP/2 304\n< access-control-allow-origin: https://shop.example\n< access-control-allow-credentials: True\n<\n", "", spec.ReasonInvalidAllowCredentials},
	} {
		a := explained(t, c.text, explain.Context{Reads: c.reads})
		out := flat(page(t, a))
		if a.Reason != c.reason || strings.Contains(out, "redirect") {
			t.Errorf("%s: %s, want %s\n%s", name, a.Reason, c.reason, out)
		}
		if c.reason == explain.ReasonUndetermined && (!strings.Contains(out, "what the browser has stored decides") || strings.Contains(a.Check, "if-none-match") || !strings.Contains(a.Check, "corsproof fetch 'https://api.example/a'")) {
			t.Errorf("%s: %s\n%s", name, a.Check, out)
		}
	}
	for _, status := range []string{"300 Multiple Choices", "304 Not Modified", "306 x"} {
		for _, method := range []string{"GET", "OPTIONS"} {
			text := "> " + method + " /a HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n> Access-Control-Request-Method: PUT\n>\n< HTTP/1.1 " + status + "\n< Access-Control-Allow-Origin: https://www.example\n<\n"
			if out := flat(page(t, explained(t, text, explain.Context{}))); strings.Contains(out, "redirect") {
				t.Errorf("%s %s is no redirect:\n%s", method, status, out)
			}
		}
	}
}

// TestRedirectAway: where a redirect leads from one other origin to a third, the page is told to ask there first: behind it
// no header with the page's origin helps. Other redirects are mended where they are.
func TestRedirectAway(t *testing.T) {
	for _, c := range []struct {
		page, url, location, ask string // ask: what the page is told to ask; empty: nothing
	}{
		{"https://app.example", "https://api.example/a", "https://www.example/a", "https://www.example/a"},
		{"https://app.example", "https://api.example/a", "https://api.example:8443/a", "https://api.example:8443/a"},
		{"https://app.example", "https://api.example/a", "//cdn.example/a?b=1", "https://cdn.example/a?b=1"},
		{"http://localhost:3000", "http://api.example/a", "https://api.example/a", "https://api.example/a"},
		{"https://app.example", "https://api.example/a", "https://app.example/a", "https://app.example/a"},
		{"null", "https://api.example/a", "https://www.example/a", "https://www.example/a"},
		{"https://app.example", "https://api.example/a", "/a/", ""},
		{"https://app.example", "https://api.example/a", "https://api.example/b", ""},
		{"https://app.example", "https://api.example/a", "https://idp.example/login", ""},
		{"https://app.example", "https://app.example/a", "https://www.example/a", ""},
	} {
		for _, status := range []string{"301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"} {
			scheme, rest, _ := strings.Cut(c.url, "://")
			host, path, _ := strings.Cut(rest, "/")
			entry := fmt.Sprintf(`{"_resourceType":"fetch","request":{"method":"GET","url":%q,"headers":[{"name":"Origin","value":%q}]},"response":{"status":%s,"headers":[{"name":"Location","value":%q}],"_error":"net::ERR_FAILED"}}`, c.url, c.page, status[:3], c.location)
			for name, text := range map[string]string{
				"curl": "$ curl -v " + scheme + "://" + host + "/" + path + " -H 'Origin: " + c.page + "'\n> GET /" + path + " HTTP/1.1\n> Host: " + host + "\n> Origin: " + c.page + "\n>\n< HTTP/1.1 " + status + "\n< Location: " + c.location + "\n<\n",
				"HAR":  harOf(entry),
			} {
				a := explained(t, text, explain.Context{})
				out := flat(page(t, a))
				if sameRedirect := c.page == "https://app.example" && c.url == "https://app.example/a"; sameRedirect {
					continue // it is followed
				}
				if c.ask == "" {
					if a.Reason != spec.ReasonMissingAllowOriginHeader || strings.Contains(out, "Origin: null") || strings.HasPrefix(a.Fix.Do, "Let the script ask") {
						t.Errorf("%s, %s -> %s: %s\n%s", name, c.url, c.location, a.Reason, out)
					}
					continue
				}
				if a.Reason != spec.ReasonMissingAllowOriginHeader || !strings.HasPrefix(a.Fix.Do, "Let the script ask "+c.ask+" itself") || len(a.Wanted) != 1 || a.Wanted[0] != "GET "+c.ask || strings.Contains(out, "--stack") || strings.Contains(out, "Access-Control-Allow-Origin: "+c.page) {
					t.Errorf("%s, %s -> %s: %s\n%s", name, c.url, c.location, a.Reason, out)
				}
			}
		}
	}
}

// TestCookiesAreNotRead: no list exposes what the browser keeps from every script.
func TestCookiesAreNotRead(t *testing.T) {
	for _, name := range []string{"Set-Cookie", "set-cookie", "Set-Cookie2"} {
		for _, more := range []string{"", "Access-Control-Expose-Headers: *\n", "Access-Control-Expose-Headers: Set-Cookie\n", "Access-Control-Allow-Credentials: true\n", "Set-Cookie: a=b\n", "Set-Cookie: a=b\nSet-Cookie2: x\nAccess-Control-Expose-Headers: X-A\n"} {
			for _, mode := range []spec.CredentialsMode{"", spec.CredentialsInclude} {
				if mode != "" && !strings.Contains(more, "-Credentials") {
					continue
				}
				a := explained(t, "HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: https://shop.example\n"+more, explain.Context{Origin: app, URL: "https://api.example/", Reads: name, Credentials: mode})
				out := flat(page(t, a))
				if a.Reason != explain.ReasonHeaderNotExposed || a.Side != "client" || !strings.Contains(out, "No script may read "+name) || strings.Contains(out, "List the others") || strings.Contains(out, "--stack") || len(a.Wanted) > 0 {
					t.Errorf("%s, %q: %s, %s\n%s", name, more, a.Reason, a.Side, out)
				}
			}
		}
	}
	if a := explained(t, "Refused to get unsafe header \"set-cookie\"", explain.Context{}); a.Side != "client" || !strings.Contains(a.Cause.Title, "No script may read") {
		t.Errorf("%s, %s", a.Side, a.Cause.Title)
	}
}

// TestNotSignedIn: an answer that the page can read is headed as an error, and a cookie that is refused as a warning.
func TestNotSignedIn(t *testing.T) {
	const entry = `{"_resourceType":"fetch","request":{"method":"GET","url":"https://api.example/me","headers":[{"name":"Origin","value":"https://shop.example"}]},"response":{"status":%d,"headers":[{"name":"Access-Control-Allow-Origin","value":"https://shop.example"},{"name":"Access-Control-Allow-Credentials","value":"true"}]}}`
	for _, status := range []int{401, 403} {
		for name, text := range map[string]string{
			"HAR":    harOf(fmt.Sprintf(entry, status)),
			"curl":   fmt.Sprintf("> GET /me HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n>\n< HTTP/1.1 %d\n< Access-Control-Allow-Origin: https://shop.example\n< Access-Control-Allow-Credentials: true\n<\n", status),
			"pasted": fmt.Sprintf("GET /me HTTP/1.1\nHost: api.example\nOrigin: https://shop.example\n\nHTTP/1.1 %d\nAccess-Control-Allow-Origin: https://shop.example\nAccess-Control-Allow-Credentials: true\n", status),
		} {
			a := explained(t, text, explain.Context{})
			if out := page(t, a); a.Reason != explain.ReasonCookieNotSent || !strings.Contains(out, "\nERROR ") || strings.Contains(out, "BLOCKED") {
				t.Errorf("%s: %s\n%s", name, a.Reason, out)
			}
		}
	}
	if out := page(t, explained(t, "Cookie “sid” has been rejected because it is in a cross-site context and its “SameSite” is “Lax” or “Strict”.", explain.Context{})); !strings.HasPrefix(out, "WARNING ") {
		t.Errorf("%s", out)
	}
}
