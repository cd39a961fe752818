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

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// defaultTimeout is that of a step whose job has none.
const defaultTimeout = 10 * time.Second

// Limits of private browser contexts: how many are in use at once, and for how
// many jobs there is one more. A context with its pages costs as much as thirty jobs,
// or as seven that need another page.
const (
	maxPrivateContexts    = 3
	jobsPerPrivateContext = 100
	movesPerContext       = 15
)

// Perform runs the jobs, as harness.Agent has it. When the browser dies, the
// jobs that are left get a *DiedError, and so does the caller. When ctx ends,
// they get nothing and the caller its error.
func (c *Chrome) Perform(ctx context.Context, jobs []agent.Job, done func(agent.JobResult)) error {
	return c.perform(ctx, jobs, done, &run{c: c, pool: &c.pool, isolateCookies: true})
}

// Replay is Perform for a target that is known never to set cookies: requests
// with credentials then need no private browser context, which makes thousands
// of them as fast as the others. Jobs with WithCookie get one anyway.
func (c *Chrome) Replay(ctx context.Context, jobs []agent.Job, done func(agent.JobResult)) error {
	return c.perform(ctx, jobs, done, &run{c: c, pool: &c.pool})
}

// ReplayConsoleOnly is Replay without the protocol's events of requests, most of
// what a request costs: outcomes have what the script saw and, from the
// console, why the browser blocked it, but no Hops and no Exchanges. Reason is
// empty where the console does not say it, as for plain network errors. Only
// for fetch and XMLHttpRequest.
func (c *Chrome) ReplayConsoleOnly(ctx context.Context, jobs []agent.Job, done func(agent.JobResult)) error {
	return c.perform(ctx, jobs, done, &run{c: c, pool: &c.consolePool, consoleOnly: true})
}

// run is one Perform.
type run struct {
	c           *Chrome
	pool        *contextPool
	consoleOnly bool // without the events of requests
	// Requests that cookies may change get a private browser context.
	isolateCookies bool
	hopeful        map[int]bool // jobs that cookies may change, without one: see hopeful

	ctx                     context.Context
	jobs                    []agent.Job
	width                   *semaphore.Weighted
	ignoreCertificateErrors bool

	sequencesShared bool // jobs of several steps run in the context of those of one

	mu       sync.Mutex
	retry    []int // jobs to do once more because their page was gone, or all connections were taken
	collided []int // jobs to do once more, with caches of their own
	moving   bool  // that is under way (runMoving)
	cookied  []int // jobs to do once more, with cookies of their own
	noRetry  bool  // nothing is done once more
	sent     []bool
	done     func(agent.JobResult)
}

func (c *Chrome) perform(ctx context.Context, jobs []agent.Job, done func(agent.JobResult), r *run) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bounded(ctx, done, func(done func(agent.JobResult)) error { return c.performTwice(ctx, jobs, done, r) })
}

// performTwice does the jobs, and those whose page was gone before they could begin, or that got no connection,
// once more from new pages.
func (c *Chrome) performTwice(ctx context.Context, jobs []agent.Job, done func(agent.JobResult), r *run) error {
	err := c.performOnce(ctx, jobs, done, r)
	if err != nil || len(r.retry) == 0 {
		return err
	}
	r.pool.close()
	again := make([]agent.Job, len(r.retry))
	for n, i := range r.retry {
		again[n] = jobs[i]
	}
	return c.performOnce(ctx, again, done, &run{c: c, pool: r.pool, consoleOnly: r.consoleOnly, isolateCookies: r.isolateCookies, noRetry: true})
}

