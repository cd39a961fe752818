// Package browsers keeps browsers open from one run to the next. Starting one takes longer
// than most of what it is asked.
package browsers

import (
	"context"
	"fmt"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/wire"
)

// Pool has the browsers that are open, each for requests that are made in one way. The zero
// value has none and opens none. It is for one goroutine.
type Pool struct {
	// Open starts the browsers for requests that are made so; nil: the model alone. The note
	// says what is left out where there is none; stop ends what was started.
	Open func(ctx context.Context, o *ask.Options) (agents []agent.Agent, note string, stop func(), err error)

	open map[string]*browsers
}

// browsers are those for requests that are made in one way.
type browsers struct {
	started chan struct{} // closed when the others are set
	agents  []agent.Agent
	note    string
	stop    func()
	err     error
	cancel  context.CancelFunc // of the start
}

// Soon begins to start the browsers that For is going to be asked for, and does not wait.
func (p *Pool) Soon(ctx context.Context, o *ask.Options) {
	if p.Open == nil || p.open[way(o)] != nil {
		return
	}
	if p.open == nil {
		p.open = map[string]*browsers{}
	}
	b := &browsers{started: make(chan struct{})}
	ctx, b.cancel = context.WithCancel(ctx)
	p.open[way(o)] = b
	go func() {
		defer close(b.started)
		b.agents, b.note, b.stop, b.err = p.Open(ctx, o)
	}()
}

// For gives the browsers for requests that are made so, and starts them if they are not open. The
// note and the error are those of Open.
func (p *Pool) For(ctx context.Context, o *ask.Options) (agents []agent.Agent, note string, err error) {
	if p.Open == nil {
		return nil, "", nil
	}
	p.Soon(ctx, o)
	b := p.open[way(o)]
	<-b.started
	if b.err != nil {
		b.cancel()
		delete(p.open, way(o))
		return nil, "", b.err
	}
	return b.agents, b.note, nil
}

// Keep ends the browsers that none of these requests needs.
func (p *Pool) Keep(list ...*ask.Options) {
	needed := map[string]bool{}
	for _, o := range list {
		needed[way(o)] = true
	}
	for key, b := range p.open {
		if !needed[key] {
			b.cancel()
			<-b.started
			if b.err == nil {
				b.stop()
			}
			delete(p.open, key)
		}
	}
}

// Close ends all of them. The pool can be used again.
func (p *Pool) Close() { p.Keep() }

// way tells requests apart that one browser cannot make: by what goes beside each of them, and
// by what it may contact.
func way(o *ask.Options) string {
	if o == nil {
		return ""
	}
	scope := origin.Of(o.Scope)
	limited := Limited(o)
	if !o.Adds() && !o.Detours() && len(o.Cookies) == 0 && !limited && origin.Loopback(origin.Host(o.Scope)) {
		return fmt.Sprint(o.Insecure)
	}
	if len(o.Cookies) > 0 {
		scope = o.Scope // cookies have paths
	}
	may := ""
	if limited { // the limits of the first are those of the relay, and let the method through that it was named with
		may = o.QuestionMethod()
	}
	return fmt.Sprintf("%q %v %q %q %q %p %p %v %v %q %q %v %s", scope, o.Insecure, o.Page, o.Gate, o.Cookies, o.Roots, o.Certificate, o.Proxy, o.Resolve, o.UnixSocket, o.Protocol, limited, may)
}

// Limited tells whether a browser's requests are to be held back one by one.
func Limited(o *ask.Options) bool {
	ep, _, _, err := wire.EndpointOf(o.Scope, wire.Any)
	return err == nil && (!o.Limits.Ours(ep.Addr) || o.Limits.Others() || o.Limits.Interval(ep.Addr) > 0)
}
