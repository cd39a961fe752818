package harness

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// report adds an agent's part to a check and emits the result when it is whole.
func (r *run) report(e *entry, a AgentResult) {
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
	slices.SortStableFunc(res.Agents, func(a, b AgentResult) int { return r.order(a.Agent) - r.order(b.Agent) })
	r.mu.Lock()
	died := r.origins[originOf(e.place.base)]
	r.mu.Unlock()
	for i := range res.Agents {
		if a := &res.Agents[i]; died != nil && died.Check != e.check.ID && a.Verdict == Error {
			*a = AgentResult{Agent: a.Agent, Verdict: Skip, Note: died.Reason}
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
	if r.target.Declared != nil && (res.Verdict == Fail || res.Verdict == Warn) {
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
	res.Verdict, res.Security = worst(res.Agents), ""
	for _, a := range res.Agents {
		if a.Verdict == Fail || a.Verdict == Warn {
			res.Security = cmp.Or(res.Security, severityOf(e.check.Case, a.Failures))
		}
	}
	switch res.Verdict {
	case Skip:
		res.Skip, res.Reason = cmp.Or(res.Skip, SkipStopped), res.Agents[0].Note
	case Undecided:
		res.Reason = firstWith(res.Agents, Undecided).Note
	case Error:
		a := firstWith(res.Agents, Error)
		res.Reason = a.Agent + ": " + a.Error
	}
}

// firstWith is the first of the agents' parts with a verdict that one of them has.
func firstWith(agents []AgentResult, v Verdict) *AgentResult {
	return &agents[slices.IndexFunc(agents, func(a AgentResult) bool { return a.Verdict == v })]
}

// order is an agent's place in results: the model first.
func (r *run) order(name string) int {
	return slices.IndexFunc(r.agents, func(a Agent) bool { return a.Name() == name })
}

// compare holds each browser's outcomes against the model's.
func (r *run) compare(e *entry) {
	model, ok := e.jobs[ModelName]
	if !ok || model.result.Err != nil {
		return
	}
	for _, a := range r.browsers() {
		other, ok := e.jobs[a.Name()]
		if !ok || other.result.Err != nil {
			continue
		}
		diffs, answered := disagreement(other.steps, other.names, model.result, other.result, a.Name(), a.Engine())
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
