package harness

import (
	"fmt"
	"time"

	"github.com/corsproof/corsproof/spec"
)

// EngineAgent is an Agent that says which engine's documented departures from
// the standard apply to it.
type EngineAgent interface {
	Agent
	Engine() spec.Engine
}

// engineOf is the engine of an agent; the standard itself if it is not known.
func engineOf(a Agent) spec.Engine {
	if e, ok := a.(EngineAgent); ok {
		return e.Engine()
	}
	switch a.Name() {
	case "chrome", "chromium", "edge":
		return spec.EngineChromium
	case "firefox":
		return spec.EngineFirefox
	case "webkit", "safari":
		return spec.EngineWebKit
	}
	return spec.EngineFetch
}

// disagreement is what the model and a browser decide differently about the
// same exchanges. The two asked the target one after the other and may have
// been answered differently; so the model also decides on what the browser was
// answered, and only what differs then is a disagreement. Differences that the
// model with the engine's documented departures does not have are marked.
func disagreement(steps []BrowserStep, names []string, model, other JobResult, agent Agent) []Difference {
	diffs := disagree(steps, names, model, other, agent.Name())
	if len(diffs) == 0 {
		return nil
	}
	if replayed, ok := replay(steps, other, spec.EngineFetch); ok {
		if diffs = disagree(steps, names, replayed, other, agent.Name()); len(diffs) == 0 {
			return nil
		}
	}
	explainBlocking(diffs, other)
	engine := engineOf(agent)
	if engine == spec.EngineFetch {
		return diffs
	}
	if replayed, ok := replay(steps, other, engine); ok && len(disagree(steps, names, replayed, other, agent.Name())) == 0 {
		for i := range diffs {
			diffs[i].Departure = fmt.Sprintf("%s departs from the standard here, as its profile in package spec documents", engine)
		}
	}
	return diffs
}

// explainBlocking marks the differences of a response that the browser kept
// from the page for another reason than CORS, which the model does not know.
func explainBlocking(diffs []Difference, other JobResult) {
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
	"BlockedByORB":  "Opaque Response Blocking, which is not part of CORS: https://fetch.spec.whatwg.org/#orb",
	"BlockedByCORP": "Cross-Origin-Resource-Policy, which is not part of CORS: https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header",
}

// replay lets the model decide as an engine does, on the responses that the
// browser got. ok is false when it asks for one that the browser never got.
func replay(steps []BrowserStep, seen JobResult, engine spec.Engine) (JobResult, bool) {
	cache := spec.NewPreflightCache(engine)
	result := JobResult{ID: seen.ID}
	var now time.Duration
	for i := range steps {
		if i >= len(seen.Steps) {
			break
		}
		now += steps[i].After
		var outcomes StepOutcomes
		for k := range seen.Steps[i] {
			o, ok := replayOne(&steps[i], seen.Steps[i][k].Exchanges, spec.Options{Engine: engine, Cache: cache, Now: now})
			if !ok {
				return result, false
			}
			outcomes = append(outcomes, o)
		}
		result.Steps = append(result.Steps, outcomes)
	}
	return result, true
}

func replayOne(step *BrowserStep, exchanges []Exchange, opt spec.Options) (Outcome, bool) {
	if step.Request.API == "navigate" {
		return Outcome{}, false
	}
	machine := spec.Begin(step.Request.Spec(step.URL), opt)
	next := 0
	for a := machine.Next(); a.Kind != spec.ActionDone; a = machine.Next() {
		for next < len(exchanges) && exchanges[next].Preflight != (a.Kind == spec.ActionPreflight) {
			next++
		}
		if next == len(exchanges) {
			return Outcome{}, false
		}
		ex := &exchanges[next]
		next++
		if !ex.answered() {
			machine.Fail()
			continue
		}
		machine.Deliver(spec.Response{Status: ex.Status, Header: ex.Response})
	}
	return Outcome{Outcome: machine.Outcome()}, true
}
