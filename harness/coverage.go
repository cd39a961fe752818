package harness

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// NotLookedAt is a part of the declared policy that no check looked at.
type NotLookedAt struct {
	Part cases.Stated `json:"part"`
	// Reason is why the checks that would have looked did not run; empty when
	// the run had none.
	Reason string `json:"reason,omitempty"`
	// Endpoint is the name of the endpoint whose policy it is, in the report of several.
	Endpoint string `json:"endpoint,omitempty"`
}

// Unshared is a method that an ordinary endpoint answers as one that it does not serve, and
// without sharing that answer with an allowed origin. No check looks at these answers, since nobody
// stated that there is such a method; a page that sends it sees a CORS error all the same.
type Unshared struct {
	Method string `json:"method"`
	Status int    `json:"status"`
	// Endpoint is the name of the endpoint, in the report of several.
	Endpoint string `json:"endpoint,omitempty"`
}

// Overlooked are those of the parts that no check of the run was about, whatever the
// target does, separated by commas; empty for none. For a run of the whole table that is
// our own failure.
func Overlooked(list []NotLookedAt) string {
	var parts []string
	for _, n := range list {
		if n.Reason == "" {
			parts = append(parts, n.Part.String())
		}
	}
	return strings.Join(parts, ", ")
}

// notLookedAt compares what the declared policy states with what the checks that ran
// looked at. What an undecided check would have shown is told by that check.
func (r *run) notLookedAt(entries []*entry, results []Result) []NotLookedAt {
	p := r.target.Declared
	if p == nil {
		return nil
	}
	seen := map[cases.Stated]bool{}
	reasons := map[cases.Stated]string{}
	for i, e := range entries {
		if v := results[i].Verdict; v != agent.VerdictSkip && v != agent.VerdictError {
			for _, s := range p.Looks(e.check.Steps) {
				seen[s] = true
			}
		}
		if len(e.check.Needs) > 0 {
			continue // of the contract: it could not have run
		}
		for _, s := range p.Looks(e.asked.Steps) {
			if !seen[s] && reasons[s] == "" {
				reasons[s] = whyNot(&results[i])
			}
		}
	}
	var list []NotLookedAt
	for _, s := range p.Stated() {
		if !seen[s] {
			list = append(list, NotLookedAt{Part: s, Reason: reasons[s]})
		}
	}
	return list
}

// whyNot is why the check, or the step of it that would have looked, did not run.
func whyNot(res *Result) string {
	switch {
	case res.Reason != "":
		return res.Reason
	case res.Verdict == agent.VerdictError:
		return fmt.Sprintf("%s could not be performed", res.ID)
	}
	return "the endpoint does not serve it"
}
