package spec

import (
	"testing"
)

var (
	benchOrigin   = "https://app.example.com"
	benchResponse = Header{
		{"Date", "Sat, 21 Nov 2026 07:00:00 GMT"}, {"Content-Type", "application/json"},
		{"Access-Control-Allow-Origin", "https://app.example.com"}, {"Access-Control-Allow-Credentials", "true"},
		{"Access-Control-Expose-Headers", "X-Id, ETag"}, {"Vary", "Origin"}, {"Content-Length", "2"},
	}
	benchPreflight = Header{
		{"Access-Control-Allow-Origin", "https://app.example.com"}, {"Access-Control-Allow-Credentials", "true"},
		{"Access-Control-Allow-Methods", "GET, PUT, PATCH, DELETE"}, {"Access-Control-Allow-Headers", "Authorization, Content-Type, X-Request-Id"},
		{"Access-Control-Max-Age", "600"}, {"Vary", "Origin"},
	}
	benchUnsafe  = []string{"authorization", "content-type", "x-request-id"}
	benchRequest = Header{{"Accept", "application/json"}, {"Content-Type", "text/plain;charset=UTF-8"}, {"Accept-Language", "en-GB,en;q=0.5"}}
)

// verdicts are what must not allocate on ordinary input.
var verdicts = []struct {
	name string
	run  func() bool
}{
	{"CheckCORS", func() bool { return CheckCORS(benchOrigin, CredentialsInclude, benchResponse) == "" }},
	{"CheckCORS/mismatch", func() bool {
		return CheckCORS("https://evil.example", CredentialsInclude, benchResponse) == ReasonAllowOriginMismatch
	}},
	{"CheckPreflight", func() bool {
		r, _ := CheckPreflight(benchOrigin, CredentialsInclude, "PUT", benchUnsafe, 204, benchPreflight)
		return r == ""
	}},
	{"CheckPreflight/refused", func() bool {
		r, p := CheckPreflight(benchOrigin, CredentialsInclude, "PURGE", benchUnsafe, 204, benchPreflight)
		return r == ReasonMethodDisallowedByPreflightResponse && p == "PURGE"
	}},
	{"Safelist", func() bool { return UnsafeRequestHeaderNames(benchRequest) == nil }},
	{"NeedsPreflight", func() bool { return !NeedsPreflight("POST", benchRequest, false) }},
	{"IsForbiddenRequestHeader", func() bool { return !IsForbiddenRequestHeader("X-Request-Id", "1") }},
	{"NormalizeMethod", func() bool { return NormalizeMethod("delete") == "DELETE" }},
	{"ParseMaxAge", func() bool { n, _ := ParseMaxAge(benchPreflight); return n == 600 }},
	{"ParseOrigin", func() bool { _, err := ParseOrigin(benchOrigin); return err == nil }},
	{"ParseURL", func() bool { _, err := ParseURL("https://api.example.org:8443/x/y?z=1"); return err == nil }},
	{"SameOrigin", func() bool { return !SameOrigin("https://app.example.com/x", "https://api.example.org/x") }},
	{"Fetch", func() func() bool {
		f := new(Fetch)
		req := Request{Origin: benchOrigin, URL: "https://api.example.org/x", Method: "POST", Header: benchRequest, Credentials: CredentialsInclude}
		resp := Response{Status: 200, Header: benchResponse}
		return func() bool {
			f.Reset(req, Options{})
			f.Deliver(resp)
			return f.Summary().Result == Allowed
		}
	}()},
}

func TestVerdictsDoNotAllocate(t *testing.T) {
	for _, v := range verdicts {
		if !v.run() {
			t.Errorf("%s: not the verdict that was meant", v.name)
		}
		if n := testing.AllocsPerRun(100, func() { v.run() }); n > 0 {
			t.Errorf("%s: %v allocations", v.name, n)
		}
	}
}

func BenchmarkVerdict(b *testing.B) {
	for _, v := range verdicts {
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v.run()
			}
		})
	}
}

func BenchmarkPreflightedFetch(b *testing.B) {
	f := new(Fetch)
	req := Request{Origin: benchOrigin, URL: "https://api.example.org/x", Method: "PUT", Header: Header{{"X-Request-Id", "1"}}, Credentials: CredentialsInclude}
	pre, resp := Response{Status: 204, Header: benchPreflight}, Response{Status: 200, Header: benchResponse}
	b.ReportAllocs()
	for b.Loop() {
		f.Reset(req, Options{})
		f.Deliver(pre)
		f.Deliver(resp)
	}
}
