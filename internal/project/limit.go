package project

import (
	"context"

	"github.com/corsproof/corsproof/harness"
)

// limit holds a run to what it may do to servers that are not on this machine: the target, and
// those that redirects lead to.
func (p *planner) limit(t *harness.Target, key string, target *Target) {
	local, known := p.local[key]
	if !known {
		local = t.Requests.Local(context.Background(), t.Endpoint) // which waits for the resolver for 5 s at most
		p.local[key] = local
	}
	t.RateLimit = target.Rate
	t.Restrain(t.Endpoint, local, target.AllowMethods, nil)
}
