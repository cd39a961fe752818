package spec_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/spec"
)

// draw makes requests, pages and answers at random; equal seeds make equal ones.
type draw struct{ *rand.Rand }

func drawing(seed uint64) draw { return draw{rand.New(rand.NewPCG(seed, 7))} }

func (d draw) of(list ...string) string { return list[d.IntN(len(list))] }

var (
	someOrigins = []string{"https://app.example.com", "http://app.example.com", "https://example.org:8443", "http://localhost:3000", "null"}
	someURLs    = []string{"https://api.example.com/v1/x", "http://api.example.com/v1/x", "https://app.example.com/y", "http://app.example.com/", "http://127.0.0.1:8080/z", "http://192.168.1.7/",
		"https://example.org:8443/", "http://printer.local/p", "https://api.example.com:6000/"}
	someSources = []string{"'self'", "'none'", "*", "https:", "http:", "api.example.com", "*.example.com", "https://api.example.com", "http://api.example.com:80", "https://api.example.com/v1/", "127.0.0.1:8080",
		"api.example.com:*", "wss:", "https://example.org:8443/v2", "'unsafe-inline'", "nonsense::", "HTTPS://API.EXAMPLE.COM/v1/x"}
)

func (d draw) sources() string {
	var list []string
	for range d.IntN(4) {
		list = append(list, d.of(someSources...))
	}
	return strings.Join(list, " ")
}

// request is any request with any page.
func (d draw) request() spec.Request {
	secure := d.IntN(2) == 0
	c := &spec.PageContext{
		Destination: d.of("", "", "", "image", "script", "style", "video"), Embedder: spec.EmbedderPolicy(d.of("", "unsafe-none", "require-corp", "credentialless")),
		AddressSpace: spec.AddressSpace(d.of("", "public", "local", "loopback")), LocalNetwork: d.IntN(2) == 0, TargetAddressSpace: spec.AddressSpace(d.of("", "", "", "local", "loopback")),
		Worker: spec.WorkerAnswer(d.of("", "none", "none", "opaque", "error")), Integrity: d.of("", "", "", "sha256-x"),
	}
	if d.IntN(3) == 0 {
		c.Secure = &secure
	}
	if d.IntN(2) == 0 {
		c.CSP = []string{d.of("connect-src ", "default-src ", "img-src ") + d.sources() + d.of("", "; upgrade-insecure-requests")}
	}
	if d.IntN(3) == 0 {
		c.HSTS = []string{d.of("api.example.com", "*.example.com", "app.example.com")}
	}
	if d.IntN(4) == 0 {
		c.IntegrityPolicy = []string{d.of("script", "style")}
	}
	return spec.Request{Origin: d.of(someOrigins...), URL: d.of(someURLs...), Method: d.of("GET", "PUT"), Mode: spec.Mode(d.of("cors", "cors", "no-cors", "same-origin")),
		Credentials: spec.CredentialsMode(d.of("include", "omit", "same-origin")), Context: c}
}

// answer grants what was asked, and for some sends it on.
func (d draw) answer(a spec.Action, status int) spec.Response {
	r := spec.Response{Status: status, Header: spec.Header{{Name: "Content-Type", Value: d.of("application/json", "text/javascript", "image/png", "text/plain", "")}}}
	for _, f := range a.Header {
		switch f.Name {
		case "Origin":
			r.Header = append(r.Header, spec.Field{Name: "Access-Control-Allow-Origin", Value: f.Value}, spec.Field{Name: "Access-Control-Allow-Credentials", Value: "true"})
		case "Access-Control-Request-Method":
			r.Header = append(r.Header, spec.Field{Name: "Access-Control-Allow-Methods", Value: f.Value})
		}
	}
	for _, h := range []struct{ name, values string }{{"Cross-Origin-Resource-Policy", ",,same-origin,same-site,cross-origin"}, {"X-Content-Type-Options", ",,nosniff"}} {
		if v := d.of(strings.Split(h.values, ",")...); v != "" {
			r.Header = append(r.Header, spec.Field{Name: h.name, Value: v})
		}
	}
	if status == 302 {
		r.Header = append(r.Header, spec.Field{Name: "Location", Value: d.of(someURLs...)})
	}
	return r
}

// perform lets the model decide a request whose answers are drawn with a seed: what two requests
// have in common is answered alike.
func perform(req spec.Request, engine spec.Engine, seed uint64) (spec.Outcome, []string) {
	d := drawing(seed)
	f := spec.Begin(req, spec.Options{Engine: engine, Trace: true})
	redirects := d.IntN(2)
	for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
		status := 200
		if a.Kind == spec.ActionRequest && a.Hop < redirects {
			status = 302
		}
		f.Deliver(d.answer(a, status))
	}
	return f.Outcome(), f.NotConsidered(nil)
}

// each performs so many random requests in every engine.
func each(t *testing.T, n uint64, check func(t *testing.T, d draw, req spec.Request, engine spec.Engine, seed uint64)) {
	t.Helper()
	for seed := range n {
		d := drawing(seed + 1)
		req := d.request()
		check(t, d, req, spec.Engines()[d.IntN(4)], seed)
		if t.Failed() {
			t.Fatalf("seed %d: %+v from %s, context %+v", seed, req.URL, req.Origin, *req.Context)
		}
	}
}

