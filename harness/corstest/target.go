package corstest

import (
	"net/http"
	"net/http/httptest"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/internal/suite"
)

// ErrNotExpressible is wrapped by the error of a Middleware's function for a
// policy that the library has no way to say: the checks under it are skipped.
var ErrNotExpressible = suite.ErrNotExpressible

// Target is what Run tests: made by Handler, URL, Server, Middleware, Reference
// or Harness. The zero value is an error.
//
// Without Policy a Handler, URL or Server serves the contract
// (testdata/frameworks/README.md); with it, it is an ordinary endpoint.
type Target struct{ target suite.Target }

// TargetOf is for package ginkgocors.
func TargetOf(t Target) suite.Target { return t.target }

// Handler is a server that Run starts on loopback ports, plain and over TLS,
// and stops again.
func Handler(h http.Handler) Target {
	return Target{suite.Target{Name: "corstest.Handler", Handler: h}}
}

// URL is a server that is running. With Policy it is the URL of the endpoint
// itself, unless Path says that it is below.
func URL(url string) Target { return Target{suite.Target{Name: "corstest.URL", URL: url}} }

// Server is a server of a test that is running; Run does not close it.
func Server(s *httptest.Server) Target {
	t := suite.Target{Name: "corstest.Server"}
	if s != nil {
		t.URL = s.URL
	}
	return Target{t}
}

// Middleware is a library: layer makes its CORS layer for a policy. The table
// runs under every standard policy, before an application that corsproof brings
// along. layer's error means that the library refuses the policy, which is
// reported as such, or, if it wraps ErrNotExpressible, that it cannot say it.
func Middleware(layer func(cases.Policy) (func(http.Handler) http.Handler, error)) Target {
	return Target{suite.Target{Name: "corstest.Middleware", Middleware: layer}}
}

// Reference is the reference middleware, which is right: for trying options and
// cases of one's own.
func Reference() Target {
	t := Middleware(func(p cases.Policy) (func(http.Handler) http.Handler, error) {
		m, err := contract.Compile(p)
		if err != nil {
			return nil, err
		}
		return m.Wrap, nil
	})
	t.target.Name = "corstest.Reference"
	return t
}

// Harness is a target in full: for policies in processes of their own, missing
// parts of the contract, rate limits. Its policy is its Declared.
func Harness(t *harness.Target) Target {
	return Target{suite.Target{Name: "corstest.Harness", Harness: t}}
}
