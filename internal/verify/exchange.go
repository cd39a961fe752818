// Package verify tests the model against a real browser: it generates
// exchanges, lets the browser perform them against a replaying server and the
// model decide them, and compares.
package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
	// After is the time to let pass before it.
	After time.Duration
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
	if x.Request.Context != nil {
		c := *x.Request.Context
		c.CSP, c.CSPReportOnly = slices.Clone(c.CSP), slices.Clone(c.CSPReportOnly)
		y.Request.Context = &c
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

func cloneAll(xs []Exchange) []Exchange {
	out := make([]Exchange, len(xs))
	for i, x := range xs {
		out[i] = x.clone()
	}
	return out
}

// String is a short name for messages.
func (x Exchange) String() string {
	return fmt.Sprintf("%s %s from %s", x.Request.Method, x.Request.URL, x.Request.Origin)
}

// moved is the session below another path, which no cache of the browser knows
// anything of.
func moved(xs []Exchange, session int, from, to string) []Exchange {
	fresh := cloneAll(xs)
	rename := func(s *string) {
		*s = strings.Replace(*s, from+"/", to+"/", 1)
	}
	for i := range fresh {
		fresh[i].Session = session
		rename(&fresh[i].Request.URL)
		if c := fresh[i].Request.Context; c != nil {
			for k := range c.CSP {
				c.CSP[k] = strings.ReplaceAll(c.CSP[k], from+"/", to+"/")
			}
		}
		for j := range fresh[i].Hops {
			h := fresh[i].Hops[j]
			for _, fields := range []spec.Header{h.Response.Header, h.Preflight.Header} {
				for k := range fields {
					if strings.EqualFold(fields[k].Name, "Location") {
						rename(&fields[k].Value)
					}
				}
			}
		}
	}
	return fresh
}
