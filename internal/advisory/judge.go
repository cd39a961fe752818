package advisory

import (
	"fmt"
	"maps"
	"slices"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/adapter"
)

// judge compares the results of the two releases and says what is wrong. What
// the framework cannot say, or has no place for, in one of them is left out; a
// case of which nothing is left is wrong.
func judge(r adapter.Release, bad, fixed map[string]harness.Result) (checks int, problems []string) {
	want := agent.VerdictFail
	if r.Verdict == "warn" {
		want = agent.VerdictWarn
	}
	decided, unrun := map[string]bool{}, map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(bad)) {
		b, f := bad[id], fixed[id]
		if why := leftOut(b, f); why != "" {
			unrun[b.Case] = why
			continue
		}
		decided[b.Case] = true
		checks++
		if b.Verdict != want {
			problems = append(problems, fmt.Sprintf("%s: %s gives %s, not %s", r.Version, id, told(b), want))
		}
		if f.Verdict != agent.VerdictPass && f.Skip != harness.SkipRefused {
			problems = append(problems, fmt.Sprintf("%s: %s gives %s, not %s", r.Fixed, id, told(f), agent.VerdictPass))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(unrun)) {
		if !decided[id] {
			problems = append(problems, fmt.Sprintf("%s did not run: %s", id, unrun[id]))
		}
	}
	return checks, problems
}

// leftOut is why a check means nothing for the two releases, or "". A policy that
// only the fixed one refuses is fixed.
func leftOut(bad, fixed harness.Result) string {
	switch {
	case bad.Verdict == agent.VerdictSkip:
		return bad.Reason
	case fixed.ID == "":
		return "the fixed release has no such check"
	case fixed.Verdict == agent.VerdictSkip && fixed.Skip != harness.SkipRefused:
		return fixed.Reason
	}
	return ""
}

// told is a verdict with the reason where it has one.
func told(r harness.Result) string {
	if r.Reason == "" {
		return string(r.Verdict)
	}
	return fmt.Sprintf("%s (%s)", r.Verdict, r.Reason)
}
