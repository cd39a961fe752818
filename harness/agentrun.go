package harness

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/raw"
	"github.com/corsproof/corsproof/spec"
)

// task is one agent's part of a check while it is under way.
type task struct {
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
func (r *run) prepare(ctx context.Context, e *entry, who agent.Agent, steps []cases.Step) (*task, error) {
	before, browser, after, err := raw.Split(steps)
	if err != nil {
		return nil, err
	}
	place, done, err := r.via(e)
	if err != nil {
		return nil, err
	}
	t := &task{run: r, entry: e, agent: who, steps: browser, after: after, done: done}
	t.wire = raw.Run{Sender: r.sender, Place: place, Timeout: r.timeout, HeadBytes: r.target.HeadBytes}
	if t.before, err = t.wire.Steps(ctx, before); err != nil {
		t.release()
		return nil, err
	}
	t.job = agent.Job{ID: e.check.ID, Timeout: r.timeout}
	nonce := "_=" + r.nonce()
	for i := range browser {
		s := &browser[i]
		t.names = append(t.names, s.Name)
		text := ""
		if s.Expect != nil && s.Expect.Body != nil {
			text = *s.Expect.Body
		}
		t.job.Steps = append(t.job.Steps, agent.Step{
			Text: text, Timing: s.Expect != nil && s.Expect.Timing != nil,
			Request: *s.Request, URL: raw.WithQuery(place.URL(s.Request.Path), nonce), After: s.After,
			Times: max(s.Times, s.Parallel, 1), Parallel: max(s.Parallel, 1),
		})
	}
	return t, nil
}

func (t *task) release() {
	t.wire.Close()
	t.done()
}

// complete performs the raw steps that come last and judges the whole.
func (t *task) complete(ctx context.Context, result agent.JobResult) part {
	defer t.release()
	if t.agent.Name() != agent.NameModel {
		t.run.target.asSent(&result)
	}
	p := t.judge(ctx, result)
	p.job = &performed{t.job.Steps, t.names, t.steps, result}
	return p
}

func (t *task) judge(ctx context.Context, result agent.JobResult) part {
	name := t.agent.Name()
	if result.Err != nil {
		p := t.run.lost(ctx, t.entry, name, result.Err, t.exchanges(result, nil))
		p.doubt = name != agent.NameModel && !repeats(result.Err)
		return p
	}
	if why := t.run.withheld(result); why != nil {
		return part{result: agent.Result{Agent: name, Verdict: agent.VerdictUndecided, Note: why.Error(), Exchanges: t.exchanges(result, nil)}}
	}
	after, err := t.wire.Steps(ctx, t.after)
	if err != nil {
		return t.run.lost(ctx, t.entry, name, err, append(t.exchanges(result, nil), raw.Exchanges(after)...))
	}
	failures, late, err := t.failures(result)
	if err != nil {
		return broke(name, err.Error())
	}
	failures = append(failures, judge.Wire(append(slices.Clone(t.before), after...))...)
	exchanges := append(t.exchanges(result, failures), raw.Exchanges(judge.Telling(after, failures))...)
	res := t.run.judged(ctx, t.entry, name, failures, exchanges)
	res.Seen = t.seen(result, after)
	if late != "" && len(failures) == 0 && res.Verdict != agent.VerdictError {
		res = agent.Result{Agent: name, Verdict: agent.VerdictUndecided, Note: late, Exchanges: exchanges}
	}
	return part{result: res, doubt: late != ""}
}

// failures is what does not hold of the job's outcomes, those left out that came
// too late: late is why.
func (t *task) failures(result agent.JobResult) (failures []agent.Symptom, late string, err error) {
	reasons := lateSteps(t.job.Steps, t.steps, result, t.entry.check.Policy.MaxAge)
	for i := range t.steps {
		if i >= len(result.Steps) || len(result.Steps[i]) == 0 {
			return nil, "", fmt.Errorf("the agent reported no outcome of step %d", i+1)
		}
		if why := reasons[i]; why != "" { // what it shows follows from that
			late = why
			continue
		}
		failures = append(failures, judge.Outcomes(&t.steps[i], result.Steps[i])...)
	}
	return failures, late, nil
}

// seen are all exchanges of the check.
func (t *task) seen(result agent.JobResult, after []judge.Performed) []agent.Seen {
	list := judge.Seen(append(slices.Clone(t.before), after...))
	for i, outcomes := range result.Steps {
		s := &t.job.Steps[i]
		credentials := s.Request.Spec(s.URL).Credentials == spec.CredentialsInclude
		for j := range outcomes {
			for k := range outcomes[j].Exchanges {
				list = append(list, agent.See(&outcomes[j].Exchanges[k], credentials))
			}
		}
	}
	return list
}

// exchanges are those of the raw steps before the job and of the job. Of steps
// that a case repeats for each entry of a list only those that failed, if one did.
func (t *task) exchanges(result agent.JobResult, failures []agent.Symptom) []agent.Exchange {
	list := raw.Exchanges(judge.Telling(t.before, failures))
	for i, outcomes := range result.Steps {
		if i < len(t.steps) && len(judge.Telling([]judge.Performed{{Step: &t.steps[i]}}, failures)) == 0 {
			continue
		}
		for j := range outcomes {
			list = append(list, outcomes[j].Exchanges...)
		}
	}
	return list
}

// batch gives a browser its part of the checks, and those again, as often as on the wire, of which
// all that failed is that no answer came.
func (r *run) batch(ctx context.Context, who agent.Agent, attempts []*attempt) {
	var silent map[*attempt]part
	for n := 1; n <= mostAttempts && len(attempts) > 0; n++ {
		silent = r.batchOf(ctx, who, attempts, silent, n == mostAttempts)
		attempts = slices.DeleteFunc(slices.Clone(attempts), func(a *attempt) bool {
			_, again := silent[a]
			return !again
		})
	}
}

// batchOf performs a batch and returns what is worth asking again; first is
// what came of the checks the first time, nil when that is now, and last that they are not asked for again.
func (r *run) batchOf(ctx context.Context, who agent.Agent, attempts []*attempt, first map[*attempt]part, last bool) map[*attempt]part {
	b := agentBatch{run: r, agent: who, began: time.Now(), under: map[string]underWay{}, first: first, last: last, silent: map[*attempt]part{}}
	var jobs []agent.Job
	for _, a := range attempts {
		t, why := r.begin(ctx, a.entry, who)
		if t == nil {
			r.report(a, why)
			continue
		}
		b.under[t.job.ID] = underWay{a, t}
		jobs = append(jobs, t.job)
	}
	err := b.perform(ctx, jobs)
	b.wg.Wait()
	b.rest(ctx, err)
	return b.silent
}

// begin prepares a browser's part of a check; the part is what came of it already
// if the browser is not to perform anything, and the task nil.
func (r *run) begin(ctx context.Context, e *entry, who agent.Agent) (*task, part) {
	if s := r.stopped(ctx, e); s != "" {
		return nil, leftOut(who.Name(), s)
	}
	steps := e.check.Fresh("")
	if steps == nil {
		steps = e.check.Steps // a check made by hand
	}
	t, err := r.prepare(ctx, e, who, steps)
	if err != nil {
		return nil, r.lost(ctx, e, who.Name(), err, nil)
	}
	if ok, why := who.Can(t.job); !ok {
		t.release()
		return nil, leftOut(who.Name(), why)
	}
	return t, part{}
}

// underWay is a check with the task that a browser was given.
type underWay struct {
	attempt *attempt
	task    *task
}

// agentBatch collects what a browser reports.
type agentBatch struct {
	run   *run
	agent agent.Agent
	began time.Time
	mu    sync.Mutex
	under map[string]underWay // by the job's ID: not yet reported
	first map[*attempt]part   // what came of them the first time; nil: this is it
	last  bool                // nothing is asked for again
	// silent are those of which nothing was reported, to be asked again: no answer came, or a 429.
	silent map[*attempt]part
	wg     sync.WaitGroup
}

// perform hands the jobs over: all at once, or one by one for a target with a rate limit.
func (b *agentBatch) perform(ctx context.Context, jobs []agent.Job) error {
	take := func(jr agent.JobResult) { b.take(ctx, jr) }
	if b.run.interval() == 0 {
		if len(jobs) == 0 {
			return nil
		}
		return b.agent.Perform(ctx, jobs, take)
	}
	for i := range jobs {
		if err := b.turn(ctx, &jobs[i]); err != nil {
			return err
		}
		if err := b.agent.Perform(ctx, jobs[i:i+1], take); err != nil {
			return err
		}
	}
	return nil
}

// Paced is an agent that keeps to the limits of the run by itself, request by request:
// something between it and the target holds its requests back.
type Paced interface{ Paced() bool }

// turn waits until the requests of a job may go out. Where they are held back one by one,
// the job has the time for that in addition.
func (b *agentBatch) turn(ctx context.Context, j *agent.Job) error {
	const redirects = 20 // as many as a browser follows
	if p, ok := b.agent.(Paced); ok && p.Paced() {
		j.Timeout += b.run.interval() * time.Duration(requestsOf(j)+redirects)
		return ctx.Err()
	}
	return b.run.sender.Limits.Wait(ctx, b.run.addr(), requestsOf(j))
}

// requestsOf is how many requests a job makes, a preflight with each.
func requestsOf(j *agent.Job) int {
	n := 0
	for i := range j.Steps {
		n += 2 * max(j.Steps[i].Times, j.Steps[i].Parallel, 1)
	}
	return n
}

// take takes one result. What it leads to goes on beside the browser's work.
func (b *agentBatch) take(ctx context.Context, jr agent.JobResult) {
	b.mu.Lock()
	u, ok := b.under[jr.ID]
	delete(b.under, jr.ID)
	b.mu.Unlock()
	if ok {
		b.wg.Go(func() { b.report(ctx, u.attempt, u.task.complete(ctx, jr)) })
	}
}

// report reports a part, unless it is one to ask for again.
func (b *agentBatch) report(ctx context.Context, a *attempt, p part) {
	before, second := b.first[a]
	aside := false
	switch {
	case b.run.limited(p):
		p, aside = b.limited(p, second)
	case second && silent(p) && !b.last:
		aside = true
	case second && !b.run.limited(before):
		p = b.run.asked(ctx, a.entry, before, p)
	case !second:
		aside = silent(p)
	}
	if !aside || b.run.stopped(ctx, a.entry) != "" {
		b.run.report(a, p)
		return
	}
	if second && !b.run.limited(before) {
		p = before
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.silent[a] = p
}

// limited is a part that met a 429; again tells whether to ask for it again.
func (b *agentBatch) limited(p part, second bool) (_ part, again bool) {
	told, heeded := b.run.heed(p, b.began)
	if told {
		return p, false
	}
	if second || !heeded {
		return b.run.tooOften(p), false
	}
	return p, true
}

// rest reports the jobs of which the agent said nothing.
func (b *agentBatch) rest(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		b.run.mu.Lock()
		b.run.agentErrors[b.agent.Name()] = err.Error()
		b.run.mu.Unlock()
	}
	for _, u := range b.under {
		u.task.release()
		p := broke(b.agent.Name(), "the agent reported nothing")
		if err != nil {
			p = broke(b.agent.Name(), "the agent broke: "+err.Error())
		}
		if s := b.run.stopped(ctx, u.attempt.entry); s != "" {
			p = leftOut(b.agent.Name(), s)
		}
		b.run.report(u.attempt, p)
	}
}
