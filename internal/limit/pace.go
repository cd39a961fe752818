package limit

import (
	"context"
	"sync"
	"time"
)

// pace spaces requests out evenly: at most so many a second, none saved up.
type pace struct {
	mu       sync.Mutex
	interval time.Duration // 0: no limit
	next     time.Time     // when the next request may go out
	slowed   time.Time     // when it last became slower
}

// What is left of the rate of a server that answers 429: where there was none, firstRate
// requests a second, then half as many each time, down to lastRate.
const (
	firstRate = 20
	lastRate  = 2
)

func newPace(perSecond float64) *pace {
	p := &pace{}
	if perSecond > 0 {
		p.interval = time.Duration(float64(time.Second) / perSecond)
	}
	return p
}

// wait waits until n further requests may go out at once. They have the turns of so many
// before them and behind them, so that in no second there are more than the rate.
func (p *pace) wait(ctx context.Context, n int) error {
	p.mu.Lock()
	now := time.Now()
	at := p.next
	if at.Before(now) {
		at = now
	}
	last := at.Add(time.Duration(max(n-1, 0)) * p.interval)
	p.next = last.Add(time.Duration(n) * p.interval)
	p.mu.Unlock()
	return Pause(ctx, last.Sub(now))
}

// slower lets nothing go out for so long, and, with less, fewer from then on. What was sent before it
// last became slower tells nothing new.
func (p *pace) slower(wait time.Duration, since time.Time, less bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if since.Before(p.slowed) {
		return
	}
	p.slowed = time.Now().Add(max(wait, time.Second))
	if p.slowed.After(p.next) {
		p.next = p.slowed
	}
	switch {
	case !less:
		return
	case p.interval == 0:
		p.interval = time.Second / firstRate
		return
	}
	p.interval = max(p.interval, min(2*p.interval, time.Second/lastRate))
}

// Pause lets real time pass.
func Pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
