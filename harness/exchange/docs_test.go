package exchange_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/spec"
)

// The page about the format has every layer that may not be considered, with its reason, and every
// reason that is not CORS; the schema has them too.
func TestPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/exchange.md")
	if err != nil {
		t.Fatal(err)
	}
	page, schema := string(text), string(exchange.Schema)
	for _, u := range spec.AllUnconsidered() {
		if row := fmt.Sprintf("| `%s` | %s |\n", u.Layer, u.Why); !strings.Contains(page, row) {
			t.Errorf("docs/exchange.md has no row %s", row)
		}
		if !strings.Contains(schema, fmt.Sprintf("%q", u.Layer)) {
			t.Errorf("the schema has no %q", u.Layer)
		}
	}
	for _, r := range spec.MaskReasons() {
		if r != spec.ReasonNetworkError && !strings.Contains(page, "`"+string(r)+"`") {
			t.Errorf("docs/exchange.md has no %s", r)
		}
		if !strings.Contains(schema, fmt.Sprintf("%q", r)) || !strings.Contains(schema, fmt.Sprintf("%q", r.Layer())) {
			t.Errorf("the schema has no %s of %s", r, r.Layer())
		}
	}
}

// Every layer is decided from a line of its own, and named in what is not considered where the
// context leaves it open.
func TestLayers(t *testing.T) {
	const page = "https://a.example"
	for _, c := range []struct {
		name, line, reason, layer string
		engine                    spec.Engine
		open                      []string // of what is not considered, some
		closed                    []string
	}{
		{"a policy", `"url":"https://b.example/","context":{"csp":["connect-src 'self'"]}`, "CspBlocked", "csp", "", nil, []string{"csp", "orb"}},
		{"no policy known", `"url":"https://b.example/","context":{}`, "", "", "", []string{"csp", "tls", "service-worker", "extension", "local-network"}, []string{"orb", "hsts", "cookie", "coep", "corp", "integrity", "mixed-content"}},
		{"no policy", `"url":"https://b.example/","context":{"csp":[]}`, "", "", "", nil, []string{"csp"}},
		{"a port", `"url":"https://b.example:6000/","context":{}`, "UnsafePort", "network", "", nil, nil},
		{"a port, without context", `"url":"https://b.example:6000/"`, "", "", "", []string{"corp", "csp", "mixed-content"}, []string{"coep"}},
		{"a worker", `"url":"https://b.example/","context":{"service_worker":"opaque"}`, "ServiceWorkerError", "service-worker", "", nil, []string{"service-worker"}},
		{"HSTS, by the standard", `"url":"http://b.example/","context":{"secure":false,"hsts":["b.example"]},"method":"PUT"`, "MixedContent", "mixed-content", "", nil, []string{"hsts"}},
		{"an http page and HSTS, in Chromium", `"url":"http://b.example/","context":{"hsts":["*.example"]},"method":"PUT","origin":"http://a.example"`, "PreflightDisallowedRedirect", "cors", spec.EngineChromium, nil, []string{"hsts"}},
		{"COEP", `"url":"https://b.example/","mode":"no-cors","context":{"coep":"require-corp"}`, "CorpNotSameOriginAfterDefaultedToSameOriginByCoep", "corp", "", nil, []string{"coep"}},
		{"an image that is HTML", `"api":"element","url":"https://b.example/","mode":"no-cors","context":{"destination":"image"}`, "", "", spec.EngineChromium, []string{"coep", "orb"}, nil},
		{"Integrity-Policy", `"api":"element","url":"https://b.example/","mode":"no-cors","context":{"destination":"script","integrity_policy":["script"]}`, "IntegrityPolicyBlocked", "integrity", "", nil, []string{"integrity"}},
		{"another address space than the script said", `"url":"https://192.168.7.7/","context":{"address_space":"public","permissions":["local-network-access"],"target_address_space":"loopback"}`, "InvalidLocalNetworkAccess", "local-network", "", nil, []string{"local-network"}},
		{"credentials", `"url":"https://b.example/","credentials":"include","context":{}`, "", "", "", []string{"cookie"}, nil},
	} {
		if !strings.Contains(c.line, `"origin"`) {
			c.line += fmt.Sprintf(`,"origin":%q`, page)
		}
		granted := `{"status":200,"headers":[["Access-Control-Allow-Origin","https://a.example"],["Access-Control-Allow-Credentials","true"],["Access-Control-Allow-Methods","PUT"],["Content-Type","text/html"]]}`
		d := contextDecide(t, c.engine, fmt.Sprintf(`{"id":"a","request":{%s},"hops":[{"preflight":%s,"response":%s}]}`, c.line, granted, granted))
		reason, layer := "", ""
		if d.Reason != nil {
			reason, layer = *d.Reason, *d.Layer
		}
		if d.Error != "" || reason != c.reason || layer != c.layer {
			t.Errorf("%s: %q of %q, %s", c.name, reason, layer, d.Error)
		}
		for _, l := range c.open {
			if !slices.Contains(d.NotConsidered, l) {
				t.Errorf("%s: %s is not among %v", c.name, l, d.NotConsidered)
			}
		}
		for _, l := range c.closed {
			if slices.Contains(d.NotConsidered, l) {
				t.Errorf("%s: %s is among %v", c.name, l, d.NotConsidered)
			}
		}
	}
}
