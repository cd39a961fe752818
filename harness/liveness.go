package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/limit"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/raw"
	"github.com/corsproof/corsproof/internal/wire"
)

// A request that is not answered may be a finding about the target, or the end
// of the target. This file tells the two apart: after each, the target is asked
// whether it is still there.

// judged makes the result of an agent that performed every step.
func (r *run) judged(ctx context.Context, e *entry, name string, failures []agent.Symptom, exchanges []agent.Exchange) agent.Result {
	r.noteWait(exchanges)
	c := e.check.Case
	res := agent.Result{Agent: name, Verdict: judge.Verdict(e.check, failures), Note: judge.Note(c, failures)}
	if c.Level != cases.Info {
		res.Failures = failures
	}
	if r.keepAll || len(failures) > 0 {
		res.Exchanges = agent.Trim(exchanges)
	}
	silent := slices.ContainsFunc(failures, func(f agent.Symptom) bool { return f.Silent }) ||
		slices.ContainsFunc(exchanges, func(ex agent.Exchange) bool { return ex.Error != "" })
	if !silent {
		return res
	}
	if gone := r.checkAlive(ctx, e); gone != nil {
		return agent.Result{Agent: name, Verdict: agent.VerdictError, Error: gone.Error(), Exchanges: agent.Trim(exchanges)}
	}
	if s := r.stopped(ctx, e); s != "" { // what came of it may come of that
		return agent.Result{Agent: name, Verdict: agent.VerdictSkip, Note: s}
	}
	return res
}

// lost is the part of an agent that could not perform every step; exchanges are
// those that it had until then.
func (r *run) lost(ctx context.Context, e *entry, name string, err error, exchanges []agent.Exchange) part {
	p := r.whyLost(ctx, e, name, err)
	p.result.Exchanges = agent.Trim(exchanges)
	return p
}

func (r *run) whyLost(ctx context.Context, e *entry, name string, err error) part {
	if s := r.stopped(ctx, e); s != "" {
		return leftOut(name, s)
	}
	if absent, ok := errors.AsType[*raw.AbsentError](err); ok {
		p := leftOut(name, absent.Error())
		p.skip = SkipNotApplicable
		return p
	}
	if r.target.only() == ask.H2 && wire.KindOf(err) == wire.Unsendable {
		p := leftOut(name, "HTTP/2 alone was asked for, and it cannot say this request: "+err.Error())
		p.skip = SkipTransport
		return p
	}
	if why := r.forbidden(err); why != nil {
		return part{result: agent.Result{Agent: name, Verdict: agent.VerdictUndecided, Note: why.Error()}}
	}
	if died := r.checkAlive(ctx, e); died != nil {
		err = died
	} else if unsure(err) {
		return part{result: agent.Result{Agent: name, Verdict: agent.VerdictUndecided, Note: err.Error()}}
	}
	return broke(name, err.Error())
}

// checkAlive asks whether the target is still there after something broke. If
// it is not, e is the check that noticed first, and nothing more is sent there.
func (r *run) checkAlive(ctx context.Context, e *entry) error {
	origin := origin.Of(e.place.Base)
	r.mu.Lock()
	dead := r.origins[origin]
	r.mu.Unlock()
	if dead != nil {
		return errors.New(dead.Reason)
	}
	err := r.alive(ctx, e.place.URL("/ok"))
	r.mu.Lock()
	defer r.mu.Unlock()
	if dead := r.origins[origin]; dead != nil { // another check was faster
		return errors.New(dead.Reason)
	}
	if err == nil || ctx.Err() != nil {
		return nil
	}
	s := &Stopped{Check: e.check.ID, Log: r.target.lastWords(e.check.Policy.Name)}
	for other := range r.running {
		if other != e {
			s.Running = append(s.Running, other.check.ID)
		}
	}
	slices.Sort(s.Running)
	s.Reason = fmt.Sprintf("the target %s during %s: %v", ended(err), e.check.ID, err)
	if len(s.Running) > 0 {
		s.Reason = fmt.Sprintf("the target %s, as %s noticed first, while %d other checks were under way: %v", ended(err), e.check.ID, len(s.Running), err)
	}
	r.origins[origin] = s
	if r.died == nil {
		r.died = s
	}
	if !slices.Contains(slices.Collect(maps.Values(r.origins)), nil) {
		r.stop(errDied)
	}
	return errors.New(s.Reason)
}

// ended says what became of a target: one that takes connections and says nothing in time
// may be slow, and is not called dead.
func ended(err error) string {
	if e, ok := errors.AsType[*TargetError](err); ok && e.Kind == Hangs {
		return "stopped answering in time"
	}
	return "died"
}

// lastWords are the last lines of the target's own log, where it has one.
func (t *Target) lastWords(policy string) string {
	if t.Log == nil {
		return ""
	}
	return strings.TrimSpace(t.Log(policy))
}

// stopped is why an entry is not to be run any more; empty if it is.
func (r *run) stopped(ctx context.Context, e *entry) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.origins[origin.Of(e.place.Base)]; s != nil {
		return s.Reason
	}
	if ctx.Err() != nil {
		return "cancelled"
	}
	return ""
}

// alive asks whether the server at a URL still answers, giving one that is
// being restarted by its supervisor a moment. One request without an answer is
// no death: after it several are sent at once, of which one will do.
func (r *run) alive(ctx context.Context, url string) error {
	var err error
	for _, wait := range []time.Duration{0, 100 * time.Millisecond, 400 * time.Millisecond} {
		if limit.Pause(ctx, wait) != nil {
			return nil // nobody wants to know any more
		}
		if _, err = r.probeOver(ctx, url, wire.Any); err == nil {
			return nil
		}
		e, ok := errors.AsType[*TargetError](err)
		switch {
		case !ok, e.Kind == Exhausted: // our own want, and no sign of death
			return nil
		case e.Kind == Hangs:
			return r.anyAnswer(ctx, url, err)
		case e.Kind == NotHTTP, e.Kind == OnlyHTTP2, e.Kind == BadHTTP, e.Kind == TooLarge:
			return err
		}
	}
	return r.anyAnswer(ctx, url, err)
}

