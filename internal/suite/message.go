package suite

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

// text says what is wrong with a server: a finding, the checks that it explains but
// for those that are known, and how to try one of them by hand.
func (j *Judge) text(f *harness.Finding, r *harness.Result) string {
	style := block.Style{Policies: j.config.Policy == nil}
	lines := style.Lines(f, block.Setting{})
	for _, id := range f.Explains {
		if j.config.known(id) == nil {
			lines = append(lines, "         "+id)
		}
	}
	if c := curl(r); c != "" {
		lines = append(lines, "  try    "+c)
	}
	return strings.Join(lines, "\n")
}

// curl makes the last request by which a check failed.
func curl(r *harness.Result) string {
	for i := range r.Agents {
		a := &r.Agents[i]
		if n := len(a.Exchanges); n > 0 && len(a.Failures) > 0 {
			x := a.Exchanges[n-1].Redacted()
			return x.Curl()
		}
	}
	return ""
}

// Message says what is wrong, why it matters, what was sent and answered, how
// to try it by hand and what to do about it.
func Message(r *harness.Result, table *cases.Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s", r.Title, r.Level)
	if r.Security != "" {
		fmt.Fprintf(&b, ", security: %s", r.Security)
	}
	b.WriteString(")\n")
	switch r.Verdict {
	case agent.VerdictError:
		fmt.Fprintf(&b, "  %s\n", r.Reason)
	case agent.VerdictUndecided:
		fmt.Fprintf(&b, "  undecided: %s\n", r.Reason)
	}
	for i := range r.Agents {
		agentPart(&b, &r.Agents[i])
	}
	if c := table.Case(r.Case); c != nil {
		fmt.Fprintf(&b, "  why: %s\n", c.Why)
		if fix := r.Advice(c.Fix); fix != "" {
			fmt.Fprintf(&b, "  fix: %s\n", strings.ReplaceAll(fix, "\n", "\n       "))
		}
		for _, key := range c.Spec {
			if a, ok := table.Anchors.Lookup(key); ok {
				fmt.Fprintf(&b, "  see: %s\n", a.URL)
			}
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func agentPart(b *strings.Builder, a *agent.Result) {
	for _, f := range a.Failures {
		where := a.Agent
		if f.Step != "" {
			where += ", step " + f.Step
		}
		fmt.Fprintf(b, "  %s: %s\n    expected: %s\n    actual:   %s\n", where, f.What, f.Expected, f.Actual)
	}
	if len(a.Failures) == 0 {
		return
	}
	for i := range a.Exchanges {
		x := a.Exchanges[i].Redacted()
		answer := x.Error
		if answer == "" {
			answer = fmt.Sprint(x.Status)
		}
		fmt.Fprintf(b, "    %s %s -> %s\n      %s\n", x.Method, x.URL, answer, x.Curl())
	}
}

// disagreement is the first point that no documented departure explains.
func disagreement(r *harness.Result) string {
	for _, d := range r.Disagreement {
		if d.Departure == "" {
			return fmt.Sprintf("%s (model: %s, %s: %s)", d.What, d.Model, d.Agent, d.Other)
		}
	}
	return ""
}

func note(r *harness.Result) string {
	for _, a := range r.Agents {
		if a.Note != "" {
			return a.Note
		}
	}
	return ""
}
