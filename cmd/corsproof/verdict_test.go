package main

import (
	"errors"
	"testing"

	"github.com/corsproof/corsproof/cases"
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
		"a finding of a must":    {report.Report{Counts: report.Counts{Checks: 1, Warn: 1}, Findings: []report.Finding{{Finding: harness.Finding{Level: cases.Must}}}}, exitFailures},
		"a mere finding":         {report.Report{Counts: report.Counts{Checks: 1, Warn: 1}, Findings: []report.Finding{{Finding: harness.Finding{Level: cases.Should}}}}, 0},
		"failure and undecided":  {report.Report{Counts: report.Counts{Checks: 3, Fail: 1, Undecided: 2}}, exitFailures},
		"some undecided":         {report.Report{Counts: report.Counts{Checks: 3, Pass: 2, Undecided: 1}}, 0},
		"nothing decided":        {report.Report{Counts: report.Counts{Checks: 3, Skip: 1, Info: 1, Undecided: 1}}, exitUnreachable},
		"nothing run":            {report.Report{Counts: report.Counts{Checks: 3, Skip: 3}}, exitUsage},
		"an error":               {report.Report{Counts: report.Counts{Checks: 3, Pass: 2, Error: 1}}, exitUnreachable},
		"the target died":        {report.Report{Counts: report.Counts{Checks: 3, Fail: 1, Skip: 2}, Stopped: &harness.Stopped{}}, exitUnreachable},
		"the suite's own errors": {report.Report{Counts: report.Counts{Checks: 3, Pass: 3, Disagreements: 1}}, exitSelfcheck},
	} {
		got := 0
		if s, ok := errors.AsType[*status](verdict(&c.rep)); ok {
			got = s.code
		}
		if got != c.want {
			t.Errorf("%s: exit %d, not %d", name, got, c.want)
		}
	}
}

// With --strict warnings and what is undecided are failures.
func TestStrict(t *testing.T) {
	for name, c := range map[string]struct {
		counts report.Counts
		strict bool
		want   int
	}{
		"warnings":              {report.Counts{Checks: 3, Pass: 2, Warn: 1}, true, exitFailures},
		"undecided":             {report.Counts{Checks: 3, Pass: 2, Undecided: 1}, true, exitFailures},
		"warnings, not strict":  {report.Counts{Checks: 3, Pass: 2, Warn: 1}, false, 0},
		"undecided, not strict": {report.Counts{Checks: 3, Pass: 2, Undecided: 1}, false, 0},
		"all passed":            {report.Counts{Checks: 3, Pass: 3}, true, 0},
		"not run":               {report.Counts{Checks: 3, Pass: 2, Skip: 1}, true, 0},
	} {
		f, got := runFlags{strict: c.strict}, 0
		if s, ok := errors.AsType[*status](f.strictly(&report.Report{Counts: c.counts})); ok {
			got = s.code
		}
		if got != c.want {
			t.Errorf("%s: exit %d, not %d", name, got, c.want)
		}
	}
}
