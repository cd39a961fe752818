package report

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

// findings are those of a run, and one for each check that failed and that none of
// them explains, so that nothing that fails goes unsaid.
func findings(sum *harness.Summary) []Finding {
	list := []Finding{}
	explained := map[string]bool{}
	for _, f := range sum.Findings {
		f.Received, f.Wanted = redactedLines(f.Received), redactedLines(f.Wanted)
		list = append(list, Finding{Finding: f})
		for _, id := range f.Explains {
			explained[id] = true
		}
	}
	for i := range sum.Results {
		if r := &sum.Results[i]; r.Verdict == agent.VerdictFail && !explained[r.ID] {
			list = append(list, Finding{Finding: alone(r)})
		}
	}
	return list
}

// alone is the finding of a check that no cause explains.
func alone(r *harness.Result) harness.Finding {
	f := harness.Finding{
		ID: r.Case, Title: "Does not hold: " + r.Title, Effect: agent.EffectMalformed, Level: r.Level,
		Browser: []string{}, Policies: []string{r.Policy}, Explains: []string{r.ID},
	}
	if r.Security != "" {
		f.Severity = &r.Security
	}
	for i := range r.Agents {
		for _, s := range r.Agents[i].Failures {
			if f.Received == nil {
				f.Effect, f.Sendable = s.Effect, s.Sendable
				f.Received, f.Wanted = []string{agent.Show(s.Actual)}, []string{agent.Show(s.Expected)}
			}
		}
	}
	return f
}

// explain gives the findings of single checks what the table says of their cases.
func (r *Report) explain() {
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Cause != "" || f.Why+f.Fix != "" {
			continue
		}
		if at := slices.IndexFunc(r.Results, func(row Row) bool { return slices.Contains(f.Explains, row.ID) }); at >= 0 {
			f.Why, f.Fix = r.Results[at].Why, r.Results[at].Fix
		}
	}
}

// redactedLines hides secrets in lines of an answer.
func redactedLines(lines []string) []string {
	return (&agent.Exchange{Lines: lines}).Redacted().Lines
}

// Breaking are the findings by which a target fails.
func (r *Report) Breaking() []Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return !f.Breaks() })
}

// Finding is the one of that id; nil where there is none.
func (r *Report) Finding(id string) *Finding {
	for i := range r.Findings {
		if r.Findings[i].ID == id {
			return &r.Findings[i]
		}
	}
	return nil
}

// rows are the rows of checks: those that failed first.
func (r *Report) rows(ids []string) []Row {
	var rows []Row
	for _, v := range []agent.Verdict{agent.VerdictError, agent.VerdictFail, agent.VerdictWarn, agent.VerdictUndecided, agent.VerdictInfo, agent.VerdictPass, agent.VerdictSkip} {
		for _, row := range r.Select(v) {
			if slices.Contains(ids, row.ID) {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// Stack is the stack by whose configuration a target does CORS.
type Stack struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// By is the line of an answer that names it; empty: it was given.
	By string `json:"by,omitempty"`
}

// Recognised is a line of an answer that names stacks.
type Recognised struct {
	Line    string   `json:"line"`   // without what is secret, or differs between answers
	Stacks  []string `json:"stacks"` // ids; candidates, if it is not certain
	Certain bool     `json:"certain,omitempty"`
}

// recognised are the lines that name stacks in the answers that were kept.
func (r *Report) recognised() []Recognised {
	var list []Recognised
	for i := range r.Results {
		for k := range r.Results[i].Agents {
			for _, x := range r.Results[i].Agents[k].Exchanges {
				for _, found := range cases.Recognise(x.Response) {
					line := Recognised{shown(found.Line), found.Stacks, found.Certain()}
					if !slices.ContainsFunc(list, func(o Recognised) bool { return o.Line == line.Line && o.Certain == line.Certain }) {
						list = append(list, line)
					}
				}
			}
		}
	}
	return list
}

// shown is a line without the values of cookies and the numbers of requests.
func shown(line string) string {
	name, value, _ := strings.Cut(line, ": ")
	switch strings.ToLower(name) {
	case "server", "via", "x-powered-by":
		return line
	case "set-cookie":
		cookie, _, _ := strings.Cut(value, "=")
		return name + ": " + cookie
	}
	return name
}

// Advise adds to the findings what the stack has to set for an endpoint that is
// held to a policy. A stack that is nil is recognised, if the answers name one for
// certain; nothing is guessed.
func (r *Report) Advise(policy *cases.Policy, stack *cases.Stack) {
	r.Recognised = r.recognised()
	if stack != nil {
		r.Stack = &Stack{ID: stack.ID, Name: stack.Name}
	} else if r.Stack, stack = r.certain(); stack == nil {
		return
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		c := cases.FindCause(f.Cause)
		if c == nil {
			continue
		}
		if c.Setting != "" {
			f.Setting = cases.Fill(stack, c.Setting, policy, cases.Values{})
		}
		f.Proved = cases.MeasuredFix(stack, c, policy)
		if own, _ := cases.Remaining(stack, c); own != "" && f.Setting == "" && f.Proved == nil {
			const columns = 66 // what is set stands behind the name of the stack, as it is
			f.Setting = strings.Join(block.Wrap("No setting is about it. Known of it: "+own+".", columns), "\n")
		}
	}
}

// certain is the one stack that the answers name for certain; nil for none, or several.
func (r *Report) certain() (*Stack, *cases.Stack) {
	var by string
	var found *cases.Stack
	for _, k := range r.Recognised {
		switch {
		case !k.Certain:
		case found != nil && found.ID != k.Stacks[0]:
			return nil, nil
		default:
			by, found = k.Line, cases.FindStack(k.Stacks[0])
		}
	}
	if found == nil {
		return nil, nil
	}
	return &Stack{ID: found.ID, Name: found.Name, By: by}, found
}

// settable tells whether a stack would have something to set for one of the findings.
func (r *Report) settable() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool {
		c := cases.FindCause(f.Cause)
		return c != nil && c.Setting != ""
	})
}
