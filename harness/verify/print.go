package verify

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/spec"
)

// Lines are the disagreement's exchanges as input of `corsproof eval`.
func (d Disagreement) Lines() []exchange.Line {
	lines := make([]exchange.Line, len(d.Exchanges))
	for i, x := range d.Exchanges {
		hops := make([]exchange.Hop, len(x.Hops))
		for j, h := range x.Hops {
			hops[j] = exchange.Hop{
				Preflight: &h.Preflight,
				Response:  &spec.Response{Status: h.Response.Status, Header: withLength(h.Response)},
			}
		}
		lines[i] = exchange.NewLine(fmt.Sprintf("%d.%d", x.Session, i+1), x.Request, hops...)
		if len(d.Exchanges) > 1 {
			lines[i] = lines[i].InSession(fmt.Sprint(x.Session), 0)
		}
	}
	return lines
}

// Print writes the report for people.
func (rep *Report) Print(w io.Writer) {
	fmt.Fprintf(w, "%d exchanges in %s (%.0f/s), seed %d\n", rep.Exchanges, rep.Elapsed.Round(10*time.Millisecond),
		float64(rep.Exchanges)/rep.Elapsed.Seconds(), rep.Seed)
	fmt.Fprintf(w, "%d preflights made, %d saved by the preflight cache, %d exchanges with redirects\n\n", rep.Preflights, rep.Saved, rep.Redirected)
	share := func(name string, n int) {
		fmt.Fprintf(w, "  %-40s %7d  %5.1f %%\n", name, n, 100*float64(n)/float64(max(rep.Exchanges, 1)))
	}
	for _, r := range []spec.Result{spec.Allowed, spec.Blocked, spec.TypeError, spec.Invalid} {
		if rep.Results[r] > 0 {
			share(string(r), rep.Results[r])
		}
	}
	reasons := spec.Reasons()
	slices.SortStableFunc(reasons, func(a, b spec.Reason) int { return rep.Reasons[b] - rep.Reasons[a] })
	for _, r := range reasons {
		if rep.Reasons[r] > 0 {
			share("  "+string(r), rep.Reasons[r])
		}
	}
	if missing := rep.Missing(); len(missing) > 0 {
		fmt.Fprintf(w, "  never seen: %v\n", missing)
	}
	if rep.Unstable > 0 {
		fmt.Fprintf(w, "  %d exchanges differed once, and not when performed again\n", rep.Unstable)
	}
	if rep.Undecided > 0 {
		fmt.Fprintf(w, "  %d exchanges that the browser could not tell about, even when asked again\n", rep.Undecided)
	}
	for i, d := range rep.Disagreements {
		fmt.Fprintf(w, "\ndisagreement %d (shrunk by performing %d exchanges)\n", i+1, d.Attempts)
		for _, diff := range d.Differences {
			fmt.Fprintf(w, "  %s\n    model    %s\n    browser  %s\n", diff.What, diff.Model, diff.Browser)
		}
		for _, line := range d.Lines() {
			fmt.Fprintf(w, "  %s\n", line.Append(nil))
		}
	}
	fmt.Fprintf(w, "\n%d unexplained disagreements\n", len(rep.Disagreements))
}
