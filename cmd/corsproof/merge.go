package main

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/internal/project"
	"github.com/corsproof/corsproof/internal/report"
)

// mergeFlags are the flags of `corsproof report merge`.
type mergeFlags struct {
	outputFlags
	baselineFlags
	selection selectionFlags // of which only the user's own cases are asked
	project   projectFlags   // of which only the file and its values are asked
	cause     string
	strict    bool
	verbose   bool
	noColor   bool
}

func newMerge() *cobra.Command {
	var f mergeFlags
	cmd := &cobra.Command{
		Use:   "merge FILE.json...",
		Short: "Conclude from the reports of all shards as from one run",
		Long: `Conclude from the reports of all shards (corsproof run --shard i/n --json FILE) as from one run:
the page, the reports in any form, and the exit status are those of a run without --shard.
What explains a failure may have been seen by another shard, so that a shard's own report
may name other causes, and whether an entry of a baseline is out of date is said here alone.

Of the shards of a project, the baseline, the reports and strict are those of its file.`,
		Example: `  corsproof run URL --policy policy.yaml --shard 1/2 --json 1.json
  corsproof run URL --policy policy.yaml --shard 2/2 --json 2.json
  corsproof report merge 1.json 2.json --baseline known.yaml --report html=report.html`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	f.outputFlags.register(cmd)
	fs := cmd.Flags()
	f.baselineFlags.register(fs)
	fs.StringVar(&f.project.file, "project", "", "the project `FILE` that the shards were run with (not given: where they found it)")
	fs.StringVar(&f.project.environment, "env", "", "with a project: take the values of the environment `NAME`")
	fs.StringArrayVar(&f.project.set, "var", nil, "with a project: `NAME=VALUE` for ${NAME} (repeatable)")
	fs.StringArrayVar(&f.selection.casesDirs, "cases", nil, "the case files of `DIR` that the shards were run with (repeatable)")
	fs.StringVar(&f.cause, "cause", "", "show one finding alone, by its `ID`, with the evidence of each check that it explains")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "causes and warnings in full, and every check that did not pass")
	fs.BoolVar(&f.strict, "strict", false, "exit 1 for warnings too, and for what is undecided")
	fs.BoolVar(&f.noColor, "no-color", false, "no colour (also: the variable NO_COLOR)")
	return cmd
}

func (f *mergeFlags) run(cmd *cobra.Command, paths []string) (err error) {
	var shards []*report.Report
	for _, path := range paths {
		rep, err := readReport(path, cmd.InOrStdin())
		if err != nil {
			return err
		}
		shards = append(shards, rep)
	}
	if err := f.overlay(cmd, shards[0]); err != nil {
		return err
	}
	outputs, err := f.outputFlags.open(cmd, shards[0].PolicyFile)
	if err != nil {
		return err
	}
	defer func() { err = outputs.left(err) }()
	known, err := f.baselineFlags.open()
	if err != nil {
		return err
	}
	table, err := f.selection.load()
	if err != nil {
		return err
	}
	var mark func(*report.Report)
	if known != nil {
		mark = func(r *report.Report) { known.Apply(r, time.Now()) }
	}
	rep, err := report.Merge(table, paths, shards, mark)
	if err != nil {
		return usage(fmt.Errorf("merging the shards: %w", err), "give the reports of all shards of one run: corsproof report merge 1.json 2.json ...")
	}
	if known != nil {
		rep.Baseline = &report.Baseline{File: known.Path()}
	}
	chosen := report.Chosen(shards)
	changed, err := f.settle(known, rep, chosen, f.strict)
	if err != nil {
		return err
	}
	defer func() {
		if changed != "" {
			fmt.Fprintln(cmd.ErrOrStderr(), changed)
		}
	}()
	return f.conclude(cmd, outputs, rep, chosen)
}

// conclude writes the reports, and gives the exit status of the run.
func (f *mergeFlags) conclude(cmd *cobra.Command, outputs *outputs, rep *report.Report, chosen bool) error {
	outputs.opts.Printer = report.Printer{Color: colour(outputs.page.w, f.noColor), Verbose: f.verbose, Cause: f.cause}
	if err := report.FindFormat("terminal").Write(outputs.page, rep, outputs.opts); err != nil {
		return err
	}
	if err := outputs.write(rep, cmd.OutOrStdout()); err != nil {
		return err
	}
	if err := verdict(rep); err != nil {
		return err
	}
	if err := stale(rep); err != nil {
		return err
	}
	run := runFlags{strict: f.strict}
	run.level = "info"
	if err := run.strictly(rep); err != nil || chosen {
		return err
	}
	return run.unlooked(rep)
}

// overlay takes from the file of a project what no flag says.
func (f *mergeFlags) overlay(cmd *cobra.Command, shard *report.Report) error {
	path := f.project.file
	switch {
	case shard.Endpoints == nil && path == "":
		return nil
	case shard.Endpoints == nil:
		return usage(errors.New("--project: the shards are not those of a project"), "leave it out")
	case path == "":
		path = shard.PolicyFile
	}
	file, err := project.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return usage(fmt.Errorf("the baseline and the reports are those of the project: %w", err), "--project FILE, the file that the shards were run with")
	} else if err != nil {
		return usage(err)
	}
	values, err := f.project.values()
	if err != nil {
		return err
	}
	if file, err = file.Outputs(values); err != nil {
		return usage(err)
	}
	run := runFlags{outputFlags: f.outputFlags, baselineFlags: f.baselineFlags, selectionFlags: f.selection, strict: f.strict}
	run.overlay(cmd, file)
	f.outputFlags, f.baselineFlags, f.selection, f.strict = run.outputFlags, run.baselineFlags, run.selectionFlags, run.strict
	return nil
}
