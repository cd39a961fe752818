package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/baseline"
	"github.com/corsproof/corsproof/internal/browsers"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/secret"
)

// common is what runs of single targets have in common: what flags and files say, and the
// browsers that are open.
type common struct {
	f     *runFlags
	cmd   *cobra.Command
	table *cases.Table
	// narrow is what of the table was asked for, where that is known before; else nil.
	narrow *cases.Table
	stack  *cases.Stack // nil: not given
	known  *baseline.File
	part   harness.Shard
	pool   *browsers.Pool
	// measured is called when the checks have run, beside what is made of them; nil where others follow.
	measured func()
}

// pool starts browsers as flags say.
func (f *runFlags) pool() *browsers.Pool {
	if f.browser == "none" {
		return &browsers.Pool{}
	}
	return &browsers.Pool{Open: func(ctx context.Context, o *ask.Options) ([]agent.Agent, string, func(), error) {
		return openAgents(ctx, f.browser, f.chrome, o)
	}}
}

// common reads what flags and files say.
func (f *runFlags) common(cmd *cobra.Command) (*common, error) {
	c := &common{f: f, cmd: cmd, pool: f.pool()}
	var err error
	if c.part, err = f.part(); err != nil {
		return nil, err
	}
	if c.known, err = f.baselineFlags.open(); err != nil {
		return nil, err
	}
	return c, nil
}

// load reads the table, which takes about half as long as it takes a browser to start. The second
// time it does nothing.
func (c *common) load() (err error) {
	if c.table != nil {
		return nil
	}
	if c.table, err = c.f.selectionFlags.load(); err != nil {
		return err
	}
	c.stack, err = c.f.choices(c.table)
	return err
}

// single runs the table against one target.
func (f *runFlags) single(ctx context.Context, cmd *cobra.Command, args []string) (err error) {
	outputs, err := f.outputFlags.open(cmd, f.policyFile)
	if err != nil {
		return err
	}
	defer func() { err = outputs.left(err) }()
	c, err := f.common(cmd)
	if err != nil {
		return err
	}
	c.measured = sync.OnceFunc(c.pool.Close) // it takes a browser a fifth of a second to be gone
	defer c.measured()
	_, err = c.run(ctx, args, outputs)
	return err
}

// singleRun is a run of one target.
type singleRun struct {
	*common
	outputs *outputs
	target  *harness.Target
	stop    func() // ends what was started as the target
	by      *secret.Redactor
	checks  []cases.Check
	agents  []agent.Agent
	note    string    // what is left out without a browser
	began   time.Time // zero: as far as people wait for it, it begins with the checks
}

// run runs the table against the target that args and flags name. The report is nil where
// nothing was measured.
func (c *common) run(ctx context.Context, args []string, outputs *outputs) (rep *report.Report, err error) {
	r := &singleRun{common: c, outputs: outputs, by: &secret.Redactor{Endpoint: true}, stop: func() {}, began: time.Now()}
	for _, address := range args {
		r.by.AddURL(address)
	}
	defer func() { err = withoutSecrets(err, r.by) }()
	defer func() { r.stop() }()
	if err := r.open(ctx, args); err != nil {
		return nil, err
	}
	if done, err := c.f.meant(ctx, c.cmd, r.target, c.table.Policies, outputs.page, r.by); done {
		return nil, err
	}
	hold(ctx)
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	printer := r.printer()
	if err := r.header(ctx, printer); err != nil {
		return nil, err
	}
	if rep, err = r.measure(ctx); err != nil {
		return nil, runError(err)
	}
	return rep, r.conclude(printer, rep)
}

