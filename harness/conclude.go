package harness

import (
	"context"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
)

// conclude is the end of a run, when each check has its result. What can only be
// said of all of them together is computed from them and gives new ones; these are
// final. What is said of the whole run follows from them (summary).
func (r *run) conclude(ctx context.Context, entries []*entry) *Summary {
	stopped := r.died
	if ctx.Err() != nil {
		stopped = &Stopped{Cancelled: true, Reason: "cancelled"}
	} else if stopped == nil {
		stopped = r.lastLook(ctx, entries)
	}
	results := r.settled(entries)
	if r.onResult != nil {
		for _, i := range r.held {
			r.onResult(results[i])
		}
	}
	s := r.summary(entries, results, stopped)
	s.Findings = findings(entries, results)
	s.Shard = r.state(entries, r.results, results)
	return s
}

// settled are the results with what follows from all of them together; those of the run stay as they are.
func (r *run) settled(entries []*entry) []Result {
	results := settleSilence(entries, r.results)
	if r.target.Declared != nil {
		results = settlePlain(entries, results, r.firstRefusal())
	}
	return results
}

// summary adds up the results.
func (r *run) summary(entries []*entry, results []Result, stopped *Stopped) *Summary {
	s := &Summary{
		Target: r.target.Name, Started: r.started, Elapsed: time.Since(r.started),
		Policies: map[string]PolicyState{}, Forbids: r.target.Forbids,
		EndpointStatus: r.status, ContentCut: r.cut, NotGranted: r.notGranted, NotLookedAt: r.notLookedAt(entries, results),
		Results: results, Stopped: stopped, AgentErrors: r.agentErrors,
	}
	if r.notGranted == "" { // else no answer is shared at all, which is reported instead
		s.Unshared = r.unshared
	}
	for _, a := range r.agents {
		s.Agents = append(s.Agents, AgentInfo{a.Name(), a.Version()})
	}
	for _, e := range entries {
		if st := r.policies[e.check.Policy.Name]; st.Kind != Served {
			s.Policies[e.check.Policy.Name] = st
		}
	}
	s.count()
	return s
}

// firstRefusal is what the first look at an ordinary endpoint showed not to be
// shared.
func (r *run) firstRefusal() []refused {
	origins := r.target.Declared.AllowedOrigins()
	if r.notGranted == "" || len(origins) == 0 {
		return nil
	}
	return []refused{{agent.Asked{Origin: origins[0]}, string(r.notGranted)}}
}
