package report_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/baseline"
	"github.com/corsproof/corsproof/internal/endpoints"
	"github.com/corsproof/corsproof/internal/report"
)

// unsteady are kinds of endpoints that do not say the same twice, by what they are about.
var unsteady = []string{"target-that-dies", "target-that-falls-silent", "content-left-on-the-connection", "content-behind-204", "connections-are-short", "slow"}

// TestMergeRandom: for any endpoint, any choice of its checks, any number of shards and any
// order of them, the merge says what one run says, and with any baseline what that run says
// with it. CORSPROOF_MERGES is how many are tried.
func TestMergeRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the table many times")
	}
	table, err := cases.Load()
	if err != nil {
		t.Fatal(err)
	}
	kinds := slices.DeleteFunc(endpoints.All(), func(k endpoints.Kind) bool {
		return k.Browser || len(k.Broken) == 0 || slices.Contains(unsteady, k.Name)
	})
	rounds, err := strconv.Atoi(os.Getenv("CORSPROOF_MERGES"))
	if err != nil {
		rounds = 12
	}
	seed := uint64(time.Now().UnixNano())
	for i := range rounds {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		k := kinds[rng.IntN(len(kinds))]
		shape := k.Broken[rng.IntN(len(k.Broken))]
		t.Run(fmt.Sprintf("%s %s, seed %d %d", k.Name, shape.Name, seed, i), func(t *testing.T) {
			t.Parallel()
			url, stop := shape.Server()
			defer stop()
			target := harness.Target{Name: k.Name, Declared: &k.Policy, Endpoint: url + k.Endpoint()}
			anyMerge(t, rng, table, target, someChecks(rng, target.Expand(table)))
		})
	}
}

// someChecks is a choice of checks: few, or many.
func someChecks(rng *rand.Rand, all []cases.Check) []cases.Check {
	share := []float64{0.01, 0.05, 0.3}[rng.IntN(3)]
	list := slices.DeleteFunc(slices.Clone(all), func(c cases.Check) bool {
		return c.Case.Group == "robustness" || rng.Float64() > share // that takes time, and depends on it
	})
	if len(list) == 0 {
		return all[:1]
	}
	return list
}

// anyMerge holds the merge of a choice of checks to one run of it.
func anyMerge(t *testing.T, rng *rand.Rand, table *cases.Table, target harness.Target, checks []cases.Check) {
	t.Helper()
	whole := runChecks(t, table, target, checks, harness.Shard{})
	n := 1 + rng.IntN(min(6, len(checks)))
	var names []string
	var shards []*report.Report
	for _, i := range rng.Perm(n) {
		shards, names = append(shards, runChecks(t, table, target, checks, harness.Shard{Index: i + 1, Of: n})), append(names, fmt.Sprint(i+1))
	}
	merged, err := report.Merge(table, names, shards, nil)
	if err != nil {
		t.Fatal(err)
	}
	merged = again(t, merged, false)
	known := entries(rng, whole)
	for _, rep := range []*report.Report{whole, merged} {
		list, err := baseline.Parse("known.yaml", []byte(known))
		if err != nil {
			t.Fatal(err)
		}
		list.Apply(rep, time.Now())
		rep.Baseline.Stale = list.Stale(baseline.Scope{Whole: true, Browser: true})
	}
	if a, b := told(t, whole), told(t, merged); a != b {
		t.Errorf("%d shards of %d checks are not the whole with\n%s\n%s", n, len(checks), known, different(a, b))
	}
}

// entries are a baseline: some of what is wrong, by cause and by check, something that
// passes, and something that is not there.
func entries(rng *rand.Rand, rep *report.Report) string {
	var ids []string
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) && rng.IntN(2) == 0 {
			ids = append(ids, id)
		}
	}
	for i := range rep.Findings {
		add(rep.Findings[i].Cause)
	}
	for range 3 {
		if len(rep.Results) > 0 {
			add(rep.Results[rng.IntN(len(rep.Results))].ID)
			add(rep.Results[rng.IntN(len(rep.Results))].Case[:3] + "*")
		}
	}
	add("vary-missing")
	var list []string
	for _, id := range ids {
		list = append(list, fmt.Sprintf("{id: %q, reason: r}", id))
	}
	return "known: [" + strings.Join(list, ", ") + "]\n"
}
