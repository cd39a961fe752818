package browser

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/spec"
)

// defaultTimeout is that of a step whose job has none.
const defaultTimeout = 10 * time.Second

// cells is the number of jobs that run at once in a browser context of their own.
const cells = 3

// Perform runs the jobs, as harness.Agent has it. When the browser dies, the
// jobs that are left get a *DiedError, and so does the caller. When ctx ends,
// they get nothing and the caller its error.
func (c *Chrome) Perform(ctx context.Context, jobs []harness.Job, done func(harness.JobResult)) error {
	return c.perform(ctx, jobs, done, true)
}

// Replay is Perform for a target that is known never to set cookies: requests
// with credentials need no browser context of their own then, which makes
// thousands of them as fast as the others. Jobs with WithCookie get one anyway.
func (c *Chrome) Replay(ctx context.Context, jobs []harness.Job, done func(harness.JobResult)) error {
	return c.perform(ctx, jobs, done, false)
}

// run is one Perform.
type run struct {
	c     *Chrome
	ctx   context.Context
	jobs  []harness.Job
	width *semaphore.Weighted
	lax   bool // ignore certificate errors

	mu   sync.Mutex
	sent []bool
	done func(harness.JobResult)
}

func (c *Chrome) perform(ctx context.Context, jobs []harness.Job, done func(harness.JobResult), isolate bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	if len(jobs) == 0 {
		return nil
	}
	r := &run{c: c, jobs: jobs, width: semaphore.NewWeighted(int64(c.opt.Width)), sent: make([]bool, len(jobs)), done: done}
	var cancel context.CancelFunc
	r.ctx, cancel = context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)()

	r.lax = c.opt.IgnoreCertificateErrors || slices.ContainsFunc(jobs, localTLS)
	single, sequences, exclusive := r.sort(isolate)
	var wg sync.WaitGroup
	wg.Go(func() { r.runSingle(single) })
	wg.Go(func() { r.runSequences(sequences) })
	wg.Go(func() { r.runExclusive(exclusive) })
	wg.Wait()

	if ctx.Err() != nil {
		return ctx.Err()
	}
	if c.ctx.Err() != nil {
		died := c.died()
		for i, j := range jobs {
			r.emit(i, harness.JobResult{ID: j.ID, Err: died})
		}
		return died
	}
	for i := range jobs {
		r.fail(i, errors.New("the browser agent lost track of the job: please report this"))
	}
	return nil
}

// localTLS says whether a job goes to a TLS server on this machine, which
// nobody can have a certificate of an authority for.
func localTLS(j harness.Job) bool {
	return slices.ContainsFunc(j.Steps, func(s harness.BrowserStep) bool {
		u, err := url.Parse(s.URL)
		return err == nil && u.Scheme == "https" && isLoopback(u.Hostname())
	})
}

// emit sends a result once.
func (r *run) emit(i int, res harness.JobResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sent[i] {
		return
	}
	r.sent[i] = true
	r.done(res)
}

