package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/browsers"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/watch"
)

// watchFlags ask for a run again after each change.
type watchFlags struct {
	watch     bool
	watchDirs []string
}

func (f *watchFlags) register(fs *pflag.FlagSet) {
	fs.BoolVar(&f.watch, "watch", false, "run again when the project, a policy or the cases change, or the server was started again; what failed comes first")
	fs.StringArrayVar(&f.watchDirs, "watch-dir", nil, "as --watch, and when something in `DIR` changes, such as the server's source (repeatable)")
}

func (f *watchFlags) watching() bool { return f.watch || len(f.watchDirs) > 0 }

// repeatable is a run that can be made again.
type repeatable interface {
	printer() *report.Printer
	header(ctx context.Context, printer *report.Printer) error
	// first runs some of the checks, on the wire.
	first(ctx context.Context, ids map[string]bool) (*report.Report, error)
	measure(ctx context.Context) (*report.Report, error)
	conclude(printer *report.Printer, rep *report.Report) error
	// inputs are what it depends on.
	inputs() watch.Inputs
	// failed is an error of the run, without secrets.
	failed(err error) error
	close()
}

// watcher runs again and again.
type watcher struct {
	f       *runFlags
	cmd     *cobra.Command
	args    []string
	path    string // of the project; empty: none
	watched *watch.Watcher
	inputs  watch.Inputs
	told    string // what is watched, as it was last said
	pool    *browsers.Pool
	poolOf  string // what the pool starts
	last    error  // of the last run that came to its end
	ran     bool
	anew    bool           // what is run is to be said: it may be another
	before  *report.Report // of the last run that measured
	busy    map[string]int // by path: after how many runs in a row it had changed during the run
}

// untilInterrupted runs, and again after each change, until the context ends. The exit status is that of the last
// run.
func (f *runFlags) untilInterrupted(ctx context.Context, cmd *cobra.Command, args []string, path string) error {
	if err := f.watchable(); err != nil {
		return err
	}
	hold(ctx)
	events, err := watch.New()
	if err != nil {
		return usage(err)
	}
	defer events.Close()
	w := &watcher{f: f, cmd: cmd, args: args, path: path, anew: true, watched: events, busy: map[string]int{}}
	defer func() { w.usePool(nil, "") }()
	for ctx.Err() == nil {
		pending, err := w.turn(ctx)
		if err != nil {
			return err
		}
		if pending.Empty() {
			if text := w.inputs.String(); text != w.told {
				w.say("watching %s", text)
				w.told = text
			}
			w.say("waiting for a change (Ctrl-C ends)")
		}
		if !w.wait(ctx, pending) {
			break
		}
	}
	if !w.ran {
		return &status{code: exitUsage, err: errors.New("interrupted before a run came to its end")}
	}
	s := &status{code: exitConformant}
	errors.As(w.last, &s)
	return &status{code: s.code}
}

// watchable tells what does not go together with --watch.
func (f *runFlags) watchable() error {
	for _, dir := range f.watchDirs {
		if info, err := os.Stat(dir); err != nil {
			return usage(fmt.Errorf("watching the folder of --watch-dir: %w", err))
		} else if !info.IsDir() {
			return usage(fmt.Errorf("watching the folder of --watch-dir: %s is a file", dir), "the folder that it is in")
		}
	}
	switch {
	case f.shard != "":
		return usage(errors.New("--shard is for a run that ends, and --watch for one that does not"), "leave one of them out")
	case f.dryRun:
		return usage(errors.New("--dry-run sends nothing, and --watch runs again and again"), "leave one of them out")
	case f.outputFlags.standard():
		return usage(errors.New("with --watch standard output has the page of each run"), "give a file: it is replaced after each run")
	case f.adapter != "":
		return usage(errors.New("--watch is for a server that somebody else starts, and --adapter starts one"), "start it, and give its URL")
	}
	return nil
}

