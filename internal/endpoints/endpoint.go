// Package endpoints has small servers, each right but for one property, with the
// policy that it is held to and what a run must and must not say of it. They are
// the kinds of mistakes that people brought to the suite, and of right servers
// that it wrongly accused, each in several shapes.
//
// A kind is proof against two faults of the suite at once: a broken shape that
// passes is a false "all right", and a word that must never be said of it, or a
// right server that fails, is a false accusation.
package endpoints

import (
	"fmt"
	"time"

	"github.com/corsproof/corsproof/cases"
)

// Exit statuses of a run, as the command line has them.
const (
	Conformant = 0
	Failures   = 1
	Died       = 3
)

// Kind is one property of servers.
type Kind struct {
	Name   string
	Says   string       // the property, in a sentence
	Policy cases.Policy // what the servers are held to
	Path   string       // of the endpoint; empty: /items
	Broken []Shape      // none, where only right servers have the property
	Right  []Shape
	// Exits are the statuses that a run against a broken shape may end with;
	// none means Failures. With right ones it is Conformant.
	Exits []int
	// Finds is an expression that the report of a broken shape has to match.
	// "{shape}" in it is the shape's name.
	Finds string
	// Never are expressions that no report may match, be the server broken or right.
	Never []string
	// Timeout is for one request to a broken shape; 0 means a minute, as with right
	// ones, so that nothing depends on the machine's speed.
	Timeout time.Duration
	Browser bool // what it is about is seen only where a browser takes part
}

// Shape is one form that the property takes.
type Shape struct {
	Name   string
	Server Server
}

// Endpoint is where the kind's endpoint is on a server.
func (k *Kind) Endpoint() string {
	if k.Path != "" {
		return k.Path
	}
	return "/items"
}

// Never said where nobody was let in: a severity.
const severity = `security: (critical|high|medium|low)`

// Never said but of preflights whose header list is wrong.
const commas = `split at commas`

// All are the kinds, by theme.
func All() []Kind {
	var all []Kind
	for _, theme := range [][]Kind{stated(), keptOut(), variants(), letIn(), unstated(), compared(), connections(), right()} {
		all = append(all, theme...)
	}
	return all
}

// front is the policy of a front end with everything in it.
func front() cases.Policy {
	return cases.Policy{
		Name: "front", Origins: []string{"https://shop.example.net"}, Credentials: true, Methods: []string{"PATCH"},
		RequestHeaders: []string{"Content-Type", "Authorization"}, ExposeHeaders: []string{"X-Trace"}, MaxAge: new(300),
	}
}

// plain is the policy of a front end that only reads and writes.
func plain(methods ...string) cases.Policy {
	return cases.Policy{Name: "plain", Origins: []string{"https://shop.example.net"}, Methods: methods}
}

// without is a list less one.
func without(list []string, one string) []string {
	var rest []string
	for _, s := range list {
		if s != one {
			rest = append(rest, s)
		}
	}
	return rest
}

// each makes a shape of every entry of a list.
func each(list []string, server func(entry string) Server) []Shape {
	var shapes []Shape
	for i, e := range list {
		shapes = append(shapes, Shape{fmt.Sprintf("%d %s", i+1, e), server(e)})
	}
	return shapes
}
