package mutants

import (
	"net/http"
	"reflect"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/reference/internal/layer"
)

// exchange is one request on its way through the layer of a policy.
type exchange struct {
	*layer.Exchange
	policy *cases.Policy // as it was compiled
}

// hooks are the points at which a mutant or a variant departs from the good
// server: each nil field leaves it as it is. Those of layer.Hooks and
// contract.Hooks have the names that they have there.
type hooks struct {
	// policy edits a policy before it is compiled.
	policy func(p *cases.Policy)
	// unsafe compiles a policy in spite of its errors.
	unsafe bool

	// In the CORS layer.
	request   func(r *http.Request)
	kind      func(x *exchange) layer.Kind
	allows    func(x *exchange) bool
	preflight func(x *exchange, next http.Handler, status int) int
	block     func(x *exchange) int
	head      func(x *exchange, h http.Header)

	// Around it.
	inner  func(next http.Handler) http.Handler
	outer  func(next http.Handler) http.Handler
	route  func(r *http.Request, policy, path string) (string, string)
	read   func(b []byte)
	write  func(b []byte) []byte
	socket func(p *cases.Policy, r *http.Request, allowed bool) bool
}

// server makes the server that has the hooks.
func (hk *hooks) server(policies []cases.Policy) (*Server, error) {
	return newServer(policies, &contract.Hooks{
		Compile: hk.compile,
		Inner:   hk.inner,
		Outer:   hk.outer,
		Route:   hk.route,
		Read:    hk.read,
		Write:   hk.write,
		Socket:  hk.socket,
	})
}

// compile makes the layer of a policy.
func (hk *hooks) compile(p cases.Policy) (contract.Layer, error) {
	if hk.policy != nil {
		hk.policy(&p)
	}
	if _, err := contract.Compile(p); err != nil && !hk.unsafe {
		return nil, err
	}
	return layer.Compile(layer.Policy(contract.PolicyOf(p)), hk.under(&p)), nil
}

// under are the hooks of the layer of one policy.
func (hk *hooks) under(p *cases.Policy) *layer.Hooks {
	out := &layer.Hooks{Request: hk.request}
	if hk.kind != nil {
		out.Kind = func(x *layer.Exchange) layer.Kind { return hk.kind(&exchange{x, p}) }
	}
	if hk.allows != nil {
		out.Allows = func(x *layer.Exchange) bool { return hk.allows(&exchange{x, p}) }
	}
	if hk.preflight != nil {
		out.Preflight = func(x *layer.Exchange, next http.Handler, status int) int {
			return hk.preflight(&exchange{x, p}, next, status)
		}
	}
	if hk.block != nil {
		out.Block = func(x *layer.Exchange) int { return hk.block(&exchange{x, p}) }
	}
	if hk.head != nil {
		out.Head = func(x *layer.Exchange, h http.Header) { hk.head(&exchange{x, p}, h) }
	}
	return out
}

// merge takes over what other sets.
func (hk *hooks) merge(other hooks) {
	hk.unsafe = hk.unsafe || other.unsafe
	over(&hk.policy, other.policy)
	over(&hk.request, other.request)
	over(&hk.kind, other.kind)
	over(&hk.allows, other.allows)
	over(&hk.preflight, other.preflight)
	over(&hk.block, other.block)
	over(&hk.head, other.head)
	over(&hk.inner, other.inner)
	over(&hk.outer, other.outer)
	over(&hk.route, other.route)
	over(&hk.read, other.read)
	over(&hk.write, other.write)
	over(&hk.socket, other.socket)
}

// over replaces a hook, unless the other is nil. Func types can only be compared
// to nil each by itself, or by reflection.
func over[F any](hook *F, other F) {
	if !reflect.ValueOf(other).IsNil() {
		*hook = other
	}
}
