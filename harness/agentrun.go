package harness

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/raw"
)

// part is one agent's part of a check.
type part struct {
	run    *run
	entry  *entry
	agent  agent.Agent
	wire   raw.Run
	before []judge.Performed // raw steps that were performed before the job
	steps  []cases.Step
	after  []cases.Step
	job    agent.Job
	names  []string // of the job's steps
	done   func()
}

// prepare performs the raw steps that come first and makes the job. The steps
// are the check's, expanded for this agent.
func (r *run) prepare(ctx context.Context, e *entry, who agent.Agent, steps []cases.Step) (*part, error) {
	before, browser, after, err := raw.Split(steps)
	if err != nil {
		return nil, err
	}
	place, done, err := r.via(e)
	if err != nil {
		return nil, err
	}
	p := &part{run: r, entry: e, agent: who, steps: browser, after: after, done: done}
	p.wire = raw.Run{Sender: r.sender, Place: place, Timeout: r.timeout, HeadBytes: r.target.HeadBytes}
	if p.before, err = p.wire.Steps(ctx, before); err != nil {
		p.release()
		return nil, err
	}
	p.job = agent.Job{ID: e.check.ID, Timeout: r.timeout}
	nonce := "_=" + r.nonce()
	for i := range browser {
		s := &browser[i]
		p.names = append(p.names, s.Name)
		text := ""
		if s.Expect != nil && s.Expect.Body != nil {
			text = *s.Expect.Body
		}
		p.job.Steps = append(p.job.Steps, agent.Step{
			Text: text, Timing: s.Expect != nil && s.Expect.Timing != nil,
			Request: *s.Request, URL: raw.WithQuery(place.URL(s.Request.Path), nonce), After: s.After,
			Times: max(s.Times, s.Parallel, 1), Parallel: max(s.Parallel, 1),
		})
	}
	return p, nil
}

func (p *part) release() {
	p.wire.Close()
	p.done()
}

// complete performs the raw steps that come last and judges the whole.
func (p *part) complete(ctx context.Context, result agent.JobResult) agent.Result {
	defer p.release()
	r, name := p.run, p.agent.Name()
	p.entry.mu.Lock()
	if p.entry.jobs != nil {
		p.entry.jobs[name] = performed{p.job.Steps, p.names, p.steps, result}
	}
	p.entry.mu.Unlock()
	exchanges := p.exchanges(result, nil)
	if result.Err != nil {
		if name != agent.NameModel {
			p.entry.doubts()
		}
		res := r.lost(ctx, p.entry, name, result.Err)
		res.Exchanges = exchanges
		return res
	}
	after, err := p.wire.Steps(ctx, p.after)
	exchanges = append(exchanges, raw.Exchanges(after)...)
	if err != nil {
		res := r.lost(ctx, p.entry, name, err)
		res.Exchanges = exchanges
		return res
	}
	late := lateSteps(p.job.Steps, p.steps, result, p.entry.check.Policy.MaxAge)
	why := ""
	var failures []agent.Failure
	for i := range p.steps {
		if i >= len(result.Steps) || len(result.Steps[i]) == 0 {
			return agent.Result{Agent: name, Verdict: agent.VerdictError, Error: fmt.Sprintf("the agent reported no outcome of step %d", i+1)}
		}
		if late[i] != "" { // what it shows follows from that
			p.entry.doubts()
			why = late[i]
			continue
		}
		failures = append(failures, judge.Outcomes(&p.steps[i], result.Steps[i])...)
	}
	failures = append(failures, judge.Wire(append(slices.Clone(p.before), after...))...)
	exchanges = append(p.exchanges(result, failures), raw.Exchanges(judge.Telling(after, failures))...)
	res := r.judged(ctx, p.entry, name, failures, exchanges)
	if why != "" && len(failures) == 0 && res.Verdict != agent.VerdictError {
		res = agent.Result{Agent: name, Verdict: agent.VerdictUndecided, Note: why, Exchanges: exchanges}
	}
	return res
}

// exchanges are those of the raw steps before the job and of the job. Of steps
// that a case repeats for each entry of a list only those that failed, if one did.
func (p *part) exchanges(result agent.JobResult, failures []agent.Failure) []agent.Exchange {
	list := raw.Exchanges(judge.Telling(p.before, failures))
	for i, outcomes := range result.Steps {
		if i < len(p.steps) && len(judge.Telling([]judge.Performed{{Step: &p.steps[i]}}, failures)) == 0 {
			continue
		}
		for j := range outcomes {
			list = append(list, outcomes[j].Exchanges...)
		}
	}
	return list
}

