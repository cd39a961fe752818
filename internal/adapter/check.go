package adapter

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/corsproof/corsproof/cases"
)

// DeathError says that a server ended, or stopped answering, while it was checked.
type DeathError struct {
	What    string // "rs-cors ended"
	Request string // the last one: "GET /exact/panic"
	Why     string
	Log     string // the file with all that the server printed
	Tail    string // its end
}

func (e *DeathError) Error() string {
	return fmt.Sprintf("%s at %s: %s (log: %s)%s", e.What, e.Request, e.Why, e.Log, indented(e.Tail))
}

// contractCheck is a check that is being made.
type contractCheck struct {
	inquiry
	findings []Finding
	routes   []routed
}

// inquiry is questions to a server that may end, or hang, over them.
type inquiry struct {
	*Instance
	hanging int // the requests in a row that got no answer in time
}

// mostHanging is how many requests in a row may get no answer in time.
const mostHanging = 3

// CheckContract holds the running server to the contract: every handler that the
// manifest does not call missing, below every policy that is served, and paths below no
// policy. Each request is made without an Origin and with one that the policy
// allows: what is right for one of them and answered by the CORS layer itself for the other is
// a Refusal, all else a Breach. The error is that ctx ended, or a *DeathError.
func (i *Instance) CheckContract(ctx context.Context, policies []cases.Policy) ([]Finding, error) {
	c := &contractCheck{inquiry: inquiry{Instance: i}}
	var served []cases.Policy
	for _, policy := range policies {
		if said, ok := i.target.Said[policy.Name]; ok {
			policy = said
		}
		if _, ok := i.target.Policies[policy.Name]; !ok {
			served = append(served, policy)
		}
	}
	err := c.handlers(ctx, served)
	if err == nil {
		err = c.paths(ctx, served)
	}
	return merged(c.findings), err
}

// base is the address of the process that serves a policy.
func (i *Instance) base(policy cases.Policy) string {
	if base, ok := i.target.PolicyBase[policy.Name]; ok {
		return base
	}
	return i.target.Base
}

func (c *contractCheck) handlers(ctx context.Context, served []cases.Policy) error {
	for _, policy := range served {
		for _, probe := range contract {
			// Where the routes say what the policy allows, only those methods are routed.
			if _, missing := c.target.Missing[probe.part]; missing || !routes(policy, probe.method) {
				continue
			}
			if err := c.probe(ctx, probe, policy); err != nil {
				return err
			}
		}
		if err := c.handshake(ctx, policy); err != nil {
			return err
		}
	}
	return nil
}

// handshake asks the endpoint of WebSocket that the manifest states, if it does, as a page of
// an allowed origin. Whom else it takes is for the table.
func (c *contractCheck) handshake(ctx context.Context, policy cases.Policy) error {
	origin := anOrigin(policy)
	if c.manifest.WebSocket == "" || origin == "" || policy.ZeroConfig { // whom a default takes is not known
		return nil
	}
	request := "GET /" + policy.Mount() + c.manifest.WebSocket
	answer, err := ask(ctx, c.patience, "GET", c.base(policy)+"/"+policy.Mount()+c.manifest.WebSocket, http.Header{
		"Origin": {origin}, "Connection": {"Upgrade"}, "Upgrade": {"websocket"},
		"Sec-WebSocket-Version": {"13"}, "Sec-WebSocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}, // of RFC 6455, section 1.3
	}, "")
	if err := c.lost(ctx, policy, request, err); err != nil {
		return err
	}
	if r := (reply{origin: origin, answered: answer, err: err}); err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		c.findings = append(c.findings, Finding{
			Kind: Breach, Request: request, Policies: []string{policy.Name},
			Want: "101 to the handshake of WebSocket that the manifest states", Got: r.String(),
		})
	}
	return nil
}

// probe asks one question without and with an Origin.
func (c *contractCheck) probe(ctx context.Context, probe contractProbe, policy cases.Policy) error {
	base := c.base(policy) + "/" + policy.Mount()
	request := probe.method + " /" + policy.Mount() + probe.path
	var replies []reply
	for _, origin := range askers(policy) {
		answer, err := probe.send(ctx, c.patience, base, origin)
		if err := c.lost(ctx, policy, request, err); err != nil {
			return err
		}
		replies = append(replies, reply{origin: origin, answered: answer, err: err, right: err == nil && probe.ok(answer)})
	}
	if f, ok := judge(replies); ok {
		f.Request, f.Policies = request, []string{policy.Name}
		if f.Kind == Breach {
			f.Want = probe.want
		}
		c.findings = append(c.findings, f)
	}
	return nil
}

// askers are the origins to ask with: none, and one that the policy allows.
func askers(policy cases.Policy) []string {
	if origin := anOrigin(policy); origin != "" {
		return []string{"", origin}
	}
	return []string{""}
}

// reply is what came back for one origin.
type reply struct {
	origin string // "" for none
	answered
	err   error
	right bool // it is what the contract says
}

func (r reply) String() string {
	with := "without Origin"
	if r.origin != "" {
		with = "with an allowed Origin" // not which: it differs by policy, and the rest may not
	}
	if r.err != nil {
		return with + " there is no answer: " + r.err.Error()
	}
	return with + " the server answers " + r.answered.String()
}

// refusal says that the CORS layer, rather than a handler, may have answered. What fails
// (5xx) refuses nothing.
func (r reply) refusal() bool { return r.err == nil && r.app() == "" && r.StatusCode < 500 }

// judge says what is wrong with the replies to one question, if anything is. A
// framework may turn away whom its policy does not name, or who names no
// origin; it is the adapter's mistake if neither gets through, or what gets through is wrong.
func judge(replies []reply) (f Finding, found bool) {
	var wrong []reply
	for _, r := range replies {
		if !r.right {
			wrong = append(wrong, r)
		}
	}
	switch {
	case len(wrong) == 0:
		return f, false
	case len(replies) == 1 && wrong[0].refusal() && wrong[0].StatusCode == http.StatusForbidden:
		return Finding{Kind: Refusal, Got: wrong[0].String() + "; the policy names nobody who could ask with one"}, true
	case len(wrong) < len(replies) && wrong[0].refusal():
		other := "with an allowed Origin"
		if wrong[0].origin != "" {
			other = "without one"
		}
		return Finding{Kind: Refusal, Got: wrong[0].String() + "; " + other + " it is what the contract wants"}, true
	}
	worst := wrong[0]
	for _, r := range wrong {
		if !r.refusal() {
			worst = r // it got as far as a handler
			break
		}
	}
	return Finding{Kind: Breach, Got: worst.String()}, true
}

// lost makes an error of a request's when there is no server any more that others could be sent to.
func (q *inquiry) lost(ctx context.Context, policy cases.Policy, request string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		q.hanging = 0
		return nil
	}
	p := q.processOf(policy.Name)
	if p == nil {
		return nil
	}
	select {
	case <-p.done:
		return &DeathError{q.manifest.Name + " ended", request, p.ended, p.log, tail(p.log)}
	case <-time.After(dying):
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		q.hanging++
	}
	if q.hanging == mostHanging {
		why := fmt.Sprintf("%d requests in a row got no answer within %v", mostHanging, q.patience)
		return &DeathError{q.manifest.Name + " stopped answering", request, why, p.log, tail(p.log)}
	}
	return nil
}

// dying is how long a process may take to be gone after its connections are.
const dying = 300 * time.Millisecond
