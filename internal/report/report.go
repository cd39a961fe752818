// Package report turns results into what people and machines read: a terminal
// page, JSON, JUnit XML.
package report

import (
	"slices"
	"sort"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// FormatVersion is the version of the JSON report; it grows when a field
// changes its meaning or goes away. docs/report.md says what changed.
const FormatVersion = 2

// Report is a whole run.
type Report struct {
	Version int                 `json:"version"`
	Tool    string              `json:"tool"` // "corsproof 0.1.0"
	Target  string              `json:"target"`
	URL     string              `json:"url,omitempty"`
	Agents  []harness.AgentInfo `json:"agents"`
	Started time.Time           `json:"started"`
	Elapsed time.Duration       `json:"elapsed_ns"`
	// Declared is the policy that an ordinary endpoint is held to, PolicyFile the file
	// that states it; nil and empty for a server that serves the contract, and for flags.
	Declared   *cases.Policy                  `json:"declared,omitempty"`
	PolicyFile string                         `json:"policy_file,omitempty"`
	Policies   map[string]harness.PolicyState `json:"policies,omitempty"` // those that the target does not serve
	// Unsafe are the policies that ask for the danger explicitly; Forbids those that
	// the target's documentation forbids, with its words.
	Unsafe  []string          `json:"unsafe,omitempty"`
	Forbids map[string]string `json:"forbids,omitempty"`
	// Endpoints are those of a run of several; nil for a run of one target.
	Endpoints []Endpoint `json:"endpoints,omitempty"`
	// Baseline is the list of what is known and stays for now; nil for none.
	Baseline *Baseline        `json:"baseline,omitempty"`
	Stopped  *harness.Stopped `json:"stopped,omitempty"` // why the run ended before its end
	// Shard is what corsproof report merge needs of a shard; nil for a whole run.
	Shard *harness.ShardState `json:"shard,omitempty"`
	// EndpointStatus is what an ordinary endpoint answers to an ordinary request.
	EndpointStatus int `json:"endpoint_status,omitempty"`
	// ContentCut is why the content of that answer did not come whole.
	ContentCut string `json:"content_cut,omitempty"`
	// NotGranted is why the endpoint's answers are not shared with the origin
	// that the declared policy allows.
	NotGranted spec.Reason `json:"not_granted,omitempty"`
	// NotLookedAt are the parts of the declared policy that no check looked at.
	NotLookedAt []harness.NotLookedAt `json:"not_looked_at,omitempty"`
	// Unshared are the answers to methods that an endpoint does not serve, those that are not shared.
	Unshared []harness.Unshared `json:"unshared,omitempty"`
	// AgentErrors are agents that broke, with the reason.
	AgentErrors map[string]string `json:"agent_errors,omitempty"`
	Counts      Counts            `json:"counts"`
	// Findings are the causes that explain what failed, the first to mend first.
	Findings []Finding `json:"findings"`
	// Stack is the stack whose settings the findings have; nil where none is known.
	Stack *Stack `json:"stack,omitempty"`
	// Recognised are the lines of answers that name stacks, each once.
	Recognised []Recognised `json:"recognised,omitempty"`
	Results    []Row        `json:"results"`
}

// Finding is a finding with what it asks the target's stack to set.
type Finding struct {
	harness.Finding
	// Setting is a piece of the configuration of Report.Stack; empty where no stack
	// is known, or none of its settings is concerned.
	Setting string `json:"setting,omitempty"`
	// Proved is a whole configuration of Report.Stack that was measured to be right; nil
	// where none was.
	Proved *cases.Measured `json:"proved,omitempty"`
	// Known is why it is known and stays for now, the reason of the baseline's entry; empty: it
	// is not known.
	Known string `json:"known,omitempty"`
}

// Breaks tells whether a finding makes the target fail: it breaks a must or has a severity,
// and the baseline does not have it.
func (f *Finding) Breaks() bool { return f.Known == "" && f.Finding.Breaks() }

// Baseline is what became of the list of what is known.
type Baseline struct {
	File string `json:"file"`
	// Stale are the entries that are out of date, each as a sentence with its line.
	Stale []string `json:"stale,omitempty"`
	// StaleLines are their lines in the file, from 1, in the same order.
	StaleLines []int `json:"stale_lines,omitempty"`
}

// Counts are the results by verdict.
type Counts struct {
	Checks        int `json:"checks"`
	Pass          int `json:"pass"`
	Fail          int `json:"fail"`
	Warn          int `json:"warn"`
	Info          int `json:"info"`
	Skip          int `json:"skip"`
	Undecided     int `json:"undecided"`
	Error         int `json:"error"`
	Disagreements int `json:"disagreements"`
	Known         int `json:"known,omitempty"` // fail, or warn, and the baseline has it
}

// Ran is how many checks were really run.
func (c Counts) Ran() int { return c.Checks - c.Skip }

// Decided is how many checks say something about the target.
func (c Counts) Decided() int { return c.Pass + c.Fail + c.Warn }

// Row is a result with what the table says about its case.
type Row struct {
	harness.Result
	Why    string   `json:"why,omitempty"`
	Fix    string   `json:"fix,omitempty"`
	Spec   []string `json:"spec,omitempty"` // URLs
	SeenIn []string `json:"seen_in,omitempty"`
	Known  string   `json:"known,omitempty"` // as of a finding
}

// Add counts one more result.
func (c *Counts) Add(r harness.Result) {
	c.Checks++
	switch r.Verdict {
	case agent.VerdictPass:
		c.Pass++
	case agent.VerdictFail:
		c.Fail++
	case agent.VerdictWarn:
		c.Warn++
	case agent.VerdictInfo:
		c.Info++
	case agent.VerdictSkip:
		c.Skip++
	case agent.VerdictUndecided:
		c.Undecided++
	default:
		c.Error++
	}
	if r.Disagrees() {
		c.Disagreements++
	}
}

// row counts a row: what is known is neither a failure nor passed.
func (c *Counts) row(row *Row) {
	if row.Known == "" {
		c.Add(row.Result)
		return
	}
	c.Checks++
	c.Known++
	if row.Disagrees() {
		c.Disagreements++
	}
}

// New makes the report of a run: its rows with what the table says of their
// cases, in the table's order, and the counts.
func New(tool, url string, sum *harness.Summary, table *cases.Table) *Report {
	r := &Report{
		Version: FormatVersion, Tool: tool, Target: sum.Target, URL: url, Agents: sum.Agents,
		Started: sum.Started, Elapsed: sum.Elapsed, Policies: sum.Policies,
		Stopped: sum.Stopped, AgentErrors: sum.AgentErrors, EndpointStatus: sum.EndpointStatus, ContentCut: sum.ContentCut, NotGranted: sum.NotGranted,
		NotLookedAt: sum.NotLookedAt, Unshared: sum.Unshared, Forbids: sum.Forbids, Findings: findings(sum), Shard: shardState(sum, table),
	}
	for _, p := range table.Policies {
		if p.Unsafe {
			r.Unsafe = append(r.Unsafe, p.Name)
		}
	}
	byID := make(map[string]*cases.Case, len(table.Cases))
	order := make(map[string]int, len(table.Cases))
	for i := range table.Cases {
		c := &table.Cases[i]
		byID[c.ID], order[c.ID] = c, i
	}
	r.Results = make([]Row, 0, len(sum.Results))
	for _, res := range sum.Results {
		row := Row{Result: redacted(res)}
		if c := byID[res.Case]; c != nil {
			row.Why, row.Fix, row.SeenIn = c.Why, res.Advice(c.Fix), c.SeenIn
			row.Spec = table.Anchors.URLs(c.Spec)
		}
		r.Counts.Add(res)
		r.Results = append(r.Results, row)
	}
	r.explain()
	sort.SliceStable(r.Results, func(i, j int) bool {
		a, b := r.Results[i], r.Results[j]
		if order[a.Case] != order[b.Case] {
			return order[a.Case] < order[b.Case]
		}
		return a.Policy < b.Policy
	})
	return r
}

// redacted is the result without secrets in its exchanges.
func redacted(r harness.Result) harness.Result {
	r.Agents = slices.Clone(r.Agents)
	for i := range r.Agents {
		r.Agents[i].Exchanges = slices.Clone(r.Agents[i].Exchanges)
		for j := range r.Agents[i].Exchanges {
			r.Agents[i].Exchanges[j] = r.Agents[i].Exchanges[j].Redacted()
		}
	}
	return r
}

// Select are the rows with one of the verdicts: those of plain exchanges, then
// the gravest first: security findings by severity, then by level, then in the
// table's order.
func (r *Report) Select(verdicts ...agent.Verdict) []Row {
	var rows []Row
	for _, row := range r.Results {
		for _, v := range verdicts {
			if row.Verdict == v {
				rows = append(rows, row)
			}
		}
	}
	sort.SliceStable(rows, func(i, j int) bool { return gravity(rows[i].Result) < gravity(rows[j].Result) })
	return rows
}

// gravity: what a plain exchange shows comes before what may follow from it.
func gravity(r harness.Result) int {
	if r.Plain > 0 {
		return r.Plain - 1000
	}
	severity := map[cases.Severity]int{cases.Critical: 0, cases.High: 1, cases.Medium: 2, cases.Low: 3, "": 4}[r.Security]
	level := map[cases.Level]int{cases.Must: 0, cases.Should: 1, cases.Practice: 2, cases.Info: 3}[r.Level]
	return severity*4 + level
}

// Groups are the groups of the report in the table's order, with their counts.
func (r *Report) Groups() (names []string, counts map[string]*Counts) {
	counts = map[string]*Counts{}
	for _, row := range r.Results {
		if counts[row.Group] == nil {
			counts[row.Group] = &Counts{}
			names = append(names, row.Group)
		}
		counts[row.Group].row(&row)
	}
	return names, counts
}
