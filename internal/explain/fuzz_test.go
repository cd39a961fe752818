package explain_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// seeds are inputs of every kind, whole and broken.
var seeds = []string{
	head + "No 'Access-Control-Allow-Origin' header is present on the requested resource.\nGET https://api.example/v1/cart net::ERR_FAILED 200 (OK)",
	blank + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://old.example’).",
	"[Error] Origin https://shop.example is not allowed by Access-Control-Allow-Origin. Status code: 500",
	"HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\n\nRequest URL\nhttps://api.example/\n:status: 200\n",
	"$ curl -v https://api.example/\n* Connected to api.example (192.0.2.1) port 443\n> GET / HTTP/2\n> Host: api.example\n> Origin: https://shop.example\n>\n< HTTP/2 302\n< location: https://other.example/\n<\n",
	"curl -i 'https://api.example/' -H 'Origin: https://shop.example' -H $'X-A: \\u0041' --data-raw \"a$(b)c\"",
	"curl ^\"https://api.example/?a=1^&b=2^\" ^\n -H ^\"origin: https://shop.example^\"",
	"Invoke-WebRequest -Uri \"https://api.example/\" `\n-Headers @{\n\"Origin\"=\"https://shop.example\"\n}",
	"fetch(\"https://api.example/\", {\"headers\": {\"x-a\": \"1\"}, \"method\": \"PUT\", \"mode\": \"cors\"});",
	"const x = new XMLHttpRequest(); x.open('GET', 'https://api.example/'); x.withCredentials = true; x.send()",
	`{"log":{"creator":{"name":"WebInspector"},"entries":[{"_resourceType":"fetch","request":{"method":"GET","url":"https://api.example/","headers":[{"name":"Origin","value":"https://shop.example"}]},"response":{"status":302,"headers":[{"name":"Location","value":"/"}],"_error":"net::ERR_FAILED"}}]}}`,
	`{"id":"1","request":{"origin":"https://shop.example","url":"https://api.example/"},"hops":[{"response":{"status":200,"headers":[]}}]}`,
	"https://user:pw@api.example/?token=1#x",
	`{"request":{"method":"POST","url":"https://api.example/","headers":[{"name":"Origin","value":"https://shop.example"}]},"response":{"status":401}}`,
	"\"_initiator\": {\"url\": \"https://shop.example/a.js\"},\n\"_resourceType\": \"fetch\",\n\"request\": {\n\"method\": \"POST\",\n\"url\": \"https://api.example/\",\n\"headers\": [ { \"name\": \"Origin\", \"value\": \"https://shop.example\" } ] },\n\"response\": { \"status\": 401, \"headers\": [ { \"name\": \"Vary\",",
	"$ wget -S --method=PUT --header='Origin: https://shop.example' \\\n https://api.example/\n  HTTP/1.1 103\n  HTTP/1.1 200 OK\n  Access-Control-Allow-Orgin: *\n",
	"PS> Invoke-WebRequest -Uri https://api.example/ -Method PUT\n\nRawContent : HTTP/1.1 200 OK\n    Access-Control-Allow-Origin: *\n    Age: 3\n\n",
	"> PUT / HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n>\n< HTTP/1.1 304 Not Modified\n<\n> OPTIONS / HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n> Access-Control-Request-Method: PUT\n>\n< HTTP/1.1 204\n<\n",
	"Request URL:\nhttps://api.example/\nRequest Method:\nPOST\nStatus Code:\n401\nserver\nx\norigin\nhttps://shop.example\n",
}

// FuzzExplain: no input makes it panic, hang, or say what contradicts itself.
func FuzzExplain(f *testing.F) {
	for _, s := range seeds {
		for k := range len(explain.Kinds) + 1 {
			f.Add(s, k, "https://shop.example", "PUT", "X-Total")
		}
	}
	f.Fuzz(func(t *testing.T, text string, k int, origin, method, reads string) {
		kind := explain.Kind("")
		if k >= 0 && k < len(explain.Kinds) {
			kind = explain.Kinds[k]
		}
		begin := clock()
		a, err := explain.Explain(text, kind, explain.Context{Origin: explain.OriginOf(origin), Method: method, Reads: reads})
		if took := clock() - begin; took > 5*time.Second {
			t.Errorf("%v", took)
		}
		if err == nil {
			consistent(t, a)
		}
	})
}