func (c *Chrome) performOnce(ctx context.Context, jobs []agent.Job, done func(agent.JobResult), r *run) error {
	if c.closed {
		return ErrClosed
	}
	if len(jobs) == 0 {
		return nil
	}
	if r.pool == &c.pool && c.clogged.Swap(false) {
		r.pool.close()
	}
	r.jobs, r.width, r.sent, r.done = jobs, semaphore.NewWeighted(int64(c.opt.Width)), make([]bool, len(jobs)), done
	var cancel context.CancelFunc
	r.ctx, cancel = context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)()

	r.ignoreCertificateErrors = c.opt.IgnoreCertificateErrors || slices.ContainsFunc(jobs, localTLS)
	single, sequences, private, colliding := r.classify()
	waiting, sequences := r.splitByPause(sequences)
	var wg sync.WaitGroup
	wg.Go(func() { r.runPrivate(private) })
	if shared := r.pool.shared; r.sequencesShared {
		sequences = slices.Concat(waiting, sequences)
		pages := r.openDocuments(shared, slices.Concat(single, sequences))
		wg.Go(func() { r.runSingle(pages, single) })
		wg.Go(func() { r.runSequences(pages, sequences) })
	} else {
		wg.Go(func() { r.runSingle(r.openDocuments(shared, single), single) })
		wg.Go(func() { r.runPortions(&r.pool.sequences, sequences) })
		wg.Go(func() { r.runPortions(&r.pool.waiting, waiting) })
	}
	wg.Wait()
	r.runPrivate(r.cookied)
	r.mu.Lock()
	r.moving = true
	r.mu.Unlock()
	r.runMoving(slices.Concat(colliding, r.collided))

	if ctx.Err() != nil {
		return ctx.Err()
	}
	if c.ctx.Err() != nil {
		died := c.died()
		for i, j := range jobs {
			r.emit(i, agent.JobResult{ID: j.ID, Err: died})
		}
		return died
	}
	for i := range jobs {
		if slices.Contains(r.retry, i) {
			continue
		}
		r.fail(i, errors.New("the browser agent lost track of the job: please report this"))
	}
	return nil
}

// localTLS says whether a job goes to a TLS server on this machine, for
// which no public authority issues certificates.
func localTLS(j agent.Job) bool {
	return slices.ContainsFunc(j.Steps, func(s agent.Step) bool {
		u, err := url.Parse(s.URL)
		return err == nil && u.Scheme == "https" && origin.Loopback(u.Hostname())
	})
}

// emit sends a result once.
func (r *run) emit(i int, res agent.JobResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sent[i] {
		return
	}
	r.sent[i] = true
	r.done(res)
}

