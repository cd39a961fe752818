package project

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/baseline"
	"github.com/corsproof/corsproof/internal/browsers"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/secret"
)

// Runner carries out plans.
type Runner struct {
	Tool  string // "corsproof 1.2.3"
	Table *cases.Table
	// Browsers are the ones to ask; nil: the model alone. Run starts those that it needs.
	Browsers *browsers.Pool
	// Baseline is what is known; nil: nothing is.
	Baseline    *baseline.File
	Timeout     time.Duration
	Concurrency int
	// Shard runs only some of the checks of all endpoints; report.Merge concludes from all
	// shards. The zero value runs all.
	Shard harness.Shard
	// OnJob is called when an endpoint's turn comes, OnResult with each result. Either may be nil.
	OnJob    func(j *Job, checks int)
	OnResult func(harness.Result)
}

// Checks are those of each job that filter leaves over; nil leaves all.
func (r *Runner) Checks(p *Plan, filter func([]cases.Check) ([]cases.Check, error)) ([][]cases.Check, error) {
	var all []cases.Check
	for i := range p.Jobs {
		j := &p.Jobs[i]
		checks, err := cases.Select(j.Target.Expand(r.Table), j.Focus, j.Skip)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", p.File.path, j.Line, err)
		}
		all = append(all, checks...)
	}
	all, err := cases.Select(all, p.File.Focus, p.File.Skip)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.File.path, err)
	}
	if filter != nil {
		if all, err = filter(all); err != nil {
			return nil, err
		}
	}
	lists := make([][]cases.Check, len(p.Jobs))
	for i := range p.Jobs {
		for k := range all {
			if all[k].Policy.Name == p.Jobs[i].Name {
				lists[i] = append(lists[i], all[k])
			}
		}
	}
	return lists, nil
}

// Run looks at the endpoints, each with its checks, one after the other. The error is a run's
// own (harness.TargetError) where no endpoint could be looked at, or that of a browser.
func (r *Runner) Run(ctx context.Context, p *Plan, checks [][]cases.Check) (*report.Report, error) {
	var endpoints []report.Endpoint
	var reports []*report.Report
	var first error
	ran, before, by := 0, 0, p.Secrets()
	for i := range p.Jobs {
		j := &p.Jobs[i]
		if len(checks[i]) == 0 {
			continue // none was chosen
		}
		part, own := share(r.Shard, before, len(checks[i]))
		if before += len(checks[i]); !own {
			endpoints, reports = append(endpoints, j.endpoint(nil, nil, by)), append(reports, nil)
			continue
		}
		rep, err := r.job(ctx, j, checks[i], part, by)
		var target *harness.TargetError
		switch {
		case err == nil:
			ran++
		case errors.As(err, &target) && target.Kind != harness.NotSelected:
			if first == nil {
				first = err
			}
		case ran > 0 && ctx.Err() != nil:
			err = errors.New("interrupted before it was looked at")
		default:
			return nil, err
		}
		endpoints, reports = append(endpoints, j.endpoint(rep, err, by)), append(reports, rep)
	}
	if ran == 0 {
		return nil, first
	}
	rep := report.Combine(r.Tool, p.Title(), endpoints, reports)
	r.sharded(rep, checks)
	if r.Baseline != nil {
		rep.Baseline = &report.Baseline{File: r.Baseline.Path()}
	}
	return rep, nil
}

// job looks at one endpoint.
func (r *Runner) job(ctx context.Context, j *Job, checks []cases.Check, part harness.Shard, by *secret.Redactor) (*report.Report, error) {
	if j.Wait > 0 {
		if err := j.Target.Requests.Await(ctx, j.Target.Endpoint, j.Wait); err != nil {
			return nil, &harness.TargetError{Kind: harness.Unreachable, Err: fmt.Errorf("the server did not come up: %w", err)}
		}
	}
	var agents []agent.Agent
	if r.Browsers != nil {
		var err error
		if agents, _, err = r.Browsers.For(ctx, j.Target.Requests); err != nil {
			return nil, err
		}
	}
	if r.OnJob != nil {
		r.OnJob(j, len(checks))
	}
	runner := harness.Runner{Target: j.Target, Agents: agents, Checks: checks, Shard: part, Timeout: r.Timeout, Concurrency: r.Concurrency, OnResult: r.OnResult}
	sum, err := runner.Run(ctx)
	if sum == nil {
		return nil, err
	}
	rep := report.New(r.Tool, j.Target.Endpoint, sum, r.Table)
	rep.Declared = j.Target.Declared
	rep.Advise(rep.Declared, j.Stack)
	rep.Redact(by)
	if r.Baseline != nil {
		r.Baseline.Apply(rep, time.Now())
	}
	return rep, nil
}

// endpoint is what the report says of a job.
func (j *Job) endpoint(rep *report.Report, err error, by *secret.Redactor) report.Endpoint {
	e := report.Endpoint{
		Name: j.Name, URL: by.URL(j.Target.Endpoint), Method: j.Target.Requests.QuestionMethod(), Policy: j.Policy,
		Declared: j.Target.Declared, Line: j.Line, Expected: j.Status,
	}
	if rep == nil && err != nil {
		e.Trouble = by.Text(strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return e
}

// Title is the project's name, with the environment.
func (p *Plan) Title() string {
	if p.Environment == "" {
		return p.File.Title()
	}
	return p.File.Title() + ", " + p.Environment
}
