package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
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

	"github.com/corsproof/corsproof/spec"
)

//go:embed page.js
var pageJS string

// nullOrigin is the serialisation of an opaque origin.
const nullOrigin = "null"

// holderHost is the host of pages that only hold others.
const holderHost = "corsproof.invalid"

// late is how long an event may come after the script had its result. The
// browser's processes report on their own ways; normally it is a millisecond.
const late = 3 * time.Second

// tab is one tab with everything that happens in it: documents that we answer
// ourselves, requests, and results.
type tab struct {
	chrome *Chrome
	ctx    context.Context
	close  context.CancelFunc
	target *chromedp.Target
	dead   chan struct{} // closed with err set

	mu      sync.Mutex
	err     error
	closing bool
	rec     *recorder
	nextID  int
	calls   map[int]*call
	waiting map[*rep]struct{} // results whose events are not all in
	fences  map[string]*spot  // by URL, those not reported yet
	ready   map[string]chan runtime.ExecutionContextID
	top     *spot // the document of the tab itself
	lax     bool  // certificate errors are ignored
	dirty   bool  // a response set a cookie
}

// spot is a document at some origin in which scripts can run.
type spot struct {
	tab    *tab
	origin string
	ctx    runtime.ExecutionContextID
	key    string

	// Preflights are reported on a way of their own, which may be slower than
	// all others. A fence is a preflight of ours: once it is reported, so are
	// those before it.
	fence      int  // of the last one sent
	fenced     int  // of the last one reported
	fenceAgain bool // another one has to be sent then
}

// call is a step under way.
type call struct {
	js      jsCall
	spot    *spot
	results []*rep
	left    int
	done    chan<- *call // has room
	tag     int          // the caller's
	may     bool         // preflights may have been made
}

// rep is one repetition of a call: what the script saw, and what was recorded.
type rep struct {
	call  *call
	res   jsResult
	rec   *record
	fence int  // that has to be reported before; 0 for none yet
	lost  bool // not everything was reported in time
	wait  *time.Timer
}

// newTab opens a tab in the browser context of parent.
func (c *Chrome) newTab(parent context.Context, opts ...chromedp.ContextOption) (*tab, error) {
	ctx, cancel := chromedp.NewContext(parent, append(opts, chromedp.WithNewWindow(false))...)
	t := &tab{
		chrome: c, ctx: ctx, close: cancel, dead: make(chan struct{}),
		rec: newRecorder(), calls: map[int]*call{}, waiting: map[*rep]struct{}{}, fences: map[string]*spot{}, ready: map[string]chan runtime.ExecutionContextID{},
	}
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
		if !c.opt.Console {
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
	if err != nil {
		go cancel()
		if c.ctx.Err() != nil {
			return nil, c.died()
		}
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	context.AfterFunc(ctx, func() {
		if c.ctx.Err() != nil {
			t.fail(c.died())
			return
		}
		t.fail(ErrClosed)
	})
	return t, nil
}

// trust has the tab ignore certificate errors, or not. It works for this tab
// only, so nothing else in the browser gets laxer.
func (t *tab) trust(ctx context.Context, lax bool) error {
	if t.lax == lax {
		return nil
	}
	_, err := cdp.Call(ctx, t.target, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: lax})
	if err != nil {
		return fmt.Errorf("setting how the browser takes certificate errors: %w", err)
	}
	t.lax = lax
	return nil
}

// fail ends the tab: whatever waits for it gets the error.
func (t *tab) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return
	}
	t.err = err
	close(t.dead)
}

// failure is the error that the tab ended with, nil while it lives.
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
	case *inspector.EventTargetCrashed:
		t.fail(&DiedError{What: "a page of the browser"})
	case *inspector.EventDetached:
		t.fail(&DiedError{What: "a page of the browser", Err: fmt.Errorf("%v", e.Reason)})
	case *log.EventEntryAdded:
		t.console(e)
	default:
		t.mu.Lock()
		if r := t.rec.event(ev); r != nil {
			if x, ok := ev.(*network.EventRequestWillBeSent); ok && len(t.fences) > 0 && isPreflight(x) {
				t.passFence(x.Request.URL)
			}
			if x, ok := ev.(*network.EventResponseReceivedExtraInfo); ok && !t.dirty {
				t.dirty = hasField(x.Headers, "Set-Cookie")
			}
			t.settle()
		}
		t.mu.Unlock()
	}
}

// settle hands over the results that are complete. Only a few ever wait.
func (t *tab) settle() {
	for r := range t.waiting {
		if t.match(r) {
			t.finish(r)
		}
	}
}

