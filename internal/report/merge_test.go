package report_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/endpoints"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/reference/mutants"
)

// groups are the checks that are run, of an endpoint, and of a server with several policies.
var groups = map[bool][]string{
	false: {"stated-policy/*", "actual-requests/*", "preflight/*", "credentials/*", "origin-match/*", "vary/*"},
	true:  {"origin-*/pattern", "vary-*/pattern", "origin-*/exact"},
}

// run runs the table, or a shard of it, against a target, and reads the report again
// from its JSON as another machine would.
func run(t *testing.T, table *cases.Table, target harness.Target, shard harness.Shard) *report.Report {
	t.Helper()
	// Some groups, and some policies of a server that has several, are as good as all, and quicker.
	checks, err := cases.Select(target.Expand(table), groups[target.Declared == nil], nil)
	if err != nil {
		t.Fatal(err)
	}
	return runChecks(t, table, target, checks, shard)
}

// runChecks is run for a choice of checks.
func runChecks(t *testing.T, table *cases.Table, target harness.Target, checks []cases.Check, shard harness.Shard) *report.Report {
	t.Helper()
	r := harness.Runner{Target: &target, Checks: checks, Shard: shard, Timeout: time.Minute}
	sum, err := r.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rep := report.New("corsproof", target.Base+target.Endpoint, sum, table)
	if rep.Declared = target.Declared; target.Declared != nil {
		rep.Advise(target.Declared, nil)
	}
	return again(t, rep, shard == harness.Shard{})
}

// again is a report read from its JSON, which is valid by the schema if that is looked at.
func again(t *testing.T, rep *report.Report, validated bool) *report.Report {
	t.Helper()
	var b strings.Builder
	if err := rep.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if validated {
		var doc any
		if err := json.Unmarshal([]byte(b.String()), &doc); err != nil {
			t.Fatal(err)
		}
		if err := schema(t).Validate(doc); err != nil {
			t.Fatal(err)
		}
	}
	back, err := report.Read(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// told is all that a report says but for what tells one run from another: times, numbers of
// requests, ports and the evidence of what passed.
func told(t *testing.T, rep *report.Report) string {
	t.Helper()
	r := *rep
	r.Started, r.Elapsed, r.URL = time.Time{}, 0, ""
	r.Results = slices.Clone(r.Results)
	for i := range r.Results {
		row := &r.Results[i]
		row.Elapsed = 0
		row.Agents = slices.Clone(row.Agents)
		for k := range row.Agents {
			row.Agents[k].Exchanges = nil
		}
	}
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, own := range []string{`127\.0\.0\.1:\d+`, `\b[a-z2-7]{8,}[0-9a-z]{1,3}\b(%3D|=)?`, `\d+(\.\d+)? ?m?s\b`} {
		text = regexp.MustCompile(own).ReplaceAllString(text, "~")
	}
	return text
}

// different is the first line in which two texts differ, with the one before.
func different(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("%s\n- %s\n+ %s", strings.Join(x[max(0, i-12):i], "\n"), x[i], y[i])
		}
	}
	return "one is longer"
}

// same tells whether n shards, each against a server of its own, merge to the whole.
func same(t *testing.T, table *cases.Table, n int, serve func() (harness.Target, func())) {
	t.Helper()
	target, stop := serve()
	defer stop()
	whole := run(t, table, target, harness.Shard{})
	var names []string
	var shards []*report.Report
	for i := n; i > 0; i-- { // in any order
		own := target
		if target.Declared == nil {
			var stop func()
			own, stop = serve()
			defer stop()
		}
		shards, names = append(shards, run(t, table, own, harness.Shard{Index: i, Of: n})), append(names, fmt.Sprint(i))
	}
	merged, err := report.Merge(table, names, shards, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := told(t, whole), told(t, again(t, merged, true)); a != b {
		t.Errorf("%d shards are not the whole:\n%s", n, different(a, b))
	}
}

// TestMerge: of broken endpoints of several kinds, and of servers with several policies, n
// shards say what one run says.
func TestMerge(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the table many times")
	}
	table, err := cases.Load()
	if err != nil {
		t.Fatal(err)
	}
	// One of which a cause explains much that other shards see, and in which
	// what a plain exchange shows makes other checks undecided.
	names := []string{"star-for-credentials"}
	for _, k := range endpoints.All() {
		if !slices.Contains(names, k.Name) {
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			same(t, table, 3, func() (harness.Target, func()) {
				url, stop := k.Broken[0].Server()
				return harness.Target{Name: k.Name, Declared: &k.Policy, Endpoint: url + k.Endpoint()}, stop
			})
		})
	}
	for _, name := range []string{"origin-prefix-wildcard"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			same(t, table, 3, func() (harness.Target, func()) {
				server, err := mutants.New(name, table.Policies)
				if err == nil {
					err = server.Start(t.Context())
				}
				if err != nil {
					t.Fatal(err)
				}
				return harness.Target{Name: name, Base: server.URL}, func() { _ = server.Close() }
			})
		})
	}
}

