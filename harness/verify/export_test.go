package verify

import (
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/spec"
)

var (
	Decide    = decide
	Attribute = attribute
	Smaller   = smaller
	Coarser   = coarser
	PathOf    = path
	BaseOf    = baseOf
)

func Compare(x Exchange, model spec.Outcome, browser harness.Outcome, seen []Seen) ([]Difference, []string) {
	c := compare(x, model, browser, seen)
	return c.diffs, c.excepted
}

// Count counts outcomes as a run does.
func Count(seed uint64, outcomes [][]spec.Outcome) *Report {
	rep := newReport(seed, spec.EngineChromium)
	for _, session := range outcomes {
		for i, o := range session {
			rep.tally(o, i > 0, nil)
		}
	}
	return rep
}
