package wire

import (
	"context"
	"crypto/tls"
	"sync"
	"time"

	"github.com/corsproof/corsproof/internal/ask"
)

// Sender sends every request of a run: the raw ones, the model agent's, the
// shared cache's. It keeps to the target's rate limit.
type Sender struct {
	Client *Client
	Limit  *limiter
	given  *ask.Options
}

// NewSender sends at most perSecond requests a second (0: no limit) and bounds
// the making of a connection by timeout (0: the client's default).
func NewSender(config *tls.Config, perSecond float64, timeout time.Duration) *Sender {
	return &Sender{
		Client: NewClient(Options{TLS: config, DialTimeout: timeout}),
		Limit:  NewLimiter(perSecond),
	}
}

// Do sends one request over a connection of the pool.
func (s *Sender) Do(ctx context.Context, ep Endpoint, req *Request) (*Response, error) {
	if err := s.Limit.Wait(ctx, 1); err != nil {
		return nil, err
	}
	return s.Client.Do(ctx, ep, req)
}

func (s *Sender) Close() { s.Client.Close() }

// limiter spaces requests out evenly: at most so many a second, none saved up.
// The nil limiter lets everything pass.
type limiter struct {
	interval time.Duration
	mu       sync.Mutex
	next     time.Time // when the next request may go out
}

func NewLimiter(perSecond float64) *limiter {
	if perSecond <= 0 {
		return nil
	}
	return &limiter{interval: time.Duration(float64(time.Second) / perSecond)}
}

// Wait waits until n further requests may go out.
func (l *limiter) Wait(ctx context.Context, n int) error {
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
	return Pause(ctx, at.Sub(now))
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

// Unusable are the failures after which nothing can be said about the target's
// CORS: it is not there, or the caller has given up.
func Unusable(kind ErrorKind) bool {
	return kind == Unreachable || kind == Canceled || kind == NoTLS
}