// batch gives a browser its part of the entries, and once more those of which
// all that failed is that no answer came.
func (r *run) batch(ctx context.Context, who agent.Agent, entries []*entry) {
	silent := r.batchOf(ctx, who, entries, nil)
	if len(silent) == 0 {
		return
	}
	var again []*entry
	for _, e := range entries {
		if _, ok := silent[e]; ok {
			again = append(again, e)
		}
	}
	r.batchOf(ctx, who, again, silent)
}

// batchOf performs a batch and returns what is worth asking again; first is
// what came of the entries before, nil when they are asked for the first time.
func (r *run) batchOf(ctx context.Context, who agent.Agent, entries []*entry, first map[*entry]agent.Result) map[*entry]agent.Result {
	parts := map[string]*part{}
	var jobs []agent.Job
	for _, e := range entries {
		if s := r.stopped(ctx, e); s != "" {
			r.report(e, agent.Result{Agent: who.Name(), Verdict: agent.VerdictSkip, Note: s})
			continue
		}
		steps := e.check.Fresh("")
		if steps == nil {
			steps = e.check.Steps // a check made by hand
		}
		p, err := r.prepare(ctx, e, who, steps)
		if err != nil {
			r.report(e, r.lost(ctx, e, who.Name(), err))
			continue
		}
		if ok, why := who.Can(p.job); !ok {
			p.release()
			r.report(e, agent.Result{Agent: who.Name(), Verdict: agent.VerdictSkip, Note: why})
			continue
		}
		parts[p.job.ID] = p
		jobs = append(jobs, p.job)
	}
	b := agentBatch{run: r, agent: who, parts: parts, first: first, silent: map[*entry]agent.Result{}}
	err := b.perform(ctx, jobs)
	b.wg.Wait()
	b.rest(ctx, err)
	return b.silent
}

// agentBatch collects what a browser reports.
type agentBatch struct {
	run   *run
	agent agent.Agent
	mu    sync.Mutex
	parts map[string]*part        // not yet reported
	first map[*entry]agent.Result // what came of them before; nil: nothing did
	// silent are those of which nothing was reported, to be asked again.
	silent map[*entry]agent.Result
	wg     sync.WaitGroup
}

// perform hands the jobs over: all at once, or one by one and slowly enough
// for a target with a rate limit.
func (b *agentBatch) perform(ctx context.Context, jobs []agent.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	if b.run.sender.Limit == nil {
		return b.agent.Perform(ctx, jobs, func(jr agent.JobResult) { b.take(ctx, jr) })
	}
	for i := range jobs {
		if err := b.run.sender.Limit.Wait(ctx, requestsOf(&jobs[i])); err != nil {
			return err
		}
		if err := b.agent.Perform(ctx, jobs[i:i+1], func(jr agent.JobResult) { b.take(ctx, jr) }); err != nil {
			return err
		}
	}
	return nil
}

// requestsOf is how many requests a job makes, a preflight with each.
func requestsOf(j *agent.Job) int {
	n := 0
	for i := range j.Steps {
		n += 2 * max(j.Steps[i].Times, 1)
	}
	return n
}

// take takes one result. What it leads to goes on beside the browser's work.
func (b *agentBatch) take(ctx context.Context, jr agent.JobResult) {
	b.mu.Lock()
	p := b.parts[jr.ID]
	delete(b.parts, jr.ID)
	b.mu.Unlock()
	if p != nil {
		b.wg.Go(func() { b.settle(ctx, p.entry, p.complete(ctx, jr)) })
	}
}

// settle reports a result, unless it is one to ask for again.
func (b *agentBatch) settle(ctx context.Context, e *entry, res agent.Result) {
	if before, again := b.first[e]; again {
		res = b.run.twice(ctx, e, before, res)
	} else if silent(&res) && b.run.stopped(ctx, e) == "" {
		b.mu.Lock()
		b.silent[e] = res
		b.mu.Unlock()
		return
	}
	b.run.report(e, res)
}

// rest reports the jobs of which the agent said nothing.
func (b *agentBatch) rest(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		b.run.mu.Lock()
		b.run.summary.AgentErrors[b.agent.Name()] = err.Error()
		b.run.mu.Unlock()
	}
	for _, p := range b.parts {
		p.release()
		res := agent.Result{Agent: b.agent.Name(), Verdict: agent.VerdictError, Error: "the agent reported nothing"}
		if err != nil {
			res.Error = "the agent broke: " + err.Error()
		}
		if s := b.run.stopped(ctx, p.entry); s != "" {
			res = agent.Result{Agent: b.agent.Name(), Verdict: agent.VerdictSkip, Note: s}
		}
		b.run.report(p.entry, res)
	}
}
