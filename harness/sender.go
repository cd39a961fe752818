package harness

import (
	"context"
	"io"
	"log"
	"sync"
	"time"

	"github.com/corsproof/corsproof/harness/wire"
)

// discardLog swallows what net/http servers of ours have to say about
// connections that tests break on purpose.
var discardLog = log.New(io.Discard, "", 0)

// sender sends every request of a run: the raw ones, the model agent's, the
// shared cache's. It keeps to the target's rate limit.
type sender struct {
	client *wire.Client
	limit  *limiter
}

// newSender bounds the making of a connection by timeout; 0 for the client's default.
func newSender(t *Target, timeout time.Duration) *sender {
	return &sender{
		client: wire.NewClient(wire.Options{TLS: t.tlsConfig(), DialTimeout: timeout}),
		limit:  newLimiter(t.RateLimit),
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
