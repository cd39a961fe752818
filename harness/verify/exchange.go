// Package verify tests the model against a real browser: it generates
// exchanges, lets the browser perform them against a replaying server and the
// model decide them, and compares.
package verify

import (
	"github.com/corsproof/corsproof/spec"
)

// Exchange is one generated request with the answers that the replaying server
// gives to it.
type Exchange struct {
	Request spec.Request
	Hops    []Hop
	// Session ties exchanges that share a preflight cache; they are performed
	// one after another, in order.
	Session int
}

// Hop are the answers at one URL of the exchange: to a preflight, should one
// come, and to the actual request.
type Hop struct {
	Preflight spec.Response
	Response  spec.Response
}

// clone is a copy that shares nothing that the shrinker changes.
func (x Exchange) clone() Exchange {
	y := x
	y.Request.Header = append(spec.Header(nil), x.Request.Header...)
	if x.Request.Body != nil {
		b := *x.Request.Body
		y.Request.Body = &b
	}
	y.Hops = make([]Hop, len(x.Hops))
	for i, h := range x.Hops {
		y.Hops[i] = Hop{
			Preflight: spec.Response{Status: h.Preflight.Status, Header: append(spec.Header(nil), h.Preflight.Header...)},
			Response:  spec.Response{Status: h.Response.Status, Header: append(spec.Header(nil), h.Response.Header...)},
		}
	}
	return y
}
