package matrix

import (
	"fmt"
	"io"

	"github.com/corsproof/corsproof/harness/agent"
)

// Change is one difference between two comparisons.
type Change struct {
	Framework string `json:"framework"`
	Check     string `json:"check,omitempty"` // empty: the framework itself
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
		changes = append(changes, cellChanges(f, o)...)
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
			changes = append(changes, Change{f.Name, c.ID, b, c.outcome()})
		}
	}
	for _, c := range o.Results {
		if b, ok := was[c.ID]; ok {
			changes = append(changes, Change{f.Name, c.ID, b, "absent"})
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
		if c.Check != "" {
			name += "  " + c.Check
		}
		fmt.Fprintf(w, "%s: %s -> %s\n", name, c.Before, c.After)
	}
}
