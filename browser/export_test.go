package browser

import (
	"context"
	"os"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Kill kills the browser's process.
func (c *Chrome) Kill() { chromedp.FromContext(c.ctx).Browser.Process().Kill() }

// Signal sends the browser's process a signal.
func (c *Chrome) Signal(s os.Signal) error {
	return chromedp.FromContext(c.ctx).Browser.Process().Signal(s)
}

// FrozenAfter sets after which time without a response a browser, or a page of it, counts as frozen.
func FrozenAfter(d time.Duration) (restore func()) {
	browsers, pages := browserFrozenAfter, frozenAfter
	browserFrozenAfter, frozenAfter = d, d
	return func() { browserFrozenAfter, frozenAfter = browsers, pages }
}

// LosePages loses what pages reply from now on, as if their processes were killed, or no longer does.
func (c *Chrome) LosePages(on bool) { c.filter.lossy.Store(on) }

// Profile is its profile directory.
func (c *Chrome) Profile() string { return c.profile }

// DropPages removes the documents that are kept for the next jobs.
func (c *Chrome) DropPages(ctx context.Context) error {
	for _, t := range c.pool.shared.tabs {
		_, err := cdp.Call(ctx, t.target, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.querySelectorAll('iframe').forEach((f) => f.remove())"})
		if err != nil {
			return err
		}
	}
	return nil
}

// HoldNoLongerThan changes heldLess, until the function that it gives is called.
func HoldNoLongerThan(d time.Duration) (restore func()) {
	before := heldLess
	heldLess = d
	return func() { heldLess = before }
}
