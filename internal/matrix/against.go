package matrix

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/corsproof/corsproof/harness/agent"
)

// Change is one difference between two comparisons.
type Change struct {
	Framework string `json:"framework"`
	Check     string `json:"check,omitempty"` // empty: a cause, or the framework itself
	Cause     string `json:"cause,omitempty"`
	Before    string `json:"before"`
	After     string `json:"after"`
}

// Changes are what differs from an older comparison, in this one's order.
// Checks and frameworks that only one of the two has are changes too.
func (m *Matrix) Changes(old *Matrix) []Change {
	var changes []Change
	before := map[string]*Framework{}
	for i := range old.Frameworks {
		before[old.Frameworks[i].Name] = &old.Frameworks[i]
	}
	for i := range m.Frameworks {
		f := &m.Frameworks[i]
		o := before[f.Name]
		delete(before, f.Name)
		if o == nil {
			changes = append(changes, Change{Framework: f.Name, Before: "absent", After: string(f.State)})
			continue
		}
		if o.Version != f.Version {
			changes = append(changes, Change{Framework: f.Name, Before: "version " + o.Version, After: "version " + f.Version})
		}
		if o.State != f.State {
			changes = append(changes, Change{Framework: f.Name, Before: string(o.State), After: string(f.State)})
		}
		changes = append(append(changes, causeChanges(f, o)...), cellChanges(f, o)...)
	}
	for _, o := range old.Frameworks {
		if before[o.Name] != nil {
			changes = append(changes, Change{Framework: o.Name, Before: string(o.State), After: "absent"})
		}
	}
	return changes
}

func cellChanges(f, o *Framework) []Change {
	if f.State != Measured || o.State != Measured {
		return nil
	}
	var changes []Change
	was := map[string]string{}
	for _, c := range o.Results {
		was[c.ID] = c.outcome()
	}
	for _, c := range f.Results {
		b, ok := was[c.ID]
		delete(was, c.ID)
		if !ok {
			b = "absent"
		}
		if b != c.outcome() {
			changes = append(changes, Change{Framework: f.Name, Check: c.ID, Before: b, After: c.outcome()})
		}
	}
	for _, c := range o.Results {
		if b, ok := was[c.ID]; ok {
			changes = append(changes, Change{Framework: f.Name, Check: c.ID, Before: b, After: "absent"})
		}
	}
	return changes
}

// causeChanges are the causes that came, went, or weigh otherwise.
func causeChanges(f, o *Framework) (changes []Change) {
	if f.Findings == nil || o.Findings == nil {
		return nil
	}
	of := func(list []Finding, id string) string {
		if i := slices.IndexFunc(list, func(x Finding) bool { return x.ID == id }); i >= 0 {
			return cmp.Or(string(list[i].Severity), string(list[i].Level))
		}
		return "absent"
	}
	for _, x := range f.Findings {
		if before, after := of(o.Findings, x.ID), of(f.Findings, x.ID); before != after {
			changes = append(changes, Change{Framework: f.Name, Cause: x.ID, Before: before, After: after})
		}
	}
	for _, x := range o.Findings {
		if of(f.Findings, x.ID) == "absent" {
			changes = append(changes, Change{Framework: f.Name, Cause: x.ID, Before: of(o.Findings, x.ID), After: "absent"})
		}
	}
	return changes
}

// outcome is the verdict, with a skip's kind.
func (c Cell) outcome() string {
	if c.Verdict == agent.VerdictSkip {
		return "skip: " + string(c.Skip)
	}
	return string(c.Verdict)
}

// PrintChanges writes the changes for people.
func PrintChanges(w io.Writer, changes []Change) {
	if len(changes) == 0 {
		fmt.Fprintln(w, "Nothing changed.")
		return
	}
	for _, c := range changes {
		name := c.Framework
		switch {
		case c.Check != "":
			name += "  " + c.Check
		case c.Cause != "":
			name += "  cause " + c.Cause
		}
		fmt.Fprintf(w, "%s: %s -> %s\n", name, c.Before, c.After)
	}
}
