package harness

import (
	"github.com/corsproof/corsproof/cases"
)

// WireStep is a performed raw step, for tests of predicates.
type WireStep struct {
	Step      cases.Step
	Exchanges []Exchange
	Watched   bool
}

// JudgeWire holds answers against predicates.
func JudgeWire(steps ...WireStep) []Failure {
	list := make([]wireStep, len(steps))
	for i := range steps {
		list[i] = wireStep{step: &steps[i].Step, exchanges: steps[i].Exchanges, watched: steps[i].Watched}
	}
	return judgeWire(list)
}

// SeverityOf is the severity of what failed, for tests of its table.
func SeverityOf(c *cases.Case, failures []Failure) cases.Severity { return severityOf(c, failures) }
