package spec_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/spec"
)

// With upgrade-insecure-requests no request goes out over http, but to this machine in Chromium.
func TestUpgrade(t *testing.T) {
	each(t, 5000, func(t *testing.T, _ draw, req spec.Request, engine spec.Engine, seed uint64) {
		req.Context.CSP = []string{"upgrade-insecure-requests"}
		out, _ := perform(req, engine, seed)
		for i, h := range out.Hops {
			if strings.HasPrefix(h.URL, "http:") && !(engine == spec.EngineChromium && i == 0 && strings.HasPrefix(h.URL, "http://127.0.0.1")) {
				t.Errorf("%s in %s", h.URL, engine)
			}
		}
		if out.Reason == spec.ReasonMixedContent {
			t.Error("mixed content, although everything is upgraded")
		}
	})
}

// In the standard a host that wants https is asked over https from the beginning: all is as if
// the URL had said so.
func TestHSTSIsARewrite(t *testing.T) {
	for seed := range uint64(5000) {
		d := drawing(seed)
		req := spec.Request{Origin: d.of("http://app.example.com", "http://api.example.com", "null"), URL: "http://api.example.com/x", Method: d.of("GET", "PUT"), Mode: spec.ModeCORS,
			Context: &spec.PageContext{HSTS: []string{d.of("api.example.com", "*.example.com")}}}
		if req.Method == "GET" {
			req.Mode = spec.Mode(d.of("cors", "no-cors"))
		}
		got, _ := perform(req, spec.EngineFetch, seed)
		req.URL = "https://api.example.com/x"
		want, _ := perform(req, spec.EngineFetch, seed)
		if got.Reason != want.Reason || got.Type != want.Type || len(got.Hops) != len(want.Hops) || got.Hops[0].URL != want.Hops[0].URL || got.Hops[0].Preflight != want.Hops[0].Preflight {
			t.Fatalf("seed %d: %+v, and over https %+v", seed, got, want)
		}
	}
}

// Chromium makes a redirect of its own of it.
func TestHSTSInChromium(t *testing.T) {
	run := func(req spec.Request, answers ...spec.Response) spec.Outcome {
		req.Origin, req.URL = "http://app.example.com", "http://api.example.com/x"
		req.Context = &spec.PageContext{HSTS: []string{"*.example.com"}}
		f := spec.Begin(req, spec.Options{Engine: spec.EngineChromium})
		for _, a := range answers {
			f.Deliver(a)
		}
		return f.Outcome()
	}
	any := spec.Response{Status: 200, Header: spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}}
	one := spec.Response{Status: 200, Header: spec.Header{{Name: "Access-Control-Allow-Origin", Value: "http://app.example.com"}}}
	if out := run(spec.Request{Method: "PUT"}, any); out.Reason != spec.ReasonPreflightDisallowedRedirect || out.Hops[0].Preflight || out.Hops[0].Sent {
		t.Errorf("a preflight: %+v", out)
	}
	if out := run(spec.Request{}, any); out.Result != spec.Allowed || len(out.Hops) != 2 || out.Hops[0].Sent || *out.Hops[1].Origin != "null" || out.Hops[1].URL != "https://api.example.com/x" {
		t.Errorf("a simple request: %+v", out)
	}
	if out := run(spec.Request{}, one); out.Reason != spec.ReasonAllowOriginMismatch {
		t.Errorf("a simple request to a server that names the page: %+v", out)
	}
	if out := run(spec.Request{Redirect: spec.RedirectError}, any); out.Reason != spec.ReasonRedirectDisallowedByMode {
		t.Errorf("redirect mode error: %+v", out)
	}
}

// A page's own origin over https is another origin: mode no-cors with redirect mode error is refused
// there in the standard, and not in Chromium, which looks at the script's URL (verify-model --layers
// --seed 3201, exchange 3605).
func TestUpgradeOfOwnOrigin(t *testing.T) {
	const own = "http://app.example.com"
	for _, test := range []struct {
		engine spec.Engine
		url    string
		want   spec.Reason
	}{
		{spec.EngineFetch, own, spec.ReasonNoCorsRedirectModeNotFollow},
		{spec.EngineChromium, own, ""},
		{spec.EngineChromium, "https://app.example.com", spec.ReasonNoCorsRedirectModeNotFollow},
	} {
		req := spec.Request{Origin: own, URL: test.url + "/x", Method: "GET", Mode: spec.ModeNoCORS, Redirect: spec.RedirectError,
			Context: &spec.PageContext{CSP: []string{"upgrade-insecure-requests"}}}
		f := spec.Begin(req, spec.Options{Engine: test.engine})
		f.Deliver(spec.Response{Status: 200})
		if out := f.Outcome(); out.Reason != test.want || test.want == "" && out.Hops[0].URL != "https://app.example.com/x" {
			t.Errorf("%s to %s: %+v", test.engine, test.url, out)
		}
		req.Context, req.URL = nil, "https://other.example/x" // nothing is known of the page, and the rule holds
		f = spec.Begin(req, spec.Options{Engine: test.engine})
		if out := f.Outcome(); out.Reason != spec.ReasonNoCorsRedirectModeNotFollow {
			t.Errorf("%s without a page: %+v", test.engine, out)
		}
	}
}

