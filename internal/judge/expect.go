package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// Outcomes holds the outcomes of a step, whichever agent saw them,
// against what the case expects. A failure that every repetition shows is
// told once.
func Outcomes(step *cases.Step, outcomes agent.StepOutcomes) []agent.Symptom {
	if step.Expect == nil {
		return nil
	}
	var failures []agent.Symptom
	for i := range outcomes {
		for _, f := range marked(step, Outcome(step.Expect, &outcomes[i])) {
			f.Asked = f.Asked.By(step.Request)
			f.Seen = seenBy(&outcomes[i], &f)
			if !slices.Contains(failures, f) {
				failures = append(failures, f)
			}
		}
	}
	return failures
}

// Outcome holds one outcome against an expectation. When the outcome itself is
// not the expected one, what a script reads is not looked at: it follows.
func Outcome(e *cases.Expect, o *agent.Outcome) []agent.Symptom {
	x := expectation{e, o, nil}
	ok := x.outcome()
	x.request()
	if ok {
		x.response()
		return x.failures
	}
	for i := range x.failures[1:] { // what was sent follows from what became of it
		f, of := &x.failures[i+1], &x.failures[0]
		f.Effect, f.Refusal, f.Asked, f.Silent, f.Moot = of.Effect, of.Refusal, of.Asked, of.Silent, of.Moot
	}
	return x.failures
}

type expectation struct {
	*cases.Expect
	o        *agent.Outcome
	failures []agent.Symptom
}

func (x *expectation) fail(what, expected, actual string) {
	x.failAs(agent.EffectMalformed, what, expected, actual)
}

func (x *expectation) failAs(e agent.Effect, what, expected, actual string) {
	x.failures = append(x.failures, agent.Symptom{What: what, Expected: expected, Actual: actual, Reason: string(x.o.Reason), Effect: e, Refusal: e == agent.EffectLockedOut})
}

// unexpected is a failure by the outcome itself. A request that should have been
// blocked, and was, lets nobody in, whatever blocked it.
func (x *expectation) unexpected(what, expected string) {
	o := x.o
	e := agent.EffectMalformed
	switch {
	case o.Result == spec.Blocked && o.Reason == spec.ReasonNetworkError:
		e = agent.EffectUnavailable
	case o.Result == spec.Blocked:
		e = agent.EffectLockedOut
	case o.Result == spec.Allowed && x.Outcome == string(spec.Blocked):
		e = agent.EffectLetIn
	}
	x.failAs(e, what, expected, describeOutcome(o))
	f := &x.failures[len(x.failures)-1]
	f.Silent, f.Moot = e == agent.EffectUnavailable && unanswered(o), x.Outcome == string(spec.Blocked)
	f.Asked = agent.Asked{Parameter: o.FailedParameter, Preflight: agent.AtPreflight(o.Reason), Instead: x.Outcome == string(spec.Blocked)}
}

// unanswered tells whether a network error is one for want of an answer.
func unanswered(o *agent.Outcome) bool {
	for _, ex := range slices.Backward(o.Exchanges) {
		return ex.Silent()
	}
	return true
}

// outcome: allowed or blocked, and why.
func (x *expectation) outcome() bool {
	o := x.o
	if x.Outcome != "" && string(o.Result) != x.Outcome {
		x.unexpected("a script gets", describeExpected(x.Expect))
		return false
	}
	if o.Result == spec.Blocked {
		switch {
		case len(x.Reasons) > 0:
			if o.Reason != "" && !slices.Contains(x.Reasons, string(o.Reason)) {
				x.unexpected("the request is blocked because of", strings.Join(x.Reasons, " or "))
				return false
			}
		case o.Reason == spec.ReasonNetworkError && x.Outcome != "":
			// Blocked, but not by CORS: a pass here would prove nothing.
			x.unexpected("the request is blocked by CORS", "an answer that a browser refuses")
			return false
		}
	}
	if x.Type != "" && o.Type != "" && string(o.Type) != x.Type {
		x.fail("the type of the response", x.Type, string(o.Type))
	}
	return true
}

// request: what went out on the last hop.
func (x *expectation) request() {
	before := len(x.failures)
	defer func() {
		for i := range x.failures[before:] {
			x.failures[before+i].Predicate = "sent"
		}
	}()
	var last spec.Hop // its zero value: nothing was sent
	if n := len(x.o.Hops); n > 0 {
		last = x.o.Hops[n-1]
	}
	if x.Preflight != nil && last.Preflight != *x.Preflight {
		x.fail("a preflight is sent", Yes(*x.Preflight), Yes(last.Preflight))
	}
	asked := x.lastHop(func(h *spec.Hop) bool { return h.Preflight }, last)
	x.field("Access-Control-Request-Method", x.ACRM, asked.ACRM)
	x.field("Access-Control-Request-Headers", x.ACRH, asked.ACRH)
	if x.o.FromCache && !last.Sent {
		return // which nothing here may depend on: the response says whether it may be stored
	}
	if x.Sent != nil && last.Sent != *x.Sent {
		e := agent.EffectLetIn // the preflight let through what it should have stopped
		if *x.Sent {
			e = agent.EffectLockedOut
		}
		x.failAs(e, "the actual request is sent", Yes(*x.Sent), Yes(last.Sent))
	}
	sent := x.lastHop(func(h *spec.Hop) bool { return h.Sent }, last)
	x.field("Origin of the request", x.Origin, sent.Origin)
	if x.Cookie != nil && x.o.CookieSent != *x.Cookie {
		x.fail("the cookie is sent", Yes(*x.Cookie), Yes(x.o.CookieSent))
	}
}

