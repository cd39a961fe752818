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
	replay, err := NewReplay()
	if err != nil {
		return nil, err
	}
	defer replay.Close()
	r := &runner{opt: Options{Agent: agent, Engine: spec.EngineChromium}, replay: replay, report: newReport(0, spec.EngineChromium)}
	sessions := make([][]Exchange, len(xs))
	for i, x := range xs {
		grant := spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}, {Name: "Access-Control-Allow-Headers", Value: "*"}}
		x.Session, x.Request.URL = i, replay.Bases()[0]+path(i)+"/0"
		x.Hops = []Hop{{Preflight: spec.Response{Status: 204, Header: grant}, Response: spec.Response{Status: 200, Header: grant}}}
		sessions[i] = []Exchange{x}
	}
	out, err := r.perform(ctx, sessions, false)
	for i := range out {
		if v := r.judge(sessions[i], out[i]); !v.known || v.differs >= 0 {
			q := xs[i].Request
			diffs = append(diffs, fmt.Sprintf("%s %s cache %s %v: known %v, %+v", q.Method, q.Mode, q.Cache, q.Header, v.known, v.diffs))
		}
	}
	return diffs, err
}
