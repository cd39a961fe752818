package harness

import (
	"slices"

	"github.com/corsproof/corsproof/cases"
)

// wireStep is a raw step that was performed: one exchange for each repetition.
type wireStep struct {
	step      *cases.Step
	exchanges []Exchange
	// Of a step that grows: what its times showed, or why they show nothing.
	measured  []Failure
	undecided string
	// watched: the step shares its connection with another, so that what the
	// server says unasked between them is seen every time.
	watched bool
}

// telling are the steps whose exchanges say something about the failures: of
// steps that a case repeats for each entry of a list only those that failed.
func telling(steps []wireStep, failures []Failure) []wireStep {
	if len(failures) == 0 {
		return steps
	}
	return slices.DeleteFunc(slices.Clone(steps), func(s wireStep) bool {
		return s.step.Each != "" && !slices.ContainsFunc(failures, func(f Failure) bool { return f.Step == s.step.Name })
	})
}

// judgeWire holds the answers of a check's raw steps against their predicates.
// A failure that every repetition of a step shows is told once.
func judgeWire(steps []wireStep) []Failure {
	var failures []Failure
	for i := range steps {
		for _, f := range marked(steps[i].step, steps[i].measured) {
			f.Effect = Unavailable // what is measured is how long one waits
			failures = append(failures, f)
		}
		for k := range steps[i].exchanges {
			j := judge{steps: steps, at: &steps[i], ex: &steps[i].exchanges[k]}
			for _, f := range marked(steps[i].step, append(j.all(steps[i].step.Answer), j.unasked()...)) {
				if !slices.Contains(failures, f) {
					failures = append(failures, f)
				}
			}
		}
	}
	return failures
}

// undecidedOf is why a check that did not fail is not decided, empty if it is.
func undecidedOf(steps []wireStep) string {
	for i := range steps {
		if steps[i].undecided != "" {
			return steps[i].undecided
		}
	}
	return ""
}
