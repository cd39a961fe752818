package main

import (
	"testing"
	"time"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// TestProgressLine: what is left is told by what ran, not by what was skipped at once; a long run says once what
// may make it shorter, and a slow end is not told by a quick beginning.
func TestProgressLine(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := &progress{total: 910, faster: "do so"}
	take := func(n int, v agent.Verdict, from, to time.Duration) {
		for i := range n {
			p.counts(&harness.Result{Verdict: v}, start.Add(from+(to-from)*time.Duration(i)/time.Duration(n)))
		}
	}
	for i, step := range []struct {
		passed, skipped int
		want            string
	}{
		{1, 0, "1 of 910 checks"},
		{0, 659, "660 of 910 checks"},
		{10, 0, "670 of 910 checks, at this rate 12 min more (do so)"}, // 11 in 30 s
		{10, 0, "680 of 910 checks, at this rate 8 min more"},          // 21 in 40 s
		{200, 10, "890 of 910 checks"},                                 // 221 in 50 s
		{5, 0, "895 of 910 checks, at this rate 30 s more"},            // 5 in 10 s
		{0, 0, "895 of 910 checks"},                                    // none in 10 s: the rate of all is taken
		{15, 0, "910 of 910 checks"},
	} {
		from := time.Duration(i) * 10 * time.Second
		take(step.skipped, agent.VerdictSkip, from, from)
		take(step.passed, agent.VerdictPass, from, from+10*time.Second)
		if got := p.line(start.Add(from + 10*time.Second)); got != step.want {
			t.Errorf("%d: %q, want %q", i, got, step.want)
		}
	}
}
