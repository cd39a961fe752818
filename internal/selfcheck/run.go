package selfcheck

import (
	"context"
	"crypto/x509"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/reference/mutants"
)

// Options configure a Run.
type Options struct {
	Table *cases.Table
	// Part says that Table is a selection: mutants that it does not find are
	// left out of the matrix.
	Part bool
	// Chrome is the browser that has to find the mutants that a browser can
	// see; nil: the model alone.
	Chrome agent.Agent
	// Parallel is how many servers are checked at once; 0: two for each
	// processor. Each is asked one check after another, so that what shows only
	// under load shows in the cases that make load.
	Parallel int
	// Progress is told of each server that is done; may be nil.
	Progress func(done, total int, name string)
}

// Run runs the table against the good server, its lawful variants and every
// mutant. The error is of starting servers or of ctx; what is wrong with the table is
// in the matrix's Problems.
func Run(ctx context.Context, opt Options) (*Matrix, error) {
	if opt.Parallel == 0 {
		opt.Parallel = 2 * runtime.GOMAXPROCS(0)
	}
	start := time.Now()
	s := &selfcheck{Options: opt, matrix: &Matrix{}}
	s.cases()
	bad, lawful := mutants.All(), mutants.Lawful()
	s.total = 1 + len(bad) + len(lawful)
	if err := s.good(ctx); err != nil {
		return nil, err
	}
	s.matrix.Rows = make([]Row, len(bad))
	if err := s.others(ctx, lawful, bad); err != nil {
		return nil, err
	}
	if opt.Chrome != nil {
		s.matrix.Browser = opt.Chrome.Version()
		if err := s.browser(ctx); err != nil {
			return nil, err
		}
	}
	if opt.Part {
		s.matrix.drop()
	}
	s.matrix.analyse(opt.Chrome != nil, opt.Part)
	s.matrix.Elapsed = time.Since(start)
	return s.matrix, nil
}

