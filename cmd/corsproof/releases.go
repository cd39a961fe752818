package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/adapter"
	"github.com/corsproof/corsproof/internal/advisory"
)

// vulnerableDir holds adapters that exist only for their releases.
const vulnerableDir = "testdata/vulnerable"

func newReleases() *cobra.Command {
	var opt advisory.Options
	cmd := &cobra.Command{
		Use:   "releases [DIR...]",
		Short: "Try known vulnerable releases: each is found, and its fix is not",
		Long: `Try the releases that adapters list (by default all of testdata/frameworks and
testdata/vulnerable): the one with the published defect must fail exactly the
cases that its entry names, the one that fixes it must pass them. If one cannot be
tried that is reported, and the others are tried all the same. The packages are fetched from their registries.
Exit status 1 when a case had another result than it should, 3 when a release could not be tried.`,
		Example: `  corsproof adapter releases
  corsproof adapter releases testdata/frameworks/hono --advisory CVE-2026-54290`,
		RunE: func(cmd *cobra.Command, dirs []string) error { return releases(cmd, opt, dirs) },
	}
	cmd.Flags().StringVar(&opt.Cache, "cache", "", "install into `DIR` (default: .build in each adapter's directory)")
	cmd.Flags().StringArrayVar(&opt.Only, "advisory", nil, "only the `NAME`, as the manifests write it (repeatable)")
	cmd.Flags().DurationVar(&opt.Timeout, "timeout", 0, "for one request and its answer (0: 10s)")
	return cmd
}

func releases(cmd *cobra.Command, opt advisory.Options, dirs []string) error {
	var err error
	if opt.Table, err = cases.Load(); err != nil {
		return err
	}
	if len(dirs) == 0 {
		dirs = withReleases(frameworksDir, vulnerableDir)
	}
	if opt.Manifests, err = loadManifests(dirs, opt.Table); err != nil {
		return err
	}
	opt.Log = func(name, text string) { fmt.Fprintf(cmd.ErrOrStderr(), "%-30s %s\n", name, text) }
	opt.Done = func(o advisory.Outcome) {
		fmt.Fprintf(cmd.ErrOrStderr(), "%-30s %s: %s\n", o.Adapter, o.Release.Advisory, o.State)
	}
	outcomes, err := advisory.Run(cmd.Context(), opt)
	if len(outcomes) > 0 {
		advisory.Print(cmd.OutOrStdout(), outcomes)
	}
	if errors.Is(err, context.Canceled) {
		return &status{code: exitUsage, err: errors.New("interrupted; what was tried until then is above")}
	}
	return tried(outcomes)
}

// tried is the exit status, as an error.
func tried(outcomes []advisory.Outcome) error {
	if len(outcomes) == 0 {
		return usage(errors.New("no release was tried"), "adapters list them under releases; testdata/frameworks/README.md describes it")
	}
	code := 0
	for _, o := range outcomes {
		switch {
		case o.State == advisory.Wrong:
			code = exitFailures
		case o.State == advisory.Broken && code == 0:
			code = exitUnreachable
		}
	}
	if code == 0 {
		return nil
	}
	return &status{code: code}
}

// withReleases are the adapters below the directories that list releases, or may.
func withReleases(roots ...string) []string {
	var dirs []string
	for _, root := range roots {
		found, _ := filepath.Glob(filepath.Join(root, "*", adapter.ManifestFile)) // the pattern is well formed
		for _, path := range found {
			dir := filepath.Dir(path)
			if m, err := adapter.Load(dir); err != nil || len(m.Releases) > 0 {
				dirs = append(dirs, dir) // a manifest that is wrong is reported
			}
		}
	}
	return dirs
}

// atRelease is the adapter for another release of its package.
func atRelease(m *adapter.Manifest, version string) (*adapter.Manifest, error) {
	at, err := m.At(version, m.Cache(""))
	if _, unknown := errors.AsType[*adapter.NoReleaseError](err); unknown {
		return nil, usage(err, fmt.Sprintf("releases are listed in %s", filepath.Join(m.Dir, adapter.ReleasesDir)))
	}
	if err != nil {
		return nil, &status{code: exitUnreachable, err: err}
	}
	return at, nil
}
