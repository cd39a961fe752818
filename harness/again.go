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

// mostAgain bounds the checks that are done again: so many are no accident.
const mostAgain = 64

// doubtful says whether a check is to be done again before it is reported. It
// is kept for that then.
func (r *run) doubtful(e *entry) bool {
	if e.again || !e.result.Disagrees() && !e.doubt {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.noMore || len(r.doubts) >= mostAgain {
		return false
	}
	r.doubts = append(r.doubts, e)
	return true
}

// doubted does those checks again, one by one.
func (r *run) doubted(ctx context.Context) {
	r.mu.Lock()
	doubts := r.doubts
	r.noMore = true
	r.mu.Unlock()
	slices.SortFunc(doubts, func(a, b *entry) int { return a.index - b.index })
	for _, e := range doubts {
		e.again = true
		if r.stopped(ctx, e) != "" || r.broken() {
			r.emit(e)
			continue
		}
		e.first, e.doubt = e.result, false
		fresh := newEntry(e.index, e.check)
		e.result, e.jobs = fresh.result, fresh.jobs
		e.waiting = len(r.agents)
		r.one(ctx, e)
		for _, a := range r.browsers() {
			r.batch(ctx, a, []*entry{e})
		}
	}
}

// broken says that a browser is gone.
func (r *run) broken() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.summary.AgentErrors) > 0
}

// weigh puts together what a check gave now and what it gave the first time.
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

// doubts notes that what an agent made of the check may not be the fault of the
// target's.
func (e *entry) doubts() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.doubt = true
}
