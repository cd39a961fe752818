package raw

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/browserfields"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/limit"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/record"
	"github.com/corsproof/corsproof/internal/wire"
)

// Run performs the raw steps of one check.
type Run struct {
	Sender  *wire.Sender
	Place   Place
	Timeout time.Duration
	// HeadBytes is Target.HeadBytes: how far a request can grow.
	HeadBytes int
	conn      *wire.Conn       // held for steps that go over the same connection
	last      *judge.Performed // that was performed, for those
}

// lostError says that a step could not be performed: nothing can be said of the target's CORS.
type lostError struct {
	kind wire.ErrorKind
	err  error
}

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

func (w *Run) Close() {
	if w.conn != nil {
		w.conn.Release()
		w.conn = nil
	}
}

// Steps performs raw steps in order. What was performed before an error is
// returned with it.
func (w *Run) Steps(ctx context.Context, steps []cases.Step) ([]judge.Performed, error) {
	var done []judge.Performed
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
func (w *Run) group(ctx context.Context, steps []cases.Step, keep bool) ([]judge.Performed, error) {
	if err := limit.Pause(ctx, steps[0].After); err != nil {
		return nil, &lostError{wire.Canceled, err}
	}
	first := &steps[0]
	if first.Grow != nil {
		s, err := w.growing(ctx, first)
		return []judge.Performed{s}, err
	}
	total, lanes := max(first.Times, first.Parallel, 1), max(first.Parallel, 1)
	if len(steps) == 1 && lanes > 1 {
		s, err := w.burst(ctx, first, total, lanes)
		return []judge.Performed{s}, err
	}
	conn, err := w.connection(ctx, first.Wire)
	if err != nil {
		return nil, err
	}
	w.conn = conn
	if !keep {
		defer w.Close()
	}
	reqs := make([]*wire.Request, len(steps))
	done := make([]judge.Performed, len(steps))
	urls := make([]string, len(steps))
	for i := range steps {
		reqs[i], urls[i] = w.request(steps[i].Wire)
		reqs[i].Need = judge.Needed(steps[i].Answer)
		done[i].Step, done[i].Watched = &steps[i], keep || len(steps) > 1 || first.Wire.Connection == "same"
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
func (w *Run) round(ctx context.Context, conn *wire.Conn, reqs []*wire.Request, urls []string, done []judge.Performed) error {
	if err := w.admit(ctx, reqs...); err != nil {
		return err
	}
	// Each answer has the time limit to itself.
	ctx, cancel := context.WithTimeout(ctx, w.Timeout*time.Duration(len(reqs)))
	defer cancel()
	start := time.Now()
	for i, a := range conn.Do(ctx, reqs...) {
		ex := record.New(urls[i], reqs[i], a)
		record.Elapsed(&ex, start)
		record.Stray(w.before(done, i), a.Stray, a.StrayStart)
		if kind := done[i].Step.Wire.Connection; kind == "same" || kind == "pipelined" {
			ex.Connection = kind
		}
		done[i].Exchanges = append(done[i].Exchanges, ex)
		if a.Err != nil && (wire.Unusable(a.Err.Kind) || a.Err.Kind == wire.Unsendable) {
			return &lostError{a.Err.Kind, a.Err}
		}
	}
	return nil
}

// admit waits until the limits let the requests go out. The error is a *lostError.
func (w *Run) admit(ctx context.Context, reqs ...*wire.Request) error {
	ep, _, _, err := wire.EndpointOf(w.Place.Base, w.Place.Proto)
	if err != nil {
		return &lostError{wire.Unsendable, err}
	}
	if err := w.Sender.Admit(ctx, ep, reqs...); err != nil {
		return &lostError{wire.KindOf(err), err}
	}
	return nil
}

// before is the exchange whose answer came before the i-th of a group on the
// same connection; one that nobody looks at where there is none.
func (w *Run) before(done []judge.Performed, i int) *agent.Exchange {
	s := w.last
	switch {
	case i > 0:
		s = &done[i-1]
	case len(done[len(done)-1].Exchanges) > 0:
		s = &done[len(done)-1] // of the round before
	case done[0].Step.Wire.Connection != "same" || s == nil || len(s.Exchanges) == 0:
		return new(agent.Exchange)
	}
	return &s.Exchanges[len(s.Exchanges)-1]
}

// connection is the one that a step asks for.
func (w *Run) connection(ctx context.Context, step *cases.Wire) (*wire.Conn, error) {
	if step.Connection == "same" && w.conn != nil {
		return w.conn, nil
	}
	w.Close()
	ep, _, _, err := wire.EndpointOf(w.Place.Base, w.Place.Proto)
	if err != nil {
		return nil, &lostError{wire.Unsendable, err}
	}
	open := w.Sender.Client.Get // bounded by the client's DialTimeout
	if step.Connection == "new" {
		open = w.Sender.Client.Open
	}
	conn, err := open(ctx, ep)
	if err != nil {
		return nil, &lostError{wire.KindOf(err), err}
	}
	return conn, nil
}

// burst sends a step's request so often, so many at once: over connections of
// their own with HTTP/1, as streams of one with HTTP/2.
func (w *Run) burst(ctx context.Context, step *cases.Step, total, lanes int) (judge.Performed, error) {
	w.Close()
	done := judge.Performed{Step: step, Exchanges: make([]agent.Exchange, total)}
	req, url := w.request(step.Wire)
	req.Need = judge.Needed(step.Answer)
	ep, _, _, err := wire.EndpointOf(w.Place.Base, w.Place.Proto)
	if err != nil {
		return done, &lostError{wire.Unsendable, err}
	}
	pool, lost := errgroup.WithContext(context.WithoutCancel(ctx))
	pool.SetLimit(lanes)
	for i := range total {
		if lost.Err() != nil {
			break
		}
		pool.Go(func() error { // not by lost: what is under way when another is lost is not cut short
			if err := w.admit(ctx, req); err != nil {
				return err
			}
			ctx, cancel := wire.Within(ctx, w.Timeout)
			defer cancel()
			start := time.Now()
			a := record.AsAnswer(w.Sender.Client.Do(ctx, ep, req))
			done.Exchanges[i] = record.New(url, req, a)
			record.Elapsed(&done.Exchanges[i], start)
			if a.Err != nil && (wire.Unusable(a.Err.Kind) || a.Err.Kind == wire.Unsendable) {
				return &lostError{a.Err.Kind, a.Err}
			}
			return nil
		})
	}
	return done, pool.Wait()
}

// request is the raw request of a step, and its URL for reports.
func (w *Run) request(step *cases.Wire) (*wire.Request, string) {
	url := w.Place.Base
	raw, whole := strings.CutPrefix(step.Path, "=")
	if !whole {
		url = w.Place.URL(step.Path)
	}
	_, authority, target, _ := origin.Split(url)
	if whole {
		target = raw
		url = origin.Of(url) + "/"
	}
	req := &wire.Request{Method: step.Method, Target: target, Version: step.Version, Body: step.Body}
	if w.Place.Proto == wire.H2 && req.Version == "HTTP/1.1" {
		req.Version = "" // the default of a case
	}
	if browserfields.Stated(step.Headers, "Host") == nil {
		req.Lines = append(req.Lines, "Host: "+authority)
	}
	if step.Bare {
		req.Lines = append(req.Lines, step.Headers...)
	} else {
		before, after := browserfields.BrowserFields(browserfields.RawAsking(url, step.Method, step.Headers))
		req.Lines = slices.Concat(req.Lines, before, step.Headers, after)
	}
	w.Sender.Dress(url, req, true)
	return req, url
}

// Exchanges are the exchanges worth keeping: the first few of each step.
func Exchanges(steps []judge.Performed) []agent.Exchange {
	const few, grownFew = 8, 3
	var list []agent.Exchange
	for i := range steps {
		n := few
		if steps[i].Step.Grow != nil {
			n = grownFew
		}
		list = append(list, steps[i].Exchanges[:min(n, len(steps[i].Exchanges))]...)
	}
	return list
}

// Split takes a check apart into raw steps, the run of requests that an
// agent performs as one job, and raw steps. A job's caches live as long as the
// job, so there can be one run only.
func Split(steps []cases.Step) (before, browser, after []cases.Step, err error) {
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
