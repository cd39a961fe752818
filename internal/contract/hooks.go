package contract

import (
	"net/http"

	"github.com/corsproof/corsproof/cases"
)

// Layer is a compiled policy.
type Layer interface {
	// Wrap puts the policy in front of a handler.
	Wrap(next http.Handler) http.Handler
	// AllowsOrigin reports whether the policy allows the value of an Origin
	// field, for the handshakes of WebSocket, which CORS does not cover.
	AllowsOrigin(origin string) bool
}

// Hooks are the points at which a mutant or a variant departs from the good
// server: each nil field leaves it as it is.
type Hooks struct {
	// Compile makes the CORS layer of a policy; nil: Compile, the reference's.
	Compile func(p cases.Policy) (Layer, error)
	// Inner is between the CORS layer and the application.
	Inner func(next http.Handler) http.Handler
	// Outer is around everything, outside of what recovers panics.
	Outer func(next http.Handler) http.Handler
	// Route edits which policy, and which path of the application, a request gets.
	Route func(r *http.Request, policy, path string) (string, string)
	// Read and Write edit the bytes of plain HTTP/1.1 connections as they come
	// and go.
	Read  func(b []byte)
	Write func(b []byte) []byte
	// Socket replaces the decision about the origin of a WebSocket handshake.
	Socket func(p *cases.Policy, r *http.Request, allowed bool) bool
}

// compile makes the layer of a policy.
func (hk *Hooks) compile(p cases.Policy) (Layer, error) {
	if hk != nil && hk.Compile != nil {
		return hk.Compile(p)
	}
	return Compile(p)
}
