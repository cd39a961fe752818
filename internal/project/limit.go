package project

import (
	"context"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/limit"
)

// limit holds a run to what it may do to servers that are not on this machine: the target, and
// those that redirects lead to.
func (p *planner) limit(t *harness.Target, key string, target *Target) {
	o := limit.Options{Methods: append([]string{"GET", "HEAD"}, target.AllowMethods...), Rate: target.Rate, Here: t.Requests.Here}
	if m := t.Requests.QuestionMethod(); m != "" { // who names it by hand allows it
		o.Methods = append(o.Methods, m)
	}
	t.RateLimit = target.Rate
	local, known := p.local[key]
	if !known {
		local = t.Requests.Local(context.Background(), t.Endpoint) // which waits for the resolver for 5 s at most
		p.local[key] = local
	}
	if local {
		o.Ours = []string{t.Endpoint}
	} else {
		o.Named = []string{t.Endpoint}
		t.Foreign, t.AllowedMethods = true, o.Methods
		if t.RateLimit == 0 {
			t.RateLimit = limit.DefaultRate
		}
	}
	t.Requests.Limits = limit.New(o)
}
