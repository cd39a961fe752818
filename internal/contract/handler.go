package contract

import (
	"net/http"

	"github.com/corsproof/corsproof/cases"
)

// Middleware compiles a policy to a CORS layer: any middleware of any library.
// An error says that the library refuses the policy.
type Middleware func(policy cases.Policy) (func(http.Handler) http.Handler, error)

// Handler serves the contract with CORS layers of the caller's before the
// application: a library's middleware is tested without an adapter of its own.
// A policy that it refuses is answered as the contract says, and is in refusals
// with the reason.
func Handler(policies []cases.Policy, middleware Middleware) (h http.Handler, refusals map[string]error) {
	app := (&application{}).router()
	mounted, refusals := make(map[string]http.Handler, len(policies)), map[string]error{}
	for _, p := range policies {
		wrap, err := middleware(p)
		if err != nil {
			refusals[p.Name] = err
			mounted[p.Name] = refused(err)
			continue
		}
		mounted[p.Name] = wrap(app)
	}
	return outermost(recovering(route(mounted, nil))), refusals
}
