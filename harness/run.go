package harness

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/model"
	"github.com/corsproof/corsproof/internal/sharedcache"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// run is a Runner at work.
type run struct {
	target      *Target
	sender      *wire.Sender
	agents      []agent.Agent // the model is the first
	timeout     time.Duration
	concurrency int
	keepAll     bool
	policies    map[string]PolicyState
	tlsTrouble  map[string]string // by protocol of package wire: why checks over TLS cannot run
	methods     cases.Methods     // what an ordinary endpoint serves; nil: nothing is known
	status      int               // what an ordinary endpoint answers to an ordinary request; 0: nothing is known
	cut         string            // why the content of that answer did not come whole
	notGranted  spec.Reason       // why the browser's CORS check of that answer fails; empty if it passes
	unshared    []Unshared        // answers to methods that are not served
	started     time.Time
	prefix      string // of this run's nonces
	shard       Shard
	whole       []cases.Check // the checks of all shards
	indexes     []int         // of the run's own checks among them
	nonces      atomic.Uint64

	cacheOnce sync.Once
	cache     *sharedcache.Cache
	cacheErr  error

	mu          sync.Mutex
	onResult    func(Result)
	results     []Result // of the checks, by their index
	held        []int    // of results that are not handed on yet: what they are depends on others
	doubts      []*attempt
	running     map[*entry]bool
	origins     map[string]*Stopped // of the target; the value is set when it died
	steady      map[string]*steadiness
	died        *Stopped          // the first of origins that did
	agentErrors map[string]string // of agents that broke
	asksToWait  time.Duration     // the longest time that a 429 asked for
	heeded      int               // how many parts of checks met a 429
	unreadable  bool              // a check shows that a page cannot read the 429
	stop        context.CancelCauseFunc
}

// errDied: the whole target is gone.
var errDied = errors.New("the target died")

// Run looks whether the target can be tested, runs the checks and returns
// what came of them. The error is ErrNothing, a *TargetError when no check was
// run because of the target, or the context's when it ended before the first
// check. A run that ends early (cancelled, the target died) is no error:
// Summary.Stopped says so, and what was measured is kept.
func (r *Runner) Run(ctx context.Context) (*Summary, error) {
	if own, _ := r.Shard.takes(r.Checks); len(own) == 0 {
		return nil, ErrNothing
	}
	if r.Target == nil {
		return nil, &TargetError{Kind: BadURL, Err: errors.New("no target was given")}
	}
	w := r.start()
	defer w.close()
	if err := w.sanity(ctx, r.Checks); err != nil { // a shard decides by all of them too what the target has
		return nil, err
	}
	own, indexes := r.Shard.takes(r.Checks)
	w.indexes, w.results = indexes, make([]Result, len(own))
	return w.conclude(ctx, w.inOrder(ctx, own)), nil
}

func (r *Runner) start() *run {
	timeout := r.Timeout
	if timeout <= 0 {
		timeout = 10 * time.Second
	}
	w := &run{
		target: r.Target, sender: wire.NewSender(r.Target.tlsConfig(), r.Target.limits(), timeout), timeout: timeout, concurrency: model.Concurrency(r.Concurrency),
		keepAll: r.KeepAll, onResult: r.OnResult, policies: maps.Clone(r.Target.Policies), tlsTrouble: map[string]string{},
		prefix: strings.ToLower(rand.Text()[:8]), started: time.Now(), whole: r.Checks, shard: r.Shard,
		running: map[*entry]bool{}, origins: map[string]*Stopped{}, steady: map[string]*steadiness{}, agentErrors: map[string]string{},
	}
	if w.policies == nil {
		w.policies = map[string]PolicyState{}
	}
	w.sender.Use(r.Target.Requests)
	w.agents = []agent.Agent{model.New(model.Options{Sender: w.sender, Concurrency: w.concurrency})}
	for _, a := range r.Agents {
		if a.Name() != agent.NameModel {
			w.agents = append(w.agents, a)
		}
	}
	return w
}

func (r *run) close() {
	if r.cache != nil {
		_ = r.cache.Close()
	}
	r.sender.Close()
}

// browsers are the agents that take their jobs in batches: all but the model.
func (r *run) browsers() []agent.Agent { return r.agents[1:] }

// nonce is an identifier that no request has carried before.
func (r *run) nonce() string {
	return r.prefix + strconv.FormatUint(r.nonces.Add(1), 36)
}

// sharedCache is started when the first check asks for it.
func (r *run) sharedCache() (*sharedcache.Cache, error) {
	r.cacheOnce.Do(func() { r.cache, r.cacheErr = sharedcache.Start(r.sender, r.timeout) })
	return r.cache, r.cacheErr
}
