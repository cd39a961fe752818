package corstest_test

import (
	"net/http"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/corstest"
	"github.com/corsproof/corsproof/reference"
)

// In a _test.go file of a server.
func Example() {
	_ = func(t *testing.T) { // func TestCORS(t *testing.T)
		policy := cases.Policy{Name: "api", Origins: []string{"https://app.example"}, Methods: []string{"PUT"}}
		var handler http.Handler // the server's own
		corstest.Run(t, corstest.Handler(handler), corstest.Policy(policy), corstest.Path("/items"))
	}
}

// In a _test.go file of a CORS library.
func ExampleMiddleware() {
	_ = func(t *testing.T) { // func TestConformance(t *testing.T)
		corstest.Run(t, corstest.Middleware(func(p cases.Policy) (func(http.Handler) http.Handler, error) {
			m, err := reference.New(reference.Policy{Origins: p.Origins, Credentials: p.Credentials /* and so on */}) // the library's own constructor
			if err != nil {
				return nil, err
			}
			return m.Wrap, nil
		}))
	}
}
