package harness

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/disagree"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/origin"
)

// report adds an agent's part to a check and emits the result when it is whole.
func (r *run) report(e *entry, a agent.Result) {
	e.mu.Lock()
	e.result.Agents = append(e.result.Agents, a)
	e.waiting--
	whole := e.waiting == 0
	e.mu.Unlock()
	if whole {
		r.finish(e)
	}
}

// finish settles the result of a check whose agents have all reported.
func (r *run) finish(e *entry) {
	res := &e.result
	slices.SortStableFunc(res.Agents, func(a, b agent.Result) int { return r.order(a.Agent) - r.order(b.Agent) })
	r.mu.Lock()
	died := r.origins[origin.Of(e.place.Base)]
	r.mu.Unlock()
	for i := range res.Agents {
		if a := &res.Agents[i]; died != nil && died.Check != e.check.ID && a.Verdict == agent.VerdictError {
			*a = agent.Result{Agent: a.Agent, Verdict: agent.VerdictSkip, Note: died.Reason}
		}
	}
	r.excuse(e)
	e.conclude()
	if !e.began.IsZero() {
		res.Elapsed = time.Since(e.began)
	}
	r.compare(e)
	if r.doubtful(e) {
		return
	}
	if e.again {
		e.result = weigh(e.result, e.first)
	}
	if r.target.Declared != nil && (res.Verdict == agent.VerdictFail || res.Verdict == agent.VerdictWarn) {
		r.mu.Lock()
		r.held = append(r.held, e)
		r.mu.Unlock()
		return
	}
	r.emit(e)
}

// conclude makes the result of a check from its agents' parts.
func (e *entry) conclude() {
	res := &e.result
	res.Verdict, res.Security = judge.Worst(res.Agents), ""
	for _, a := range res.Agents {
		if a.Verdict == agent.VerdictFail || a.Verdict == agent.VerdictWarn {
			res.Security = cmp.Or(res.Security, judge.Severity(e.check.Case, a.Failures))
		}
	}
	switch res.Verdict {
	case agent.VerdictSkip:
		res.Skip, res.Reason = cmp.Or(res.Skip, SkipStopped), res.Agents[0].Note
	case agent.VerdictUndecided:
		res.Reason = firstWith(res.Agents, agent.VerdictUndecided).Note
	case agent.VerdictError:
		a := firstWith(res.Agents, agent.VerdictError)
		res.Reason = a.Agent + ": " + a.Error
	}
}

// firstWith is the first of the agents' parts with a verdict that one of them has.
func firstWith(agents []agent.Result, v agent.Verdict) *agent.Result {
	return &agents[slices.IndexFunc(agents, func(a agent.Result) bool { return a.Verdict == v })]
}

// order is an agent's place in results: the model first.
func (r *run) order(name string) int {
	return slices.IndexFunc(r.agents, func(a agent.Agent) bool { return a.Name() == name })
}

// compare holds each browser's outcomes against the model's.
func (r *run) compare(e *entry) {
	model, ok := e.jobs[agent.NameModel]
	if !ok || model.result.Err != nil {
		return
	}
	for _, a := range r.browsers() {
		other, ok := e.jobs[a.Name()]
		if !ok || other.result.Err != nil {
			continue
		}
		diffs, answered := disagree.Between(other.steps, other.names, model.result, other.result, a.Name(), a.Engine())
		e.result.Disagreement = append(e.result.Disagreement, diffs...)
		if answered != "" {
			e.result.Answered = answered
		}
	}
	e.jobs = nil
}

func (r *run) emit(e *entry) {
	if r.onResult != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.onResult(e.result)
	}
}

// conclude looks at the target a last time and adds everything up.
func (r *run) conclude(ctx context.Context, entries []*entry) *Summary {
	s := r.summary
	if ctx.Err() != nil {
		s.Stopped = &Stopped{Cancelled: true, Reason: "cancelled"}
	} else {
		r.lastLook(ctx, entries)
	}
	r.settlePlain(entries)
	for _, e := range r.held {
		r.emit(e)
	}
	for _, e := range entries {
		s.Results = append(s.Results, e.result)
	}
	if s.Policies = map[string]PolicyState{}; len(r.policies) > 0 {
		for _, e := range entries {
			if st := r.policies[e.check.Policy.Name]; st.Kind != Served {
				s.Policies[e.check.Policy.Name] = st
			}
		}
	}
	s.Forbids = r.target.Forbids
	s.Elapsed = time.Since(s.Started)
	s.count()
	return s
}
