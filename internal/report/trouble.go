package report

import (
	"fmt"
	"maps"
	"slices"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

// troubles are what went wrong with the run as a whole, so that its results are not
// all there is: no form may show a run that has some as one that passed.
func (r *Report) troubles() []string {
	var list []string
	if r.Stopped != nil {
		list = append(list, "the run was cut short: "+block.Visible(r.Stopped.Reason))
	}
	for _, t := range r.Troubled() {
		list = append(list, block.Visible(t))
	}
	if r.Baseline != nil {
		for _, t := range r.Baseline.Stale {
			list = append(list, block.Visible(t))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.AgentErrors)) {
		list = append(list, fmt.Sprintf("%s broke: %s", name, block.Visible(r.AgentErrors[name])))
	}
	if n := r.Counts.Disagreements; n > 0 {
		list = append(list, "the model and a browser disagree about "+block.Count(n, "check")+"; please report it")
	}
	if r.Counts.Decided()+r.Counts.Known == 0 {
		list = append(list, "not one check was decided")
	}
	return list
}

// state is what a run came to, in two words at most, for a badge; as is its kind.
func (r *Report) state() (text string, as agent.Verdict) {
	c := &r.Counts
	switch breaking := len(r.Breaking()); {
	case breaking > 0:
		return fmt.Sprintf("%d wrong", breaking), agent.VerdictFail
	case len(r.troubles()) > 0 || c.Error > 0:
		return "not decided", agent.VerdictError
	case c.Warn > 0:
		return "passing, " + block.Count(c.Warn, "warning"), agent.VerdictPass
	}
	return "passing", agent.VerdictPass
}

// lines are a finding as lines of text, without colour: what is wrong, what was
// received (-) and wanted (+), and what to do.
func (r *Report) lines(f *Finding) []string {
	return (&block.Style{Policies: r.manyPolicies()}).Lines(&f.Finding, r.setting(f))
}

// sum are the results by verdict, as the last line of the page has them.
func (r *Report) sum() string { return (&Printer{}).summary(r) }
