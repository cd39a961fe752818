package judge

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// effects from grave to harmless: what a failure of several is said to be.
var effects = []agent.Effect{agent.EffectLetIn, agent.EffectCacheUnsafe, agent.EffectUnavailable, agent.EffectLockedOut, agent.EffectMalformed}

// gravest is the gravest of the failures' effects.
func gravest(failures []agent.Failure) agent.Effect {
	for _, e := range effects {
		if slices.ContainsFunc(failures, func(f agent.Failure) bool { return f.Effect == e }) {
			return e
		}
	}
	return agent.EffectMalformed
}

// Severity is the security severity of what failed, empty for none. It is the
// case's where somebody got in, or a cache may give one's answer to another, by
// a request that a browser can send; and, for a case that is about nothing else,
// where the target became unavailable. What kept somebody out, and what no
// browser can bring about, harms nobody's secrets.
func Severity(c *cases.Case, failures []agent.Failure) cases.Severity {
	for _, f := range failures {
		switch f.Effect {
		case agent.EffectLetIn, agent.EffectCacheUnsafe:
			if f.Sendable {
				return c.Security
			}
		case agent.EffectUnavailable:
			if !guards(c) {
				return c.Security
			}
		}
	}
	return ""
}

// guards tells whether the severity of a case is about letting in: something is
// forbidden there, so that silence, which lets nobody in, is not what it is about.
func guards(c *cases.Case) bool {
	return slices.ContainsFunc(c.Steps, func(s cases.Step) bool {
		return s.Expect != nil && (s.Expect.Outcome == string(spec.Blocked) || len(s.Expect.Hidden) > 0) || slices.ContainsFunc(s.Answer, forbids)
	})
}

// forbids tells whether a predicate, when it fails, can show that somebody got in.
func forbids(p cases.Predicate) bool {
	e := effectOf(&p)
	return e == agent.EffectLetIn || e == agent.EffectCacheUnsafe
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
	var failures []agent.Failure
	for _, list := range lists {
		for i := range list {
			failures = append(failures, agent.Failure{Effect: effectOf(&list[i])})
		}
	}
	return gravest(failures)
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
func marked(step *cases.Step, failures []agent.Failure) []agent.Failure {
	sendable, _ := cases.Sendable(step)
	for i := range failures {
		f := &failures[i]
		f.Step, f.Sendable = step.Name, sendable
		if f.Effect == "" {
			f.Effect = agent.EffectMalformed
		}
		f.Refusal = f.Effect == agent.EffectLockedOut
	}
	return failures
}
