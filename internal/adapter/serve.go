package adapter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
)

// process is one process of a server, with its group.
type process struct {
	base   string // "http://127.0.0.1:PORT"
	log    string
	cancel context.CancelFunc
	done   chan struct{} // closed when the whole group is gone
	ended  string        // after done: how the process ended
}

// run starts a command on a free port, with more in its environment besides PORT. The
// process group ends with ctx.
func (i *Instance) run(ctx context.Context, cache, name, command string, more ...string) (*process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	p := &process{
		base: "http://" + net.JoinHostPort("127.0.0.1", port),
		log:  filepath.Join(cache, name+".log"),
		done: make(chan struct{}),
	}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	ctx, p.cancel = context.WithCancel(ctx)
	cmd := i.manifest.command(context.WithoutCancel(ctx), cache, command, append(more, "PORT="+port)...)
	// A file, not a pipe: nobody who inherits it can keep us waiting.
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		p.cancel()
		return nil, err
	}
	dismiss, err := guard(cmd.Process)
	if err != nil {
		_ = killGroup(cmd.Process)
		_ = cmd.Wait()
		p.cancel()
		return nil, err
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	go func() {
		defer close(p.done)
		defer dismiss()
		select {
		case <-exited:
		case <-ctx.Done():
			_ = endGroup(cmd.Process)
			select {
			case <-exited:
			case <-time.After(grace):
			}
		}
		_ = killGroup(cmd.Process) // whoever is left of the group
		<-exited
		p.ended = cmd.ProcessState.String()
	}()
	i.mu.Lock()
	i.running = append(i.running, p)
	i.mu.Unlock()
	return p, nil
}

// await polls the server until it answers for the policy as the contract says,
// and returns why it did not, or "".
func (p *process) await(ctx context.Context, policy cases.Policy, patience time.Duration) string {
	deadline, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pause := 10 * time.Millisecond
	last := "it did not answer"
	for {
		answer, err := p.probe(deadline, policy)
		switch {
		case unreadable(err):
			last = fmt.Sprintf("it gave no answer that can be read (%v)", err)
		case err != nil:
		case (anOrigin(policy) == "" || policy.ZeroConfig) && answer.StatusCode == http.StatusForbidden:
			return "" // a framework that turns away whom the policy, or its default, does not name
		case answer.Header.Get("X-Refused") != "", answer.StatusCode == http.StatusOK && answer.Header.Get("X-App") != "":
			return ""
		default:
			last = fmt.Sprintf("it answers %s for GET /%s/ok with the allowed origin %s, X-App %q; the contract wants 200 and X-App: ok",
				answer.Status, policy.Mount(), anOrigin(policy), answer.Header.Get("X-App"))
		}
		select {
		case <-p.done:
			return "the process ended before it answered: " + p.ended
		case <-deadline.Done():
			if ctx.Err() != nil {
				return "stopped: " + context.Cause(ctx).Error()
			}
			return fmt.Sprintf("%s within %v", last, patience)
		case <-time.After(pause):
			pause = min(2*pause, 250*time.Millisecond)
		}
	}
}

// unreadable tells an answer that is not HTTP, or breaks its rules, from none: a server that is
// still starting refuses connections, or ends them.
func unreadable(err error) bool {
	var ne net.Error
	return err != nil && !errors.As(err, &ne) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, context.Canceled)
}

// state asks the running server whether the framework refused a policy.
func (p *process) state(ctx context.Context, policy cases.Policy) harness.PolicyState {
	answer, err := p.probe(ctx, policy)
	if err != nil || answer.StatusCode != http.StatusNotImplemented || answer.Header.Get("X-Refused") == "" {
		return harness.PolicyState{} // served; if not, the checks say so
	}
	return harness.PolicyState{Kind: harness.Refused, Message: answer.Header.Get("X-Refused")}
}

func (p *process) probe(ctx context.Context, policy cases.Policy) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+"/"+policy.Mount()+"/ok", nil)
	if err != nil {
		return nil, err
	}
	// Some frameworks refuse what has no origin.
	if origin := anOrigin(policy); origin != "" {
		request.Header.Set("Origin", origin)
	}
	answer, err := plain.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	_ = answer.Body.Close()
	return answer, nil
}

// anAnswered is a policy whose answer shows that the server is there: one that allows somebody,
// if there is any.
func anAnswered(served []cases.Policy) cases.Policy {
	for _, policy := range served {
		if anOrigin(policy) != "" {
			return policy
		}
	}
	return served[0]
}

// anOrigin is an origin that the policy allows, or "" when it allows none.
func anOrigin(policy cases.Policy) string {
	if policy.ZeroConfig || policy.AnyOrigin() {
		return "https://app.example"
	}
	if list := policy.AllowedOrigins(); len(list) > 0 {
		return list[0]
	}
	return ""
}

// freePort finds a port that nobody listens on.
func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("looking for a free port: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return "", fmt.Errorf("looking for a free port: %w", err)
	}
	return port, listener.Close()
}
