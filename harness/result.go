package harness

import (
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// SkipKind says what a skipped check would have needed.
type SkipKind string

// The kinds.
const (
	SkipNotExpressible SkipKind = "not-expressible"
	SkipRefused        SkipKind = "refused"
	SkipContract       SkipKind = "needs-contract"
	SkipBrowser        SkipKind = "needs-browser"
	SkipTransport      SkipKind = "needs-transport"
	SkipNotApplicable  SkipKind = "not-applicable"
	SkipNotAllowed     SkipKind = "not-allowed" // the method may not be sent there
	SkipNotServed      SkipKind = "not-served"  // an ordinary endpoint does not have the method
	SkipStopped        SkipKind = "stopped"     // cancelled, or the target died before
)

// Result is the result of one check.
type Result struct {
	ID     string      `json:"id"` // CASE/POLICY
	Case   string      `json:"case"`
	Policy string      `json:"policy"`
	Group  string      `json:"group"`
	Title  string      `json:"title"`
	Level  cases.Level `json:"level"`
	// Security is the severity of what failed, the greatest of its symptoms': empty for
	// none (somebody is kept out, or no browser can send it; see diagnose.Severity).
	Security cases.Severity `json:"security,omitempty"`
	Verdict  agent.Verdict  `json:"verdict"` // the worst of the agents'
	// Plain says that what fails is a plain exchange of an ordinary endpoint,
	// from which other failures follow: 1 is the plainest. 0: it is none.
	Plain  int            `json:"plain,omitempty"`
	Skip   SkipKind       `json:"skip,omitempty"`
	Reason string         `json:"reason,omitempty"`
	Agents []agent.Result `json:"agents,omitempty"` // "wire", or one for each agent that ran it
	// Disagreement: the model and a browser decided the same exchange differently.
	Disagreement []agent.Difference `json:"disagreement,omitempty"`
	// Once is a disagreement that did not come again when the check was done
	// again, or that nothing could be asked about again.
	Once []agent.Difference `json:"disagreed_once,omitempty"`
	// Answered says how the model and a browser were answered differently, and
	// in what their requests differed: each is judged by what it got.
	Answered string        `json:"answered_differently,omitempty"`
	Elapsed  time.Duration `json:"elapsed"`
}

// Disagrees tells whether the model and a browser disagree in a way that no
// documented departure of the browser explains.
func (r *Result) Disagrees() bool {
	for _, d := range r.Disagreement {
		if d.Departure == "" {
			return true
		}
	}
	return false
}
