package roster

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/corsproof/corsproof/internal/block"
)

// Tally counts what became of targets. Its size does not depend on how many there are.
type Tally struct {
	Targets int
	Worst   int // the greatest status
	ends    map[string]int
	causes  map[string]*cause // those that make targets fail, by id
}

type cause struct {
	id, title string
	targets   int
}

// Add counts a target.
func (t *Tally) Add(r *Record) {
	if t.ends == nil {
		t.ends, t.causes = map[string]int{}, map[string]*cause{}
	}
	t.Targets++
	t.Worst = max(t.Worst, r.Status)
	t.ends[r.End]++
	for _, f := range r.Findings {
		if !f.Breaks {
			continue
		}
		if t.causes[f.ID] == nil {
			t.causes[f.ID] = &cause{id: f.ID, title: f.Title}
		}
		t.causes[f.ID].targets++
	}
}

// Merge counts those of another tally too.
func (t *Tally) Merge(other *Tally) {
	if t.ends == nil {
		t.ends, t.causes = map[string]int{}, map[string]*cause{}
	}
	t.Targets += other.Targets
	t.Worst = max(t.Worst, other.Worst)
	for end, n := range other.ends {
		t.ends[end] += n
	}
	for id, c := range other.causes {
		if t.causes[id] == nil {
			t.causes[id] = &cause{id: id, title: c.title}
		}
		t.causes[id].targets += c.targets
	}
}

// Print says how many targets ended how, and which causes how many of them show.
func (t *Tally) Print(w io.Writer) {
	for _, end := range slices.SortedFunc(maps.Keys(t.ends), func(a, b string) int {
		return cmp.Or(cmp.Compare(t.ends[b], t.ends[a]), cmp.Compare(a, b))
	}) {
		fmt.Fprintf(w, "  %6d  %s\n", t.ends[end], end)
	}
	if len(t.causes) == 0 {
		return
	}
	fmt.Fprintf(w, "\nCauses, by the number of targets:\n")
	for _, c := range slices.SortedFunc(maps.Values(t.causes), func(a, b *cause) int {
		return cmp.Or(cmp.Compare(b.targets, a.targets), cmp.Compare(a.id, b.id))
	}) {
		fmt.Fprintf(w, "  %6d  %s (%s)\n", c.targets, block.Visible(c.title), c.id)
	}
}