// fail sends an error, unless the run is over: what fails then fails because
// of that.
func (r *run) fail(i int, err error) {
	if errors.Is(err, context.Canceled) && r.ctx.Err() == nil {
		// The connection to the browser is lost; that it is gone is known
		// a moment later.
		select {
		case <-r.ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
	if r.ctx.Err() == nil {
		r.emit(i, harness.JobResult{ID: r.jobs[i].ID, Err: err})
	}
}

// sort decides which jobs can share what.
func (r *run) sort(isolate bool) (single, sequences, exclusive []int) {
	pool := &r.c.pool
	if pool.shared == nil || pool.shared.requests > maxSharedRequests {
		pool.shared = replace(pool.shared, r.c.newHousehold(false))
	}
	if pool.sequences == nil || pool.sequences.requests > maxPrivateRequests {
		pool.sequences = replace(pool.sequences, r.c.newHousehold(true))
	}
	for i, j := range r.jobs {
		if len(j.Steps) == 0 {
			r.emit(i, harness.JobResult{ID: j.ID})
			continue
		}
		own, again := false, false
		after := len(j.Steps) > 1
		for k := range j.Steps {
			s := &j.Steps[k]
			own = own || s.Request.WithCookie || isolate && cookiesMatter(s)
			after = after || s.After > 0
			u := withoutFragment(s.URL)
			_, a := pool.shared.used[u]
			_, b := pool.sequences.used[u]
			again = again || a || b
		}
		h := pool.shared
		switch {
		case own || again:
			exclusive = append(exclusive, i)
			continue
		case after:
			sequences = append(sequences, i)
			h = pool.sequences
		default:
			single = append(single, i)
		}
		for k := range j.Steps {
			h.used[withoutFragment(j.Steps[k].URL)] = struct{}{}
			h.requests++
		}
	}
	return single, sequences, exclusive
}

func replace(old, fresh *household) *household {
	if old != nil {
		old.close()
	}
	return fresh
}

// cookiesMatter says whether the browser may send or take cookies.
func cookiesMatter(s *harness.BrowserStep) bool {
	q := &s.Request
	same := sameOrigin(q.Origin, s.URL)
	switch api(q) {
	case apiFetch:
		return q.Credentials == string(spec.CredentialsInclude) || same && q.Credentials != string(spec.CredentialsOmit)
	case apiXHR:
		return q.Credentials == string(spec.CredentialsInclude) || same
	case apiFont:
		return same
	case apiEventSource:
		return q.Crossorigin == "use-credentials" || q.Credentials == string(spec.CredentialsInclude) || same
	case apiModule:
		return q.Crossorigin == "use-credentials" || same
	case apiImg, apiScript, apiStylesheet, apiCanvas:
		return q.Crossorigin != "anonymous" || same
	}
	return true // beacon, navigate
}

func withoutFragment(u string) string {
	u, _, _ = strings.Cut(u, "#")
	return u
}

// runSingle runs jobs of one step, many at once from each page.
func (r *run) runSingle(jobs []int) {
	if len(jobs) == 0 {
		return
	}
	groups := map[spotKey][]int{}
	var order []spotKey
	for _, i := range jobs {
		k := keyOf(&r.jobs[i].Steps[0])
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], i)
	}
	slices.SortStableFunc(order, func(a, b spotKey) int { return len(groups[b]) - len(groups[a]) }) // the long ones first
	h := r.c.pool.shared
	if err := h.open(r.ctx, order, r.lax); err != nil && r.ctx.Err() == nil {
		// One origin without a page must not take the others along.
		for _, k := range order {
			if h.spot(k) != nil {
				continue
			}
			if err := h.open(r.ctx, []spotKey{k}, r.lax); err != nil {
				for _, i := range groups[k] {
					r.fail(i, err)
				}
				delete(groups, k)
			}
		}
	}
	var wg sync.WaitGroup
	for _, k := range order {
		s := h.spot(k)
		if groups[k] == nil || s == nil {
			continue
		}
		width := min(r.c.opt.Width/2+1, len(groups[k]))
		if r.width.Acquire(r.ctx, int64(width)) != nil {
			break
		}
		wg.Go(func() {
			defer r.width.Release(int64(width))
			r.batch(s, width, groups[k])
		})
	}
	wg.Wait()
}

// batch runs jobs of one step from one page.
func (r *run) batch(s *spot, width int, jobs []int) {
	for part := range slices.Chunk(jobs, 400) {
		results := make(chan *call, len(part))
		calls := make([]*call, len(part))
		longest := time.Duration(0)
		for n, i := range part {
			calls[n] = r.newCall(i, 0, results)
			longest = max(longest, calls[n].limit())
		}
		err := s.start(r.ctx, width, calls)
		for n := 0; n < len(part) && err == nil; n++ {
			var c *call
			if c, err = r.wait(s, results, longest); err == nil {
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
	return &call{js: encode(&j.Steps[step], timeout), done: results, tag: i, may: mayPreflight(&j.Steps[step].Request)}
}

// limit is how long the call can take if every repetition times out.
func (c *call) limit() time.Duration {
	return time.Duration(c.js.Timeout*int64(c.js.Times))*time.Millisecond + late + 10*time.Second
}

// wait waits for the next call to be done.
func (r *run) wait(s *spot, results <-chan *call, limit time.Duration) (*call, error) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case c := <-results:
		return c, nil
	default:
	}
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
		s.tab.fail(&DiedError{What: "a page of the browser", Err: errors.New("it no longer answers")})
		return nil, s.tab.failure()
	}
}

