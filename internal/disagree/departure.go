package disagree

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// Between is what the model and a browser decide differently about the
// same exchanges. The two asked the target one after the other and may have
// been answered differently, or have taken another time; so the model also
// decides on what the browser was answered, when it was, and only what differs
// then is a disagreement. Differences that the model with the engine's
// documented departures does not have are marked. The remark is what else is
// to be known: that the two were answered differently.
func Between(steps []agent.Step, names []string, model, other agent.JobResult, name string, engine spec.Engine) (diffs []agent.Difference, remark string) {
	diffs = outcomes(steps, names, model, other, name)
	if len(diffs) == 0 {
		return nil, ""
	}
	remark = Answers(model, other, name)
	replayed, same := replays(steps, names, other, name, spec.Options{})
	switch {
	case same:
		return nil, remark
	case replayed != nil:
		diffs = outcomes(steps, names, *replayed, other, name)
	case remark != "":
		return nil, remark // the model got another answer, and knows too little of the browser's
	}
	explainBlocking(diffs, other)
	if text := Documented(steps, names, other, name, engine); text != "" {
		for i := range diffs {
			diffs[i].Departure = text
		}
	}
	return diffs, remark
}

// Documented says by which documented departures, with their sources, the
// browser came to what it made of the steps; empty unless the model that has
// the engine's departures comes to exactly the same on the answers it got, and
// the standard does not.
func Documented(steps []agent.Step, names []string, other agent.JobResult, name string, engine spec.Engine) string {
	same := func(opt spec.Options) bool {
		_, same := replays(steps, names, other, name, opt)
		return same
	}
	if engine == spec.EngineFetch || same(spec.Options{}) || !same(spec.Options{Engine: engine}) {
		return ""
	}
	var list []string
	for _, d := range spec.ProfileOf(engine).Departures {
		if d.Modelled() && !same(spec.Options{Engine: engine, Without: []string{d.ID}}) {
			list = append(list, fmt.Sprintf("%s: %s (%s)", d.ID, d.Text, d.Source))
		}
	}
	text := fmt.Sprintf("%s departs from the standard here, as its profile in package spec documents", engine)
	if len(list) > 0 {
		text += "; " + strings.Join(list, "; ")
	}
	return text
}

// explainBlocking marks the differences of a response that the browser kept
// from the page for another reason than CORS, which the model does not know.
func explainBlocking(diffs []agent.Difference, other agent.JobResult) {
	for _, outcomes := range other.Steps {
		for i := range outcomes {
			if text := otherBlocking[outcomes[i].Reason]; text != "" {
				for d := range diffs {
					diffs[d].Departure = text
				}
			}
		}
	}
}

// otherBlocking are reasons of browsers that are not CORS.
var otherBlocking = map[spec.Reason]string{
	agent.ReasonBlockedByORB:  "Opaque Response Blocking, which is not part of CORS: https://fetch.spec.whatwg.org/#orb",
	agent.ReasonBlockedByCORP: "Cross-Origin-Resource-Policy, which is not part of CORS: https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header",
}

// replays lets the model decide, as the options say, on the responses that the
// browser got, with each reading of the time that passed between them. same is
// true when it comes to what the browser did; otherwise it is what the model
// came to, nil when it asks for a response that the browser never got.
func replays(steps []agent.Step, names []string, seen agent.JobResult, name string, opt spec.Options) (decided *agent.JobResult, same bool) {
	for _, clock := range agent.Clocks(seen) {
		result, ok := Replay(steps, seen, opt, clock)
		if !ok {
			continue
		}
		if len(outcomes(steps, names, result, seen, name)) == 0 {
			return &result, true
		}
		if decided == nil {
			decided = &result
		}
	}
	return decided, false
}

// Replay is replays with one reading of the time.
func Replay(steps []agent.Step, seen agent.JobResult, opt spec.Options, clock func(step, repetition int) time.Duration) (agent.JobResult, bool) {
	opt.Cache = new(spec.PreflightCache)
	result := agent.JobResult{ID: seen.ID}
	var meant time.Duration
	for i := range steps {
		if i >= len(seen.Steps) {
			break
		}
		meant += steps[i].After
		var outcomes agent.StepOutcomes
		for k := range seen.Steps[i] {
			// An agent that does not tell when it did what took no time but the pauses.
			if opt.Now = max(opt.Now, clock(i, k)); seen.Steps[i][k].Began.IsZero() {
				opt.Now = max(opt.Now, meant)
			}
			o, ok := replayOne(&steps[i], seen.Steps[i][k].Exchanges, opt)
			if !ok {
				return result, false
			}
			outcomes = append(outcomes, o)
		}
		result.Steps = append(result.Steps, outcomes)
	}
	return result, true
}

func replayOne(step *agent.Step, exchanges []agent.Exchange, opt spec.Options) (agent.Outcome, bool) {
	if step.Request.API == "navigate" {
		return agent.Outcome{}, false
	}
	machine := spec.Begin(step.Request.Spec(step.URL), opt)
	next := 0
	for a := machine.Next(); a.Kind != spec.ActionDone; a = machine.Next() {
		for next < len(exchanges) && exchanges[next].Preflight != (a.Kind == spec.ActionPreflight) {
			next++
		}
		if next == len(exchanges) {
			return agent.Outcome{}, false
		}
		ex := &exchanges[next]
		if withoutFragment(ex.URL) != withoutFragment(a.URL) || revalidated(ex, a.Header) {
			return agent.Outcome{}, false // a cache answered
		}
		next++
		if !ex.Answered() {
			machine.Fail()
			continue
		}
		machine.Deliver(spec.Response{Status: ex.Status, Header: ex.Response})
	}
	return agent.Outcome{Outcome: machine.Outcome()}, true
}

// revalidated tells whether the answer is a 304 for the browser's cache, which asked whether what it has stored is
// still good: what it decides by is the stored answer, freshened
// (https://fetch.spec.whatwg.org/#http-network-or-cache-fetch), and what that was is not seen here.
func revalidated(ex *agent.Exchange, asked spec.Header) bool {
	if ex.Status != http.StatusNotModified {
		return false
	}
	return slices.ContainsFunc([]string{"If-None-Match", "If-Modified-Since"}, func(name string) bool {
		return ex.Request.Has(name) && !asked.Has(name)
	})
}

func withoutFragment(url string) string {
	url, _, _ = strings.Cut(url, "#")
	return url
}
