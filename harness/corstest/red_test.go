package corstest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/harness/corstest"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/spec"
)

// redVariable names the scenario that TestScenario runs, in a process of its
// own: what a user's test does with a bad server shows only from outside.
const redVariable = "CORSPROOF_TEST_SCENARIO"

// table is a case of each kind, so that the scenarios do not hang on the real one.
var table = cases.Source{FS: fstest.MapFS{"red.yaml": {Data: []byte(`
group: red
doc: One case of each kind.
x-defs:
  - &because {why: It is so., fix: Make it otherwise., spec: [fetch#concept-cors-check]}
cases:
  - {<<: *because, id: red-denied, title: A denied origin is not let in, level: must, policies: [exact, one], wire: {headers: ["Origin: {{denied}}"]}, answer: [{denies: "{{denied}}"}]}
  - {<<: *because, id: red-allowed, title: The allowed origin is let in, level: must, policies: [exact, any, regex], wire: {headers: ["Origin: {{allowed}}"]}, answer: [{shares: "{{allowed}}"}]}
  - {<<: *because, id: red-advice, title: Vary repeats nothing, level: practice, policies: [exact], wire: {headers: ["Origin: {{allowed}}"]}, answer: [{no_repeats: Vary}]}
  - {<<: *because, id: red-noted, title: Caches may store it, level: info, policies: [exact], wire: {}, answer: [{present: Cache-Control}]}
  - {<<: *because, id: red-browser, title: A script reads it, level: must, policies: [exact], request: {origin: "{{allowed}}"}, expect: {outcome: allowed}}
  - {<<: *because, id: red-reused, title: A denied origin is not let in by HEAD, level: must, policies: [exact], wire: {method: HEAD, headers: ["Origin: {{denied}}"]}, answer: [{denies: "{{denied}}"}]}
  - {<<: *because, id: red-contract, title: The count is there, level: must, policies: [exact], wire: {path: /count}, answer: [{answered: true}]}
`)}}, Label: "red"}

// reflects lets everybody in, and says so twice in Vary.
func reflects(w http.ResponseWriter, r *http.Request) {
	w.Header()["Vary"] = []string{"Origin", "Origin"}
	w.Header().Set("X-App", "ok")
	if o := r.Header.Get("Origin"); o != "" {
		w.Header().Set("Access-Control-Allow-Origin", o)
	}
}

// crashed is a browser whose every page crashes.
type crashed struct{ agent.Agent }

func (crashed) Name() string                 { return "chrome" }
func (crashed) Version() string              { return "fake 1" }
func (crashed) Engine() spec.Engine          { return spec.EngineFetch }
func (crashed) Can(agent.Job) (bool, string) { return true, "" }
func (crashed) Perform(_ context.Context, jobs []agent.Job, done func(agent.JobResult)) error {
	for _, j := range jobs {
		done(agent.JobResult{ID: j.ID, Err: errors.New("the page crashed")})
	}
	return nil
}

// dies is a server that hangs up on every request after the first n.
func dies(n int32) http.Handler {
	var left atomic.Int32
	left.Store(n)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if left.Add(-1) < 0 {
			panic(http.ErrAbortHandler)
		}
		reflects(w, r)
	})
}

// library refuses one policy, cannot express another, and does not look at
// origins under a third.
func library(p cases.Policy) (func(http.Handler) http.Handler, error) {
	switch p.Name {
	case "any":
		return nil, errors.New("wildcards are not safe")
	case "regex":
		return nil, fmt.Errorf("%w: no expressions", corstest.ErrNotExpressible)
	case "one":
		return func(http.Handler) http.Handler { return http.HandlerFunc(reflects) }, nil
	}
	m, err := contract.Compile(p)
	if err != nil {
		return nil, err
	}
	return m.Wrap, nil
}

var (
	bad     = corstest.Handler(http.HandlerFunc(reflects))
	one     = corstest.Policy(cases.Policy{Name: "api", Origins: []string{"https://app.example", "https://admin.example"}})
	ofTable = corstest.Cases(table)
)

