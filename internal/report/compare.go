package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

// Change is what became of a finding between two runs.
type Change string

// The changes. What broke nothing and now does, or the other way round, is worse or better.
const (
	ChangeNew    Change = "new"
	ChangeGone   Change = "gone"
	ChangeWorse  Change = "worse"
	ChangeBetter Change = "better"
	ChangeSame   Change = "same"
	// ChangeUnknown: the later run did not look at what showed it, or could not tell.
	ChangeUnknown Change = "unknown"
)

// Difference is a finding of one of two runs, or of both.
type Difference struct {
	Change Change   `json:"change"`
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Breaks bool     `json:"breaks"` // in the later run; of what is gone, in the earlier
	Was    string   `json:"was,omitempty"`
	Is     string   `json:"is,omitempty"`
	More   []string `json:"more,omitempty"` // checks that show it only now
	Less   []string `json:"less,omitempty"` // checks that showed it before, and pass now
	// Reason is why it is unknown.
	Reason string `json:"reason,omitempty"`
}

// Comparison is what changed from one run to another.
type Comparison struct {
	Version int          `json:"version"` // of this format: 1
	Old     string       `json:"old"`     // what each run was of
	New     string       `json:"new"`
	Changes []Difference `json:"changes"`
	// Notes are why the two may not be comparable: another target, policy, version.
	Notes []string `json:"notes,omitempty"`
}

// Worse tells whether the later run breaks something that the earlier did not.
func (c *Comparison) Worse() bool {
	return slices.ContainsFunc(c.Changes, func(d Difference) bool {
		return d.Breaks && (d.Change == ChangeNew || d.Change == ChangeWorse)
	})
}

// Same tells whether nothing changed, and the two can be compared.
func (c *Comparison) Same() bool {
	return len(c.Notes) == 0 && !slices.ContainsFunc(c.Changes, func(d Difference) bool { return d.Change != ChangeSame || len(d.More)+len(d.Less) > 0 })
}

// Compare tells what changed from one run to another, by cause: the new first, then what is
// worse, unknown, better, gone, the same. A finding is gone only where the checks that
// showed it were decided again: one that fails still does so of another cause.
func Compare(before, after *Report) *Comparison {
	c := &Comparison{Version: 1, Old: before.name(), New: after.name(), Changes: []Difference{}, Notes: incomparable(before, after)}
	left := byKey(before.Findings)
	for i := range after.Findings {
		f := &after.Findings[i]
		old := left[key(f)]
		delete(left, key(f))
		c.Changes = append(c.Changes, difference(old, f, after))
	}
	for i := range before.Findings {
		if f := &before.Findings[i]; left[key(f)] == f {
			c.Changes = append(c.Changes, gone(f, after))
		}
	}
	order := []Change{ChangeNew, ChangeWorse, ChangeUnknown, ChangeBetter, ChangeGone, ChangeSame}
	slices.SortStableFunc(c.Changes, func(a, b Difference) int { return slices.Index(order, a.Change) - slices.Index(order, b.Change) })
	return c
}

func (r *Report) name() string {
	return strings.TrimSpace(fmt.Sprintf("%s (%s, %s)", r.Target, r.Tool, r.Started.UTC().Format("2006-01-02 15:04")))
}

// key tells findings apart: by cause, or by the one check that no cause explains.
func key(f *Finding) string {
	if f.Cause != "" {
		return f.Cause
	}
	return f.ID + " " + strings.Join(f.Policies, " ")
}

func byKey(list []Finding) map[string]*Finding {
	m := map[string]*Finding{}
	for i := range list {
		m[key(&list[i])] = &list[i]
	}
	return m
}

// incomparable is why two runs may differ though their servers do not.
func incomparable(a, b *Report) []string {
	var notes []string
	if a.Target != b.Target {
		notes = append(notes, "they are of different targets")
	}
	if held := func(r *Report) string {
		if r.Declared == nil {
			return ""
		}
		return Held(r.Declared)
	}; held(a) != held(b) {
		notes = append(notes, "they are held to different policies")
	}
	if a.Tool != b.Tool {
		notes = append(notes, "they are of different versions: a cause may be new because it was not looked for")
	}
	if agentsOf(a) != agentsOf(b) {
		notes = append(notes, "they ran with "+agentsOf(a)+", and with "+agentsOf(b))
	}
	for _, r := range []*Report{a, b} {
		if r.Shard != nil {
			notes = append(notes, fmt.Sprintf("one is shard %d of %d alone", r.Shard.Index, r.Shard.Of))
		}
		notes = append(notes, texts(r.troubles())...)
	}
	return notes
}

func agentsOf(r *Report) string {
	var names []string
	for _, a := range r.Agents {
		names = append(names, a.Name)
	}
	return strings.Join(names, " and ")
}