// open starts the target where it has to be, and the browser as soon as it is known how.
func (r *singleRun) open(ctx context.Context, args []string) error {
	f := r.f
	if len(args) == 0 {
		if f.adapter == "" {
			hold(ctx)
			r.pool.Soon(ctx, nil)
		}
		if err := r.load(); err != nil {
			return err
		}
	}
	target, stop, err := f.targetFlags.open(ctx, r.table, args, f.request.given(r.cmd.Flags()), r.cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	r.target, r.stop, r.by = target, stop, secretsOf(target)
	if len(args) > 0 {
		if target.Declared != nil {
			hold(ctx)
			r.pool.Soon(ctx, target.Requests)
		}
		if err := r.load(); err != nil {
			return err
		}
	}
	if r.stack != nil && target.Declared == nil {
		return usage(errors.New("--stack is for an ordinary endpoint: an adapter's settings are in its own files"), "corsproof run URL --origin ORIGIN --stack "+f.stack)
	}
	return nil
}

// prepare chooses the checks, and starts the browsers.
func (r *singleRun) prepare(ctx context.Context) (err error) {
	if r.narrow != nil {
		r.checks = r.target.Expand(r.narrow)
	} else if r.checks, err = r.f.selectionFlags.checks(r.table, r.target); err != nil {
		return err
	}
	if len(r.checks) < r.part.Of {
		return r.f.tooMany(len(r.checks))
	}
	r.agents, r.note, err = r.pool.For(ctx, r.target.Requests)
	return err
}

func (r *singleRun) printer() *report.Printer {
	printer := r.f.printer(r.outputs.page)
	printer.Began = r.began
	r.outputs.opts.Printer = *printer
	return printer
}

// printer prints pages as flags say.
func (f *runFlags) printer(p *page) *report.Printer {
	return &report.Printer{W: p, Color: colour(p.w, f.noColor), Verbose: f.verbose, Cause: f.cause}
}

// header says what is run against what.
func (r *singleRun) header(_ context.Context, printer *report.Printer) error {
	var about []string
	if r.note != "" {
		about = append(about, r.note)
	}
	if away := r.f.away(r.target); away != "" {
		about = append(about, away)
	}
	if r.target.Declared != nil {
		about = append(about, sends(r.target, r.checks))
		about = append(about, given(r.target)...)
		about = append(about, "held to "+report.Held(r.target.Declared))
	}
	if r.part.Of > 0 {
		about = append(about, r.part.About())
	}
	printer.Header(toolVersion(), r.by.Text(r.target.Name), r.by.Text(address(r.target)), versions(r.agents, r.f.verbose), about...)
	return nil
}

// measure runs the checks. No secret is in the report.
func (r *singleRun) measure(ctx context.Context) (*report.Report, error) {
	f := r.f
	progress := newProgress(r.cmd.ErrOrStderr(), len(r.checks)/max(1, r.part.Of), f.quiet)
	if !r.target.Foreign && r.target.RateLimit == 0 && f.concurrency == 0 {
		progress.faster = "--concurrency N, such as 32, has more checks under way at once"
	}
	runner := harness.Runner{
		Target: r.target, Agents: r.agents, Checks: r.checks, Shard: r.part,
		Timeout: f.timeout, Concurrency: f.concurrency, OnResult: progress.add,
	}
	sum, err := runner.Run(ctx)
	progress.finish()
	if sum == nil {
		return nil, err
	}
	if r.measured != nil {
		go r.measured()
	}
	rep := report.New(toolVersion(), address(r.target), sum, r.table)
	if r.target.Declared != nil {
		rep.Declared, rep.PolicyFile = r.target.Declared, inRepository(f.policyFile)
		rep.Advise(r.target.Declared, r.stack)
	}
	if rep.Shard != nil {
		rep.Shard.Chosen = f.chosen()
	}
	if r.known != nil {
		r.known.Apply(rep, time.Now())
	}
	return rep, nil
}

// conclude writes the page and the reports, and gives the exit status.
func (r *singleRun) conclude(printer *report.Printer, rep *report.Report) error {
	changed, err := r.f.settle(r.known, rep, r.f.chosen(), r.f.strict)
	if err != nil {
		return err
	}
	rep.Redact(r.by)
	if text := r.withoutLogin(rep); text != "" {
		printer.Notes = append(printer.Notes, text)
	}
	printer.Print(rep)
	if changed != "" {
		fmt.Fprintln(r.cmd.ErrOrStderr(), changed)
	}
	if err := r.outputs.write(rep, r.cmd.OutOrStdout()); err != nil {
		return err
	}
	return r.f.ended(rep)
}

// ended is the exit status of a run of one target.
func (f *runFlags) ended(rep *report.Report) error {
	if err := verdict(rep); err != nil {
		return err
	}
	if err := stale(rep); err != nil {
		return err
	}
	if err := f.strictly(rep); err != nil {
		return err
	}
	return f.unlooked(rep)
}