// scenarios are what users' tests do; ends is how the test (named "") and its
// subtests must end, says what must be told.
var scenarios = map[string]struct {
	target corstest.Target
	opts   []corstest.Option
	ends   map[string]string
	says   []string
}{
	"a check that fails fails the test, and nothing beside it": {
		bad, []corstest.Option{one, ofTable, corstest.Focus("red/*"), corstest.Skip("red-browser")},
		map[string]string{
			"": "FAIL", "red-denied": "FAIL", "red-denied/api": "FAIL", "red-allowed/api": "PASS", "red-advice/api": "PASS",
			"red-noted/api": "PASS", "red-contract/api": "SKIP",
		},
		[]string{
			"FAIL     Every origin is repeated in Access-Control-Allow-Origin", "- Access-Control-Allow-Origin: https://evil.test", "+ (no Access-Control-Allow-Origin for https://evil.test)",
			"  why    ", "  fix    Compare the whole Origin", "  try    curl ", "red-denied/api", "WARN     A list in a header of the answer names something twice", "Cache-Control",
		},
	},
	"what fails by a cause that was told is skipped, and says so": {
		bad, []corstest.Option{one, ofTable, corstest.Focus("red-denied", "red-reused")},
		map[string]string{"": "FAIL", "red-denied/api": "FAIL", "red-reused/api": "SKIP"},
		[]string{"explains 2 checks", "fails: A denied origin is not let in by HEAD; the cause was told already: reflects-any-origin (red-denied/api)"},
	},
	"a cause that is known is skipped, with the reason": {
		bad, []corstest.Option{one, ofTable, corstest.Focus("red-denied", "red-allowed"), corstest.Known("reflects-any-origin", "open on purpose")},
		map[string]string{"": "PASS", "red-denied/api": "SKIP", "red-allowed/api": "PASS"},
		[]string{"known failure: open on purpose"},
	},
	"a cause that is known and not there fails the test": {
		bad, []corstest.Option{one, ofTable, corstest.Focus("red-allowed"), corstest.Known("no-cors", "long ago")},
		map[string]string{"": "FAIL", "red-allowed/api": "PASS"},
		[]string{"the cause no-cors is listed as a known failure (long ago), and is not there"},
	},
	"a check that warns fails the test under Strict": {
		bad, []corstest.Option{one, ofTable, corstest.Focus("red-advice", "red-allowed"), corstest.Strict()},
		map[string]string{"": "FAIL", "red-advice/api": "FAIL", "red-allowed/api": "PASS"},
		[]string{"A list in a header of the answer names something twice"},
	},
	"a known failure is skipped, with its reason": {
		bad, []corstest.Option{one, ofTable, corstest.Focus("red-denied", "red-allowed"), corstest.Known("red-denied", "open on purpose")},
		map[string]string{"": "PASS", "red-denied/api": "SKIP", "red-allowed/api": "PASS"},
		[]string{"known failure: open on purpose"},
	},
	"a known failure that passes fails the test": {
		bad, []corstest.Option{one, ofTable, corstest.Focus("red-allowed"), corstest.Known("red-allowed/api", "long ago")},
		map[string]string{"": "FAIL", "red-allowed/api": "FAIL"},
		[]string{"red-allowed/api is listed as a known failure (long ago), and passes"},
	},
	"an error fails the test": {
		bad, []corstest.Option{one, ofTable, corstest.Focus("red-browser"), corstest.Browser(crashed{})},
		map[string]string{"": "FAIL", "red-browser/api": "FAIL"},
		[]string{"the page crashed"},
	},
	"a target that dies fails the test": {
		corstest.Handler(dies(8)), []corstest.Option{one},
		map[string]string{"": "FAIL"},
		[]string{"the run ended early"},
	},
	"a library is held to every policy that it takes": {
		corstest.Middleware(library), []corstest.Option{ofTable, corstest.Focus("red-denied", "red-allowed")},
		map[string]string{
			"": "FAIL", "red-denied/exact": "PASS", "red-denied/one": "FAIL",
			"red-allowed": "PASS", "red-allowed/exact": "PASS", "red-allowed/any": "SKIP", "red-allowed/regex": "SKIP",
		},
		[]string{"wildcards are not safe", "no expressions"},
	},
	"a run of which nothing came fails the test": {
		bad, []corstest.Option{one, ofTable, corstest.Focus("red-contract")},
		map[string]string{"": "FAIL", "red-contract/api": "SKIP"},
		[]string{"not one check was run"},
	},
	"what cannot be run fails the test: an option that would be ignored": {
		bad, []corstest.Option{ofTable, corstest.Path("/items"), corstest.Focus("red/*")}, map[string]string{"": "FAIL"}, []string{"corstest.Path"},
	},
	"what cannot be run fails the test: a policy that a library would ignore": {
		corstest.Reference(), []corstest.Option{one, ofTable, corstest.Focus("red/*")}, map[string]string{"": "FAIL"}, []string{"corstest.Reference is tested under every standard policy"},
	},
	"what cannot be run fails the test: a policy that a target has itself": {
		corstest.Harness(&harness.Target{Base: "http://127.0.0.1:1"}), []corstest.Option{one, ofTable, corstest.Focus("red/*")}, map[string]string{"": "FAIL"}, []string{"Declared"},
	},
	"what cannot be run fails the test: no target": {
		corstest.Target{}, []corstest.Option{one, ofTable, corstest.Focus("red/*")}, map[string]string{"": "FAIL"}, []string{"there is no target"},
	},
	"what cannot be run fails the test: a server that is nil": {
		corstest.Server(nil), []corstest.Option{one, ofTable, corstest.Focus("red/*")}, map[string]string{"": "FAIL"}, []string{"corstest.Server was given nothing"},
	},
	"what cannot be run fails the test: a glob that selects nothing": {
		bad, []corstest.Option{one, ofTable, corstest.Focus("nothing-*")}, map[string]string{"": "FAIL"}, []string{"nothing-*"},
	},
	"what cannot be run fails the test: a server that is not there, with what to do": {
		corstest.URL("http://127.0.0.1:1/"), []corstest.Option{one, ofTable, corstest.Focus("red/*")}, map[string]string{"": "FAIL"}, []string{"127.0.0.1:1", "hint: "},
	},
}

