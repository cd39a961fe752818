package main

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/endpoints"
	"github.com/corsproof/corsproof/internal/race"
	"github.com/corsproof/corsproof/internal/report"
)

// TestEndpoints: what a run says of each kind of endpoint, and ends with, is
// true: of the first shape of each, without the checks of cost; with CORSPROOF_ENDPOINTS=all
// (make endpoints) of every shape, and then, with CORSPROOF_ENDPOINTS=browser, in Chrome of those
// that are about a browser.
func TestEndpoints(t *testing.T) {
	if race.Enabled {
		t.Skip("ten times as long with the race detector; make test and make endpoints run it without")
	}
	all, browser := os.Getenv("CORSPROOF_ENDPOINTS") == "all", os.Getenv("CORSPROOF_ENDPOINTS") == "browser"
	table, err := cases.Load()
	if err != nil {
		t.Fatal(err)
	}
	costless := new(*table)
	costless.Cases = slices.DeleteFunc(slices.Clone(table.Cases), func(c cases.Case) bool {
		return slices.ContainsFunc(c.Steps, func(s cases.Step) bool { return s.Grow != nil })
	})
	var agents []agent.Agent
	if browser {
		var closeAgents func()
		if agents, _, closeAgents, err = openAgents(t.Context(), "chrome", "", nil); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(closeAgents)
	}
	for _, k := range endpoints.All() {
		if browser != k.Browser {
			continue
		}
		checks := table
		if !all && !browser {
			k.Broken, k.Right = k.Broken[:min(1, len(k.Broken))], k.Right[:1]
			if k.Name != "slow" {
				checks = costless
			}
		}
		t.Run(k.Name, func(t *testing.T) {
			if !browser {
				t.Parallel() // a browser is busy with one alone
			}
			for _, s := range k.Broken {
				t.Run("broken, "+s.Name, func(t *testing.T) { endpoint(t, checks, agents, &k, &s, true) })
			}
			for _, s := range k.Right {
				t.Run("right, "+s.Name, func(t *testing.T) { endpoint(t, checks, agents, &k, &s, false) })
			}
		})
	}
}

func endpoint(t *testing.T, table *cases.Table, agents []agent.Agent, k *endpoints.Kind, s *endpoints.Shape, broken bool) {
	if agents == nil {
		t.Parallel()
	}
	code, page, sum := runEndpoint(t, table, agents, k, s, broken)
	if sum != nil {
		screen(t, page, sum)
	}
	want := []int{endpoints.Conformant}
	finds := ""
	if broken {
		want, finds = k.Exits, strings.ReplaceAll(k.Finds, "{shape}", regexp.QuoteMeta(s.Name))
		if want == nil {
			want = []int{endpoints.Failures}
		}
		if k.NamesEntry() {
			_, entry, _ := strings.Cut(s.Name, " ")
			finds = "(?i)" + regexp.QuoteMeta(entry)
		}
	}
	if !slices.Contains(want, code) {
		t.Errorf("exit status %d, not %v", code, want)
	}
	if finds != "" && !regexp.MustCompile(finds).MatchString(page) {
		t.Errorf("nothing in the report matches %s", finds)
	}
	for _, never := range k.Never {
		for _, m := range regexp.MustCompile(".*(?:"+never+").*").FindAllString(page, 3) {
			t.Errorf("the report says: %s", m)
		}
	}
	if t.Failed() {
		t.Logf("%s (%s)\n%s", k.Says, s.Name, page)
	}
}

// screen: every check that failed is explained by a finding, and the page fits a screen,
// with the first cause in its first lines and in the last.
func screen(t *testing.T, page string, sum *harness.Summary) {
	t.Helper()
	explained := map[string]bool{}
	first := ""
	for i := range sum.Findings {
		f := &sum.Findings[i]
		for _, id := range f.Explains {
			explained[id] = true
		}
		if first == "" && f.Breaks() {
			first = f.Title
		}
	}
	for _, r := range sum.Results {
		if r.Verdict == agent.VerdictFail && !explained[r.ID] {
			t.Errorf("no finding explains %s", r.ID)
		}
	}
	const header, most, beginning = 6, 40, 15
	lines := strings.Split(strings.TrimSuffix(page, "\n"), "\n")
	if len(lines)+header > most {
		t.Errorf("the page has %d lines, and %d of header", len(lines), header)
	}
	for i, line := range lines[:len(lines)-1] {
		if n := utf8.RuneCountInString(line); n > 80 && strings.Contains(line, " ") {
			t.Errorf("line %d has %d columns: %s", i+1, n, line)
		}
	}
	if last := lines[len(lines)-1]; !strings.Contains(last, first) || !strings.Contains(last, " failed") {
		t.Errorf("the last line is %q", last)
	}
	if said := strings.Join(strings.Fields(strings.Join(lines[:min(beginning, len(lines))], " ")), " "); !strings.Contains(said, first) {
		t.Errorf("the first %d lines do not say %q", beginning, first)
	}
}

// runEndpoint runs the table against a shape and gives the exit status, the page, and
// what came of the run; nil where nothing did.
func runEndpoint(t *testing.T, table *cases.Table, agents []agent.Agent, k *endpoints.Kind, s *endpoints.Shape, broken bool) (int, string, *harness.Summary) {
	url, stop := s.Server()
	defer stop()
	timeout := time.Minute
	if broken && k.Timeout > 0 {
		timeout = k.Timeout
	}
	target := &harness.Target{Name: url, Declared: &k.Policy, Endpoint: url + k.Endpoint()}
	r := harness.Runner{Target: target, Checks: target.Expand(table), Agents: agents, Timeout: timeout}
	sum, err := r.Run(t.Context())
	if sum == nil {
		if e, ok := errors.AsType[*status](runError(err)); ok {
			return e.code, err.Error(), nil
		}
		t.Fatal(err)
	}
	rep := report.New("corsproof", target.Endpoint, sum, table)
	rep.Advise(target.Declared, nil)
	var page strings.Builder
	printer := report.Printer{W: &page}
	printer.Print(rep)
	code := exitConformant
	if e, ok := errors.AsType[*status](verdict(rep)); ok {
		code = e.code
	}
	return code, page.String(), sum
}

// TestKinds: the fixtures themselves are whole.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range endpoints.All() {
		if seen[k.Name] || k.Says == "" || len(k.Right) == 0 {
			t.Errorf("%s: appears twice, expects nothing, or has no right server", k.Name)
		}
		seen[k.Name] = true
		if p := k.Policy.Validate(); len(p) > 0 {
			t.Errorf("%s: %v", k.Name, p)
		}
		for _, e := range append([]string{k.Finds}, k.Never...) {
			regexp.MustCompile(e)
		}
	}
}
