package harness

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/wire"
)

// wireRun performs the raw steps of one check.
type wireRun struct {
	sender  *sender
	place   place
	timeout time.Duration
	// headBytes is Target.HeadBytes: how far a request can grow.
	headBytes int
	conn      *wire.Conn // held for steps that go over the same connection
	last      *wireStep  // that was performed, for those
}

// lostError: a step could not be performed; nothing can be said of the target's CORS.
type lostError struct {
	kind wire.ErrorKind
	err  error
}

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

func (w *wireRun) close() {
	if w.conn != nil {
		w.conn.Release()
		w.conn = nil
	}
}

// steps performs raw steps in order. What was performed before an error is
// returned with it.
func (w *wireRun) steps(ctx context.Context, steps []cases.Step) ([]wireStep, error) {
	var done []wireStep
	for i := 0; i < len(steps); {
		n := 1
		for i+n < len(steps) && steps[i+n].Wire.Connection == "pipelined" {
			n++
		}
		keep := i+n < len(steps) && steps[i+n].Wire.Connection == "same"
		ready, err := carried(done, steps[i:i+n])
		if err != nil {
			return done, err
		}
		group, err := w.group(ctx, ready, keep)
		done = append(done, group...)
		if err != nil {
			return done, err
		}
		i += n
	}
	return done, nil
}

// group performs a step, or several that are pipelined behind it. keep holds
// the connection for the next.
func (w *wireRun) group(ctx context.Context, steps []cases.Step, keep bool) ([]wireStep, error) {
	if err := pause(ctx, steps[0].After); err != nil {
		return nil, &lostError{wire.Canceled, err}
	}
	first := &steps[0]
	if first.Grow != nil {
		s, err := w.growing(ctx, first)
		return []wireStep{s}, err
	}
	total, lanes := max(first.Times, first.Parallel, 1), max(first.Parallel, 1)
	if len(steps) == 1 && lanes > 1 {
		s, err := w.burst(ctx, first, total, lanes)
		return []wireStep{s}, err
	}
	conn, err := w.connection(ctx, first.Wire)
	if err != nil {
		return nil, err
	}
	w.conn = conn
	if !keep {
		defer w.close()
	}
	reqs := make([]*wire.Request, len(steps))
	done := make([]wireStep, len(steps))
	urls := make([]string, len(steps))
	for i := range steps {
		reqs[i], urls[i] = w.request(steps[i].Wire)
		reqs[i].Need = neededContent(steps[i].Answer)
		done[i].step, done[i].watched = &steps[i], keep || len(steps) > 1 || first.Wire.Connection == "same"
	}
	if keep {
		// The connection can go on only behind the end of the content.
		reqs[len(reqs)-1].Need = func(*wire.Response) bool { return true }
	}
	for range total {
		if err := w.round(ctx, conn, reqs, urls, done); err != nil {
			return done, err
		}
	}
	w.last = &done[len(done)-1]
	return done, nil
}

// round sends the requests of a group once and adds the exchanges to done.
func (w *wireRun) round(ctx context.Context, conn *wire.Conn, reqs []*wire.Request, urls []string, done []wireStep) error {
	if err := w.sender.limit.wait(ctx, len(reqs)); err != nil {
		return &lostError{wire.Canceled, err}
	}
	// Each answer has the time limit to itself.
	ctx, cancel := context.WithTimeout(ctx, w.timeout*time.Duration(len(reqs)))
	defer cancel()
	start := time.Now()
	for i, a := range conn.Do(ctx, reqs...) {
		ex := newExchange(urls[i], reqs[i], a)
		recordElapsed(&ex, start)
		recordStray(w.before(done, i), a.Stray, a.StrayStart)
		if kind := done[i].step.Wire.Connection; kind == "same" || kind == "pipelined" {
			ex.Connection = kind
		}
		done[i].exchanges = append(done[i].exchanges, ex)
		if a.Err != nil && (unusable(a.Err.Kind) || a.Err.Kind == wire.Unsendable) {
			return &lostError{a.Err.Kind, a.Err}
		}
	}
	return nil
}

// before is the exchange whose answer came before the i-th of a group on the
// same connection; one that nobody looks at where there is none.
func (w *wireRun) before(done []wireStep, i int) *Exchange {
	s := w.last
	switch {
	case i > 0:
		s = &done[i-1]
	case len(done[len(done)-1].exchanges) > 0:
		s = &done[len(done)-1] // of the round before
	case done[0].step.Wire.Connection != "same" || s == nil || len(s.exchanges) == 0:
		return new(Exchange)
	}
	return &s.exchanges[len(s.exchanges)-1]
}

