package matrix

import (
	"cmp"
	"slices"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

// weight is what a finding counts for on a framework: one cause can be grave where the
// configuration asks for it in so many words, and a matter of taste elsewhere.
type weight struct {
	// Breaks tells whether it gets past the owner's words and breaks a must, or has a severity.
	Breaks   bool
	Severity cases.Severity // past the owner's words; empty for none
	// Asked is why what it breaks does not get past the owner's words; empty if it does, or breaks nothing.
	Asked    string
	Question Question
	// Seen: a browser saw it; Sendable: one can send such a request.
	Seen, Sendable bool
}

// weigh weighs a finding by the checks that it explains.
func (m *Matrix) weigh(f *Framework, x *Finding) weight {
	var w weight
	at := *x // as it is where it breaks something
	cells := f.explained(x)
	if len(cells) == 0 { // an example in a test: the finding itself is all that is known
		cells = []Cell{{Policy: policyOf(m, f, x), Verdict: agent.VerdictWarn, Security: x.Severity}}
		if x.Level == cases.Must {
			cells[0].Verdict = agent.VerdictFail
		}
	}
	var own, asked []Cell
	for _, c := range cells {
		breaks := c.Verdict == agent.VerdictFail || c.Security != ""
		whose := m.whose(f, c.Policy)
		switch {
		case !breaks:
		case whose == "":
			w.Breaks, w.Severity = true, diagnose.Graver(w.Severity, c.Security)
			own = append(own, c)
		default:
			w.Asked = whose
			asked = append(asked, c)
		}
	}
	switch {
	case w.Breaks:
		w.Asked = ""
		at.narrow(own)
	case w.Asked != "":
		at.narrow(asked)
	}
	w.Question, w.Seen, w.Sendable = m.Question(&at), len(at.Browser) > 0, at.Sendable
	return w
}

// narrow makes of a finding what only some of its checks say: a browser may be able to
// send what only warns, and not what breaks a must.
func (x *Finding) narrow(cells []Cell) {
	x.Policies = nil
	var browser []string
	sendable, known := false, false
	gravest := len(agent.Effects)
	for _, c := range cells {
		x.Policies = append(x.Policies, c.Policy)
		for _, a := range c.Agents {
			for _, s := range a.Failures {
				known = true
				sendable = sendable || s.Sendable
				// The diagnosis may have found less behind a failure, never more.
				if e := slices.Index(agent.Effects, s.Effect); e >= slices.Index(agent.Effects, x.Effect) {
					gravest = min(gravest, e)
				}
				if a.Agent != agent.NameWire && a.Agent != agent.NameModel {
					browser = append(browser, a.Agent)
				}
			}
		}
	}
	if !known { // a result without evidence
		return
	}
	x.Sendable, x.Browser = sendable, browser
	if gravest < len(agent.Effects) {
		x.Effect = agent.Effects[gravest]
	}
}

// how says in words how it was seen.
func (w weight) how() string {
	switch {
	case w.Seen:
		return "seen in a browser"
	case w.Sendable:
		return "a browser can send it"
	}
	return "only by hand-made requests"
}

// word is the severity of a finding, or else its level.
func (w weight) word(x *Finding) string {
	severity := w.Severity
	if w.Asked != "" {
		severity = x.Severity
	}
	return cmp.Or(string(severity), string(x.Level))
}

// policyOf is a policy of a finding that nobody asked for in so many words, if there is one.
func policyOf(m *Matrix, f *Framework, x *Finding) string {
	if i := slices.IndexFunc(x.Policies, func(p string) bool { return m.whose(f, p) == "" }); i >= 0 || len(x.Policies) == 0 {
		return append(slices.Clone(x.Policies), "")[max(i, 0)]
	}
	return x.Policies[0]
}

// explained are the cells that a finding explains.
func (f *Framework) explained(x *Finding) (list []Cell) {
	for i := range f.Results {
		if c := &f.Results[i]; slices.Contains(c.Causes, x.ID) {
			list = append(list, *c)
		}
	}
	return list
}
