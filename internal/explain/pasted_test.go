package explain_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// TestConfiguration: a server's configuration is no request and no message. What no browser sends as Origin is
// named, as is the command that asks the server; what is right is not called odd.
func TestConfiguration(t *testing.T) {
	for _, c := range []struct{ text, odd, from string }{
		{"app.use(cors({origin: 'https://shop.example/'}))", "slash", app},
		{"app.use(cors({\n  origin: ['https://shop.example', 'http://localhost:3000/'],\n  credentials: true\n}));", "\"http://localhost:3000/\" ends in a slash", app},
		{"app.add_middleware(CORSMiddleware, allow_origins=[\"localhost:3000\"], allow_methods=[\"*\"])", "no scheme", "http://localhost:3000"},
		{"registry.addMapping(\"/**\").allowedOrigins(\"https://shop.example/app\");", "path", app},
		{"CORS_ALLOWED_ORIGINS = [\n    \"https://shop.example/\",\n]", "slash", app},
		{"@CrossOrigin(origins = \"https://shop.example:443\")", "own port", app},
		{"policy.WithOrigins(\"https://Shop.example\").AllowAnyHeader();", "capitals", app},
		{"AllowOrigins: []string{\"shop.example\"},", "no scheme", app},
		{"add_header Access-Control-Allow-Origin https://shop.example/ always;", "slash", app},
		{"Header set Access-Control-Allow-Origin \"https://shop.example, https://admin.example\"", "several origins", ""},
		{"res.setHeader('Access-Control-Allow-Origin', 'https://shop.example/')", "slash", app},
		{"const io = new Server(server, { cors: { origin: \"http://localhost:5173/\" } })", "slash", "http://localhost:5173"},
		{"'allowed_origins' => ['null'],", "sandboxed", ""},
		{"app.use(cors({origin: '*', credentials: true}))", "* stands beside credentials", ""},
		{"app.use(cors({origin: 'https://shop.example', credentials: true}))", "", app},
		{"allow_origins=[\"*\"]", "", ""},
		{"app.use(cors());", "names no origin", ""},
		{"CORS(app, origins=[\"http://localhost:5173\", \"http://127.0.0.1:5173\"])", "", "http://localhost:5173"},
	} {
		a := explained(t, c.text, explain.Context{})
		out := flat(page(t, a))
		if a.Kind != explain.KindConfig || a.URL != "" || len(a.Others) > 0 || !strings.Contains(a.Cause.Title, "server's configuration") || a.Confidence != explain.Open {
			t.Errorf("%q: %s, %q: %s", c.text, a.Kind, a.URL, a.Cause.Title)
		}
		if c.odd == "" != strings.Contains(out, "nothing is odd in the spelling") || !strings.Contains(out, c.odd) {
			t.Errorf("%q: %s", c.text, out)
		}
		if from := c.from; !strings.HasPrefix(a.Check, "corsproof fetch 'URL' --from ") || from != "" && !strings.HasSuffix(a.Check, " --from "+from) {
			t.Errorf("%q: %s", c.text, a.Check)
		}
	}
	for _, text := range []string{"Access-Control-Allow-Origin: https://shop.example/\nServer: x", head + noHeader + " app.use(cors({origin: 'https://shop.example/'}))"} {
		if a := explained(t, text, explain.Context{}); a.Kind == explain.KindConfig {
			t.Errorf("%q is taken for a configuration", text)
		}
	}
}

// TestConfigurationOfOneOrigin: what is sent to every page as it stands, and no page's Origin is, blocks every
// page. Where an Origin is looked up in a list, the library decides what it is compared with.
func TestConfigurationOfOneOrigin(t *testing.T) {
	for text, blocks := range map[string]bool{
		"app.use(cors({origin: 'https://shop.example/', credentials: true}))":                  true,
		"app.enableCors({ origin: \"https://shop.example/app\" })":                             true,
		"add_header Access-Control-Allow-Origin https://shop.example/ always;":                 true,
		"res.setHeader('Access-Control-Allow-Origin', 'https://shop.example/')":                true,
		"app.use(cors({origin: ['https://shop.example/']}))":                                   false,
		"app.use(cors({origin: 'https://shop.example'}))":                                      false,
		"CORS_ALLOWED_ORIGINS = [\"https://shop.example/\"]":                                   false,
		"app.use(cors({origin: 'https://shop.example'}))\nconst other = 'https://b.example/';": false,
	} {
		a := explained(t, text, explain.Context{})
		if blocks != strings.Contains(a.Cause.Here, "never equal to it byte for byte. Where the answer has this value, every page is blocked.") || a.Confidence != explain.Open {
			t.Errorf("%s: %s", text, a.Cause.Here)
		}
	}
}

// TestNobodysOrigin: of a value that is no page's origin it is certain that it blocks, whoever asks, and the
// evidence says why. Of one that may be a page's own that is not said.
func TestNobodysOrigin(t *testing.T) {
	for value, nobody := range map[string]bool{
		"https://shop.example/": true, "https://shop.example/app": true, "https://shop.example:443": true, "shop.example": true, "https://Shop.example": true,
		"\"https://shop.example\"": true, "https://*.shop.example": true, "https://shop.example": false, "http://localhost:3000": false, "null": false,
	} {
		a := explained(t, "HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: "+value+"\nContent-Type: text/html\n", explain.Context{})
		says := strings.Contains(a.Cause.Here, "byte for byte, and no page's origin is equal to it: every page is blocked.")
		if says != nobody || nobody && a.Confidence != explain.Certain {
			t.Errorf("%s: %s, %s: %s", value, a.Reason, a.Confidence, a.Cause.Here)
		}
	}
}

