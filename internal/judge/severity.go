package judge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

// Severity is the greatest of the failures', see diagnose.Severity; empty for none.
func Severity(c *cases.Check, failures []agent.Symptom) cases.Severity {
	most := cases.Severity("")
	for i := range failures {
		most = diagnose.Graver(most, diagnose.Severity(&failures[i], c))
	}
	return most
}

// effectOf is the gravest that a failure of a predicate can show.
func effectOf(p *cases.Predicate) agent.Effect {
	if effect := predicates[p.Key()].effect; effect != nil {
		return effect(p)
	}
	return agent.EffectMalformed
}

// gravestOf is the gravest that failures of the predicates of these lists can show.
func gravestOf(lists ...[]cases.Predicate) agent.Effect {
	var effects []agent.Effect
	for _, list := range lists {
		for i := range list {
			effects = append(effects, effectOf(&list[i]))
		}
	}
	return agent.Gravest(effects...)
}

// effectOfList: a cache goes by Vary.
func effectOfList(v *cases.FieldList) agent.Effect {
	if strings.EqualFold(v.Name, "Vary") {
		return agent.EffectCacheUnsafe
	}
	return agent.EffectMalformed
}

// effectOfMatch: who lets a public page into the private network lets it in.
func effectOfMatch(v *cases.FieldValue) agent.Effect {
	if strings.EqualFold(v.Name, "Access-Control-Allow-Private-Network") {
		return agent.EffectLetIn
	}
	return agent.EffectMalformed
}

// effectOfPresence: a field that the request alone can have brought speaks for
// the server, whoever wrote it.
func effectOfPresence(names cases.Names) agent.Effect {
	if slices.ContainsFunc(names, func(name string) bool { return !strings.HasPrefix(strings.ToLower(name), "access-control-") }) {
		return agent.EffectLetIn
	}
	return agent.EffectMalformed
}

// marked gives failures of a step what all of them have: its name, whether a
// browser can send it, and whom they keep out.
func marked(step *cases.Step, failures []agent.Symptom) []agent.Symptom {
	sendable, _ := cases.Sendable(step)
	for i := range failures {
		f := &failures[i]
		f.Step, f.Sendable = cmp.Or(f.Step, step.Name), sendable
		if f.Effect == "" {
			f.Effect = agent.EffectMalformed
		}
		f.Refusal = f.Effect == agent.EffectLockedOut
	}
	return failures
}
