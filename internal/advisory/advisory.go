// Package advisory runs the table against published defects: each release of a
// package that has one must fail the cases that are said to find it, and the
// release that fixes it must pass them. Adapters' manifests say which
// (adapter.Release).
package advisory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/adapter"
)

// State is what came of one advisory.
type State string

// The states.
const (
	Found          State = "found"           // found in the bad release, gone in the fixed one
	Wrong          State = "wrong"           // a case did not say what it should
	Broken         State = "broken"          // a release could not be installed, started or asked
	NotExpressible State = "not expressible" // no case can find it; the manifest says why
)

// Outcome is what came of one advisory.
type Outcome struct {
	Package string // as its registry names it
	Adapter string
	Release adapter.Release
	State   State
	// Checks is how many were run against each of the two releases.
	Checks int
	// Problems say what is wrong, a line for each.
	Problems []string
	Elapsed  time.Duration
}

// Options of Run.
type Options struct {
	Manifests []*adapter.Manifest
	Table     *cases.Table
	// Only are the advisories to try; empty: all.
	Only []string
	// Cache is the directory for installs; empty: in each adapter's own.
	Cache string
	// Timeout of a single request; 0: 10 s.
	Timeout time.Duration
	// Log says what is being done; nil for nothing.
	Log func(name, text string)
	// Done is told of each outcome as it is there; nil for nobody.
	Done func(Outcome)
}

// Run tries the releases of all manifests, one after the other. What fails for
// one is kept in its outcome, and the rest goes on. The error is that of ctx,
// with the outcomes until then.
func Run(ctx context.Context, opt Options) ([]Outcome, error) {
	var all []Outcome
	for _, m := range opt.Manifests {
		for _, r := range m.Releases {
			if len(opt.Only) > 0 && !slices.Contains(opt.Only, r.Advisory) {
				continue
			}
			outcome := one(ctx, opt, m, r)
			if ctx.Err() != nil {
				return all, ctx.Err()
			}
			all = append(all, outcome)
			if opt.Done != nil {
				opt.Done(outcome)
			}
		}
	}
	return all, nil
}

func one(ctx context.Context, opt Options, m *adapter.Manifest, r adapter.Release) (outcome Outcome) {
	outcome = Outcome{Package: m.Package, Adapter: m.Name, Release: r, State: NotExpressible}
	if r.NotExpressible != "" {
		return outcome
	}
	began := time.Now()
	defer func() { outcome.Elapsed = time.Since(began) }()
	outcome.State = Broken
	bad, err := measure(ctx, opt, m, r, r.Version)
	if err != nil {
		outcome.Problems = []string{err.Error()}
		return outcome
	}
	fixed, err := measure(ctx, opt, m, r, r.Fixed)
	if err != nil {
		outcome.Problems = []string{err.Error()}
		return outcome
	}
	outcome.Checks, outcome.Problems = judge(r, bad, fixed)
	outcome.State = Found
	if len(outcome.Problems) > 0 {
		outcome.State = Wrong
	}
	return outcome
}

// Select gives the checks of a release out of those that are there. A glob of the
// release that matches none is an error.
func Select(checks []cases.Check, r adapter.Release) ([]cases.Check, error) {
	if len(r.Policies) > 0 {
		checks = slices.DeleteFunc(slices.Clone(checks), func(c cases.Check) bool { return !slices.Contains(r.Policies, c.Policy.Name) })
	}
	checks, err := cases.Select(checks, r.Cases, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Advisory, err)
	}
	return checks, nil
}

// measure installs and starts a release and runs the checks against it.
func measure(ctx context.Context, opt Options, m *adapter.Manifest, r adapter.Release, version string) (map[string]harness.Result, error) {
	if opt.Log != nil {
		opt.Log(m.Name+" "+version, r.Advisory)
	}
	inst, err := start(ctx, opt, m, r, version)
	if err != nil {
		return nil, err
	}
	defer func() { _ = inst.Stop() }()
	target := inst.Target()
	checks, err := Select(target.Expand(opt.Table), r)
	if err != nil {
		return nil, err
	}
	sum, err := (&harness.Runner{Target: target, Checks: checks, Timeout: opt.Timeout}).Run(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking %s %s: %w", m.Name, version, err)
	}
	if sum.Stopped != nil {
		return nil, fmt.Errorf("asking %s %s: %s", m.Name, version, sum.Stopped.Reason)
	}
	results := map[string]harness.Result{}
	for _, result := range sum.Results {
		results[result.ID] = result
	}
	return results, nil
}

func start(ctx context.Context, opt Options, m *adapter.Manifest, r adapter.Release, version string) (*adapter.Instance, error) {
	at, err := m.At(version, m.Cache(opt.Cache))
	if err != nil {
		return nil, err
	}
	cache := at.Cache("")
	if _, err := at.Install(ctx, cache); err != nil {
		return nil, err
	}
	installed, err := at.AskVersion(ctx, cache)
	if err != nil {
		return nil, err
	}
	if first, _, _ := strings.Cut(strings.TrimPrefix(installed, "v"), " "); first != version {
		return nil, fmt.Errorf("the files of %s %s install %s", m.Name, version, installed)
	}
	policies, err := served(opt.Table, r)
	if err != nil {
		return nil, err
	}
	return at.Start(ctx, adapter.Options{Policies: policies, Cache: cache})
}

// served are the policies that the release has to serve: those of its checks,
// or all where a check asks below several.
func served(table *cases.Table, r adapter.Release) ([]cases.Policy, error) {
	checks, err := Select(table.Expand(table.Policies, false, cases.Env{}), r)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, c := range checks {
		if slices.Contains(c.Needs, cases.PartPolicies) {
			return table.Policies, nil
		}
		names[c.Policy.Name] = true
	}
	policies := slices.DeleteFunc(slices.Clone(table.Policies), func(p cases.Policy) bool { return !names[p.Name] })
	if len(policies) == 0 {
		return nil, errors.New("no policy is left")
	}
	return policies, nil
}
