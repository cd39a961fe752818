package browser

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/harness/agent"
)

// A browser can stop responding without ending: it was stopped by a signal, or the machine
// does not let it run. Commands to it then wait without end. So it is asked now and then
// whether it is there, and ended if it does not say so; and the end of a run waits for
// it no longer than it takes a browser that responds.

// browserFrozenAfter is how long it may take to answer: long, for machines that are busy.
var browserFrozenAfter = 30 * time.Second // changed by tests

const (
	// browserAskedEvery is how long after an answer it is asked again.
	browserAskedEvery = 5 * time.Second
	// goodbye is how long a browser has to come to an end when the run does.
	goodbye = time.Second
)

// bounded performs do, which is given a function for its results, and ends the browser if it
// freezes meanwhile, or does not let go when ctx ends. After it returns there are no more results.
func (c *Chrome) bounded(ctx context.Context, done func(agent.JobResult), do func(func(agent.JobResult)) error) error {
	var mu sync.Mutex
	over := false
	result := make(chan error, 1)
	go func() {
		result <- do(func(r agent.JobResult) {
			mu.Lock()
			defer mu.Unlock()
			if !over {
				done(r)
			}
		})
	}()
	defer func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
	}()
	watch, stop := context.WithCancel(c.ctx)
	defer stop()
	go c.watch(watch)
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
	}
	for _, last := range []func(){func() { c.kill(errNoEnd) }, func() {}} {
		select {
		case err := <-result:
			return err
		case <-time.After(goodbye):
			last()
		}
	}
	return ctx.Err()
}

var errNoEnd = errors.New("it did not respond at the end of the run")

// watch ends the browser when it does not respond.
func (c *Chrome) watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(browserAskedEvery):
		}
		answer := make(chan struct{})
		go func() {
			_, _ = chromedp.CallBrowser(ctx, browser.GetVersion, cdp.Empty{})
			close(answer)
		}()
		select {
		case <-ctx.Done():
			return
		case <-answer:
		case <-time.After(browserFrozenAfter):
			c.kill(fmt.Errorf("it did not respond for %v: was it stopped, or is the machine too busy?", browserFrozenAfter))
			return
		}
	}
}

// kill ends the browser without asking it. Whoever waits for it learns that it died.
func (c *Chrome) kill(why error) {
	c.frozen.CompareAndSwap(nil, &why)
	for _, stop := range c.stop {
		go stop()
	}
}

// died makes the error for a browser that is gone.
func (c *Chrome) died() error {
	if why := c.frozen.Load(); why != nil {
		return &DiedError{What: "the browser", Err: *why}
	}
	_, err := chromedp.CallBrowser(c.ctx, browser.GetVersion, cdp.Empty{})
	return &DiedError{What: "the browser", Err: err}
}
