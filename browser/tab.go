package browser

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// tab is one tab, with the state of its documents, requests and results.
type tab struct {
	chrome *Chrome
	in     cdp.BrowserContextID
	ctx    context.Context
	close  context.CancelFunc
	target *chromedp.Target
	dead   chan struct{} // closed with err set

	mu                       sync.Mutex
	err                      error
	rec                      *recorder
	nextID                   int
	calls                    map[int]*call
	navigations              map[int]*call            // those of them that navigate
	waiting                  map[*repetition]struct{} // results whose events are not all in
	pages                    map[string]string        // fields of the answers of documents under way, by name
	markers                  map[string]*document     // by URL, those not reported yet
	ready                    map[string]chan runtime.ExecutionContextID
	topLevel                 *document                // the document of the tab itself
	ignoresCertificateErrors bool                     // certificate errors are ignored
	cookieSet                bool                     // a response set a cookie
	visited                  *visitedURLs             // of its browser context
	watching                 bool                     // the next check of the requests on the wire is scheduled
	consoleOnly              bool                     // there are no events of requests, only results and the console
	console                  map[string]consoleReason // why a request was blocked, by the URL it began with; if consoleOnly
}

// newTab opens a tab in a browser context.
func (c *Chrome) newTab(in cdp.BrowserContextID, consoleOnly bool) (*tab, error) {
	id, err := c.newTarget(in)
	if err != nil {
		if c.ctx.Err() != nil {
			return nil, c.died()
		}
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	ctx, cancel := chromedp.NewContext(c.ctx, chromedp.WithTargetID(id))
	return c.attach(ctx, cancel, in, consoleOnly)
}

// newTarget makes the tab of newTab: without a window, whose parts cost as much as the pages do,
// where the browser is our own and can do that, else in one of its own. In a tab behind another one
// players wait without end.
func (c *Chrome) newTarget(in cdp.BrowserContextID) (target.ID, error) {
	yes := true
	if !c.remote {
		res, err := chromedp.CallBrowser(c.ctx, target.CreateTarget, target.CreateTargetParams{URL: "about:blank", BrowserContextID: in, Background: &yes, Hidden: &yes})
		if err == nil {
			return res.TargetID, nil
		}
	}
	res, err := chromedp.CallBrowser(c.ctx, target.CreateTarget, target.CreateTargetParams{URL: "about:blank", BrowserContextID: in, NewWindow: &yes})
	return res.TargetID, err
}

// attach makes a tab of a chromedp context.
func (c *Chrome) attach(ctx context.Context, cancel context.CancelFunc, in cdp.BrowserContextID, consoleOnly bool) (*tab, error) {
	t := &tab{
		chrome: c, in: in, consoleOnly: consoleOnly, console: map[string]consoleReason{}, ctx: ctx, close: cancel, dead: make(chan struct{}),
		rec: newRecorder(), calls: map[int]*call{}, navigations: map[int]*call{}, waiting: map[*repetition]struct{}{}, pages: map[string]string{}, markers: map[string]*document{}, ready: map[string]chan runtime.ExecutionContextID{},
	}
	// A page whose process was killed by somebody answers nothing, and its end may not be reported either.
	limit := time.AfterFunc(frozenAfter, cancel)
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tgt *chromedp.Target) error {
		t.target = tgt
		type step struct {
			method string
			params any
		}
		// What chromedp switches on and we do not need costs time for every request.
		steps := []step{{css.Disable.Method, cdp.Empty{}}, {dom.Disable.Method, cdp.Empty{}},
			{target.SetDiscoverTargets.Method, target.SetDiscoverTargetsParams{Discover: false}},
			{page.SetLifecycleEventsEnabled.Method, page.SetLifecycleEventsEnabledParams{Enabled: false}},
			{runtime.AddBinding.Method, runtime.AddBindingParams{Name: "corsproofSend"}},
		}
		if consoleOnly {
			steps = append(steps, step{network.Disable.Method, cdp.Empty{}})
		} else if !c.opt.Console {
			steps = append(steps, step{log.Disable.Method, cdp.Empty{}})
		}
		for _, s := range steps {
			if err := tgt.Call(ctx, s.method, s.params, nil); err != nil {
				return fmt.Errorf("%s: %w", s.method, err)
			}
		}
		return nil
	}))
	if err == nil {
		err = chromedp.Listen(ctx, t.event)
	}
	intime := limit.Stop()
	if err != nil || !intime {
		go cancel()
		switch {
		case c.ctx.Err() != nil:
			return nil, c.died()
		case !intime:
			err = &FrozenError{After: frozenAfter}
		}
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	if consoleOnly || !c.opt.Console { // else chromedp reads the lines of the console, and keeps them in order with other events
		c.filter.add(t.target.SessionID, t)
	}
	context.AfterFunc(ctx, func() {
		c.filter.remove(t.target.SessionID)
		if c.ctx.Err() != nil {
			t.fail(c.died())
			return
		}
		t.fail(ErrClosed)
	})
	return t, nil
}

