package spec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/spec"
)

// allowedBy tells whether policies let a page of an origin fetch a URL; open: an exchange cannot tell.
func allowedBy(engine spec.Engine, origin, destination, url string, policies ...string) (allowed, open bool) {
	mode := spec.ModeCORS
	if destination != "" {
		mode = spec.ModeNoCORS
	}
	secure := false
	f := spec.Begin(spec.Request{Origin: origin, URL: url, Mode: mode, Context: &spec.PageContext{CSP: policies, Destination: destination, Secure: &secure}}, spec.Options{Engine: engine})
	for _, l := range f.NotConsidered(nil) {
		open = open || l == "csp"
	}
	return f.Outcome().Reason != spec.ReasonCSP, open
}

func TestCSP(t *testing.T) {
	const app, api = "https://app.example", "https://api.example/v1/x"
	for _, c := range []struct {
		policy, origin, destination, url string
		allowed, open                    bool
	}{
		{"", app, "", api, true, false},
		{"connect-src 'self'", app, "", api, false, false},
		{"connect-src 'self'", app, "", app + "/x", true, false},
		{"connect-src 'self'", "http://app.example", "", "https://app.example/", true, false},     // an upgrade
		{"connect-src 'self'", "http://app.example:81", "", "https://app.example/", false, false}, // to another port
		{"connect-src 'self'", "http://app.example:81", "", "https://app.example:81/", true, false},
		{"connect-src", app, "", api, false, false},
		{"connect-src 'none'", app, "", api, false, false},
		{"connect-src 'none' api.example", app, "", api, true, false},
		{"default-src 'self'", app, "", api, false, false},
		{"default-src 'self'; connect-src *", app, "", api, true, false},
		{"CONNECT-SRC 'SELF'", app, "", app + "/x", true, false},
		{"connect-src *; connect-src 'none'", app, "", api, true, false}, // the first counts
		{"connect-src *, connect-src 'none'", app, "", api, false, false},
		{"img-src 'none'", app, "", api, true, false},
		{"img-src 'none'", app, "image", api, false, false},
		{"default-src 'none'", app, "style", api, false, false},
		{"script-src api.example", app, "script", api, true, false},
		{"script-src other.example", app, "script", api, false, false},
		{"script-src 'strict-dynamic' other.example", app, "script", api, true, true},
		{"script-src 'nonce-x'", app, "script", api, true, true},
		{"connect-src https:", app, "", api, true, false},
		{"connect-src http:", app, "", api, true, false},
		{"connect-src wss:", app, "", api, true, false}, // as the standard has it
		{"connect-src ftp:", app, "", api, false, false},
		{"connect-src api.example", app, "", api, true, false},
		{"connect-src api.example", "http://app.example", "", "http://api.example/", true, false},
		{"connect-src https://api.example", "http://app.example", "", "http://api.example/", false, false},
		{"connect-src *.example", app, "", api, true, false},
		{"connect-src *.api.example", app, "", api, false, false},
		{"connect-src api.example:443", app, "", api, true, false},
		{"connect-src api.example:8443", app, "", api, false, false},
		{"connect-src api.example", app, "", "https://api.example:8443/", false, false},
		{"connect-src api.example:*", app, "", "https://api.example:8443/", true, false},
		{"connect-src api.example/v1/", app, "", api, true, false},
		{"connect-src api.example/v1", app, "", api, false, false},
		{"connect-src api.example/v1/x", app, "", api + "?q", true, false},
		{"connect-src api.example/v%31/x", app, "", api, true, false},
		{"connect-src api.example/V1/x", app, "", api, false, false},
		{"connect-src api.example/100%/%7Ex", app, "", "https://api.example/100%/~x", true, false}, // a % alone is itself
		{"connect-src api.example/100%/%7Ex", app, "", "https://api.example/50%/~x", false, false},
		{"connect-src api.example/%31%/x", app, "", "https://api.example/1%/x", true, false},
		{"connect-src api.example/?q", app, "", "https://api.example/", false, false},
		{"connect-src 'self'", "null", "", api, true, true}, // of which URL the page is, its origin does not say
		{"connect-src https:", "null", "", api, true, false},
		{"connect-src ftp:", "null", "", api, false, false},
	} {
		allowed, open := allowedBy("", c.origin, c.destination, c.url, c.policy)
		if allowed != c.allowed || open != c.open {
			t.Errorf("%q, %s from %s (%q): allowed %v, open %v", c.policy, c.url, c.origin, c.destination, allowed, open)
		}
	}
}

// The standard takes no addresses in a policy; Chromium does.
func TestCSPAddresses(t *testing.T) {
	for engine, want := range map[spec.Engine]bool{spec.EngineFetch: false, spec.EngineChromium: true} {
		if got, _ := allowedBy(engine, "http://app.example", "", "http://127.0.0.1:8080/", "connect-src 127.0.0.1:8080"); got != want {
			t.Errorf("%s: %v", engine, got)
		}
	}
}

