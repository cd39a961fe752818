package harness

import (
	"time"

	"github.com/corsproof/corsproof/cases"
)

// Verdict is the result of a check.
type Verdict string

// The verdicts.
const (
	Pass  Verdict = "pass"
	Fail  Verdict = "fail"  // the target is wrong
	Warn  Verdict = "warn"  // a SHOULD or good practice
	Noted Verdict = "info"  // recorded, no verdict
	Skip  Verdict = "skip"  // did not run; Reason says why
	Error Verdict = "error" // the suite or the connection, not the target's CORS
	// Undecided: it ran, and what it found depends on something that was not so
	// (the plain request is not shared, an answer came too late, no answer came
	// twice). Reason, and AgentResult.Note, say what. It is no pass.
	Undecided Verdict = "undecided"
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
	// Security is that of what failed: empty where nobody got in by a request
	// that a browser can send, and nothing became unavailable.
	Security cases.Severity `json:"security,omitempty"`
	Verdict  Verdict        `json:"verdict"` // the worst of the agents'
	// Plain says that what fails is a plain exchange of an ordinary endpoint,
	// from which other failures follow: 1 is the plainest. 0: it is none.
	Plain  int           `json:"plain,omitempty"`
	Skip   SkipKind      `json:"skip,omitempty"`
	Reason string        `json:"reason,omitempty"`
	Agents []AgentResult `json:"agents,omitempty"` // "wire", or one for each agent that ran it
	// Disagreement: the model and a browser decided the same exchange differently.
	Disagreement []Difference `json:"disagreement,omitempty"`
	// Once is a disagreement that did not come again when the check was done
	// again, or that nothing could be asked about again.
	Once []Difference `json:"disagreed_once,omitempty"`
	// Answered says how the model and a browser were answered differently, and
	// in what their requests differed: each is judged by what it got.
	Answered string        `json:"answered_differently,omitempty"`
	Elapsed  time.Duration `json:"elapsed"`
}

// AgentResult is what one agent found.
type AgentResult struct {
	Agent    string    `json:"agent"` // "wire", "model", "chrome"
	Verdict  Verdict   `json:"verdict"`
	Failures []Failure `json:"failures,omitempty"`
	// Departures did not hold either, but only because the browser departs
	// from the standard in a documented way; the target is not to blame.
	Departures []Failure  `json:"departures,omitempty"`
	Exchanges  []Exchange `json:"exchanges,omitempty"` // kept for failures, or all with KeepAll
	Error      string     `json:"error,omitempty"`
	Note       string     `json:"note,omitempty"` // what an info case recorded, why it is undecided
}

// Failure is one thing that did not hold.
type Failure struct {
	Step     string `json:"step,omitempty"`
	What     string `json:"what"` // "Vary lists Origin"
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
	Reason   string `json:"reason,omitempty"` // CorsError name where there is one
	// Effect is what it shows of the target; Refusal that it is LockedOut: a site
	// is kept out that should get in, and none gets in that should be kept out.
	Effect  Effect `json:"effect,omitempty"`
	Refusal bool   `json:"refusal,omitempty"`
	// Sendable says that a browser can send the request that it is about.
	Sendable bool `json:"sendable"`

	asked  asked // of a refusal: what was not granted
	silent bool  // it is nothing but the lack of an answer
	moot   bool  // and an answer was to deny something: nobody got in
}

// Difference is one point on which the model and a browser disagree.
type Difference struct {
	Agent string `json:"agent"`
	Step  string `json:"step,omitempty"`
	What  string `json:"what"`
	Model string `json:"model"`
	Other string `json:"other"`
	// Departure is set when the model with the engine's documented departures
	// decides as the browser did: which they are, with their sources.
	Departure string `json:"departure,omitempty"`
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