// setIgnoreCertificateErrors has the tab ignore certificate errors, or not. It works for this tab
// only, so that the rest of the browser is unaffected.
func (t *tab) setIgnoreCertificateErrors(ctx context.Context, ignore bool) error {
	if t.ignoresCertificateErrors == ignore {
		return nil
	}
	_, err := command(ctx, t, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: ignore})
	if err != nil {
		return fmt.Errorf("setting whether the browser ignores certificate errors: %w", err)
	}
	t.ignoresCertificateErrors = ignore
	return nil
}

// command sends the tab a command. It ends with the tab, and a tab that does not respond in time has ended.
func command[P, R any](ctx context.Context, t *tab, c cdp.Command[P, R], params P) (R, error) {
	within, cancel := context.WithTimeout(ctx, frozenAfter)
	defer cancel()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-t.dead:
			cancel()
		case <-ended:
		}
	}()
	res, err := cdp.Call(within, t.target, c, params)
	if err != nil && errors.Is(within.Err(), context.DeadlineExceeded) && ctx.Err() == nil {
		t.fail(&FrozenError{After: frozenAfter})
		return res, t.failure()
	}
	return res, err
}

// fail marks the tab as ended: whoever waits for it gets the error.
func (t *tab) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return
	}
	t.err = err
	close(t.dead)
}

// failure is the error that the tab ended with; nil while it is usable.
func (t *tab) failure() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// event handles one event. It runs in the loop that reads from the browser.
func (t *tab) event(ev any) {
	switch e := ev.(type) {
	case *network.EventDataReceived, *page.EventFrameStartedLoading, *page.EventFrameStoppedLoading:
	case *fetch.EventRequestPaused:
		go t.answer(e)
	case *runtime.EventBindingCalled:
		if e.Name == "corsproofSend" {
			t.message(e)
		}
	case *page.EventJavascriptDialogOpening:
		// A script of the target shows a dialog, which would block the page.
		go cdp.Call(t.ctx, t.target, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
	case *inspector.EventTargetCrashed:
		t.fail(&DiedError{What: "a page of the browser"})
	case *inspector.EventDetached:
		t.fail(&DiedError{What: "a page of the browser", Err: fmt.Errorf("%v", e.Reason)})
	case *log.EventEntryAdded:
		if t.consoleOnly {
			t.addBlockedLine(e.Entry.Text)
		} else {
			t.addConsoleLine(e)
		}
	default:
		t.mu.Lock()
		if r := t.rec.event(ev); r != nil {
			if x, ok := ev.(*network.EventRequestWillBeSent); ok {
				if len(t.markers) > 0 && isPreflight(x) {
					t.markerReported(x.Request.URL)
				}
				if x.RedirectResponse != nil && t.visited != nil {
					t.visited.redirected(r.hops[0].request.URL, x.Request.URL)
				}
			}
			if x, ok := ev.(*network.EventResponseReceivedExtraInfo); ok && !t.cookieSet {
				if t.cookieSet = hasField(x.Headers, "Set-Cookie"); t.cookieSet {
					t.chrome.cookieSet.Store(true)
				}
			}
			t.heard(r, ev)
			t.deliverComplete()
		}
		t.mu.Unlock()
	}
}

// hasField says whether the browser's header map has the field.
func hasField(h network.Headers, name string) bool {
	for k := range h {
		if strings.EqualFold(k, name) {
			return true
		}
	}
	return false
}