// anyAnswer is nil if one of several requests that are sent at once is answered.
func (r *run) anyAnswer(ctx context.Context, url string, err error) error {
	const several = 5
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan error, several)
	for range several {
		go func() {
			_, err := r.probeOver(ctx, url, wire.Any)
			answers <- err
		}()
	}
	for range several {
		if <-answers == nil {
			return nil
		}
	}
	return err
}

// mostAttempts bounds how often a check is performed that gets no answer: of a server that drops one
// request of thirty by chance, each run would have a check that meets that twice.
const mostAttempts = 4

// insist performs a check, and again where all that failed is that no answer came: what happened to
// one request by chance is not a finding. Silence that is waited for is asked for twice only, and what is
// always met not even that.
func (r *run) insist(ctx context.Context, e *entry, attempt func() part) part {
	first := attempt()
	if !silent(first) && first.result.Verdict != agent.VerdictError || r.stopped(ctx, e) != "" {
		return first
	}
	if r.expected(e, first) {
		return r.asked(ctx, e, first, first)
	}
	last := attempt()
	for n := 2; n < mostAttempts && silent(last) && !waited(last) && r.stopped(ctx, e) == ""; n++ {
		last = attempt()
	}
	return r.asked(ctx, e, first, last)
}

// expected tells whether all that got no answer are preflights, of which the target answers none: to
// send them again shows nothing new.
func (r *run) expected(e *entry, p part) bool {
	ep, _, _, err := wire.EndpointOf(e.place.Base, wire.Any)
	return err == nil && silent(p) && r.sender.Client.LeavesPreflights(ep) &&
		!slices.ContainsFunc(p.result.Failures, func(f agent.Symptom) bool { return !f.Seen.Preflight })
}

// waited tells whether an answer was waited for in vain, until its time was over.
func waited(p part) bool {
	return slices.ContainsFunc(p.result.Exchanges, func(ex agent.Exchange) bool { return ex.ErrorKind == string(wire.Timeout) })
}

// silent tells whether all that failed is that no answer came.
func silent(p part) bool {
	failures := p.result.Failures
	return len(failures) > 0 && !slices.ContainsFunc(failures, func(f agent.Symptom) bool { return !f.Silent })
}

// asked is the part of an agent that performed a check again for want of an answer.
func (r *run) asked(ctx context.Context, e *entry, first, second part) part {
	said := first.result.Error
	if len(first.result.Failures) > 0 {
		said = first.result.Failures[0].Actual
	}
	res := &second.result
	second.doubt = second.doubt || first.doubt
	if !silent(second) {
		if res.Verdict == agent.VerdictPass {
			res.Note = "at the first try no answer came (" + said + "); asked again, it did"
		}
		return second
	}
	if why := r.unsteady(ctx, e); why != "" {
		res.Verdict, res.Note = agent.VerdictUndecided, why
	} else if n := atOnce(e.check); n > 1 {
		res.Verdict, res.Note = agent.VerdictUndecided, fmt.Sprintf("%d requests at once were not all answered in time, again and again, while the target answers one after another: that is what it can carry, and no permission", n)
	} else if !slices.ContainsFunc(res.Failures, func(f agent.Symptom) bool { return !f.Moot }) {
		res.Verdict, res.Note = agent.VerdictUndecided, "no answer came, again and again, while the target answers ordinary requests: nobody was let in, and nothing was denied"
	}
	return second
}

// atOnce is how many requests a check has under way at the same time.
func atOnce(c *cases.Check) int {
	n := 1
	for i := range c.Steps {
		n = max(n, c.Steps[i].Parallel)
	}
	return n
}

// unsteady is why silence of the target says nothing about a request: it
// leaves ordinary ones without an answer too. Empty: it answers them.
func (r *run) unsteady(ctx context.Context, e *entry) string {
	const first, again = 40, 14 // of a server that drops every seventh, 40 are all answered by chance in 2 of 1000 cases
	state := r.steadiness(origin.Of(e.place.Base))
	state.mu.Lock()
	defer state.mu.Unlock()
	if state.why != "" {
		return state.why
	}
	many := first
	if state.asked {
		many = again
	}
	state.asked = true
	for range many {
		if _, err := r.probeOver(ctx, e.place.URL("/ok"), wire.Any); err != nil && ctx.Err() == nil {
			state.why = "no answer came, and the target leaves ordinary requests without an answer now and then, too"
			break
		}
	}
	return state.why
}

// steadiness is what is known about a server's answers to ordinary requests.
type steadiness struct {
	mu    sync.Mutex
	asked bool
	why   string // it leaves some without an answer; empty: none is known
}

func (r *run) steadiness(origin string) *steadiness {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.steady[origin] == nil {
		r.steady[origin] = &steadiness{}
	}
	return r.steady[origin]
}

// lastLook is set if the target did not survive the last checks.
func (r *run) lastLook(ctx context.Context, entries []*entry) *Stopped {
	for i, e := range slices.Backward(entries) {
		if e.skip != "" || r.results[i].Verdict == agent.VerdictSkip {
			continue
		}
		err := r.alive(ctx, e.place.URL("/ok"))
		if err == nil {
			return nil
		}
		return &Stopped{Reason: "the target did not survive the last checks: " + err.Error(), Log: r.target.lastWords(e.check.Policy.Name)}
	}
	return nil
}
