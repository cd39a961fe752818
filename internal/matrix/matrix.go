// Package matrix puts the results of many servers side by side: a matrix of
// frameworks and cases, as JSON, Markdown and one HTML page that works offline.
package matrix

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/adapter"
	"github.com/corsproof/corsproof/internal/input"
	"github.com/corsproof/corsproof/internal/report"
)

// Schema is the JSON Schema (2020-12) of the matrix's JSON.
//
//go:embed matrix.schema.json
var Schema []byte

// FormatVersion is the version of the matrix's JSON; it grows when a field
// changes its meaning or goes away.
const FormatVersion = 1

// Matrix is the comparison: every framework with its results, every case once.
type Matrix struct {
	Version    int                 `json:"version"`
	Tool       string              `json:"tool"`
	Agents     []harness.AgentInfo `json:"agents"`
	Started    time.Time           `json:"started"`
	Elapsed    time.Duration       `json:"elapsed_ns"`
	Groups     []string            `json:"groups"` // in the table's order
	GroupDocs  map[string]string   `json:"group_docs,omitempty"`
	Cases      []Case              `json:"cases"`
	Causes     []Cause             `json:"causes,omitempty"`
	Unsafe     []string            `json:"unsafe,omitempty"` // policies that ask for the danger explicitly
	Frameworks []Framework         `json:"frameworks"`
	Withheld   int                 `json:"withheld,omitempty"` // checks that Withhold took out
}

// Case is what the page says of a case.
type Case struct {
	ID    string      `json:"id"`
	Group string      `json:"group"`
	Title string      `json:"title"`
	Level cases.Level `json:"level"`
	Why   string      `json:"why,omitempty"`
	Fix   string      `json:"fix,omitempty"`
	Spec  []string    `json:"spec,omitempty"` // URLs
}

// State is how far a framework came.
type State string

// The states. Only Measured has results.
const (
	Measured     State = "measured"
	NotInstalled State = "not-installed" // its dependencies or its build failed
	NotStarted   State = "not-started"   // it was built and did not answer
	Broken       State = "broken"        // it died, or the run against it did
)

// Framework is one row of the matrix.
type Framework struct {
	Name     string            `json:"name"` // the adapter's directory
	Display  string            `json:"display"`
	Language string            `json:"language"`
	Kind     adapter.Kind      `json:"kind,omitempty"`    // empty in older files: a library
	Forbids  map[string]string `json:"forbids,omitempty"` // policies that its documentation forbids, with its words
	Package  string            `json:"package,omitempty"`
	Version  string            `json:"version,omitempty"`
	State    State             `json:"state"`
	Key      string            `json:"key,omitempty"`     // what the results depend on: table, agents, adapter
	Message  string            `json:"message,omitempty"` // why it was not measured
	Log      string            `json:"log,omitempty"`     // the tail of its log then
	Missing  map[string]string `json:"missing,omitempty"` // contract parts it lacks, with the reason
	Elapsed  time.Duration     `json:"elapsed_ns"`
	Counts   report.Counts     `json:"counts"`
	// Explained is the file with what people found out about it, seen from the root of the repository;
	// empty for none.
	Explained string `json:"explained,omitempty"`
	// AnyCredentials is what it makes of any origin with credentials, Default of no configuration.
	AnyCredentials Grant `json:"any_credentials,omitempty"`
	Default        Grant `json:"default,omitempty"`
	// Findings are the causes of what fails or warns; nil in files older than causes.
	Findings []Finding `json:"findings"`
	Results  []Cell    `json:"results"`
}

// Cell is one check of one framework. What a passed check exchanged is left out.
type Cell struct {
	ID      string        `json:"id"`
	Case    string        `json:"case"`
	Policy  string        `json:"policy"`
	Verdict agent.Verdict `json:"verdict"`
	// Security is that of what failed, which can be none where the case has one.
	Security cases.Severity   `json:"security,omitempty"`
	Skip     harness.SkipKind `json:"skip,omitempty"`
	Reason   string           `json:"reason,omitempty"`
	// Causes are the ids of the findings that explain it.
	Causes []string       `json:"causes,omitempty"`
	Agents []agent.Result `json:"agents,omitempty"`
	Curl   []string       `json:"curl,omitempty"`

	Disagreement []agent.Difference `json:"disagreement,omitempty"`
}

