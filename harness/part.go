package harness

import (
	"sync"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// part is what one agent made of a check. It is a value: what weighs or excuses it
// gives another.
type part struct {
	result agent.Result
	skip   SkipKind   // of a result that is a skip; empty: the run was stopped
	job    *performed // the requests of scripts; nil: there were none
	doubt  bool       // it may be the doing of a busy machine
	began  time.Time  // when the check began; zero in the parts of browsers
}

// performed is a job with its result, kept to be compared with another agent's.
// Nothing changes it.
type performed struct {
	steps  []agent.Step
	names  []string
	expect []cases.Step // the steps as the case has them
	result agent.JobResult
}

// leftOut is the part of an agent that did not perform the check.
func leftOut(name, why string) part {
	return part{result: agent.Result{Agent: name, Verdict: agent.VerdictSkip, Note: why}}
}

// broke is the part of an agent of which nothing can be said.
func broke(name, why string) part {
	return part{result: agent.Result{Agent: name, Verdict: agent.VerdictError, Error: why}}
}

// attempt is a check under way: it gathers the parts of its agents.
type attempt struct {
	*entry
	first *Result // what came of it before, if it is done for the second time

	mu      sync.Mutex
	missing int
	parts   []part
}

// attempt is a check for which nobody has reported yet; first is nil if it is the
// first time.
func (r *run) attempt(e *entry, first *Result) *attempt {
	a := &attempt{entry: e, first: first, missing: 1}
	if e.check.Kind != cases.KindWire {
		a.missing = len(r.agents)
	}
	return a
}

// add takes a part. With the last one it gives all of them, and keeps none: they hold all that the server
// has sent. Nil before.
func (a *attempt) add(p part) []part {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.parts = append(a.parts, p)
	if a.missing--; a.missing > 0 {
		return nil
	}
	parts := a.parts
	a.parts = nil
	return parts
}
