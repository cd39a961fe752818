package baseline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/report"
)

// Apply marks what the list has in a report: each check that fails, or warns, and that an entry
// names by itself, or all of whose causes entries name, and each finding of which nothing else is left. It
// may be called for the reports of several endpoints, and Stale then. now decides what has expired.
func (l *File) Apply(r *report.Report, now time.Time) {
	for i := range l.Known {
		e := &l.Known[i]
		e.expired = !e.last.IsZero() && !now.Before(e.last.AddDate(0, 0, 1))
	}
	causes := map[string][]string{} // by check
	for i := range r.Findings {
		for _, id := range r.Findings[i].Explains {
			causes[id] = append(causes[id], r.Findings[i].Cause)
		}
	}
	for i := range r.Results {
		l.row(&r.Results[i], causes[r.Results[i].ID])
	}
	var list []report.Finding
	for i := range r.Findings {
		list = append(list, l.split(r, r.Findings[i])...)
	}
	r.Findings = list
	r.Baseline = &report.Baseline{File: l.path}
	r.Recount()
}

// row marks a check. Errors are what could not be carried out: only an entry that names the
// check itself is about those.
func (l *File) row(row *report.Row, causes []string) {
	bad := row.Verdict == agent.VerdictFail || row.Verdict == agent.VerdictWarn || row.Verdict == agent.VerdictError
	for i := range l.Known {
		e := &l.Known[i]
		if !e.about(row.ID) || row.Verdict == agent.VerdictSkip || row.Verdict == agent.VerdictUndecided {
			continue
		}
		if !bad {
			e.passes = append(e.passes, row.ID)
			continue
		}
		e.fails[row.ID] = true
		if !e.expired && row.Known == "" {
			row.Known = e.Reason
		}
	}
	if !bad || row.Verdict == agent.VerdictError {
		return
	}
	all, reason := len(causes) > 0, ""
	for _, cause := range causes {
		known := false
		for i := range l.Known {
			e := &l.Known[i]
			if cause == "" || !e.names(cause, row.Policy) {
				continue
			}
			e.fails[row.ID] = true
			if !e.expired {
				known, reason = true, e.Reason
			}
		}
		all = all && known
	}
	if all && row.Known == "" {
		row.Known = reason
	}
}

// split gives what is known of a finding and what is new, as findings of their own. A cause that
// is known is, though a check that shows it also fails by another.
func (l *File) split(r *report.Report, f report.Finding) []report.Finding {
	reasons := map[string]string{}
	for i := range r.Results {
		row := &r.Results[i]
		if reasons[row.ID] = row.Known; row.Known == "" {
			reasons[row.ID] = l.reason(f.Cause, row.Policy)
		}
	}
	known, fresh := f, f
	known.Explains, fresh.Explains = nil, nil
	for _, id := range f.Explains {
		if reason := reasons[id]; reason != "" {
			known.Explains = append(known.Explains, id)
			if known.Known == "" {
				known.Known = reason
			}
			continue
		}
		fresh.Explains = append(fresh.Explains, id)
	}
	switch {
	case len(known.Explains) == 0:
		return []report.Finding{f}
	case len(fresh.Explains) == 0 || !bad(r, fresh.Explains):
		known.Explains = f.Explains
		return []report.Finding{known}
	}
	known.Policies, fresh.Policies = policies(known.Explains), policies(fresh.Explains)
	return []report.Finding{fresh, known}
}

// reason is why a cause is known under a policy; empty: it is not.
func (l *File) reason(cause, policy string) string {
	for i := range l.Known {
		if e := &l.Known[i]; cause != "" && !e.expired && e.names(cause, policy) {
			return e.Reason
		}
	}
	return ""
}

// bad tells whether one of the checks fails or warns.
func bad(r *report.Report, ids []string) bool {
	return slices.ContainsFunc(r.Results, func(row report.Row) bool {
		return (row.Verdict == agent.VerdictFail || row.Verdict == agent.VerdictWarn) && slices.Contains(ids, row.ID)
	})
}

// policies are those of checks, each once.
func policies(ids []string) []string {
	var list []string
	for _, id := range ids {
		_, policy, _ := strings.Cut(id, "/")
		if !slices.Contains(list, policy) {
			list = append(list, policy)
		}
	}
	slices.Sort(list)
	return list
}

// Scope is how much of what the list is about a run could show.
type Scope struct {
	// Whole: all checks of all endpoints ran to their end.
	Whole bool
	// Browser: a browser took part.
	Browser bool
}

// Settle puts into the report which entries are out of date, and the path by which it names the list.
func (l *File) Settle(r *report.Report, path string, s Scope) {
	r.Baseline.File = path
	r.Baseline.Stale, r.Baseline.StaleLines = l.outdated(s)
}

// Stale says which entries are out of date: they have expired, or what they name is no longer
// wrong. Of what a run could not show nothing is said.
func (l *File) Stale(s Scope) []string {
	texts, _ := l.outdated(s)
	return texts
}

// outdated are the entries that are out of date, each as a sentence, and their lines in the file.
func (l *File) outdated(s Scope) (texts []string, lines []int) {
	for i := range l.Known {
		e := &l.Known[i]
		if text := e.stale(s); text != "" {
			texts = append(texts, fmt.Sprintf("%s:%d: %s (%s) %s", l.path, e.line, e.ID, e.Reason, text))
			lines = append(lines, e.line)
		}
	}
	return texts, lines
}

func (e *Entry) stale(s Scope) string {
	unseen := e.Browser && !s.Browser
	switch {
	case e.expired && len(e.fails) > 0:
		return fmt.Sprintf("expired on %s and is still there: mend it, or set another day", e.Expires)
	case len(e.passes) > 0 && len(e.fails) == 0 && e.cause == nil:
		return fmt.Sprintf("is known to fail and passes (%s): take it off the list", some(e.passes))
	case len(e.passes) > 0 && e.cause == nil:
		return fmt.Sprintf("also names what passes (%s): name what fails alone", some(e.passes))
	case len(e.fails) > 0 || !s.Whole || unseen:
		return ""
	case e.cause != nil:
		return "is no longer there: take it off the list"
	case len(e.passes) == 0:
		return "names no cause and no check that was decided: correct it, or take it off the list"
	}
	return ""
}

// some are the first of a list.
func some(list []string) string {
	if len(list) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:3], ", "), len(list)-3)
	}
	return strings.Join(list, ", ")
}
