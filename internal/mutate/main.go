// Command mutate changes the code in one place after another and runs the tests
// against each change: one that no test notices has survived.
//
//	go run ./internal/mutate                        a sample of 100 over all packages
//	go run ./internal/mutate --n 0 --only spec      every mutant of one package
//
// The sample follows from the seed and the sources. A run that was interrupted,
// or is given a larger --n, goes on where the last one ended (--state).
//
// It is a tool of our own because none that is kept served: gremlins (v0.6.0 was
// tried) has no samples, cannot go on, runs the tests of a package alone or of
// the whole module, and drops no statement, which most of the mutants that once
// survived here had done.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// target is a package whose code is changed, and the packages whose tests are
// meant to notice, the quickest first.
type target struct {
	dir   string
	tests []string
}

var targets = []target{
	{"spec", []string{"./spec", "./harness/exchange"}},
	{"harness", []string{"./harness"}},
	{"harness/agent", []string{"./harness/agent", "./harness"}},
	{"internal/judge", []string{"./internal/judge", "./harness"}},
	{"internal/disagree", []string{"./internal/disagree", "./harness"}},
	{"internal/model", []string{"./harness"}},
	{"internal/raw", []string{"./internal/raw", "./harness"}},
	{"internal/sharedcache", []string{"./internal/sharedcache", "./harness"}},
	{"internal/findings", []string{"./internal/findings"}},
	{"internal/suite", []string{"./internal/suite", "./harness/corstest"}},
	{"harness/corstest", []string{"./harness/corstest"}},
	{"harness/ginkgocors", []string{"./harness/ginkgocors"}},
	{"harness/corsmatch", []string{"./harness/corsmatch"}},
	{"harness/exchange", []string{"./harness/exchange"}},
	{"internal/httpcache", []string{"./internal/httpcache", "./harness"}},
	{"internal/wire", []string{"./internal/wire", "./harness"}},
	{"internal/report", []string{"./internal/report"}},
	{"internal/block", []string{"./internal/block", "./internal/report"}},
}

type options struct {
	n     int
	seed  uint64
	only  string
	state string
	fresh bool
}

func main() {
	var o options
	flag.IntVar(&o.n, "n", 100, "mutants to try; 0 for all")
	flag.Uint64Var(&o.seed, "seed", 1, "of the sample")
	flag.StringVar(&o.only, "only", "", "directories, separated by commas; empty for all of: "+names())
	flag.StringVar(&o.state, "state", ".cache/mutate.jsonl", "what is known from earlier runs; empty for nothing")
	flag.BoolVar(&o.fresh, "fresh", false, "forget earlier runs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := o.run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func names() string {
	var list []string
	for _, t := range targets {
		list = append(list, t.dir)
	}
	return strings.Join(list, ", ")
}

// candidate is a mutant with the tests that are meant to notice it.
type candidate struct {
	mutant
	target *target
	key    string
}

func (o *options) run(ctx context.Context, w io.Writer) error {
	all, err := o.candidates(targets)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(o.seed, 0))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	known, err := o.known()
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "mutate-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	s := score{w: w, of: len(all)}
	t := tester{dir: dir, work: work}
	limits := map[*target]time.Duration{}
	for i := range all {
		c := &all[i]
		if o.n > 0 && s.counted() >= o.n {
			break
		}
		if old, ok := known[c.key]; ok {
			s.add(c, old)
			continue
		}
		if limits[c.target] == 0 {
			took, err := t.baseline(ctx, c.target.tests)
			if err != nil {
				return err
			}
			limits[c.target] = 30*time.Second + 4*took
		}
		t.limit = limits[c.target]
		got, err := t.try(ctx, &c.mutant, c.target.tests)
		if err != nil {
			s.print()
			return err
		}
		s.add(c, got)
		if err := o.remember(c, got); err != nil {
			return err
		}
	}
	s.print()
	return nil
}

// candidates are all mutants of the chosen packages, in a fixed order.
func (o *options) candidates(targets []target) ([]candidate, error) {
	var all []candidate
	chosen := strings.Split(o.only, ",")
	for i := range targets {
		t := &targets[i]
		if o.only != "" && !contains(chosen, t.dir) {
			continue
		}
		files, err := filepath.Glob(t.dir + "/*.go")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			found, err := find(file)
			if err != nil {
				return nil, err
			}
			source, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			for _, m := range found {
				all = append(all, candidate{m, t, m.key(source)})
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("--only %s chooses no code; there are: %s", o.only, names())
	}
	return all, nil
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if strings.Trim(strings.TrimPrefix(e, "./"), "/ ") == s {
			return true
		}
	}
	return false
}

// known are the outcomes of earlier runs by key.
func (o *options) known() (map[string]outcome, error) {
	known := map[string]outcome{}
	if o.state == "" {
		return known, nil
	}
	if o.fresh {
		if err := os.Remove(o.state); err != nil && !os.IsNotExist(err) {
			return nil, err
		}
	}
	f, err := os.Open(o.state)
	if os.IsNotExist(err) {
		return known, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r record
		if json.Unmarshal(lines.Bytes(), &r) == nil { // the last line may be half written
			known[r.Key] = r.Outcome
		}
	}
	return known, nil
}

func (o *options) remember(c *candidate, got outcome) error {
	if o.state == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(o.state), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(o.state, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(f).Encode(record{c.key, c.String(), got}); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
