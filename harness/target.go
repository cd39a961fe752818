package harness

import "github.com/corsproof/corsproof/cases"

// Target is a running server, and where on it each policy lives.
type Target struct {
	Name string
	// Base is the URL below which each policy lives at Base/POLICY (no
	// trailing slash). Empty with Declared.
	Base string
	// TLSBase is the same over TLS with HTTP/2; empty when not offered.
	TLSBase string
	// PolicyBase overrides Base for single policies (one process for each).
	PolicyBase map[string]string
	// Policies says of each standard policy whether the target has it; one
	// that is not named here is served.
	Policies map[string]PolicyState
	// Missing are the contract parts that the target does not have, with the reason.
	Missing map[cases.Part]string
	// HeadBytes is the size of the largest request head that the server is
	// declared to accept; 0 when not known.
	HeadBytes int
	// Declared is the policy of an ordinary endpoint that serves no contract,
	// Endpoint its URL.
	Declared *cases.Policy
	Endpoint string
	// Foreign: the server is not ours. Only methods in AllowedMethods are
	// sent, besides OPTIONS, and at most RateLimit requests a second.
	Foreign        bool
	AllowedMethods []string
	RateLimit      float64 // requests per second; 0 for no limit
}

// PolicyState is what became of a policy that a target does not serve.
type PolicyState struct {
	Kind    StateKind
	Message string
}

// StateKind is the kind of a PolicyState.
type StateKind string

// The kinds. Served is the zero value.
const (
	Served         StateKind = ""
	NotExpressible StateKind = "not-expressible" // the framework has no way to say it
	Refused        StateKind = "refused"         // the framework refused the configuration at start
)
