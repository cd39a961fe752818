package spec_test

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/spec"
)

// kept is the reason for which an element's answer is kept from it.
func kept(engine spec.Engine, req spec.Request, status int, fields ...string) spec.Reason {
	f := spec.Begin(req, spec.Options{Engine: engine})
	r := spec.Response{Status: status}
	for i := 0; i < len(fields); i += 2 {
		r.Header = append(r.Header, spec.Field{Name: fields[i], Value: fields[i+1]})
	}
	f.Deliver(r)
	return f.Outcome().Reason
}

func element(destination string, c spec.PageContext) spec.Request {
	c.Destination = destination
	return spec.Request{API: spec.APIElement, Origin: "https://a.example", URL: "https://b.example/x", Mode: spec.ModeNoCORS, Credentials: spec.CredentialsInclude, Context: &c}
}

// Addresses have no sites: those that end alike are not of one site.
func TestSitesOfAddresses(t *testing.T) {
	req := element("image", spec.PageContext{})
	req.Origin, req.URL = "http://127.0.0.1:8080", "http://10.0.0.1/"
	if r := kept("", req, 200, "Cross-Origin-Resource-Policy", "same-site"); r != spec.ReasonCORPNotSameSite {
		t.Errorf("127.0.0.1 and 10.0.0.1: %q", r)
	}
	req.URL = "http://127.0.0.1:9090/"
	if r := kept("", req, 200, "Cross-Origin-Resource-Policy", "same-site"); r != "" {
		t.Errorf("two ports of 127.0.0.1: %q", r)
	}
}

// Chromium compares registrable domains and nothing else: what has none is one site, the origin
// `null` too, and an address is of no site.
func TestSitesByDomain(t *testing.T) {
	for _, c := range []struct {
		page, url string
		standard  bool
		chromium  bool
	}{
		{"null", "http://localhost:8080/", false, true},
		{"null", "https://localhost:8080/", false, false}, // the page did not come by https
		{"null", "http://a.example/", false, false},
		{"null", "http://127.0.0.1/", false, false},
		{"http://wiki", "http://intranet/", false, true},
		{"http://wiki", "http://wiki:8080/", true, true},
		{"http://127.0.0.1", "http://127.0.0.1:8080/", true, false},
		{"http://127.0.0.1", "http://127.0.0.1/", true, true}, // same origin
		{"https://a.b.example", "https://c.b.example/", true, true},
		{"http://b.example", "https://c.b.example/", false, false},
		{"https://a.github.io", "https://b.github.io/", false, false},
	} {
		req := element("image", spec.PageContext{Secure: new(false)})
		req.Origin, req.URL = c.page, c.url
		for engine, want := range map[spec.Engine]bool{spec.EngineFetch: c.standard, spec.EngineChromium: c.chromium} {
			if r := kept(engine, req, 200, "Cross-Origin-Resource-Policy", "same-site", "Content-Type", "text/css"); (r == "") != want {
				t.Errorf("%s: from %s to %s: %q", engine, c.page, c.url, r)
			}
		}
	}
}

func TestEmbedderPolicy(t *testing.T) {
	const corp = "Cross-Origin-Resource-Policy"
	for _, c := range []struct {
		policy      spec.EmbedderPolicy
		credentials spec.CredentialsMode
		field       string
		want        spec.Reason
	}{
		{spec.EmbedderUnsafeNone, "include", "", ""},
		{spec.EmbedderRequireCORP, "include", "", spec.ReasonCORPByCOEP},
		{spec.EmbedderRequireCORP, "omit", "", spec.ReasonCORPByCOEP},
		{spec.EmbedderRequireCORP, "include", "nonsense", spec.ReasonCORPByCOEP},
		{spec.EmbedderRequireCORP, "include", "cross-origin", ""},
		{spec.EmbedderRequireCORP, "include", "same-origin", spec.ReasonCORPNotSameOrigin},
		{spec.EmbedderRequireCORP, "include", "same-site", spec.ReasonCORPNotSameSite},
		{spec.EmbedderCredentialless, "include", "", ""}, // it goes without credentials
	} {
		req := element("image", spec.PageContext{Embedder: c.policy})
		req.Credentials = c.credentials
		if got := kept("", req, 200, corp, c.field); got != c.want {
			t.Errorf("%s, %q: %q, want %q", c.policy, c.field, got, c.want)
		}
	}
	f := spec.Begin(element("image", spec.PageContext{Embedder: spec.EmbedderCredentialless}), spec.Options{})
	if a := f.Next(); a.Credentials {
		t.Error("credentialless, and credentials go along")
	}
}

