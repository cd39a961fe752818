package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"time"

	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/limit"
)

// Sender sends every request of a run: the raw ones, the model agent's, the
// shared cache's. It keeps to the limits of the run.
type Sender struct {
	Client *Client
	Limits *limit.Limits // nil: none
	given  *ask.Options
}

// NewSender keeps to the limits (nil: none) and bounds the making of a connection by
// timeout (0: the client's default).
func NewSender(config *tls.Config, limits *limit.Limits, timeout time.Duration) *Sender {
	return &Sender{
		Client: NewClient(Options{TLS: config, DialTimeout: timeout}),
		Limits: limits,
	}
}

// Do sends one request over a connection of the pool, when the limits let it, and gives
// it so much time from then on (0: what ctx has).
func (s *Sender) Do(ctx context.Context, ep Endpoint, req *Request, timeout time.Duration) (*Response, error) {
	if err := s.Admit(ctx, ep, req); err != nil {
		return nil, err
	}
	ctx, cancel := Within(ctx, timeout)
	defer cancel()
	return s.Client.Do(ctx, ep, req)
}

// Admit waits until the limits let the requests go out, all at once. The error is an
// *Error, Canceled or Forbidden.
func (s *Sender) Admit(ctx context.Context, ep Endpoint, reqs ...*Request) error {
	var err error
	for _, req := range reqs {
		err = errors.Join(err, s.Limits.Check(ep.Addr, req.method()))
	}
	if err == nil {
		err = s.Limits.Wait(ctx, ep.Addr, len(reqs))
	}
	if err == nil {
		return nil
	}
	kind := Canceled
	if _, ok := errors.AsType[*limit.ForbiddenError](err); ok {
		kind = Forbidden
	}
	return &Error{Kind: kind, Addr: ep.Addr, Doing: "sending nothing to", Err: err}
}

// Within is ctx with a time limit, if there is one.
func Within(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, timeout)
}

func (s *Sender) Close() { s.Client.Close() }

// Unusable are the failures after which nothing can be said about the target's
// CORS: it is not there, must not be asked, or the caller has given up.
func Unusable(kind ErrorKind) bool {
	return kind == Unreachable || kind == Exhausted || kind == Canceled || kind == NoTLS || kind == Forbidden
}
