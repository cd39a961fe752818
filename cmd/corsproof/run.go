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

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/report"
)

// runFlags are the flags of `corsproof run`.
type runFlags struct {
	targetFlags
	selectionFlags
	outputFlags
	projectFlags
	baselineFlags
	listFlags
	watchFlags
	browser     string
	chrome      string
	timeout     time.Duration
	concurrency int
	shard       string
	stack       string
	cause       string
	strict      bool
	verbose     bool
	noColor     bool
	quiet       bool
}

func newRun() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [URL ...]",
		Short: "Run the table against a server",
		Long: `Run the table of cases against a server, on the wire and in Chrome.

In a folder with a corsproof.yaml that is what is run: its endpoints, each held to its policy
(corsproof init writes the file). Without one, and without a URL, the target is the embedded
reference server. With a URL it is a server that serves the contract (every standard policy at URL/POLICY/PATH), or,
with --policy or --origin, any ordinary endpoint that is held to that policy.`,
		Example: `  corsproof run
  corsproof run --adapter testdata/frameworks/rs-cors
  corsproof run http://127.0.0.1:8080/api/items --origin https://app.example.com --credentials
  corsproof run --focus 'vary-*' --browser none`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 || f.listFlags.given() {
				return f.many(cmd.Context(), cmd, args)
			}
			return f.run(cmd.Context(), cmd, args)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false // those that go together stand together
	f.targetFlags.register(cmd)
	f.projectFlags.register(cmd)
	f.selectionFlags.register(cmd)
	fs.StringVar(&f.browser, "browser", "auto", "auto: Chrome if there is one; chrome: Chrome or exit 4; none: the model alone")
	fs.StringVar(&f.chrome, "chrome", "", "path of Chrome or Chromium, or the ws:// or http:// URL of a running one")
	f.outputFlags.register(cmd)
	f.baselineFlags.register(fs)
	f.listFlags.register(fs)
	f.watchFlags.register(fs)
	fs.DurationVar(&f.timeout, "timeout", 10*time.Second, "for one request and its answer")
	fs.IntVar(&f.concurrency, "concurrency", 0, "wire checks at once (0: by the number of cores)")
	fs.StringVar(&f.shard, "shard", "", "run a part of the checks, the `i/n`-th of n (auto: by the variables of CI or Kubernetes); corsproof report merge concludes from all")
	fs.StringVar(&f.stack, "stack", "", "say what to set in the framework, server or service `ID`, such as express, spring or nginx (not given: where answers name it for certain)")
	fs.StringVar(&f.cause, "cause", "", "show one finding alone, by its `ID`, with the evidence of each check that it explains")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "causes and warnings in full, and every check that did not pass")
	fs.BoolVar(&f.strict, "strict", false, "exit 1 for warnings too, and for what is undecided")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "no progress")
	fs.BoolVar(&f.noColor, "no-color", false, "no colour (also: the variable NO_COLOR)")
	f.completions(cmd)
	return cmd
}

func (f *runFlags) run(ctx context.Context, cmd *cobra.Command, args []string) (err error) {
	if err := timeLimit(f.timeout); err != nil {
		return err
	}
	path, err := f.projectFlags.find(cmd, &f.targetFlags, args)
	switch {
	case err != nil:
		return err
	case f.watching():
		return f.untilInterrupted(ctx, cmd, args, path)
	case path != "":
		return f.byProject(ctx, cmd, path)
	}
	return f.single(ctx, cmd, args)
}

// strictly is what --strict makes of a run that is not a failure otherwise.
func (f *runFlags) strictly(rep *report.Report) error {
	c := &rep.Counts
	if !f.strict || c.Warn+c.Undecided == 0 {
		return nil
	}
	return &status{code: exitFailures, err: fmt.Errorf("--strict: %s and %s", block.Count(c.Warn, "warning"), block.Count(c.Undecided, "undecided check"))}
}

// chosen tells whether some checks were left out on purpose.
func (f *runFlags) chosen() bool {
	return len(f.focus)+len(f.skip) > 0 || f.level != string(cases.Info)
}

// unlooked is our own failure to check a part of the policy. A choice of checks
// leaves parts out on purpose, and of a shard the merge asks it.
func (f *runFlags) unlooked(rep *report.Report) error {
	if f.chosen() || rep.Shard != nil {
		return nil
	}
	parts := harness.Overlooked(rep.NotLookedAt)
	if parts == "" {
		return nil
	}
	return &status{
		code: exitSelfcheck, err: fmt.Errorf("no check is about these parts of the policy: %s", parts),
		hints: []string{"nothing that was checked says anything of them; please report it"},
	}
}

