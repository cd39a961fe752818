package harness

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// Merge concludes from the shards of a run what the run as a whole shows: with n shards
// the same as without. table is the one that they were run with. The error says which
// shard is missing, there twice, or of another run.
func Merge(table *cases.Table, shards []*Summary) (*Summary, error) {
	shards = slices.Clone(shards)
	if err := together(table, shards); err != nil {
		return nil, err
	}
	slices.SortFunc(shards, func(a, b *Summary) int { return a.Shard.Index - b.Shard.Index })
	m := &merging{run: run{policies: map[string]PolicyState{}, agentErrors: map[string]string{}}}
	first := shards[0].Shard
	m.results, m.entries = make([]Result, first.Checks), make([]*entry, first.Checks)
	m.target = &Target{
		Name: shards[0].Target, Base: first.Target.Base, TLSBase: first.Target.TLSBase, PolicyBase: first.Target.PolicyBase,
		Said: first.Target.Said, Declared: first.Target.Declared, Endpoint: first.Target.Endpoint, Forbids: shards[0].Forbids,
	}
	m.byID = map[string]*cases.Check{}
	checks := m.target.Expand(table)
	for i := range checks {
		m.byID[checks[i].ID] = &checks[i]
	}
	for _, s := range shards {
		if err := m.add(s, first); err != nil {
			return nil, fmt.Errorf("shard %d of %d: %w", s.Shard.Index, s.Shard.Of, err)
		}
	}
	if at := slices.Index(m.entries, nil); at >= 0 {
		return nil, fmt.Errorf("no shard has check %d of %d", at+1, len(m.entries))
	}
	return m.conclusion(), nil
}

// together tells whether the shards are those of one run.
func together(table *cases.Table, shards []*Summary) error {
	if len(shards) == 0 {
		return errors.New("there is no shard")
	}
	first := shards[0]
	seen := map[int]bool{}
	for i, s := range shards {
		switch {
		case s.Shard == nil:
			return fmt.Errorf("the report number %d is of a whole run, not of a shard of one", i+1)
		case s.Shard.Of < 1 || s.Shard.Index < 1 || s.Shard.Index > s.Shard.Of || s.Shard.Checks < 0:
			return fmt.Errorf("the report number %d says that it is shard %d of %d", i+1, s.Shard.Index, s.Shard.Of)
		case s.Shard.Of != first.Shard.Of || s.Shard.Checks != first.Shard.Checks:
			return fmt.Errorf("shard %d of %d and shard %d of %d are not of one run, or not of the same choice of checks", first.Shard.Index, first.Shard.Of, s.Shard.Index, s.Shard.Of)
		case s.Shard.Table != table.Hash():
			return fmt.Errorf("shard %d was run with another table of cases: with another version, or other --cases", s.Shard.Index)
		case s.Target != first.Target || !sameEndpoint(s.Shard.Target, first.Shard.Target):
			return fmt.Errorf("shard %d is of %s and shard %d of %s, or they are held to different policies", first.Shard.Index, first.Target, s.Shard.Index, s.Target)
		case agentNames(s) != agentNames(first):
			return fmt.Errorf("shard %d was run with %s, and shard %d with %s: give all of them a browser, or none (--browser)", first.Shard.Index, agentNames(first), s.Shard.Index, agentNames(s))
		case seen[s.Shard.Index]:
			return fmt.Errorf("shard %d of %d is there twice", s.Shard.Index, s.Shard.Of)
		}
		seen[s.Shard.Index] = true
	}
	return first.Shard.Missing(func(i int) bool { return seen[i] })
}

func sameEndpoint(a, b ShardTarget) bool {
	switch {
	case a.Endpoint != b.Endpoint || (a.Declared == nil) != (b.Declared == nil):
		return false
	case a.Declared == nil:
		return true // each shard may have started a server of its own, at another port
	}
	return slices.Equal(a.Declared.Stated(), b.Declared.Stated()) && slices.Equal(a.Declared.AllowedOrigins(), b.Declared.AllowedOrigins())
}

func agentNames(s *Summary) string {
	var names []string
	for _, a := range s.Agents {
		names = append(names, a.Name)
	}
	return strings.Join(names, " and ")
}

// merging is a run that is put together from its shards.
type merging struct {
	run
	byID    map[string]*cases.Check
	entries []*entry
	agents  []AgentInfo
	end     time.Time
	stopped *Stopped
}

