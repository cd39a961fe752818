package suite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// Outcome is what a result means to a test.
type Outcome int

// The outcomes.
const (
	Passed  Outcome = iota
	Logged          // passed, with something to say
	Skipped         // did not run, or fails by a cause that was told already
	Failed
)

// Judge says what the results of a run mean to tests. A cause is reported once: by the
// first test that fails by it.
type Judge struct {
	config *Config
	sum    *harness.Summary
	table  *cases.Table
	by     map[string][]*harness.Finding // by the ids of checks
	told   map[telling]string            // the check at which a finding was told
}

// telling is the id of a finding, told of a check that failed or of one that passed.
type telling struct {
	id     string
	failed bool
}

// Judge gives what says what the results of a run mean.
func (c *Config) Judge(sum *harness.Summary, table *cases.Table) *Judge {
	j := &Judge{config: c, sum: sum, table: table, by: map[string][]*harness.Finding{}, told: map[telling]string{}}
	for i := range sum.Findings {
		f := &sum.Findings[i]
		for _, id := range f.Explains {
			j.by[id] = append(j.by[id], f)
		}
	}
	return j
}

// Of says what a result means to a test, and why.
func (j *Judge) Of(r *harness.Result) (Outcome, string) {
	c := j.config
	undecided := r.Verdict == agent.VerdictUndecided
	warns := r.Verdict == agent.VerdictWarn
	bad := r.Verdict == agent.VerdictFail || r.Verdict == agent.VerdictError || c.Strict && (warns || undecided)
	if k := c.known(r.ID); k != nil && r.Verdict != agent.VerdictSkip && !undecided {
		if bad {
			return Skipped, "known failure: " + k.Reason
		}
		return Failed, fmt.Sprintf("%s is listed as a known failure (%s), and passes: take it off the list", r.ID, k.Reason)
	}
	switch {
	case (bad || warns) && !undecided && r.Verdict != agent.VerdictError:
		return j.byCause(r, bad)
	case bad:
		return Failed, Message(r, j.table)
	case r.Verdict == agent.VerdictSkip:
		return Skipped, string(r.Skip) + ": " + r.Reason
	case undecided:
		return Skipped, "undecided: " + r.Reason
	case r.Verdict == agent.VerdictInfo:
		return Logged, note(r)
	case r.Disagrees():
		return Logged, "model and browser disagree: " + disagreement(r)
	}
	return Passed, ""
}

// byCause is the outcome of a check that found something wrong: the causes that
// explain it, where they were not told yet. What no cause explains is told by itself.
func (j *Judge) byCause(r *harness.Result, bad bool) (Outcome, string) {
	outcome := map[bool]Outcome{true: Failed, false: Logged}[bad]
	var texts, seen []string
	var known *Known
	for _, f := range j.by[r.ID] {
		if k := j.config.knownCause(f); k != nil {
			known = k
			continue
		}
		if !bad && f.Breaks() {
			continue // its failures tell it
		}
		if at := j.told[telling{f.ID, bad}]; at != "" {
			seen = append(seen, fmt.Sprintf("%s (%s)", f.ID, at))
			continue
		}
		j.told[telling{f.ID, bad}] = r.ID
		texts = append(texts, j.text(f, r))
	}
	switch {
	case len(texts) > 0:
		return outcome, strings.Join(texts, "\n")
	case len(seen) > 0 && bad:
		return Skipped, "fails: " + r.Title + "; the cause was told already: " + strings.Join(seen, ", ")
	case len(seen) > 0:
		return Logged, "warns: " + r.Title + "; the cause was told already: " + strings.Join(seen, ", ")
	case known != nil && bad:
		return Skipped, "known failure: " + known.Reason
	}
	return outcome, Message(r, j.table)
}

// Stale says which causes are listed as known failures and are not there.
func (j *Judge) Stale() []string {
	var list []string
	for i := range j.config.Known {
		k := &j.config.Known[i]
		c := cases.FindCause(k.Glob)
		if c == nil || j.table.Case(k.Glob) != nil || slices.ContainsFunc(j.sum.Findings, func(f harness.Finding) bool { return f.Cause == c.ID }) {
			continue
		}
		list = append(list, fmt.Sprintf("the cause %s is listed as a known failure (%s), and is not there: take it off the list", k.Glob, k.Reason))
	}
	return list
}

func (c *Config) known(id string) *Known {
	name, _, _ := strings.Cut(id, "/")
	for i := range c.Known {
		for _, s := range []string{id, name} {
			if ok, _ := doublestar.Match(c.Known[i].Glob, s); ok {
				return &c.Known[i]
			}
		}
	}
	return nil
}

// knownCause is the entry of the list that names the cause of a finding.
func (c *Config) knownCause(f *harness.Finding) *Known {
	for i := range c.Known {
		if cause := cases.FindCause(c.Known[i].Glob); cause != nil && f.Cause == cause.ID {
			return &c.Known[i]
		}
	}
	return nil
}