// consistent: what must be true of every answer.
func consistent(t *testing.T, a *explain.Answer) {
	t.Helper()
	if a.Reason == "" || a.Side == "" || a.Cause.Title == "" || a.Fix.Do == "" || a.Alternatives == nil {
		t.Errorf("a part is missing: %+v", a)
	}
	if layer := explain.LayerOf(a.Reason); (a.Mask == nil) != (layer == spec.LayerCORS) {
		t.Errorf("%s: mask %v, layer %s", a.Reason, a.Mask, layer)
	}
	if a.Reason == explain.ReasonUndetermined && a.Confidence != explain.Open || a.Confidence == explain.Open && a.Received != nil {
		t.Errorf("%s is %s", a.Reason, a.Confidence)
	}
	if most := map[bool]int{true: 6, false: 3}[a.Confidence == explain.Open]; len(a.Alternatives) > most {
		t.Errorf("%d alternatives", len(a.Alternatives))
	}
	var page bytes.Buffer
	if err := explain.Write(&page, a); err != nil {
		t.Error(err)
	}
	if strings.ContainsAny(page.String(), "\x1b\r\x00") || strings.Contains(page.String(), ".invalid") {
		t.Errorf("%q", page.String())
	}
	for i := range a.Others {
		consistent(t, &a.Others[i])
	}
}

// TestSecrets: nothing of what looks like a secret is shown.
func TestSecrets(t *testing.T) {
	const (
		jwt    = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzM2NyM3QifQ.x3cr3t"
		secret = "s3cr3tS3cr3t"
	)
	for _, text := range []string{
		strings.ReplaceAll(head, "/v1/cart", "/v1/cart?access_token="+secret+"&q=1&z="+jwt) + "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
		strings.ReplaceAll(blank, "/v1/cart", "/"+jwt+"/cart?sessionId="+secret) + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.",
		"curl 'https://me:" + secret + "@api.example/x?sig=" + secret + "' -H 'Origin: https://shop.example' -H 'Authorization: Bearer " + jwt + "' -b 'sid=" + secret + "' -H 'X-Api-Key: " + secret + "' -X PUT",
		"fetch(\"https://api.example/x#access_token=" + secret + "\", {\"headers\": {\"authorization\": \"Basic " + secret + "\"}, \"referrer\": \"https://shop.example/?code=" + secret + "\", \"method\": \"GET\", \"mode\": \"cors\"});",
		"app.use(cors({origin: 'https://me:" + secret + "@api.example/x?token=" + secret + "'})); connect('mongodb://me:" + secret + "@db.example/x')",
		"https://api.example/x?access_token=" + secret + " CORS error",
		"\"method\": \"PUT\",\n\"url\": \"https://api.example/x?access_token=" + secret + "\",\n\"headers\": [ { \"name\": \"Authorization\", \"value\": \"" + secret + "\" } ],\n\"status\": 401",
		"fetch('/x?token=" + secret + "', {method: 'PUT'})",
		"HTTP/1.1 302 Found\nLocation: https://u:" + secret + "@api.example/?password=" + secret + "\nAccess-Control-Allow-Origin: https://shop.example\nSet-Cookie: sid=" + secret + "\n",
		"> GET /x?api_key=" + secret + " HTTP/2\n> Host: api.example\n> Origin: https://shop.example\n> Cookie: sid=" + secret + "\n> Authorization: Bearer " + jwt + "\n>\n< HTTP/2 200\n< set-cookie: a=" + secret + "\n<\n",
		`{"log":{"creator":{"name":"WebInspector"},"entries":[{"_resourceType":"fetch","request":{"method":"GET","url":"https://api.example/?token=` + secret + `","headers":[{"name":"Origin","value":"https://shop.example"},{"name":"Authorization","value":"Bearer ` + jwt + `"},{"name":"Cookie","value":"sid=` + secret + `"}]},"response":{"status":200,"headers":[{"name":"Set-Cookie","value":"` + secret + `"}],"_error":"net::ERR_FAILED"}}]}}`,
	} {
		a := explained(t, text, explain.Context{Origin: app})
		var page bytes.Buffer
		if err := explain.Write(&page, a); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		for _, out := range []string{page.String(), string(data)} {
			if strings.Contains(out, secret) || strings.Contains(out, "eyJ") || strings.Contains(out, "x3cr3t") {
				t.Errorf("%s", out)
			}
		}
	}
}

