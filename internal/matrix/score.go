package matrix

import (
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// Score is how much of the table a framework was held to.
type Score struct {
	// Checks are those of the whole table, Ran those that could be run, Refused those of
	// policies that the framework does not start with.
	Checks, Ran, Refused int
}

// Applicable are the checks that a framework could be held to. To refuse a configuration is an
// answer, and leaves nothing to measure.
func (s Score) Applicable() int { return s.Checks - s.Refused }

// Share is the part of the applicable checks that was measured, in percent.
func (s Score) Share() int {
	if s.Applicable() == 0 {
		return 0
	}
	return (100*s.Ran + s.Applicable()/2) / s.Applicable()
}

// Score counts a framework's results.
func (m *Matrix) Score(f *Framework) Score {
	s := Score{Checks: len(f.Results)}
	for _, c := range f.Results {
		switch {
		case c.Verdict != agent.VerdictSkip:
			s.Ran++
		case c.Skip == harness.SkipRefused:
			s.Refused++
		}
	}
	return s
}
