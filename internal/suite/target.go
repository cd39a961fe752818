package suite

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/internal/origin"
)

// Middleware makes the CORS layer of a library for a policy.
type Middleware func(cases.Policy) (func(http.Handler) http.Handler, error)

// ErrNotExpressible is wrapped by a Middleware's error for a policy that the
// library has no way to express: the checks under it are skipped.
var ErrNotExpressible = errors.New("the library cannot express the policy")

// Target is what is tested; one of the fields but Name is set.
type Target struct {
	Name       string // the constructor, as in the user's source
	Handler    http.Handler
	URL        string
	Middleware Middleware
	Harness    *harness.Target
}

// open makes the target of a run; stop ends what was started for it.
func (c *Config) open(t Target, table *cases.Table) (target *harness.Target, stop func(), err error) {
	if err := c.fits(t); err != nil {
		return nil, nil, err
	}
	switch {
	case t.Harness != nil:
		return t.Harness, func() {}, nil
	case t.Middleware != nil:
		return withContract(t.Middleware, table)
	case t.Handler != nil:
		target, stop, err := harness.Serve(t.Handler)
		if err != nil {
			return nil, nil, err
		}
		return c.at(target), stop, nil
	case c.Policy != nil && c.Path == "": // the URL is the endpoint's own
		return &harness.Target{Name: t.URL, Declared: c.Policy, Endpoint: t.URL, TLSInsecure: loopback(t.URL)}, func() {}, nil
	}
	return c.at(&harness.Target{Name: t.URL, Base: strings.TrimSuffix(t.URL, "/"), TLSInsecure: loopback(t.URL)}), func() {}, nil
}

// fits refuses an option that the target would ignore, and a target that is empty.
func (c *Config) fits(t Target) error {
	switch {
	case t.Name == "":
		return errors.New("there is no target: give corstest.Handler, URL, Server, Middleware, Reference or Harness")
	case t.Handler == nil && t.URL == "" && t.Middleware == nil && t.Harness == nil:
		return fmt.Errorf("%s was given nothing", t.Name)
	case c.Policy == nil:
		return nil // valid has refused a path without a policy
	case t.Middleware != nil:
		return fmt.Errorf("%s is tested under every standard policy: corstest.Policy goes with corstest.Handler, URL or Server", t.Name)
	case t.Harness != nil:
		return fmt.Errorf("the policy of %s is the target's Declared, the path part of its Endpoint: corstest.Policy and corstest.Path would be ignored", t.Name)
	}
	return nil
}

// at makes an ordinary endpoint of a target when a policy is declared.
func (c *Config) at(t *harness.Target) *harness.Target {
	if c.Policy == nil {
		return t
	}
	path := "/" + strings.TrimPrefix(c.Path, "/")
	t.Declared, t.Endpoint, t.Base = c.Policy, t.Base+path, ""
	if t.TLSBase != "" {
		t.TLSBase += path
	}
	return t
}

// loopback tells whether a URL is one of this machine, whose certificate nobody signed.
func loopback(url string) bool { return origin.IsHTTPS(url) && origin.Loopback(origin.Host(url)) }

// withContract serves the contract behind a library's layers.
func withContract(m Middleware, table *cases.Table) (*harness.Target, func(), error) {
	states := map[string]harness.PolicyState{}
	h, refusals := contract.Handler(table.Policies, contract.Middleware(m))
	for name, err := range refusals {
		state := harness.PolicyState{Kind: harness.Refused, Message: err.Error()}
		if errors.Is(err, ErrNotExpressible) {
			state.Kind = harness.NotExpressible
		}
		states[name] = state
	}
	t, stop, err := harness.Serve(h)
	if err != nil {
		return nil, nil, err
	}
	t.Policies = states
	return t, stop, nil
}
