package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// spot is a document at some origin in which scripts can run.
type spot struct {
	tab    *tab
	origin string
	ctx    runtime.ExecutionContextID
	key    string

	// Preflights, and raw headers, are reported on a way of their own, which
	// may be slower than all others. A fence is a preflight of ours: once it
	// is reported, so is what was before it.
	fence      int  // of the last one sent
	fenced     int  // of the last one reported
	fenceAgain bool // another one has to be sent then
}

// errDocumentGone says that the browser has given up the document.
var errDocumentGone = errors.New("the browser gave up a page that requests were made from")

// eval calls a function of page.js in the document.
func (s *spot) eval(ctx context.Context, name string, args ...any) error {
	expr := "corsproof." + name + "("
	for i, a := range args {
		b, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if i > 0 {
			expr += ","
		}
		expr += string(b)
	}
	res, err := cdp.Call(ctx, s.tab.target, runtime.Evaluate, runtime.EvaluateParams{Expression: expr + ")", ContextID: s.ctx})
	if err == nil && res.ExceptionDetails != nil {
		err = &chromedp.ExceptionError{ExceptionDetails: res.ExceptionDetails}
	}
	if err != nil {
		if dead := s.tab.failure(); dead != nil {
			return dead
		}
		if strings.Contains(err.Error(), "Cannot find context") || strings.Contains(err.Error(), "context was destroyed") {
			return fmt.Errorf("%w: %w", errDocumentGone, &PageError{s.origin, err.Error()})
		}
		return fmt.Errorf("running requests in a page at %s: %w", s.origin, err)
	}
	return nil
}

// start has the document perform the calls, at most width at once. Each is
// sent to its done channel when it and all its events are in.
func (s *spot) start(ctx context.Context, width int, calls []*call) error {
	t := s.tab
	js := make([]jsCall, len(calls))
	t.mu.Lock()
	for i, c := range calls {
		t.nextID++
		c.js.ID, c.spot = t.nextID, s
		c.left = c.js.Times
		c.results = make([]*rep, c.js.Times)
		t.calls[c.js.ID] = c
		if withoutEvent(c.js.API) {
			t.navigations[c.js.ID] = c
		}
		js[i] = c.js
	}
	t.watch()
	t.mu.Unlock()
	return s.eval(ctx, "run", width, js)
}

// abort gives up whatever runs in the document.
func (s *spot) abort() {
	ctx, cancel := context.WithTimeout(s.tab.ctx, 2*time.Second)
	defer cancel()
	s.eval(ctx, "abort")
	s.tab.mu.Lock()
	defer s.tab.mu.Unlock()
	for id, c := range s.tab.calls {
		if c.spot == s {
			delete(s.tab.calls, id)
			delete(s.tab.navigations, id)
		}
	}
}
