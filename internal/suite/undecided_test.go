package suite

import (
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// What is undecided says nothing about the target: a test is skipped with the
// reason, also where the failure is known, and fails only when it is strict.
func TestUndecided(t *testing.T) {
	r := &harness.Result{ID: "a/b", Case: "a", Verdict: agent.VerdictUndecided, Reason: "no answer came twice"}
	for name, c := range map[string]struct {
		Config
		want Outcome
	}{
		"plain":        {Config{}, Skipped},
		"known":        {Config{Known: []Known{{"a", "it is so"}}}, Skipped},
		"strict":       {Config{Strict: true}, Failed},
		"strict known": {Config{Strict: true, Known: []Known{{"a", "it is so"}}}, Failed},
	} {
		if got, text := c.Judge(&harness.Summary{}, &cases.Table{}).Of(r); got != c.want {
			t.Errorf("%s: %d (%s), not %d", name, got, text, c.want)
		} else if want := "undecided: no answer came twice"; got == Skipped && text != want {
			t.Errorf("%s: %q, not %q", name, text, want)
		}
	}
}
