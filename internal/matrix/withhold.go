package matrix

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
	"github.com/corsproof/corsproof/internal/report"
)

// Withhold takes checks of one framework out of a matrix that others will read:
// those that show a defect which those who keep the package do not know of yet.
// How many were taken out stays in the matrix, which they were does not.
//
// which is FRAMEWORK=GLOB, the glob of path.Match over CASE/POLICY:
// "rs-cors=vary-*/exact". It is an error when nothing matches: the check has
// another name, or does not need to be withheld any more.
func (m *Matrix) Withhold(which string) error {
	name, glob, ok := strings.Cut(which, "=")
	if _, err := path.Match(glob, ""); !ok || err != nil {
		return fmt.Errorf("withholding %q: expected FRAMEWORK=GLOB, the glob over CASE/POLICY", which)
	}
	before := m.Withheld
	for i := range m.Frameworks {
		if m.Frameworks[i].Name == name {
			m.Withheld += m.Frameworks[i].withhold(glob)
		}
	}
	if m.Withheld == before {
		return fmt.Errorf("withholding %q: no check of the comparison matches", which)
	}
	return nil
}

// withhold removes the cells that glob matches, and says how many they were.
func (f *Framework) withhold(glob string) (n int) {
	touched := map[string]int{}
	defer func() { f.findingsWithout(touched) }()
	f.Results = slices.DeleteFunc(f.Results, func(c Cell) bool {
		if ok, _ := path.Match(glob, c.ID); !ok { // the pattern is well formed
			return false
		}
		f.Counts.Checks--
		*countOf(&f.Counts, c.Verdict)--
		if len(c.Disagreement) > 0 {
			f.Counts.Disagreements--
		}
		for _, id := range c.Causes {
			touched[id]++
		}
		n++
		return true
	})
	return n
}

// findingsWithout takes from findings what the withheld checks said: how many they explain, the
// severity, and the lines, which may be theirs. A finding that explains nothing any more goes.
func (f *Framework) findingsWithout(touched map[string]int) {
	f.Findings = slices.DeleteFunc(f.Findings, func(x Finding) bool { return touched[x.ID] >= x.Checks })
	for i := range f.Findings {
		x := &f.Findings[i]
		if touched[x.ID] == 0 {
			continue
		}
		x.Checks -= touched[x.ID]
		x.Affects, x.Received, x.Wanted, x.Severity, x.Policies = "", nil, nil, "", nil
		for _, c := range f.Results {
			if !slices.Contains(c.Causes, x.ID) {
				continue
			}
			x.Severity = diagnose.Graver(x.Severity, c.Security)
			if !slices.Contains(x.Policies, c.Policy) {
				x.Policies = append(x.Policies, c.Policy)
			}
		}
	}
}

func countOf(c *report.Counts, v agent.Verdict) *int {
	switch v {
	case agent.VerdictPass:
		return &c.Pass
	case agent.VerdictFail:
		return &c.Fail
	case agent.VerdictWarn:
		return &c.Warn
	case agent.VerdictSkip:
		return &c.Skip
	case agent.VerdictUndecided:
		return &c.Undecided
	case agent.VerdictError:
		return &c.Error
	}
	return &c.Info
}

// WithheldNote says that checks were taken out; empty when none were.
func (m *Matrix) WithheldNote() string {
	if m.Withheld == 0 {
		return ""
	}
	return fmt.Sprintf("Withheld until those who keep the packages have had time for a repair: %d (see SECURITY.md).", m.Withheld)
}
