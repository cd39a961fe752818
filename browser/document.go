package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// document is a document at some origin that requests are made from.
type document struct {
	tab              *tab
	key              documentKey
	origin           string // key's
	executionContext runtime.ExecutionContextID
	name             string

	// Preflights and raw headers are reported by the network service, in order
	// but possibly later than all other events. A marker is a preflight of ours:
	// once it is reported, so is everything before it.
	sentMarker     int  // of the last one sent
	reportedMarker int  // of the last one reported
	markerWanted   bool // another one has to be sent once that is reported
}

// errDocumentGone says that the browser has discarded the document.
var errDocumentGone = errors.New("the browser discarded a page that requests were made from")

// eval calls a function of page.js in the document.
func (d *document) eval(ctx context.Context, name string, args ...any) error {
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
	res, err := command(ctx, d.tab, runtime.Evaluate, runtime.EvaluateParams{Expression: expr + ")", ContextID: d.executionContext})
	if err == nil && res.ExceptionDetails != nil {
		err = &chromedp.ExceptionError{ExceptionDetails: res.ExceptionDetails}
	}
	if err != nil {
		if dead := d.tab.failure(); dead != nil {
			return dead
		}
		if strings.Contains(err.Error(), "Cannot find context") || strings.Contains(err.Error(), "context was destroyed") {
			return fmt.Errorf("%w: %w", errDocumentGone, &PageError{d.origin, err.Error()})
		}
		return fmt.Errorf("running requests in a page at %s: %w", d.origin, err)
	}
	return nil
}

// start has the document perform the calls, at most width at once. Each is
// sent to its done channel once its results and all their events are there.
func (d *document) start(ctx context.Context, width int, calls []*call) error {
	t := d.tab
	js := make([]jsCall, len(calls))
	t.mu.Lock()
	for i, c := range calls {
		t.nextID++
		c.js.ID, c.document = t.nextID, d
		c.pending = c.js.Times
		c.results = make([]*repetition, c.js.Times)
		t.calls[c.js.ID] = c
		if withoutEvent(c.js.API) {
			t.navigations[c.js.ID] = c
		}
		js[i] = c.js
	}
	t.watch()
	t.mu.Unlock()
	return d.eval(ctx, "run", width, js)
}

// abort ends all calls of the document.
func (d *document) abort() {
	ctx, cancel := context.WithTimeout(d.tab.ctx, 2*time.Second)
	defer cancel()
	d.eval(ctx, "abort")
	d.tab.mu.Lock()
	defer d.tab.mu.Unlock()
	for id, c := range d.tab.calls {
		if c.document == d {
			delete(d.tab.calls, id)
			delete(d.tab.navigations, id)
		}
	}
}
