package harness

import (
	"slices"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/disagree"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/spec"
)

// excuse takes back what a browser holds against the target although only the
// browser is to blame: it departs from the standard in a documented way, which
// the model reproduces exactly, and by the standard the same answers would have
// been right. Everything else stays a failure.
func (r *run) excuse(e *entry) {
	if e.check.Case.Level == cases.Info {
		return
	}
	for i := range e.result.Agents {
		a := &e.result.Agents[i]
		if a.Agent == agent.NameModel || len(a.Failures) == 0 {
			continue
		}
		at := r.order(a.Agent)
		p, ok := e.jobs[a.Agent]
		if !ok || at < 0 || p.result.Err != nil || disagree.Documented(p.steps, p.names, p.result, r.agents[at].Name(), r.agents[at].Engine()) == "" {
			continue
		}
		standard, ok := p.byTheStandard(e.result.Agents)
		if !ok {
			continue
		}
		seen := p.judge(p.result)
		var kept []agent.Failure
		for _, f := range a.Failures {
			if has(seen, f) && !has(standard, f) {
				a.Departures = append(a.Departures, f)
			} else {
				kept = append(kept, f)
			}
		}
		a.Failures, a.Verdict = kept, judge.Verdict(e.check.Case, kept)
	}
}

// byTheStandard is what does not hold if the answers that the browser got are
// taken as the standard has them. Where the standard would have asked for
// something that the browser did not, the model agent knows: it did ask. ok is
// false if that cannot tell.
func (p *performed) byTheStandard(agents []agent.Result) (failures []agent.Failure, ok bool) {
	if replayed, ok := disagree.Replay(p.steps, p.result, spec.Options{}, agent.Clocks(p.result)[0]); ok {
		for i := range replayed.Steps {
			for k := range replayed.Steps[i] {
				o, b := &replayed.Steps[i][k], &p.result.Steps[i][k]
				// These are no matter of the model's.
				o.Body, o.Redirected, o.CookieSent, o.FromCache, o.Exchanges = b.Body, b.Redirected, b.CookieSent, b.FromCache, b.Exchanges
			}
		}
		return p.judge(replayed), true
	}
	i := slices.IndexFunc(agents, func(a agent.Result) bool { return a.Agent == agent.NameModel })
	if i < 0 || agents[i].Verdict == agent.VerdictError || agents[i].Verdict == agent.VerdictSkip {
		return nil, false
	}
	return agents[i].Failures, true
}

// judge holds a result of the job against the case.
func (p *performed) judge(result agent.JobResult) []agent.Failure {
	var failures []agent.Failure
	for i := range p.expect {
		if i < len(result.Steps) {
			failures = append(failures, judge.Outcomes(&p.expect[i], result.Steps[i])...)
		}
	}
	return failures
}

// has tells whether the same thing did not hold, whatever was found instead.
func has(list []agent.Failure, f agent.Failure) bool {
	return slices.ContainsFunc(list, func(g agent.Failure) bool { return g.Step == f.Step && g.What == f.What })
}
