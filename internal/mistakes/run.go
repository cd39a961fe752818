package mistakes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/adapter"
)

// Outcome is what came of one pair.
type Outcome struct {
	Pair
	// Broken and Fixed are the findings in each that break something, Warned those in
	// Broken that do not.
	Broken, Fixed, Warned []harness.Finding
	// Shown are the known findings that were seen.
	Shown []string
	// Problems say what is wrong, a line for each; none: the fix is proved.
	Problems []string
	Elapsed  time.Duration
}

// Options of Run.
type Options struct {
	Manifests []*adapter.Manifest
	Table     *cases.Table
	// Only are names of pairs, or causes; empty: all.
	Only []string
	// Cache is the directory for installs; empty: in each adapter's own.
	Cache string
	// Log says what is being done; nil for nothing.
	Log func(name, text string)
	// Done is told of each outcome as it is there; nil for nobody.
	Done func(Outcome)
}

// Run tries the pairs of all manifests, two adapters at a time. What fails for a pair is kept in
// its outcome, and the rest goes on. The error is that of ctx, of an install, or of the files.
func Run(ctx context.Context, opt Options) ([]Outcome, error) {
	lists := make([][]Outcome, len(opt.Manifests))
	done := make(chan Outcome)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	told := make(chan struct{})
	go func() {
		defer close(told)
		for o := range done {
			if opt.Done != nil {
				opt.Done(o)
			}
		}
	}()
	for i, m := range opt.Manifests {
		group.Go(func() (err error) {
			lists[i], err = ofAdapter(ctx, opt, m, done)
			return err
		})
	}
	err := group.Wait()
	close(done)
	<-told
	return slices.Concat(lists...), err
}

func ofAdapter(ctx context.Context, opt Options, m *adapter.Manifest, done chan<- Outcome) ([]Outcome, error) {
	pairs, err := Find(m)
	if err != nil {
		return nil, err
	}
	pairs = slices.DeleteFunc(pairs, func(p Pair) bool {
		return len(opt.Only) > 0 && !slices.Contains(opt.Only, p.Name) && !slices.Contains(opt.Only, p.Cause)
	})
	if len(pairs) == 0 {
		return nil, nil
	}
	cache := m.Cache(opt.Cache)
	took, err := m.Install(ctx, cache)
	if err != nil {
		return nil, err
	}
	if opt.Log != nil {
		opt.Log(m.Name, took.String())
	}
	if err := m.BuildMistakes(ctx, cache); err != nil {
		return nil, err
	}
	var list []Outcome
	for _, p := range pairs {
		o := try(ctx, opt, m, p)
		if ctx.Err() != nil {
			return list, ctx.Err()
		}
		list = append(list, o)
		done <- o
	}
	if len(opt.Only) == 0 {
		needless(list)
	}
	return list, nil
}

func try(ctx context.Context, opt Options, m *adapter.Manifest, p Pair) (o Outcome) {
	o.Pair = p
	began := time.Now()
	defer func() { o.Elapsed = time.Since(began) }()
	broken, err := measure(ctx, opt, m, p, p.Broken)
	if err != nil {
		o.Problems = []string{err.Error()}
		return o
	}
	fixed, err := measure(ctx, opt, m, p, p.Fixed)
	if err != nil {
		o.Problems = []string{err.Error()}
		return o
	}
	o.judge(broken, fixed)
	return o
}

// measure serves a file and runs the table on it.
func measure(ctx context.Context, opt Options, m *adapter.Manifest, p Pair, file string) (*harness.Summary, error) {
	inst, err := m.StartMistake(ctx, file, adapter.Options{Cache: m.Cache(opt.Cache)})
	if err != nil {
		return nil, err
	}
	defer func() { _ = inst.Stop() }()
	target := inst.Target()
	target.Declared = &p.Policy
	sum, err := (&harness.Runner{Target: target, Checks: target.Expand(opt.Table)}).Run(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking %s with %s: %w", m.Name, file, err)
	}
	return sum, nil
}

// judge compares what was found with what the pair is there to show.
func (o *Outcome) judge(broken, fixed *harness.Summary) {
	o.Broken, o.Warned = o.found(broken)
	var warned []harness.Finding
	o.Fixed, warned = o.found(fixed)
	switch {
	case len(o.Broken) == 0 && has(o.Warned, o.Cause): // it breaks nothing that must be
		if has(warned, o.Cause) {
			o.problem("fixed: %s is still found", o.Cause)
		}
	case len(o.Broken) == 0 || o.Broken[0].ID != o.Cause:
		o.problem("broken: the first finding that breaks something is not %s: %s", o.Cause, said(o.Broken))
	default:
		if more := o.more(); len(more) > 0 {
			o.problem("broken: more is found than %s: %s", o.Cause, said(more))
		}
	}
	if len(o.Fixed) > 0 {
		o.problem("fixed: something is found: %s", said(o.Fixed))
	}
	o.vain(broken, fixed)
}

// found are the findings of a run but for the framework's own: those that break something,
// and the others.
func (o *Outcome) found(sum *harness.Summary) (breaks, warns []harness.Finding) {
	for _, f := range sum.Findings {
		switch {
		case o.Known[f.ID] != "":
		case f.Breaks():
			breaks = append(breaks, f)
		default:
			warns = append(warns, f)
		}
	}
	if n := sum.Counts[agent.VerdictError]; n > 0 {
		o.problem("%d checks ended with an error", n)
	}
	return breaks, warns
}

// more are the findings besides the cause that break a must, and are not expected.
func (o *Outcome) more() []harness.Finding {
	return slices.DeleteFunc(slices.Clone(o.Broken[1:]), func(f harness.Finding) bool {
		return f.Level != cases.Must || o.Also[f.ID] != ""
	})
}

// vain reports what is expected and not found.
func (o *Outcome) vain(broken, fixed *harness.Summary) {
	for _, id := range slices.Sorted(maps.Keys(o.Also)) {
		if !has(broken.Findings, id) {
			o.problem("expect.yaml: also has %s, which is not found", id)
		}
	}
	for _, f := range slices.Concat(broken.Findings, fixed.Findings) {
		if o.Known[f.ID] != "" && !slices.Contains(o.Shown, f.ID) {
			o.Shown = append(o.Shown, f.ID)
		}
	}
}

// needless reports, with the last pair, what is known of an adapter and seen in no pair.
func needless(list []Outcome) {
	last := &list[len(list)-1]
	for _, id := range slices.Sorted(maps.Keys(last.Known)) {
		if !slices.ContainsFunc(list, func(o Outcome) bool { return slices.Contains(o.Shown, id) || len(o.Problems) > 0 }) {
			last.problem("expect.yaml: known has %s, which no pair shows", id)
		}
	}
}

func has(list []harness.Finding, id string) bool {
	return slices.ContainsFunc(list, func(f harness.Finding) bool { return f.ID == id })
}

func (o *Outcome) problem(format string, args ...any) {
	o.Problems = append(o.Problems, fmt.Sprintf(format, args...))
}

// said are findings in a line: the id of each, and what one of its checks is.
func said(list []harness.Finding) string {
	if len(list) == 0 {
		return "nothing"
	}
	var parts []string
	for _, f := range list {
		parts = append(parts, fmt.Sprintf("%s (%d: %s)", f.ID, len(f.Explains), strings.Join(f.Explains[:min(3, len(f.Explains))], ", ")))
	}
	return strings.Join(parts, "; ")
}
