package layer

import "net/http"

// Hooks are the points at which another layer departs from this one: each nil
// field leaves it as it is. Without Hooks a request pays one nil check at each
// point.
type Hooks struct {
	// Request edits the layer's own copy of the request head.
	Request func(r *http.Request)
	// Kind replaces what the request is taken for (x.Kind).
	Kind func(x *Exchange) Kind
	// Allows replaces the decision about the origin (x.Granted).
	Allows func(x *Exchange) bool
	// Preflight replaces the status of a preflight's answer; it may also
	// answer by itself, through x.
	Preflight func(x *Exchange, next http.Handler, status int) int
	// Block answers a request that is not a preflight with this status in the
	// application's stead, unless it is 0.
	Block func(x *Exchange) int
	// Head edits the complete head just before it is written.
	Head func(x *Exchange, h http.Header)
}
