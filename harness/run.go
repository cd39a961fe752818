package harness

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/model"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/raw"
	"github.com/corsproof/corsproof/internal/sharedcache"
	"github.com/corsproof/corsproof/internal/wire"
)

// run is a Runner at work.
type run struct {
	target      *Target
	sender      *wire.Sender
	agents      []agent.Agent // the model is the first
	timeout     time.Duration
	concurrency int
	keepAll     bool
	policies    map[string]PolicyState
	tlsTrouble  map[string]string // by protocol of package wire: why checks over TLS cannot run
	methods     cases.Methods     // what an ordinary endpoint serves; nil: nothing is known
	failing     int               // the 5xx that an ordinary endpoint answers anyway; 0 when it does not
	prefix      string            // of this run's nonces
	nonces      atomic.Uint64

	cacheOnce sync.Once
	cache     *sharedcache.Cache
	cacheErr  error

	doubts []*entry // to be done again; guarded by mu
	noMore bool

	mu       sync.Mutex
	onResult func(Result)
	summary  *Summary
	running  map[*entry]bool
	origins  map[string]*Stopped // of the target; the value is set when it died
	steady   map[string]*steadiness
	held     []*entry // finished, but whether they fail depends on others
	stop     context.CancelCauseFunc
}

// errDied: the whole target is gone.
var errDied = errors.New("the target died")

// Run looks whether the target can be tested, runs the checks and returns
// what came of them. The error is ErrNothing, a *TargetError when no check was
// run because of the target, or the context's when it ended before the first
// check. A run that ends early (cancelled, the target died) is no error:
// Summary.Stopped says so, and what was measured is kept.
func (r *Runner) Run(ctx context.Context) (*Summary, error) {
	if len(r.Checks) == 0 {
		return nil, ErrNothing
	}
	if r.Target == nil {
		return nil, &TargetError{Kind: BadURL, Err: errors.New("no target was given")}
	}
	w := r.start()
	defer w.close()
	entries := make([]*entry, len(r.Checks))
	for i := range r.Checks {
		entries[i] = newEntry(i, &r.Checks[i])
	}
	if err := w.sanity(ctx, entries); err != nil {
		return nil, err
	}
	w.inOrder(ctx, entries)
	sum := w.conclude(ctx, entries)
	sum.NotLookedAt = w.notLookedAt(entries)
	return sum, nil
}

func (r *Runner) start() *run {
	timeout := r.Timeout
	if timeout <= 0 {
		timeout = 10 * time.Second
	}
	w := &run{
		target: r.Target, sender: wire.NewSender(r.Target.tlsConfig(), r.Target.RateLimit, timeout), timeout: timeout, concurrency: model.Concurrency(r.Concurrency),
		keepAll: r.KeepAll, onResult: r.OnResult, policies: maps.Clone(r.Target.Policies), tlsTrouble: map[string]string{},
		prefix: strings.ToLower(rand.Text()[:8]), running: map[*entry]bool{}, origins: map[string]*Stopped{}, steady: map[string]*steadiness{},
		summary: &Summary{Target: r.Target.Name, Started: time.Now(), AgentErrors: map[string]string{}},
	}
	if w.policies == nil {
		w.policies = map[string]PolicyState{}
	}
	w.agents = []agent.Agent{model.New(model.Options{Sender: w.sender, Concurrency: w.concurrency})}
	for _, a := range r.Agents {
		if a.Name() != agent.NameModel {
			w.agents = append(w.agents, a)
		}
	}
	for _, a := range w.agents {
		w.summary.Agents = append(w.summary.Agents, AgentInfo{a.Name(), a.Version()})
	}
	return w
}

func (r *run) close() {
	if r.cache != nil {
		_ = r.cache.Close()
	}
	r.sender.Close()
}

// all runs the entries: first what can run at the same time, then what must run alone.
func (r *run) all(ctx context.Context, entries []*entry) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.stop = stop
	var together, single []*entry
	for _, e := range entries {
		kind, reason, ok := r.skip(e)
		if !ok {
			e.result.Skip, e.result.Reason = kind, reason
			r.emit(e)
			continue
		}
		e.place, _ = r.where(e.check)
		if origin := origin.Of(e.place.Base); r.origins[origin] == nil {
			r.origins[origin] = nil
		}
		e.waiting = 1
		if e.check.Kind != cases.KindWire {
			e.waiting = len(r.agents)
		}
		if alone(e.check) {
			single = append(single, e)
		} else {
			together = append(together, e)
		}
	}
	r.together(ctx, together)
	for _, e := range single {
		r.one(ctx, e)
		if e.check.Kind != cases.KindWire {
			for _, a := range r.browsers() {
				r.batch(ctx, a, []*entry{e})
			}
		}
	}
	r.doubted(ctx)
}

