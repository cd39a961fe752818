// Package suite is what the glue for go test and for Ginkgo share: options,
// the kinds of targets, and how a result reads to the author of a test.
package suite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// Config is what the options say.
type Config struct {
	Focus, Skip []string
	Policy      *cases.Policy
	Path        string // of the endpoint, with Policy
	Known       []Known
	Agents      []agent.Agent
	Sources     []cases.Source
	Timeout     time.Duration
	Strict      bool
}

// Known is a failure that is known, with the reason why it stays: a glob on checks, or the
// id of a cause.
type Known struct{ Glob, Reason string }

// Option changes a Config.
type Option interface{ Apply(*Config) }

// New applies options.
func New[O Option](opts []O) *Config {
	c := &Config{}
	for _, o := range opts {
		o.Apply(c)
	}
	return c
}

// Plan gives the table and the checks that will be run, on a target that is
// not there yet: their ids are right, their requests are not.
func (c *Config) Plan() (*cases.Table, []cases.Check, error) {
	if err := c.valid(); err != nil {
		return nil, nil, err
	}
	table, err := cases.Load(c.Sources...)
	if err != nil {
		return nil, nil, err
	}
	t := &harness.Target{Base: "http://127.0.0.1:1", TLSBase: "https://127.0.0.1:1"}
	if c.Policy != nil {
		t = &harness.Target{Declared: c.Policy, Endpoint: "http://127.0.0.1:1/", TLSBase: "https://127.0.0.1:1/"}
	}
	checks, err := c.selected(t.Expand(table))
	return table, checks, err
}

func (c *Config) selected(checks []cases.Check) ([]cases.Check, error) {
	for _, k := range c.Known {
		if _, err := cases.Select(checks, []string{k.Glob}, nil); err != nil && cases.FindCause(k.Glob) == nil {
			return nil, fmt.Errorf("known failure: %w", err)
		}
	}
	return cases.Select(checks, c.Focus, c.Skip)
}

// Run runs the checks against a target.
func (c *Config) Run(ctx context.Context, target Target) (*harness.Summary, *cases.Table, error) {
	if err := c.valid(); err != nil {
		return nil, nil, err
	}
	table, err := cases.Load(c.Sources...)
	if err != nil {
		return nil, nil, err
	}
	t, stop, err := c.open(target, table)
	if err != nil {
		return nil, nil, err
	}
	defer stop()
	checks, err := c.selected(t.Expand(table))
	if err != nil {
		return nil, nil, err
	}
	r := harness.Runner{Target: t, Checks: checks, Agents: c.Agents, Timeout: c.Timeout}
	sum, err := r.Run(ctx)
	return sum, table, err
}

// valid refuses a policy with a mistake: a server would look like one that denies
// what was meant. A name is not needed. A path without a policy would be ignored.
func (c *Config) valid() error {
	if c.Policy == nil {
		if c.Path != "" {
			return fmt.Errorf("corstest.Path(%q) goes with corstest.Policy: without a policy of its own a target serves the contract", c.Path)
		}
		return nil
	}
	p := *c.Policy
	if p.Name == "" {
		p.Name = "declared"
	}
	var errs []error
	for _, problem := range p.Validate() {
		errs = append(errs, problem)
	}
	if len(errs) > 0 {
		return fmt.Errorf("the policy of corstest.Policy: %w", errors.Join(errs...))
	}
	c.Policy = &p
	return nil
}

// Incomplete says why a run as a whole fails a test although each of its results
// might not: it ended early, nothing came of it, or a run of the whole table has
// no check for a part of the policy. Empty if none of it is so.
func (c *Config) Incomplete(sum *harness.Summary) string {
	n := sum.Counts
	ran := n[agent.VerdictPass] + n[agent.VerdictFail] + n[agent.VerdictWarn] + n[agent.VerdictInfo] + n[agent.VerdictError]
	switch {
	case sum.Stopped != nil:
		return "the run ended early: " + sum.Stopped.Reason
	case ran == 0 && n[agent.VerdictUndecided] > 0:
		return "not one check could be decided; the reasons are those of the skipped tests"
	case ran == 0:
		return "not one check was run; the reasons are those of the skipped tests"
	}
	if parts := harness.Overlooked(sum.NotLookedAt); parts != "" && len(c.Focus)+len(c.Skip) == 0 {
		return "no check is about these parts of the policy: " + parts + "; please report it"
	}
	return ""
}
