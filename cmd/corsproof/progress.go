package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// sayEvery is the time between two lines about how far a run has come.
const sayEvery = 10 * time.Second

// progress shows how far a run has come: a bar on a terminal, elsewhere a line now
// and then.
type progress struct {
	bar         *progressbar.ProgressBar
	lines       io.Writer // nil: none
	done, total int
	said        time.Time
	// ran are the results of what was asked, from the first of them on: what is not run takes no time.
	ran   int
	first time.Time
	// before is ran at the last line, at asked the time of it.
	before int
	asked  time.Time
	// faster is what may make a long run shorter; empty: it is not known, or was said.
	faster string
}

func newProgress(w io.Writer, n int, quiet bool) *progress {
	switch {
	case quiet:
		return &progress{}
	case terminal(w):
		return &progress{total: n, said: time.Now(), bar: progressbar.NewOptions(n,
			progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(30), progressbar.OptionShowCount(),
			progressbar.OptionSetDescription("checks"), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(50*time.Millisecond), progressbar.OptionSetPredictTime(false))}
	}
	return &progress{lines: w, total: n, said: time.Now()}
}

// counts takes a result at a time.
func (p *progress) counts(r *harness.Result, now time.Time) {
	p.done++
	if r.Verdict == agent.VerdictSkip {
		return
	}
	if p.ran++; p.first.IsZero() {
		p.first = now
	}
}

// line says how far the run has come.
func (p *progress) line(now time.Time) string {
	return fmt.Sprintf("%d of %d checks", p.done, p.total) + p.rest(now)
}

// rest says how long the rest takes at the rate so far or, where that is less, of late: the last checks may be slow
// ones. Empty: it is not known, or soon over.
func (p *progress) rest(now time.Time) string {
	const enough = 5 // from how many results a rate can be told
	left := time.Duration(p.total - p.done)
	late, since := time.Duration(p.ran-p.before), p.asked
	p.before, p.asked = p.ran, now
	if p.ran < enough {
		return ""
	}
	more := now.Sub(p.first) / time.Duration(p.ran-1) * left
	if late > 0 && !since.IsZero() {
		more = max(more, now.Sub(since)/late*left)
	}
	if more < sayEvery {
		return ""
	}
	text := ", at this rate " + about(more) + " more"
	if more > time.Minute && p.faster != "" && p.bar == nil { // a bar has no room for it
		text += " (" + p.faster + ")"
		p.faster = ""
	}
	return text
}

// about is a time as an estimate has it.
func about(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Round(10*time.Second).Seconds()))
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
}

// add counts a result. It is called by one goroutine at a time.
func (p *progress) add(r harness.Result) {
	if p.bar != nil {
		_ = p.bar.Add(1) // a bar that cannot be drawn is not a reason to stop
	}
	now := time.Now()
	p.counts(&r, now)
	if now.Sub(p.said) < sayEvery {
		return
	}
	p.said = now
	switch {
	case p.bar != nil:
		p.bar.Describe("checks" + p.rest(now))
	case p.lines != nil:
		fmt.Fprintln(p.lines, p.line(now))
	}
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
