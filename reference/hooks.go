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
	// block answers a request that is no preflight with this status in the
	// application's stead, unless it is 0.
	block func(x *exchange) int
	// head edits the complete head just before it is written.
	head func(x *exchange, h http.Header)

	// route edits which policy, and which path of the application, a request gets.
	route func(r *http.Request, policy, path string) (string, string)
	// read and write edit the bytes of plain HTTP/1.1 connections as they come
	// and go.
	read  func(b []byte)
	write func(b []byte) []byte
	// socket replaces the decision about the origin of a WebSocket handshake.
	socket func(m *Middleware, r *http.Request, allowed bool) bool
	// inner stands between the CORS layer and the application.
	inner func(next http.Handler) http.Handler
	// outer stands around everything, outside of what recovers panics.
	outer func(next http.Handler) http.Handler
}

// merge takes over what other sets.
func (hk *hooks) merge(other hooks) {
	if other.policy != nil {
		hk.policy = other.policy
	}
	if other.request != nil {
		hk.request = other.request
	}
	if other.kind != nil {
		hk.kind = other.kind
	}
	if other.allows != nil {
		hk.allows = other.allows
	}
	if other.preflight != nil {
		hk.preflight = other.preflight
	}
	if other.block != nil {
		hk.block = other.block
	}
	if other.head != nil {
		hk.head = other.head
	}
	if other.route != nil {
		hk.route = other.route
	}
	if other.read != nil {
		hk.read = other.read
	}
	if other.write != nil {
		hk.write = other.write
	}
	if other.socket != nil {
		hk.socket = other.socket
	}
	if other.inner != nil {
		hk.inner = other.inner
	}
	if other.outer != nil {
		hk.outer = other.outer
	}
	hk.unsafe = hk.unsafe || other.unsafe
}
