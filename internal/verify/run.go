package verify

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// Options configure a Run.
type Options struct {
	Agent    agent.Agent
	Engine   spec.Engine   // whose departures the model takes on
	N        int           // exchanges to compare, at least; 0 means by Duration alone
	Duration time.Duration // time to go on generating; 0 means by N alone
	Seed     uint64
	Batch    int // exchanges given to the agent at once; 0 means 6000, with Layers 400
	// Followed is how many exchanges are followed on the wire whatever comes
	// of them; of the others only those that differ are. 0 means 2000.
	Followed int
	// Progress is told after each batch, may be nil.
	Progress func(*Report)
	// MostDisagreements ends the run early; 0 means 20.
	MostDisagreements int
	// Live: the model decides about answers that package fetch got over real connections, not
	// about those that were generated.
	Live bool
	// Layers: the exchanges are those of a LayerGenerator, for these servers. The agent is to be
	// started with their LayerFlags, to look at address spaces, to have the LayerCookies, and
	// to take any certificate.
	Layers *Replay
}

// runner is a Run under way.
type runner struct {
	opt    Options
	replay *Replay
	gen    func(number int, path string) []Exchange
	report *Report
	number int // of sessions
}

// Run generates exchanges, lets the agent perform them against a replaying
// server and the model decide them. It returns what it has when ctx ends.
func Run(ctx context.Context, opt Options) (*Report, error) {
	if opt.Batch == 0 {
		opt.Batch = 6000
		if opt.Layers != nil {
			opt.Batch = 400 // most have a page of their own
		}
	}
	if opt.Followed == 0 {
		opt.Followed = 2000
	}
	if opt.MostDisagreements == 0 {
		opt.MostDisagreements = 20
	}
	replay := opt.Layers
	if replay == nil {
		var err error
		if replay, err = NewReplay(); err != nil {
			return nil, err
		}
		defer replay.Close()
	}
	r := &runner{opt: opt, replay: replay, gen: NewGenerator(opt.Seed, replay.Bases()).Session, report: newReport(opt.Seed, opt.Engine)}
	if opt.Layers != nil {
		r.gen, r.report.Layers = NewLayerGenerator(opt.Seed, replay).Session, true
	}
	start := time.Now()
	for r.more(time.Since(start)) {
		err := r.batch(ctx)
		r.report.Elapsed = time.Since(start)
		if err != nil {
			return r.report, err
		}
		if opt.Progress != nil {
			opt.Progress(r.report)
		}
		if len(r.report.Disagreements) >= opt.MostDisagreements {
			break
		}
	}
	return r.report, nil
}

func (r *runner) more(elapsed time.Duration) bool {
	if r.opt.Duration > 0 && elapsed < r.opt.Duration {
		return true
	}
	return r.report.Exchanges < r.opt.N
}

func (r *runner) batch(ctx context.Context) error {
	var sessions [][]Exchange
	size := r.opt.Batch
	if r.report.Exchanges == 0 {
		size = min(size, r.opt.Followed)
	}
	if r.opt.N > 0 && r.opt.Duration == 0 {
		size = min(size, r.opt.N-r.report.Exchanges)
	}
	for n := 0; n < size; {
		r.number++
		xs := r.gen(r.number, path(r.number))
		sessions = append(sessions, xs)
		n += len(xs)
	}
	observations, err := r.perform(ctx, sessions, r.report.Exchanges > 0)
	if err != nil {
		return err
	}
	return r.account(ctx, sessions, observations)
}

// path is where a session lives on the replaying server.
func path(session int) string { return "/e/" + strconv.Itoa(session) }

// account compares the sessions of a batch. What the browser could not tell,
// or what differed, is performed once more, and followed on the wire: what does
// not happen twice is the machine's, not the browser's.
func (r *runner) account(ctx context.Context, sessions [][]Exchange, observations []observed) error {
	var again [][]Exchange
	differed := map[int]bool{}
	for i, xs := range sessions {
		v := r.judge(xs, observations[i])
		if v.differs < 0 && v.known {
			r.agreed(v, len(xs))
			continue
		}
		differed[len(again)] = v.known
		again = append(again, r.renumber(xs))
	}
	if len(again) == 0 {
		return ctx.Err()
	}
	observations, err := r.perform(ctx, again, false)
	if err != nil {
		return err
	}
	if len(again) == len(sessions) && !slices.ContainsFunc(observations, func(o observed) bool { return o.err == nil }) {
		return fmt.Errorf("%s could tell about none of %d exchanges, the first time and the second: %w", r.opt.Agent.Name(), len(again), observations[0].err)
	}
	for i, xs := range again {
		v := r.judge(xs, observations[i])
		switch {
		case !v.known:
			r.report.Undecided += len(xs)
		case v.differs < 0:
			r.agreed(v, len(xs))
			if differed[i] {
				r.report.Unstable++
			}
		default:
			r.count(v, v.differs)
			r.report.Exchanges += len(xs) - v.differs
			if len(r.report.Disagreements) < r.opt.MostDisagreements {
				r.report.Disagreements = append(r.report.Disagreements, r.shrink(ctx, xs[:v.differs+1], v.diffs))
			}
		}
	}
	return ctx.Err()
}

// verdict is what comes of comparing a session.
type verdict struct {
	known      bool // the browser could tell about all of it
	outcomes   []spec.Outcome
	departures [][]string
	differs    int // the first exchange that differs, -1 for none
	diffs      []Difference
}

// judge compares a session.
func (r *runner) judge(xs []Exchange, o observed) verdict {
	v := verdict{differs: -1, known: o.err == nil && len(o.outcomes) == len(xs) && !o.slow && (!r.opt.Live || len(o.live) > 0)}
	if !v.known {
		return v
	}
	v.outcomes = decide(xs, r.opt.Engine)
	v.departures = attribute(xs, v.outcomes, r.opt.Engine)
	if r.opt.Live {
		v.outcomes = known(o.live)
	}
	for i, x := range xs[:len(v.outcomes)] {
		c := compare(x, v.outcomes[i], o.outcomes[i], o.seen[i])
		v.departures[i] = append(v.departures[i], c.excepted...)
		if len(c.diffs) > 0 {
			v.differs, v.diffs = i, c.diffs
			break
		}
	}
	return v
}

// agreed tallies a session of n exchanges on which both agree, as far as both are known.
func (r *runner) agreed(v verdict, n int) {
	r.count(v, len(v.outcomes))
	r.report.Exchanges += n - len(v.outcomes)
	r.report.Named += n - len(v.outcomes)
}

// count tallies the first n exchanges of a session.
func (r *runner) count(v verdict, n int) {
	for i := range n {
		r.report.tally(v.outcomes[i], i > 0, v.departures[i])
	}
}
