package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/project"
	"github.com/corsproof/corsproof/internal/report"
)

// projectFlags choose the file of a project, and what of it is run.
type projectFlags struct {
	file        string
	reference   bool
	environment string
	set         []string
	endpoints   []string
	dryRun      bool
}

func (f *projectFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.file, "project", "", "run what the project `FILE` says (not given, and no URL: corsproof.yaml, where the folder has one)")
	fs.BoolVar(&f.reference, "reference", false, "run against the embedded reference server, whatever the folder has")
	fs.StringVar(&f.environment, "env", "", "with a project: take the values of the environment `NAME`")
	fs.StringArrayVar(&f.set, "var", nil, "with a project: `NAME=VALUE` for ${NAME} (repeatable)")
	fs.StringArrayVar(&f.endpoints, "endpoint", nil, "with a project: only the endpoints whose names match the `GLOB` (repeatable)")
	fs.BoolVar(&f.dryRun, "dry-run", false, "with a project: say what would be sent, and send nothing")
}

// find is the project file of a run; empty: it is a run of something else.
func (f *projectFlags) find(cmd *cobra.Command, target *targetFlags, args []string) (string, error) {
	other := ""
	switch {
	case len(args) > 0:
		other = "a URL"
	case target.adapter != "":
		other = "--adapter"
	case f.reference:
		other = "--reference"
	}
	switch {
	case f.reference && (len(args) > 0 || target.adapter != ""):
		return "", usage(errors.New("--reference and a URL or --adapter name two targets"), "leave one of them out")
	case f.file != "" && other != "":
		return "", usage(fmt.Errorf("--project and %s name two targets", other), "leave one of them out")
	}
	path := f.file
	if path == "" && other == "" {
		if _, err := os.Stat(project.Name); err == nil {
			path = project.Name
		}
	}
	if path == "" {
		for _, flag := range []string{"env", "var", "endpoint", "dry-run"} {
			if cmd.Flags().Changed(flag) {
				return "", usage(fmt.Errorf("--%s is for a project, and there is none here", flag), "--project FILE, or a folder with a corsproof.yaml; corsproof init URL writes one")
			}
		}
		return "", nil
	}
	if flag := target.given(cmd); flag != "" {
		return "", usage(fmt.Errorf("--%s says what a URL is or how it is asked, and %s says that here", flag, path), "change "+path+", or give the URL too: corsproof run URL --"+flag+" ...")
	}
	return path, nil
}

// given is the name of the first flag about the target that was given; empty for none.
func (f *targetFlags) given(cmd *cobra.Command) (name string) {
	own := &cobra.Command{}
	new(targetFlags).register(own)
	own.Flags().VisitAll(func(flag *pflag.Flag) {
		if cmd.Flags().Changed(flag.Name) && name == "" {
			name = flag.Name
		}
	})
	return name
}

// values are what ${NAME} stands for.
func (f *projectFlags) values() (project.Values, error) {
	v := project.Values{Environment: f.environment, Set: map[string]string{}, Getenv: os.LookupEnv}
	for _, text := range f.set {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return v, usage(fmt.Errorf("--var %s is not a value", text), "--var NAME=VALUE")
		}
		v.Set[name] = value
	}
	return v, nil
}

// projectRun is a run of a project.
type projectRun struct {
	f       *runFlags
	cmd     *cobra.Command
	plan    *project.Plan
	table   *cases.Table
	checks  [][]cases.Check
	runner  *project.Runner
	outputs *outputs
	note    string // what is left out without a browser
	// noBaseline: the file names one that nobody has written.
	noBaseline bool
}

// prepare reads the file, and all that it names. What flags say wins over what the file says.
func (f *runFlags) prepare(cmd *cobra.Command, path string) (*projectRun, error) {
	file, err := project.Load(path)
	if err != nil {
		return nil, usage(err, "corsproof schema project prints the form of the file, docs/project.md describes it")
	}
	values, err := f.values()
	if err != nil {
		return nil, err
	}
	plan, err := file.Plan(values, f.endpoints)
	if err != nil {
		return nil, usage(err)
	}
	own := f.reports
	f.overlay(cmd, plan.File)
	r := &projectRun{f: f, cmd: cmd, plan: plan, runner: &project.Runner{Tool: toolVersion(), Timeout: f.timeout, Concurrency: f.concurrency}}
	if r.runner.Shard, err = f.part(); err != nil {
		return nil, err
	}
	if r.runner.Shard.Of > 0 {
		f.reports = own // those of the file are the merge's
	}
	if r.table, err = f.selectionFlags.load(); err != nil {
		return nil, err
	}
	r.runner.Table = r.table
	stack, err := f.choices(r.table)
	if err != nil {
		return nil, err
	}
	for i := range plan.Jobs {
		if stack != nil {
			plan.Jobs[i].Stack = stack
		}
	}
	if r.checks, err = r.runner.Checks(plan, f.filter); err != nil {
		return nil, usage(err, "corsproof cases lists the cases")
	}
	if n := len(slices.Concat(r.checks...)); n < r.runner.Shard.Of {
		return nil, f.tooMany(n)
	}
	if f.dryRun {
		return r, nil
	}
	if r.noBaseline = f.notYet(cmd); !r.noBaseline {
		if r.runner.Baseline, err = f.baselineFlags.open(); err != nil {
			return nil, err
		}
	}
	r.runner.Browsers = f.pool()
	r.outputs, err = f.outputFlags.open(cmd, path)
	return r, err
}