// The spelling of a policy, the order of what it lists, and what it lists twice change nothing.
func TestCSPSpelling(t *testing.T) {
	for seed := range uint64(20000) {
		d := drawing(seed)
		list := []string{d.of(someSources...), d.of(someSources...)}
		origin, url, engine := d.of(someOrigins...), d.of(someURLs...), spec.Engines()[d.IntN(4)]
		policy := func(format string, sources ...string) (bool, bool) {
			return allowedBy(engine, origin, "", url, fmt.Sprintf(format, strings.Join(sources, " ")))
		}
		allowed, open := policy("connect-src %s", list...)
		for name, same := range map[string]func() (bool, bool){
			"reversed":      func() (bool, bool) { return policy("connect-src %s", list[1], list[0]) },
			"as default":    func() (bool, bool) { return policy("default-src %s", list...) },
			"upper case":    func() (bool, bool) { return policy("Connect-SRC\t%s ;", list...) },
			"repeated":      func() (bool, bool) { return policy("connect-src %[1]s; connect-src 'none'", list...) },
			"another first": func() (bool, bool) { return policy("img-src 'none';; connect-src %s", list...) },
			"twice":         func() (bool, bool) { return policy("connect-src %[1]s, connect-src %[1]s", list...) },
		} {
			if a, o := same(); a != allowed || o != open {
				t.Fatalf("%v at %s from %s: %v, %v; %s %v, %v", list, url, origin, allowed, open, name, a, o)
			}
		}
		if more, _ := policy("connect-src %s", append(list, "https://unrelated.example")...); allowed && !more {
			t.Fatalf("%v at %s from %s: one more source refuses it", list, url, origin)
		}
		if none, _ := policy("connect-src %s 'none'", list...); none != allowed {
			t.Fatalf("%v: 'none' among others counts", list)
		}
	}
}

// traced are the texts of a trace whose step has the name.
func traced(o spec.Outcome, step string) []string {
	var list []string
	for _, s := range o.Trace {
		if s.Step == step {
			list = append(list, s.Text)
		}
	}
	return list
}

// What a policy would forbid that is only reported is told for each such policy, and stops nothing.
func TestCSPReportOnly(t *testing.T) {
	for _, c := range []struct {
		policies []string
		would    []string
	}{
		{nil, nil},
		{[]string{"connect-src *"}, nil},
		{[]string{"connect-src 'self'"}, []string{"connect-src 'self'"}},
		{[]string{"img-src 'none', default-src 'none'", "connect-src *", "connect-src c.example"}, []string{"default-src 'none'", "connect-src c.example"}},
	} {
		f := spec.Begin(spec.Request{Origin: "https://a.example", URL: "https://b.example/", Context: &spec.PageContext{CSPReportOnly: c.policies}}, spec.Options{Trace: true})
		f.Deliver(spec.Response{Status: 200, Header: spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}})
		out := f.Outcome()
		got := traced(out, "csp/report-for-request")
		if len(got) != len(c.would) || out.Result != spec.Allowed {
			t.Errorf("%q: %s, %q", c.policies, out.Result, got)
			continue
		}
		for i, directive := range c.would {
			if !strings.Contains(got[i], "("+directive+")") {
				t.Errorf("%q does not say %s", got[i], directive)
			}
		}
	}
}

// After a redirect the path of a source no longer counts.
func TestCSPAfterRedirect(t *testing.T) {
	for _, c := range []struct {
		source string
		want   spec.Reason
	}{{"https://b.example/elsewhere", ""}, {"https://c.example", spec.ReasonCSP}} {
		f := spec.Begin(spec.Request{Origin: "https://a.example", URL: "https://b.example/elsewhere", Context: &spec.PageContext{CSP: []string{"connect-src https://b.example/elsewhere " + c.source}}}, spec.Options{})
		f.Deliver(spec.Response{Status: 302, Header: spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}, {Name: "Location", Value: map[string]string{"": "/here", string(spec.ReasonCSP): "https://d.example/"}[string(c.want)]}}})
		f.Deliver(spec.Response{Status: 200, Header: spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}})
		if out := f.Outcome(); out.Reason != c.want || c.want != "" && out.FailedHop != 1 {
			t.Errorf("%s: %q at hop %d", c.source, out.Reason, out.FailedHop)
		}
	}
}

// Of a page of the origin `null` it is not known what a source without a scheme, and 'self', stand for:
// what they cannot match whatever the page is forbidden all the same (verify-model --layers --seed 8102).
func TestCSPOfOpaqueOrigins(t *testing.T) {
	for _, c := range []struct {
		policy, url string
		want        spec.Reason
		open        bool
	}{
		{"connect-src img-src", "http://b.example/", spec.ReasonCSP, false},
		{"connect-src c.example *.d.example b.example:81", "http://b.example/", spec.ReasonCSP, false},
		{"connect-src b.example", "http://b.example/", "", true},
		{"connect-src b.example:*", "https://b.example:8443/", "", true},
		{"connect-src 'self'", "http://b.example/", "", true},
		{"connect-src http://b.example", "http://b.example/", "", false},
		{"connect-src http://c.example", "http://b.example/", spec.ReasonCSP, false},
	} {
		f := spec.Begin(spec.Request{Origin: "null", URL: c.url, Context: &spec.PageContext{CSP: []string{c.policy}}}, spec.Options{Engine: spec.EngineChromium})
		f.Deliver(spec.Response{Status: 200, Header: spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}})
		if out, open := f.Outcome(), slices.Contains(f.NotConsidered(nil), string(spec.LayerCSP)); out.Reason != c.want || open != c.open {
			t.Errorf("%s to %s: %q, open %v", c.policy, c.url, out.Reason, open)
		}
	}
}
