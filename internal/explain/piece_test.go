package explain_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
)

// An entry of a HAR as Chromium's DevTools writes it, and the lines of it that people copy.
const wholeEntry = `      {
        "_initiator": {
          "type": "script",
          "stack": { "callFrames": [ { "functionName": "save", "url": "http://localhost:5173/src/app.js", "lineNumber": 12 } ] }
        },
        "_priority": "High",
        "_resourceType": "fetch",
        "cache": {},
        "pageref": "page_1",
        "request": {
          "method": "POST",
          "url": "https://api.example/orders",
          "httpVersion": "http/1.1",
          "headers": [
            {
              "name": "Origin",
              "value": "https://shop.example"
            },
            {
              "name": "Content-Type",
              "value": "application/json"
            }
          ],
          "queryString": [ { "name": "Vary", "value": "x" } ],
          "cookies": [],
          "headersSize": -1
        },
        "response": {
          "status": 401,
          "statusText": "Unauthorized",
          "httpVersion": "http/1.1",
          "headers": [
            {
              "name": "Content-Type",
              "value": "text/plain"
            }
          ],
          "redirectURL": "",
          "_error": "net::ERR_FAILED"
        },
        "startedDateTime": "2026-11-27T10:00:00.000Z",
        "time": 5
      }`

// TestPartOfHAR: one entry is read as a HAR with one, and lines of one as far as they go: the URL, the page and
// the status are never lost, and headers that are not there are not missing.
func TestPartOfHAR(t *testing.T) {
	lines := strings.Split(wholeEntry, "\n")
	index := func(part string) int {
		for i, l := range lines {
			if strings.Contains(l, part) {
				return i
			}
		}
		t.Fatalf("no %s", part)
		return 0
	}
	cut := func(from, to string) string { return strings.Join(lines[index(from):index(to)], "\n") }
	for name, c := range map[string]struct {
		text         string
		decided      bool
		origin, path string
	}{
		"an entry":                {wholeEntry, true, app, "/orders"},
		"a list of entries":       {"[" + wholeEntry + "]", true, app, "/orders"},
		"entries alone":           {`{"entries": [` + wholeEntry + "]}", true, app, "/orders"},
		"a HAR that ends early":   {`{"log": {"version": "1.2", "entries": [` + wholeEntry + ",", true, app, "/orders"},
		"with the comma after it": {wholeEntry + ",", true, app, "/orders"},
		"from request on":         {cut(`"request"`, `"redirectURL"`), true, app, "/orders"},
		"without the beginning":   {cut(`"method"`, `"startedDateTime"`), true, app, "/orders"},
		"ends in the headers":     {cut(`"_resourceType"`, `"text/plain"`), false, app, "/orders"},
		"ends before the headers": {cut(`"_resourceType"`, `"statusText"`), false, app, "/orders"},
		"three lines":             {"\"method\": \"POST\",\n\"url\": \"https://api.example/orders\",\n\"status\": 401,", false, "", "/orders"},
		"another list":            {"\"method\": \"POST\",\n\"url\": \"https://api.example/orders\",\n\"response\": {\n\"status\": 401,\n\"cookies\": [],\n\"headersSize\": 90", false, "", "/orders"},
		"in a fence":              {"It says:\n```json\n" + cut(`"request"`, `"redirectURL"`) + "\n```\n", true, app, "/orders"},
	} {
		a, err := explain.Explain(c.text, "", explain.Context{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		out := page(t, a)
		if a.Kind != explain.KindHAR || a.URL != "https://api.example"+c.path || a.Origin != c.origin || a.Method != "POST" || len(a.Others) > 0 || !strings.Contains(out, "401 Unauthorized") {
			t.Errorf("%s: %s: %s %s from %q, %d others\n%s", name, a.Kind, a.Method, a.URL, a.Origin, len(a.Others), out)
		}
		if got := a.Reason == "MissingAllowOriginHeader"; got != c.decided || c.decided == (a.Confidence == explain.Open) {
			t.Errorf("%s: %s, %s\n%s", name, a.Reason, a.Confidence, out)
		}
	}
	two := strings.TrimSuffix(strings.TrimSpace(wholeEntry), "}")
	a := explained(t, two+"},\n"+strings.ReplaceAll(two, "orders", "items"), explain.Context{})
	if len(a.Others) != 1 || a.Others[0].URL != "https://api.example/items" {
		t.Errorf("two entries: %s, %+v", a.URL, a.Others)
	}
	a = explained(t, "\"method\": \"OPTIONS\",\n\"url\": \"https://api.example/orders\",\n\"status\": 401,", explain.Context{})
	if a.Cause.ID != "preflight-unauthorized" {
		t.Errorf("a preflight with 401: %s, %s", a.Reason, a.Cause.ID)
	}
	if a := explained(t, strings.Replace(strings.Replace(wholeEntry, "net::ERR_FAILED", "", 1), `"headers": [`, `"headers": [ {"name": "Access-Control-Allow-Origin", "value": "*"},`, 2), explain.Context{}); a.Reason != explain.ReasonHTTPError && a.Reason != explain.ReasonCookieNotSent {
		t.Errorf("with the header: %s", a.Reason)
	}
}

// TestHeadersOfHAR: the headers alone are those of an answer, and no configuration; the setting of a
// development server is no header.
func TestHeadersOfHAR(t *testing.T) {
	a := explained(t, "\"headers\": [\n{ \"name\": \"access-control-allow-origin\", \"value\": \"https://admin.example\" },\n{ \"name\": \"vary\", \"value\": \"Origin\" }\n],", explain.Context{Origin: app})
	if a.Kind != explain.KindHAR || a.Reason != "AllowOriginMismatch" {
		t.Errorf("%s, %s", a.Kind, a.Reason)
	}
	if kind := explain.Recognise("server: {\n  proxy: { '/api': 'http://localhost:8000/' }\n}"); kind == explain.KindHeaders {
		t.Errorf("%s", kind)
	}
}

// TestErrorOfAxios: what axios gives of an error has the request, and no answer.
func TestErrorOfAxios(t *testing.T) {
	a := explained(t, `{"message":"Network Error","name":"AxiosError","code":"ERR_NETWORK","config":{"url":"https://api.example/orders","method":"post","headers":{"Content-Type":"application/json"}},"status":null}`, explain.Context{})
	if a.URL != "https://api.example/orders" || !strings.EqualFold(a.Method, "post") || a.Confidence != explain.Open {
		t.Errorf("%s %s, %s", a.Method, a.URL, a.Confidence)
	}
}

// TestEvalLineIsNoHAR: a line of corsproof eval has a request and hops, and is none.
func TestEvalLineIsNoHAR(t *testing.T) {
	const line = `{"id":"1","request":{"origin":"https://shop.example","url":"https://api.example/"},"hops":[{"response":{"status":200,"headers":[]}}]}`
	if kind := explain.Recognise(line); kind != explain.KindEval {
		t.Errorf("%s", kind)
	}
}

// TestHeadersTab: what DevTools' Headers tab gives, name and value in turns, is one request, whatever of its
// sections are there.
func TestHeadersTab(t *testing.T) {
	general := "Request URL\nhttps://api.example/orders\nRequest Method\nPOST\nStatus Code\n401 Unauthorized\nRemote Address\n127.0.0.1:21023\nReferrer Policy\nstrict-origin-when-cross-origin\n"
	const answer = "connection\nkeep-alive\ncontent-length\n2\ndate\nFri, 27 Nov 2026 14:00:00 GMT\nvary\nOrigin\n"
	const request = ":authority\napi.example\n:method\nPOST\n:path\n/orders\n:scheme\nhttps\naccept\n*/*\naccept-encoding\ngzip, deflate, br, zstd\ncontent-type\napplication/json\norigin\nhttps://shop.example\nreferer\nhttps://shop.example/\nsec-fetch-mode\ncors\nuser-agent\nMozilla/5.0 Chrome/156.0\nx-request-id\n7\n"
	colons := strings.NewReplacer("Request URL\n", "Request URL:\n", "Request Method\n", "Request Method:\n", "Status Code\n", "Status Code:\n", "\norigin\n", "\norigin:\n", "\nvary\n", "\nvary:\n")
	for name, text := range map[string]string{
		"plain":         general + answer + request,
		"with titles":   "General\n" + general + "Response Headers\n" + answer + "Request Headers\n" + request,
		"request first": general + "Request Headers\n" + request + "Response Headers\n" + answer,
		"with colons":   colons.Replace(general + answer + request),
		"provisional":   general + answer + "Request Headers\nProvisional headers are shown\n" + request,
	} {
		a := explained(t, text, explain.Context{})
		if a.Kind != explain.KindHeaders || a.URL != "https://api.example/orders" || a.Origin != app || a.Method != "POST" || len(a.Others) > 0 {
			t.Errorf("%s: %s: %s %s from %q, %d others", name, a.Kind, a.Method, a.URL, a.Origin, len(a.Others))
		}
		if out := page(t, a); !strings.Contains(out, "401 Unauthorized") || !strings.Contains(a.Check, "-H 'x-request-id: VALUE'") {
			t.Errorf("%s: %s\n%s", name, a.Check, out)
		}
	}
}
