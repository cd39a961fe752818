package raw

import (
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/judge"
)

// AbsentError says that a step needs the value of a field that an earlier answer does
// not have, so that the check means nothing for the target.
type AbsentError struct{ step, field string }

func (e *AbsentError) Error() string {
	return fmt.Sprintf("the case takes %s from the answer to its step %q, which has none", e.field, e.step)
}

// carried gives the steps with the header lines that repeat what was answered
// before. done are the steps so far.
func carried(done []judge.Performed, steps []cases.Step) ([]cases.Step, error) {
	if !slices.ContainsFunc(steps, func(s cases.Step) bool { return len(s.Wire.Carry) > 0 }) {
		return steps, nil
	}
	steps = slices.Clone(steps)
	for i := range steps {
		w := *steps[i].Wire
		w.Headers = slices.Clone(w.Headers)
		for _, c := range w.Carry {
			value, ok := answeredWith(done, c.Step, c.Field)
			if !ok {
				return nil, &AbsentError{c.Step, c.Field}
			}
			w.Headers = append(w.Headers, c.Name+": "+value)
		}
		steps[i].Wire = &w
	}
	return steps, nil
}

// answeredWith is the first line of a field in the first answer to a step.
func answeredWith(done []judge.Performed, step, field string) (string, bool) {
	for i := range done {
		if done[i].Step.Name == step && len(done[i].Exchanges) > 0 && done[i].Exchanges[0].Answered() {
			return done[i].Exchanges[0].Response.Get(field)
		}
	}
	return "", false
}
