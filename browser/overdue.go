package browser

import (
	"slices"
	"time"
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
	time.AfterFunc(max(shortest, 20*time.Millisecond), func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.watching = false
		if t.err != nil {
			return
		}
		for _, r := range t.rec.byID {
			if r.overdue || r.truncated || r.terminal() || r.sentAt.IsZero() && r.answeredAt.IsZero() {
				continue
			}
			c, rep := t.callOf(r)
			switch {
			case c == nil:
			case !r.sentAt.IsZero() && time.Since(r.sentAt) > c.timeout:
				r.overdue = true
				go t.giveUp(c, r, rep)
			case !r.answeredAt.IsZero() && time.Since(r.answeredAt) > c.timeout && !scriptReads(c.js.API):
				r.truncated = true
				go c.document.eval(t.ctx, "expire", c.js.ID, rep, true)
			}
		}
		t.watch()
	})
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
	if c.document.eval(t.ctx, "ping") != nil {
		return // the tab is gone
	}
	t.mu.Lock()
	answered := r.sentAt.IsZero() || r.terminal()
	r.overdue = !answered
	t.mu.Unlock()
	if !answered {
		_ = c.document.eval(t.ctx, "expire", c.js.ID, rep)
	}
}
