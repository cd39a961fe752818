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

// forbids tells whether a predicate, when it fails, shows that somebody got in.
func forbids(p cases.Predicate) bool {
	switch {
	case p.Denies != nil, p.DeniesWithCredentials != nil, p.Refuses != nil, p.HidesTimes != nil:
		return true
	case len(p.AnyOf) > 0:
		return slices.ContainsFunc(p.AnyOf, func(alt []cases.Predicate) bool { return slices.ContainsFunc(alt, forbids) })
	case len(p.If) > 0:
		return slices.ContainsFunc(p.Then, forbids)
	}
	return effectOf(&p) == agent.EffectLetIn || effectOf(&p) == agent.EffectCacheUnsafe
}

// effectOf is what the failure of a predicate about fields, content or time
// shows. Grants, which are judged by the browser's checks, say it themselves.
func effectOf(p *cases.Predicate) agent.Effect {
	switch {
	case p.VariesOr != nil, p.Lists != nil && strings.EqualFold(p.Lists.Name, "Vary"),
		p.ListsNot != nil && strings.EqualFold(p.ListsNot.Name, "Vary"):
		return agent.EffectCacheUnsafe
	case p.NotMatches != nil && strings.EqualFold(p.NotMatches.Name, "Access-Control-Allow-Private-Network"):
		return agent.EffectLetIn
	case slices.ContainsFunc(p.Absent, func(name string) bool { return !strings.HasPrefix(strings.ToLower(name), "access-control-") }):
		return agent.EffectLetIn // a field that the request alone can have brought: whoever wrote it speaks for the server
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