// Images, audio and video of a secure page are asked for over https, but not at an address.
func TestMixedUpgrade(t *testing.T) {
	for _, c := range []struct {
		destination, url string
		set              bool
		want             spec.Reason
		at               string
	}{
		{"image", "http://b.example/", false, "", "https://b.example/"},
		{"video", "http://b.example/", false, "", "https://b.example/"},
		{"image", "http://b.example/", true, spec.ReasonMixedContent, "http://b.example/"},
		{"image", "http://192.0.2.1/", false, spec.ReasonMixedContent, "http://192.0.2.1/"},
		{"script", "http://b.example/", false, spec.ReasonMixedContent, "http://b.example/"},
		{"image", "http://127.0.0.1/", false, "", "http://127.0.0.1/"},
	} {
		f := spec.Begin(spec.Request{API: spec.APIElement, Origin: "https://a.example", URL: c.url, Mode: spec.ModeNoCORS, Context: &spec.PageContext{Destination: c.destination, ImageSet: c.set}}, spec.Options{})
		f.Deliver(spec.Response{Status: 200})
		if out := f.Outcome(); out.Reason != c.want || out.Hops[0].URL != c.at {
			t.Errorf("%s %s: %q at %s", c.destination, c.url, out.Reason, out.Hops[0].URL)
		}
	}
}

// Chromium decides for the first URL whether http becomes https, and for all that it redirects to
// (verify-model --layers --seed 8101 and 8102); the standard for each URL.
func TestUpgradeOnce(t *testing.T) {
	const secure, upgrade = "https://a.example", "upgrade-insecure-requests"
	for _, c := range []struct {
		csp, first, second string
		engine             spec.Engine
		want               spec.Reason
		at                 string
	}{
		{"", "http://b.example/", "http://c.example/", spec.EngineFetch, "", "https://c.example/"},
		{"", "https://127.0.0.1/", "http://c.example/", spec.EngineFetch, "", "https://c.example/"},
		{"", "https://b.example/", "http://127.0.0.1/", spec.EngineFetch, "", "http://127.0.0.1/"},
		{"", "https://b.example/", "http://192.0.2.1/", spec.EngineFetch, spec.ReasonMixedContent, "http://192.0.2.1/"},
		{"", "http://b.example/", "http://c.example/", spec.EngineChromium, "", "https://c.example/"},
		{"", "https://b.example:80/", "http://c.example:80/", spec.EngineChromium, "", "https://c.example/"},
		{"", "https://b.example/", "http://127.0.0.1/", spec.EngineChromium, "", "https://127.0.0.1/"},
		{"", "https://b.example/", "http://192.0.2.1/", spec.EngineChromium, "", "https://192.0.2.1/"},
		{"", "https://127.0.0.1/", "http://c.example/", spec.EngineChromium, "", "http://c.example/"},
		{"", "http://localhost/", "http://c.example/", spec.EngineChromium, "", "http://c.example/"},
		{"", "https://192.0.2.1/", "http://c.example/", spec.EngineChromium, "", "http://c.example/"},
		{"", "https://192.0.2.1/", "http://192.0.2.2/", spec.EngineChromium, spec.ReasonMixedContent, "http://192.0.2.2/"},
		{upgrade, "http://127.0.0.1/", "http://127.0.0.1/", spec.EngineChromium, "", "https://127.0.0.1/"},
		{upgrade, "http://127.0.0.1/", "http://c.example/", spec.EngineChromium, "", "https://c.example/"},
	} {
		f := spec.Begin(spec.Request{API: spec.APIElement, Origin: secure, URL: c.first, Mode: spec.ModeNoCORS, Context: &spec.PageContext{Destination: "image", CSP: []string{c.csp}}}, spec.Options{Engine: c.engine})
		f.Deliver(spec.Response{Status: 302, Header: spec.Header{{Name: "Location", Value: c.second}}})
		f.Deliver(spec.Response{Status: 200})
		if out := f.Outcome(); out.Reason != c.want || len(out.Hops) != 2 || out.Hops[1].URL != c.at {
			t.Errorf("%s, %s to %s in %s: %q, %+v", c.csp, c.first, c.second, c.engine, out.Reason, out.Hops)
		}
	}
}

// What a redirect leads to is upgraded before origins are compared, in Chromium: the same host keeps
// Authorization. In the standard it is another origin still.
func TestUpgradeBeforeOriginsAreCompared(t *testing.T) {
	for engine, keeps := range map[spec.Engine]bool{spec.EngineFetch: false, spec.EngineChromium: true} {
		f := spec.Begin(spec.Request{Origin: "https://a.example", URL: "http://b.example/", Method: "GET", Mode: spec.ModeCORS, Header: spec.Header{{Name: "Authorization", Value: "v"}},
			Context: &spec.PageContext{CSP: []string{"upgrade-insecure-requests"}}}, spec.Options{Engine: engine})
		grant := spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}, {Name: "Access-Control-Allow-Headers", Value: "authorization"}}
		for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
			answer := spec.Response{Status: 200, Header: grant}
			if a.Kind == spec.ActionRequest && a.Hop == 0 {
				answer = spec.Response{Status: 302, Header: append(spec.Header{{Name: "Location", Value: "http://b.example/next"}}, grant...)}
			}
			f.Deliver(answer)
		}
		out := f.Outcome()
		if len(out.Hops) != 2 || out.Hops[1].URL != "https://b.example/next" || out.Hops[1].Header.Has("Authorization") != keeps {
			t.Errorf("%s: %+v", engine, out)
		}
	}
}
