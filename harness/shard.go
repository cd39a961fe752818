package harness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// Shard is one of several runs that share the checks. The zero value runs all of them.
type Shard struct {
	Index int `json:"index"` // from 1
	Of    int `json:"of"`
}

// About says in a line that this is not all.
func (s Shard) About() string {
	return fmt.Sprintf("shard %d of %d: corsproof report merge says what all of them show together", s.Index, s.Of)
}

// Missing says which of all shards are not there; nil where all are.
func (s Shard) Missing(there func(index int) bool) error {
	var missing []string
	for i := 1; i <= s.Of; i++ {
		if !there(i) {
			missing = append(missing, fmt.Sprint(i))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("of the %d shards these are missing: %s", s.Of, strings.Join(missing, ", "))
}

// takes are the checks of a shard, and which they are of all: every n-th, so that what takes
// long is spread.
func (s Shard) takes(checks []cases.Check) (own []cases.Check, indexes []int) {
	for i := range checks {
		if s.Of == 0 || i%s.Of == s.Index-1 {
			own, indexes = append(own, checks[i]), append(indexes, i)
		}
	}
	return own, indexes
}

// ShardState is what a shard knows that only all shards together can be concluded from. What
// explains a failure may have been seen by another shard.
type ShardState struct {
	Shard
	Checks int    `json:"checks"` // of all shards
	Table  string `json:"table"`  // its hash; set by whoever writes the report
	// Chosen: some checks were left out on purpose; set by whoever chose them.
	Chosen bool        `json:"chosen,omitempty"`
	Target ShardTarget `json:"target"`
	// Seen are the exchanges of the checks, each that is different once; URLs are without queries.
	Seen []agent.Seen `json:"seen"`
	Own  []ShardCheck `json:"own"`
}

// ShardTarget is what the checks of a shard were made for.
type ShardTarget struct {
	Base       string                  `json:"base,omitempty"`
	TLSBase    string                  `json:"tls_base,omitempty"`
	PolicyBase map[string]string       `json:"policy_base,omitempty"`
	Said       map[string]cases.Policy `json:"said,omitempty"`
	Declared   *cases.Policy           `json:"declared,omitempty"`
	Endpoint   string                  `json:"endpoint,omitempty"`
	// Methods are those that the endpoint has or has not, Carrier the one that carries the
	// question; Content: with content.
	Methods cases.Methods `json:"methods,omitempty"`
	Carrier string        `json:"carrier,omitempty"`
	Content bool          `json:"content,omitempty"`
}

// ShardCheck is what a shard knows of a check of its own besides the result.
type ShardCheck struct {
	Index int    `json:"index"` // among the checks of all shards, from 0
	ID    string `json:"id"`
	// Before is the result before others were weighed in, where that changed it.
	Before *Result      `json:"before,omitempty"`
	Agents []ShardAgent `json:"agents,omitempty"`
}

// ShardAgent says which exchanges an agent saw, and which each failure is about: indexes
// of ShardState.Seen.
type ShardAgent struct {
	Seen     []int `json:"seen,omitempty"`
	Failures []int `json:"failures,omitempty"`
}

// state is what the run leaves for a merge: results as they were (before) and as they
// are reported (after).
func (r *run) state(entries []*entry, before, after []Result) *ShardState {
	if r.shard.Of == 0 {
		return nil
	}
	s := &ShardState{Shard: r.shard, Checks: len(r.whole), Target: r.shardTarget(), Seen: []agent.Seen{}, Own: []ShardCheck{}}
	at := map[agent.Seen]int{}
	index := func(x agent.Seen) int {
		if _, known := at[x]; !known {
			at[x] = len(s.Seen)
			s.Seen = append(s.Seen, x)
		}
		return at[x]
	}
	for i, e := range entries {
		own := ShardCheck{Index: r.indexes[i], ID: e.check.ID}
		if changed(&before[i], &after[i]) {
			own.Before = &before[i]
		}
		for k := range before[i].Agents {
			var a ShardAgent
			for _, x := range before[i].Agents[k].Seen {
				a.Seen = append(a.Seen, index(x))
			}
			for _, f := range before[i].Agents[k].Failures {
				a.Failures = append(a.Failures, index(f.Seen))
			}
			own.Agents = append(own.Agents, a)
		}
		s.Own = append(s.Own, own)
	}
	return s
}

func (r *run) shardTarget() ShardTarget {
	t, e := r.target, r.endpoint()
	return ShardTarget{
		Base: t.Base, TLSBase: t.TLSBase, PolicyBase: t.PolicyBase, Said: t.Said, Declared: t.Declared, Endpoint: t.Endpoint,
		Methods: e.Methods, Carrier: e.Carrier, Content: e.Content != nil,
	}
}

// changed tells whether weighing in others changed a verdict or the effect of a failure. That a check is one of a plain
// exchange is found again.
func changed(before, after *Result) bool {
	return before.Verdict != after.Verdict || slices.ContainsFunc(before.Agents, func(a agent.Result) bool {
		at := slices.IndexFunc(after.Agents, func(b agent.Result) bool { return a.Agent == b.Agent })
		return at < 0 || a.Verdict != after.Agents[at].Verdict ||
			!slices.EqualFunc(a.Failures, after.Agents[at].Failures, func(x, y agent.Symptom) bool { return x.Effect == y.Effect })
	})
}
