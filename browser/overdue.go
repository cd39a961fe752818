package browser

import (
	"slices"
	"time"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/silence"
)

// A request's time is counted from when it is sent: the wait for one of the
// few connections that a browser makes to a host is not the target's fault. The
// browser reports when the head of a request is sent and when that of its answer
// has come; the preflight, the request and each redirect are timed separately.
//
// An answer is judged by its head: content that does not end is cut off.

// maxQueueTime is how long a request may wait, in addition to its own time, for
// a connection and for the browser itself, before its page gives it up.
const maxQueueTime = 30 * time.Second

// watch checks the requests on the wire periodically while there are calls. The
// lock is held.
func (t *tab) watch() {
	if t.watching || t.consoleOnly || len(t.calls) == 0 {
		return
	}
	t.watching = true
	shortest := time.Second
	for _, c := range t.calls {
		shortest = min(shortest, c.timeout/4)
	}
	if t.chrome.endless.Load() >= silence.InVain {
		shortest = min(shortest, hurry)
	}
	time.AfterFunc(max(shortest, 20*time.Millisecond), func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.watching = false
		if t.err != nil {
			return
		}
		for _, r := range t.jammed() {
			if c, rep := t.callOf(r); c != nil {
				r.overdue, r.jammed = true, true
				go t.giveUp(c, r, rep)
			}
		}
		for _, r := range t.rec.byID {
			if r.overdue || r.truncated || r.terminal() || !r.begun() && !t.clogged(r) {
				continue
			}
			c, rep := t.callOf(r)
			switch {
			case c == nil:
			case !r.begun():
				r.overdue = true
				go t.giveUp(c, r, rep)
			case !r.sentAt.IsZero() && time.Since(r.sentAt) > t.patience(c, r), r.held() && time.Since(r.headAt) > t.heldBack(c):
				r.overdue = true
				go t.giveUp(c, r, rep)
			case !r.answeredAt.IsZero() && time.Since(r.answeredAt) > t.contentTime(c) && !scriptReads(c.js.API):
				r.truncated = true
				t.chrome.endless.Add(1)
				go c.document.eval(t.ctx, "expire", c.js.ID, rep, true)
			}
		}
		t.watch()
	})
}

// serverOf is what the server that a record's last request went to has made of preflights.
func (t *tab) serverOf(r *record) *silence.Preflights {
	return t.chrome.servers.Of(origin.Of(r.hops[len(r.hops)-1].request.URL))
}

// heard takes note of the answer to a preflight, of what another answer took, and of what came although
// the time that it would have after others (heldBack, contentTime) was over.
func (t *tab) heard(r *record, ev any) {
	if _, ok := ev.(*network.EventLoadingFinished); ok && !r.answeredAt.IsZero() && time.Since(r.answeredAt) > hurry {
		t.chrome.endless.Store(0)
	}
	e, ok := ev.(*network.EventResponseReceived)
	if ok && !r.headAt.IsZero() && time.Since(r.headAt) > heldLess {
		t.chrome.held.Store(0)
	}
	switch {
	case !ok:
	case r.preflight:
		t.serverOf(r).Answered()
	case e.Response.Timing != nil:
		t.serverOf(r).Other(time.Duration((e.Response.Timing.ReceiveHeadersEnd - e.Response.Timing.SendStart) * float64(time.Millisecond)))
	}
}

// begun tells whether a request, or its preflight, is or was on the wire since its last redirect.
func (r *record) begun() bool {
	return !r.sentAt.IsZero() || !r.answeredAt.IsZero() || r.held() || slices.ContainsFunc(r.preflights, func(p *record) bool { return !p.sentAt.IsZero() })
}

// held tells whether the browser has the head of a record's answer and keeps it back: where the type may be
// another than the one that is declared, it waits for the first bytes of the content
// (https://mimesniff.spec.whatwg.org/#reading-the-resource-header), and for more of a script or a font.
func (r *record) held() bool {
	return !r.headAt.IsZero() && r.answeredAt.IsZero() && len(r.got) >= len(r.hops)
}

