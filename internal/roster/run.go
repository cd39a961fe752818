package roster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Run measures the targets of a list, several at once.
type Run struct {
	// Next gives the entries, as List.Next does.
	Next func() (Entry, error)
	// Workers is how many targets are under way at once; 0: one.
	Workers int
	// Measure measures a target and fills in its record; worker is from 0. It must end
	// when ctx does. An error ends the run, and the target is not done.
	Measure func(ctx context.Context, worker int, e Entry, r *Record) error
	// File keeps the records, and knows what is done already; nil: none.
	File *File
	// Done is told of each target as it is done, and Bad of each line that names none. Calls do not
	// overlap.
	Done func(*Record)
	Bad  func(*BadLine)
}

// Outcome is what a run came to.
type Outcome struct {
	Tally // of the targets that were measured
	// Bad are the lines that name no target; Skipped the targets that an earlier run has measured;
	// Again the lines that name a target of a line before.
	Bad, Skipped, Again int
}

// Do measures the targets. The error is the context's when it ended before the list did, that of
// the list, of Measure, or of the file of records: nothing is measured that cannot be kept.
func (run *Run) Do(ctx context.Context) (Outcome, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	w := &work{Run: run, stop: stop}
	// A reader that waits for the next line, of a pipe that nobody ends, does not keep the run
	// from its end: nobody waits for it.
	entries := make(chan Entry)
	go w.read(ctx, entries)
	var group sync.WaitGroup
	for worker := range max(1, run.Workers) {
		group.Go(func() { w.work(ctx, worker, entries) })
	}
	group.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out, context.Cause(ctx)
}

// work is a Run at work.
type work struct {
	*Run
	stop context.CancelCauseFunc
	mu   sync.Mutex
	out  Outcome
}

// read hands on the entries that are to be measured.
func (w *work) read(ctx context.Context, entries chan<- Entry) {
	defer close(entries)
	seen := map[key]bool{}
	for {
		e, err := w.Next()
		switch bad, isBad := errors.AsType[*BadLine](err); {
		case isBad:
			w.bad(ctx, bad)
			continue
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			w.stop(fmt.Errorf("reading the list: %w", err))
			return
		}
		if w.known(e, seen) {
			continue
		}
		select {
		case entries <- e:
		case <-ctx.Done():
			return
		}
	}
}

// bad tells of a line that names no target.
func (w *work) bad(ctx context.Context, line *BadLine) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() == nil {
		w.out.Bad++
		w.Bad(line)
	}
}

// known tells whether an entry is not to be measured.
func (w *work) known(e Entry, seen map[key]bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := keyOf(e.URL)
	if seen[k] {
		w.out.Again++
		return true
	}
	seen[k] = true
	done := w.File.Done(e)
	if done {
		w.out.Skipped++
	}
	return done
}

// work measures entries until there are no more.
func (w *work) work(ctx context.Context, worker int, entries <-chan Entry) {
	for {
		select {
		case e, ok := <-entries:
			if !ok || ctx.Err() != nil {
				return
			}
			w.measure(ctx, worker, e)
		case <-ctx.Done():
			return
		}
	}
}

// measure measures a target, and keeps what came of it.
func (w *work) measure(ctx context.Context, worker int, e Entry) {
	r := e.Begin()
	err := w.Measure(ctx, worker, e, r)
	r.Elapsed = time.Since(r.Started)
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil && (err != nil || r.Counts == nil) {
		return // nothing was measured
	}
	if err == nil {
		err = w.File.Add(r)
	}
	if err != nil {
		w.stop(err)
		return
	}
	w.out.Add(r)
	w.Done(r)
}
