package main

import (
	"fmt"
	"io"
	"strings"
)

// draft writes the beginning of a section for each cause of which checks are explained
// nowhere, and for each case of which no cause is known: its title is that of the first check's
// case, which says what should be so, and the evidence is that check's. What it means, whose
// fault it is and what upstream knows is for a person to write.
func draft(out io.Writer, d *document, r *row) {
	var ids []string
	of := map[string][]check{}
	for _, c := range d.unexplained(r) {
		id := c.Case
		if at := r.main([]check{c}); at >= 0 {
			id = r.causes[at].id
		}
		if of[id] == nil {
			ids = append(ids, id)
		}
		of[id] = append(of[id], c)
	}
	for i, id := range ids {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%s%s (%s)\n\n%s\n\n", headingMark, r.titles[of[id][0].Case], r.count(of[id]), strings.Join(wrap(checksMark+" "+list(of[id]), width), "\n"))
		evidence(out, r, of[id][0])
	}
}

func evidence(out io.Writer, r *row, c check) {
	for _, line := range r.cells[c].Curl {
		fmt.Fprintf(out, "    $ %s\n", line)
	}
	for _, a := range r.cells[c].Agents {
		for _, f := range a.Failures {
			fmt.Fprintf(out, "\n%s\n", strings.Join(wrap(fmt.Sprintf("%s: expected %s, got %s", f.What, f.Expected, f.Actual), width), "\n"))
			return
		}
	}
}
