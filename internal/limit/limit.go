// Package limit holds a run to what it may do to servers that are not ours: which hosts
// it may contact, with which methods, and how many requests a second. It goes by the
// host that a request is sent to, whatever was typed: an answer of a server of ours may
// redirect to one in production.
//
// A host is ours when it is this machine. Others are contacted when a person named them,
// and get methods that change nothing, unless they were allowed by name.
package limit

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/internal/origin"
)

// DefaultRate is how many requests a second a server gets that is not ours, where no
// other rate was asked for.
const DefaultRate = 10

// Options say what a run may do. The zero value lets it contact this machine alone, as
// often as it can.
type Options struct {
	// Anywhere takes every host for ours: a person asks for a single request.
	Anywhere bool
	// Ours are URLs of servers that are ours, this machine apart.
	Ours []string
	// Named are URLs of servers that are not ours and may be contacted.
	Named []string
	// Hosts are names of others to which redirects may be followed.
	Hosts []string
	// Methods are those that servers which are not ours get besides OPTIONS. None means
	// GET and HEAD.
	Methods []string
	// Rate is how many requests a second each of them gets, and ours together. 0: no limit
	// for ours, DefaultRate for others.
	Rate float64
	// Here tells whether connections to "host:port" end on this machine, where that does
	// not follow from the host; known is false where it does. Nil: it always does.
	Here func(addr string) (here, known bool)
}

// Limits are the limits of one run. Nil limits nothing. It is safe for concurrent use.
type Limits struct {
	opt   Options
	hosts map[string]bool // by name: true is ours, false is not and may be contacted
	mu    sync.Mutex
	paces map[string]*pace // by name; ours have the empty one
}

// New makes the limits.
func New(opt Options) *Limits {
	if len(opt.Methods) == 0 {
		opt.Methods = []string{http.MethodGet, http.MethodHead}
	}
	l := &Limits{opt: opt, hosts: map[string]bool{}, paces: map[string]*pace{}}
	for _, h := range opt.Hosts {
		l.hosts[name(h)] = false
	}
	for _, u := range opt.Named {
		l.hosts[name(origin.Host(u))] = false
	}
	for _, u := range opt.Ours {
		l.hosts[name(origin.Host(u))] = true
	}
	return l
}

// name is a host as it is compared: in lower case, without brackets and the root's dot.
func name(host string) string {
	return strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
}

// host is that of "host:port".
func host(addr string) string {
	h, _, err := net.SplitHostPort(addr)
	if err != nil {
		h = addr
	}
	return name(h)
}

// Ours tells whether what answers at "host:port" is ours.
func (l *Limits) Ours(addr string) bool {
	if l == nil || l.opt.Anywhere {
		return true
	}
	if l.opt.Here != nil {
		if here, known := l.opt.Here(addr); known {
			return here
		}
	}
	h := host(addr)
	if ours, known := l.hosts[h]; known {
		return ours
	}
	return origin.Loopback(h)
}

// A ForbiddenError says that a request was not sent, since it must not be.
type ForbiddenError struct {
	Host   string
	Method string   // the one that the host must not get; empty: it must not be contacted at all
	Others []string // than OPTIONS that it gets
}

func (e *ForbiddenError) Error() string {
	if e.Method != "" {
		return fmt.Sprintf("%s is not sent to %s, which is not this machine: only OPTIONS, %s are", e.Method, e.Host, strings.Join(e.Others, ", "))
	}
	return fmt.Sprintf("a redirect leads to %s, which is not this machine: it is not followed (--allow-host %s follows it, with GET, HEAD and OPTIONS alone)", e.Host, e.Host)
}

// Unsure is true: nothing was learnt of the target.
func (e *ForbiddenError) Unsure() bool { return true }

// Contact tells whether "host:port" may be contacted at all. The error is a *ForbiddenError.
func (l *Limits) Contact(addr string) error {
	if l == nil || l.Ours(addr) {
		return nil
	}
	if _, named := l.hosts[host(addr)]; !named {
		return &ForbiddenError{Host: host(addr)}
	}
	return nil
}

// Check tells whether a request may be sent to "host:port". The error is a *ForbiddenError.
func (l *Limits) Check(addr, method string) error {
	if l == nil || l.Ours(addr) {
		return nil
	}
	if err := l.Contact(addr); err != nil {
		return err
	}
	if method != http.MethodOptions && !slices.Contains(l.opt.Methods, method) {
		return &ForbiddenError{Host: host(addr), Method: method, Others: l.opt.Methods}
	}
	return nil
}

// Wait waits until so many requests may go to "host:port" at once. The error is the context's.
func (l *Limits) Wait(ctx context.Context, addr string, n int) error {
	if l == nil {
		return ctx.Err()
	}
	return l.pace(addr).wait(ctx, n)
}

// Others tells whether redirects to hosts that are not ours may be followed.
func (l *Limits) Others() bool { return l != nil && len(l.opt.Hosts) > 0 }

// Interval is the time between two requests to "host:port"; 0: there is no limit.
func (l *Limits) Interval(addr string) time.Duration {
	if l == nil {
		return 0
	}
	p := l.pace(addr)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.interval
}

// Slower heeds an answer by which "host:port" says that requests come too often (429): nothing is sent there for so long (0: it does not say), and then,
// with less, at half the rate. What was sent after since is what was too much: an
// answer from before it was last heeded is no new one.
func (l *Limits) Slower(addr string, wait time.Duration, since time.Time, less bool) {
	if l == nil {
		return
	}
	l.pace(addr).slower(wait, since, less)
}

func (l *Limits) pace(addr string) *pace {
	key, rate := "", l.opt.Rate
	if !l.Ours(addr) {
		key = host(addr)
		if rate <= 0 {
			rate = DefaultRate
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.paces[key]
	if p == nil {
		p = newPace(rate)
		l.paces[key] = p
	}
	return p
}