// others runs the table against all servers but the good one, several at once. After
// an error none is started any more.
func (s *selfcheck) others(ctx context.Context, lawful []mutants.Variant, bad []mutants.Mutant) error {
	pool, jobCtx := errgroup.WithContext(ctx)
	pool.SetLimit(s.Parallel)
	give := func(check func() error) {
		if jobCtx.Err() == nil {
			pool.Go(check)
		}
	}
	for _, v := range lawful {
		give(func() error { return s.variant(jobCtx, v) })
	}
	for i, m := range bad {
		give(func() error { return s.mutant(jobCtx, m, &s.matrix.Rows[i]) })
	}
	if err := pool.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

type selfcheck struct {
	Options
	matrix *Matrix
	mu     sync.Mutex
	done   int
	total  int
}

// cases splits the table into cases with a verdict and those that only record.
func (s *selfcheck) cases() {
	for _, c := range s.Table.Cases {
		if c.Level == cases.Info {
			s.matrix.Recorded = append(s.matrix.Recorded, c.ID)
		} else {
			s.matrix.Cases = append(s.matrix.Cases, c.ID)
		}
	}
}

func (s *selfcheck) finished(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done++
	if s.Progress != nil {
		s.Progress(s.done, s.total, name)
	}
}

func (s *selfcheck) report(kind ProblemKind, subject, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.matrix.problem(kind, subject, format, args...)
}

// server starts a server of package mutants as a target.
func (s *selfcheck) server(ctx context.Context, name string, srv *mutants.Server, err error) (*harness.Target, error) {
	if err == nil {
		err = srv.Start(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(srv.CertPEM)
	return &harness.Target{Name: name, Base: srv.URL, TLSBase: srv.TLSURL, TLSRoots: roots, HeadBytes: headBytes, WebSocket: mutants.WebSocketPath}, nil
}

// headBytes is how far requests grow. The servers take 1 MiB, which would cost
// half a second for each of hundreds; the defects show far below.
const headBytes = 80 << 10

// run runs all checks of the table against a target.
func (s *selfcheck) run(ctx context.Context, target *harness.Target, agents ...agent.Agent) (*harness.Summary, error) {
	return s.runChecks(ctx, target, target.Expand(s.Table), agents...)
}

func (s *selfcheck) runChecks(ctx context.Context, target *harness.Target, checks []cases.Check, agents ...agent.Agent) (*harness.Summary, error) {
	runner := harness.Runner{Target: target, Checks: checks, Agents: agents, Concurrency: 1}
	sum, err := runner.Run(ctx)
	if err != nil {
		return nil, fmt.Errorf("checking %s: %w", target.Name, err)
	}
	s.mu.Lock()
	s.matrix.Checks += len(sum.Results) - sum.Counts[agent.VerdictSkip]
	s.mu.Unlock()
	return sum, ctx.Err()
}

// good runs the table against the server without a defect: nothing may fail.
func (s *selfcheck) good(ctx context.Context) error {
	srv, err := mutants.Good(s.Table.Policies)
	target, err := s.server(ctx, "the reference server", srv, err)
	if err != nil {
		return err
	}
	defer srv.Close()
	var agents []agent.Agent
	if s.Chrome != nil {
		agents = append(agents, s.Chrome)
	}
	sum, err := s.run(ctx, target, agents...)
	if err != nil {
		return err
	}
	for _, r := range sum.Results {
		switch {
		case r.Verdict == agent.VerdictFail || r.Verdict == agent.VerdictWarn:
			s.report(GoodServerFails, r.ID, "%s", firstFailure(&r))
		case r.Verdict == agent.VerdictError, r.Verdict == agent.VerdictUndecided:
			s.report(NotRun, r.ID, "%s", r.Reason)
		case r.Disagrees():
			s.report(GoodServerFails, r.ID, "the model and the browser disagree: %+v", r.Disagreement)
		}
	}
	s.finished(target.Name)
	return nil
}

// variant runs the table against a server that differs lawfully: nothing may
// fail, and nothing above practice may warn.
func (s *selfcheck) variant(ctx context.Context, v mutants.Variant) error {
	srv, err := v.Server(s.Table.Policies)
	target, err := s.server(ctx, "the lawful variant "+v.Name, srv, err)
	if err != nil {
		return err
	}
	defer srv.Close()
	sum, err := s.run(ctx, target)
	if err != nil {
		return err
	}
	if err := s.asEndpoints(ctx, target, srv.TLSURL, v.Name); err != nil {
		return err
	}
	s.mu.Lock()
	s.matrix.Variants = append(s.matrix.Variants, v.Name)
	slices.Sort(s.matrix.Variants)
	s.mu.Unlock()
	s.lawful(sum, v.Name, "")
	s.finished(target.Name)
	return nil
}

// lawful reports what a lawful server was accused of. as says how it was asked.
func (s *selfcheck) lawful(sum *harness.Summary, variant, as string) {
	for _, r := range sum.Results {
		switch {
		case r.Verdict == agent.VerdictFail, r.Verdict == agent.VerdictWarn && r.Level != cases.Practice:
			s.report(VariantFails, variant, "%s%s: %s", as, r.ID, firstFailure(&r))
		case r.Verdict == agent.VerdictError, r.Verdict == agent.VerdictUndecided:
			s.report(NotRun, variant, "%s%s: %s", as, r.ID, r.Reason)
		}
	}
}

func (s *selfcheck) mutant(ctx context.Context, m mutants.Mutant, row *Row) error {
	row.Mutant = m
	srv, err := m.Server(s.Table.Policies)
	target, err := s.server(ctx, "the mutant "+m.Name, srv, err)
	if err != nil {
		return err
	}
	defer srv.Close()
	checks := target.Expand(s.Table)
	for i := range checks {
		if !targets(m, checks[i].Case.ID) {
			calm(&checks[i])
		}
	}
	sum, err := s.runChecks(ctx, target, checks)
	if err != nil {
		return err
	}
	row.Killers, row.Causes = killers(sum, ""), []string{}
	for _, f := range sum.Findings {
		row.Causes = append(row.Causes, f.ID)
	}
	s.harmless(m, sum)
	s.finished(target.Name)
	return nil
}

// harmless reports security findings of a mutant that only keeps somebody out.
func (s *selfcheck) harmless(m mutants.Mutant, sum *harness.Summary) {
	if !m.KeepsOut() {
		return
	}
	for i := range sum.Results {
		if r := &sum.Results[i]; r.Security != "" {
			s.report(Severe, m.Name, "it lets nobody in, and %s has the severity %s: %s", r.ID, r.Security, firstFailure(r))
		}
	}
}

// calm makes a burst of the same request one of two: a mutant that is not about
// bursts shows in two whatever it shows in a hundred.
func calm(c *cases.Check) {
	for i := range c.Steps {
		s := &c.Steps[i]
		s.Times, s.Parallel = min(s.Times, 2), min(s.Parallel, 2)
	}
}

// browser lets Chrome find the mutants that a browser can see, by their targets.
func (s *selfcheck) browser(ctx context.Context) error {
	for i := range s.matrix.Rows {
		row := &s.matrix.Rows[i]
		if !row.Browser {
			continue
		}
		srv, err := row.Mutant.Server(s.Table.Policies)
		target, err := s.server(ctx, "the mutant "+row.Name, srv, err)
		if err != nil {
			return err
		}
		checks := slices.DeleteFunc(target.Expand(s.Table), func(c cases.Check) bool {
			return c.Kind != cases.KindBrowser || !slices.Contains(row.Killers, c.Case.ID)
		})
		sum, err := s.runChecks(ctx, target, checks, s.Chrome)
		_ = srv.Close()
		if err != nil {
			return err
		}
		row.BrowserKillers = killers(sum, s.Chrome.Name())
		s.harmless(row.Mutant, sum)
		if s.Progress != nil {
			s.Progress(s.total, s.total, "the mutant "+row.Name+" in the browser")
		}
	}
	return nil
}

// killers are the cases with a failed or warning check, once each, in order;
// with the name of an agent, by that one.
func killers(sum *harness.Summary, name string) []string {
	var ids []string
	for i := range sum.Results {
		r := &sum.Results[i]
		dead := r.Verdict == agent.VerdictFail || r.Verdict == agent.VerdictWarn
		if name != "" {
			dead = slices.ContainsFunc(r.Agents, func(a agent.Result) bool {
				return a.Agent == name && (a.Verdict == agent.VerdictFail || a.Verdict == agent.VerdictWarn)
			})
		}
		if dead && !slices.Contains(ids, r.Case) {
			ids = append(ids, r.Case)
		}
	}
	return ids
}

// firstFailure says in a line why a result is not a pass.
func firstFailure(r *harness.Result) string {
	for _, a := range r.Agents {
		for _, f := range a.Failures {
			return fmt.Sprintf("%s: %s: expected %s, actual %s", a.Agent, f.What, f.Expected, f.Actual)
		}
	}
	return r.Reason
}
