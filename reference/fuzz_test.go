package reference_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/spec"
)

// FuzzHostileRequest: whatever a request says, the middleware does not panic,
// grants no origin that the policy does not allow, sends fields that follow
// their grammar, and no more than the policy's own values and what one bounded
// list of names takes.
func FuzzHostileRequest(f *testing.F) {
	list, err := readStandard()
	if err != nil {
		f.Fatal(err)
	}
	type served struct {
		policy  cases.Policy
		handler http.Handler
	}
	var all []served
	for _, p := range list {
		if m, err := contract.Compile(p); err == nil {
			all = append(all, served{p, m.Wrap(&spy{})})
		}
	}
	f.Add(uint8(0), "OPTIONS", "https://app.example", "", "PUT", "x-custom,,authorization")
	f.Add(uint8(1), "GET", "https://app.example.evil.test", "https://app.example", "", "")
	f.Add(uint8(4), "OPTIONS", "https://x.apps.example", "", "p<ut", strings.Repeat(",", 5000))
	f.Add(uint8(5), "OPTIONS", "https://\xff.apps.example\x00", "", "\r\n", "x-a: b\r\nc")
	f.Add(uint8(6), "OPTIONS", "https://throw.example", "", "", "")
	f.Add(uint8(11), "OPTIONS", "null", "", "PATCH, PUT", strings.Repeat("x-aa,", 3000))
	f.Add(uint8(13), "OPTIONS", "http://[::1]:8080", "", "TRACE", " \t,")

	f.Fuzz(func(t *testing.T, which uint8, method, origin, second, acrm, acrh string) {
		s := all[int(which)%len(all)]
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Method = method
		r.Header = http.Header{"Access-Control-Request-Headers": {acrh, acrh}}
		r.Header["Origin"] = []string{origin}
		if second != "" {
			r.Header["Origin"] = []string{origin, second}
		}
		if acrm != "" {
			r.Header["Access-Control-Request-Method"] = []string{acrm}
		}
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		h := specHeader(w.Result().Header)

		for _, o := range []string{origin, second} {
			if o == "" {
				continue
			}
			if allowed, _ := s.policy.AllowsOrigin(o); allowed || mayMatch(s.policy, o) {
				continue
			}
			for _, mode := range modes {
				if spec.CheckCORS(o, mode, h) == "" {
					t.Fatalf("policy %s shares with %q, which it does not allow: %v", s.policy.Name, o, h)
				}
			}
		}
		if n := len(w.Header()["Access-Control-Allow-Origin"]); n > 1 {
			t.Fatalf("%d Access-Control-Allow-Origin lines", n)
		}
		for _, name := range []string{"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers"} {
			if _, ok := spec.ExtractTokenList(h, strings.ToLower(name)); !ok {
				t.Fatalf("%s is not a list of tokens: %q", name, w.Header()[name])
			}
		}
		size := 0
		for _, field := range h {
			size += len(field.Name) + len(field.Value)
		}
		if limit := 1<<10 + 16<<10 + len(acrm) + 512; size > limit {
			t.Fatalf("a head of %d bytes, want at most %d", size, limit)
		}
	})
}

// mayMatch reports whether the policy's wildcard over several labels, about
// which package cases is not certain, covers the origin: this server's does.
func mayMatch(p cases.Policy, origin string) bool {
	for _, pattern := range p.OriginPatterns {
		scheme, domain, _ := strings.Cut(pattern, "*")
		if _, err := spec.ParseOrigin(origin); err == nil && strings.HasPrefix(origin, scheme) && strings.HasSuffix(origin, domain) {
			return true
		}
	}
	return false
}
