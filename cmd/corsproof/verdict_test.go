package main

import (
	"errors"
	"testing"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/report"
)

// The exit status of a run follows from its counts.
func TestExitStatus(t *testing.T) {
	for name, c := range map[string]struct {
		rep  report.Report
		want int
	}{
		"all passed":             {report.Report{Counts: report.Counts{Checks: 3, Pass: 3}}, 0},
		"warnings":               {report.Report{Counts: report.Counts{Checks: 3, Pass: 2, Warn: 1}}, 0},
		"a failure":              {report.Report{Counts: report.Counts{Checks: 3, Pass: 2, Fail: 1}}, exitFailures},
		"failure and undecided":  {report.Report{Counts: report.Counts{Checks: 3, Fail: 1, Undecided: 2}}, exitFailures},
		"some undecided":         {report.Report{Counts: report.Counts{Checks: 3, Pass: 2, Undecided: 1}}, 0},
		"nothing decided":        {report.Report{Counts: report.Counts{Checks: 3, Skip: 1, Info: 1, Undecided: 1}}, exitUnreachable},
		"nothing run":            {report.Report{Counts: report.Counts{Checks: 3, Skip: 3}}, exitUsage},
		"an error":               {report.Report{Counts: report.Counts{Checks: 3, Pass: 2, Error: 1}}, exitUnreachable},
		"the target died":        {report.Report{Counts: report.Counts{Checks: 3, Fail: 1, Skip: 2}, Stopped: &harness.Stopped{}}, exitUnreachable},
		"the suite's own errors": {report.Report{Counts: report.Counts{Checks: 3, Pass: 3, Disagreements: 1}}, exitSelfcheck},
	} {
		got := 0
		if s, ok := errors.AsType[*status](verdict(&c.rep, nil)); ok {
			got = s.code
		}
		if got != c.want {
			t.Errorf("%s: exit %d, not %d", name, got, c.want)
		}
	}
}
