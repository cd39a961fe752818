package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/adapter"
)

func newAdapter() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "adapter",
		Short: "Work on an adapter, the small server that shows a framework to corsproof",
	}
	var cache string
	check := &cobra.Command{
		Use:   "check [DIR...]",
		Short: "Report what is still wrong with an adapter: manifest, install, start, contract",
		Long: `Report what is still wrong with an adapter: its manifest, its install, its start, the
handlers of the contract under every policy, paths below no policy, and pairs of
policies that demand opposite things and must not get the same answer. A breach of
the contract is the adapter's fault, not a failure of the framework's CORS. Exit status
1 when there is one. What the CORS layer refuses by itself, how the router handles
odd paths, and what the manifest excuses is reported too. Without a directory: all of
testdata/frameworks.`,
		RunE: func(cmd *cobra.Command, dirs []string) error { return checkAdapters(cmd, dirs, cache) },
	}
	check.Flags().StringVar(&cache, "cache", "", "install into `DIR` (default: .build in the adapter's directory)")
	cmd.AddCommand(check, newReleases(), newMistakes())
	return cmd
}

// checkAdapters checks one adapter after the other, so that the times are not affected by another.
func checkAdapters(cmd *cobra.Command, dirs []string, cache string) error {
	table, err := cases.Load()
	if err != nil {
		return err
	}
	if dirs, err = adapterDirs(dirs); err != nil {
		return err
	}
	var failed error
	var wrong []string
	for _, dir := range dirs {
		if err := checkAdapter(cmd, table, dir, cache); err != nil {
			failed, wrong = err, append(wrong, filepath.Base(dir))
		}
		if err := cmd.Context().Err(); err != nil {
			return &status{code: exitUsage, err: errors.New("interrupted")}
		}
	}
	if len(dirs) > 1 {
		fmt.Fprintf(cmd.OutOrStdout(), "%d passed, %d failed%s\n", len(dirs)-len(wrong), len(wrong), strings.Join(append([]string{""}, wrong...), " "))
	}
	return failed
}

// adapterCheck goes through one adapter and prints what it finds.
type adapterCheck struct {
	out   io.Writer
	table *cases.Table
	m     *adapter.Manifest
	opt   adapter.Options
}

func checkAdapter(cmd *cobra.Command, table *cases.Table, dir, cache string) error {
	c := &adapterCheck{out: cmd.OutOrStdout(), table: table}
	started := time.Now()
	breaches, failed := c.run(cmd.Context(), dir, cache)
	switch {
	case failed != nil:
		fmt.Fprintf(c.out, "%-10s %v\n", failed.at, failed.err)
	case breaches > 0:
		fmt.Fprintf(c.out, "\n%d points of the contract do not hold (testdata/frameworks/README.md); they say nothing about the framework's CORS\n", breaches)
	default:
		c.step("contract", "kept under every policy that the adapter has")
		fmt.Fprintf(c.out, "\nnow: corsproof run --adapter %s\n", dir)
	}
	fmt.Fprintf(c.out, "%-10s %.1f s\n\n", "took", time.Since(started).Seconds())
	switch {
	case failed != nil:
		return &status{code: failed.code}
	case breaches > 0:
		return &status{code: exitFailures}
	}
	return nil
}

// stepError is the step at which a check had to stop.
type stepError struct {
	at   string
	code int
	err  error
}

// run returns the number of breaches of the contract.
func (c *adapterCheck) run(ctx context.Context, dir, cache string) (breaches int, failed *stepError) {
	m, err := adapter.Load(dir)
	if err == nil {
		err = m.CheckPolicies(c.table.Policies)
	}
	if err != nil {
		return 0, &stepError{"manifest", exitFailures, err}
	}
	c.m = m
	c.step("adapter", m.Display+" ("+m.Language+")")
	c.opt = adapter.Options{Policies: c.table.Policies, Cache: m.Cache(cache)}
	took, err := m.Install(ctx, c.opt.Cache)
	if err != nil {
		return 0, &stepError{"install", exitFailures, err}
	}
	c.step("install", took.String())
	version, err := m.AskVersion(ctx, c.opt.Cache)
	if err != nil {
		return 0, &stepError{"version", exitFailures, err}
	}
	c.step("version", version)
	for _, part := range []func(context.Context) ([]adapter.Finding, error){c.contract, c.equal} {
		findings, err := part(ctx)
		c.print(findings)
		breaches += len(adapter.Breaches(findings))
		if _, ok := errors.AsType[*adapter.StartError](err); ok {
			return breaches, &stepError{"start", exitFailures, err}
		}
		if err != nil {
			return breaches, &stepError{"stopped", exitUnreachable, err}
		}
	}
	return breaches, nil
}

func (c *adapterCheck) contract(ctx context.Context) ([]adapter.Finding, error) {
	inst, err := c.m.Start(ctx, c.opt)
	if err != nil {
		return nil, err
	}
	defer func() { _ = inst.Stop() }()
	return inst.CheckContract(ctx, c.table.Policies)
}

func (c *adapterCheck) equal(ctx context.Context) ([]adapter.Finding, error) {
	return c.m.CheckEqual(ctx, c.opt, c.table.Policies)
}

// print prints findings; of those that say that all is well only the number.
func (c *adapterCheck) print(findings []adapter.Finding) {
	apart := 0
	for _, f := range findings {
		switch f.Kind {
		case adapter.Apart:
			apart++
		case adapter.Breach:
			c.step("contract", f.String())
		default:
			c.step(string(f.Kind), f.String())
		}
	}
	if apart > 0 {
		c.step("apart", fmt.Sprintf("%d pairs of policies that demand contrary things have answers of their own", apart))
	}
}

func (c *adapterCheck) step(name, text string) { fmt.Fprintf(c.out, "%-10s %s\n", name, text) }
