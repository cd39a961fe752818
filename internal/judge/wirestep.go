package judge

import (
	"slices"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// Performed is a raw step that was performed: one exchange for each repetition.
type Performed struct {
	Step      *cases.Step
	Exchanges []agent.Exchange
	// Of a step that grows: what its times showed, or why they show nothing.
	Measured  []agent.Symptom
	Undecided string
	// Watched: the step shares its connection with another, so that what the
	// server says unasked between them is seen every time.
	Watched bool
}

// Telling are the steps whose exchanges say something about the failures: of
// steps that a case repeats for each entry of a list only those that failed.
func Telling(steps []Performed, failures []agent.Symptom) []Performed {
	if len(failures) == 0 {
		return steps
	}
	return slices.DeleteFunc(slices.Clone(steps), func(s Performed) bool {
		return s.Step.Each != "" && !slices.ContainsFunc(failures, func(f agent.Symptom) bool { return f.Step == s.Step.Name })
	})
}

// Wire holds the answers of a check's raw steps against their predicates.
// A failure that every repetition of a step shows is told once.
func Wire(steps []Performed) []agent.Symptom {
	var failures []agent.Symptom
	for i := range steps {
		for _, f := range marked(steps[i].Step, steps[i].Measured) {
			f.Predicate = "grow"
			if len(steps[i].Exchanges) > 0 {
				f.Seen = agent.See(&steps[i].Exchanges[0], false)
			}
			f.Effect = agent.EffectUnavailable // what is measured is how long one waits
			failures = append(failures, f)
		}
		for k := range steps[i].Exchanges {
			j := judge{steps: steps, at: &steps[i], ex: &steps[i].Exchanges[k]}
			for _, f := range marked(steps[i].Step, append(j.all(steps[i].Step.Answer), j.unasked()...)) {
				if f.Seen == (agent.Seen{}) { // it is about this step's answer
					f.Seen = agent.See(j.ex, f.Asked.Credentials)
				}
				if !slices.Contains(failures, f) {
					failures = append(failures, f)
				}
			}
		}
	}
	return failures
}

// Undecided is why a check that did not fail is not decided, empty if it is.
func Undecided(steps []Performed) string {
	for i := range steps {
		if steps[i].Undecided != "" {
			return steps[i].Undecided
		}
	}
	return ""
}
