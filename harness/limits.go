package harness

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/limit"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// limits are those of a run against the target: what was stated of the requests, or what
// follows from the target. They hold for every host that a redirect leads to.
func (t *Target) limits() *limit.Limits {
	if t.Requests != nil && t.Requests.Limits != nil {
		return t.Requests.Limits
	}
	o := limit.Options{Methods: t.AllowedMethods, Rate: t.RateLimit}
	urls := append(slices.Collect(maps.Values(t.PolicyBase)), t.Base, t.TLSBase, t.Endpoint)
	urls = slices.DeleteFunc(urls, func(u string) bool { return u == "" })
	if t.Foreign {
		o.Named = urls
	} else {
		o.Ours = urls
	}
	return limit.New(o)
}

// Reaching is an error of a browser that could not contact a server.
type Reaching interface {
	error
	Reached() string // the URL that it was to be contacted for, that of a redirect too
}

// forbidden is why a request was not sent, if it was by the limits of the run: ours, or
// those that hold a browser; nil if it was not.
func (r *run) forbidden(err error) error {
	if e, ok := errors.AsType[*limit.ForbiddenError](err); ok {
		return e
	}
	e, ok := errors.AsType[Reaching](err)
	if !ok {
		return nil
	}
	ep, _, _, err := wire.EndpointOf(e.Reached(), wire.Any)
	if err != nil {
		return nil
	}
	return r.sender.Limits.Contact(ep.Addr)
}

// withheld is why a request of a job was kept from its server on the way; nil if none was.
// An agent sees no more of that than a connection that failed.
func (r *run) withheld(result agent.JobResult) error {
	for _, outcomes := range result.Steps {
		for i := range outcomes {
			if outcomes[i].Result != spec.Blocked || outcomes[i].Reason != spec.ReasonNetworkError {
				continue
			}
			for _, hop := range outcomes[i].Hops {
				ep, _, _, err := wire.EndpointOf(hop.URL, wire.Any)
				if err != nil {
					continue
				}
				if err := r.sender.Limits.Check(ep.Addr, hop.Method); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Restrain holds a run to what it may do to servers that are not on this machine: the one of
// url, and those that redirects lead to. local tells whether that of url is on this machine;
// allowed are methods that they get besides OPTIONS, GET, HEAD and the one that Requests states;
// hosts are names of others to which redirects may be followed. RateLimit is set before: 0 is no limit on
// this machine, and limit.DefaultRate elsewhere. Requests must be there.
func (t *Target) Restrain(url string, local bool, allowed, hosts []string) {
	o := limit.Options{Methods: append([]string{http.MethodGet, http.MethodHead}, allowed...), Hosts: hosts, Rate: t.RateLimit, Here: t.Requests.Here}
	if m := t.question(); m != "" { // who names it by hand allows it
		o.Methods = append(o.Methods, m)
	}
	if local {
		o.Ours = []string{url}
	} else {
		o.Named = []string{url}
		t.Foreign, t.AllowedMethods = true, o.Methods
		t.RateLimit = cmp.Or(t.RateLimit, limit.DefaultRate)
	}
	t.Requests.Limits = limit.New(o)
}