// TestCallWithoutURL: a call whose URL is not written out is read for the rest, and says that --url gives it;
// with that it is as if it were written.
func TestCallWithoutURL(t *testing.T) {
	const target = "https://api.example/items"
	for _, c := range []struct{ text, check string }{
		{"fetch(`${API}/items`, {method: 'PUT', headers: {'X-A': '1'}})", " -X PUT -H 'x-a: VALUE'"},
		{"await fetch(API + '/items')", ""},
		{"const r = await fetch(url, {method: 'DELETE'});", " -X DELETE"},
		{"axios.post(`${import.meta.env.VITE_API}/orders`, {a: 1})", " -X POST -H 'content-type: application/json'"},
		{"axios({url: url, method: 'patch'})", " -X PATCH"},
		{"const x = new XMLHttpRequest(); x.open('PUT', base + '/x'); x.withCredentials = true; x.send()", " -X PUT --credentials"},
		{"new EventSource(`${API}/events`, {withCredentials: true})", " --credentials"},
		{"fetch('/api/items')", ""},
		{"axios.get('items')", ""},
	} {
		a := explained(t, c.text, explain.Context{Origin: app})
		out := flat(page(t, a))
		if a.Kind != explain.KindFetch || a.URL != "" || a.Check != "corsproof fetch 'URL' --from "+app+c.check || !strings.Contains(out, "with --url") || a.Confidence != explain.Open {
			t.Errorf("%q: %s, %q, %s\n%s", c.text, a.Kind, a.URL, a.Check, out)
		}
		a = explained(t, c.text, explain.Context{Origin: app, URL: target})
		if a.URL != target || a.Check != "corsproof fetch '"+target+"' --from "+app+c.check || strings.Contains(flat(page(t, a)), "--url") {
			t.Errorf("%q with its URL: %q, %s", c.text, a.URL, a.Check)
		}
	}
	if a := explained(t, "fetch(url); fetch('"+target+"', {method: 'PUT'})", explain.Context{}); a.URL != target || len(a.Others) > 0 {
		t.Errorf("one of two is written out: %q, %d others", a.URL, len(a.Others))
	}
}

// TestNetworkPanel: a row of DevTools' network panel says that CORS stopped a request, and a row of its
// preflight why.
func TestNetworkPanel(t *testing.T) {
	for text, want := range map[string]spec.Reason{
		"items CORS error fetch app.js:12":                                       explain.ReasonUndetermined,
		"items\tCORS error\txhr\tapp.js:12\t0 B\t12 ms":                          explain.ReasonUndetermined,
		"items\tCORS error\tfetch\tapp.js:12\nitems\t401\tpreflight\tPreflight":  "PreflightInvalidStatus",
		"items\t404\tpreflight\tPreflight\nitems\tCORS error\tfetch\tapp.js:12":  "PreflightInvalidStatus",
		"items CORS error fetch app.js:12\n" + head + noHeader:                   "MissingAllowOriginHeader",
		"GET https://api.example/items CORS error":                               explain.ReasonUndetermined,
		"Cross-Origin Resource Sharing error: PreflightMissingAllowOriginHeader": "PreflightMissingAllowOriginHeader",
	} {
		a := explained(t, text, explain.Context{})
		if a.Reason != want || len(a.Others) > 0 || a.Browser != "chrome" || strings.Contains(a.Cause.Title, "No message") {
			t.Errorf("%q: %s, %d others: %s", text, a.Reason, len(a.Others), a.Cause.Title)
		}
		if out := flat(page(t, a)); want == explain.ReasonUndetermined && (strings.Contains(out, "ad blocker") || !strings.Contains(out, "CORS stopped ")) {
			t.Errorf("%q:\n%s", text, out)
		}
	}
	for text, want := range map[string]spec.Reason{
		"XHRGET https://api.example/items CORS Missing Allow Origin":                                                                                       "MissingAllowOriginHeader",
		"XHR\nOPTIONS\nhttps://api.example/items\nCORS Missing Allow Origin":                                                                               "PreflightMissingAllowOriginHeader",
		"XHRPUT https://api.example/items CORS Preflight Did Not Succeed":                                                                                  "PreflightInvalidStatus",
		"POST https://api.example/items CORS Missing Allow Header":                                                                                         "HeaderDisallowedByPreflightResponse",
		"XHRGET https://api.example/items CORS Allow Origin Not Matching Origin":                                                                           "AllowOriginMismatch",
		"GET https://api.example/items CORS Failed":                                                                                                        explain.ReasonUndetermined,
		"XHRGET https://api.example/v1/cart CORS Missing Allow Origin\n" + blank + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 503.": "MissingAllowOriginHeader",
	} {
		if a := explained(t, text, explain.Context{}); a.Reason != want || a.Browser != "firefox" || a.URL == "" || len(a.Others) > 0 {
			t.Errorf("%q: %s, %s, %q, %d others", text, a.Browser, a.Reason, a.URL, len(a.Others))
		}
	}
	for _, text := range []string{"items\t401\tfetch\tapp.js:12\t0 B\t5 ms", "items\t200\tpreflight\tPreflight\t0 B\t5 ms"} {
		if a := explained(t, text, explain.Context{}); a.Confidence != explain.Open {
			t.Errorf("%q tells of no refused preflight: %s", text, a.Reason)
		}
	}
}