// TestMergeRefuses: what is not all of one run is not merged.
func TestMergeRefuses(t *testing.T) {
	table, err := cases.Load()
	if err != nil {
		t.Fatal(err)
	}
	policy := &cases.Policy{Name: "declared", Origins: []string{"https://app.example.com"}}
	shard := func(i, n int, change func(*report.Report)) *report.Report {
		r := &report.Report{Version: report.FormatVersion, Tool: "corsproof", Target: "t", Shard: &harness.ShardState{Shard: harness.Shard{Index: i, Of: n}, Table: table.Hash()}}
		r.Shard.Target.Declared = policy
		if change != nil {
			change(r)
		}
		return r
	}
	for want, list := range map[string][]*report.Report{
		"b is the report of a whole run":           {shard(1, 2, nil), shard(2, 2, func(r *report.Report) { r.Shard = nil })},
		"of the 3 shards these are missing: 1, 3":  {shard(2, 3, nil)},
		"shard 2 of 2 is there twice":              {shard(2, 2, nil), shard(2, 2, nil)},
		"not of one run":                           {shard(1, 2, nil), shard(2, 3, nil)},
		"another table of cases":                   {shard(1, 2, nil), shard(2, 2, func(r *report.Report) { r.Shard.Table = "x" })},
		"a was written by corsproof, and b by old": {shard(1, 2, nil), shard(2, 2, func(r *report.Report) { r.Tool = "old" })},
		"shard 1 is of t and shard 2 of u":         {shard(1, 2, nil), shard(2, 2, func(r *report.Report) { r.Target = "u" })},
		"held to different policies": {shard(1, 2, nil), shard(2, 2, func(r *report.Report) {
			r.Shard.Target.Declared = &cases.Policy{Name: "declared", Origins: []string{"*"}}
		})},
		"give all of them a browser, or none":    {shard(1, 2, nil), shard(2, 2, func(r *report.Report) { r.Agents = []harness.AgentInfo{{Name: "chrome"}} })},
		"says that it is shard 3 of 2":           {shard(3, 2, nil)},
		"no shard has check 1 of 5":              {shard(1, 1, func(r *report.Report) { r.Shard.Checks = 5 })},
		"its check x/declared is not one of the": {shard(1, 1, func(r *report.Report) { r.Shard.Checks, r.Shard.Own = 1, []harness.ShardCheck{{ID: "x/declared"}} })},
		"it has no result of its check stated-orig": {shard(1, 1, func(r *report.Report) {
			r.Shard.Checks, r.Shard.Own = 1, []harness.ShardCheck{{ID: "stated-origin/declared"}}
		})},
	} {
		if _, err := report.Merge(table, []string{"a", "b"}, list, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
	}
}

// TestMergeDamaged: a report that was changed by hand gives an error, and nothing else.
func TestMergeDamaged(t *testing.T) {
	table, err := cases.Load()
	if err != nil {
		t.Fatal(err)
	}
	k := endpoints.All()[0]
	url, stop := k.Broken[0].Server()
	defer stop()
	target := harness.Target{Name: "t", Declared: &k.Policy, Endpoint: url + k.Endpoint()}
	good := run(t, table, target, harness.Shard{Index: 1, Of: 1})
	var marked []*report.Report
	merged, err := report.Merge(table, []string{"a"}, []*report.Report{good}, func(r *report.Report) { marked = append(marked, r) })
	if err != nil || len(marked) != 1 || marked[0] != merged {
		t.Errorf("a baseline was asked about %d reports, not about the merged one (%v)", len(marked), err)
	}
	var data strings.Builder
	if err := good.WriteJSON(&data); err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func(*harness.ShardState){
		"an exchange that is not there": func(s *harness.ShardState) { s.Seen = s.Seen[:1] },
		"an index below zero":           func(s *harness.ShardState) { s.Own[0].Index = -1 },
		"an index twice":                func(s *harness.ShardState) { s.Own[1].Index = 0 },
		"an agent too many":             func(s *harness.ShardState) { s.Own[len(s.Own)-1].Agents = make([]harness.ShardAgent, 9) },
		"a check less":                  func(s *harness.ShardState) { s.Own = s.Own[1:] },
	} {
		rep, err := report.Read(strings.NewReader(data.String()))
		if err != nil {
			t.Fatal(err)
		}
		damage(rep.Shard)
		if _, err := report.Merge(table, []string{"a"}, []*report.Report{rep}, nil); err == nil {
			t.Errorf("%s: it was merged", name)
		}
	}
}

// TestMergeBefore: what a shard calls undecided because the first look at the endpoint showed
// nothing granted is a failure in a run that looked at a plain exchange, which was granted. The merge
// goes by what the shard had before.
func TestMergeBefore(t *testing.T) {
	table, err := cases.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions { // preflights are right, and nothing else has a header
			w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
			w.Header().Set("Access-Control-Allow-Methods", "PUT")
		}
	}))
	defer s.Close()
	policy := &cases.Policy{Name: "declared", Origins: []string{"https://app.example.com"}, Methods: []string{"PUT"}}
	target := harness.Target{Name: "t", Declared: policy, Endpoint: s.URL}
	checks, err := cases.Select(target.Expand(table), []string{"stated-method", "origin-field-name-case"}, nil)
	if err != nil || len(checks) != 2 {
		t.Fatal(len(checks), err)
	}
	whole := runChecks(t, table, target, checks, harness.Shard{})
	var shards []*report.Report
	undecided := 0
	for i := range 2 {
		shard := runChecks(t, table, target, checks, harness.Shard{Index: i + 1, Of: 2})
		shards, undecided = append(shards, shard), undecided+shard.Counts.Undecided
	}
	merged, err := report.Merge(table, []string{"1", "2"}, shards, nil)
	if err != nil {
		t.Fatal(err)
	}
	if undecided != 1 || whole.Counts.Fail != 1 {
		t.Errorf("this test shows nothing: %d are undecided in shards, and %d fail in all", undecided, whole.Counts.Fail)
	}
	if a, b := told(t, whole), told(t, again(t, merged, false)); a != b {
		t.Errorf("two shards are not the whole:\n%s", different(a, b))
	}
}
