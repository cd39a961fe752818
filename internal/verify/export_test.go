package verify

import (
	"context"
	"fmt"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

var (
	Decide    = decide
	Attribute = attribute
	Smaller   = smaller
	Coarser   = coarser
	PathOf    = path
	BaseOf    = baseOf

	WithCacheFields = withCacheFields
)

func Compare(x Exchange, model spec.Outcome, browser agent.Outcome, seen []Seen) ([]Difference, []string) {
	c := compare(x, model, browser, seen)
	return c.diffs, c.excepted
}

// Count counts outcomes as a run does.
func Count(seed uint64, outcomes [][]spec.Outcome) *Report {
	rep := newReport(seed, spec.EngineChromium)
	for _, session := range outcomes {
		for i, o := range session {
			rep.tally(o, i > 0, nil)
		}
	}
	return rep
}

// Differences lets an agent perform exchanges, each a session of its own, whose
// server grants everything, and compares them with Chromium's model.
func Differences(ctx context.Context, agent agent.Agent, xs []Exchange) (diffs []string, err error) {
	grant := spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}, {Name: "Access-Control-Allow-Headers", Value: "*"}}
	replay, err := NewReplay()
	if err != nil {
		return nil, err
	}
	defer replay.Close()
	return DifferencesAt(ctx, agent, spec.EngineChromium, replay, func(bases []string) []Exchange {
		for i := range xs {
			xs[i].Request.URL = bases[0]
			xs[i].Hops = []Hop{{Preflight: spec.Response{Status: 204, Header: grant}, Response: spec.Response{Status: 200, Header: grant}}}
		}
		return xs
	})
}

// DifferencesAt lets an agent perform exchanges, each a session of its own, and compares them with an
// engine's model. URLs are origins, to which a path is added.
func DifferencesAt(ctx context.Context, agent agent.Agent, engine spec.Engine, replay *Replay, exchanges func(bases []string) []Exchange) (diffs []string, err error) {
	r := &runner{opt: Options{Agent: agent, Engine: engine}, replay: replay, report: newReport(0, engine)}
	xs := exchanges(replay.Bases())
	sessions := make([][]Exchange, len(xs))
	for i, x := range xs {
		x.Session, x.Request.URL = i, x.Request.URL+path(i)+"/0"
		sessions[i] = []Exchange{x}
	}
	r.number = len(xs)
	out, err := r.perform(ctx, sessions, false)
	var again [][]Exchange
	for i := range out {
		if v := r.judge(sessions[i], out[i]); !v.known || v.differs >= 0 {
			again = append(again, sessions[i])
		}
	}
	for i := range again { // what does not happen twice is the machine's
		again[i] = r.renumber(again[i])
	}
	if len(again) > 0 {
		out, err = r.perform(ctx, again, false)
	}
	for i, xs := range again {
		if v, q := r.judge(xs, out[i]), xs[0].Request; !v.known || v.differs >= 0 {
			diffs = append(diffs, fmt.Sprintf("%s %s from %s, %s, cache %s %v, context %+v: known %v, %+v", q.Method, q.URL, q.Origin, q.Mode, q.Cache, q.Header, q.Context, v.known, v.diffs))
		}
	}
	return diffs, err
}
