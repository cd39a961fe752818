package harness

import (
	"slices"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
	"github.com/corsproof/corsproof/spec"
)

// settleSilence gives the results where no preflight under a policy was answered, those of the origins
// that it allows included. Then silence is what everybody gets: it keeps them all out, and says nothing
// of those who ask in an odd way, who otherwise would hold up the server. The results that it is given
// stay as they are.
func settleSilence(entries []*entry, results []Result) []Result {
	type heard struct{ answered, kept bool } // a preflight for what may be a method; and one of who is allowed was not
	of := map[*cases.Policy]heard{}
	for i := range results {
		p := entries[i].check.Policy
		h := of[p]
		for _, s := range seenBy(&results[i]) {
			h.answered = h.answered || s.Preflight && s.Status != 0 && spec.IsToken(s.Method)
			h.kept = h.kept || s.Preflight && s.Status == 0 && diagnose.Allowed(p, &s)
		}
		of[p] = h
	}
	settled := slices.Clone(results)
	for i, e := range entries {
		if h := of[e.check.Policy]; h.kept && !h.answered {
			settled[i] = keptOut(e.check, settled[i])
		}
	}
	return settled
}

func seenBy(r *Result) []agent.Seen {
	var list []agent.Seen
	for i := range r.Agents {
		list = append(list, r.Agents[i].Seen...)
	}
	return list
}

// keptOut is the result with preflights that got no answer as such of somebody who is kept out.
func keptOut(c *cases.Check, res Result) Result {
	changed := false
	agents := slices.Clone(res.Agents)
	for i := range agents {
		failures := slices.Clone(agents[i].Failures)
		for j := range failures {
			if f := &failures[j]; f.Silent && f.Seen.Preflight && f.Effect == agent.EffectUnavailable {
				f.Effect, changed = agent.EffectLockedOut, true
			}
		}
		agents[i].Failures = failures
	}
	if !changed {
		return res
	}
	res.Agents = agents
	return concluded(c, res)
}
