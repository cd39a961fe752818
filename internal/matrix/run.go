package matrix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/adapter"
	"github.com/corsproof/corsproof/internal/report"
)

// Options configure a Run.
type Options struct {
	Manifests []*adapter.Manifest
	Policies  []cases.Policy
	// Cache is the directory for installs; empty: in each adapter's own.
	Cache string
	// Measure runs the table against one server.
	Measure func(ctx context.Context, target *harness.Target) (*report.Report, error)
	// Starts and Installs are how many are started and installed at once; 0 means 3 and 2.
	Starts, Installs int
	// Key tells one table and one set of agents from another, for Resume.
	Key string
	// Resume is an earlier, perhaps unfinished comparison: what it has measured
	// with the same Key and the same adapter is taken over.
	Resume *Matrix
	// Done is told of each framework as it is finished; calls do not overlap.
	Done func(Framework)
	// Log says what is being done; may be nil. Calls do not overlap.
	Log func(name, text string)
}

// Run installs and starts the adapters, measures each and adds it to the
// matrix. What fails for one is kept as its state; the rest goes on. The error
// is that of ctx, with what was measured until then in the matrix.
func (m *Matrix) Run(ctx context.Context, opt Options) error {
	started := time.Now()
	c := &comparison{Options: opt, matrix: m, measuring: semaphore.NewWeighted(2)}
	var installs, starts errgroup.Group
	installs.SetLimit(cmp.Or(opt.Installs, 2))
	starts.SetLimit(cmp.Or(opt.Starts, 3))
	for _, manifest := range opt.Manifests {
		installs.Go(func() error {
			c.bring(ctx, manifest, &starts)
			return nil
		})
	}
	_ = installs.Wait()
	_ = starts.Wait()
	m.Sort()
	m.Elapsed += time.Since(started)
	return ctx.Err()
}

type comparison struct {
	Options
	matrix    *Matrix
	measuring *semaphore.Weighted // two at a time: while one has the browser, the other is asked on the wire
	mu        sync.Mutex
}

// bring installs a framework and hands it over to those that are started, waiting
// while enough are.
func (c *comparison) bring(ctx context.Context, m *adapter.Manifest, starts *errgroup.Group) {
	if f, ok := c.earlier(m); ok {
		c.log(m.Name, "taken over from the earlier run")
		c.done(f)
		return
	}
	if ctx.Err() != nil {
		return
	}
	f, ok := c.install(ctx, m)
	if !ok {
		c.finished(ctx, f)
		return
	}
	starts.Go(func() error {
		if ctx.Err() == nil {
			c.run(ctx, m, &f)
		}
		c.finished(ctx, f)
		return nil
	})
}

// finished is done unless ctx has cut f short.
func (c *comparison) finished(ctx context.Context, f Framework) {
	if ctx.Err() == nil {
		c.done(f)
	}
}

func (c *comparison) log(name, format string, args ...any) {
	if c.Log != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.Log(name, fmt.Sprintf(format, args...))
	}
}

func (c *comparison) done(f Framework) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.matrix.Frameworks = append(c.matrix.Frameworks, f)
	if c.Done != nil {
		c.Done(f)
	}
}

// earlier is what the comparison to resume has of an adapter.
func (c *comparison) earlier(m *adapter.Manifest) (Framework, bool) {
	if c.Resume == nil {
		return Framework{}, false
	}
	key, err := c.key(m)
	if err != nil {
		return Framework{}, false
	}
	for _, f := range c.Resume.Frameworks {
		if f.Name == m.Name && f.Key == key && f.State == Measured {
			return f, true
		}
	}
	return Framework{}, false
}

// key names what a framework's results depend on.
func (c *comparison) key(m *adapter.Manifest) (string, error) {
	hash, err := m.Hash()
	return c.Key + " " + hash, err
}

