package report

import (
	"fmt"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
)

// shardState is that of a run, without secrets; nil for one that is no shard.
func shardState(sum *harness.Summary, table *cases.Table) *harness.ShardState {
	if sum.Shard == nil {
		return nil
	}
	s := *sum.Shard
	s.Table = table.Hash()
	s.Own = append([]harness.ShardCheck(nil), s.Own...)
	for i := range s.Own {
		if before := s.Own[i].Before; before != nil {
			shown := redacted(*before)
			s.Own[i].Before = &shown
		}
	}
	return &s
}

// Merge is the report of a run whose shards wrote these, each with a name for messages. With
// n shards it is the same as without. table is the one that they were run with. known marks what a
// baseline has in a report; of a run of several endpoints it gets the report of each. Nil for none.
func Merge(table *cases.Table, names []string, list []*Report, known func(*Report)) (*Report, error) {
	if len(list) > 0 && list[0].Endpoints != nil {
		return mergeEndpoints(table, names, list, known)
	}
	rep, err := mergeOne(table, names, list)
	if err == nil && known != nil {
		known(rep)
	}
	return rep, err
}

// mergeOne is Merge for shards of one target.
func mergeOne(table *cases.Table, names []string, list []*Report) (*Report, error) {
	var sums []*harness.Summary
	for i, r := range list {
		if r.Shard == nil {
			return nil, fmt.Errorf("%s is the report of a whole run, not of a shard (corsproof run --shard i/n)", names[i])
		}
		if r.Tool != list[0].Tool {
			return nil, fmt.Errorf("%s was written by %s, and %s by %s", names[0], list[0].Tool, names[i], r.Tool)
		}
		sums = append(sums, r.summary())
	}
	sum, err := harness.Merge(table, sums)
	if err != nil {
		return nil, err
	}
	first := list[0]
	rep := New(first.Tool, first.URL, sum, table)
	rep.Declared, rep.PolicyFile = first.Declared, first.PolicyFile
	if rep.Declared != nil {
		var stack *cases.Stack
		if first.Stack != nil && first.Stack.By == "" {
			stack = cases.FindStack(first.Stack.ID)
		}
		rep.Advise(rep.Declared, stack)
	}
	return rep, nil
}

// Chosen tells whether the shards of a merged report left checks out on purpose.
func Chosen(list []*Report) bool {
	for _, r := range list {
		if r.Shard != nil && r.Shard.Chosen {
			return true
		}
	}
	return false
}

// summary is what a report was made from.
func (r *Report) summary() *harness.Summary {
	s := &harness.Summary{
		Target: r.Target, Agents: r.Agents, Started: r.Started, Elapsed: r.Elapsed, Policies: r.Policies, Forbids: r.Forbids,
		EndpointStatus: r.EndpointStatus, ContentCut: r.ContentCut, NotGranted: r.NotGranted, NotLookedAt: r.NotLookedAt, Unshared: r.Unshared, Stopped: r.Stopped, Shard: r.Shard, AgentErrors: r.AgentErrors,
	}
	for i := range r.Results {
		s.Results = append(s.Results, r.Results[i].Result)
	}
	return s
}
