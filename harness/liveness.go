package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/wire"
)

// A request that is not answered may be a finding about the target, or the
// end of the target. This file tells the two apart: after each, the target is
// asked whether it is still there.

// judged makes the result of an agent that performed every step.
func (r *run) judged(ctx context.Context, e *entry, agent string, failures []Failure, exchanges []Exchange) AgentResult {
	c := e.check.Case
	res := AgentResult{Agent: agent, Verdict: verdictOf(c, failures), Note: noteOf(c, failures)}
	if c.Level != cases.Info {
		res.Failures = failures
	}
	if r.keepAll || len(failures) > 0 {
		res.Exchanges = exchanges
	}
	if slices.ContainsFunc(exchanges, func(ex Exchange) bool { return ex.Error != "" }) {
		if err := r.checkAlive(ctx, e); err != nil {
			return AgentResult{Agent: agent, Verdict: Error, Error: err.Error(), Exchanges: exchanges}
		}
	}
	return res
}

// lost makes the result of an agent that could not perform every step.
func (r *run) lost(ctx context.Context, e *entry, agent string, err error) AgentResult {
	if s := r.stopped(ctx, e); s != "" {
		return AgentResult{Agent: agent, Verdict: Skip, Note: s}
	}
	if absent, ok := errors.AsType[*absentError](err); ok {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.result.Skip = SkipNotApplicable
		return AgentResult{Agent: agent, Verdict: Skip, Note: absent.Error()}
	}
	if died := r.checkAlive(ctx, e); died != nil {
		err = died
	} else if unsure(err) {
		return AgentResult{Agent: agent, Verdict: Undecided, Note: err.Error()}
	}
	return AgentResult{Agent: agent, Verdict: Error, Error: err.Error()}
}

// checkAlive asks whether the target is still there after something broke. If
// it is not, e is the check that it died of, and nothing more is sent there.
func (r *run) checkAlive(ctx context.Context, e *entry) error {
	origin := originOf(e.place.base)
	err := r.alive(ctx, e.place.url("/ok"))
	if err == nil || ctx.Err() != nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.origins[origin] == nil {
		s := &Stopped{Check: e.check.ID, Reason: fmt.Sprintf("the target died during %s: %v", e.check.ID, err)}
		for other := range r.running {
			if other != e {
				s.Running = append(s.Running, other.check.ID)
			}
		}
		slices.Sort(s.Running)
		r.origins[origin] = s
		if r.summary.Stopped == nil {
			r.summary.Stopped = s
		}
		if !slices.Contains(slices.Collect(maps.Values(r.origins)), nil) {
			r.stop(errDied)
		}
		return errors.New(s.Reason)
	}
	return errors.New(r.origins[origin].Reason)
}

// stopped is why an entry is not to be run any more; empty if it is.
func (r *run) stopped(ctx context.Context, e *entry) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.origins[originOf(e.place.base)]; s != nil {
		return s.Reason
	}
	if ctx.Err() != nil {
		return "cancelled"
	}
	return ""
}

// alive asks whether the server at a URL still answers, giving one that is
// being restarted by its supervisor a moment.
func (r *run) alive(ctx context.Context, url string) error {
	var err error
	for _, wait := range []time.Duration{0, 100 * time.Millisecond, 400 * time.Millisecond} {
		if pause(ctx, wait) != nil {
			return nil // nobody wants to know any more
		}
		if _, err = r.probeOver(ctx, url, wire.Any); err == nil {
			return nil
		}
		e, ok := errors.AsType[*TargetError](err)
		if !ok {
			return nil
		}
		if e.Kind == Hangs || e.Kind == NotHTTP {
			return err
		}
	}
	return err
}

// lastLook finds out whether the target survived the last checks.
func (r *run) lastLook(ctx context.Context, entries []*entry) {
	for _, e := range slices.Backward(entries) {
		if e.place.base == "" || e.result.Verdict == Skip {
			continue
		}
		if r.origins[originOf(e.place.base)] == nil {
			if err := r.alive(ctx, e.place.url("/ok")); err != nil && r.summary.Stopped == nil {
				r.summary.Stopped = &Stopped{Reason: "the target did not survive the last checks: " + err.Error()}
			}
		}
		return
	}
}
