package harness

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/raw"
	"github.com/corsproof/corsproof/internal/wire"
)

// all performs what was planned: first what can run at the same time, then what
// must run alone.
func (r *run) all(ctx context.Context, entries []*entry) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.stop = stop
	var together, single []*attempt
	for _, e := range entries {
		if e.skip != "" {
			r.deliver(e, e.skipped())
			continue
		}
		if origin := origin.Of(e.place.Base); r.origins[origin] == nil {
			r.origins[origin] = nil
		}
		a := r.attempt(e, nil)
		if alone(e.check) {
			single = append(single, a)
		} else {
			together = append(together, a)
		}
	}
	r.together(ctx, together)
	for _, a := range single {
		r.everyAgent(ctx, a)
	}
	r.again(ctx)
}

// everyAgent performs a check while nothing else is under way.
func (r *run) everyAgent(ctx context.Context, a *attempt) {
	r.one(ctx, a)
	if a.check.Kind != cases.KindWire {
		for _, b := range r.browsers() {
			r.batch(ctx, b, []*attempt{a})
		}
	}
}

// together performs checks at the same time: browsers get theirs as a batch, the
// wire and the model agent share workers. Those that let time pass have workers
// of their own, many of them, meanwhile.
func (r *run) together(ctx context.Context, attempts []*attempt) {
	const waiting = 64
	var scripted, slow, prompt []*attempt
	for _, a := range attempts {
		if a.check.Kind != cases.KindWire {
			scripted = append(scripted, a)
		}
		if pauses(a.check) {
			slow = append(slow, a)
		} else {
			prompt = append(prompt, a)
		}
	}
	var wg sync.WaitGroup
	browse := func() {
		for _, b := range r.browsers() {
			wg.Go(func() { r.batch(ctx, b, scripted) })
		}
	}
	paced := r.interval() > 0 // then a browser's requests are not to wait behind all the others
	if len(scripted) > 0 && !paced {
		browse()
	}
	wg.Go(func() { r.each(ctx, waiting, slow) })
	wg.Go(func() { r.each(ctx, r.concurrency, prompt) })
	wg.Wait()
	if len(scripted) > 0 && paced {
		browse()
		wg.Wait()
	}
}

// interval is the time between two requests to the target; 0: there is no limit.
func (r *run) interval() time.Duration { return r.sender.Limits.Interval(r.addr()) }

// addr is the target's "host:port"; empty where that is not known.
func (r *run) addr() string {
	ep, _, _, err := wire.EndpointOf(r.target.url("http"), wire.Any)
	if err != nil {
		return ""
	}
	return ep.Addr
}

// each performs the wire's or the model's part of the checks, so many at once.
func (r *run) each(ctx context.Context, limit int, attempts []*attempt) {
	var pool errgroup.Group
	pool.SetLimit(limit)
	for _, a := range attempts {
		pool.Go(func() error {
			r.one(ctx, a)
			return nil
		})
	}
	_ = pool.Wait()
}

// pauses tells whether a check lets time pass.
func pauses(c *cases.Check) bool {
	return slices.ContainsFunc(c.Steps, func(s cases.Step) bool { return s.After > 0 })
}

// alone tells whether a check needs the machine for itself: it measures time,
// or sends so much at once that others would notice.
func alone(c *cases.Check) bool {
	const many = 32
	for i := range c.Steps {
		if c.Steps[i].Parallel >= many || c.Steps[i].Grow != nil {
			return true
		}
	}
	return false
}

// one performs the wire's or the model's part of a check.
func (r *run) one(ctx context.Context, a *attempt) {
	name := firstAgent(a.check)
	if s := r.stopped(ctx, a.entry); s != "" {
		r.report(a, leftOut(name, s))
		return
	}
	began := time.Now()
	r.mark(a.entry, true)
	defer r.mark(a.entry, false)
	p := r.insist(ctx, a.entry, func() part {
		return r.patiently(func() part { return r.first(ctx, a) })
	})
	p.began = began
	r.report(a, p)
}

// first is what the wire, or the model, makes of a check.
func (r *run) first(ctx context.Context, a *attempt) part {
	name := firstAgent(a.check)
	if name == agent.NameWire {
		return r.wireCheck(ctx, a.entry)
	}
	t, err := r.prepare(ctx, a.entry, r.agents[0], a.check.Steps)
	if err != nil {
		return r.lost(ctx, a.entry, name, err, nil)
	}
	return t.complete(ctx, askAgent(ctx, t.agent, t.job))
}

// askAgent gives an agent a single job.
func askAgent(ctx context.Context, a agent.Agent, job agent.Job) (result agent.JobResult) {
	if err := a.Perform(ctx, []agent.Job{job}, func(jr agent.JobResult) { result = jr }); err != nil {
		result.Err = err
	}
	return result
}

// firstAgent performs a check's requests whether or not there is a browser.
func firstAgent(c *cases.Check) string {
	if c.Kind == cases.KindWire {
		return agent.NameWire
	}
	return agent.NameModel
}

// mark keeps which checks are under way, for the report of the target's death.
func (r *run) mark(e *entry, on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if on {
		r.running[e] = true
	} else {
		delete(r.running, e)
	}
}

// wireCheck runs a check of raw steps only.
func (r *run) wireCheck(ctx context.Context, e *entry) part {
	place, done, err := r.via(e)
	if err != nil {
		return broke(agent.NameWire, err.Error())
	}
	defer done()
	w := raw.Run{Sender: r.sender, Place: place, Timeout: r.timeout, HeadBytes: r.target.HeadBytes}
	defer w.Close()
	steps, err := w.Steps(ctx, e.check.Steps)
	if err != nil {
		return r.lost(ctx, e, agent.NameWire, err, raw.Exchanges(steps))
	}
	failures := judge.Wire(steps)
	res := r.judged(ctx, e, agent.NameWire, failures, raw.Exchanges(judge.Telling(steps, failures)))
	res.Seen = judge.Seen(steps)
	if why := judge.Undecided(steps); why != "" && res.Verdict == agent.VerdictPass {
		res.Verdict, res.Note = agent.VerdictUndecided, why
	}
	return part{result: res}
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
