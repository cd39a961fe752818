package reference_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/spec"
)

// These specs look at the middleware as a browser does, through package spec
// only: for every standard policy and all combinations of the values below, a
// request is let through exactly if the policy means it to be.

var (
	someOrigins = []string{
		"https://app.example", "https://admin.example:8443", "http://legacy.example", "https://x.apps.example",
		"https://strict.example", "https://foo.test", "capacitor://localhost", "null",
		"https://evil.test", "https://app.example.evil.test", "https://throw.example", "https://foobar.test", "http://localhost:3000",
	}
	someMethods = []string{"GET", "HEAD", "POST", "PUT", "patch", "PATCH", "OPTIONS", "CHICKEN", "PURGE"}
	someHeaders = [][]string{nil, {"x-custom"}, {"authorization"}, {"authorization", "content-type", "x-custom"}, {"x-evil"}, {"x-custom", "x-evil"}}
	modes       = []spec.CredentialsMode{spec.CredentialsOmit, spec.CredentialsInclude}
)

// meansOrigin is what the policy's owner means, said once more without the
// code under test.
func meansOrigin(p cases.Policy, origin string) bool {
	switch {
	case p.OriginFunc != nil:
		return origin == p.OriginFunc.Allow
	case slices.Contains(p.OriginPatterns, "http://localhost:*"):
		return origin == "http://localhost:3000"
	case len(p.OriginPatterns)+len(p.OriginRegexes) > 0:
		return origin == "https://x.apps.example"
	}
	return slices.Contains(p.Origins, "*") || slices.Contains(p.Origins, origin)
}

func meansHeaders(p cases.Policy, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		return !slices.Contains(p.RequestHeaders, "*") &&
			!slices.ContainsFunc(p.RequestHeaders, func(h string) bool { return strings.EqualFold(h, name) })
	})
}

func meansMethod(p cases.Policy, method string) bool {
	return spec.IsSafelistedMethod(method) || slices.Contains(p.Methods, "*") || slices.Contains(p.Methods, method)
}

// specHeader turns a head into what package spec reads.
func specHeader(h http.Header) (out spec.Header) {
	for name, values := range h {
		for _, v := range values {
			out = append(out, spec.Field{Name: name, Value: v})
		}
	}
	return out
}

// through sends one request through a handler.
func through(h http.Handler, method string, header http.Header) *http.Response {
	r := httptest.NewRequest(method, "/", nil)
	r.Header = header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

var _ = Describe("a browser", func() {
	It("lets a script read exactly what the policy means to share", func() {
		checked := 0
		for name, p := range standard() {
			if p.Unsafe {
				continue
			}
			m, err := contract.Compile(p)
			Expect(err).NotTo(HaveOccurred())
			h := m.Wrap(&spy{})
			for _, origin := range someOrigins {
				resp := through(h, "GET", lines("Origin: "+origin))
				for _, mode := range modes {
					want := meansOrigin(p, origin) && (mode != spec.CredentialsInclude || p.Credentials)
					got := spec.CheckCORS(origin, mode, specHeader(resp.Header))
					Expect(got == "").To(Equal(want), "policy %s, origin %s, %s: %s", name, origin, mode, got)
					checked++
				}
			}
		}
		Expect(checked).To(BeNumerically(">", 500))
	})

	It("lets a script send exactly what the policy means to accept", func() {
		checked := 0
		for name, p := range standard() {
			if p.Unsafe {
				continue
			}
			m, err := contract.Compile(p)
			Expect(err).NotTo(HaveOccurred())
			h := m.Wrap(&spy{})
			for _, origin := range someOrigins {
				for _, method := range someMethods {
					for _, names := range someHeaders {
						header := lines("Origin: "+origin, "Access-Control-Request-Method: "+method)
						if len(names) > 0 {
							header.Set("Access-Control-Request-Headers", strings.Join(names, ","))
						}
						resp := through(h, "OPTIONS", header)
						for _, mode := range modes {
							want := meansOrigin(p, origin) && meansMethod(p, method) && meansHeaders(p, names) &&
								(mode != spec.CredentialsInclude || p.Credentials)
							got, param := spec.CheckPreflight(origin, mode, method, names, resp.StatusCode, specHeader(resp.Header))
							Expect(got == "").To(Equal(want), "policy %s, origin %s, %s %v, %s: %s %s", name, origin, method, names, mode, got, param)
							checked++
						}
					}
				}
			}
		}
		Expect(checked).To(BeNumerically(">", 20000))
	})
})