func difference(old, f *Finding, after *Report) Difference {
	d := Difference{Change: ChangeNew, ID: f.ID, Title: f.Title, Breaks: f.Breaks(), Is: strings.Trim(block.Tag(&f.Finding), "[]")}
	if old == nil {
		return d
	}
	d.Was = strings.Trim(block.Tag(&old.Finding), "[]")
	for _, id := range f.Explains {
		if !slices.Contains(old.Explains, id) {
			d.More = append(d.More, id)
		}
	}
	for _, id := range old.Explains {
		if v := after.verdict(id); !slices.Contains(f.Explains, id) && v == agent.VerdictPass {
			d.Less = append(d.Less, id)
		}
	}
	switch a, b := weight(old), weight(f); {
	case b > a:
		d.Change = ChangeWorse
	case b < a:
		d.Change = ChangeBetter
	default:
		d.Change = ChangeSame
	}
	return d
}

// weight orders findings by how grave they are.
func weight(f *Finding) int {
	return map[string]int{"info": 0, "practice": 1, "should": 2, "must": 3, "low": 4, "medium": 5, "high": 6, "critical": 7}[graveOf(f)]
}

// gone is a finding that the later run does not have.
func gone(f *Finding, after *Report) Difference {
	d := Difference{Change: ChangeGone, ID: f.ID, Title: f.Title, Breaks: f.Breaks(), Was: strings.Trim(block.Tag(&f.Finding), "[]")}
	ran, lost := 0, ""
	for _, id := range f.Explains {
		switch v := after.verdict(id); v {
		case agent.VerdictPass, agent.VerdictFail, agent.VerdictWarn, agent.VerdictInfo:
			if ran++; v == agent.VerdictPass {
				d.Less = append(d.Less, id)
			}
		case "":
			lost = "the later run does not have the checks that showed it"
		default:
			lost = fmt.Sprintf("%s is %s in the later run", id, v)
		}
	}
	if ran < len(f.Explains) {
		d.Change, d.Less = ChangeUnknown, nil
		d.Reason = fmt.Sprintf("%d of %d checks that showed it were not decided: %s", len(f.Explains)-ran, len(f.Explains), lost)
	}
	return d
}

// verdict is that of a check; empty if the report does not have it.
func (r *Report) verdict(id string) agent.Verdict {
	if i := slices.IndexFunc(r.Results, func(row Row) bool { return row.ID == id }); i >= 0 {
		return r.Results[i].Verdict
	}
	return ""
}

// Print writes the comparison for people. all: what is the same too.
func (c *Comparison) Print(w io.Writer, all bool) error {
	out := &keeping{w: w}
	fmt.Fprintf(out, "- %s\n+ %s\n", block.Visible(c.Old), block.Visible(c.New))
	return c.PrintChanges(out, all)
}

// PrintChanges is Print without what was compared.
func (c *Comparison) PrintChanges(w io.Writer, all bool) error {
	out := &keeping{w: w}
	for _, n := range c.Notes {
		fmt.Fprintf(out, "note: %s\n", block.Visible(n))
	}
	fmt.Fprintln(out)
	counts := map[Change]int{}
	for i := range c.Changes {
		d := &c.Changes[i]
		counts[d.Change]++
		if d.Change == ChangeSame && !all {
			continue
		}
		d.print(out)
	}
	if n := counts[ChangeSame]; n == len(c.Changes) {
		fmt.Fprintf(out, "Nothing changed: %s.\n", block.Count(n, "cause"))
		return out.err
	}
	var parts []string
	for _, ch := range []Change{ChangeNew, ChangeWorse, ChangeUnknown, ChangeBetter, ChangeGone, ChangeSame} {
		if counts[ch] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[ch], ch))
		}
	}
	fmt.Fprintf(out, "\n%s: %s\n", block.Count(len(c.Changes), "cause"), strings.Join(parts, ", "))
	return out.err
}

func (d *Difference) print(w io.Writer) {
	tag := d.Is
	switch {
	case d.Was != "" && d.Is != "" && d.Was != d.Is:
		tag = d.Was + " -> " + d.Is
	case d.Is == "":
		tag = d.Was
	}
	fmt.Fprintf(w, "%-8s %s [%s]\n", d.Change, block.Visible(d.Title), tag)
	fmt.Fprintf(w, "         %s\n", d.ID)
	if d.Reason != "" {
		fmt.Fprintf(w, "         %s\n", block.Visible(d.Reason))
	}
	if d.Was != "" && d.Is != "" && len(d.More)+len(d.Less) > 0 {
		fmt.Fprintf(w, "         shown by %s more, and by %d no longer\n", block.Count(len(d.More), "check"), len(d.Less))
	}
}
