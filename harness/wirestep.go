package harness

import (
	"slices"
	"time"

	"github.com/corsproof/corsproof/cases"
)

// wireStep is a raw step that was performed: one exchange for each repetition.
type wireStep struct {
	step      *cases.Step
	exchanges []Exchange
}

// answered tells whether the exchange has a complete response.
func (e *Exchange) answered() bool { return e.Error == "" && e.Status != 0 }

// least is the shortest time of the step's answered repetitions; 0 for none.
// What else the machine does can only make the others longer.
func (s *wireStep) least() time.Duration {
	var least time.Duration
	for i := range s.exchanges {
		if ex := &s.exchanges[i]; ex.answered() && (least == 0 || ex.Elapsed < least) {
			least = ex.Elapsed
		}
	}
	return least
}

// judgeWire holds the answers of a check's raw steps against their predicates.
// A failure that every repetition of a step shows is told once.
func judgeWire(steps []wireStep) []Failure {
	var failures []Failure
	for i := range steps {
		for k := range steps[i].exchanges {
			j := judge{steps: steps, at: &steps[i], ex: &steps[i].exchanges[k]}
			for _, f := range j.all(steps[i].step.Answer) {
				f.Step = steps[i].step.Name
				if !slices.Contains(failures, f) {
					failures = append(failures, f)
				}
			}
		}
	}
	return failures
}
