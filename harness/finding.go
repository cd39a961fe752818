package harness

import (
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

// Finding is one cause on one target, with its evidence: what people are told. See
// https://github.com/corsproof/corsproof for the format of the report.
type Finding = diagnose.Finding

// findings gives the causes that explain what failed.
func findings(entries []*entry, results []Result) []Finding {
	var all []diagnose.Evidence
	plain := map[string]bool{}
	for i := range results {
		res := &results[i]
		e := diagnose.Evidence{Check: entries[i].check, Warns: res.Verdict == agent.VerdictWarn}
		for k := range res.Agents {
			a := &res.Agents[k]
			e.Seen = append(e.Seen, a.Seen...)
			if a.Verdict == agent.VerdictFail || a.Verdict == agent.VerdictWarn {
				e.Symptoms = append(e.Symptoms, by(a)...)
			}
		}
		plain[res.ID] = res.Plain > 0
		if len(e.Seen) > 0 || len(e.Symptoms) > 0 {
			all = append(all, e)
		}
	}
	return diagnose.Findings(all, cases.Causes(), plain)
}

// by are the symptoms that an agent saw.
func by(a *agent.Result) []agent.Symptom {
	var list []agent.Symptom
	for _, s := range a.Failures {
		s.By = a.Agent
		list = append(list, s)
	}
	return list
}

// Order is where a finding belongs among others: the less the sooner.
func Order(f *Finding) int { return diagnose.Order(f) }