// lastHop is the last hop of which something holds; otherwise is given where none is.
func (x *expectation) lastHop(holds func(*spec.Hop) bool, otherwise spec.Hop) spec.Hop {
	for _, h := range slices.Backward(x.o.Hops) {
		if holds(&h) {
			return h
		}
	}
	return otherwise
}

// field compares a request header; an expected "" means that it is absent.
func (x *expectation) field(what string, want, have *string) {
	if want == nil {
		return
	}
	actual := ""
	if have != nil {
		actual = *have
	}
	if actual != *want {
		x.fail(what, orAbsent(*want), orAbsent(actual))
	}
}

// response: what a script reads.
func (x *expectation) response() {
	o := x.o
	if len(x.Status) > 0 && !AcceptsStatus(x.Status, o.Status) {
		x.fail("the status that a script reads", strings.Join(x.Status, " or "), fmt.Sprint(o.Status))
	}
	for _, name := range x.Readable {
		if _, ok := o.Readable[strings.ToLower(name)]; !ok {
			x.failAs(agent.EffectLockedOut, "a script can read "+name, "yes", "no; "+x.sentField(name))
			x.about("readable", "Access-Control-Expose-Headers")
		}
	}
	for _, name := range x.Hidden {
		if v, ok := o.Readable[strings.ToLower(name)]; ok {
			x.failAs(agent.EffectLetIn, "a script cannot read "+name, "null", agent.Quoted(v))
			x.about("hidden", "Access-Control-Expose-Headers")
		}
	}
	if x.Body != nil && !strings.Contains(o.Body, *x.Body) {
		x.fail("the content that a script reads has "+agent.Quoted(*x.Body), "that text in it", agent.Quoted(o.Body))
	}
	if x.Timing != nil && o.Timing != nil && *o.Timing != *x.Timing {
		e := agent.EffectLetIn
		if *x.Timing {
			e = agent.EffectLockedOut
		}
		x.failAs(e, "the page can read how long the load took", Yes(*x.Timing), Yes(*o.Timing)+"; "+x.timingField())
		x.about("timing", "Timing-Allow-Origin")
	}
	if x.Redirected != nil && o.Redirected != *x.Redirected {
		x.fail("the response was redirected", Yes(*x.Redirected), Yes(o.Redirected))
		x.about("sent", "")
	}
}

// sentField says whether the server sent a header that a script cannot read.
func (x *expectation) sentField(name string) string {
	for _, ex := range slices.Backward(x.o.Exchanges) {
		if ex.Preflight || !ex.Answered() {
			continue
		}
		if !ex.Response.Has(name) {
			return "the server did not send it"
		}
		return agent.ShowField(ex.Response, "Access-Control-Expose-Headers")
	}
	return "it is hidden"
}

// timingField is what the last answer says of times.
func (x *expectation) timingField() string {
	for _, ex := range slices.Backward(x.o.Exchanges) {
		if !ex.Preflight && ex.Answered() {
			return agent.ShowField(ex.Response, "Timing-Allow-Origin")
		}
	}
	return "no answer was seen"
}

func describeExpected(e *cases.Expect) string {
	s := e.Outcome
	if e.Type != "" {
		s += " (" + e.Type + ")"
	}
	if len(e.Reasons) > 0 {
		s += ": " + strings.Join(e.Reasons, " or ")
	}
	return s
}

// describeOutcome says what became of a request, with the reason and what the
// server sent.
func describeOutcome(o *agent.Outcome) string {
	s := string(o.Result)
	switch {
	case o.Reason != "":
		s += ": " + string(o.Reason)
		if o.FailedParameter != "" {
			s += " (" + agent.Show(o.FailedParameter) + ")"
		}
		if text := o.Reason.Explain(); text != "" {
			s += ", " + text
		}
	case o.Type != "":
		s += " (" + string(o.Type) + ")"
	}
	if o.Error != "" {
		s += ": " + agent.Show(o.Error)
	}
	for _, ex := range slices.Backward(o.Exchanges) {
		if ex.Error != "" {
			s += "; " + agent.Show(ex.Error)
		}
		break
	}
	return s
}

func Yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func orAbsent(s string) string {
	if s == "" {
		return "absent"
	}
	return agent.Quoted(s)
}
