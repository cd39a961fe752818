package judge

import (
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// Verdict says what failures of a check mean for the target: it is wrong where
// a must does not hold or a failure has a severity.
func Verdict(c *cases.Check, failures []agent.Symptom) agent.Verdict {
	switch {
	case c.Case.Level == cases.Info:
		return agent.VerdictInfo
	case len(failures) == 0:
		return agent.VerdictPass
	case c.Case.Level == cases.Must, Severity(c, failures) != "":
		return agent.VerdictFail
	}
	return agent.VerdictWarn
}

// Note is what an info case recorded.
func Note(c *cases.Case, failures []agent.Symptom) string {
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
var rank = map[agent.Verdict]int{agent.VerdictSkip: 0, agent.VerdictInfo: 1, agent.VerdictPass: 2, agent.VerdictUndecided: 3, agent.VerdictWarn: 4, agent.VerdictError: 5, agent.VerdictFail: 6}

// Worst is the worst of the agents' verdicts; Skip if there is none.
func Worst(agents []agent.Result) agent.Verdict {
	v := agent.VerdictSkip
	for i := range agents {
		if rank[agents[i].Verdict] > rank[v] {
			v = agents[i].Verdict
		}
	}
	return v
}
