package harness

import (
	"context"
	"crypto/tls"
	"sync"
	"time"

	"github.com/corsproof/corsproof/harness/wire"
)

// sender sends every request of a run: the raw ones, the model agent's, the
// shared cache's. It keeps to the target's rate limit.
type sender struct {
	client *wire.Client
	limit  *limiter
}

// newSender sends at most perSecond requests a second (0: no limit) and bounds
// the making of a connection by timeout (0: the client's default).
func newSender(config *tls.Config, perSecond float64, timeout time.Duration) *sender {
	return &sender{
		client: wire.NewClient(wire.Options{TLS: config, DialTimeout: timeout}),
		limit:  newLimiter(perSecond),
	}
}

// do sends one request over a connection of the pool.
func (s *sender) do(ctx context.Context, ep wire.Endpoint, req *wire.Request) (*wire.Response, error) {
	if err := s.limit.wait(ctx, 1); err != nil {
		return nil, err
	}
	return s.client.Do(ctx, ep, req)
}

func (s *sender) close() { s.client.Close() }

// limiter spaces requests out evenly: at most so many a second, none saved up.
// The nil limiter lets everything pass.
type limiter struct {
	interval time.Duration
	mu       sync.Mutex
	next     time.Time // when the next request may go out
}

func newLimiter(perSecond float64) *limiter {
	if perSecond <= 0 {
		return nil
	}
	return &limiter{interval: time.Duration(float64(time.Second) / perSecond)}
}

// wait waits until n further requests may go out.
func (l *limiter) wait(ctx context.Context, n int) error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	now := time.Now()
	at := l.next
	if at.Before(now) {
		at = now
	}
	l.next = at.Add(time.Duration(n) * l.interval)
	l.mu.Unlock()
	timer := time.NewTimer(at.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pause lets real time pass.
func pause(ctx context.Context, d time.Duration) error {
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

// unusable are the failures after which nothing can be said about the target's
// CORS: it is not there, or the caller has given up.
func unusable(kind wire.ErrorKind) bool {
	return kind == wire.Unreachable || kind == wire.Canceled || kind == wire.NoTLS
}