// TestScenario is a user's test, in the process that TestRed starts.
func TestScenario(t *testing.T) {
	s, ok := scenarios[os.Getenv(redVariable)]
	if !ok {
		t.Skip("run by TestRed")
	}
	corstest.Run(t, s.target, s.opts...)
}

// TestRed: the test of somebody who has a bad server fails, at the right place.
func TestRed(t *testing.T) {
	for name, s := range scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestScenario$", "-test.v")
			cmd.Env = append(os.Environ(), redVariable+"="+name)
			out, err := cmd.CombinedOutput()
			if failed := err != nil; failed != (s.ends[""] == "FAIL") {
				t.Errorf("the process: %v", err)
			}
			ends := endsOf(string(out))
			for sub, want := range s.ends {
				if ends[sub] != want {
					t.Errorf("%q: %q, want %q", sub, ends[sub], want)
				}
			}
			for _, text := range s.says {
				if !strings.Contains(string(out), text) {
					t.Errorf("it does not say %q", text)
				}
			}
			if t.Failed() {
				t.Logf("%s", out)
			}
		})
	}
}

var ending = regexp.MustCompile(`(?m)^\s*--- (PASS|FAIL|SKIP): TestScenario/?(\S*) `)

// endsOf reads how tests ended from the output of -test.v.
func endsOf(out string) map[string]string {
	ends := map[string]string{}
	for _, m := range ending.FindAllStringSubmatch(out, -1) {
		ends[m[2]] = m[1]
	}
	return ends
}

// TestResults: what Run returns has a result for each check that was selected.
func TestResults(t *testing.T) {
	sum := corstest.Run(t, bad, one, ofTable, corstest.Focus("red-allowed", "red-contract", "red-noted"))
	var ids []string
	for _, r := range sum.Results {
		ids = append(ids, r.ID+" "+string(r.Verdict))
	}
	if want := []string{"red-allowed/api pass", "red-noted/api info", "red-contract/api skip"}; !slices.Equal(ids, want) {
		t.Errorf("%q, want %q", ids, want)
	}
}