func TestTypes(t *testing.T) {
	const typ, sniff = "Content-Type", "X-Content-Type-Options"
	for _, c := range []struct {
		destination, value, nosniff string
		status                      int
		standard, chromium          spec.Reason
		open                        bool // in Chromium: the content decides
	}{
		{"script", "text/javascript", "nosniff", 200, "", "", false},
		{"script", "TEXT/JavaScript; charset=utf-8", "nosniff", 200, "", "", false},
		{"script", "application/json", "nosniff", 200, spec.ReasonNosniff, spec.ReasonORB, false},
		{"script", "application/json", "", 200, "", "", true},
		{"script", "application/json", "", 206, "", spec.ReasonORB, false},
		{"script", "text/plain", "nosniff, other", 200, spec.ReasonNosniff, spec.ReasonORB, false},
		{"script", "image/png", "", 200, spec.ReasonMimeType, spec.ReasonMimeType, false},
		{"script", "text/csv", "", 200, spec.ReasonMimeType, spec.ReasonORB, false},
		{"style", "text/css", "nosniff", 200, "", "", false},
		{"style", "text/html", "nosniff", 200, spec.ReasonNosniff, spec.ReasonORB, false},
		{"style", "text/html", "sniff, nosniff", 200, "", "", true},
		{"image", "text/html", "nosniff", 200, "", spec.ReasonORB, false},
		{"image", "application/pdf", "", 200, "", spec.ReasonORB, false},
		{"image", "image/svg+xml", "nosniff", 200, "", "", false},
		{"image", "", "nosniff", 200, "", "", true},
		{"image", "text/html, image/svg+xml", "nosniff", 200, "", "", false}, // the last counts
	} {
		for engine, want := range map[spec.Engine]spec.Reason{spec.EngineFetch: c.standard, spec.EngineChromium: c.chromium} {
			f := spec.Begin(element(c.destination, spec.PageContext{}), spec.Options{Engine: engine})
			f.Deliver(spec.Response{Status: c.status, Header: spec.Header{{Name: typ, Value: c.value}, {Name: sniff, Value: c.nosniff}}})
			if got := f.Outcome().Reason; got != want {
				t.Errorf("%s: %s of the type %q (%q): %q, want %q", engine, c.destination, c.value, c.nosniff, got, want)
			}
			open := false
			for _, l := range f.NotConsidered(nil) {
				open = open || l == "orb"
			}
			if wantOpen := want == "" && (c.open || engine == spec.EngineFetch); open != wantOpen {
				t.Errorf("%s: %s of the type %q (%q): open %v", engine, c.destination, c.value, c.nosniff, open)
			}
		}
	}
}

// An opaque answer cannot be compared with integrity metadata, and Integrity-Policy wants both it
// and CORS.
func TestIntegrity(t *testing.T) {
	if r := kept("", element("script", spec.PageContext{Integrity: "sha256-x"}), 200); r != spec.ReasonIntegrity {
		t.Errorf("an opaque answer: %q", r)
	}
	for _, c := range []struct {
		mode      spec.Mode
		integrity string
		want      spec.Reason
	}{{spec.ModeNoCORS, "", spec.ReasonIntegrityPolicy}, {spec.ModeNoCORS, "sha256-x", spec.ReasonIntegrityPolicy}, {spec.ModeCORS, "", spec.ReasonIntegrityPolicy}, {spec.ModeCORS, "sha256-x", ""}} {
		req := element("script", spec.PageContext{Integrity: c.integrity, IntegrityPolicy: []string{"script", "style"}})
		req.Mode = c.mode
		if r := kept("", req, 200, "Access-Control-Allow-Origin", "https://a.example", "Access-Control-Allow-Credentials", "true"); r != c.want {
			t.Errorf("%s, %q: %q", c.mode, c.integrity, r)
		}
	}
}

// Why a request may go to a nearer address is told: the user allowed it, or the script said where it goes.
func TestLocalNetworkTold(t *testing.T) {
	for _, c := range []struct {
		url     string
		target  spec.AddressSpace
		allowed bool
		want    string
	}{
		{"https://b.example/", "", true, ""}, // no nearer
		{"https://192.168.7.7/", "", true, "the address is in local, and the user has allowed it"},
		{"https://127.0.0.1:81/", "", true, "the address is in loopback, and the user has allowed it"},
		{"https://127.0.0.1:81/", spec.SpaceLoopback, false, "the address is in loopback, as targetAddressSpace says"},
	} {
		context := &spec.PageContext{AddressSpace: spec.SpacePublic, TargetAddressSpace: c.target, LocalNetwork: c.allowed}
		f := spec.Begin(spec.Request{Origin: "https://a.example", URL: c.url, Context: context}, spec.Options{Trace: true})
		f.Deliver(spec.Response{Status: 200, Header: spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}})
		out := f.Outcome()
		if got := strings.Join(traced(out, "local-network-access-check"), "; "); got != c.want || out.Result != spec.Allowed {
			t.Errorf("%s: %s, %q", c.url, out.Result, got)
		}
	}
}

