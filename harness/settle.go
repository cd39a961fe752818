package harness

import (
	"cmp"
	"slices"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
	"github.com/corsproof/corsproof/internal/disagree"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/origin"
)

// From the parts of its agents to the result of a check. Everything here but
// report and deliver computes one value from others.

// report takes an agent's part of a check. With the last one the result is made.
func (r *run) report(a *attempt, p part) {
	parts := a.add(p)
	if parts == nil {
		return
	}
	r.mu.Lock()
	died := r.origins[origin.Of(a.place.Base)]
	r.mu.Unlock()
	res := settle(a.check, parts, r.agents, died, time.Now())
	switch {
	case a.first != nil:
		res = weigh(res, *a.first)
	case doubtful(res, parts) && r.later(a.entry, res):
		return
	}
	r.deliver(a.entry, res)
}

// deliver keeps a result and hands it on, unless what it is depends on those of
// other checks (settlePlain, settleSilence).
func (r *run) deliver(e *entry, res Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results[e.index] = res
	failures := allFailures(&res)
	if r.target.Declared != nil && len(failures) > 0 || slices.ContainsFunc(failures, func(f agent.Symptom) bool { return f.Silent }) {
		r.held = append(r.held, e.index)
	} else if r.onResult != nil {
		r.onResult(res)
	}
}

// settle makes the result of a check from the parts of its agents, in any order;
// agents are those of the run, the model first. died is set where the server is
// gone.
func settle(c *cases.Check, parts []part, agents []agent.Agent, died *Stopped, now time.Time) Result {
	parts = byAgent(parts, agents)
	if died != nil && died.Check != c.ID {
		parts = afterDeath(parts, died.Reason)
	}
	res := blank(c)
	for _, p := range parts {
		res.Agents = append(res.Agents, excuse(c, p, agents, parts).result)
		res.Skip = cmp.Or(res.Skip, p.skip)
		if !p.began.IsZero() {
			res.Elapsed = now.Sub(p.began)
		}
	}
	res.Disagreement, res.Answered = compare(parts, agents)
	return concluded(c, res)
}

// byAgent are the parts in the order of the agents.
func byAgent(parts []part, agents []agent.Agent) []part {
	at := func(p part) int {
		return slices.IndexFunc(agents, func(a agent.Agent) bool { return a.Name() == p.result.Agent })
	}
	return slices.SortedStableFunc(slices.Values(parts), func(a, b part) int { return at(a) - at(b) })
}

// afterDeath are the parts on a server that died during another check: their
// errors come of that.
func afterDeath(parts []part, why string) []part {
	var list []part
	for _, p := range parts {
		if p.result.Verdict == agent.VerdictError {
			left := leftOut(p.result.Agent, why)
			left.job, left.doubt, left.began = p.job, p.doubt, p.began
			p = left
		}
		list = append(list, p)
	}
	return list
}

// blank is what can be said of a check before it is performed.
func blank(c *cases.Check) Result {
	return Result{
		ID: c.ID, Case: c.Case.ID, Policy: c.Policy.Name, Group: c.Case.Group, Title: c.Case.Title,
		Level: c.Case.Level, Verdict: agent.VerdictSkip,
	}
}

// concluded is the result with what follows from its agents: the verdict and its
// reason. Its Skip is the kind if it comes to that.
func concluded(c *cases.Check, res Result) Result {
	kind := cmp.Or(res.Skip, SkipStopped)
	res.Verdict, res.Security, res.Skip, res.Reason = judge.Worst(res.Agents), "", "", ""
	for _, a := range res.Agents {
		if a.Verdict == agent.VerdictFail || a.Verdict == agent.VerdictWarn {
			res.Security = diagnose.Graver(res.Security, judge.Severity(c, a.Failures))
		}
	}
	switch res.Verdict {
	case agent.VerdictSkip:
		res.Skip, res.Reason = kind, res.Agents[0].Note
	case agent.VerdictUndecided:
		res.Reason = firstWith(res.Agents, agent.VerdictUndecided).Note
	case agent.VerdictError:
		a := firstWith(res.Agents, agent.VerdictError)
		res.Reason = a.Agent + ": " + a.Error
	}
	return res
}

// firstWith is the first of the agents' results with a verdict that one of them has.
func firstWith(agents []agent.Result, v agent.Verdict) *agent.Result {
	return &agents[slices.IndexFunc(agents, func(a agent.Result) bool { return a.Verdict == v })]
}

// compare gives where the outcomes of the browsers differ from the model's. answered says how
// a browser was answered differently.
func compare(parts []part, agents []agent.Agent) (differences []agent.Difference, answered string) {
	model := jobOf(parts, agent.NameModel)
	if model == nil {
		return nil, ""
	}
	for _, a := range agents[1:] {
		other := jobOf(parts, a.Name())
		if other == nil {
			continue
		}
		diffs, how := disagree.Between(other.steps, other.names, model.result, other.result, a.Name(), a.Engine())
		differences, answered = append(differences, diffs...), cmp.Or(how, answered)
	}
	return differences, answered
}

// jobOf is the job that an agent performed; nil if it could not.
func jobOf(parts []part, name string) *performed {
	for _, p := range parts {
		if p.result.Agent == name && p.job != nil && p.job.result.Err == nil {
			return p.job
		}
	}
	return nil
}
