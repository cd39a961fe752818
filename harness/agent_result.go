package harness

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

// Effect is what a failure shows of the target: who is harmed by it.
type Effect string

// The effects.
const (
	LetIn       Effect = "let-in"       // what the policy forbids is granted
	CacheUnsafe Effect = "cache-unsafe" // the answer for one may be given to another
	Unavailable Effect = "unavailable"  // no answer came, or out of all proportion late
	LockedOut   Effect = "locked-out"   // what the policy allows is not granted
	Malformed   Effect = "malformed"    // a rule of the answer is broken, and nobody gets in or is kept out by it
)
