package advisory

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Print writes the outcomes as a table, then what is wrong, what no case can
// find, and a sum in a line.
func Print(w io.Writer, outcomes []Outcome) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "package\tbad\tfixed\tadvisory\tchecks\ttime\tresult")
	for _, o := range outcomes {
		if o.State != NotExpressible {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%v\t%s\n", o.Package, o.Release.Version, o.Release.Fixed, o.Release.Advisory,
				o.Checks, o.Elapsed.Round(100*time.Millisecond), o.State)
		}
	}
	_ = table.Flush()
	for _, o := range outcomes {
		for _, problem := range o.Problems {
			_, _ = fmt.Fprintf(w, "\n%s, %s: %s", o.Adapter, o.Release.Advisory, problem)
		}
	}
	if n := count(outcomes, Wrong) + count(outcomes, Broken); n > 0 {
		_, _ = fmt.Fprintln(w)
	}
	if count(outcomes, NotExpressible) > 0 {
		_, _ = fmt.Fprintln(w, "\nnot expressible:")
	}
	for _, o := range outcomes {
		if o.State == NotExpressible {
			_, _ = fmt.Fprintf(w, "  %s %s, %s (%s): %s\n", o.Package, o.Release.Version, o.Release.Advisory, o.Release.What, o.Release.NotExpressible)
		}
	}
	_, _ = fmt.Fprintf(w, "\n%s\n", sum(outcomes))
}

func sum(outcomes []Outcome) string {
	packages := map[string]bool{}
	for _, o := range outcomes {
		packages[o.Package] = true
	}
	return fmt.Sprintf("%d advisories in %d packages: %d found and gone, %d wrong, %d broken, %d not expressible",
		len(outcomes), len(packages), count(outcomes, Found), count(outcomes, Wrong), count(outcomes, Broken), count(outcomes, NotExpressible))
}

func count(outcomes []Outcome, state State) int {
	n := 0
	for _, o := range outcomes {
		if o.State == state {
			n++
		}
	}
	return n
}
