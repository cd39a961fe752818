package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/adapter"
)

func newAdapter() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "adapter",
		Short: "Work on an adapter, the small server that shows a framework to corsproof",
	}
	var cache string
	check := &cobra.Command{
		Use:   "check DIR...",
		Short: "Tell what is still wrong with an adapter: manifest, install, start, contract",
		Long: `Tell what is still wrong with an adapter: its manifest, its install, its start, and
the handlers of the contract under every policy. Contract violations are the
adapter's, not failures of the framework's CORS. Exit status 1 when there are any.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, dirs []string) error {
			table, err := cases.Load()
			if err != nil {
				return err
			}
			var failed error
			for _, dir := range dirs {
				if err := checkAdapter(cmd, table, dir, cache); err != nil {
					failed = err
				}
				if err := cmd.Context().Err(); err != nil {
					return &status{code: exitUsage, err: errors.New("interrupted")}
				}
			}
			return failed
		},
	}
	check.Flags().StringVar(&cache, "cache", "", "install into `DIR` (default: .build in the adapter's directory)")
	cmd.AddCommand(check, newReleases())
	return cmd
}

// checkAdapter goes through one adapter and prints what it finds.
func checkAdapter(cmd *cobra.Command, table *cases.Table, dir, cache string) error {
	ctx, out := cmd.Context(), cmd.OutOrStdout()
	step := func(name, text string) { fmt.Fprintf(out, "%-10s %s\n", name, text) }
	problem := func(code int, name string, err error) error {
		fmt.Fprintf(out, "%-10s %v\n\n", name, err)
		return &status{code: code}
	}
	m, err := adapter.Load(dir)
	if err == nil {
		err = m.CheckPolicies(table.Policies)
	}
	if err != nil {
		return problem(exitFailures, "manifest", err)
	}
	step("adapter", m.Display+" ("+m.Language+")")
	root := m.Cache(cache)
	took, err := m.Install(ctx, root)
	if err != nil {
		return problem(exitFailures, "install", err)
	}
	step("install", took.String())
	version, err := m.AskVersion(ctx, root)
	if err != nil {
		return problem(exitFailures, "version", err)
	}
	step("version", version)
	inst, err := m.Start(ctx, adapter.Options{Policies: table.Policies, Cache: root})
	if err != nil {
		return problem(exitFailures, "start", err)
	}
	defer func() { _ = inst.Stop() }()
	violations, err := inst.CheckContract(ctx, table.Policies)
	if err != nil {
		return problem(exitUnreachable, "contract", err)
	}
	for _, v := range violations {
		step("contract", v.Error())
	}
	if len(violations) > 0 {
		fmt.Fprintf(out, "\n%d points of the contract do not hold (testdata/frameworks/README.md); they say nothing about the framework's CORS\n\n", len(violations))
		return &status{code: exitFailures}
	}
	step("contract", "kept under every policy that the adapter has")
	fmt.Fprintf(out, "\nnow: corsproof run --adapter %s\n\n", dir)
	return nil
}