// A preflight of Chromium's knows nothing of targetAddressSpace; the request after it does.
func TestLocalNetworkTargetLate(t *testing.T) {
	for engine, preflights := range map[spec.Engine]bool{spec.EngineFetch: false, spec.EngineChromium: true} {
		c := &spec.PageContext{AddressSpace: spec.SpacePublic, TargetAddressSpace: spec.SpaceLocal}
		f := spec.Begin(spec.Request{Origin: "https://a.example", URL: "https://b.example/", Method: "PUT", Context: c}, spec.Options{Engine: engine})
		if got := f.Next().Kind == spec.ActionPreflight; got != preflights {
			t.Fatalf("%s: a preflight: %v", engine, got)
		}
		f.Deliver(spec.Response{Status: 204, Header: spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}, {Name: "Access-Control-Allow-Methods", Value: "*"}}})
		if out := f.Outcome(); out.Reason != spec.ReasonLocalTarget || out.Hops[0].Sent {
			t.Errorf("%s: %+v", engine, out)
		}
	}
}

// The content decides where it is known, and an answer without content matches nothing.
func TestIntegrityOfContent(t *testing.T) {
	const (
		wrong   = "sha256-x"
		unknown = "md5-x"
	)
	right := "sha256-" + base64.StdEncoding.EncodeToString(sum("ok"))
	for _, c := range []struct {
		integrity, method string
		status            int
		content           []byte
		want              spec.Reason
		open              bool // the content would decide
	}{
		{right, "GET", 200, []byte("ok"), "", false},
		{right, "GET", 200, []byte("no"), spec.ReasonIntegrity, false},
		{wrong + " " + right, "GET", 200, []byte("ok"), "", false},
		{right + " sha512-x", "GET", 200, []byte("ok"), spec.ReasonIntegrity, false}, // the strongest counts
		{right + "?option", "GET", 200, []byte("ok"), "", false},
		{unknown, "GET", 200, []byte("ok"), "", false},
		{right, "GET", 200, nil, "", true},
		{right, "HEAD", 200, []byte("ok"), spec.ReasonIntegrity, false},
		{right, "GET", 204, nil, spec.ReasonIntegrity, false},
	} {
		req := spec.Request{Origin: "https://a.example", URL: "https://a.example/x", Method: c.method, Context: &spec.PageContext{Integrity: c.integrity, IntegrityPolicy: []string{}}}
		f := spec.Begin(req, spec.Options{})
		f.Deliver(spec.Response{Status: c.status, Content: c.content})
		if got := f.Outcome().Reason; got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
		if open := slices.Contains(f.NotConsidered(nil), string(spec.LayerIntegrity)); open != c.open {
			t.Errorf("%+v: the content would decide: %v", c, open)
		}
	}
	for engine, want := range map[spec.Engine]spec.Reason{spec.EngineFetch: spec.ReasonIntegrity, spec.EngineChromium: ""} {
		head := spec.Request{Origin: "https://a.example", URL: "https://a.example/x", Method: "HEAD", Context: &spec.PageContext{Integrity: "sha256-" + base64.StdEncoding.EncodeToString(sum(""))}}
		if r := kept(engine, head, 200); r != want {
			t.Errorf("%s: the digest of nothing, for an answer without content: %q", engine, r)
		}
		if r := kept(engine, element("script", spec.PageContext{Integrity: unknown}), 200, "Content-Type", "text/javascript"); r != want {
			t.Errorf("%s: an element's metadata without a digest: %q", engine, r)
		}
	}
}

func sum(content string) []byte {
	s := sha256.Sum256([]byte(content))
	return s[:]
}

// A redirect that leads back to the page's own origin leaves nothing to Opaque Response Blocking.
func TestOpaqueBlockingOfOwn(t *testing.T) {
	for back, want := range map[string]spec.Reason{"https://a.example/y": "", "https://b.example/y": spec.ReasonORB} {
		f := spec.Begin(element("image", spec.PageContext{}), spec.Options{Engine: spec.EngineChromium})
		f.Deliver(spec.Response{Status: 302, Header: spec.Header{{Name: "Location", Value: back}}})
		f.Deliver(spec.Response{Status: 200, Header: spec.Header{{Name: "Content-Type", Value: "text/csv"}}})
		if out := f.Outcome(); out.Reason != want {
			t.Errorf("%s: %q", back, out.Reason)
		}
	}
}