// say says something with the time.
func (w *watcher) say(format string, args ...any) {
	fmt.Fprintf(w.cmd.OutOrStdout(), "%s  %s\n", time.Now().Format(time.TimeOnly), block.Visible(fmt.Sprintf(format, args...)))
}

// turn is one run. What changes meanwhile is in pending; a change of what the run is made of, or of the
// server, ends it early.
func (w *watcher) turn(ctx context.Context) (pending watch.Change, err error) {
	run, err := w.prepare(ctx)
	if run != nil {
		defer run.close()
	}
	if setErr := w.watched.Set(w.inputs); setErr != nil {
		return pending, usage(setErr)
	}
	if err != nil {
		w.ended(err)
		return pending, nil
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	during := make(chan watch.Change)
	go func() { during <- w.during(running, stop) }()
	err = w.run(running, run)
	interrupted := running.Err() != nil
	stop()
	pending = <-during
	if !interrupted {
		w.ended(run.failed(err))
	}
	w.heed(&pending)
	return pending, nil
}

// ended says what a run ended with.
func (w *watcher) ended(err error) {
	w.last, w.ran = err, true
	if s, ok := errors.AsType[*status](err); ok && s.code == exitUnreachable {
		w.watched.Down()
	}
	say(w.cmd.ErrOrStderr(), err)
}

// during collects what changes while a run is under way.
func (w *watcher) during(ctx context.Context, stop func()) watch.Change {
	var all watch.Change
	for {
		c, err := w.watched.Next(ctx)
		if err != nil { // what the run's own requests changed belongs to it
			all.Add(w.watched.Rest())
			return all
		}
		all.Add(c)
		if len(c.Files)+len(c.Started)+len(c.Stopped) > 0 {
			stop()
		}
	}
}

// busyRuns is after how many runs, during each of which a file changed, its changes during runs
// count no more: it is a log of the server, or the like, and the run itself makes it grow.
const busyRuns = 3

// heed leaves out what changes with every run.
func (w *watcher) heed(pending *watch.Change) {
	for path := range w.busy {
		if !slices.Contains(pending.Below, path) {
			delete(w.busy, path)
		}
	}
	pending.Below = slices.DeleteFunc(pending.Below, func(path string) bool {
		if w.busy[path]++; w.busy[path] == busyRuns {
			w.say("%s changes during every run: while one is under way that does not count any more", path)
		}
		return w.busy[path] >= busyRuns
	})
}

// wait waits for a change after which a run makes sense, and says what it is. It is false when the context ended.
func (w *watcher) wait(ctx context.Context, c watch.Change) bool {
	for {
		if len(c.Files)+len(c.Below)+len(c.Started) > 0 {
			fmt.Fprintln(w.cmd.OutOrStdout())
			w.say("%s", &c)
			w.anew = w.anew || len(c.Files) > 0
			return true
		}
		if len(c.Stopped) > 0 {
			w.say("%s; waiting until it is there again", &c)
		}
		var err error
		if c, err = w.watched.Next(ctx); err != nil {
			return false
		}
	}
}

// prepare reads everything anew. Where that fails, what was watched before goes on being watched.
func (w *watcher) prepare(ctx context.Context) (repeatable, error) {
	one := *w.f
	var run repeatable
	var err error
	if w.path != "" {
		run, err = one.prepareProject(w)
	} else {
		run, err = one.prepareSingle(ctx, w)
	}
	in := w.inputs
	if err == nil {
		in = run.inputs()
	}
	files, dirs := one.inputs()
	in.Files, in.Dirs, in.Without = union(in.Files, files), union(in.Dirs, dirs), one.written()
	if w.path != "" {
		in.Files = union(in.Files, []string{w.path})
	}
	if one.update { // the run itself writes it
		in.Files = slices.DeleteFunc(in.Files, func(path string) bool { return path == one.baselineFlags.file })
	}
	w.inputs = in
	return run, err
}

func union(a, b []string) []string {
	list := slices.Concat(a, b)
	slices.Sort(list)
	return slices.Compact(list)
}

// usePool keeps the browsers that are open, unless others were asked for.
func (w *watcher) usePool(pool *browsers.Pool, what string) *browsers.Pool {
	if w.pool == nil || w.poolOf != what {
		if w.pool != nil {
			w.pool.Close()
		}
		w.pool, w.poolOf = pool, what
	}
	return w.pool
}

// run runs what failed, and then everything.
func (w *watcher) run(ctx context.Context, run repeatable) error {
	printer := run.printer()
	if w.anew {
		if err := run.header(ctx, printer); err != nil {
			return err
		}
		w.anew = false
	}
	if w.before != nil {
		w.firstFailed(ctx, run)
	}
	rep, err := run.measure(ctx)
	if err != nil {
		return runError(err)
	}
	if ctx.Err() != nil {
		return nil
	}
	if len(rep.AgentErrors) > 0 {
		w.pool.Close() // the next run gets another browser
	}
	changes := w.changes(rep)
	if changes != nil && changes.Same() {
		printer.W = io.Discard
	}
	err = run.conclude(printer, rep)
	if changes != nil {
		w.tell(changes, rep)
	}
	w.before = rep
	return err
}

// firstFailed runs the checks that failed, on the wire: that takes a moment, where the whole run, with a browser,
// takes seconds.
func (w *watcher) firstFailed(ctx context.Context, run repeatable) {
	ids := failedOnWire(w.before)
	if len(ids) == 0 {
		return
	}
	begun := time.Now()
	rep, err := run.first(ctx, ids)
	if err != nil || ctx.Err() != nil {
		return // the whole run says why
	}
	counts := map[string]int{"are no more": len(ids) - len(rep.Results)}
	for i := range rep.Results {
		counts[nowDo[rep.Results[i].Verdict]]++
	}
	var parts []string
	for _, what := range []string{"pass", "fail again", "warn", "are not decided", "are not run", "are no more"} {
		if n := counts[what]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	w.say("of %s that failed %s (%s); now all of them ...", block.Count(len(ids), "check"), strings.Join(parts, ", "), time.Since(begun).Round(time.Millisecond))
}

// nowDo says what checks do that failed before, by their verdict.
var nowDo = map[agent.Verdict]string{
	agent.VerdictPass: "pass", agent.VerdictInfo: "pass", agent.VerdictFail: "fail again", agent.VerdictWarn: "warn",
	agent.VerdictUndecided: "are not decided", agent.VerdictError: "are not decided", agent.VerdictSkip: "are not run",
}

// failedOnWire are the checks that fail, and would without a browser.
func failedOnWire(rep *report.Report) map[string]bool {
	ids := map[string]bool{}
	for i := range rep.Results {
		r := &rep.Results[i]
		if r.Verdict == agent.VerdictFail && slices.ContainsFunc(r.Agents, func(a agent.Result) bool {
			return a.Verdict == agent.VerdictFail && (a.Agent == agent.NameModel || a.Agent == agent.NameWire)
		}) {
			ids[r.ID] = true
		}
	}
	return ids
}

// changes are those since the last run; nil: there was none.
func (w *watcher) changes(rep *report.Report) *report.Comparison {
	if w.before == nil {
		return nil
	}
	return report.Compare(w.before, rep)
}

// tell says what is different since the last run.
func (w *watcher) tell(c *report.Comparison, rep *report.Report) {
	out := w.cmd.OutOrStdout()
	if c.Same() {
		var titles []string
		for i := range rep.Findings {
			if f := &rep.Findings[i]; f.Breaks() {
				titles = append(titles, f.ID)
			}
		}
		text := "all is right, as before"
		if len(titles) > 0 {
			text = "as before: " + strings.Join(titles, ", ")
		}
		w.say("%s; %s: %d passed, %d failed", text, block.Count(rep.Counts.Checks, "check"), rep.Counts.Pass, rep.Counts.Fail)
		return
	}
	fmt.Fprintf(out, "\nSince the run of %s:\n", w.before.Started.Local().Format(time.TimeOnly))
	_ = c.PrintChanges(out, false) // standard output that nobody reads is no reason to stop
}
