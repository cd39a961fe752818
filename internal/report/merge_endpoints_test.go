package report_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/endpoints"
	"github.com/corsproof/corsproof/internal/report"
)

// ofTwo is the report of two endpoints: one that is broken, and one that nobody can look at.
func ofTwo(t *testing.T, table *cases.Table, url string, shard harness.Shard) *report.Report {
	t.Helper()
	k := endpoints.All()[0]
	policy := k.Policy
	policy.Name = "users"
	target := harness.Target{Name: "users", Declared: &policy, Endpoint: url + k.Endpoint()}
	rep := report.Combine("corsproof", "t", []report.Endpoint{{Name: "users", URL: target.Endpoint}, {Name: "orders", URL: url + "/orders", Trouble: "no answer"}},
		[]*report.Report{run(t, table, target, shard), nil})
	if shard.Of > 0 {
		rep.Shard = &harness.ShardState{Shard: shard, Table: table.Hash()}
	}
	return again(t, rep, false)
}

// TestMergeEndpoints: the shards of a run of several endpoints say what one run says, with a baseline or
// without one, which is asked about each endpoint that was looked at.
func TestMergeEndpoints(t *testing.T) {
	table, err := cases.Load()
	if err != nil {
		t.Fatal(err)
	}
	url, stop := endpoints.All()[0].Broken[0].Server()
	defer stop()
	whole := ofTwo(t, table, url, harness.Shard{})
	names := []string{"a", "b"}
	shards := func() (list []*report.Report) {
		for i := range names {
			list = append(list, ofTwo(t, table, url, harness.Shard{Index: i + 1, Of: len(names)}))
		}
		return list
	}
	var asked []*report.Report
	for _, known := range []func(*report.Report){nil, func(r *report.Report) { asked = append(asked, r) }} {
		merged, err := report.Merge(table, names, shards(), known)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := told(t, whole), told(t, again(t, merged, false)); a != b {
			t.Errorf("two shards are not the whole:\n%s", different(a, b))
		}
	}
	if len(asked) != 1 || len(asked[0].Results) != len(whole.Results) {
		t.Errorf("a baseline was asked about %d reports, not about the one", len(asked))
	}
	for name, change := range map[string]func(*report.Report){
		"another target":   func(r *report.Report) { r.Target = "u" },
		"another endpoint": func(r *report.Report) { r.Endpoints[1].Name = "carts" },
		"another method":   func(r *report.Report) { r.Endpoints[1].Method = "PUT" },
		"an endpoint less": func(r *report.Report) { r.Endpoints = r.Endpoints[:1] },
	} {
		list := shards()
		change(list[1])
		if _, err := report.Merge(table, names, list, nil); err == nil || !strings.Contains(err.Error(), "or they are not the same") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestChosen: shards left checks out on purpose where one of them did.
func TestChosen(t *testing.T) {
	whole, all, some := &report.Report{}, &report.Report{Shard: &harness.ShardState{}}, &report.Report{Shard: &harness.ShardState{Chosen: true}}
	for _, c := range []struct {
		list []*report.Report
		want bool
	}{{nil, false}, {[]*report.Report{whole, all}, false}, {[]*report.Report{some}, true}, {[]*report.Report{all, some, whole}, true}} {
		if got := report.Chosen(c.list); got != c.want {
			t.Errorf("of %d shards: %v", len(c.list), got)
		}
	}
}
