package report

import (
	"errors"
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/cases"
)

// head is a report without results and findings: the report of all endpoints has them.
func (r *Report) head() *Report {
	h := *r
	h.Results, h.Findings, h.Counts = []Row{}, []Finding{}, Counts{}
	return &h
}

// mergeEndpoints is Merge for shards of several endpoints: each is merged by itself, and what came of them
// is put together as in a run.
func mergeEndpoints(table *cases.Table, names []string, list []*Report, known func(*Report)) (*Report, error) {
	if err := complete(names, list); err != nil {
		return nil, err
	}
	var endpoints []Endpoint
	var reports []*Report
	for i := range list[0].Endpoints {
		e := list[0].Endpoints[i]
		e.Status, e.Trouble, e.Counts, e.Part = 0, "", Counts{}, nil
		rep, err := e.merge(table, names, list, i)
		if err != nil {
			return nil, fmt.Errorf("endpoint %s: %w", e.Name, err)
		}
		if rep != nil && known != nil {
			known(rep)
		}
		endpoints, reports = append(endpoints, e), append(reports, rep)
	}
	first := list[0]
	rep := Combine(first.Tool, first.Target, endpoints, reports)
	rep.PolicyFile = first.PolicyFile
	return rep, nil
}

// complete tells whether the reports are those of all shards of one run.
func complete(names []string, list []*Report) error {
	first := list[0]
	if first.Shard == nil {
		return fmt.Errorf("%s is the report of a whole run, not of a shard (corsproof run --shard i/n)", names[0])
	}
	of := first.Shard.Of
	at := map[int]string{}
	for i, r := range list {
		switch s := r.Shard; {
		case s == nil:
			return fmt.Errorf("%s is the report of a whole run, not of a shard (corsproof run --shard i/n)", names[i])
		case s.Of < 1 || s.Index < 1 || s.Index > s.Of:
			return fmt.Errorf("%s says that it is shard %d of %d", names[i], s.Index, s.Of)
		case r.Tool != first.Tool:
			return fmt.Errorf("%s was written by %s, and %s by %s", names[0], first.Tool, names[i], r.Tool)
		case s.Of != of || s.Checks != first.Shard.Checks || s.Table != first.Shard.Table:
			return fmt.Errorf("%s and %s are not of one run, or not of the same choice of checks", names[0], names[i])
		case r.Target != first.Target || !slices.EqualFunc(r.Endpoints, first.Endpoints, sameOf):
			return fmt.Errorf("%s is of the endpoints of %s, and %s of those of %s, or they are not the same", names[0], first.Target, names[i], r.Target)
		case at[s.Index] != "":
			return fmt.Errorf("shard %d of %d is there twice: %s and %s", s.Index, of, at[s.Index], names[i])
		default:
			at[s.Index] = names[i]
		}
	}
	return first.Shard.Missing(func(i int) bool { return at[i] != "" })
}

// sameOf tells whether two shards mean the same endpoint. Its address may be another: each shard may
// have started a server of its own.
func sameOf(a, b Endpoint) bool {
	return a.Name == b.Name && a.Method == b.Method && a.Policy == b.Policy && a.Expected == b.Expected
}

// merge is the report of one of the endpoints, the i-th; nil where a shard could not look at it,
// which is then the endpoint's trouble.
func (e *Endpoint) merge(table *cases.Table, names []string, list []*Report, i int) (*Report, error) {
	var parts []*Report
	var own []string
	trouble := map[string]int{} // what shards say, and how many
	last := ""
	for k, r := range list {
		of := &r.Endpoints[i]
		switch {
		case of.Part != nil:
			parts, own = append(parts, of.Part.with(r, e.Name)), append(own, names[k])
		case of.Trouble != "":
			last = of.Trouble
			trouble[last]++
			if e.Trouble == "" {
				e.Trouble = fmt.Sprintf("shard %d of %d: %s", r.Shard.Index, r.Shard.Of, of.Trouble)
			}
		}
	}
	switch {
	case len(parts) == 0 && len(trouble) == 1:
		e.Trouble = last // one run would say so, too
		return nil, nil
	case e.Trouble != "":
		return nil, nil
	case len(parts) == 0:
		return nil, errors.New("no shard has looked at it")
	}
	return mergeOne(table, own, parts)
}

// with is the report of an endpoint again, with its results out of that of all endpoints.
func (r *Report) with(all *Report, name string) *Report {
	full := *r
	full.Results = nil
	for i := range all.Results {
		if all.Results[i].Policy == name {
			full.Results = append(full.Results, all.Results[i])
		}
	}
	return &full
}