// New starts a matrix with the table's groups and cases.
func New(tool string, table *cases.Table, agents []harness.AgentInfo) *Matrix {
	m := &Matrix{Version: FormatVersion, Tool: tool, Agents: agents, Started: time.Now(), GroupDocs: map[string]string{}, Causes: causes(table.Anchors)}
	for _, g := range table.Groups {
		m.GroupDocs[g.Name] = g.Doc
	}
	seen := map[string]bool{}
	for _, c := range table.Cases {
		if !seen[c.Group] {
			seen[c.Group] = true
			m.Groups = append(m.Groups, c.Group)
		}
		m.Cases = append(m.Cases, Case{
			ID: c.ID, Group: c.Group, Title: c.Title, Level: c.Level,
			Why: c.Why, Fix: c.Fix, Spec: table.Anchors.URLs(c.Spec),
		})
	}
	for _, p := range table.Policies {
		if p.Unsafe {
			m.Unsafe = append(m.Unsafe, p.Name)
		}
	}
	return m
}

// Fill gives a framework the rows of its report.
func (f *Framework) Fill(rep *report.Report) {
	f.State, f.Counts, f.Elapsed = Measured, rep.Counts, rep.Elapsed
	f.Results = make([]Cell, 0, len(rep.Results))
	for _, row := range rep.Results {
		c := Cell{
			ID: row.ID, Case: row.Case, Policy: row.Policy, Verdict: row.Verdict, Security: row.Security,
			Skip: row.Skip, Reason: row.Reason, Disagreement: row.Disagreement,
		}
		if row.Verdict != agent.VerdictPass && row.Verdict != agent.VerdictSkip {
			c.Agents, c.Curl = evidence(row.Agents)
		}
		f.Results = append(f.Results, c)
	}
	f.explain(rep)
	f.AnyCredentials, f.Default = grant(rep, anyPolicy), grant(rep, defaultPolicy)
}

// evidence keeps the exchanges of the first agent that has a failure: the others
// say the same of the same server, and a page for dozens of servers has to
// load.
func evidence(agents []agent.Result) (kept []agent.Result, curl []string) {
	kept = slices.Clone(agents)
	shown := false
	for i := range kept {
		a := &kept[i]
		if shown || len(a.Failures) == 0 {
			a.Exchanges = nil
			continue
		}
		shown = true
		a.Exchanges = a.Exchanges[:min(len(a.Exchanges), mostExchanges)]
		curl = append(curl, agent.Commands(a.Exchanges)...)
	}
	return kept, curl
}

// mostExchanges of one check are kept; bursts have hundreds that are alike.
const mostExchanges = 6

// Sort puts the frameworks into the order of the page: by language, then name.
func (m *Matrix) Sort() {
	sort.Slice(m.Frameworks, func(i, j int) bool {
		a, b := m.Frameworks[i], m.Frameworks[j]
		if a.Language != b.Language {
			return a.Language < b.Language
		}
		return a.Name < b.Name
	})
}

// Read reads a matrix that WriteJSON wrote.
func Read(path string) (*Matrix, error) {
	data, err := input.File(path, input.Made)
	if err != nil {
		return nil, fmt.Errorf("reading an earlier comparison: %w", err)
	}
	var m Matrix
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("reading the earlier comparison %s: %w; expected the JSON that `corsproof compare` writes", path, err)
	}
	if m.Version != FormatVersion {
		return nil, fmt.Errorf("reading the earlier comparison %s: it has format version %d, this corsproof reads %d; run it again", path, m.Version, FormatVersion)
	}
	return &m, nil
}
