package harness

import (
	"slices"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/disagree"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/spec"
)

// excuse is a part without what a browser holds against the target although only
// the browser is to blame: it departs from the standard in a documented way, which
// the model reproduces exactly, and by the standard the same answers would have
// been right. Everything else stays a failure. agents are those of the run, parts
// those of the check.
func excuse(c *cases.Check, p part, agents []agent.Agent, parts []part) part {
	name := p.result.Agent
	at := slices.IndexFunc(agents, func(a agent.Agent) bool { return a.Name() == name })
	if c.Case.Level == cases.Info || name == agent.NameModel || len(p.result.Failures) == 0 ||
		at < 0 || p.job == nil || p.job.result.Err != nil ||
		disagree.Documented(p.job.steps, p.job.names, p.job.result, name, agents[at].Engine()) == "" {
		return p
	}
	standard, ok := p.job.byTheStandard(parts)
	if !ok {
		return p
	}
	seen := p.job.judge(p.job.result)
	var kept, departures []agent.Symptom
	for _, f := range p.result.Failures {
		if has(seen, f) && !has(standard, f) {
			departures = append(departures, f)
		} else {
			kept = append(kept, f)
		}
	}
	p.result.Failures, p.result.Departures, p.result.Verdict = kept, departures, judge.Verdict(c, kept)
	return p
}

// byTheStandard is what does not hold if the answers that the browser got are
// taken as the standard has them. Where the standard would have asked for
// something that the browser did not, the model agent knows: it did ask. ok is
// false if that cannot tell.
func (p *performed) byTheStandard(parts []part) (failures []agent.Symptom, ok bool) {
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
	i := slices.IndexFunc(parts, func(p part) bool { return p.result.Agent == agent.NameModel })
	if i < 0 || parts[i].result.Verdict == agent.VerdictError || parts[i].result.Verdict == agent.VerdictSkip {
		return nil, false
	}
	return parts[i].result.Failures, true
}

// judge holds a result of the job against the case.
func (p *performed) judge(result agent.JobResult) []agent.Symptom {
	var failures []agent.Symptom
	for i := range p.expect {
		if i < len(result.Steps) {
			failures = append(failures, judge.Outcomes(&p.expect[i], result.Steps[i])...)
		}
	}
	return failures
}

// has tells whether the same thing did not hold, whatever was found instead.
func has(list []agent.Symptom, f agent.Symptom) bool {
	return slices.ContainsFunc(list, func(g agent.Symptom) bool { return g.Step == f.Step && g.What == f.What })
}
