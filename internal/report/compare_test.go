package report_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/report"
)

// caused is a finding of a cause that explains checks.
func caused(id string, level cases.Level, severity cases.Severity, explains ...string) harness.Finding {
	f := harness.Finding{ID: id, Cause: id, Title: "Title of " + id, Level: level, Browser: []string{}, Explains: explains}
	if severity != "" {
		f.Severity = &severity
	}
	return f
}

func TestCompare(t *testing.T) {
	pass, fail, skip, undecided := agent.VerdictPass, agent.VerdictFail, agent.VerdictSkip, agent.VerdictUndecided
	run := func(verdicts map[string]agent.Verdict, findings ...harness.Finding) *report.Report {
		var results []harness.Result
		for id, v := range verdicts {
			name, policy, _ := strings.Cut(id, "/")
			results = append(results, result(name, policy, v))
		}
		return withFindings(findings, results...)
	}
	was := run(map[string]agent.Verdict{"first/a": fail}, caused("c", cases.Must, "", "first/a"))
	for name, c := range map[string]struct {
		old, new *report.Report
		want     report.Change
		worse    bool
	}{
		"the same":                     {was, was, report.ChangeSame, false},
		"new":                          {run(map[string]agent.Verdict{"first/a": pass}), was, report.ChangeNew, true},
		"new, a warning":               {run(nil), run(map[string]agent.Verdict{"second/a": agent.VerdictWarn}, caused("w", cases.Practice, "", "second/a")), report.ChangeNew, false},
		"gone":                         {was, run(map[string]agent.Verdict{"first/a": pass}), report.ChangeGone, false},
		"not run is not gone":          {was, run(map[string]agent.Verdict{"first/a": skip}), report.ChangeUnknown, false},
		"undecided is not gone":        {was, run(map[string]agent.Verdict{"first/a": undecided}), report.ChangeUnknown, false},
		"not there is not gone":        {was, run(nil), report.ChangeUnknown, false},
		"worse":                        {was, run(map[string]agent.Verdict{"first/a": fail}, caused("c", cases.Must, cases.High, "first/a")), report.ChangeWorse, true},
		"better":                       {run(map[string]agent.Verdict{"first/a": fail}, caused("c", cases.Must, cases.High, "first/a")), was, report.ChangeBetter, false},
		"fewer checks, the same cause": {run(map[string]agent.Verdict{"first/a": fail, "first/b": fail}, caused("c", cases.Must, "", "first/a", "first/b")), was, report.ChangeSame, false},
	} {
		got := report.Compare(c.old, c.new)
		if len(got.Changes) != 1 || got.Changes[0].Change != c.want || got.Worse() != c.worse {
			t.Errorf("%s: %+v, worse %v", name, got.Changes, got.Worse())
		}
		var b strings.Builder
		if err := got.Print(&b, true); err != nil || !strings.Contains(b.String(), string(c.want)) {
			t.Errorf("%s: %s", name, b.String())
		}
	}
	// Turned round, what was new is gone.
	two := run(map[string]agent.Verdict{"first/a": fail, "first/b": fail}, caused("c", cases.Must, "", "first/a"), caused("d", cases.Must, "", "first/b"))
	one := run(map[string]agent.Verdict{"first/a": fail, "first/b": pass}, caused("c", cases.Must, "", "first/a"))
	there, back := report.Compare(one, two), report.Compare(two, one)
	if there.Changes[0].Change != report.ChangeNew || back.Changes[0].Change != report.ChangeGone || there.Changes[0].ID != back.Changes[0].ID || !there.Worse() || back.Worse() {
		t.Errorf("%+v\n%+v", there.Changes, back.Changes)
	}
}

// TestComparable: what makes two runs hard to compare is told.
func TestComparable(t *testing.T) {
	base := func() *report.Report { return newReport(result("first", "a", agent.VerdictPass)) }
	for want, change := range map[string]func(*report.Report){
		"different targets":              func(r *report.Report) { r.Target = "other" },
		"different policies":             func(r *report.Report) { r.Declared = &cases.Policy{Name: "p"} },
		"different versions":             func(r *report.Report) { r.Tool = "corsproof 2" },
		"and with chrome":                func(r *report.Report) { r.Agents = []harness.AgentInfo{{Name: "chrome"}} },
		"shard 1 of 2 alone":             func(r *report.Report) { r.Shard = &harness.ShardState{Shard: harness.Shard{Index: 1, Of: 2}} },
		"the run was cut short: it died": func(r *report.Report) { r.Stopped = &harness.Stopped{Reason: "it died"} },
	} {
		other := base()
		change(other)
		if notes := strings.Join(report.Compare(base(), other).Notes, "; "); !strings.Contains(notes, want) {
			t.Errorf("%q does not say %q", notes, want)
		}
	}
	if notes := report.Compare(base(), base()).Notes; len(notes) > 0 {
		t.Errorf("%v", notes)
	}
}

// TestCompareChecks: a difference names the checks that show a finding only now, and those that pass now. What is gone
// says nothing of them in the text, and names none that fails still, of another cause.
func TestCompareChecks(t *testing.T) {
	run := func(verdict agent.Verdict, findings ...harness.Finding) *report.Report {
		return withFindings(findings, result("first", "a", agent.VerdictFail), result("first", "b", verdict))
	}
	both := run(agent.VerdictFail, caused("c", cases.Must, "", "first/a", "first/b"))
	one := run(agent.VerdictPass, caused("c", cases.Must, "", "first/a"))
	for name, c := range map[string]struct {
		old, new   *report.Report
		want       report.Change
		more, less string
		says       string
	}{
		"one check passes":          {both, one, report.ChangeSame, "", "first/b", "c\n         shown by 0 checks more, and by 1 no longer\n"},
		"one check more":            {one, both, report.ChangeSame, "first/b", "", "c\n         shown by 1 check more, and by 0 no longer\n"},
		"gone":                      {one, withFindings(nil, result("first", "a", agent.VerdictPass)), report.ChangeGone, "", "first/a", "c\n\n"},
		"gone, and one fails still": {both, run(agent.VerdictPass, caused("d", cases.Must, "", "first/a")), report.ChangeGone, "", "first/b", "c\n\n"},
		"gone, and warned of still": {one, withFindings(nil, result("first", "a", agent.VerdictWarn)), report.ChangeGone, "", "", "c\n\n"},
	} {
		cmp := report.Compare(c.old, c.new)
		got := cmp.Changes[len(cmp.Changes)-1]
		if got.Change != c.want || strings.Join(got.More, " ") != c.more || strings.Join(got.Less, " ") != c.less {
			t.Errorf("%s: %+v", name, got)
		}
		var b strings.Builder
		if err := cmp.Print(&b, true); err != nil || !strings.Contains(b.String(), c.says) {
			t.Errorf("%s: %s", name, b.String())
		}
	}
}
