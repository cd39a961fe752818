package adapter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
)

// Options of Start.
type Options struct {
	// Policies are the policies to serve. Those that the manifest calls not expressible
	// are left out, and those with an OptIn that it does not call expressible.
	Policies []cases.Policy
	// Cache is the directory that Install was given.
	Cache string
	// Ready is how long the server may take until it answers; 0 means a minute.
	Ready time.Duration
	// Patience is how long an answer of a check may take; 0 means 10 s.
	Patience time.Duration

	// verbatim gives the server all policies as they stand: whoever asks for it has chosen
	// them, and wants to see what the framework makes of them.
	verbatim bool
}

// StartError says why a server is not there.
type StartError struct {
	Adapter string
	Why     string
	Log     string // the file with all that the server printed
	Tail    string // its end
}

func (e *StartError) Error() string {
	return fmt.Sprintf("starting %s: %s (log: %s)%s", e.Adapter, e.Why, e.Log, indented(e.Tail))
}

// Instance is a running adapter. Stop must be called.
type Instance struct {
	manifest *Manifest
	mu       sync.Mutex
	target   *harness.Target
	running  []*process
	stop     context.CancelFunc
	dir      string // of the policies' files
	patience time.Duration
}

// Start starts the server and returns when it answers; the error is a
// *StartError when it does not. Its processes live until Stop is called, ctx
// ends, or this program does, in whatever way.
func (m *Manifest) Start(ctx context.Context, o Options) (*Instance, error) {
	if o.Ready == 0 {
		o.Ready = time.Minute
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	if err := os.MkdirAll(o.Cache, 0o755); err != nil {
		return nil, fmt.Errorf("starting %s: %w", m.Name, err)
	}
	dir, err := os.MkdirTemp("", "corsproof-adapter-")
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", m.Name, err)
	}
	ctx, stop := context.WithCancel(ctx)
	i := &Instance{manifest: m, dir: dir, stop: stop, patience: o.Patience, target: &harness.Target{
		Name:      m.Name,
		Policies:  map[string]harness.PolicyState{},
		Said:      map[string]cases.Policy{},
		Always:    m.Always.texts(),
		Forbids:   maps.Clone(m.Forbids),
		Missing:   maps.Clone(m.Missing),
		HeadBytes: m.Limits.HeadBytes,
		WebSocket: m.WebSocket,
	}}
	i.target.Log = i.lastLines
	if err := i.start(ctx, o); err != nil {
		if stop := i.Stop(); stop != nil {
			err = errors.Join(err, stop)
		}
		return nil, err
	}
	return i, nil
}

// Target is the server for the runner.
func (i *Instance) Target() *harness.Target { return i.target }

// Log is the file with what the server prints.
func (i *Instance) Log() string { return i.running[0].log }

// lastLines are the end of the log of the process that serves a policy.
func (i *Instance) lastLines(policy string) string {
	if p := i.processOf(policy); p != nil {
		return tail(p.log)
	}
	return ""
}

// processOf is the process that serves a policy, nil if there is none.
func (i *Instance) processOf(policy string) *process {
	i.mu.Lock()
	defer i.mu.Unlock()
	base, own := i.target.PolicyBase[policy]
	for _, p := range slices.Backward(i.running) { // the last one: others may have lost their port
		if !own || p.base == base {
			return p
		}
	}
	return nil
}

// Stop ends all processes of the server: asked first, killed after two
// seconds. It may be called more than once.
func (i *Instance) Stop() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stop()
	for _, p := range i.running {
		<-p.done
	}
	return os.RemoveAll(i.dir)
}

func (i *Instance) start(ctx context.Context, o Options) error {
	var served []cases.Policy
	for _, policy := range o.Policies {
		if o.verbatim {
			served = append(served, policy)
			continue
		}
		said, reason := i.manifest.say(policy, o.Policies)
		if reason != "" {
			i.target.Policies[policy.Name] = harness.PolicyState{Kind: harness.NotExpressible, Message: reason}
			continue
		}
		if len(policy.Replaced(&said)) > 0 {
			i.target.Said[policy.Name] = said
		}
		served = append(served, said)
	}
	if len(served) == 0 {
		return fmt.Errorf("starting %s: it can express none of the policies asked for", i.manifest.Name)
	}
	if i.manifest.PerPolicy {
		return i.startEach(ctx, o, served)
	}
	p, err := i.launch(ctx, o, "server", served)
	if err != nil {
		return err
	}
	i.target.Base = p.base
	for _, policy := range served {
		if state := p.state(ctx, policy); state.Kind != harness.Served {
			i.target.Policies[policy.Name] = state
		}
	}
	return nil
}

// startEach starts a process for each policy.
func (i *Instance) startEach(ctx context.Context, o Options, served []cases.Policy) error {
	i.target.PolicyBase = map[string]string{}
	group, ctx2 := errgroup.WithContext(ctx)
	group.SetLimit(2 * runtime.NumCPU())
	for _, policy := range served {
		group.Go(func() error {
			if ctx2.Err() != nil {
				return nil // another one failed and is reported
			}
			// The processes outlive the group, so they get the outer context.
			p, err := i.launch(ctx, o, "server-"+policy.Name, []cases.Policy{policy})
			var state harness.PolicyState
			if failed, ok := errors.AsType[*StartError](err); ok {
				message, refused := refusal(failed.Tail)
				if !refused {
					return err
				}
				state = harness.PolicyState{Kind: harness.Refused, Message: message}
			} else if err != nil {
				return err
			} else {
				state = p.state(ctx, policy)
			}
			i.mu.Lock()
			defer i.mu.Unlock()
			if state.Kind != harness.Served {
				i.target.Policies[policy.Name] = state
				return nil
			}
			i.target.PolicyBase[policy.Name] = p.base
			if i.target.Base == "" {
				i.target.Base = p.base
			}
			return nil
		})
	}
	return group.Wait()
}

// launch starts one process and waits until it answers. A port that somebody
// else took in the meantime is tried again.
func (i *Instance) launch(ctx context.Context, o Options, name string, served []cases.Policy) (*process, error) {
	file := filepath.Join(i.dir, name+".json")
	data, err := json.Marshal(served)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", i.manifest.Name, err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return nil, fmt.Errorf("starting %s: %w", i.manifest.Name, err)
	}
	for attempt := 0; ; attempt++ {
		p, err := i.run(ctx, o.Cache, name, i.manifest.StartCommand, "CORSPROOF_POLICIES="+file)
		if err != nil {
			return nil, fmt.Errorf("starting %s: %w", i.manifest.Name, err)
		}
		why := p.await(ctx, anAnswered(served), o.Ready)
		if why == "" {
			return p, nil
		}
		p.cancel()
		<-p.done
		end := tail(p.log)
		if attempt < 3 && ctx.Err() == nil && portTaken(end) {
			continue
		}
		return nil, &StartError{i.manifest.Name, why, p.log, end}
	}
}

// refusal finds the message of a process that ended because the framework
// refused its policy.
func refusal(end string) (message string, ok bool) {
	return strings.CutPrefix(end[strings.LastIndexByte(end, '\n')+1:], "refused: ")
}

// portTaken recognises the error that runtimes print for EADDRINUSE.
func portTaken(end string) bool {
	end = strings.ToLower(end)
	return strings.Contains(end, "address already in use") || strings.Contains(end, "eaddrinuse") || strings.Contains(end, "address in use")
}
