package judge

import (
	"maps"
	"slices"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// WireStep is a performed raw step, for tests of predicates.
type WireStep struct {
	Step      cases.Step
	Exchanges []agent.Exchange
	Watched   bool
}

// JudgeWire holds answers against predicates.
func JudgeWire(steps ...WireStep) []agent.Symptom {
	list := make([]Performed, len(steps))
	for i := range steps {
		list[i] = Performed{Step: &steps[i].Step, Exchanges: steps[i].Exchanges, Watched: steps[i].Watched}
	}
	return Wire(list)
}

// Judged are the keys of the predicates that have a judge, sorted.
func Judged() []string {
	judged := maps.Clone(predicates)
	maps.DeleteFunc(judged, func(_ string, p predicate) bool { return p.judge == nil })
	return slices.Sorted(maps.Keys(judged))
}
