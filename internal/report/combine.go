package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/origin"
)

// Endpoint is one of several that a run was about. Its name is the part of the ids of its
// checks that a policy's is elsewhere.
type Endpoint struct {
	Name     string        `json:"name"`
	URL      string        `json:"url"`
	Method   string        `json:"method,omitempty"` // empty: GET, or what it has
	Policy   string        `json:"policy"`           // the policy's own name
	Declared *cases.Policy `json:"declared,omitempty"`
	// Line is where Report.PolicyFile, the project's, has it, from 1; 0: not known.
	Line int `json:"line,omitempty"`
	// Status is what it answers to an ordinary request, Expected what it is known to answer; 0: not known.
	Status   int `json:"status,omitempty"`
	Expected int `json:"expected_status,omitempty"`
	// Trouble is why nothing, or not all, can be said of it.
	Trouble string `json:"trouble,omitempty"`
	Counts  Counts `json:"counts"`
	// Part is what a merge needs of a shard's own report of the endpoint, without results and
	// findings; nil where the shard has none.
	Part *Report `json:"part,omitempty"`
}

// Combine is the report of a run of several endpoints, each with the report of its own run
// (nil where there is none: Endpoint.Trouble says why). With a single one it is that report. A cause
// that several show is one finding.
func Combine(tool, target string, endpoints []Endpoint, reports []*Report) *Report {
	out := &Report{Version: FormatVersion, Tool: tool, Target: target, Findings: []Finding{}, Results: []Row{}, Endpoints: endpoints}
	var stacks []*Stack
	for i, r := range reports {
		e := &out.Endpoints[i]
		if r == nil {
			continue
		}
		e.Status, e.Counts = r.EndpointStatus, r.Counts
		stacks = append(stacks, r.Stack)
		e.mismatch()
		out.take(e, r)
		if r.Shard != nil {
			e.Part = r.head()
		}
	}
	out.place(stacks)
	out.recount()
	slices.SortStableFunc(out.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(harness.Order(&a.Finding), harness.Order(&b.Finding)), cmp.Compare(len(b.Explains), len(a.Explains)))
	})
	if len(reports) == 1 && reports[0] != nil {
		r := reports[0]
		out.Declared, out.EndpointStatus, out.NotGranted, out.NotLookedAt, out.Stack = r.Declared, r.EndpointStatus, r.NotGranted, r.NotLookedAt, r.Stack
		out.ContentCut, out.Unshared = r.ContentCut, r.Unshared
		if endpoints[0].Expected != 0 {
			out.EndpointStatus = 0 // nobody need be asked whether it is the right URL
		}
	}
	return out
}

// take adds what came of an endpoint.
func (r *Report) take(e *Endpoint, of *Report) {
	if r.Started.IsZero() || of.Started.Before(r.Started) {
		r.Started = of.Started
	}
	r.Elapsed += of.Elapsed
	for _, a := range of.Agents {
		if !slices.Contains(r.Agents, a) {
			r.Agents = append(r.Agents, a)
		}
	}
	for name, why := range of.AgentErrors {
		if r.AgentErrors == nil {
			r.AgentErrors = map[string]string{}
		}
		r.AgentErrors[name] = why
	}
	for _, n := range of.NotLookedAt {
		n.Endpoint = e.Name
		r.NotLookedAt = append(r.NotLookedAt, n)
	}
	for _, u := range of.Unshared {
		u.Endpoint = e.Name
		r.Unshared = append(r.Unshared, u)
	}
	for _, k := range of.Recognised {
		if !slices.ContainsFunc(r.Recognised, func(o Recognised) bool { return o.Line == k.Line && o.Certain == k.Certain }) {
			r.Recognised = append(r.Recognised, k)
		}
	}
	if of.Stopped != nil && (r.Stopped == nil || of.Stopped.Cancelled) {
		stopped := *of.Stopped
		stopped.Reason = e.Name + ": " + stopped.Reason
		r.Stopped = &stopped
	}
	r.Results = append(r.Results, of.Results...)
	for i := range of.Findings {
		r.join(of.Findings[i])
	}
}

// join adds a finding of an endpoint to those of the others.
func (r *Report) join(f Finding) {
	at := slices.IndexFunc(r.Findings, func(o Finding) bool { return o.ID == f.ID && o.Cause == f.Cause && o.Known == f.Known })
	if at < 0 {
		f.Explains, f.Policies, f.Browser = slices.Clone(f.Explains), slices.Clone(f.Policies), slices.Clone(f.Browser)
		r.Findings = append(r.Findings, f)
		return
	}
	have := &r.Findings[at]
	if harness.Order(&f.Finding) < harness.Order(&have.Finding) { // the gravest is what is shown
		f, *have = *have, f
	}
	have.Explains = append(slices.Clone(have.Explains), f.Explains...)
	have.Policies = union(have.Policies, f.Policies)
	have.Browser = union(have.Browser, f.Browser)
	have.Sendable, have.Plain, have.LocksOut = have.Sendable || f.Sendable, have.Plain || f.Plain, have.LocksOut || f.LocksOut
	if have.Odd = union(have.Odd, f.Odd); have.Sendable || len(have.Browser) > 0 {
		have.Odd = nil
	}
	have.Effect = agent.Gravest(have.Effect, f.Effect)
	if have.Affects != f.Affects {
		have.Affects = "" // it is about one of them
	}
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// mismatch is the trouble of an endpoint that answers otherwise than it is known to.
func (e *Endpoint) mismatch() {
	if e.Trouble == "" && e.Expected != 0 && e.Status != 0 && e.Status != e.Expected {
		e.Trouble = fmt.Sprintf("an ordinary request is answered with %d, and the project's file expects %d: what was checked is something else than was meant", e.Status, e.Expected)
	}
}

// Troubled are the reasons why not all can be said of some endpoints.
func (r *Report) Troubled() []string {
	var list []string
	for i := range r.Endpoints {
		if e := &r.Endpoints[i]; e.Trouble != "" {
			list = append(list, e.Name+": "+e.Trouble)
		}
	}
	return list
}

// place sets what all endpoints have in common: the server, and what does CORS there.
func (r *Report) place(stacks []*Stack) {
	for i := range r.Endpoints {
		if o := origin.Of(r.Endpoints[i].URL); i == 0 {
			r.URL = o
		} else if o != r.URL {
			r.URL = ""
		}
	}
	if len(r.Endpoints) == 1 {
		r.URL = r.Endpoints[0].URL
	}
	for i, s := range stacks {
		if s == nil || i > 0 && s.ID != stacks[0].ID {
			r.Stack = nil
			break
		}
		r.Stack = s
	}
	for i := range r.Findings {
		if r.Stack == nil {
			r.Findings[i].Setting = ""
		}
	}
}