// connection is the one that a step asks for.
func (w *wireRun) connection(ctx context.Context, step *cases.Wire) (*wire.Conn, error) {
	if step.Connection == "same" && w.conn != nil {
		return w.conn, nil
	}
	w.close()
	ep, _, _, err := endpointOf(w.place.base, w.place.proto)
	if err != nil {
		return nil, &lostError{wire.Unsendable, err}
	}
	open := w.sender.client.Get // bounded by the client's DialTimeout
	if step.Connection == "new" {
		open = w.sender.client.Open
	}
	conn, err := open(ctx, ep)
	if err != nil {
		return nil, &lostError{wire.KindOf(err), err}
	}
	return conn, nil
}

// burst sends a step's request so often, so many at once: over connections of
// their own with HTTP/1, as streams of one with HTTP/2.
func (w *wireRun) burst(ctx context.Context, step *cases.Step, total, lanes int) (wireStep, error) {
	w.close()
	done := wireStep{step: step, exchanges: make([]Exchange, total)}
	req, url := w.request(step.Wire)
	req.Need = neededContent(step.Answer)
	ep, _, _, err := endpointOf(w.place.base, w.place.proto)
	if err != nil {
		return done, &lostError{wire.Unsendable, err}
	}
	var mu sync.Mutex
	var lost *lostError
	next := make(chan int, total)
	for i := range total {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range min(lanes, total) {
		wg.Go(func() {
			for i := range next {
				ctx, cancel := context.WithTimeout(ctx, w.timeout)
				start := time.Now()
				a := asAnswer(w.sender.do(ctx, ep, req))
				cancel()
				done.exchanges[i] = newExchange(url, req, a)
				recordElapsed(&done.exchanges[i], start)
				if a.Err != nil && (unusable(a.Err.Kind) || a.Err.Kind == wire.Unsendable) {
					mu.Lock()
					lost = &lostError{a.Err.Kind, a.Err}
					mu.Unlock()
					return
				}
			}
		})
	}
	wg.Wait()
	if lost != nil {
		return done, lost
	}
	return done, nil
}

// request is the raw request of a step, and its URL for reports.
func (w *wireRun) request(step *cases.Wire) (*wire.Request, string) {
	url := w.place.base
	raw, whole := strings.CutPrefix(step.Path, "=")
	if !whole {
		url = w.place.url(step.Path)
	}
	_, authority, target, _ := splitURL(url)
	if whole {
		target = raw
		url = originOf(url) + "/"
	}
	req := &wire.Request{Method: step.Method, Target: target, Version: step.Version, Body: step.Body}
	if w.place.proto == wire.H2 && req.Version == "HTTP/1.1" {
		req.Version = "" // the default of a case
	}
	if stated(step.Headers, "Host") == nil {
		req.Lines = append(req.Lines, "Host: "+authority)
	}
	if step.Bare {
		req.Lines = append(req.Lines, step.Headers...)
		return req, url
	}
	before, after := browserFields(rawAsking(url, step.Method, step.Headers))
	req.Lines = slices.Concat(req.Lines, before, step.Headers, after)
	return req, url
}

// exchangesOf are the exchanges worth keeping: the first few of each step.
func exchangesOf(steps []wireStep) []Exchange {
	const few, grownFew = 8, 3
	var list []Exchange
	for i := range steps {
		n := few
		if steps[i].step.Grow != nil {
			n = grownFew
		}
		list = append(list, steps[i].exchanges[:min(n, len(steps[i].exchanges))]...)
	}
	return list
}

// splitSteps takes a check apart into raw steps, the run of requests that an
// agent performs as one job, and raw steps. A job's caches live as long as the
// job, so there can be one run only.
func splitSteps(steps []cases.Step) (before, browser, after []cases.Step, err error) {
	i := 0
	for i < len(steps) && steps[i].Wire != nil {
		i++
	}
	j := i
	for j < len(steps) && steps[j].Request != nil {
		j++
	}
	for k := j; k < len(steps); k++ {
		if steps[k].Request != nil {
			return nil, nil, nil, fmt.Errorf("the case has requests again after raw ones (step %d): only one run of requests can share an agent's caches", k+1)
		}
	}
	return steps[:i], steps[i:j], steps[j:], nil
}
