package project_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/baseline"
	"github.com/corsproof/corsproof/internal/project"
	"github.com/corsproof/corsproof/internal/report"
)

// several is a project with endpoints that are right, wrong, known, unreachable, answered otherwise than
// stated, and one with a single check.
func several(url string) string {
	text := file(url, `
  - {path: /items}
  - {path: /items, method: POST, body: '{}', name: new-item}
  - {path: /leak}
  - {path: /leak2, focus: [origin-field-name-case, actual-get-allowed-origin]}
  - {path: /items, name: single, focus: [actual-get-allowed-origin]}
  - {path: /gone, status: 404}
  - {path: /items, name: wrong-status, status: 404}
  - {path: /x, target: down}`)
	text = strings.Replace(text, `"preflight-*"`, `"stated-*", origin-field-name-case`, 1)
	text = strings.ReplaceAll(text, "- {path: /", "- {target: api, path: /")
	text = strings.Replace(text, "target: api, path: /x, ", "path: /x, ", 1)
	return strings.Replace(text, "targets: {", "targets: {down: {url: http://127.0.0.1:1}, ", 1)
}

// shard runs a shard, and reads its report as another machine would.
func shard(t *testing.T, text string, part harness.Shard, known *baseline.File) *report.Report {
	t.Helper()
	p := plan(t, text, project.Values{})
	r := &project.Runner{Tool: "corsproof test", Table: table(), Baseline: known, Shard: part}
	lists, err := r.Checks(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := r.Run(t.Context(), p, lists)
	if err != nil {
		t.Fatal(err)
	}
	return reread(t, rep)
}

func reread(t *testing.T, rep *report.Report) *report.Report {
	t.Helper()
	var b bytes.Buffer
	if err := rep.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	back, err := report.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// told is what a report says but for what tells one run from another.
func told(t *testing.T, rep *report.Report) string {
	t.Helper()
	rep.Started, rep.Elapsed = time.Time{}, 0
	for i := range rep.Results {
		rep.Results[i].Elapsed = 0
		for k := range rep.Results[i].Agents {
			rep.Results[i].Agents[k].Exchanges = nil
		}
	}
	data, err := json.MarshalIndent(rep, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`\b[a-z2-7]{8,}[0-9a-z]{1,3}\b|\d+(\.\d+)? ?m?s\b`).ReplaceAllString(string(data), "~")
}

// different is the first line in which two texts differ, with some before it.
func different(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("%s\n- %s\n+ %s", strings.Join(x[max(0, i-9):i], "\n"), x[i], y[i])
		}
	}
	return "one is longer"
}

// n shards of a project, in any order, say what one run of it says, with a baseline too.
func TestShardsMerge(t *testing.T) {
	text := several(shop(t).URL)
	list := func() *baseline.File {
		f, err := baseline.Parse("known.yaml", []byte("known: [{id: shared-with-all/leak, reason: r}, {id: actual-get-allowed-origin, reason: passes}, {id: vary-missing, reason: not there}]"))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	n := 2 + rand.IntN(3)
	var shards []*report.Report
	var names []string
	for _, i := range rand.Perm(n) {
		own := []*baseline.File{nil, list()}[i%2] // a shard may have the list, or not
		shards, names = append(shards, shard(t, text, harness.Shard{Index: i + 1, Of: n}, own)), append(names, fmt.Sprint(i+1))
	}
	for _, known := range []*baseline.File{nil, list()} {
		whole := reread(t, run(t, text, known))
		var mark func(*report.Report)
		if known != nil {
			again := list()
			mark = func(r *report.Report) { again.Apply(r, time.Now()) }
		}
		merged, err := report.Merge(table(), names, shards, mark)
		if err != nil {
			t.Fatal(err)
		}
		merged.Baseline = whole.Baseline // that there is a list is set by whoever has it
		merged = reread(t, merged)
		if a, b := told(t, whole), told(t, merged); a != b {
			t.Errorf("%d shards are not the whole:\n%s", n, different(a, b))
		}
		if a, b := page(whole), page(merged); a != b {
			t.Errorf("the page of %d shards is not that of the whole:\n%s", n, different(a, b))
		}
	}
}

// What is not all of one run is not merged, and a shard that could not look at an endpoint is told.
func TestShardsMergeRefuses(t *testing.T) {
	text := file(shop(t).URL, "[{path: /items, focus: [stated-method, actual-get-allowed-origin]}]")
	text = strings.Replace(text, `"preflight-*", vary-allowed`, `"stated-*"`, 1)
	of := func(i int) *report.Report { return shard(t, text, harness.Shard{Index: i, Of: 2}, nil) }
	a, b, other, whole := of(1), of(2), of(2), of(2)
	other.Endpoints[0].Policy = "another"
	whole.Shard = nil
	for want, list := range map[string][]*report.Report{
		"of the 2 shards these are missing: 2":          {a},
		"shard 1 of 2 is there twice: a and b":          {a, a},
		"b is the report of a whole run":                {a, whole},
		"a is of the endpoints of shop, and b of those": {a, other},
	} {
		if _, err := report.Merge(table(), []string{"a", "b"}, list, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
	}
	b.Endpoints[0].Part, b.Endpoints[0].Trouble = nil, "no answer came"
	merged, err := report.Merge(table(), []string{"a", "b"}, []*report.Report{a, b}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if list := strings.Join(merged.Troubled(), "\n"); list != "items: shard 2 of 2: no answer came" {
		t.Error(list)
	}
}
