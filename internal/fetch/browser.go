package fetch

import (
	"cmp"
	"context"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/internal/limit"
	"github.com/corsproof/corsproof/internal/model"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// Options say how requests are made. The zero value makes them directly and adds nothing.
type Options struct {
	// Asked is how the server is reached, and what is added for what stands in front of it.
	// Its Page is not looked at: what a script sets is part of the request. Nil: nothing.
	Asked *ask.Options
	// Rate is how many requests go out in a second at most; 0: no limit.
	Rate float64
	// Timeout is for one request with all that belongs to it; 0: 10 seconds.
	Timeout time.Duration
}

// limit is the time for one request.
func (o *Options) limit() time.Duration { return cmp.Or(o.Timeout, 10*time.Second) }

// leg is one message of a fetch, and what came of it.
type leg struct {
	action   spec.Action
	response *spec.Response  // that the browser has; nil: none
	exchange *agent.Exchange // nil: nothing went out
	refused  spec.Reason     // why it was not made; empty: it was, or the cache answered
	began    time.Time
}

// taken is a fetch that was made.
type taken struct {
	step agent.Step
	at   time.Duration // since the browser's caches were empty
	legs []leg
	done *agent.Outcome // nil: the server could not be reached
}

// perform makes requests one after another, as a browser whose caches and cookie jar are empty
// at the start. What could not be made, because the server could not be reached, is missing at
// the end; the error is of ctx.
func perform(ctx context.Context, steps []agent.Step, opt Options) ([]taken, *jar, error) {
	var list []taken
	cookies := newJar()
	sender := wire.NewSender(opt.Asked.TLS(), limit.New(limit.Options{Anywhere: true, Rate: opt.Rate}), opt.limit())
	defer sender.Close()
	sender.Use(opt.Asked)
	m := model.New(model.Options{
		Sender: sender, Jar: cookies, Concurrency: 1, HeadDecides: true,
		Refuse: func(a spec.Action) spec.Reason { return refuse(list[len(list)-1].step.Request.Origin, a.URL) },
		Seen: func(a spec.Action, r *spec.Response, ex *agent.Exchange) {
			t := &list[len(list)-1]
			l := leg{action: a, response: r, exchange: ex, began: time.Now()}
			if ex != nil {
				l.began = l.began.Add(-ex.Elapsed)
			}
			if r == nil && ex == nil {
				l.refused = refuse(t.step.Request.Origin, a.URL)
			}
			t.legs = append(t.legs, l)
		},
	})
	start := time.Now()
	job := agent.Job{ID: "fetch", Timeout: opt.limit(), Steps: make([]agent.Step, len(steps))}
	for i, s := range steps {
		before := s.Before
		s.Before = func() {
			if before != nil {
				before()
			}
			list = append(list, taken{step: steps[i], at: time.Since(start)})
		}
		job.Steps[i] = s
	}
	err := m.Perform(ctx, []agent.Job{job}, func(r agent.JobResult) {
		for i, outcomes := range r.Steps {
			for k := range outcomes {
				list[i].done = &outcomes[k]
			}
		}
	})
	if err == nil {
		err = ctx.Err()
	}
	return list, cookies, err
}

// refuse is why a browser does not make a request of a page, where browsers agree; empty: it does.
func refuse(page, url string) spec.Reason {
	if r := explain.Refused(page, url); r != "" {
		return r
	}
	if u, err := spec.ParseURL(url); err == nil && u.IsHTTP() && spec.IsBadPort(u.Origin().Port) {
		return spec.ReasonBadPort
	}
	return ""
}
