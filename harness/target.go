package harness

import (
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/origin"
)

// Target is a running server, and where on it each policy lives.
type Target struct {
	Name string
	// Base is the URL below which each policy lives at Base/PATH, its Mount (no
	// trailing slash). Empty with Declared.
	Base string
	// TLSBase is the same over TLS with HTTP/2; empty when not offered. When
	// Base (or Endpoint) is https itself, it need not be given.
	TLSBase string
	// TLSRoots are the certificate authorities to trust; nil: the system's.
	TLSRoots *x509.CertPool
	// TLSInsecure accepts any certificate, as the browser flags of a test run do.
	TLSInsecure bool
	// PolicyBase overrides Base for single policies (one process for each).
	PolicyBase map[string]string
	// Policies says of each standard policy whether the target has it; one
	// that is not named here is served.
	Policies map[string]PolicyState
	// Said are the standard policies that the target can only say with values of its own
	// for some fields, as it says them, by name; the others are as the table has them.
	Said map[string]cases.Policy
	// Always are its reasons for those fields: "max_age" -> "it is written into the code".
	Always map[string]string
	// Forbids are the policies that the target's documentation forbids, with its words.
	Forbids map[string]string
	// Missing are the contract parts that the target does not have, with the reason.
	Missing map[cases.Part]string
	// WebSocket is the path of an endpoint of WebSocket, with a slash at its
	// beginning: below each policy's base, of an ordinary endpoint the whole path on its
	// server. Empty: none is known, and nothing is asked of any.
	WebSocket string
	// HeadBytes is the size of the largest request head that the server is
	// declared to accept; 0 when not known.
	HeadBytes int
	// Log gives the last lines of the server's own log, for the report of its
	// death; nil when it has none. policy tells which of several processes.
	Log func(policy string) string
	// Requests say how requests are made, where that was stated; nil: as ever.
	Requests *ask.Options
	// Declared is the policy of an ordinary endpoint that serves no contract,
	// Endpoint its URL.
	Declared *cases.Policy
	Endpoint string
	// Foreign: the server is not ours. Only methods in AllowedMethods are
	// sent, besides OPTIONS, and at most RateLimit requests a second. No
	// AllowedMethods means GET and HEAD.
	Foreign        bool
	AllowedMethods []string
	// NoChanges: no method is sent but GET, HEAD and OPTIONS, which change
	// nothing on a server that keeps to HTTP.
	NoChanges bool
	RateLimit float64 // requests per second; 0 for no limit
}

// PolicyState is what became of a policy that a target does not serve.
type PolicyState struct {
	Kind    StateKind `json:"kind"`
	Message string    `json:"message,omitempty"`
}

// StateKind is the kind of a PolicyState.
type StateKind string

// The kinds. Served is the zero value.
const (
	Served         StateKind = ""
	NotExpressible StateKind = "not-expressible" // the framework has no way to say it
	Refused        StateKind = "refused"         // the framework refused the configuration at start
	NotServed      StateKind = "not-served"      // nothing answers at its path: the contract is not served in full
)

// Expand gives the checks of a table for this target: every case under each
// standard policy that it lists, as the target says it, or, for an ordinary endpoint, every case under
// the declared policy.
func (t *Target) Expand(table *cases.Table) []cases.Check {
	if t.Declared != nil {
		return table.Expand([]cases.Policy{*t.Declared}, true, t.Env(t.Declared.Name))
	}
	policies := t.said(table.Policies)
	if len(t.PolicyBase) == 0 {
		return table.Expand(policies, false, t.Env(""))
	}
	// Policies with a process of their own have an origin of their own, which
	// the cases name. The checks stay in the table's order.
	of := map[string][]cases.Check{}
	for _, p := range policies {
		for _, c := range table.Expand([]cases.Policy{p}, false, t.Env(p.Name)) {
			of[c.Case.ID] = append(of[c.Case.ID], c)
		}
	}
	var checks []cases.Check
	for i := range table.Cases {
		checks = append(checks, of[table.Cases[i].ID]...)
	}
	return checks
}

// said are the policies as the target says them.
func (t *Target) said(standard []cases.Policy) []cases.Policy {
	list := slices.Clone(standard)
	for i, p := range list {
		if said, other := t.Said[p.Name]; other {
			list[i] = said
		}
	}
	return list
}

// unsaid is why a check does not hold for its policy as the target says it.
func (t *Target) unsaid(c *cases.Check) string {
	var reasons []string
	for _, field := range c.Unsaid {
		reasons = append(reasons, field+": "+t.Always[field])
	}
	return c.NotApplicable + ", but whatever a policy states, " + strings.Join(reasons, "; ")
}

// Env is what the templates of cases can know of the target, under a policy.
func (t *Target) Env(policy string) cases.Env {
	base, tls := t.url("http"), t.url("https")
	if own := t.PolicyBase[policy]; own != "" {
		base, tls = own, ""
		if origin.IsHTTPS(own) {
			tls = own
		}
	}
	env := cases.Env{Target: origin.Of(base), TLSTarget: origin.Of(tls)}
	_, _, root, err := origin.Split(base)
	if err != nil {
		root = "/"
	}
	root, _, _ = strings.Cut(root, "?")
	env.Path = func(p *cases.Policy, path string) string {
		return strings.TrimSuffix(root, "/") + "/" + p.Mount() + path
	}
	if t.Declared != nil {
		// Only the endpoint itself is known to exist; other paths imply a part
		// of the contract, without which their checks do not run.
		env.Path = func(*cases.Policy, string) string { return root }
	}
	return env
}

// url is the base (or endpoint) with that scheme, or whatever there is for
// "http": an https-only target runs every check over TLS.
func (t *Target) url(scheme string) string {
	main := t.Base
	if t.Declared != nil {
		main = t.Endpoint
	}
	if scheme == "https" {
		if t.TLSBase != "" {
			return t.TLSBase
		}
		if !origin.IsHTTPS(main) {
			return ""
		}
	}
	return main
}

func (t *Target) tlsConfig() *tls.Config {
	if t.Requests != nil {
		return t.Requests.TLS()
	}
	return &tls.Config{RootCAs: t.TLSRoots, InsecureSkipVerify: t.TLSInsecure} //nolint:gosec // on demand, for self-signed test servers
}
