package main

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/matrix"
)

// standing is how a check came out, in the word that a heading counts it by: the
// severity where there is one, must for other failures.
type standing string

const (
	must      standing = "must"
	warning   standing = "warning"
	undecided standing = "undecided"
)

// standings in the order of a heading.
var standings = []standing{
	standing(cases.Critical), standing(cases.High), standing(cases.Medium), standing(cases.Low), must, warning, undecided,
}

// row is what the comparison says of one framework.
type row struct {
	name string
	// unmeasured is why there are no results; empty where there are.
	unmeasured string
	stands     map[check]standing // of the checks that did not pass
	failing    []check            // in the table's order
	other      map[check]string   // of all other checks: "passes", "is skipped: REASON"
	titles     map[string]string  // of cases
	cells      map[check]*matrix.Cell
	// causes are what the comparison found, the gravest first; nil for one that is older than causes.
	causes []cause
}

func newRow(m *matrix.Matrix, f *matrix.Framework) *row {
	r := &row{name: f.Name, stands: map[check]standing{}, other: map[check]string{}, titles: map[string]string{}, cells: map[check]*matrix.Cell{}}
	for _, c := range m.Cases {
		r.titles[c.ID] = c.Title
	}
	if f.State != matrix.Measured {
		r.unmeasured = strings.TrimSpace(string(f.State) + " " + f.Message)
	}
	for i := range f.Results {
		r.add(&f.Results[i])
	}
	r.readCauses(m, f)
	return r
}

func (r *row) add(c *matrix.Cell) {
	at := check{c.Case, c.Policy}
	r.cells[at] = c
	switch c.Verdict {
	case agent.VerdictFail:
		r.failing = append(r.failing, at)
		r.stands[at] = must
		if c.Security != "" {
			r.stands[at] = standing(c.Security)
		}
	case agent.VerdictWarn:
		r.stands[at] = warning
	case agent.VerdictUndecided, agent.VerdictError:
		r.stands[at] = undecided
	case agent.VerdictSkip:
		r.other[at] = "is skipped (" + string(c.Skip) + ")"
	default:
		r.other[at] = "passes"
	}
}

// now is how a check that did not fail came out.
func (r *row) now(c check) string {
	if how, ok := r.other[c]; ok {
		return how
	}
	return "is not a check of the result"
}

// count is the end of a heading for some checks: "1 low, 3 must".
func (r *row) count(checks []check) string {
	n := map[standing]int{}
	for _, c := range checks {
		n[r.stands[c]]++
	}
	var parts []string
	for _, s := range standings {
		switch {
		case n[s] == 0:
		case s == warning && n[s] > 1:
			parts = append(parts, fmt.Sprintf("%d warnings", n[s]))
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n[s], s))
		}
	}
	return strings.Join(parts, ", ")
}
