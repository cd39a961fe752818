// Package corstest runs the table of cases in go test, each check as a
// subtest named CASE/POLICY.
//
// A server that is meant to be configured by one policy of its own:
//
//	func TestCORS(t *testing.T) {
//		corstest.Run(t, corstest.Handler(newServer()), corstest.Policy(cases.Policy{
//			Name:    "api",
//			Origins: []string{"https://app.example"},
//			Methods: []string{"PUT"},
//		}))
//	}
//
// A CORS library: the table is run under every standard policy, before an
// application that corsproof brings along.
//
//	func TestConformance(t *testing.T) {
//		corstest.Run(t, corstest.Middleware(func(p cases.Policy) (func(http.Handler) http.Handler, error) {
//			return mycors.New(mycors.Options{Origins: p.Origins, Credentials: p.Credentials})
//		}))
//	}
//
// The checks run together before the first subtest reports, which takes some
// tenths of a second; go test -run only chooses what is reported, Focus what is run.
package corstest

import (
	"errors"
	"testing"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/suite"
)

// Option is an option of Run, made by the functions below.
type Option interface {
	// Apply is called by Run, and by package ginkgocors.
	Apply(c *suite.Config)
}

type option func(*suite.Config)

func (o option) Apply(c *suite.Config) { o(c) }

// Policy declares what the target, an ordinary endpoint, means by its CORS
// configuration. The checks that need more than an endpoint are skipped. It goes
// with Handler, URL and Server.
func Policy(p cases.Policy) Option { return option(func(c *suite.Config) { c.Policy = &p }) }

// Path is the path of the endpoint that Policy is about; by default "/", or
// what the target's URL says. Without Policy it is an error.
func Path(path string) Option { return option(func(c *suite.Config) { c.Path = path }) }

// Focus runs only checks that one of the globs matches: CASE, CASE/POLICY,
// GROUP or GROUP/CASE. A glob that matches nothing fails the test.
func Focus(globs ...string) Option {
	return option(func(c *suite.Config) { c.Focus = append(c.Focus, globs...) })
}

// Skip leaves out the checks that one of the globs matches.
func Skip(globs ...string) Option {
	return option(func(c *suite.Config) { c.Skip = append(c.Skip, globs...) })
}

// Known lists failures that are known and stay, by a glob on CASE or
// CASE/POLICY, or by the id of a cause, with the reason. One that passes after all, or a
// cause that is not found, fails the test, so that the list stays true.
func Known(glob, reason string) Option {
	return option(func(c *suite.Config) { c.Known = append(c.Known, suite.Known{Glob: glob, Reason: reason}) })
}

// Browser lets a browser perform the requests beside the model.
func Browser(a agent.Agent) Option {
	return option(func(c *suite.Config) { c.Agents = append(c.Agents, a) })
}

// Cases adds case files to the table.
func Cases(more ...cases.Source) Option {
	return option(func(c *suite.Config) { c.Sources = append(c.Sources, more...) })
}

// Timeout bounds a single request; by default 10 s.
func Timeout(d time.Duration) Option {
	return option(func(c *suite.Config) { c.Timeout = d })
}

// Strict makes warnings failures, and what is undecided too, which otherwise is
// a skipped subtest with the reason.
func Strict() Option { return option(func(c *suite.Config) { c.Strict = true }) }

// Run runs the table against a target, each check as a subtest, and returns
// what came of it (nil if the target could not be tested). What is wrong is said once
// for each cause, by the first subtest that fails by it; those that fail by the same
// cause are skipped, and say so. An option that does not apply to the target fails the test.
func Run(t *testing.T, target Target, opts ...Option) *harness.Summary {
	t.Helper()
	c := suite.New(opts)
	sum, table, err := c.Run(t.Context(), TargetOf(target))
	if err != nil {
		if e, ok := errors.AsType[*harness.TargetError](err); ok && e.Hint() != "" {
			t.Fatalf("%v\nhint: %s", err, e.Hint())
		}
		t.Fatal(err)
		return nil
	}
	judge := c.Judge(sum, table)
	for first := 0; first < len(sum.Results); {
		end := first + 1
		for end < len(sum.Results) && sum.Results[end].Case == sum.Results[first].Case {
			end++
		}
		same := sum.Results[first:end]
		t.Run(same[0].Case, func(t *testing.T) {
			for i := range same {
				t.Run(same[i].Policy, func(t *testing.T) { report(t, judge, &same[i]) })
			}
		})
		first = end
	}
	for _, text := range judge.Stale() {
		t.Error(text)
	}
	if text := c.Incomplete(sum); text != "" {
		t.Error(text)
	}
	return sum
}

func report(t *testing.T, judge *suite.Judge, r *harness.Result) {
	t.Helper()
	switch outcome, text := judge.Of(r); outcome {
	case suite.Failed:
		t.Error(text)
	case suite.Skipped:
		t.Skip(text)
	case suite.Logged:
		t.Log(text)
	}
}
