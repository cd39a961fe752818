package baseline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/baseline"
	"github.com/corsproof/corsproof/internal/report"
)

var day = time.Date(2027, 1, 31, 23, 59, 0, 0, time.UTC)

// row is a check as a run left it; by is the agent that failed it.
func row(id string, v agent.Verdict, by ...string) report.Row {
	name, policy, _ := strings.Cut(id, "/")
	r := report.Row{Result: harness.Result{ID: id, Case: name, Policy: policy, Group: "g", Level: cases.Must, Verdict: v}}
	for _, b := range by {
		r.Agents = append(r.Agents, agent.Result{Agent: b, Verdict: v})
	}
	return r
}

func finding(cause string, explains ...string) report.Finding {
	f := report.Finding{Finding: harness.Finding{ID: cause, Cause: cause, Title: "T " + cause, Level: cases.Must, Explains: explains}}
	for _, id := range explains {
		_, policy, _ := strings.Cut(id, "/")
		if !slices.Contains(f.Policies, policy) {
			f.Policies = append(f.Policies, policy)
		}
	}
	return f
}

// sample is a run in which two causes fail at two endpoints, and one check has no cause.
func sample() *report.Report {
	alone := finding("", "c/a")
	alone.ID = "c"
	r := &report.Report{
		Results: []report.Row{
			row("a/a", agent.VerdictFail, "wire"), row("a/b", agent.VerdictFail, "wire"), row("b/a", agent.VerdictFail, "chrome"),
			row("both/a", agent.VerdictFail, "wire"), row("c/a", agent.VerdictFail, "wire"), row("ok/a", agent.VerdictPass), row("ok/b", agent.VerdictPass),
			row("open/a", agent.VerdictUndecided), row("none/a", agent.VerdictSkip), row("err/a", agent.VerdictError),
		},
		Findings: []report.Finding{finding("vary-missing", "a/a", "a/b", "both/a"), finding("no-cors", "b/a", "both/a"), alone},
	}
	r.Recount()
	return r
}

