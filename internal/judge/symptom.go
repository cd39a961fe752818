package judge

import (
	"slices"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// about says of the last failure what of an expectation did not hold, and which response
// header it is about.
func (x *expectation) about(predicate, field string) {
	f := &x.failures[len(x.failures)-1]
	f.Predicate, f.Field = predicate, field
}

// seenBy is the exchange that shows why an outcome is what it is: the last one; the last
// preflight where that decided, or let something through.
func seenBy(o *agent.Outcome, f *agent.Symptom) agent.Seen {
	preflight := agent.AtPreflight(spec.Reason(f.Reason)) || f.Effect == agent.EffectLetIn && (f.Predicate == "" || f.Predicate == "sent")
	for _, ex := range slices.Backward(o.Exchanges) {
		if !preflight || ex.Preflight {
			return agent.See(&ex, f.Asked.Credentials)
		}
	}
	if n := len(o.Exchanges); n > 0 {
		return agent.See(&o.Exchanges[n-1], f.Asked.Credentials)
	}
	return agent.Seen{}
}

// Seen is what the exchanges of raw steps show.
func Seen(steps []Performed) []agent.Seen {
	var list []agent.Seen
	for i := range steps {
		for k := range steps[i].Exchanges {
			list = append(list, agent.See(&steps[i].Exchanges[k], false))
		}
	}
	return list
}
