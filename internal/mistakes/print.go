package mistakes

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Print writes a line for each pair, the problems of those that are wrong, and the sum.
func Print(w io.Writer, outcomes []Outcome) {
	stacks := map[string]bool{}
	proved := 0
	for _, o := range outcomes {
		o.print(w)
		if len(o.Problems) == 0 {
			proved++
			stacks[o.Adapter] = true
		}
	}
	fmt.Fprintf(w, "\n%d fixes proved over %d stacks, %d wrong\n", proved, len(stacks), len(outcomes)-proved)
}

func (o *Outcome) print(w io.Writer) {
	state := "proved"
	if len(o.Problems) > 0 {
		state = "WRONG"
	}
	line := fmt.Sprintf("%-6s  %-20s %s", state, o.Adapter, o.Name)
	var warned []string
	for _, f := range o.Warned {
		warned = append(warned, f.ID)
	}
	if len(warned) > 0 {
		line += "  (warns of: " + strings.Join(warned, ", ") + ")"
	}
	fmt.Fprintln(w, line)
	for _, p := range o.Problems {
		fmt.Fprintf(w, "        %s\n", p)
	}
}

// Proved tells whether every pair shows what it should.
func Proved(outcomes []Outcome) bool {
	return !slices.ContainsFunc(outcomes, func(o Outcome) bool { return len(o.Problems) > 0 })
}
