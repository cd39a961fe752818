package browser

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/corsproof/corsproof/harness"
)

// pages gives the page for a step, or why there is none.
type pages func(*harness.BrowserStep) (*spot, error)

// open opens the pages of the jobs in the household.
func (r *run) open(h *household, jobs []int) pages {
	var keys []spotKey
	failed := map[spotKey]error{}
	seen := map[spotKey]bool{}
	for _, i := range jobs {
		for n := range r.jobs[i].Steps {
			if k := keyOf(&r.jobs[i].Steps[n]); !seen[k] {
				seen[k] = true
				keys = append(keys, k)
			}
		}
	}
	if err := h.open(r.ctx, keys, r.lax); err != nil && r.ctx.Err() == nil {
		// One origin without a page must not take the others along.
		for _, k := range keys {
			if err := h.open(r.ctx, []spotKey{k}, r.lax); err != nil {
				failed[k] = err
			}
		}
	}
	return func(s *harness.BrowserStep) (*spot, error) {
		k := keyOf(s)
		if err := failed[k]; err != nil {
			return nil, err
		}
		if sp := h.spot(k); sp != nil {
			return sp, nil
		}
		return nil, r.ctx.Err() // nothing but the end of the run is left
	}
}

// runSingle runs jobs of one step, many at once from each page.
func (r *run) runSingle(page pages, jobs []int) {
	groups := map[*spot][]int{}
	var order []*spot
	for _, i := range jobs {
		s, err := page(&r.jobs[i].Steps[0])
		if err != nil {
			r.fail(i, err)
			continue
		}
		if groups[s] == nil {
			order = append(order, s)
		}
		groups[s] = append(groups[s], i)
	}
	slices.SortStableFunc(order, func(a, b *spot) int { return len(groups[b]) - len(groups[a]) }) // the long ones first
	var wg sync.WaitGroup
	for _, s := range order {
		width := min(r.c.opt.Width/2+1, len(groups[s]))
		if r.width.Acquire(r.ctx, int64(width)) != nil {
			break
		}
		wg.Go(func() {
			defer r.width.Release(int64(width))
			r.batch(s, width, groups[s])
		})
	}
	wg.Wait()
}

// batch runs jobs of one step from one page.
func (r *run) batch(s *spot, width int, jobs []int) {
	for part := range slices.Chunk(jobs, 400) {
		results := make(chan *call, len(part))
		calls := make([]*call, len(part))
		for n, i := range part {
			calls[n] = r.newCall(i, 0, results)
		}
		err := s.start(r.ctx, width, calls)
		for n := 0; n < len(part) && err == nil; n++ {
			var c *call
			if c, err = r.wait(s, results); err == nil {
				i := c.tag
				step, err := r.outcomes(c, i, 0)
				if err != nil {
					r.fail(i, err)
					continue
				}
				r.emit(i, harness.JobResult{ID: r.jobs[i].ID, Steps: []harness.StepOutcomes{step}})
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
	whole := timeout + backstop
	if r.brief { // nobody tells what is on the wire
		whole = timeout
	}
	s := &j.Steps[step]
	return &call{js: encode(s, timeout, whole), url: normal(s.URL), timeout: timeout, done: results, tag: i, may: mayPreflight(&s.Request)}
}

// A page that has no result for so long is asked whether it still answers, and
// is given so long to do so. The first is no limit for anything: the target
// may be slow.
const (
	quiet  = 10 * time.Second
	frozen = 60 * time.Second
)

// wait waits for the next call to be done.
func (r *run) wait(s *spot, results <-chan *call) (*call, error) {
	timer := time.NewTicker(quiet)
	defer timer.Stop()
	pong := make(chan error, 1)
	asked := false
	for {
		select {
		case c := <-results:
			return c, nil
		case <-s.tab.dead:
			return nil, s.tab.failure()
		case <-r.ctx.Done():
			if r.c.ctx.Err() == nil {
				s.abort()
			}
			return nil, r.ctx.Err()
		case <-timer.C:
			if asked {
				continue
			}
			asked = true
			go func() {
				ctx, cancel := context.WithTimeout(s.tab.ctx, frozen)
				defer cancel()
				pong <- s.eval(ctx, "ping")
			}()
		case err := <-pong:
			asked = false
			if errors.Is(err, context.DeadlineExceeded) {
				s.tab.fail(&FrozenError{After: frozen})
				err = s.tab.failure()
			}
			if err != nil {
				return nil, err
			}
		}
	}
}

// outcomes puts together the outcomes of a call.
func (r *run) outcomes(c *call, i, step int) (harness.StepOutcomes, error) {
	s := &r.jobs[i].Steps[step]
	out := make(harness.StepOutcomes, 0, len(c.results))
	for _, rep := range c.results {
		if v := rep.call.spot.tab.visits; v != nil && v.crossed(rep.rec) {
			return nil, errMet
		}
		o, err := outcome(&s.Request, s.Request.Origin, rep)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}
