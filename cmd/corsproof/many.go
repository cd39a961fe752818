package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/browsers"
	"github.com/corsproof/corsproof/internal/limit"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/roster"
)

// manyRun is a run of several targets, each held to the same policy. Those of the command line
// have a page each, those of a list a line; either may have reports of its own. The exit status is
// that of the gravest end.
type manyRun struct {
	*common
	list  string           // its name; empty: the targets are those of the command line
	pools []*browsers.Pool // of each worker
	turns roster.Turns
	lines io.Writer // what people read
	ends  []*roster.Record
}

// many runs against several servers.
func (f *runFlags) many(ctx context.Context, cmd *cobra.Command, urls []string) error {
	if err := f.conflicts(cmd, urls); err != nil {
		return err
	}
	next, name, closeList, err := f.entries(cmd, urls)
	if err != nil {
		return err
	}
	defer closeList()
	c, err := f.common(cmd)
	if err != nil {
		return err
	}
	if err := c.load(); err != nil {
		return err
	}
	m := &manyRun{common: c, list: name, lines: cmd.OutOrStdout()}
	if f.results == "-" {
		m.lines = cmd.ErrOrStderr()
	}
	for range f.parallel {
		m.pools = append(m.pools, f.pool())
	}
	defer m.close()
	hold(ctx)
	file, err := m.begin(ctx)
	if err != nil {
		return err
	}
	out, err := (&roster.Run{
		Next: next, Workers: f.parallel, File: file, Measure: m.measure, Done: m.done,
		Bad: func(line *roster.BadLine) { fmt.Fprintf(cmd.ErrOrStderr(), "error: %s\n", block.Visible(line.Error())) },
	}).Do(ctx)
	return m.conclude(ctx, file, &out, errors.Join(err, file.Close()))
}

func (m *manyRun) close() {
	for _, p := range m.pools {
		p.Close()
	}
}

// anywhere is a target with which flags are tried: what is wrong with them would be said of each.
const anywhere = "https://127.0.0.1/"

