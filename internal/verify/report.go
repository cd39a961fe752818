package verify

import (
	"slices"
	"time"

	"github.com/corsproof/corsproof/spec"
)

// Disagreement is an exchange on which the model and the browser differ,
// shrunk to what is needed for it.
type Disagreement struct {
	Exchanges   []Exchange // of the session, the last one is the one that differs
	Differences []Difference
	Attempts    int // exchanges performed to shrink it
}

// Report is the outcome of a Run.
type Report struct {
	Seed       uint64
	Layers     bool // the exchanges are about the layers beside CORS
	Engine     spec.Engine
	Exchanges  int
	Elapsed    time.Duration
	Results    map[spec.Result]int
	Reasons    map[spec.Reason]int
	Preflights int // preflights made
	Saved      int // preflights that the cache saved in sessions
	Redirected int // exchanges that followed a redirect

	// Departed are exchanges in which the browser departs from the standard
	// as its profile says, Departures which departures it was, by id.
	Departed   int
	Departures map[string]int

	// Named are exchanges of a live run of which it is known that the engine would have sent
	// something else, and not what it would have got, with those that follow in the session.
	Named int

	Unstable      int // differed once, and not when performed again
	Undecided     int // the agent could not tell, even when asked again
	Disagreements []Disagreement
}

func newReport(seed uint64, engine spec.Engine) *Report {
	return &Report{Seed: seed, Engine: engine, Results: map[spec.Result]int{}, Reasons: map[spec.Reason]int{}, Departures: map[string]int{}}
}

// tally counts an exchange on which both agree.
func (rep *Report) tally(model spec.Outcome, later bool, departures []string) {
	rep.Exchanges++
	rep.Results[model.Result]++
	if model.Result == spec.Blocked {
		rep.Reasons[model.Reason]++
	}
	for _, h := range model.Hops {
		if h.Preflight {
			rep.Preflights++
		}
	}
	if later && len(model.Hops) > 0 && !model.Hops[0].Preflight && model.Hops[0].Sent && model.Hops[0].Origin != nil && !spec.IsSafelistedMethod(model.Hops[0].Method) {
		rep.Saved++
	}
	if len(model.Hops) > 1 {
		rep.Redirected++
	}
	if len(departures) > 0 {
		rep.Departed++
	}
	for _, id := range departures {
		rep.Departures[id]++
	}
}

// Missing are the reasons that a browser can give and the run did not have.
func (rep *Report) Missing() []spec.Reason {
	var missing []spec.Reason
	reasons := spec.Reasons()
	if rep.Layers {
		reasons = layerReasons
	}
	for _, reason := range reasons {
		if rep.Reasons[reason] == 0 && !slices.Contains(outOfReach, reason) {
			missing = append(missing, reason)
		}
	}
	return missing
}

// layerReasons are those that a LayerGenerator is there for.
var layerReasons = []spec.Reason{spec.ReasonCSP, spec.ReasonMixedContent, spec.ReasonCORPNotSameOrigin, spec.ReasonCORPNotSameSite, spec.ReasonCORPByCOEP, spec.ReasonORB, spec.ReasonPreflightDisallowedRedirect,
	spec.ReasonIntegrity, spec.ReasonIntegrityPolicy, spec.ReasonLocalPermission, spec.ReasonInsecureLocalNetwork, spec.ReasonLocalTarget}

// outOfReach are the reasons that no generated exchange can have: a network
// error is not an answer, and a stream body needs HTTP/2.
var outOfReach = []spec.Reason{spec.ReasonNetworkError, spec.ReasonRedirectWithStreamBody}
