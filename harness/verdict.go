package harness

import (
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// verdictOf says what failures of a case mean for the target: it is wrong where
// a must does not hold or somebody's secrets are in danger.
func verdictOf(c *cases.Case, failures []Failure) Verdict {
	switch {
	case c.Level == cases.Info:
		return Noted
	case len(failures) == 0:
		return Pass
	case c.Level == cases.Must, severityOf(c, failures) != "":
		return Fail
	}
	return Warn
}

// noteOf is what an info case recorded.
func noteOf(c *cases.Case, failures []Failure) string {
	if c.Level != cases.Info {
		return ""
	}
	if len(failures) == 0 {
		return "yes: " + c.Title
	}
	var parts []string
	for _, f := range failures {
		parts = append(parts, f.What+": "+f.Actual)
	}
	return "no: " + strings.Join(distinct(parts), "; ")
}

// rank orders verdicts from harmless to bad.
var rank = map[Verdict]int{Skip: 0, Noted: 1, Pass: 2, Undecided: 3, Warn: 4, Error: 5, Fail: 6}

// worst is the worst of the agents' verdicts; Skip if there is none.
func worst(agents []AgentResult) Verdict {
	v := Skip
	for i := range agents {
		if rank[agents[i].Verdict] > rank[v] {
			v = agents[i].Verdict
		}
	}
	return v
}