// TestTime: no input takes long, whatever it repeats; nothing is sent, so only the length counts.
func TestTime(t *testing.T) {
	const long = 8 << 10
	parts := []string{
		"(", "'", "\"", "`", "$(", "a ", "{", "[", "<(", "\n", "\\", "^", "access to fetch at '", "curl ", "curl '", "fetch('https://a.example',{a:[", "> GET / HTTP/1.1\n",
		"HTTP/1.1 200 OK\n", "A: b\n", "https://a.example CORS ", "'access-control-allow-origin' ", "-headers @{\"a\"=", "origin x is not allowed by ", "net::ERR_FAILED ",
	}
	for _, kind := range append([]explain.Kind{""}, explain.Kinds...) {
		for _, part := range parts {
			text := strings.Repeat(part, long/len(part))
			if took := quickest(func() { _, _ = explain.Explain(text, kind, explain.Context{}) }); took > 500*time.Millisecond {
				t.Errorf("%s: %q: %v", kind, part, took) // it is far less, but machines are busy
			}
		}
	}
}

// TestHARSize: a HAR as large as people have is read in the time that its length needs.
func TestHARSize(t *testing.T) {
	const one = `{"_resourceType":"fetch","request":{"method":"GET","url":"https://api.example/N","headers":[{"name":"Origin","value":"https://shop.example"}]},"response":{"status":200,"headers":[{"name":"Access-Control-Allow-Origin","value":"*"}],"content":{"text":"` + "TEXT" + `"}}}`
	body := strings.Repeat("x", 10<<10)
	var list []string
	for i := range 500 {
		list = append(list, strings.NewReplacer("N", string(rune('a'+i%26)), "TEXT", body).Replace(one))
	}
	text := `{"log":{"creator":{"name":"WebInspector"},"entries":[` + strings.Join(list, ",") + `]}}`
	if a := explained(t, text, explain.Context{}); a.Reason != explain.ReasonAllowed {
		t.Errorf("%s", a.Reason)
	}
	if took := quickest(func() { _, _ = explain.Explain(text, "", explain.Context{}) }); took > 300*time.Millisecond {
		t.Errorf("%d MiB: %v", len(text)>>20, took)
	}
}

// TestEngines: who is asked decides where browsers differ.
func TestEngines(t *testing.T) {
	const entry = `{"log":{"creator":{"name":"NAME"},"entries":[{"request":{"method":"OPTIONS","url":"https://api.example/","headers":[{"name":"Origin","value":"https://shop.example"},{"name":"Access-Control-Request-Method","value":"PUT"}]},"response":{"status":404,"headers":[]}}]}}`
	for name, want := range map[string]spec.Reason{"WebInspector": "PreflightMissingAllowOriginHeader", "Firefox": "PreflightMissingAllowOriginHeader", "WebKit Web Inspector": "PreflightInvalidStatus"} {
		if a := explained(t, strings.Replace(entry, "NAME", name, 1), explain.Context{}); a.Reason != want {
			t.Errorf("%s: %s, want %s", name, a.Reason, want)
		}
	}
}
