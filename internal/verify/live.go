package verify

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/internal/fetch"
	"github.com/corsproof/corsproof/spec"
)

// fetchAll lets package fetch make the requests of sessions over real connections, against the
// same server as the browser, and puts what the engine's profile makes of them beside what the
// browser did.
func (r *runner) fetchAll(ctx context.Context, sessions [][]Exchange, out []observed) {
	var pool errgroup.Group
	pool.SetLimit(16) // some wait for a permission to run out
	for i := range sessions {
		pool.Go(func() error {
			out[i].live = r.fetchOne(ctx, sessions[i])
			return nil
		})
	}
	_ = pool.Wait() // none gives an error
}

// fetchOne makes the requests of one session. What could not be made is missing at the end.
func (r *runner) fetchOne(ctx context.Context, xs []Exchange) []fetch.Judged {
	p := path(xs[0].Session)
	r.replay.Put(p, xs)
	defer r.replay.Take(p)
	list, err := fetch.Steps(ctx, r.steps(p, xs), fetch.Options{})
	if err != nil {
		return nil
	}
	var judged []fetch.Judged
	for i := range list {
		for _, j := range list[i].Engines {
			if j.Engine == r.opt.Engine {
				judged = append(judged, j)
			}
		}
	}
	return judged
}

// known are the outcomes up to the first of which fetch does not know what the engine would have
// got: it sends what the standard says, and the engine would have sent something else.
func known(live []fetch.Judged) []spec.Outcome {
	var out []spec.Outcome
	for i := range live {
		if live[i].Unknown != "" {
			break
		}
		out = append(out, live[i].Outcome)
	}
	return out
}
