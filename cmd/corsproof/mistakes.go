package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/adapter"
	"github.com/corsproof/corsproof/internal/mistakes"
)

func newMistakes() *cobra.Command {
	var opt mistakes.Options
	cmd := &cobra.Command{
		Use:   "mistakes [DIR...]",
		Short: "Prove fixes: a configuration with a mistake is found to have it, the mended one is right",
		Long: `Serve the pairs of configurations below mistakes/ of adapters (by default all of
testdata/frameworks), and run the table on each: the broken one must have the cause that its
directory is named for as the first finding, and no other that breaks a must; the fixed one
must have none. Exit status 1 when one is wrong, 3 when one could not be tried.`,
		Example: `  corsproof adapter mistakes
  corsproof adapter mistakes testdata/frameworks/nginx --only allow-origin-slash`,
		RunE: func(cmd *cobra.Command, dirs []string) error { return proveFixes(cmd, opt, dirs) },
	}
	cmd.Flags().StringVar(&opt.Cache, "cache", "", "install into `DIR` (default: .build in each adapter's directory)")
	cmd.Flags().StringArrayVar(&opt.Only, "only", nil, "only the pair, or the cause, `NAME` (repeatable)")
	return cmd
}

func proveFixes(cmd *cobra.Command, opt mistakes.Options, dirs []string) error {
	var err error
	if opt.Table, err = cases.Load(); err != nil {
		return err
	}
	if len(dirs) == 0 {
		found, _ := filepath.Glob(filepath.Join(frameworksDir, "*", adapter.MistakesDir)) // the pattern is well formed
		for _, path := range found {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	if opt.Manifests, err = loadManifests(dirs, opt.Table); err != nil {
		return err
	}
	opt.Log = func(name, text string) { fmt.Fprintf(cmd.ErrOrStderr(), "%-20s %s\n", name, text) }
	opt.Done = func(o mistakes.Outcome) {
		state := map[bool]string{true: "proved", false: "WRONG"}[len(o.Problems) == 0]
		fmt.Fprintf(cmd.ErrOrStderr(), "%-20s %s: %s, %.1f s\n", o.Adapter, o.Name, state, o.Elapsed.Seconds())
	}
	outcomes, err := mistakes.Run(cmd.Context(), opt)
	if len(outcomes) > 0 {
		mistakes.Print(cmd.OutOrStdout(), outcomes)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &status{code: exitUsage, err: errors.New("interrupted; what was tried until then is above")}
	case err != nil:
		return &status{code: exitUnreachable, err: err}
	case len(outcomes) == 0:
		return usage(errors.New("no pair was tried"), "they are in the directories mistakes of adapters; testdata/frameworks/README.md describes them")
	case !mistakes.Proved(outcomes):
		return &status{code: exitFailures}
	}
	return nil
}
