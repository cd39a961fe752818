package agent

import (
	"slices"
)

// Verdict is the result of a check.
type Verdict string

// The verdicts.
const (
	VerdictPass  Verdict = "pass"
	VerdictFail  Verdict = "fail"  // the target is wrong
	VerdictWarn  Verdict = "warn"  // a SHOULD or good practice
	VerdictInfo  Verdict = "info"  // recorded, no verdict
	VerdictSkip  Verdict = "skip"  // did not run; Reason says why
	VerdictError Verdict = "error" // the suite or the connection, not the target's CORS
	// Undecided: it ran, and what it found depends on something that was not so
	// (the plain request is not shared, an answer came too late, no answer came
	// twice). The reason is in Note. It is not a pass.
	VerdictUndecided Verdict = "undecided"
)

// Result is what one agent found.
type Result struct {
	Agent    string    `json:"agent"` // "wire", "model", "chrome"
	Verdict  Verdict   `json:"verdict"`
	Failures []Symptom `json:"failures,omitempty"`
	// Departures did not hold either, but only because the browser departs
	// from the standard in a documented way; the target is not to blame.
	Departures []Symptom  `json:"departures,omitempty"`
	Exchanges  []Exchange `json:"exchanges,omitempty"` // kept for failures, or all with KeepAll
	Error      string     `json:"error,omitempty"`
	// Seen are all exchanges of it, for the diagnosis.
	Seen []Seen `json:"-"`
	Note string `json:"note,omitempty"` // what an info case recorded, why it is undecided
}

// Symptom is what one failed expectation showed.
type Symptom struct {
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

	// Asked is, of a refusal, what was not granted; of somebody let in, by whom it was read.
	Asked Asked `json:"asked,omitzero"`
	// Predicate is the key, in a case file, of what did not hold; Field the response
	// header that it is about, empty for none; Seen the exchange that shows it.
	Predicate string `json:"predicate,omitempty"`
	Field     string `json:"field,omitempty"`
	Seen      Seen   `json:"-"`
	By        string `json:"-"` // the agent that saw it

	Silent bool `json:"silent,omitempty"` // it is nothing but the lack of an answer
	Moot   bool `json:"moot,omitempty"`   // and an answer was to deny something: nobody got in
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
	EffectLetIn       Effect = "let-in"       // what the policy forbids is granted
	EffectCacheUnsafe Effect = "cache-unsafe" // the answer for one may be given to another
	EffectUnavailable Effect = "unavailable"  // no answer came, or out of all proportion late
	EffectLockedOut   Effect = "locked-out"   // what the policy allows is not granted
	EffectMalformed   Effect = "malformed"    // a rule of the answer is broken, and nobody gets in or is kept out by it
)

// Effects are all of them, the gravest first.
var Effects = []Effect{EffectLetIn, EffectCacheUnsafe, EffectUnavailable, EffectLockedOut, EffectMalformed}

// Gravest is the gravest of several effects; EffectMalformed for none.
func Gravest(list ...Effect) Effect {
	for _, e := range Effects {
		if slices.Contains(list, e) {
			return e
		}
	}
	return EffectMalformed
}
