package harness

import (
	"errors"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// Runner runs checks against a target. The model agent always takes part.
type Runner struct {
	Target *Target
	// Checks to run; Target.Expand gives them, cases.Select chooses.
	Checks []cases.Check
	// Shard runs only some of them; Merge concludes from all shards. The zero value runs all.
	Shard Shard
	// Agents are the browsers that perform requests beside the model. The
	// runner does not close them.
	Agents []agent.Agent
	// Concurrency is how many checks are under way at once on the wire; 0: twice
	// the processors, at least 4 and at most 16.
	Concurrency int
	// Timeout of a single request; 0: 10 s.
	Timeout time.Duration
	// KeepAll keeps the exchanges of every result; otherwise those of passed
	// checks are dropped.
	KeepAll bool
	// OnResult gets each result as it comes, from one goroutine at a time, in
	// no particular order. Nil for none.
	OnResult func(Result)
}

// ErrNothing says that there is no check to run.
var ErrNothing = errors.New("no check was selected")