// together runs entries at the same time: browsers get theirs as a batch, the
// wire and the model agent share workers. A check that lets time pass has a
// goroutine of its own meanwhile.
func (r *run) together(ctx context.Context, entries []*entry) {
	var wg sync.WaitGroup
	for _, a := range r.browsers() {
		var mine []*entry
		for _, e := range entries {
			if e.check.Kind != cases.KindWire {
				mine = append(mine, e)
			}
		}
		if len(mine) > 0 {
			wg.Go(func() { r.batch(ctx, a, mine) })
		}
	}
	var prompt []*entry
	slow := make(chan struct{}, 64)
	for _, e := range entries {
		if !pauses(e.check) {
			prompt = append(prompt, e)
			continue
		}
		wg.Go(func() {
			slow <- struct{}{}
			r.one(ctx, e)
			<-slow
		})
	}
	next := make(chan *entry)
	for range min(r.concurrency, len(prompt)) {
		wg.Go(func() {
			for e := range next {
				r.one(ctx, e)
			}
		})
	}
	for _, e := range prompt {
		next <- e
	}
	close(next)
	wg.Wait()
}

// pauses tells whether a check lets time pass.
func pauses(c *cases.Check) bool {
	return slices.ContainsFunc(c.Steps, func(s cases.Step) bool { return s.After > 0 })
}

// one runs the wire's or the model's part of a check.
func (r *run) one(ctx context.Context, e *entry) {
	if s := r.stopped(ctx, e); s != "" {
		r.report(e, agent.Result{Agent: firstAgent(e), Verdict: agent.VerdictSkip, Note: s})
		return
	}
	e.began = time.Now()
	r.mark(e, true)
	defer r.mark(e, false)
	r.report(e, r.insist(ctx, e, func() agent.Result {
		if e.check.Kind == cases.KindWire {
			return r.wireCheck(ctx, e)
		}
		part, err := r.prepare(ctx, e, r.agents[0], e.check.Steps)
		if err != nil {
			return r.lost(ctx, e, agent.NameModel, err)
		}
		return part.complete(ctx, ask(ctx, part.agent, part.job))
	}))
}

// ask gives an agent a single job.
func ask(ctx context.Context, a agent.Agent, job agent.Job) (result agent.JobResult) {
	if err := a.Perform(ctx, []agent.Job{job}, func(jr agent.JobResult) { result = jr }); err != nil {
		result.Err = err
	}
	return result
}

// browsers are the agents that take their jobs in batches: all but the model.
func (r *run) browsers() []agent.Agent { return r.agents[1:] }

func firstAgent(e *entry) string {
	if e.check.Kind == cases.KindWire {
		return agent.NameWire
	}
	return agent.NameModel
}

func (r *run) mark(e *entry, on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if on {
		r.running[e] = true
	} else {
		delete(r.running, e)
	}
}

// nonce is an identifier that no request has carried before.
func (r *run) nonce() string {
	return r.prefix + strconv.FormatUint(r.nonces.Add(1), 36)
}

// sharedCache is started when the first check asks for it.
func (r *run) sharedCache() (*sharedcache.Cache, error) {
	r.cacheOnce.Do(func() { r.cache, r.cacheErr = sharedcache.Start(r.sender, r.timeout) })
	return r.cache, r.cacheErr
}

// wireCheck runs a check of raw steps only.
func (r *run) wireCheck(ctx context.Context, e *entry) agent.Result {
	place, done, err := r.via(e)
	if err != nil {
		return agent.Result{Agent: agent.NameWire, Verdict: agent.VerdictError, Error: err.Error()}
	}
	defer done()
	w := raw.Run{Sender: r.sender, Place: place, Timeout: r.timeout, HeadBytes: r.target.HeadBytes}
	defer w.Close()
	steps, err := w.Steps(ctx, e.check.Steps)
	if err != nil {
		res := r.lost(ctx, e, agent.NameWire, err)
		res.Exchanges = raw.Exchanges(steps)
		return res
	}
	failures := judge.Wire(steps)
	res := r.judged(ctx, e, agent.NameWire, failures, raw.Exchanges(judge.Telling(steps, failures)))
	if why := judge.Undecided(steps); why != "" && res.Verdict == agent.VerdictPass {
		res.Verdict, res.Note = agent.VerdictUndecided, why
	}
	return res
}

// via puts the shared cache before the target where the case wants one.
func (r *run) via(e *entry) (raw.Place, func(), error) {
	p := e.place
	if e.check.Case.Via == "" {
		return p, func() {}, nil
	}
	cache, err := r.sharedCache()
	if err != nil {
		return p, nil, err
	}
	base, done, err := cache.Open(p.Base)
	if err != nil {
		return p, nil, err
	}
	_, _, target, _ := origin.Split(p.Base)
	p.Base = base + strings.TrimSuffix(target, "/")
	return p, done, nil
}