// sends announces the methods that the endpoint will get.
func sends(t *harness.Target, checks []cases.Check) string {
	sure, wrongly := t.Sends(checks)
	line := "sends " + strings.Join(sure, ", ")
	if len(wrongly) > 0 {
		line += " (and " + strings.Join(wrongly, ", ") + " if a preflight wrongly lets it)"
	}
	if !t.Foreign && !t.NoChanges {
		line += "; --no-changes leaves out what may change something"
	}
	return line
}

// address is the URL of a target.
func address(t *harness.Target) string {
	if t.Declared != nil {
		return t.Endpoint
	}
	return t.Base
}

// versions names the agents; long adds what the browser was started with.
func versions(agents []agent.Agent, long bool) []string {
	var names []string
	for _, info := range infos(agents) {
		if long {
			names = append(names, info.Version)
		} else {
			names = append(names, info.Short())
		}
	}
	return names
}

// runError is the exit status of a run that gave no results.
func runError(err error) error {
	var target *harness.TargetError
	switch {
	case errors.As(err, &target) && (target.Kind == harness.BadURL || target.Kind == harness.NotSelected || target.Kind == harness.Exhausted):
		return usage(err, target.Hints...)
	case errors.As(err, &target) && target.Kind == harness.NoContract:
		return &status{code: exitUnreachable, err: err, hints: append([]string{
			"an ordinary endpoint is held to a policy of yours: corsproof run URL --origin ORIGIN, or --policy FILE",
		}, target.Hints...)}
	case errors.As(err, &target):
		return &status{code: exitUnreachable, err: err, hints: slices.Concat(wayHints(err), target.Hints, flagHints(target.Kind))}
	case errors.Is(err, context.Canceled):
		return nothingLost()
	}
	return usage(err)
}

// wayHints are about the way to the target, which the harness does not know either.
func wayHints(err error) []string {
	switch text := err.Error(); {
	case strings.Contains(text, "certificate required"), strings.Contains(text, "bad certificate"): // alerts of RFC 8446 section 6
		return []string{"the server wants another certificate of the client, or one at all: --cert FILE --key FILE"}
	case strings.Contains(text, "the proxy "):
		return []string{"it goes by --proxy, or the variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY"}
	}
	return nil
}

// flagHints are the flags that may help: the harness, which knows what is
// wrong, does not know the command line.
func flagHints(kind harness.TargetErrorKind) []string {
	switch kind {
	case harness.BadTLS:
		return []string{"--insecure accepts any certificate, where there is one"}
	case harness.Hangs:
		return []string{"--timeout sets how long an answer is waited for (not given: 10s)"}
	case harness.NoContract:
		return []string{"for an ordinary endpoint: corsproof run URL --origin https://app.example.com, or --policy FILE"}
	}
	return nil
}

// verdict is the exit status of a run, as an error.
func verdict(rep *report.Report) error {
	switch {
	case rep.Stopped != nil && rep.Stopped.Cancelled:
		return &status{code: exitUsage, err: errors.New("interrupted; what was measured until then is above")}
	case rep.Stopped != nil:
		return &status{code: exitUnreachable, err: errors.New(rep.Stopped.Reason), hints: []string{"what was measured until then is above"}}
	case len(rep.AgentErrors) > 0:
		return &status{code: exitBrowser, err: errors.New("a browser broke during the run; what was measured until then is above")}
	case len(rep.Troubled()) > 0:
		return &status{code: exitUnreachable, err: errors.New(strings.Join(rep.Troubled(), "\n")), hints: []string{"what was measured is above"}}
	case rep.Counts.Fail > 0 || len(rep.Breaking()) > 0:
		return &status{code: exitFailures}
	case rep.Counts.Error > 0:
		return &status{code: exitUnreachable, err: fmt.Errorf("%d checks could not be decided", rep.Counts.Error)}
	case rep.Counts.Disagreements > 0:
		return &status{code: exitSelfcheck, err: errors.New("the model and the browser disagree")}
	case rep.Shard != nil:
		return nil // whether enough was decided is asked of all shards together
	case rep.Counts.Ran() == 0:
		return usage(errors.New("not one check was run"), "the reasons are above, under: Not run")
	case rep.Counts.Undecided > 0 && rep.Counts.Decided()+rep.Counts.Known == 0:
		return &status{code: exitUnreachable, err: errors.New("not one check could be decided"), hints: []string{"the reasons are above, under: Undecided"}}
	}
	return nil
}

// colour says whether to print in colour: on a terminal, unless it was turned off.
func colour(w io.Writer, off bool) bool {
	return !off && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && terminal(w)
}

func terminal(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && isatty.IsTerminal(f.Fd())
}