func TestElementUserinfo(t *testing.T) {
	for engine, want := range map[spec.Engine]spec.Reason{spec.EngineFetch: "", spec.EngineChromium: spec.ReasonNetworkError} {
		req := element("image", spec.PageContext{})
		req.URL = "https://user@b.example/"
		if r := kept(engine, req, 200, "Content-Type", "image/svg+xml"); r != want {
			t.Errorf("%s: %q", engine, r)
		}
	}
}

// Where Chromium alone refuses a redirect for its user name, the page's policy is asked first
// (verify-model --layers --seed 8102); what the standard refuses, CORS refuses before.
func TestRedirectUserinfoAfterPolicy(t *testing.T) {
	for _, c := range []struct {
		mode spec.Mode
		csp  string
		want spec.Reason
		hop  int
	}{
		{spec.ModeNoCORS, "", spec.ReasonRedirectContainsCredentials, 0},
		{spec.ModeNoCORS, "connect-src https://b.example", spec.ReasonCSP, 1},
		{spec.ModeCORS, "connect-src https://b.example", spec.ReasonRedirectContainsCredentials, 0},
	} {
		f := spec.Begin(spec.Request{Origin: "https://a.example", URL: "https://b.example/", Mode: c.mode, Context: &spec.PageContext{CSP: []string{c.csp}}}, spec.Options{Engine: spec.EngineChromium})
		f.Deliver(spec.Response{Status: 302, Header: spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}, {Name: "Location", Value: "https://u@c.example/"}}})
		if out := f.Outcome(); out.Reason != c.want || out.FailedHop != c.hop {
			t.Errorf("%s with %q: %q at hop %d", c.mode, c.csp, out.Reason, out.FailedHop)
		}
	}
}

// A redirect to another scheme than HTTP's is refused by the page's policy first in Chromium
// (verify-model --layers --seed 8104).
func TestPolicyBeforeScheme(t *testing.T) {
	for _, c := range []struct {
		engine        spec.Engine
		location, csp string
		want          spec.Reason
	}{
		{spec.EngineFetch, "ws://c.example/", "connect-src https://b.example", spec.ReasonCorsDisabledScheme},
		{spec.EngineChromium, "ws://c.example/", "connect-src https://b.example", spec.ReasonCSP},
		{spec.EngineChromium, "ws://c.example/", "connect-src *", spec.ReasonCorsDisabledScheme},
		{spec.EngineChromium, "ws://c.example/", "connect-src https: ws:", spec.ReasonCorsDisabledScheme},
		{spec.EngineChromium, "mailto:a@c.example", "connect-src *", spec.ReasonCSP},
		{spec.EngineChromium, "data:,x", "connect-src https://b.example", spec.ReasonCorsDisabledScheme},
		{spec.EngineChromium, "chrome://version", "connect-src https://b.example", spec.ReasonCorsDisabledScheme},
		{spec.EngineChromium, "foo:bar", "img-src 'none'", spec.ReasonCorsDisabledScheme},
	} {
		f := spec.Begin(spec.Request{Origin: "https://a.example", URL: "https://b.example/", Context: &spec.PageContext{CSP: []string{c.csp}}}, spec.Options{Engine: c.engine})
		f.Deliver(spec.Response{Status: 302, Header: spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}, {Name: "Location", Value: c.location}}})
		if out := f.Outcome(); out.Reason != c.want {
			t.Errorf("%s with %q in %s: %q", c.location, c.csp, c.engine, out.Reason)
		}
	}
}

// For an element Chromium looks at a redirect's user name before its scheme, for fetch() in mode no-cors
// not (verify-model --layers --seed 8401).
func TestUserinfoBeforeScheme(t *testing.T) {
	for api, want := range map[spec.API]spec.Reason{spec.APIElement: spec.ReasonRedirectContainsCredentials, spec.APIFetch: spec.ReasonCorsDisabledScheme} {
		f := spec.Begin(spec.Request{API: api, Origin: "https://a.example", URL: "https://b.example/", Mode: spec.ModeNoCORS, Context: &spec.PageContext{}}, spec.Options{Engine: spec.EngineChromium})
		f.Deliver(spec.Response{Status: 302, Header: spec.Header{{Name: "Location", Value: "ftp://u@c.example/"}}})
		if out := f.Outcome(); out.Reason != want || out.FailedHop != 0 {
			t.Errorf("%s: %q at hop %d", api, out.Reason, out.FailedHop)
		}
	}
}

