package verify

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/spec"
)

// Options configure a Run.
type Options struct {
	Agent    harness.Agent
	Engine   spec.Engine   // whose deviations the model takes on
	N        int           // exchanges to compare, at least; 0 means by Duration alone
	Duration time.Duration // time to go on generating; 0 means by N alone
	Seed     uint64
	Batch    int // exchanges given to the agent at once; 0 means 2000
	// Progress is told after each batch, may be nil.
	Progress func(done int)
	// MostDisagreements ends the run early; 0 means 20.
	MostDisagreements int
}

// Disagreement is an exchange on which the model and the browser differ,
// shrunk to what is needed for it.
type Disagreement struct {
	Exchanges   []Exchange // of the session, the last one is the one that differs
	Differences []Difference
	Attempts    int // exchanges performed to shrink it
}

// Report is the outcome of a Run.
type Report struct {
	Seed          uint64
	Exchanges     int
	Elapsed       time.Duration
	Results       map[spec.Result]int
	Reasons       map[spec.Reason]int
	Preflights    int // preflights made
	Saved         int // preflights that the cache saved in sessions
	Redirected    int // exchanges that followed a redirect
	Unstable      int // differed once, and not when performed again
	Undecided     int // the agent could not tell, even when asked again
	Disagreements []Disagreement
}

// runner is a Run under way.
type runner struct {
	opt    Options
	replay *Replay
	gen    *Generator
	report *Report
	number int // of sessions
}