// install brings the framework's packages and asks for its version.
func (c *comparison) install(ctx context.Context, m *adapter.Manifest) (Framework, bool) {
	f := Framework{Name: m.Name, Display: m.Display, Language: m.Language, Package: m.Package, Kind: m.Kind, Forbids: m.Forbids}
	f.Explained = explained(m.Dir)
	f.Missing = make(map[string]string, len(m.Missing))
	for part, why := range m.Missing {
		f.Missing[string(part)] = why
	}
	key, err := c.key(m)
	if err != nil {
		f.State, f.Message = NotInstalled, err.Error()
		return f, false
	}
	f.Key = key
	cache := m.Cache(c.Cache)
	c.log(m.Name, "installing")
	took, err := m.Install(ctx, cache)
	if err != nil {
		f.State, f.Message = NotInstalled, c.firstLine(m, err)
		var ie *adapter.InstallError
		if errors.As(err, &ie) {
			f.Log = c.portable(m, ie.Tail)
		}
		c.log(m.Name, "not installed: %s", f.Message)
		return f, false
	}
	c.log(m.Name, "%s", took)
	if f.Version, err = m.AskVersion(ctx, cache); err != nil {
		f.State, f.Message = NotInstalled, c.firstLine(m, err)
		c.log(m.Name, "%s", f.Message)
		return f, false
	}
	return f, true
}

// run starts the framework's server, measures it and stops it.
func (c *comparison) run(ctx context.Context, m *adapter.Manifest, f *Framework) {
	c.log(m.Name, "starting %s", f.Version)
	inst, err := m.Start(ctx, adapter.Options{Policies: c.Policies, Cache: m.Cache(c.Cache)})
	if err != nil {
		f.State, f.Message = NotStarted, c.firstLine(m, err)
		var se *adapter.StartError
		if errors.As(err, &se) {
			f.Log = c.portable(m, se.Tail)
		}
		c.log(m.Name, "not started: %s", f.Message)
		return
	}
	defer func() { _ = inst.Stop() }()
	if c.measuring.Acquire(ctx, 1) != nil {
		return
	}
	rep, err := c.Measure(ctx, inst.Target())
	c.measuring.Release(1)
	if err != nil {
		f.State, f.Message = Broken, c.firstLine(m, err)
		f.Log = c.portable(m, logTail(inst.Log()))
		c.log(m.Name, "broken: %s", f.Message)
		if rep == nil || len(rep.Results) == 0 {
			return
		}
		f.Fill(rep)
		f.State = Broken
		return
	}
	f.Fill(rep)
	n := rep.Counts
	c.log(m.Name, "%d passed, %d failed, %d warnings, %d undecided, %d not run in %s", n.Pass, n.Fail, n.Warn, n.Undecided, n.Skip, rep.Elapsed.Round(10*time.Millisecond))
}

// explained is the path of an adapter's FINDINGS.md in this repository.
func explained(dir string) string {
	path := filepath.Join(dir, "FINDINGS.md")
	at := strings.LastIndex(filepath.ToSlash(path), "/"+frameworksDir+"/")
	if _, err := os.Stat(path); err != nil || at < 0 {
		return ""
	}
	return filepath.ToSlash(path)[at+1:]
}

const frameworksDir = "testdata/frameworks"

func (c *comparison) firstLine(m *adapter.Manifest, err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return c.portable(m, line)
}

// portable is text without the folders of this machine, which others are not to read in a comparison: paths
// of the adapter are told from its own folder.
func (c *comparison) portable(m *adapter.Manifest, text string) string {
	home, _ := os.UserHomeDir()
	for _, f := range []struct{ path, name string }{{m.Cache(c.Cache), ".build"}, {m.Dir, "."}, {os.TempDir(), "(temporary)"}, {home, "~"}} {
		if f.path = filepath.Clean(f.path); f.path != "." && f.path != "/" {
			text = strings.ReplaceAll(text, f.path, f.name)
		}
	}
	return text
}

// logTail is the end of a log file, for the page.
func logTail(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	const most = 2000
	if len(data) > most {
		data = data[len(data)-most:]
	}
	return string(data)
}
