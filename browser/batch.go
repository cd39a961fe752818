package browser

import (
	"slices"
	"sync"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
)

// documentFunc returns the document for a step, or why there is none.
type documentFunc func(*agent.Step) (*document, error)

// openDocuments opens the documents that the jobs need in the browser context.
func (r *run) openDocuments(b *browserContext, jobs []int) documentFunc {
	var keys []documentKey
	failed := map[documentKey]error{}
	seen := map[documentKey]bool{}
	for _, i := range jobs {
		for n := range r.jobs[i].Steps {
			if k := documentKeyOf(&r.jobs[i].Steps[n]); !seen[k] {
				seen[k] = true
				keys = append(keys, k)
			}
		}
	}
	if err := b.open(r.ctx, keys, r.ignoreCertificateErrors); err != nil && r.ctx.Err() == nil {
		// One origin that has no page must not fail the others.
		for _, k := range keys {
			if err := b.open(r.ctx, []documentKey{k}, r.ignoreCertificateErrors); err != nil {
				failed[k] = err
			}
		}
	}
	return func(s *agent.Step) (*document, error) {
		k := documentKeyOf(s)
		if err := failed[k]; err != nil {
			return nil, err
		}
		if d := b.document(k); d != nil {
			return d, nil
		}
		return nil, r.ctx.Err() // nothing but the end of the run is left
	}
}

// runSingle runs jobs of one step, many at once from each document.
func (r *run) runSingle(page documentFunc, jobs []int) {
	groups := map[*document][]int{}
	var order []*document
	for _, i := range jobs {
		d, err := page(&r.jobs[i].Steps[0])
		if err != nil {
			r.fail(i, err)
			continue
		}
		if groups[d] == nil {
			order = append(order, d)
		}
		groups[d] = append(groups[d], i)
	}
	slices.SortStableFunc(order, func(a, b *document) int { return len(groups[b]) - len(groups[a]) }) // the long ones first
	var wg sync.WaitGroup
	for _, d := range order {
		width := min(r.c.opt.Width/2+1, len(groups[d]))
		if r.width.Acquire(r.ctx, int64(width)) != nil {
			break
		}
		wg.Go(func() {
			defer r.width.Release(int64(width))
			r.batch(d, width, groups[d])
		})
	}
	wg.Wait()
}

// batch runs jobs of one step from one document.
func (r *run) batch(d *document, width int, jobs []int) {
	for part := range slices.Chunk(jobs, 400) {
		results := make(chan *call, len(part))
		calls := make([]*call, len(part))
		for n, i := range part {
			if before := r.jobs[i].Steps[0].Before; before != nil {
				before()
			}
			calls[n] = r.newCall(i, 0, results)
		}
		err := d.start(r.ctx, width, calls)
		for n := 0; n < len(part) && err == nil; n++ {
			var c *call
			if c, err = r.wait(d, results); err == nil {
				i := c.job
				step, err := r.outcomes(c, i, 0)
				if err != nil {
					r.fail(i, err)
					continue
				}
				r.emit(i, agent.JobResult{ID: r.jobs[i].ID, Steps: []agent.StepOutcomes{step}})
			}
		}
		if err != nil {
			for _, i := range part {
				r.fail(i, err)
			}
		}
	}
}

// newCall makes the call of a job's step.
func (r *run) newCall(i, step int, results chan<- *call) *call {
	j := &r.jobs[i]
	timeout := j.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	whole := timeout + maxQueueTime
	if r.consoleOnly { // nothing reports what is on the wire
		whole = timeout
	}
	s := &j.Steps[step]
	c := &call{js: encode(s, timeout, whole), url: canonicalURL(s.URL), timeout: timeout, done: results, job: i, mayPreflight: mayPreflight(&s.Request)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.c.collides(j) {
		c.js.Parallel = min(c.js.Parallel, maxConnections-1) // jammed
	}
	return c
}

// A page without a result for askAfter is asked whether it still answers, and
// counts as frozen if it does not within frozenAfter. Neither limits how long
// the target may take.
const askAfter = 10 * time.Second

var frozenAfter = 60 * time.Second // changed by tests

// wait waits for the next call to be done.
func (r *run) wait(d *document, results <-chan *call) (*call, error) {
	timer := time.NewTicker(askAfter)
	defer timer.Stop()
	pong := make(chan error, 1)
	asked := false
	for {
		select {
		case c := <-results:
			return c, nil
		case <-d.tab.dead:
			return nil, d.tab.failure()
		case <-r.ctx.Done():
			if r.c.ctx.Err() == nil {
				d.abort()
			}
			return nil, r.ctx.Err()
		case <-timer.C:
			if asked {
				continue
			}
			asked = true
			go func() {
				pong <- d.eval(d.tab.ctx, "ping")
			}()
		case err := <-pong:
			asked = false
			if err != nil {
				return nil, err
			}
		}
	}
}

// outcomes puts together the outcomes of a call.
func (r *run) outcomes(c *call, i, step int) (agent.StepOutcomes, error) {
	s := &r.jobs[i].Steps[step]
	out := make(agent.StepOutcomes, 0, len(c.results))
	for _, rep := range c.results {
		if v := rep.call.document.tab.visited; v != nil && v.collided(rep.record) && !(once(&r.jobs[i]) && rep.record.fresh(c.mayPreflight)) {
			return nil, errCollision
		}
		if r.hopeful[i] && rep.mayHaveCookie() {
			return nil, errCookie
		}
		o, err := outcome(&s.Request, s.Request.Origin, rep)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}
