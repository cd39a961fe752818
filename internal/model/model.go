package model

import (
	"context"
	"crypto/tls"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/limit"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// Model is the agent that acts as a browser would: package spec decides, over
// real connections. It has cookies, an HTTP cache and a preflight cache for
// each job, and none that outlive it.
type Model struct {
	sender      *wire.Sender
	owns        bool // the sender is its own
	engine      spec.Engine
	concurrency int
	opt         Options
}

// Options configure a model agent.
type Options struct {
	// Sender sends the requests; nil: a sender of its own, by the next two fields.
	Sender *wire.Sender
	// TLS says which certificates to trust; nil: the system's.
	TLS *tls.Config
	// Limits are those of the run; nil: none.
	Limits *limit.Limits
	// Engine selects a browser's documented departures; empty: the standard.
	Engine spec.Engine
	// Concurrency is how many jobs are under way at once; 0: twice the
	// processors, at least 4 and at most 16.
	Concurrency int
	// Jar keeps the cookies that answers set, and gives them to requests with
	// credentials; nil: none are kept.
	Jar Jar
	// Refuse says why a browser does not make a request at all, for reasons that are
	// not CORS; empty: it is made. Nil: all are.
	Refuse func(spec.Action) spec.Reason
	// Seen is told what came of each request, in order: the answer that the browser
	// has, nil for none, and the exchange, nil where the HTTP cache answered or the
	// request was refused. Nil: nobody is told.
	Seen func(spec.Action, *spec.Response, *agent.Exchange)
	// HeadDecides: an answer whose content breaks the rules of HTTP in its middle is one, cut there, as a
	// page gets it. Without it there is no answer.
	HeadDecides bool
}

// Jar keeps cookies for a browser.
type Jar interface {
	// Cookie is the value of the field Cookie of a request for a URL from a page of
	// an origin; empty for none.
	Cookie(page, url string) string
	// Keep keeps what an answer sets.
	Keep(page, url string, answer spec.Header)
}

var _ agent.Agent = (*Model)(nil)

// New is a model agent; Close ends the connections of a sender of its own.
func New(opt Options) *Model {
	m := &Model{sender: opt.Sender, engine: opt.Engine, concurrency: Concurrency(opt.Concurrency), opt: opt}
	if m.sender == nil {
		m.sender, m.owns = wire.NewSender(opt.TLS, opt.Limits, 0), true
	}
	return m
}

// Concurrency is how much to do at once when n does not say.
func Concurrency(n int) int {
	if n > 0 {
		return n
	}
	return min(max(2*runtime.GOMAXPROCS(0), 4), 16)
}

// Name is agent.NameModel.
func (m *Model) Name() string { return agent.NameModel }

// Version says what decides.
func (m *Model) Version() string {
	if m.engine == "" || m.engine == spec.EngineFetch {
		return "model of the Fetch Standard"
	}
	return "model of the Fetch Standard with the departures of " + string(m.engine)
}

// Engine is the one that the model was made for.
func (m *Model) Engine() spec.Engine {
	if m.engine == "" {
		return spec.EngineFetch
	}
	return m.engine
}

// Can says yes to every request.
func (m *Model) Can(agent.Job) (ok bool, why string) { return true, "" }

// Close ends the connections of a model made by NewModel.
func (m *Model) Close() error {
	if m.owns {
		m.sender.Close()
	}
	return nil
}

// Perform runs the jobs, several at once. A job that ctx ends has ctx's error.
func (m *Model) Perform(ctx context.Context, jobs []agent.Job, done func(agent.JobResult)) error {
	var mu sync.Mutex
	var pool errgroup.Group
	pool.SetLimit(m.concurrency)
	for i := range jobs {
		pool.Go(func() error {
			r := m.perform(ctx, &jobs[i])
			mu.Lock()
			defer mu.Unlock()
			done(r)
			return nil
		})
	}
	return pool.Wait()
}

// perform runs the steps of a job, one after another.
func (m *Model) perform(ctx context.Context, job *agent.Job) agent.JobResult {
	run := modelJob{m: m, started: time.Now(), cache: spec.NewPreflightCache(m.engine), timeout: job.Timeout}
	result := agent.JobResult{ID: job.ID}
	for i := range job.Steps {
		outcomes, err := run.step(ctx, &job.Steps[i])
		result.Steps = append(result.Steps, outcomes)
		if err != nil {
			result.Err = err
			break
		}
	}
	return result
}

// modelJob is a job under way: what its steps share.
type modelJob struct {
	m       *Model
	started time.Time
	timeout time.Duration

	mu    sync.Mutex // guards preflight caches, which package spec does not
	cache *spec.PreflightCache
	http  httpCaches
}

// all is the view of a request that is made alone.
func (j *modelJob) all() view { return view{j.cache, &j.http} }

// step performs a step's repetitions. The error is set when the target could
// not be reached or ctx ended: then nothing can be said.
func (j *modelJob) step(ctx context.Context, s *agent.Step) (agent.StepOutcomes, error) {
	if err := limit.Pause(ctx, s.After); err != nil {
		return nil, err
	}
	if s.Before != nil {
		s.Before()
	}
	total, lanes := max(s.Times, s.Parallel, 1), max(s.Parallel, 1)
	outcomes := make(agent.StepOutcomes, total)
	if lanes == 1 {
		for i := range outcomes {
			var err error
			if outcomes[i], err = j.once(ctx, s, j.all()); err != nil {
				return outcomes[:i], err
			}
		}
		return outcomes, nil
	}
	views := make([]view, total)
	before := j.http.clone()
	for i := range views {
		views[i] = view{j.cache.Clone(), before}
	}
	// Of answers to the same request any will do for those that come later.
	defer func() { j.cache = views[0].preflights }()
	pool, failed := errgroup.WithContext(context.WithoutCancel(ctx))
	pool.SetLimit(lanes)
	for i := range total {
		if failed.Err() != nil {
			break
		}
		pool.Go(func() (err error) { // not by failed: what is under way when another fails is not cut short
			outcomes[i], err = j.once(ctx, s, views[i])
			return err
		})
	}
	return outcomes, pool.Wait()
}

// once performs a single request within the job's timeout, of which the wait for a turn
// is no part (limit.Limits).
func (j *modelJob) once(ctx context.Context, s *agent.Step, v view) (agent.Outcome, error) {
	f := modelFetch{job: j, step: s, view: v, left: j.timeout}
	start := time.Now()
	o := f.run(ctx)
	o.Began, o.Elapsed = start, time.Since(start)
	return o, f.lost
}
