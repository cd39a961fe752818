package verify

import (
	"context"
	"fmt"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/fetch"
	"github.com/corsproof/corsproof/spec"
)

// observed is what came of one session.
type observed struct {
	outcomes []agent.Outcome // shorter than the session: the agent could not tell
	seen     [][]Seen
	live     []fetch.Judged // with Options.Live: what fetch makes of them over real connections
	slow     bool           // so slow that the preflight cache may have forgotten what it should know
	err      error
}

// mostPause is the time between two exchanges of a session up to which what
// is cached for five seconds is certainly still there.
const mostPause = 3 * time.Second

// Replayer is an Agent that is faster with targets that set no cookies, and
// much faster if it need not follow every request on the wire, which the
// replaying server does anyway.
type Replayer interface {
	Replay(ctx context.Context, jobs []agent.Job, done func(agent.JobResult)) error
	ReplayConsoleOnly(ctx context.Context, jobs []agent.Job, done func(agent.JobResult)) error
}

func performing(a agent.Agent, consoleOnly bool) func(context.Context, []agent.Job, func(agent.JobResult)) error {
	r, ok := a.(Replayer)
	switch {
	case !ok:
		return a.Perform
	case consoleOnly:
		return r.ReplayConsoleOnly
	}
	return r.Replay
}

// perform lets the agent do sessions, each as one job.
func (r *runner) perform(ctx context.Context, sessions [][]Exchange, consoleOnly bool) ([]observed, error) {
	jobs := make([]agent.Job, len(sessions))
	index := make(map[string]int, len(sessions))
	for i, xs := range sessions {
		p := path(xs[0].Session)
		r.replay.Put(p, xs)
		jobs[i] = agent.Job{ID: p, Timeout: 10 * time.Second, Steps: r.steps(p, xs)}
		index[p] = i
	}
	out := make([]observed, len(sessions))
	consoleOnly = consoleOnly && r.opt.Layers == nil // the console does not tell all layers
	err := performing(r.opt.Agent, consoleOnly)(ctx, jobs, func(res agent.JobResult) {
		o := &out[index[res.ID]]
		o.err = res.Err
		for _, s := range res.Steps {
			o.outcomes = append(o.outcomes, s...)
		}
	})
	for i, xs := range sessions {
		out[i].seen = r.replay.Take(path(xs[0].Session))
		out[i].slow = slow(xs, out[i].seen)
	}
	if r.opt.Live && err == nil {
		r.fetchAll(ctx, sessions, out)
	}
	if err != nil {
		return nil, fmt.Errorf("letting %s perform %d exchanges: %w", r.opt.Agent.Name(), len(jobs), err)
	}
	return out, nil
}

// slow says whether a session took so long that five seconds may have passed
// where the model takes it that none have.
func slow(xs []Exchange, seen [][]Seen) bool {
	var first, last time.Time
	var meant time.Duration
	for i := range seen {
		meant += xs[i].After
		for _, s := range seen[i] {
			if first.IsZero() {
				first = s.At
			}
			last = s.At
		}
	}
	return len(xs) > 1 && last.Sub(first) > meant+mostPause
}

// steps are a session's exchanges as a browser performs them; the server is
// moved on between them.
func (r *runner) steps(path string, xs []Exchange) []agent.Step {
	steps := make([]agent.Step, len(xs))
	for i, x := range xs {
		steps[i] = agent.Step{URL: x.Request.URL, Request: Script(x.Request), After: x.After, Page: pageFields(x.Request.Context), Layers: x.Request.Context != nil, Init: members(x.Request.Context), LocalNetwork: x.Request.Context != nil && x.Request.Context.LocalNetwork}
		steps[i].Before = func() { r.replay.Turn(path, i) }
	}
	return steps
}

// elements are the agent's names of what loads a destination.
var elements = map[string]string{"image": "img", "script": "script", "style": "stylesheet"}

// Script is the request as the browser's page makes it.
func Script(q spec.Request) cases.Request {
	out := cases.Request{
		API: string(q.API), Origin: q.Origin, Method: q.Method, Mode: string(q.Mode),
		Credentials: string(q.Credentials), Redirect: string(q.Redirect), UploadListener: q.UploadListener, Cache: q.Cache,
	}
	switch q.API {
	case spec.APIXHR:
		out.Mode, out.Redirect, out.Cache = "", "", ""
	case spec.APIElement:
		out.API = elements[q.Context.Destination]
		out.Mode, out.Redirect, out.Credentials = "", "", ""
	}
	for _, f := range q.Header {
		out.Headers = append(out.Headers, f.Name+": "+f.Value)
	}
	if q.Body != nil {
		out.Body = &cases.Body{Text: "x", Kind: "blob", Type: q.Body.ContentType}
	}
	return out
}

// differences performs sessions anew, all at once, and compares the last
// exchange of each. One that could not be performed has no differences.
func (r *runner) differences(ctx context.Context, sessions [][]Exchange) [][]Difference {
	fresh := make([][]Exchange, len(sessions))
	for i, xs := range sessions {
		fresh[i] = r.renumber(xs)
	}
	all := make([][]Difference, len(sessions))
	out, err := r.perform(ctx, fresh, false)
	if err != nil {
		return all
	}
	for i, xs := range fresh {
		if v := r.judge(xs, out[i]); v.known && v.differs == len(xs)-1 {
			all[i] = v.diffs
		}
	}
	return all
}

// renumber gives a session a path of its own, so that the browser's caches
// know nothing of it.
func (r *runner) renumber(xs []Exchange) []Exchange {
	r.number++
	return moved(xs, r.number, path(xs[0].Session), path(r.number))
}
