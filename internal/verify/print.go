package verify

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/spec"
)

// Lines are the disagreement's exchanges as input of `corsproof eval`.
func (d Disagreement) Lines() []exchange.Line {
	lines := make([]exchange.Line, len(d.Exchanges))
	var at time.Duration
	for i, x := range d.Exchanges {
		first, _ := hopOf(x.Request.URL, len(x.Hops)) // what comes before it is not asked for
		var hops []exchange.Hop
		for _, h := range x.Hops[first:] {
			hops = append(hops, exchange.Hop{Preflight: new(withLength(h.Preflight)), Response: new(withLength(h.Response))})
		}
		at += x.After
		lines[i] = exchange.NewLine(fmt.Sprintf("%d.%d", x.Session, i+1), x.Request, hops...)
		if len(d.Exchanges) > 1 {
			lines[i] = lines[i].InSession(fmt.Sprint(x.Session), at)
		}
	}
	return lines
}

// Print writes the report for people.
func (rep *Report) Print(w io.Writer) {
	fmt.Fprintf(w, "%d exchanges in %s (%.0f/s), seed %d\n", rep.Exchanges, rep.Elapsed.Round(10*time.Millisecond),
		float64(rep.Exchanges)/rep.Elapsed.Seconds(), rep.Seed)
	fmt.Fprintf(w, "%d preflights made, %d saved by the preflight cache, %d exchanges with redirects\n\n", rep.Preflights, rep.Saved, rep.Redirected)
	rep.printResults(w)
	rep.printDepartures(w)
	if rep.Named > 0 {
		fmt.Fprintf(w, "%d exchanges in which the browser sends what the standard does not, so that there is no answer to compare\n", rep.Named)
	}
	if rep.Unstable > 0 {
		fmt.Fprintf(w, "%d exchanges differed once, and not when performed again\n", rep.Unstable)
	}
	if rep.Undecided > 0 {
		fmt.Fprintf(w, "%d exchanges that the browser could not tell about, even when asked again\n", rep.Undecided)
	}
	for i, d := range rep.Disagreements {
		d.print(w, i+1)
	}
	fmt.Fprintf(w, "\n%d unexplained disagreements\n", len(rep.Disagreements))
}

func (rep *Report) share(w io.Writer, name string, n int) {
	fmt.Fprintf(w, "  %-40s %7d  %6.2f %%\n", name, n, 100*float64(n)/float64(max(rep.Exchanges, 1)))
}

func (rep *Report) printResults(w io.Writer) {
	for _, r := range []spec.Result{spec.Allowed, spec.Blocked, spec.TypeError, spec.Invalid} {
		if rep.Results[r] > 0 {
			rep.share(w, string(r), rep.Results[r])
		}
	}
	reasons := spec.Reasons()
	for _, r := range slices.Sorted(slices.Values(spec.MaskReasons())) {
		if !slices.Contains(reasons, r) {
			reasons = append(reasons, r)
		}
	}
	slices.SortStableFunc(reasons, func(a, b spec.Reason) int { return rep.Reasons[b] - rep.Reasons[a] })
	for _, r := range reasons {
		if rep.Reasons[r] > 0 {
			rep.share(w, "  "+string(r), rep.Reasons[r])
		}
	}
	if missing := rep.Missing(); len(missing) > 0 {
		fmt.Fprintf(w, "  never seen: %v\n", missing)
	}
}

// printDepartures lists which documented departures made a difference, with
// their sources.
func (rep *Report) printDepartures(w io.Writer) {
	if rep.Departed == 0 {
		return
	}
	fmt.Fprintf(w, "\nexplained: %s departs from the standard as its profile documents\n", rep.Engine)
	rep.share(w, "exchanges", rep.Departed)
	for _, d := range spec.ProfileOf(rep.Engine).Departures {
		if n := rep.Departures[d.ID]; n > 0 {
			rep.share(w, "  "+d.ID, n)
			fmt.Fprintf(w, "      %s\n      (%s)\n", d.Text, d.Source)
		}
	}
	if n := rep.Departures[Several]; n > 0 {
		rep.share(w, "  "+Several, n)
	}
}

func (d Disagreement) print(w io.Writer, number int) {
	fmt.Fprintf(w, "\ndisagreement %d (shrunk by performing %d exchanges)\n", number, d.Attempts)
	for _, diff := range d.Differences {
		fmt.Fprintf(w, "  %s\n    model    %s\n    browser  %s\n", diff.What, diff.Model, diff.Browser)
	}
	for i, line := range d.Lines() {
		if mode := d.Exchanges[i].Request.Cache; mode != "" {
			fmt.Fprintf(w, "  with fetch's cache mode %s, which the format has no member for:\n", mode)
		}
		fmt.Fprintf(w, "  %s\n", strings.TrimSpace(string(line.Append(nil))))
	}
}

// WriteLines writes the disagreements as input of `corsproof eval`.
func (rep *Report) WriteLines(w io.Writer) error {
	var text []byte
	for _, d := range rep.Disagreements {
		for _, line := range d.Lines() {
			text = append(line.Append(text), '\n')
		}
	}
	_, err := w.Write(text)
	return err
}
