package raw

import (
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// MeasureGrowth measures growth up to so many units by the times that ask
// gives; 0 is a refusal of the longer head. A computation takes no longer than its work.
func MeasureGrowth(grow cases.Grow, most int, ask func(begin string, n int) time.Duration) (failures []agent.Symptom, undecided string, longest int) {
	return MeasureGrowthBeside(grow, most, func(d time.Duration) time.Duration { return d }, ask)
}

// MeasureGrowthBeside measures it on a machine where a computation takes what compute gives.
func MeasureGrowthBeside(grow cases.Grow, most int, compute func(time.Duration) time.Duration, ask func(begin string, n int) time.Duration) (failures []agent.Symptom, undecided string, longest int) {
	g := growth{grow: &grow, most: most, compute: compute, asks: func(begin string, n int) (agent.Exchange, error) {
		ex := agent.Exchange{Status: 200, Elapsed: ask(begin, n), Grown: &agent.Grown{Begin: begin, Unit: grow.Unit, Times: n}}
		if ex.Elapsed == 0 {
			ex.Status = 431
		}
		return ex, nil
	}}
	failures, undecided = g.run()
	return failures, undecided, g.kept[len(g.kept)-1].Grown.Times
}