// match looks for the record of a result and says whether all is in.
func (t *tab) match(r *rep) bool {
	if r.res.Thrown != "" || r.res.Bug != "" || r.res.Timeout {
		return true
	}
	if r.rec == nil {
		r.rec = t.rec.started(r.res.URL, r.res.Rep)
	}
	if r.rec == nil {
		return !r.res.OK && refusedInPage(&r.call.js, r.call.spot.origin)
	}
	if !r.rec.complete() {
		return false
	}
	if !r.call.may || len(r.rec.preflights) >= len(r.rec.hops) {
		return true
	}
	// Was there really no preflight, or is it still on its way?
	s := r.call.spot
	if r.fence == 0 {
		r.fence = s.fence + 1
		if s.fence == s.fenced {
			t.sendFence(s)
		} else {
			s.fenceAgain = true
		}
	}
	return s.fenced >= r.fence
}

// refusedInPage says that the request never leaves the renderer, which reports
// nothing about it.
func refusedInPage(c *jsCall, origin string) bool {
	switch c.Mode {
	case string(spec.ModeSameOrigin):
		return !sameOrigin(origin, c.URL)
	case string(spec.ModeNoCORS):
		return c.Redirect != "" && c.Redirect != string(spec.RedirectFollow)
	}
	return false
}

// fencePrefix begins the URLs of fences. Browsers refuse port 1 before
// they look for anybody there (https://fetch.spec.whatwg.org/#port-blocking).
const fencePrefix = "http://127.0.0.1:1/.corsproof-fence/"

// sendFence has the document make a preflight that leads nowhere.
func (t *tab) sendFence(s *spot) {
	s.fence++
	url := fencePrefix + s.key + "/" + strconv.Itoa(s.fence)
	t.fences[url] = s
	go s.eval(t.ctx, "fence", url) // if it fails, the tab is gone
}

// passFence notes that a fence was reported, and sends the next one if wanted.
func (t *tab) passFence(url string) {
	s := t.fences[url]
	if s == nil {
		return
	}
	delete(t.fences, url)
	s.fenced = s.fence
	if s.fenceAgain {
		s.fenceAgain = false
		t.sendFence(s)
	}
}

// finish hands a repetition over.
func (t *tab) finish(r *rep) {
	delete(t.waiting, r)
	if r.wait != nil {
		r.wait.Stop()
	}
	c := r.call
	c.left--
	if c.left > 0 {
		return
	}
	for _, r := range c.results {
		t.rec.forget(r.res.URL)
	}
	delete(t.calls, c.js.ID)
	if len(t.calls) == 0 {
		t.rec.reset() // icons and the like
	}
	c.done <- c
}

// message takes what a page sends.
func (t *tab) message(e *runtime.EventBindingCalled) {
	var m struct {
		Ready   string     `json:"ready"`
		Results []jsResult `json:"results"`
	}
	if json.Unmarshal([]byte(e.Payload), &m) != nil {
		return // a target's script found the binding; nothing of ours
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if ch := t.ready[m.Ready]; ch != nil {
		delete(t.ready, m.Ready)
		ch <- e.ExecutionContextID
	}
	for _, res := range m.Results {
		c := t.calls[res.ID]
		if c == nil || res.Rep < 0 || res.Rep >= len(c.results) || c.results[res.Rep] != nil {
			continue
		}
		r := &rep{call: c, res: res}
		c.results[res.Rep] = r
		if t.match(r) {
			t.finish(r)
			continue
		}
		t.waiting[r] = struct{}{}
		r.wait = time.AfterFunc(late, func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			if _, still := t.waiting[r]; still {
				r.lost = true
				t.finish(r)
			}
		})
	}
}

// console keeps a line for the request that it is about.
func (t *tab) console(e *log.EventEntryAdded) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Entry.NetworkRequestID != "" {
		if r := t.rec.byID[e.Entry.NetworkRequestID]; r != nil {
			r.console = append(r.console, e.Entry.Text)
		}
		return
	}
	for u, records := range t.rec.byURL {
		if strings.Contains(e.Entry.Text, "'"+u+"'") {
			r := records[len(records)-1]
			r.console = append(r.console, e.Entry.Text)
		}
	}
}

// docPath is the path that our documents lie under.
func (c *Chrome) docPath() string { return "/.corsproof-" + c.token + "/" }

// intercept has requests for documents come to us, or no longer: while they
// do, every request of the tab takes a way through the browser's main process.
func (t *tab) intercept(ctx context.Context, on bool) error {
	var err error
	if on {
		_, err = cdp.Call(ctx, t.target, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{
			URLPattern: "*" + t.chrome.docPath() + "*", ResourceType: network.ResourceTypeDocument,
		}}})
	} else {
		_, err = cdp.Call(ctx, t.target, fetch.Disable, cdp.Empty{})
	}
	if err != nil {
		if dead := t.failure(); dead != nil {
			return dead
		}
		return fmt.Errorf("intercepting documents: %w", err)
	}
	return nil
}

