package main

import (
	"errors"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/report"
)

// TestUnlooked: a part of the policy that a whole run has no check for is our
// own error; what was left out on purpose, or could not be sent, is not.
func TestUnlooked(t *testing.T) {
	part := cases.Stated{Kind: cases.StatedMethod, Value: "PUT"}
	whole := selectionFlags{level: string(cases.Info)}
	for name, c := range map[string]struct {
		selection selectionFlags
		reason    string
		want      int
	}{
		"nothing is about it":  {whole, "", exitSelfcheck},
		"it may not be sent":   {whole, "sends PUT", exitConformant},
		"checks were chosen":   {selectionFlags{level: string(cases.Info), focus: []string{"vary-*"}}, "", exitConformant},
		"checks were left out": {selectionFlags{level: string(cases.Info), skip: []string{"stated-*"}}, "", exitConformant},
		"a level was chosen":   {selectionFlags{level: string(cases.Must)}, "", exitConformant},
	} {
		t.Run(name, func(t *testing.T) {
			f := runFlags{selectionFlags: c.selection}
			code := exitConformant
			if e, ok := errors.AsType[*status](f.unlooked(&report.Report{NotLookedAt: []harness.NotLookedAt{{Part: part, Reason: c.reason}}})); ok {
				code = e.code
			}
			if code != c.want {
				t.Errorf("exit status %d, want %d", code, c.want)
			}
		})
	}
}