func list(t *testing.T, entries string) *baseline.File {
	t.Helper()
	if entries == "" {
		entries = "  []\n"
	}
	f, err := baseline.Parse("known.yaml", []byte("known:\n"+entries))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var all = baseline.Scope{Whole: true, Browser: true}

// What a list makes known, and what is out of date in it.
func TestApply(t *testing.T) {
	for name, c := range map[string]struct {
		list   string
		scope  baseline.Scope
		known  string // checks
		breaks string // findings
		stale  []string
	}{
		"nothing":                          {"", all, "", "vary-missing:a,b no-cors:a c:a", nil},
		"a cause":                          {"- {id: vary-missing, reason: r}\n", all, "a/a a/b", "no-cors:a c:a", nil},
		"both causes of a check":           {"- {id: vary-missing, reason: r}\n- {id: no-cors, reason: s}\n", all, "a/a a/b b/a both/a", "c:a", nil},
		"a cause at an endpoint":           {"- {id: vary-missing/b, reason: r}\n", all, "a/b", "vary-missing:a no-cors:a c:a", nil},
		"a cause at endpoints by glob":     {"- {id: 'vary-missing/[b]', reason: r}\n", all, "a/b", "vary-missing:a no-cors:a c:a", nil},
		"a check":                          {"- {id: c/a, reason: r}\n", all, "c/a", "vary-missing:a,b no-cors:a", nil},
		"a case":                           {"- {id: a, reason: r}\n", all, "a/a a/b", "vary-missing:a no-cors:a c:a", nil},
		"what could not be carried out":    {"- {id: err, reason: r}\n", all, "err/a", "vary-missing:a,b no-cors:a c:a", nil},
		"a check that passes":              {"- {id: ok/a, reason: r}\n", all, "", "vary-missing:a,b no-cors:a c:a", []string{"known.yaml:2: ok/a (r) is known to fail and passes (ok/a): take it off the list"}},
		"a glob of which some pass":        {"- {id: '{ok,c}', reason: r}\n", all, "c/a", "vary-missing:a,b no-cors:a", []string{"also names what passes (ok/a, ok/b)"}},
		"a cause that is not there":        {"- {id: shared-with-all, reason: r}\n", all, "", "vary-missing:a,b no-cors:a c:a", []string{"is no longer there"}},
		"not there, and not all was run":   {"- {id: shared-with-all, reason: r}\n", baseline.Scope{Browser: true}, "", "vary-missing:a,b no-cors:a c:a", nil},
		"of a browser, and there was none": {"- {id: shared-with-all, reason: r, browser: true}\n", baseline.Scope{Whole: true}, "", "vary-missing:a,b no-cors:a c:a", nil},
		"nothing of that name":             {"- {id: nonsense, reason: r}\n", all, "", "vary-missing:a,b no-cors:a c:a", []string{"names no cause and no check"}},
		"undecided says nothing":           {"- {id: '{open,c}', reason: r}\n", all, "c/a", "vary-missing:a,b no-cors:a", nil},
		"the last day":                     {"- {id: c, reason: r, expires: 2027-01-31}\n", all, "c/a", "vary-missing:a,b no-cors:a", nil},
		"the day after":                    {"- {id: c, reason: r, expires: 2027-01-30}\n", all, "", "vary-missing:a,b no-cors:a c:a", []string{"expired on 2027-01-30 and is still there"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, f := sample(), list(t, c.list)
			f.Apply(r, day)
			var known []string
			for _, row := range r.Results {
				if row.Known != "" {
					known = append(known, row.ID)
				}
			}
			if got := strings.Join(known, " "); got != c.known {
				t.Errorf("known: %s, want %s", got, c.known)
			}
			var breaks []string
			for _, f := range r.Breaking() {
				breaks = append(breaks, f.ID+":"+strings.Join(f.Policies, ","))
			}
			want := strings.Fields(c.breaks)
			slices.Sort(breaks)
			slices.Sort(want)
			if !slices.Equal(breaks, want) {
				t.Errorf("breaks: %v, want %v", breaks, want)
			}
			if got := r.Counts.Known; got != len(known) {
				t.Errorf("%d are counted as known", got)
			}
			stale := f.Stale(c.scope)
			if len(stale) != len(c.stale) {
				t.Fatalf("out of date: %q, want %q", stale, c.stale)
			}
			for i := range stale {
				if !strings.Contains(stale[i], c.stale[i]) {
					t.Errorf("out of date: %q, want %q", stale[i], c.stale[i])
				}
			}
			f.Settle(r, "ci/known.yaml", c.scope)
			if b := r.Baseline; b.File != "ci/known.yaml" || !slices.Equal(b.Stale, stale) || len(b.StaleLines) != len(stale) {
				t.Fatalf("settled: %+v", b)
			}
			for i, line := range r.Baseline.StaleLines {
				if !strings.Contains(stale[i], fmt.Sprintf(":%d: ", line)) {
					t.Errorf("line %d for %q", line, stale[i])
				}
			}
		})
	}
}

// After an update nothing breaks, nothing is out of date, and a second update changes nothing;
// comments, reasons and days stay.
func TestUpdate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "known.yaml")
	text := "# ours\nknown:\n  - id: no-cors # of the proxy\n    reason: ticket 7\n    expires: 2030-01-01\n  - {id: ok, reason: mended}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for round, want := range []baseline.Change{{Added: []string{"vary-missing/a", "vary-missing/b", "c/a"}, Removed: []string{"ok"}}, {}} {
		f, err := baseline.Load(path, true)
		if err != nil {
			t.Fatal(err)
		}
		r := sample()
		f.Apply(r, day)
		if round == 1 && (len(r.Breaking()) > 0 || len(f.Stale(all)) > 0) {
			t.Errorf("breaks %v, out of date %v", r.Breaking(), f.Stale(all))
		}
		out, change, err := f.Update(r, all, false)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(change.Added, want.Added) || !slices.Equal(change.Removed, want.Removed) {
			t.Errorf("round %d: %+v, want %+v", round, change, want)
		}
		for _, keep := range []string{"# ours", "# of the proxy", "ticket 7", "2030-01-01"} {
			if !strings.Contains(string(out), keep) {
				t.Errorf("round %d: %q is gone:\n%s", round, keep, out)
			}
		}
		if err := os.WriteFile(path, out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A list that is not there begins one; where one is wanted it is an error.
func TestLoadMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "known.yaml")
	if _, err := baseline.Load(path, false); err == nil {
		t.Error("a list that is not there was read")
	}
	f, err := baseline.Load(path, true)
	if err != nil {
		t.Fatal(err)
	}
	r := sample()
	f.Apply(r, day)
	out, _, err := f.Update(r, all, false)
	if err != nil {
		t.Fatal(err)
	}
	again, err := baseline.Parse(path, out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	browser := map[string]bool{}
	for _, e := range again.Known {
		browser[e.ID] = e.Browser
	}
	if !strings.Contains(string(out), "# What is known") || browser["no-cors/a"] || len(browser) == 0 {
		t.Errorf("%s", out) // both/a shows no-cors on the wire
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"known: [{id: a}]":      "known.yaml:1: known[0]: reason is missing",
		"known:\n- {reason: r}": "known.yaml:2: known[0]: id is missing",
		"known:\n- {id: a, reason: r}\n- {id: a, reason: r}": `known.yaml:3: known[1].id: "a" is on the list twice`,
		"known:\n- {id: a, reason: r, expires: tomorrow}":    `known.yaml:2: known[0].expires: "tomorrow" is not a day`,
		"known:\n- {id: '[', reason: r}":                     `known.yaml:2: known[0].id: "[" is not a glob`,
		"known:\n- {id: a, reson: r}":                        `unknown key "reson" in known[0], did you mean "reason"?`,
		"knwn: []":                                           `unknown key "knwn"`,
	} {
		if _, err := baseline.Parse("known.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}