// notYet tells whether the file names a baseline that nobody has written yet: nothing is known then. A
// flag that names one that is not there is a mistake.
func (f *runFlags) notYet(cmd *cobra.Command) bool {
	if f.baselineFlags.file == "" || f.baselineFlags.update || cmd.Flags().Changed("baseline") {
		return false
	}
	_, err := os.Stat(f.baselineFlags.file)
	return errors.Is(err, fs.ErrNotExist)
}

// overlay takes from the file what no flag says.
func (f *runFlags) overlay(cmd *cobra.Command, file *project.File) {
	take := func(flag string, to *string, value string) {
		if value != "" && !cmd.Flags().Changed(flag) {
			*to = value
		}
	}
	take("browser", &f.browser, file.Browser)
	take("level", &f.level, file.Level)
	take("at", &f.at, file.At)
	take("baseline", &f.baselineFlags.file, file.Near(file.Baseline))
	if file.Timeout > 0 && !cmd.Flags().Changed("timeout") {
		f.timeout = file.Timeout
	}
	f.strict = f.strict || file.Strict
	for _, dir := range file.Cases {
		f.casesDirs = append(f.casesDirs, file.Near(dir))
	}
	for _, form := range slices.Sorted(maps.Keys(file.Reports)) {
		f.reports = append(f.reports, form+"="+file.Near(file.Reports[form]))
	}
}

// narrowed tells whether checks or endpoints were left out on purpose.
func (r *projectRun) narrowed() bool {
	file := r.plan.File
	return r.f.chosen() || len(r.f.endpoints)+len(file.Focus)+len(file.Skip) > 0 ||
		slices.ContainsFunc(r.plan.Jobs, func(j project.Job) bool { return len(j.Focus)+len(j.Skip) > 0 })
}

// byProject runs a project once.
func (f *runFlags) byProject(ctx context.Context, cmd *cobra.Command, path string) (err error) {
	r, err := f.prepare(cmd, path)
	if err != nil {
		return err
	}
	if f.dryRun {
		r.plan.WriteDry(cmd.OutOrStdout(), r.checks)
		return nil
	}
	hold(ctx)
	defer func() { err = r.outputs.left(withoutSecrets(err, r.plan.Secrets())) }()
	defer r.runner.Browsers.Close()
	return r.once(ctx)
}

// once looks at all endpoints and says what came of it.
func (r *projectRun) once(ctx context.Context) error {
	printer := r.printer()
	if err := r.header(ctx, printer); err != nil {
		return err
	}
	rep, err := r.measure(ctx)
	if err != nil {
		return runError(err)
	}
	return r.conclude(printer, rep)
}

func (r *projectRun) printer() *report.Printer {
	printer := r.f.printer(r.outputs.page)
	r.outputs.opts.Printer = *printer
	return printer
}

// header says what is run against what, with the browser of the first endpoint.
func (r *projectRun) header(ctx context.Context, printer *report.Printer) error {
	agents, note, err := r.runner.Browsers.For(ctx, r.plan.Jobs[0].Target.Requests)
	if err != nil {
		return err
	}
	if note != "" {
		r.note = note
	}
	var about []string
	if r.note != "" {
		about = append(about, r.note)
	}
	about = append(about, "sends "+strings.Join(r.plan.Methods(r.checks), ", ")+" (--dry-run says what to whom)")
	about = append(about, fmt.Sprintf("%s of %s", block.Count(len(r.plan.Jobs), "endpoint"), r.plan.File.Path()))
	if r.noBaseline {
		about = append(about, "no baseline yet: --update-baseline writes "+r.f.baselineFlags.file)
	}
	if part := r.runner.Shard; part.Of > 0 {
		about = append(about, part.About())
	}
	printer.Header(toolVersion(), r.plan.Title(), "", versions(agents, r.f.verbose), about...)
	return nil
}

// measure runs the checks.
func (r *projectRun) measure(ctx context.Context) (*report.Report, error) {
	n := len(slices.Concat(r.checks...))
	progress := newProgress(r.cmd.ErrOrStderr(), n/max(1, r.runner.Shard.Of), r.f.quiet)
	defer progress.finish()
	r.runner.OnResult = progress.add
	rep, err := r.runner.Run(ctx, r.plan, r.checks)
	if rep != nil {
		rep.PolicyFile = inRepository(r.plan.File.Path())
		if rep.Shard != nil {
			rep.Shard.Chosen = r.narrowed()
		}
	}
	return rep, err
}

// conclude writes the page and the reports, and gives the exit status.
func (r *projectRun) conclude(printer *report.Printer, rep *report.Report) error {
	note, err := r.f.baselineFlags.settle(r.runner.Baseline, rep, r.narrowed(), r.f.strict)
	if err != nil {
		return err
	}
	if text := r.withoutLogin(); text != "" {
		printer.Notes = append(printer.Notes, text)
	}
	printer.Print(rep)
	if note != "" {
		fmt.Fprintln(r.cmd.ErrOrStderr(), note)
	}
	if err := r.outputs.write(rep, r.cmd.OutOrStdout()); err != nil {
		return err
	}
	for _, look := range []func() error{
		func() error { return verdict(rep) }, func() error { return stale(rep) }, func() error { return r.f.strictly(rep) },
	} {
		if err := look(); err != nil {
			return err
		}
	}
	if r.narrowed() {
		return nil
	}
	return r.f.unlooked(rep)
}