// Run generates exchanges, lets the agent perform them against a replaying
// server and the model decide them. It returns what it has when ctx ends.
func Run(ctx context.Context, opt Options) (*Report, error) {
	if opt.Batch == 0 {
		opt.Batch = 2000
	}
	if opt.MostDisagreements == 0 {
		opt.MostDisagreements = 20
	}
	replay, err := NewReplay()
	if err != nil {
		return nil, err
	}
	defer replay.Close()
	r := &runner{
		opt: opt, replay: replay, gen: NewGenerator(opt.Seed, replay.Bases()),
		report: &Report{Seed: opt.Seed, Results: map[spec.Result]int{}, Reasons: map[spec.Reason]int{}},
	}
	start := time.Now()
	defer func() { r.report.Elapsed = time.Since(start) }()
	for r.more(time.Since(start)) {
		if err := r.batch(ctx); err != nil {
			return r.report, err
		}
		if opt.Progress != nil {
			opt.Progress(r.report.Exchanges)
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
	if r.opt.N > 0 && r.opt.Duration == 0 {
		size = min(size, r.opt.N-r.report.Exchanges)
	}
	for n := 0; n < size; {
		r.number++
		xs := r.gen.Session(r.number, r.path(r.number))
		sessions = append(sessions, xs)
		n += len(xs)
	}
	outcomes, err := r.perform(ctx, sessions)
	if err != nil {
		return err
	}
	for i, xs := range sessions {
		r.account(ctx, xs, outcomes[i])
	}
	return ctx.Err()
}

func (r *runner) path(number int) string { return "/e/" + strconv.Itoa(number) }

// observed is what came of one session.
type observed struct {
	outcomes []harness.Outcome // empty: the agent could not tell
	seen     [][]Seen
	err      error
}

// perform lets the agent do sessions, each as one job.
func (r *runner) perform(ctx context.Context, sessions [][]Exchange) ([]observed, error) {
	jobs := make([]harness.Job, len(sessions))
	index := make(map[string]int, len(sessions))
	for i, xs := range sessions {
		path := r.path(xs[0].Session)
		r.replay.Put(path, xs)
		jobs[i] = harness.Job{ID: path, Timeout: 30 * time.Second, Steps: r.steps(path, xs)}
		index[path] = i
	}
	out := make([]observed, len(sessions))
	err := performing(r.opt.Agent)(ctx, jobs, func(res harness.JobResult) {
		o := &out[index[res.ID]]
		if o.err = res.Err; res.Err != nil {
			return
		}
		for i := 0; i < len(res.Steps); i += 2 { // every second step only moves the session on
			o.outcomes = append(o.outcomes, res.Steps[i]...)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("letting %s perform %d exchanges: %w", r.opt.Agent.Name(), len(jobs), err)
	}
	for i, xs := range sessions {
		out[i].seen = r.replay.Take(r.path(xs[0].Session))
	}
	return out, nil
}

// Replayer is an Agent that is faster with targets that set no cookies.
type Replayer interface {
	Replay(ctx context.Context, jobs []harness.Job, done func(harness.JobResult)) error
}

func performing(a harness.Agent) func(context.Context, []harness.Job, func(harness.JobResult)) error {
	if r, ok := a.(Replayer); ok {
		return r.Replay
	}
	return a.Perform
}

// steps are a session's exchanges as a browser performs them, with a request
// between two that moves the server on to the next exchange.
func (r *runner) steps(path string, xs []Exchange) []harness.BrowserStep {
	var steps []harness.BrowserStep
	for i, x := range xs {
		if i > 0 {
			steps = append(steps, harness.BrowserStep{
				URL:     r.replay.bases[0] + path + turnPath,
				Request: cases.Request{API: "fetch", Origin: x.Request.Origin, Method: "GET", Mode: "no-cors", Cache: "no-store"},
			})
		}
		steps = append(steps, harness.BrowserStep{URL: x.Request.URL, Request: script(x.Request)})
	}
	return steps
}

// script is the request as the browser's page makes it.
func script(q spec.Request) cases.Request {
	out := cases.Request{
		API: string(q.API), Origin: q.Origin, Method: q.Method, Mode: string(q.Mode),
		Credentials: string(q.Credentials), Redirect: string(q.Redirect), UploadListener: q.UploadListener,
	}
	if q.API == spec.APIXHR {
		out.Mode, out.Redirect = "", ""
	}
	for _, f := range q.Header {
		out.Headers = append(out.Headers, f.Name+": "+f.Value)
	}
	if q.Body != nil {
		out.Body = &cases.Body{Text: "x", Kind: "blob", Type: q.Body.ContentType}
	}
	return out
}

// account compares a session, and shrinks it where the two differ.
func (r *runner) account(ctx context.Context, xs []Exchange, o observed) {
	if o.err != nil || len(o.outcomes) != len(xs) {
		again, err := r.perform(ctx, [][]Exchange{xs})
		if err != nil || again[0].err != nil || len(again[0].outcomes) != len(xs) {
			r.report.Undecided += len(xs)
			return
		}
		o = again[0]
	}
	cache := spec.NewPreflightCache(r.opt.Engine)
	for i, x := range xs {
		model := decide(x, r.opt.Engine, cache)
		r.tally(model, i > 0)
		diffs := compare(x, model, o.outcomes[i], o.seen[i])
		if len(diffs) == 0 {
			continue
		}
		// Once more: what does not happen twice is the machine's, not the browser's.
		if again := r.differences(ctx, [][]Exchange{xs[:i+1]})[0]; len(again) > 0 {
			r.report.Disagreements = append(r.report.Disagreements, r.shrink(ctx, xs[:i+1], again))
		} else {
			r.report.Unstable++
		}
		for _, rest := range xs[i+1:] {
			r.tally(decide(rest, r.opt.Engine, cache), true)
		}
		return
	}
}

func (r *runner) tally(model spec.Outcome, later bool) {
	rep := r.report
	rep.Exchanges++
	rep.Results[model.Result]++
	if model.Result == spec.Blocked {
		rep.Reasons[model.Reason]++
	}
	for _, h := range model.Hops {
		if h.Preflight {
			rep.Preflights++
		}
	}
	if later && len(model.Hops) > 0 && !model.Hops[0].Preflight && model.Hops[0].Sent && !spec.IsSafelistedMethod(model.Hops[0].Method) {
		rep.Saved++
	}
	if len(model.Hops) > 1 {
		rep.Redirected++
	}
}

// differences performs sessions anew, all at once, and compares the last
// exchange of each. One that could not be performed has no differences.
func (r *runner) differences(ctx context.Context, sessions [][]Exchange) [][]Difference {
	fresh := make([][]Exchange, len(sessions))
	for i, xs := range sessions {
		fresh[i] = r.renumber(xs)
	}
	all := make([][]Difference, len(sessions))
	out, err := r.perform(ctx, fresh)
	if err != nil {
		return all
	}
	for i, xs := range fresh {
		if out[i].err != nil || len(out[i].outcomes) != len(xs) {
			continue
		}
		cache := spec.NewPreflightCache(r.opt.Engine)
		for j, x := range xs {
			all[i] = compare(x, decide(x, r.opt.Engine, cache), out[i].outcomes[j], out[i].seen[j])
		}
	}
	return all
}

// Missing are the reasons that a browser can give over HTTP/1.1 and the run
// did not have.
func (rep *Report) Missing() []spec.Reason {
	var missing []spec.Reason
	for _, reason := range spec.Reasons() {
		if rep.Reasons[reason] == 0 && !slices.Contains(outOfReach, reason) {
			missing = append(missing, reason)
		}
	}
	return missing
}

// outOfReach are the reasons that no generated exchange can have: a network
// error is not an answer, and a stream body needs HTTP/2.
var outOfReach = []spec.Reason{spec.ReasonNetworkError, spec.ReasonRedirectWithStreamBody}
