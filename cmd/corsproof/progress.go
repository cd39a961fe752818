package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/corsproof/corsproof/harness"
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
}

func newProgress(w io.Writer, n int, quiet bool) *progress {
	switch {
	case quiet:
		return &progress{}
	case terminal(w):
		return &progress{bar: progressbar.NewOptions(n,
			progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(30), progressbar.OptionShowCount(),
			progressbar.OptionSetDescription("checks"), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(50*time.Millisecond), progressbar.OptionSetPredictTime(false))}
	}
	return &progress{lines: w, total: n, said: time.Now()}
}

// add counts a result. It is called by one goroutine at a time.
func (p *progress) add(harness.Result) {
	if p.bar != nil {
		_ = p.bar.Add(1) // a bar that cannot be drawn is not a reason to stop
	}
	p.done++
	if p.lines != nil && time.Since(p.said) >= sayEvery {
		p.said = time.Now()
		fmt.Fprintf(p.lines, "%d of %d checks\n", p.done, p.total)
	}
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
