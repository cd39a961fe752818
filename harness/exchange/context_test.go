package exchange_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/spec"
)

// contextResult is what a test looks at of an output line.
type contextResult struct {
	Outcome       string
	Reason, Layer *string
	Hops          []struct{ Preflight, Sent bool }
	NotConsidered []string `json:"not_considered"`
	Error         string
}

func contextDecide(t *testing.T, engine spec.Engine, line string) contextResult {
	t.Helper()
	out, _ := exchange.NewEvaluator(exchange.Options{Engine: engine}).AppendEval(nil, line, 1)
	var d contextResult
	if err := json.Unmarshal(out, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// contextLine is an exchange whose server grants everything.
func contextLine(origin, url, mode, context, hop, field string) string {
	grants := fmt.Sprintf(`[["Access-Control-Allow-Origin",%q],["Access-Control-Allow-Methods","PUT"],["Cross-Origin-Resource-Policy",%q]]`, origin, field)
	method := "PUT"
	if mode == "no-cors" {
		method = "GET"
	}
	return fmt.Sprintf(`{"id":"a","request":{"origin":%q,"url":%q,"method":%q,"mode":%q%s},"hops":[{"preflight":{"status":204,"headers":%s},"response":{"status":200,"headers":%s}%s}]}`,
		origin, url, method, mode, context, grants, grants, hop)
}

func TestContext(t *testing.T) {
	const (
		none = ""
		page = `,"context":{}`
		pub  = `,"context":{"address_space":"public"}`
		loc  = `,"context":{"address_space":"local"}`
		ok   = `,"context":{"address_space":"public","permissions":["local-network-access"]}`
	)
	for _, c := range []struct {
		name, origin, url, mode, context, hop, field string
		engine                                       spec.Engine
		reason, layer                                string
	}{
		{"without context CORS alone is contextResult", "https://a.example", "http://b.example/", "cors", none, "", "", "", "", ""},
		{"mixed content", "https://a.example", "http://b.example/", "cors", page, "", "", "", "MixedContent", "mixed-content"},
		{"mixed content comes before the mode", "https://a.example", "http://b.example/", "same-origin", page, "", "", "", "MixedContent", "mixed-content"},
		{"this machine is trustworthy", "https://a.example", "http://127.0.0.1:8080/", "cors", page, "", "", "", "", ""},
		{"an http page", "http://a.example", "http://b.example/", "cors", page, "", "", "", "", ""},
		{"origin null of a secure page", "null", "http://b.example/", "cors", `,"context":{"secure":true}`, "", "", "", "MixedContent", "mixed-content"},
		{"origin null, nothing known", "null", "http://b.example/", "cors", page, "", "", "", "", ""},
		{"a public page and this machine", "https://a.example", "http://localhost/", "cors", pub, "", "", "", "LocalNetworkAccessPermissionDenied", "local-network"},
		{"allowed by the user", "https://a.example", "http://localhost/", "cors", ok, "", "", "", "", ""},
		{"an insecure page, even if allowed", "http://a.example", "http://localhost/", "cors", ok, "", "", "", "InsecureLocalNetwork", "local-network"},
		{"a name in the local network", "https://a.example", "https://b.example/", "cors", pub, `,"address_space":"local"`, "", "", "LocalNetworkAccessPermissionDenied", "local-network"},
		{"a private address", "https://a.example", "https://192.168.1.1/", "no-cors", pub, "", "", "", "LocalNetworkAccessPermissionDenied", "local-network"},
		{"from local to this machine: the specification asks", "https://a.example", "http://[::1]/", "cors", loc, "", "", spec.EngineFetch, "LocalNetworkAccessPermissionDenied", "local-network"},
		{"from local to this machine: Chromium does not", "https://a.example", "http://[::1]/", "cors", loc, "", "", spec.EngineChromium, "", ""},
		{"Firefox was not measured", "https://a.example", "http://localhost/", "cors", pub, "", "", spec.EngineFirefox, "", ""},
		{"CORP of another origin", "https://a.example", "https://b.example/", "no-cors", page, "", "same-origin", "", "CorpNotSameOrigin", "corp"},
		{"CORP without context", "https://a.example", "https://b.example/", "no-cors", none, "", "same-origin", "", "", ""},
		{"CORP is not asked with CORS", "https://a.example", "https://b.example/", "cors", page, "", "same-origin", "", "", ""},
		{"CORP within a site", "https://a.example.co.uk", "https://b.example.co.uk/", "no-cors", page, "", "same-site", "", "", ""},
		{"CORP of another site with the same suffix", "https://a.co.uk", "https://b.co.uk/", "no-cors", page, "", "same-site", "", "CorpNotSameSite", "corp"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := contextDecide(t, c.engine, contextLine(c.origin, c.url, c.mode, c.context, c.hop, c.field))
			reason, layer := "", ""
			if d.Reason != nil {
				reason, layer = *d.Reason, *d.Layer
			}
			if reason != c.reason || layer != c.layer || d.Error != "" {
				t.Errorf("reason %q, layer %q, error %q; want %q, %q", reason, layer, d.Error, c.reason, c.layer)
			}
			for _, h := range d.Hops {
				if (h.Preflight || h.Sent) && layer != "" && layer != "corp" {
					t.Error("a request was made that the browser stops before")
				}
			}
			considered := func(name string) bool { return !strings.Contains(fmt.Sprint(d.NotConsidered), name) }
			if considered("mixed-content") != (c.context != none) || considered("corp") != (c.context != none) {
				t.Errorf("not considered: %v", d.NotConsidered)
			}
			if want := strings.Contains(c.context, "address_space") && c.engine != spec.EngineFirefox; considered("local-network") != want {
				t.Errorf("not considered: %v", d.NotConsidered)
			}
		})
	}
}

// What is written of a line is read as the same line.
func TestContextRoundTrip(t *testing.T) {
	for _, context := range []string{"", `,"context":null`, `,"context":{}`, `,"context":{"secure":false}`, `,"context":{"secure":true,"address_space":"loopback","permissions":["local-network-access"]}`,
		`,"context":{"csp":[],"hsts":[],"integrity_policy":[]}`, `,"context":{"csp":["default-src 'self', img-src *","x"],"csp_report_only":["y"],"coep":"require-corp","hsts":["a","*.b"],"integrity":"sha256-x","integrity_policy":["script"],` +
			`"service_worker":"opaque","target_address_space":"local","destination":"image","image_set":true}`} {
		l, err := exchange.ParseLine(contextLine("https://a.example", "https://b.example/", "cors", context, `,"address_space":"local"`, ""))
		if err != nil {
			t.Fatal(err)
		}
		again, err := exchange.ParseLine(string(l.Append(nil)))
		if err != nil || !reflect.DeepEqual(l.Request.Context, again.Request.Context) || !reflect.DeepEqual(l.Hops, again.Hops) || again.Hops[0].AddressSpace != "local" {
			t.Errorf("%s: %+v became %+v (%v)", context, l.Request.Context, again.Request.Context, err)
		}
	}
	for _, wrong := range []string{`{"secure":1}`, `{"address_space":"private"}`, `{"permissions":["camera"]}`, `{"csp":"x"}`, `{"csp":[1]}`, `{"coep":"none"}`, `{"hsts":"x"}`, `{"service_worker":"basic"}`, `{"target_address_space":"public"}`, `{"destination":"fetch"}`, `{"integrity":1}`, `{"policy":1}`, `[]`} {
		if d := contextDecide(t, "", contextLine("https://a.example", "https://b.example/", "cors", `,"context":`+wrong, "", "")); !strings.Contains(d.Error, "request.context") {
			t.Errorf("%s: %q", wrong, d.Error)
		}
	}
}

// A redirect into the local network is stopped at its hop.
func TestContextOnRedirect(t *testing.T) {
	d := contextDecide(t, "", `{"id":"a","request":{"origin":"https://a.example","url":"https://b.example/","context":{"address_space":"public"}},"hops":[`+
		`{"response":{"status":302,"headers":[["Access-Control-Allow-Origin","*"],["Location","https://10.0.0.1/"]]}},{"response":{"status":200,"headers":[["Access-Control-Allow-Origin","*"]]}}]}`)
	if d.Layer == nil || *d.Layer != "local-network" || len(d.Hops) != 2 || !d.Hops[0].Sent || d.Hops[1].Sent {
		t.Errorf("%+v", d)
	}
}