// add takes over what a shard found. first is the state of the first of them, whose
// addresses all get.
func (m *merging) add(s *Summary, first *ShardState) error {
	state := s.Shard
	results := map[string]*Result{}
	for i := range s.Results {
		results[s.Results[i].ID] = &s.Results[i]
	}
	seen := rebased(state.Seen, state.Target, first.Target)
	for i := range state.Own {
		own := &state.Own[i]
		check, res := m.byID[own.ID], results[own.ID]
		switch {
		case check == nil:
			return fmt.Errorf("its check %s is not one of the target's", own.ID)
		case res == nil:
			return fmt.Errorf("it has no result of its check %s", own.ID)
		case own.Index < 0 || own.Index >= len(m.entries) || m.entries[own.Index] != nil:
			return fmt.Errorf("its check %s has the place of another", own.ID)
		}
		if own.Before != nil {
			res = own.Before
		}
		restored, err := restore(*res, own.Agents, seen)
		if err != nil {
			return fmt.Errorf("check %s: %w", own.ID, err)
		}
		m.results[own.Index] = restored
		m.entries[own.Index] = &entry{index: own.Index, asked: check, check: fitted(check, state.Target)}
	}
	m.take(s)
	return nil
}

// fitted is a check as the shard ran it. Of the content that it sent only that there was some
// counts.
func fitted(c *cases.Check, t ShardTarget) *cases.Check {
	e := cases.Endpoint{Methods: t.Methods, Carrier: t.Carrier}
	if t.Content {
		some := "content"
		e.Content = &some
	}
	return c.OnEndpoint(e)
}

// restore gives a result what its JSON leaves out.
func restore(res Result, agents []ShardAgent, seen []agent.Seen) (Result, error) {
	wrong := errors.New("what was seen does not fit its result")
	if len(agents) != len(res.Agents) {
		return res, wrong
	}
	res.Plain = 0
	res.Agents = slices.Clone(res.Agents)
	for k := range res.Agents {
		a := &res.Agents[k]
		if len(agents[k].Failures) != len(a.Failures) {
			return res, wrong
		}
		a.Seen, a.Failures = nil, slices.Clone(a.Failures)
		for _, i := range append(slices.Clone(agents[k].Seen), agents[k].Failures...) {
			if i < 0 || i >= len(seen) {
				return res, wrong
			}
		}
		for _, i := range agents[k].Seen {
			a.Seen = append(a.Seen, seen[i])
		}
		for j, i := range agents[k].Failures {
			a.Failures[j].Seen = seen[i]
		}
	}
	return res, nil
}

// rebased are exchanges with the addresses of the first shard: those of another, which
// started a server of its own, were at another port.
func rebased(list []agent.Seen, from, to ShardTarget) []agent.Seen {
	var pairs []string
	add := func(a, b string) {
		if a != "" && b != "" && a != b {
			pairs = append(pairs, a, b)
		}
	}
	add(from.Base, to.Base)
	add(from.TLSBase, to.TLSBase)
	for name := range from.PolicyBase {
		add(from.PolicyBase[name], to.PolicyBase[name])
	}
	if len(pairs) == 0 {
		return list
	}
	replace := strings.NewReplacer(pairs...)
	list = slices.Clone(list)
	for i := range list {
		list[i].URL, list[i].Location = replace.Replace(list[i].URL), replace.Replace(list[i].Location)
	}
	return list
}

// take adds what a shard says of the run as a whole.
func (m *merging) take(s *Summary) {
	for name, state := range s.Policies {
		m.policies[name] = state
	}
	for name, why := range s.AgentErrors {
		m.agentErrors[name] = fmt.Sprintf("in shard %d of %d: %s", s.Shard.Index, s.Shard.Of, why)
	}
	for _, a := range s.Agents {
		if !slices.Contains(m.agents, a) {
			m.agents = append(m.agents, a)
		}
	}
	if m.started.IsZero() || s.Started.Before(m.started) {
		m.started = s.Started
	}
	if end := s.Started.Add(s.Elapsed); end.After(m.end) {
		m.end = end
	}
	if m.status == 0 {
		m.status = s.EndpointStatus
	}
	m.cut = cmp.Or(m.cut, s.ContentCut)
	for _, u := range s.Unshared {
		if !slices.Contains(m.unshared, u) {
			m.unshared = append(m.unshared, u)
		}
	}
	if m.notGranted == "" {
		m.notGranted = s.NotGranted
	}
	if m.stopped == nil && s.Stopped != nil {
		stopped := *s.Stopped
		stopped.Reason = fmt.Sprintf("shard %d of %d: %s", s.Shard.Index, s.Shard.Of, stopped.Reason)
		m.stopped = &stopped
	}
}

func (m *merging) conclusion() *Summary {
	results := m.settled(m.entries)
	s := m.summary(m.entries, results, m.stopped)
	s.Findings = findings(m.entries, results)
	s.Agents, s.Elapsed = m.agents, m.end.Sub(m.started)
	return s
}
