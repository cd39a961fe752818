package harness

import (
	"time"

	"github.com/corsproof/corsproof/cases"
)

// WireStep is a performed raw step, for tests of predicates.
type WireStep struct {
	Step      cases.Step
	Exchanges []Exchange
}

// JudgeWire holds answers against predicates.
func JudgeWire(steps ...WireStep) []Failure {
	list := make([]wireStep, len(steps))
	for i := range steps {
		list[i] = wireStep{&steps[i].Step, steps[i].Exchanges}
	}
	return judgeWire(list)
}

// StartSharedCache starts a shared cache of its own.
func StartSharedCache(timeout time.Duration) (*SharedCache, error) {
	return startSharedCache(newSender(&Target{}, timeout), timeout)
}
