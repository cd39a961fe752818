package harness

import (
	"context"
	"errors"
	"slices"

	"github.com/corsproof/corsproof/harness/agent"
)

// What a browser did once, and what nobody can explain, may be the doing of a
// busy machine. It is asked again once, when nothing else is under way, before
// anything is said about it.

// Unsure is an error of an agent that says nothing about the target: it lost
// sight of what happened, or the machine was too busy for it.
type Unsure interface {
	error
	Unsure() bool
}

// unsure says whether an error says nothing about the target.
func unsure(err error) bool {
	e, ok := errors.AsType[Unsure](err)
	return ok && e.Unsure()
}

// repeats says whether an error is what others of the target were before, so that to ask again shows
// nothing.
func repeats(err error) bool {
	e, ok := errors.AsType[interface {
		error
		Repeats() bool
	}](err)
	return ok && e.Repeats()
}

// mostAgain bounds the checks that are done again: so many are no accident.
const mostAgain = 64

// doubtful says whether a result is to be asked for again before it is reported.
func doubtful(res Result, parts []part) bool {
	return res.Disagrees() || slices.ContainsFunc(parts, func(p part) bool { return p.doubt })
}

// later keeps a check to be done again; false if too many are.
func (r *run) later(e *entry, first Result) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.doubts) >= mostAgain {
		return false
	}
	r.doubts = append(r.doubts, r.attempt(e, &first))
	return true
}

// again does those checks again, one by one.
func (r *run) again(ctx context.Context) {
	r.mu.Lock()
	doubts := r.doubts
	r.doubts = nil
	r.mu.Unlock()
	slices.SortFunc(doubts, func(a, b *attempt) int { return a.index - b.index })
	for _, a := range doubts {
		if r.stopped(ctx, a.entry) != "" || r.broken() {
			r.deliver(a.entry, *a.first)
			continue
		}
		r.everyAgent(ctx, a)
	}
}

// broken says that a browser is gone.
func (r *run) broken() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.agentErrors) > 0
}

// weigh is the result of a check that was done twice: what it gave now and what it
// gave the first time.
func weigh(now, first Result) Result {
	if now.Verdict == agent.VerdictSkip || now.Verdict == agent.VerdictError && first.Verdict != agent.VerdictError {
		// There was no second time: the first has to do, but not to accuse anybody.
		now = first
		now.Disagreement = nil
	}
	if first.Disagrees() && !now.Disagrees() {
		now.Once = first.Disagreement
	}
	return now
}