// answer fulfils the request for a document of ours and lets others pass.
func (t *tab) answer(e *fetch.EventRequestPaused) {
	u, err := url.Parse(e.Request.URL)
	key, ours := "", false
	if err == nil {
		key, ours = strings.CutPrefix(u.Path, t.chrome.docPath())
	}
	if !ours {
		cdp.Call(t.ctx, t.target, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
		return
	}
	headers := []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}, {Name: "Cache-Control", Value: "no-store"}}
	if strings.HasPrefix(key, nullOrigin) {
		// The same as an iframe with sandbox="allow-scripts": an opaque origin.
		headers = append(headers, &fetch.HeaderEntry{Name: "Content-Security-Policy", Value: "sandbox allow-scripts allow-forms"})
	}
	doc := "<!doctype html><title>corsproof</title><link rel=icon href=data:,><script>const KEY=" + strconv.Quote(key) + ";" + pageJS + "</script>"
	cdp.Call(t.ctx, t.target, fetch.FulfillRequest, fetch.FulfillRequestParams{
		RequestID: e.RequestID, ResponseCode: 200, ResponseHeaders: headers, Body: []byte(doc),
	})
}

// document gives the URL and key of a new document at the origin.
func (t *tab) document(origin string, secure bool) (key, url string) {
	t.mu.Lock()
	t.nextID++
	key = "p" + strconv.Itoa(t.nextID)
	t.mu.Unlock()
	if origin == nullOrigin {
		key = nullOrigin + key
		origin = "http://" + nullOrigin + "." + holderHost
		if secure {
			origin = "https://" + nullOrigin + "." + holderHost
		}
	}
	return key, origin + t.chrome.docPath() + key
}

// expect registers for the first message of a document.
func (t *tab) expect(key string) chan runtime.ExecutionContextID {
	ch := make(chan runtime.ExecutionContextID, 1)
	t.mu.Lock()
	t.ready[key] = ch
	t.mu.Unlock()
	return ch
}

// opened waits for a document.
func (t *tab) opened(ctx context.Context, origin, key string, ch chan runtime.ExecutionContextID) (*spot, error) {
	limit := time.NewTimer(15 * time.Second)
	defer limit.Stop()
	select {
	case id := <-ch:
		return &spot{tab: t, origin: origin, ctx: id, key: key}, nil
	case <-t.dead:
		return nil, t.failure()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-limit.C:
		return nil, fmt.Errorf("no page at origin %s after 15s: the browser did not load the document", origin)
	}
}

// open makes the tab itself a page at the origin.
func (t *tab) open(ctx context.Context, origin string, secure bool) (*spot, error) {
	if err := t.intercept(ctx, true); err != nil {
		return nil, err
	}
	key, u := t.document(origin, secure)
	ch := t.expect(key)
	t.top = nil
	res, err := cdp.Call(ctx, t.target, page.Navigate, page.NavigateParams{URL: u})
	if err == nil && res.ErrorText != "" {
		err = errors.New(res.ErrorText)
	}
	if err != nil {
		if dead := t.failure(); dead != nil {
			err = dead
		}
		return nil, fmt.Errorf("opening a page at origin %s: %w", origin, err)
	}
	s, err := t.opened(ctx, origin, key, ch)
	if err == nil {
		err = t.intercept(ctx, false)
	}
	if err != nil {
		return nil, err
	}
	t.top = s
	return s, nil
}

// frames opens a page at each origin in iframes of the tab's own document.
func (t *tab) frames(ctx context.Context, origins []string, secure bool) (map[string]*spot, error) {
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	if t.top == nil {
		if _, err := t.open(ctx, scheme+holderHost, secure); err != nil {
			return nil, err
		}
	}
	if err := t.intercept(ctx, true); err != nil {
		return nil, err
	}
	list := make([][2]string, len(origins))
	waits := make([]chan runtime.ExecutionContextID, len(origins))
	for i, o := range origins {
		key, u := t.document(o, secure)
		list[i] = [2]string{key, u}
		waits[i] = t.expect(key)
	}
	if err := t.top.eval(ctx, "frame", list); err != nil {
		return nil, err
	}
	spots := make(map[string]*spot, len(origins))
	for i, o := range origins {
		s, err := t.opened(ctx, o, list[i][0], waits[i])
		if err != nil {
			return spots, err
		}
		spots[o] = s
	}
	return spots, t.intercept(ctx, false)
}

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
		js[i] = c.js
	}
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
		}
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
