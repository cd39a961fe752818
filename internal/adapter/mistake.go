package adapter

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/corsproof/corsproof/harness"
)

// MistakesDir is where an adapter keeps mistakes of configuration, each with its fix.
const MistakesDir = "mistakes"

// Mistakes are the commands that serve a file below MistakesDir.
type Mistakes struct {
	// Build makes servable, in CORSPROOF_CACHE, what must be compiled. It has to be quick when
	// nothing has changed. May be empty.
	Build []string `yaml:"build"`
	// Start serves one small application with the configuration of the file that
	// CORSPROOF_MISTAKE names, on 127.0.0.1:$PORT, until it gets SIGTERM.
	Start string `yaml:"start"`
}

func (m *Manifest) validateMistakes() (all []error) {
	_, err := os.Stat(filepath.Join(m.Dir, MistakesDir))
	if has := err == nil; has && m.Mistakes.Start == "" {
		all = append(all, m.wrong("mistakes", "mistakes: there is a directory %s, and start, the command that serves its files, is missing", MistakesDir))
	}
	return all
}

// BuildMistakes runs the commands that compile them. Call it after Install. The error is an
// *InstallError when a command failed.
func (m *Manifest) BuildMistakes(ctx context.Context, cache string) error {
	return m.runAll(ctx, cache, "mistakes.log", m.Mistakes.Build)
}

// StartMistake serves one file below MistakesDir as an ordinary endpoint, and returns when it
// answers; the error is a *StartError when it does not. Of the options Cache and Ready
// count. Stop must be called.
func (m *Manifest) StartMistake(ctx context.Context, file string, o Options) (*Instance, error) {
	if o.Ready == 0 {
		o.Ready = time.Minute
	}
	ctx, stop := context.WithCancel(ctx)
	i := &Instance{manifest: m, stop: stop, target: &harness.Target{Name: m.Name}}
	i.target.Log = i.lastLines
	if err := i.startMistake(ctx, file, o); err != nil {
		_ = i.Stop()
		return nil, err
	}
	return i, nil
}

func (i *Instance) startMistake(ctx context.Context, file string, o Options) error {
	abs, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("starting %s: %w", i.manifest.Name, err)
	}
	for attempt := 0; ; attempt++ {
		p, err := i.run(ctx, o.Cache, "mistake", i.manifest.Mistakes.Start, "CORSPROOF_MISTAKE="+abs)
		if err != nil {
			return fmt.Errorf("starting %s: %w", i.manifest.Name, err)
		}
		why := p.awaitAny(ctx, o.Ready)
		if why == "" {
			i.target.Endpoint = p.base + "/"
			return nil
		}
		p.cancel()
		<-p.done
		if end := tail(p.log); attempt == 3 || ctx.Err() != nil || !portTaken(end) {
			return &StartError{i.manifest.Name, why, p.log, end}
		}
	}
}

// noAnswers are what a proxy says that listens, and has not read its routes or has no application yet.
var noAnswers = []int{http.StatusNotFound, http.StatusBadGateway, http.StatusServiceUnavailable}

// awaitAny polls the server until the application, or what stands before it, answers, and returns
// why it did not, or "".
func (p *process) awaitAny(ctx context.Context, patience time.Duration) string {
	deadline, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	last := "it did not answer"
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		request, err := http.NewRequestWithContext(deadline, http.MethodGet, p.base+"/", nil)
		if err != nil {
			return err.Error()
		}
		if answer, err := plain.RoundTrip(request); err == nil {
			_ = answer.Body.Close()
			if !slices.Contains(noAnswers, answer.StatusCode) {
				return ""
			}
			last = "GET / was answered " + answer.Status + ", and not by an application,"
		} else if unreadable(err) {
			last = fmt.Sprintf("it gave no answer that can be read (%v)", err)
		}
		select {
		case <-p.done:
			return "the process ended before it answered: " + p.ended
		case <-deadline.Done():
			return fmt.Sprintf("%s within %v", last, patience)
		case <-time.After(pause):
		}
	}
}
