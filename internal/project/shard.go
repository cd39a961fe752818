package project

import (
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/report"
)

// share is the part of an endpoint's checks that a shard of a whole run takes; ok tells whether
// it takes any. before is how many checks the endpoints before it have. Where there are fewer checks than
// shards, some of those take one each: which, depends on what they have had.
func share(s harness.Shard, before, checks int) (part harness.Shard, ok bool) {
	if s.Of == 0 {
		return s, true
	}
	part.Of = min(s.Of, checks)
	part.Index = (s.Index-1+s.Of-before%s.Of)%s.Of + 1
	return part, part.Index <= part.Of
}

// sharded marks the report of a shard as such.
func (r *Runner) sharded(rep *report.Report, checks [][]cases.Check) {
	if r.Shard.Of == 0 {
		return
	}
	rep.Shard = &harness.ShardState{Shard: r.Shard, Table: r.Table.Hash()}
	for _, list := range checks {
		rep.Shard.Checks += len(list)
	}
}

// Outputs is the file with the values in what is done with the report of a run: its name, baseline, reports, and
// where findings are shown. The error is a cases.Problems.
func (f *File) Outputs(v Values) (*File, error) {
	full, e := f.expand(v, "name", "baseline", "reports", "at")
	if len(e.problems) > 0 {
		return nil, e.problems
	}
	return full, nil
}
