package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/adapter"
	"github.com/corsproof/corsproof/internal/matrix"
	"github.com/corsproof/corsproof/internal/report"
)

// frameworksDir holds the adapters of this repository.
const frameworksDir = "testdata/frameworks"

// compareFlags are the flags of `corsproof compare`.
type compareFlags struct {
	selectionFlags
	browser, chrome string
	out             string
	cache           string
	against         string
	resume          bool
	strict          bool
	schema          bool
	timeout         time.Duration
}

func newCompare() *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare [DIR...]",
		Short: "Run the table against many real servers and write one matrix",
		Long: `Install and start adapters (by default all of testdata/frameworks), run the whole
table against each, and write the matrix: compare.json, compare.md and
compare.html in --out. One that does not build, or dies, is shown as such, and
the others are run all the same. Everything that was started is stopped, also when interrupted;
--resume continues an earlier run.`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), cmd, args) },
	}
	f.selectionFlags.register(cmd)
	fs := cmd.Flags()
	fs.StringVar(&f.browser, "browser", "auto", "auto: Chrome if there is one; chrome: Chrome or exit 4; none: the model alone")
	fs.StringVar(&f.chrome, "chrome", "", "path of Chrome or Chromium, or the ws:// or http:// URL of a running one")
	fs.StringVar(&f.out, "out", "report", "write the matrix into `DIR`")
	fs.StringVar(&f.cache, "cache", "", "install into `DIR` (default: .build in each adapter's directory)")
	fs.StringVar(&f.against, "against", "", "print what changed since the matrix in `FILE` (JSON)")
	fs.BoolVar(&f.resume, "resume", false, "keep the results that compare.json in --out already has, where nothing changed")
	fs.BoolVar(&f.strict, "strict", false, "exit 3 when a framework could not be measured")
	fs.BoolVar(&f.schema, "schema", false, "print the JSON Schema of compare.json")
	fs.DurationVar(&f.timeout, "timeout", 10*time.Second, "for one request and its answer")
	return cmd
}

func (f *compareFlags) run(ctx context.Context, cmd *cobra.Command, dirs []string) error {
	if f.schema {
		_, err := cmd.OutOrStdout().Write(matrix.Schema)
		return err
	}
	table, err := f.selectionFlags.load()
	if err != nil {
		return err
	}
	manifests, err := loadManifests(dirs, table)
	if err != nil {
		return err
	}
	var old *matrix.Matrix
	if f.against != "" {
		if old, err = matrix.Read(f.against); err != nil {
			return usage(err)
		}
	}
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return usage(fmt.Errorf("making the directory of --out: %w", err))
	}
	agents, note, closeAgents, err := openAgents(ctx, f.browser, f.chrome, nil)
	if err != nil {
		return err
	}
	defer closeAgents()
	stderr := cmd.ErrOrStderr()
	if note != "" {
		fmt.Fprintln(stderr, note)
	}
	key := toolVersion() + " " + table.Hash()
	for _, a := range agents {
		key += " " + a.Version()
	}
	result := matrix.New(toolVersion(), table, infos(agents))
	opt := matrix.Options{
		Manifests: manifests, Policies: table.Policies, Cache: f.cache, Key: key,
		Measure: func(ctx context.Context, target *harness.Target) (*report.Report, error) {
			return f.measure(ctx, table, target, agents)
		},
		Log:  func(name, text string) { fmt.Fprintf(stderr, "%-22s %s\n", name, text) },
		Done: func(matrix.Framework) { _ = f.write(result, "compare.json") }, // the last write counts
	}
	if f.resume {
		if opt.Resume, err = matrix.Read(filepath.Join(f.out, "compare.json")); err != nil && !errors.Is(err, os.ErrNotExist) {
			return usage(err)
		}
	}
	runErr := result.Run(ctx, opt)
	for _, name := range []string{"compare.json", "compare.md", "compare.html"} {
		if err := f.write(result, name); err != nil {
			return usage(err)
		}
	}
	out := cmd.OutOrStdout()
	result.Print(out)
	fmt.Fprintf(out, "\n%s\n", filepath.Join(f.out, "compare.html"))
	if old != nil {
		fmt.Fprintf(out, "\nChanged since %s:\n", f.against)
		matrix.PrintChanges(out, result.Changes(old))
	}
	if runErr != nil {
		return &status{code: exitUsage, err: errors.New("interrupted; what was measured is written, --resume goes on from there")}
	}
	if n := result.Unmeasured(); n > 0 && f.strict {
		return &status{code: exitUnreachable, err: fmt.Errorf("%d of %d frameworks could not be measured", n, len(result.Frameworks))}
	}
	return nil
}

func (f *compareFlags) measure(ctx context.Context, table *cases.Table, target *harness.Target, agents []agent.Agent) (*report.Report, error) {
	checks, err := f.selectionFlags.checks(table, target)
	if err != nil {
		return nil, err
	}
	runner := harness.Runner{Target: target, Checks: checks, Agents: agents, Timeout: f.timeout}
	sum, err := runner.Run(ctx)
	if sum == nil {
		return nil, err
	}
	if err == nil && sum.Stopped != nil {
		err = errors.New(sum.Stopped.Reason)
	}
	return report.New(toolVersion(), target.Base, sum, table), err
}

func (f *compareFlags) write(m *matrix.Matrix, name string) error {
	path := filepath.Join(f.out, name)
	err := (&output{path: path}).replace(func(w io.Writer) error {
		switch filepath.Ext(name) {
		case ".json":
			return m.WriteJSON(w)
		case ".md":
			return m.WriteMarkdown(w)
		}
		return m.WriteHTML(w)
	})
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// adapterDirs are the directories, all of this repository's adapters when there are none.
func adapterDirs(dirs []string) ([]string, error) {
	if len(dirs) > 0 {
		return dirs, nil
	}
	found, _ := filepath.Glob(filepath.Join(frameworksDir, "*", adapter.ManifestFile)) // the pattern is well formed
	for _, path := range found {
		dirs = append(dirs, filepath.Dir(path))
	}
	if len(dirs) == 0 {
		return nil, usage(fmt.Errorf("no adapters in %s", frameworksDir), "run it in corsproof's repository, or name directories")
	}
	return dirs, nil
}

// loadManifests loads the adapters in the directories, all of this
// repository's when there are none.
func loadManifests(dirs []string, table *cases.Table) ([]*adapter.Manifest, error) {
	dirs, err := adapterDirs(dirs)
	if err != nil {
		return nil, err
	}
	var manifests []*adapter.Manifest
	var problems []error
	for _, dir := range dirs {
		m, err := adapter.Load(dir)
		if err == nil {
			err = m.CheckPolicies(table.Policies)
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		manifests = append(manifests, m)
	}
	if len(problems) > 0 {
		return nil, usage(errors.Join(problems...), "testdata/frameworks/README.md describes adapters")
	}
	return manifests, nil
}
