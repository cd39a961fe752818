package harness

import (
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// Summary is the outcome of a run.
type Summary struct {
	Target  string        `json:"target"`
	Agents  []AgentInfo   `json:"agents"`
	Started time.Time     `json:"started"`
	Elapsed time.Duration `json:"elapsed"`
	// Policies are those of the checks that the target does not serve.
	Policies map[string]PolicyState `json:"policies,omitempty"`
	// Forbids are the policies that the target's documentation forbids, with its words.
	Forbids map[string]string `json:"forbids,omitempty"`
	// EndpointStatus is what an ordinary endpoint answers to an ordinary
	// request; 0 for a target that serves the contract.
	EndpointStatus int `json:"endpoint_status,omitempty"`
	// ContentCut is why the content of the answer to an ordinary request did not come whole; empty: it did, or
	// more could have come.
	ContentCut string `json:"content_cut,omitempty"`
	// NotGranted is why the browser's CORS check of that answer fails for the
	// origin that the declared policy allows; empty if it passes.
	NotGranted spec.Reason `json:"not_granted,omitempty"`
	// NotLookedAt are the parts of the declared policy that no check looked at.
	NotLookedAt []NotLookedAt `json:"not_looked_at,omitempty"`
	// Unshared are the answers to methods that an ordinary endpoint does not serve, those that are not
	// shared though its other answers are.
	Unshared []Unshared `json:"unshared,omitempty"`
	// Findings are the causes that explain what failed: what a plain exchange shows first,
	// then the gravest.
	Findings []Finding `json:"findings"`
	// Results are in the order of the checks, whatever order they came in.
	Results []Result `json:"results"`
	// Counts are the results by verdict.
	Counts map[agent.Verdict]int `json:"counts"`
	// Skips are the skipped ones by kind.
	Skips map[SkipKind]int `json:"skips,omitempty"`
	// Disagreements are the results on which the model and a browser disagree
	// and no documented departure of the browser explains it.
	Disagreements int `json:"disagreements"`
	// Stopped is set when the run ended early; the checks that had not run by
	// then are skipped, with the same reason.
	Stopped *Stopped `json:"stopped,omitempty"`
	// Shard is what Merge needs of a shard; nil for a whole run.
	Shard *ShardState `json:"shard,omitempty"`
	// AgentErrors are agents that broke, with the reason: their part of the
	// remaining checks is missing.
	AgentErrors map[string]string `json:"agent_errors,omitempty"`
}

// AgentInfo names an agent that took part.
type AgentInfo struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Short is the version without what the browser was started with.
func (a AgentInfo) Short() string {
	short, _, _ := strings.Cut(a.Version, " (")
	return short
}

// Stopped says why a run ended early.
type Stopped struct {
	Cancelled bool `json:"cancelled,omitempty"` // by the caller; otherwise the target died, or stopped answering
	// Check is the first check that noticed that the target died.
	Check string `json:"check,omitempty"`
	// Running are the other checks that were under way then.
	Running []string `json:"running,omitempty"`
	Reason  string   `json:"reason"`
	// Log are the last lines of the target's own log, where it has one.
	Log string `json:"log,omitempty"`
}

// count fills in what follows from the results.
func (s *Summary) count() {
	s.Counts, s.Skips, s.Disagreements = map[agent.Verdict]int{}, map[SkipKind]int{}, 0
	for i := range s.Results {
		r := &s.Results[i]
		s.Counts[r.Verdict]++
		if r.Verdict == agent.VerdictSkip {
			s.Skips[r.Skip]++
		}
		if r.Disagrees() {
			s.Disagreements++
		}
	}
}
