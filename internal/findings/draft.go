package main

import (
	"fmt"
	"io"
	"strings"
)

// draft writes the beginning of a section for each case of which checks are
// explained nowhere: its title is the case's, which says what should be so, and the evidence is
// that of its first check. What it means, whose fault it is and what upstream
// knows is for a person to write, and one cause often makes several cases fail.
func draft(out io.Writer, d *document, r *row) {
	var cases []string
	of := map[string][]check{}
	for _, c := range d.unexplained(r) {
		if of[c.Case] == nil {
			cases = append(cases, c.Case)
		}
		of[c.Case] = append(of[c.Case], c)
	}
	for i, id := range cases {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%s%s (%s)\n\n%s\n\n", headingMark, r.titles[id], r.count(of[id]), strings.Join(wrap(checksMark+" "+list(of[id]), width), "\n"))
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