// Of mode no-cors Chromium looks at the redirect mode before mixed content.
func TestModeBeforeMixedContent(t *testing.T) {
	for engine, want := range map[spec.Engine]spec.Reason{spec.EngineFetch: spec.ReasonMixedContent, spec.EngineChromium: spec.ReasonNoCorsRedirectModeNotFollow} {
		req := spec.Request{Origin: "https://a.example", URL: "http://b.example/", Mode: spec.ModeNoCORS, Redirect: spec.RedirectManual, Context: &spec.PageContext{}}
		if r := kept(engine, req, 200); r != want {
			t.Errorf("%s: %q", engine, r)
		}
	}
}

// Chromium's Integrity-Policy knows scripts alone.
func TestIntegrityPolicyOfStyles(t *testing.T) {
	for engine, want := range map[spec.Engine]spec.Reason{spec.EngineFetch: spec.ReasonIntegrityPolicy, spec.EngineChromium: ""} {
		if r := kept(engine, element("style", spec.PageContext{IntegrityPolicy: []string{"style"}}), 200, "Content-Type", "text/css"); r != want {
			t.Errorf("%s: %q", engine, r)
		}
	}
}

func TestServiceWorker(t *testing.T) {
	for _, c := range []struct {
		answer spec.WorkerAnswer
		req    spec.Request
		want   spec.Reason
	}{
		{spec.WorkerNone, spec.Request{}, ""},
		{spec.WorkerError, spec.Request{}, spec.ReasonWorker},
		{spec.WorkerOpaque, spec.Request{}, spec.ReasonWorker},
		{spec.WorkerOpaque, spec.Request{Mode: spec.ModeNoCORS}, ""},
		{spec.WorkerCORS, spec.Request{Mode: spec.ModeSameOrigin}, spec.ReasonWorker},
		{spec.WorkerCORS, spec.Request{}, ""},
		{spec.WorkerOpaqueRedirect, spec.Request{}, spec.ReasonWorker},
		{spec.WorkerOpaqueRedirect, spec.Request{Redirect: spec.RedirectManual}, ""},
	} {
		c.req.Origin, c.req.URL, c.req.Context = "https://a.example", "https://a.example/x", &spec.PageContext{Worker: c.answer}
		if r := kept("", c.req, 200); r != c.want {
			t.Errorf("%s to %+v: %q", c.answer, c.req, r)
		}
	}
}

// The user's permission, and where the page and the server are.
func TestLocalNetworkTarget(t *testing.T) {
	for _, c := range []struct {
		engine          spec.Engine
		origin, url     string
		target          spec.AddressSpace
		allowed, secure bool
		want            spec.Reason
	}{
		{"", "https://a.example", "http://127.0.0.1/", spec.SpaceLocal, true, true, spec.ReasonLocalTarget},
		{"", "https://a.example", "http://127.0.0.1/", spec.SpaceLoopback, false, true, ""},
		{spec.EngineChromium, "https://a.example", "http://127.0.0.1/", spec.SpaceLoopback, false, true, spec.ReasonLocalPermission},
		{spec.EngineChromium, "https://a.example", "http://192.168.7.7/", "", true, true, ""}, // no mixed content
		{spec.EngineChromium, "https://a.example", "http://printer.local/", "", false, true, spec.ReasonLocalPermission},
		{spec.EngineChromium, "https://a.example", "http://b.example/", "", true, true, spec.ReasonMixedContent},
		{spec.EngineChromium, "https://a.example", "http://b.example/", spec.SpaceLocal, true, true, spec.ReasonLocalTarget},
		{spec.EngineChromium, "http://a.example", "http://192.168.7.7/", "", true, false, spec.ReasonInsecureLocalNetwork},
		{spec.EngineFetch, "http://127.0.0.1", "http://127.0.0.1/", spec.SpaceLocal, false, true, spec.ReasonLocalTarget},
		{spec.EngineChromium, "http://127.0.0.1", "http://127.0.0.1/", spec.SpaceLocal, false, true, ""}, // its own, before all
	} {
		req := spec.Request{Origin: c.origin, URL: c.url, Context: &spec.PageContext{AddressSpace: spec.SpacePublic, TargetAddressSpace: c.target, LocalNetwork: c.allowed}}
		if r := kept(c.engine, req, 200, "Access-Control-Allow-Origin", "*"); r != c.want {
			t.Errorf("%s, %s from %s, %q: %q, want %q", c.engine, c.url, c.origin, c.target, r, c.want)
		}
	}
}
