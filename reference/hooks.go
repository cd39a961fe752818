package reference

import (
	"net/http"

	"github.com/corsproof/corsproof/cases"
)

// hooks are the points at which a mutant or a variant departs from the good
// server: each nil field leaves it as it is. The good server has none at all,
// so that its path pays one nil check at each point.
type hooks struct {
	// policy edits a policy before it is compiled.
	policy func(p *cases.Policy)
	// unsafe compiles a policy in spite of its errors.
	unsafe bool
	// request edits the CORS layer's own copy of the request head.
	request func(r *http.Request)
	// kind replaces what the request is taken for (x.kind).
	kind func(x *exchange) kind
	// allows replaces the decision about the origin (x.granted).
	allows func(x *exchange) bool
	// preflight replaces the status of a preflight's answer; it may also
	// answer by itself, through x.
	preflight func(x *exchange, next http.Handler, status int) int
	// head edits the complete head just before it is written.
	head func(x *exchange, h http.Header)

	// route edits which policy, and which path of the application, a request gets.
	route func(r *http.Request, policy, path string) (string, string)
	// inner stands between the CORS layer and the application.
	inner func(next http.Handler) http.Handler
	// connection gives each request a memory of its connection (connectionOf).
	connection bool
	// outer stands around everything, outside of what recovers panics.
	outer func(next http.Handler) http.Handler
}
