package browser

import (
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/harness/agent"
)

// runSequences runs jobs of several steps that no cookie can change, several
// at once; the steps of each strictly in order.
func (r *run) runSequences(page documentFunc, jobs []int) {
	var waiting sync.WaitGroup
	var pool errgroup.Group
	pool.SetLimit(24)
	for _, i := range jobs {
		if hasPause(r.jobs[i]) {
			waiting.Go(func() { r.runSteps(i, page, nil) })
			continue
		}
		if r.ctx.Err() != nil {
			break
		}
		pool.Go(func() error {
			r.runSteps(i, page, nil)
			return nil
		})
	}
	_ = pool.Wait()
	waiting.Wait()
}

// runPortions is runSequences in a browser context of their own, and in a new
// one whenever its preflight cache may have become full.
func (r *run) runPortions(kept **browserContext, jobs []int) {
	for len(jobs) > 0 && r.ctx.Err() == nil {
		n, size := 0, 0
		for n < len(jobs) && (n == 0 || size+preflightCount(&r.jobs[jobs[n]]) <= maxCachedPreflights) {
			size += preflightCount(&r.jobs[jobs[n]])
			n++
		}
		if b := *kept; b == nil || b.preflights > 0 && b.preflights+size > maxCachedPreflights {
			*kept = replace(b, r.newBrowserContext())
		}
		for _, i := range jobs[:n] {
			(*kept).register(&r.jobs[i])
		}
		r.runSequences(r.openDocuments(*kept, jobs[:n]), jobs[:n])
		jobs = jobs[n:]
	}
}

// splitByPause separates the jobs with pauses from the others: they wait at the
// same time, and no other job waits for them.
func (r *run) splitByPause(jobs []int) (waiting, others []int) {
	for _, i := range jobs {
		if hasPause(r.jobs[i]) {
			waiting = append(waiting, i)
		} else {
			others = append(others, i)
		}
	}
	return waiting, others
}

// hasPause says whether a job has a pause.
func hasPause(j agent.Job) bool {
	return slices.ContainsFunc(j.Steps, func(s agent.Step) bool { return s.After > 0 })
}

// runSteps runs the steps of one job and sends its result.
func (r *run) runSteps(i int, page documentFunc, before func(*document, *agent.Step) error) {
	j := &r.jobs[i]
	var steps []agent.StepOutcomes
	for k := range j.Steps {
		s := &j.Steps[k]
		if s.After > 0 {
			timer := time.NewTimer(s.After)
			select {
			case <-timer.C:
			case <-r.ctx.Done():
				timer.Stop()
				return
			}
		}
		if s.Before != nil {
			s.Before()
		}
		d, err := page(s)
		if err == nil && before != nil {
			err = before(d, s)
		}
		var out agent.StepOutcomes
		if err == nil {
			results := make(chan *call, 1)
			c := r.newCall(i, k, results)
			if err = d.start(r.ctx, c.js.Parallel, []*call{c}); err == nil {
				if c, err = r.wait(d, results); err == nil {
					out, err = r.outcomes(c, i, k)
				}
			}
		}
		if err != nil {
			if k > 0 && !alone(err) { // what the target has seen cannot be undone
				err = &StepsError{Done: k, Err: err}
			}
			r.fail(i, err)
			return
		}
		steps = append(steps, out)
	}
	r.emit(i, agent.JobResult{ID: j.ID, Steps: steps})
}

// runPrivate runs jobs in private contexts, which are used for one job after
// another, a few at once.
func (r *run) runPrivate(jobs []int) { r.inPrivate(jobs, jobsPerPrivateContext, r.runPrivately) }

// runMoving runs jobs that come to the same URLs, by redirects, each with caches of its own.
func (r *run) runMoving(jobs []int) {
	r.inPrivate(jobs, movesPerContext, func(c *privateContext, i int) *privateContext {
		switch {
		case c == nil:
		case c.canMoveOn(&r.jobs[i]):
			c.moveOn()
		default:
			c.close()
			c = nil
		}
		return r.runPrivately(c, i)
	})
}

// inPrivate runs jobs in the private contexts, and in one more for so many jobs.
func (r *run) inPrivate(jobs []int, perContext int, do func(*privateContext, int) *privateContext) {
	if len(jobs) == 0 {
		return
	}
	// Jobs of one origin follow one another in one context: another page
	// costs more than the request.
	slices.SortStableFunc(jobs, func(a, b int) int {
		return strings.Compare(r.jobs[a].Steps[0].Request.Origin, r.jobs[b].Steps[0].Request.Origin)
	})
	parts := min(max(len(r.pool.private), (len(jobs)+perContext-1)/perContext), maxPrivateContexts, len(jobs))
	var wg sync.WaitGroup
	var mu sync.Mutex
	var idle []*privateContext
	for part := range slices.Chunk(jobs, (len(jobs)+parts-1)/parts) {
		var c *privateContext
		if n := len(r.pool.private); n > 0 {
			c, r.pool.private = r.pool.private[n-1], r.pool.private[:n-1]
		}
		wg.Go(func() {
			for _, i := range part {
				if r.ctx.Err() != nil {
					break
				}
				c = do(c, i)
			}
			if c != nil {
				mu.Lock()
				idle = append(idle, c)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	r.pool.private = append(r.pool.private, idle...)
}

// runPrivately runs a job in the private context, or in a new one if that cannot
// be used, and returns the one to go on with; nil if it is closed.
func (r *run) runPrivately(c *privateContext, i int) *privateContext {
	j := &r.jobs[i]
	again := false
	if c != nil {
		for k := range j.Steps {
			again = again || c.has(withoutFragment(j.Steps[k].URL))
		}
	}
	if c != nil && (again || c.preflights > maxCachedPreflights || c.broken()) {
		c.close()
		c = nil
	}
	if c == nil {
		c = &privateContext{browserContext: r.newBrowserContext()}
	}
	c.register(j)
	r.runSteps(i, func(s *agent.Step) (*document, error) {
		return c.page(r.ctx, s, r.ignoreCertificateErrors)
	}, func(d *document, s *agent.Step) error {
		if !s.Request.WithCookie {
			return nil
		}
		c.cookieAdded = true
		return d.tab.setCookie(s.URL)
	})
	if r.ctx.Err() != nil || c.broken() || c.clean() != nil {
		c.close()
		return nil
	}
	return c
}
