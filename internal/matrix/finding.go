package matrix

import (
	"cmp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/spec"
)

// Cause is what the page says of a cause, once for all frameworks.
type Cause struct {
	ID    string     `json:"id"`
	Title string     `json:"title"`
	Side  cases.Side `json:"side"`
	Why   string     `json:"why,omitempty"`
	Do    string     `json:"do,omitempty"`
	Spec  []string   `json:"spec,omitempty"` // URLs
}

// Finding is one cause on one framework, in brief: which checks it explains is
// said by their cells, and the evidence is theirs.
type Finding struct {
	ID string `json:"id"` // the cause's; the case's where no cause is known
	// Unknown tells that no cause is known, and one case fails by itself.
	Unknown  bool           `json:"unknown,omitempty"`
	Effect   agent.Effect   `json:"effect"`
	Severity cases.Severity `json:"severity,omitempty"` // empty for none
	Level    cases.Level    `json:"level"`
	// Browser are the browsers that saw it; Sendable says that one can send such a request.
	Browser  []string `json:"browser,omitempty"`
	Sendable bool     `json:"sendable,omitempty"`
	Policies []string `json:"policies"`
	Checks   int      `json:"checks"` // how many it explains
	// Affects says which requests; Received and Wanted are lines of an answer.
	Affects  string   `json:"affects,omitempty"`
	Received []string `json:"received,omitempty"`
	Wanted   []string `json:"wanted,omitempty"`
}

// Breaks tells whether it makes a framework fail: it breaks a must, or has a severity.
func (x *Finding) Breaks() bool { return x.Level == cases.Must || x.Severity != "" }

func newFinding(f *harness.Finding) Finding {
	x := Finding{
		ID: f.ID, Unknown: f.Cause == "", Effect: f.Effect, Level: f.Level, Browser: f.Browser, Sendable: f.Sendable,
		Policies: f.Policies, Checks: len(f.Explains), Affects: f.Affects, Received: f.Received, Wanted: f.Wanted,
	}
	if f.Severity != nil {
		x.Severity = *f.Severity
	}
	return x
}

// causes are those of the table, with the addresses of their sections.
func causes(anchors cases.Anchors) (list []Cause) {
	for _, c := range cases.Causes() {
		list = append(list, Cause{ID: c.ID, Title: c.Title, Side: c.Side, Why: c.Why, Do: c.Do, Spec: anchors.URLs(c.Spec)})
	}
	return list
}

// Title is what a finding says: its cause's title, or its case's.
func (m *Matrix) Title(x *Finding) string {
	if i := slices.IndexFunc(m.Causes, func(c Cause) bool { return c.ID == x.ID }); i >= 0 {
		return m.Causes[i].Title
	}
	if i := slices.IndexFunc(m.Cases, func(c Case) bool { return c.ID == x.ID }); i >= 0 {
		return "Does not hold: " + m.Cases[i].Title
	}
	return x.ID
}

// explain takes the findings of a report over, and notes in the cells which of
// them explain each.
func (f *Framework) explain(rep *report.Report) {
	by := map[string][]string{}
	f.Findings = make([]Finding, 0, len(rep.Findings))
	for i := range rep.Findings {
		x := &rep.Findings[i]
		f.Findings = append(f.Findings, newFinding(&x.Finding))
		for _, id := range x.Explains {
			by[id] = append(by[id], x.ID)
		}
	}
	for i := range f.Results {
		f.Results[i].Causes = by[f.Results[i].ID]
	}
}

// Grant is what a policy that names nobody gives to a site.
type Grant string

// The grants. The empty one is not known: nothing was measured.
const (
	Refused    Grant = "refused"   // the framework does not start with it
	Unsayable  Grant = "unsayable" // there is no way to configure it
	Nobody     Grant = "nobody"    // no site reads
	WithoutAny Grant = "without"   // every site reads, without credentials
	AsTheUser  Grant = "as-user"   // every site reads, as the user
)

// grant is what the answers under a policy gave to sites that nobody listed. It
// asks those that passed too, of which a matrix keeps nothing.
func grant(rep *report.Report, policy string) Grant {
	switch rep.Policies[policy].Kind {
	case harness.Refused:
		return Refused
	case harness.NotExpressible:
		return Unsayable
	}
	var most Grant
	for i := range rep.Results {
		if row := &rep.Results[i]; row.Policy == policy {
			for k := range row.Agents {
				for s := range row.Agents[k].Seen {
					most = more(most, given(&row.Agents[k].Seen[s]))
				}
			}
		}
	}
	return most
}

// given is what one answer gives to the site that asked: a page of another host, with a
// request that is no preflight.
func given(s *agent.Seen) Grant {
	ordinary := !s.Preflight && !s.NoOrigin && s.Status == 200 && strings.HasSuffix(s.URL, "/ok") // elsewhere the application may add fields
	if !ordinary || origin.Host(s.Origin) == origin.Host(s.URL) {
		return ""
	}
	h := s.Header()
	switch {
	case spec.CheckCORS(s.Origin, spec.CredentialsInclude, h) == "":
		return AsTheUser
	case spec.CheckCORS(s.Origin, spec.CredentialsOmit, h) == "":
		return WithoutAny
	}
	return Nobody
}

var grants = []Grant{"", Nobody, WithoutAny, AsTheUser}

func more(a, b Grant) Grant {
	if cmp.Compare(slices.Index(grants, b), slices.Index(grants, a)) > 0 {
		return b
	}
	return a
}