// outcomes puts together the outcomes of a call.
func (r *run) outcomes(c *call, i, step int) (harness.StepOutcomes, error) {
	s := &r.jobs[i].Steps[step]
	out := make(harness.StepOutcomes, 0, len(c.results))
	for _, rep := range c.results {
		o, err := outcome(&s.Request, s.Request.Origin, rep)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// runSequences runs jobs of several steps that no cookie can change, several
// at once; the steps of each strictly in order.
func (r *run) runSequences(jobs []int) {
	if len(jobs) == 0 {
		return
	}
	h := r.c.pool.sequences
	keys := map[spotKey]bool{}
	var order []spotKey
	for _, i := range jobs {
		for k := range r.jobs[i].Steps {
			if key := keyOf(&r.jobs[i].Steps[k]); !keys[key] {
				keys[key] = true
				order = append(order, key)
			}
		}
	}
	opening := h.open(r.ctx, order, r.lax)
	page := func(s *harness.BrowserStep) (*spot, error) {
		if sp := h.spot(keyOf(s)); sp != nil {
			return sp, nil
		}
		return nil, opening
	}
	var wg sync.WaitGroup
	limit := semaphore.NewWeighted(24) // most of these wait
	for _, i := range jobs {
		if limit.Acquire(r.ctx, 1) != nil {
			break
		}
		wg.Go(func() {
			defer limit.Release(1)
			r.sequence(i, page, nil)
		})
	}
	wg.Wait()
}

// sequence runs the steps of one job and sends its result.
func (r *run) sequence(i int, page func(*harness.BrowserStep) (*spot, error), before func(*spot, *harness.BrowserStep) error) {
	j := &r.jobs[i]
	var steps []harness.StepOutcomes
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
		sp, err := page(s)
		if err == nil && before != nil {
			err = before(sp, s)
		}
		var out harness.StepOutcomes
		if err == nil {
			results := make(chan *call, 1)
			c := r.newCall(i, k, results)
			if err = sp.start(r.ctx, c.js.Parallel, []*call{c}); err == nil {
				if c, err = r.wait(sp, results, c.limit()); err == nil {
					out, err = r.outcomes(c, i, k)
				}
			}
		}
		if err != nil {
			r.fail(i, err)
			return
		}
		steps = append(steps, out)
	}
	r.emit(i, harness.JobResult{ID: j.ID, Steps: steps})
}

// runExclusive runs jobs that need a browser context to themselves, a few at once.
func (r *run) runExclusive(jobs []int) {
	// Jobs of one origin follow one another in one context: another page
	// costs more than the request.
	slices.SortStableFunc(jobs, func(a, b int) int {
		return strings.Compare(r.jobs[a].Steps[0].Request.Origin, r.jobs[b].Steps[0].Request.Origin)
	})
	parts := min(cells, (len(jobs)+3)/4)
	if parts == 0 {
		return
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var idle []*cell
	for part := range slices.Chunk(jobs, (len(jobs)+parts-1)/parts) {
		var own *cell
		if n := len(r.c.pool.cells); n > 0 {
			own, r.c.pool.cells = r.c.pool.cells[n-1], r.c.pool.cells[:n-1]
		}
		wg.Go(func() {
			for _, i := range part {
				if r.ctx.Err() != nil {
					break
				}
				own = r.inCell(own, i)
			}
			if own != nil {
				mu.Lock()
				idle = append(idle, own)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	r.c.pool.cells = append(r.c.pool.cells, idle...)
}

// inCell runs a job in the cell, or a new one if this does not do, and gives
// the cell to go on with.
func (r *run) inCell(own *cell, i int) *cell {
	j := &r.jobs[i]
	again := false
	if own != nil {
		for k := range j.Steps {
			_, was := own.used[withoutFragment(j.Steps[k].URL)]
			again = again || was
		}
	}
	if own != nil && (again || own.requests > maxPrivateRequests || own.broken()) {
		own.close()
		own = nil
	}
	if own == nil {
		own = r.c.newCell()
	}
	for k := range j.Steps {
		s := &j.Steps[k]
		own.used[withoutFragment(s.URL)] = struct{}{}
		own.requests += max(s.Times, 1)
	}
	r.sequence(i, func(s *harness.BrowserStep) (*spot, error) {
		return own.page(r.ctx, s, r.lax)
	}, func(sp *spot, s *harness.BrowserStep) error {
		if !s.Request.WithCookie {
			return nil
		}
		own.filled = true
		return sp.tab.setCookie(s.URL)
	})
	if r.ctx.Err() != nil || own.broken() || own.clean() != nil {
		own.close()
		return nil
	}
	return own
}