// What stopped a request is never among the layers that were not considered, and each of those has
// a reason.
func TestStoppedByWhatWasConsidered(t *testing.T) {
	known := map[string]bool{}
	for _, u := range spec.AllUnconsidered() {
		known[string(u.Layer)] = u.Why != ""
	}
	each(t, 20000, func(t *testing.T, _ draw, req spec.Request, engine spec.Engine, seed uint64) {
		out, open := perform(req, engine, seed)
		if l := string(out.Reason.Layer()); slices.Contains(open, l) {
			t.Errorf("%s stopped it, and was not considered: %v", out.Reason, open)
		}
		if !slices.IsSorted(open) {
			t.Errorf("not sorted: %v", open)
		}
		for _, l := range open {
			if !known[l] {
				t.Errorf("%s has no reason", l)
			}
		}
	})
}

// What the layers do not stop ends as without a context, as long as nothing changes its URL.
func TestLayersOnlyStop(t *testing.T) {
	each(t, 20000, func(t *testing.T, _ draw, req spec.Request, engine spec.Engine, seed uint64) {
		out, _ := perform(req, engine, seed)
		if out.Reason.Layer() != "" && out.Reason.Layer() != spec.LayerCORS {
			if out.Result != spec.Blocked {
				t.Errorf("%s, and %s", out.Reason, out.Result)
			}
			return
		}
		for _, s := range out.Trace {
			if strings.Contains(s.Text, "becomes https") || strings.Contains(s.Text, "redirect of its own") {
				return
			}
		}
		bare := req
		bare.Context = nil
		want, open := perform(bare, engine, seed)
		out.Trace, want.Trace = nil, nil
		if req.Context.Embedder == spec.EmbedderCredentialless {
			for _, o := range []*spec.Outcome{&out, &want} {
				for i := range o.Hops {
					o.Hops[i].Credentials = false
				}
			}
		}
		if !reflect.DeepEqual(out, want) {
			t.Errorf("with context %+v, without %+v", out, want)
		}
		if len(open) < 10 {
			t.Errorf("without context nothing but CORS is considered, and yet only these are open: %v", open)
		}
	})
}

// Nothing was sent at the hop at which a layer that comes before the connection stopped it.
func TestNothingSent(t *testing.T) {
	each(t, 20000, func(t *testing.T, _ draw, req spec.Request, engine spec.Engine, seed uint64) {
		out, _ := perform(req, engine, seed)
		switch out.Reason {
		case spec.ReasonCSP, spec.ReasonMixedContent, spec.ReasonBadPort, spec.ReasonIntegrityPolicy, spec.ReasonWorker,
			spec.ReasonLocalPermission, spec.ReasonInsecureLocalNetwork, spec.ReasonLocalTarget:
			late := out.Reason == spec.ReasonLocalTarget && engine == spec.EngineChromium // which looks at it after the preflight
			if h := out.Hops[out.FailedHop]; h.Sent || h.Preflight && !late {
				t.Errorf("%s, and something was sent: %+v", out.Reason, h)
			}
		}
	})
}

// A policy that is more severe never lets through what a milder one stops.
func TestSeverer(t *testing.T) {
	stopped := func(req spec.Request, engine spec.Engine, seed uint64, r ...spec.Reason) bool {
		out, _ := perform(req, engine, seed)
		return slices.Contains(r, out.Reason)
	}
	each(t, 20000, func(t *testing.T, d draw, req spec.Request, engine spec.Engine, seed uint64) {
		with := func(change func(c *spec.PageContext)) spec.Request {
			r, c := req, *req.Context
			change(&c)
			r.Context = &c
			return r
		}
		if stopped(req, engine, seed, spec.ReasonCSP) {
			extra := d.of("default-src *", "connect-src 'self'", "upgrade-insecure", "script-src 'none'")
			if !stopped(with(func(c *spec.PageContext) { c.CSP = append([]string{extra}, c.CSP...) }), engine, seed, spec.ReasonCSP) {
				t.Errorf("one more policy, %q, lets it through", extra)
			}
		}
		if out, _ := perform(req, engine, seed); out.Result == spec.Allowed && engine != spec.EngineChromium {
			// With a permission, and without policies, it is allowed all the more.
			more := with(func(c *spec.PageContext) {
				c.LocalNetwork, c.IntegrityPolicy, c.Embedder = true, nil, spec.EmbedderUnsafeNone
			})
			if again, _ := perform(more, engine, seed); again.Result != spec.Allowed {
				t.Errorf("%s with less in its way", again.Reason)
			}
		}
		only := with(func(c *spec.PageContext) { c.CSPReportOnly = []string{"default-src 'none'"} })
		a, openA := perform(req, engine, seed)
		b, openB := perform(only, engine, seed)
		a.Trace, b.Trace = nil, nil
		if !reflect.DeepEqual(a, b) || !slices.Equal(openA, openB) {
			t.Errorf("a policy that is only reported changed %+v to %+v", a, b)
		}
	})
}

// Every reason has a layer, and no reason of CORS has another than CORS.
func TestReasonsHaveLayers(t *testing.T) {
	for _, r := range spec.Reasons() {
		if l := r.Layer(); l != spec.LayerCORS && !(r == spec.ReasonNetworkError && l == spec.LayerNetwork) {
			t.Errorf("%s: %s", r, l)
		}
	}
	for _, r := range spec.MaskReasons() {
		if l := r.Layer(); l == "" || l == spec.LayerCORS {
			t.Errorf("%s: %s", r, l)
		}
	}
}

// The list of ports is that of the standard, by its number and its ends.
func TestBadPorts(t *testing.T) {
	n := 0
	for p := range 65536 {
		if spec.IsBadPort(fmt.Sprint(p)) {
			n++
		}
	}
	if n != 83 || !spec.IsBadPort("6000") || !spec.IsBadPort("10080") || spec.IsBadPort("443") || spec.IsBadPort("8080") {
		t.Errorf("%d ports", n)
	}
}