// clogged tells whether a record's request will not get a connection: the browser keeps those of preflights
// that wait for an answer, even when their page has given them up, and the server answers none.
func (t *tab) clogged(r *record) bool {
	return len(r.hops) > 0 && t.chrome.clogged.Load() && t.serverOf(r).Left()
}

// patience is how long a request may be on the wire: all of its time, but for the preflights of a
// server that answers none.
func (t *tab) patience(c *call, r *record) time.Duration {
	if r.preflight {
		if d := t.serverOf(r).Wait(); d > 0 {
			return min(d, c.timeout)
		}
	}
	return c.timeout
}

// heldLess is how long the browser may keep an answer back after it did so with silence.InVain others for all
// of their time.
var heldLess = 2 * time.Second // changed by tests

// heldBack is how long the browser may keep an answer back.
func (t *tab) heldBack(c *call) time.Duration {
	if t.chrome.held.Load() >= silence.InVain {
		return min(heldLess, c.timeout)
	}
	return c.timeout
}

// contentTime is how long content that no script reads may take.
func (t *tab) contentTime(c *call) time.Duration {
	if c.js.Unread && t.chrome.endless.Load() >= silence.InVain {
		return hurry
	}
	return time.Duration(c.js.BodyTimeout) * time.Millisecond
}

// maxConnections is how many connections a browser makes to a host, without HTTP/2.
const maxConnections = 6

// jammed are requests that keep each other from going on: a browser keeps the connection of an answer that
// redirects until the preflight of the next URL is there, which needs another. As many as it makes, at once, wait
// for each other until the page gives up. The lock is held.
func (t *tab) jammed() []*record {
	const after = time.Second
	var list []*record
	for _, r := range t.rec.byID {
		if len(r.hops) > 1 && !r.overdue && !r.terminal() && !r.begun() && time.Since(r.headAt) > after &&
			len(r.preflights) > 0 && !r.preflights[len(r.preflights)-1].begun() {
			list = append(list, r)
		}
	}
	if len(list) < maxConnections {
		return nil
	}
	return list
}

// callOf returns the call of a request and the number of its repetition; nil
// if that has its result.
func (t *tab) callOf(r *record) (*call, int) {
	first := r
	if r.cause != nil {
		first = r.cause
	}
	if len(first.hops) == 0 {
		return nil, 0
	}
	url := first.hops[0].request.URL
	rep := slices.Index(t.rec.byURL[url], first)
	for _, c := range t.calls {
		if c.url == url && rep >= 0 && rep < len(c.results) && c.results[rep] == nil {
			return c, rep
		}
	}
	return nil, 0
}

// giveUp ends a request that is overdue. On a busy machine the browser may
// have had its answer for some time: events that come before the page's next
// reply decide.
func (t *tab) giveUp(c *call, r *record, rep int) {
	t.mu.Lock()
	begun, held := r.begun(), r.held()
	t.mu.Unlock()
	if c.document.eval(t.ctx, "ping") != nil {
		return // the tab is gone
	}
	t.mu.Lock()
	answered := r.begun() != begun || r.held() != held || begun && !held && r.sentAt.IsZero() || r.terminal()
	r.overdue, r.jammed = !answered, r.jammed && !answered
	if !answered {
		if c.late == nil {
			c.late = map[int]error{}
		}
		c.late[rep] = t.why(c, r)
	}
	t.mu.Unlock()
	if !answered {
		_ = c.document.eval(t.ctx, "expire", c.js.ID, rep)
	}
}

// why is the error of a request that is given up.
func (t *tab) why(c *call, r *record) error {
	if r.jammed {
		return &jamError{c.url}
	}
	if !r.begun() {
		return &UnsentError{URL: c.url, Preflights: c.mayPreflight}
	}
	if r.held() {
		e := &HeldError{URL: c.url, After: t.heldBack(c)}
		t.chrome.held.Add(1)
		return e
	}
	e := &TimeoutError{URL: c.url, After: t.patience(c, r)}
	if r.preflight {
		t.chrome.clogged.Store(true)
		e.Preflights = t.serverOf(r).Left()
		t.serverOf(r).Waited()
	}
	return e
}