// fail sends an error, unless the run is over, which is then the reason.
func (r *run) fail(i int, err error) {
	if alone(err) && r.redo(i) {
		return
	}
	if errors.Is(err, errCookie) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.c.cookiesLeft.Store(true)
		r.cookied = append(r.cookied, i)
		return
	}
	if (errors.Is(err, errDocumentGone) || queued(err)) && !r.noRetry {
		r.mu.Lock()
		defer r.mu.Unlock()
		if !r.sent[i] && !slices.Contains(r.retry, i) {
			r.retry = append(r.retry, i)
		}
		return
	}
	if errors.Is(err, context.Canceled) && r.ctx.Err() == nil {
		// The connection to the browser is lost; that it is gone is known
		// a moment later.
		select {
		case <-r.ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
	if r.ctx.Err() == nil {
		r.emit(i, agent.JobResult{ID: r.jobs[i].ID, Err: err})
	}
}

// alone tells whether other requests are why a job failed, so that it is done once more by itself.
func alone(err error) bool {
	_, jammed := errors.AsType[*jamError](err)
	return jammed || errors.Is(err, errCollision)
}

// redo leaves a job to the last round, in which each has caches of its own; false: that is this one.
func (r *run) redo(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.moving {
		return false
	}
	for k := range r.jobs[i].Steps {
		r.c.collidingPaths[withoutQuery(r.jobs[i].Steps[k].URL)] = true
	}
	r.collided = append(r.collided, i)
	return true
}

// queued tells whether nothing of a job was sent, though it needs no preflight: preflights of others had
// all the connections.
func queued(err error) bool {
	e, ok := errors.AsType[*UnsentError](err)
	_, begun := errors.AsType[*StepsError](err)
	return ok && !e.Preflights && !begun
}

// classify decides which jobs can share a browser context.
func (r *run) classify() (single, sequences, private, colliding []int) {
	pool := r.pool
	total, preflights := 0, 0
	for i := range r.jobs {
		total += requestCount(&r.jobs[i])
		preflights += preflightCount(&r.jobs[i])
	}
	if b := pool.shared; b == nil || b.requests+total > maxSharedRequests && b.requests > 0 || len(b.documents) > maxDocuments {
		pool.shared = replace(b, r.newBrowserContext())
	}
	// What the steps of a job leave in the preflight cache must not be evicted
	// by thousands of other requests.
	r.sequencesShared = pool.shared.preflights+preflights <= maxCachedPreflights
	inRun := map[string]struct{}{}
	r.hopeful = map[int]bool{}
	for i, j := range r.jobs {
		if len(j.Steps) == 0 {
			r.emit(i, agent.JobResult{ID: j.ID})
			continue
		}
		own, again := false, false
		several := len(j.Steps) > 1
		for k := range j.Steps {
			s := &j.Steps[k]
			own = own || s.Request.WithCookie || r.isolateCookies && cookiesMatter(s)
			several = several || s.After > 0
			u := withoutFragment(s.URL)
			_, here := inRun[u]
			again = again || here || pool.shared.has(u) || pool.sequences.has(u) || pool.waiting.has(u)
		}
		for k := range j.Steps {
			inRun[withoutFragment(j.Steps[k].URL)] = struct{}{}
		}
		if own && r.c.hopeful(&r.jobs[i]) {
			own, r.hopeful[i] = false, true
		}
		switch {
		case r.c.collides(&r.jobs[i]):
			colliding = append(colliding, i)
		case own || again:
			private = append(private, i)
		case several && !r.sequencesShared:
			sequences = append(sequences, i)
		case several:
			sequences = append(sequences, i)
			pool.shared.register(&r.jobs[i])
		default:
			single = append(single, i)
			pool.shared.register(&r.jobs[i])
		}
	}
	return single, sequences, private, colliding
}

// requestCount is the number of requests of a job, redirects not counted.
func requestCount(j *agent.Job) (n int) {
	for i := range j.Steps {
		n += repetitions(&j.Steps[i])
	}
	return n
}

// preflightCount is how many of them may be preflighted.
func preflightCount(j *agent.Job) (n int) {
	for i := range j.Steps {
		if mayPreflight(&j.Steps[i].Request) {
			n += repetitions(&j.Steps[i])
		}
	}
	return n
}

// once tells whether a job is a single request: nothing of it counts on what it left itself.
func once(j *agent.Job) bool { return len(j.Steps) == 1 && repetitions(&j.Steps[0]) == 1 }

func repetitions(s *agent.Step) int { return max(s.Times, s.Parallel, 1) }

func replace(old, fresh *browserContext) *browserContext {
	if old != nil {
		old.close()
	}
	return fresh
}

// cookiesMatter says whether the browser may send or take cookies.
func cookiesMatter(s *agent.Step) bool {
	q := &s.Request
	same := spec.SameOrigin(q.Origin, s.URL)
	switch api(q) {
	case apiFetch, apiFetchLater:
		return q.Credentials == string(spec.CredentialsInclude) || same && q.Credentials != string(spec.CredentialsOmit)
	case apiXHR:
		return q.Credentials == string(spec.CredentialsInclude) || same
	case apiFont, apiMask, apiShape:
		return same
	case apiEventSource:
		return q.Crossorigin == "use-credentials" || q.Credentials == string(spec.CredentialsInclude) || same
	case apiModule:
		return q.Crossorigin == "use-credentials" || same
	case apiImg, apiScript, apiStylesheet, apiCanvas, apiVideo, apiAudio, apiTrack:
		return q.Crossorigin != "anonymous" || same
	}
	return true // beacon, navigate
}

func withoutFragment(u string) string {
	u, _, _ = strings.Cut(u, "#")
	return u
}