// begin tries the flags, opens the file of results, and says what every target is held to.
func (m *manyRun) begin(ctx context.Context) (*roster.File, error) {
	try := m.f.targetFlags
	try.request.wait = 0
	target, _, err := try.open(ctx, m.table, []string{anywhere}, m.f.request.given(m.cmd.Flags()), m.cmd.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	if target.Declared == nil && m.list != "" {
		return nil, usage(errors.New("no policy was stated that the targets of the list are held to"), "--origin https://app.example.com, or --policy FILE")
	}
	checks, err := m.f.selectionFlags.checks(m.table, target)
	if err != nil {
		return nil, err
	}
	if target.Declared != nil {
		m.narrow = narrowed(m.table, checks)
	}
	file, err := m.f.keep(m.cmd, m.f.settings(m.table, target.Declared, target.Requests))
	if err == nil && m.list != "" {
		err = m.header(ctx, target, checks)
	}
	return file, err
}

// narrowed is what of the table some checks are of: what each target is asked, by a policy that all have, is
// chosen once.
func narrowed(table *cases.Table, checks []cases.Check) *cases.Table {
	wanted := map[string]bool{}
	for i := range checks {
		wanted[checks[i].Case.ID] = true
	}
	out := *table
	out.Cases = slices.DeleteFunc(slices.Clone(table.Cases), func(c cases.Case) bool { return !wanted[c.ID] })
	return &out
}

// header says what the targets of a list are held to.
func (m *manyRun) header(ctx context.Context, target *harness.Target, checks []cases.Check) error {
	agents, note, err := m.pools[0].For(ctx, target.Requests)
	if err != nil {
		return err
	}
	var about []string
	if note != "" {
		about = append(about, note)
	}
	about = append(about, sends(target, checks))
	about = append(about, given(target)...)
	elsewhere := slices.Concat([]string{"OPTIONS", "GET", "HEAD"}, m.f.allowMethods)
	about = append(about, fmt.Sprintf("to servers that are not on this machine %s alone, at most %g requests a second to each", strings.Join(elsewhere, ", "), cmp.Or(m.f.rate, limit.DefaultRate)))
	about = append(about, "held to "+report.Held(target.Declared))
	m.f.printer(&page{w: m.lines}).Header(toolVersion(), "the targets of "+m.list, "", versions(agents, m.f.verbose), about...)
	return nil
}

// measure runs the checks against one target, and writes its reports.
func (m *manyRun) measure(ctx context.Context, worker int, e roster.Entry, r *roster.Record) error {
	if host := origin.Host(e.URL); !origin.Loopback(host) { // two at once would get twice the rate
		end, err := m.turns.Take(ctx, host)
		if err != nil {
			return err
		}
		defer end()
	}
	one, c := *m.f, *m.common
	one.outputFlags = m.f.outputFlags.numbered(e.Line)
	c.f, c.pool = &one, m.pools[worker]
	rep, err := m.one(ctx, &c, e)
	if rep != nil && len(rep.AgentErrors) > 0 {
		c.pool.Close() // the next target gets another browser
	}
	s, failed := errors.AsType[*status](err)
	if failed && s.code == exitBrowser && rep == nil {
		return err
	}
	if err != nil && !failed {
		s = &status{code: exitUsage, err: err}
	}
	m.fill(r, rep, s)
	if m.list == "" {
		say(m.cmd.ErrOrStderr(), err)
	}
	return nil
}

// fill is what became of a target; rep and s are nil where there is none.
func (m *manyRun) fill(r *roster.Record, rep *report.Report, s *status) {
	if rep != nil {
		r.Fill(rep)
	}
	if s != nil {
		r.Status, r.Error = s.code, s.Error()
	}
	r.End = ends[r.Status]
	if r.Interrupted {
		r.End, r.Error = "interrupted", "the run ended before this target's did"
	}
}

// one runs against one target. The page is for those who named it.
func (m *manyRun) one(ctx context.Context, c *common, e roster.Entry) (rep *report.Report, err error) {
	outputs, err := c.f.outputFlags.open(m.cmd, c.f.policyFile)
	if err != nil {
		return nil, err
	}
	defer func() { err = outputs.left(err) }()
	outputs.page.w = m.lines
	if m.list != "" {
		c.f.quiet, outputs.page.w = true, io.Discard
	} else if e.Line > 1 {
		fmt.Fprintln(m.lines)
	}
	return c.run(ctx, []string{e.URL}, outputs)
}

// done says what became of a target.
func (m *manyRun) done(r *roster.Record) {
	if m.list == "" {
		m.ends = append(m.ends, r)
		return
	}
	what := r.Error
	if ids := r.Breaking(); len(ids) > 0 {
		what = strings.Join(ids, ", ")
	}
	if what, _, _ = strings.Cut(what, "\n"); r.Doubt != "" {
		what = strings.TrimPrefix(what+"; "+r.Doubt, "; ")
	}
	fmt.Fprintln(m.lines, strings.TrimRight(fmt.Sprintf("%6d  %-10s  %s  %s", r.Line, r.End, block.Visible(r.URL), block.Visible(what)), " "))
}

// conclude says what became of all, and gives the exit status.
func (m *manyRun) conclude(ctx context.Context, file *roster.File, out *roster.Outcome, err error) error {
	if out.Targets+out.Skipped+out.Bad == 0 && ctx.Err() == nil && err == nil {
		return usage(errors.New("the list names no target"), "a URL on each line")
	}
	worst := m.summary(file, out)
	var kept []string
	if file != nil && m.f.results != "-" {
		kept = []string{"--resume goes on from " + m.f.results}
	}
	switch s, failed := errors.AsType[*status](err); {
	case ctx.Err() != nil:
		return &status{code: exitUsage, err: errors.New("interrupted; what was measured until then is above"), hints: kept}
	case failed:
		return &status{code: s.code, err: s.err, hints: slices.Concat(s.hints, kept)}
	case err != nil:
		return usage(err, kept...)
	}
	return &status{code: worst}
}

// summary says what became of all, those of earlier runs too, and gives the gravest status.
func (m *manyRun) summary(file *roster.File, out *roster.Outcome) (worst int) {
	all := &out.Tally
	fmt.Fprintf(m.lines, "\n%s", block.Count(out.Targets, "target"))
	if file != nil && file.Earlier.Targets > 0 {
		fmt.Fprintf(m.lines, ", and %d of earlier runs", file.Earlier.Targets)
		all.Merge(&file.Earlier)
	}
	fmt.Fprint(m.lines, ":\n")
	for _, r := range m.ends {
		fmt.Fprintf(m.lines, "  %-34s %s\n", r.End, block.Visible(r.URL))
	}
	if m.list != "" {
		all.Print(m.lines)
	}
	if out.Again > 0 {
		fmt.Fprintf(m.lines, "%s a target of a line before\n", verb(out.Again, "line", "names", "name"))
	}
	worst = all.Worst
	if out.Bad > 0 {
		fmt.Fprintf(m.lines, "%s no target\n", verb(out.Bad, "line", "names", "name"))
		worst = max(worst, exitUsage)
	}
	return worst
}

// verb is a number of things, with what they do.
func verb(n int, thing, one, several string) string {
	if n == 1 {
		return block.Count(n, thing) + " " + one
	}
	return block.Count(n, thing) + " " + several
}

// ends say what an exit status means of one server.
var ends = map[int]string{
	exitConformant: "conformant", exitFailures: "findings", exitUsage: "not judged",
	exitUnreachable: "not reachable, or nothing decided", exitBrowser: "the browser is missing or broke", exitSelfcheck: "the suite's own check failed",
}

// standard tells whether a report goes to standard output.
func (f *outputFlags) standard() bool {
	return slices.ContainsFunc(f.asked(), func(a [2]string) bool { return strings.HasSuffix(a[1], "=-") })
}

// numbered are the same outputs with a number in the name of each file.
func (f outputFlags) numbered(n int) outputFlags {
	number := func(path string) string {
		if path == "" {
			return ""
		}
		ext := filepath.Ext(path)
		return fmt.Sprintf("%s-%d%s", strings.TrimSuffix(path, ext), n, ext)
	}
	f.json, f.junit, f.reports = number(f.json), number(f.junit), slices.Clone(f.reports)
	for i, text := range f.reports {
		if format, path, ok := strings.Cut(text, "="); ok {
			f.reports[i] = format + "=" + number(path)
		}
	}
	return f
}
