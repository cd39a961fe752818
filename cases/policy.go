package cases

import "cmp"

// Policy is what the owner of a server means by its CORS configuration. It is
// plain data, independent of any framework. The zero value shares nothing.
type Policy struct {
	Name string `yaml:"name" json:"name"`
	Doc  string `yaml:"doc" json:"doc,omitempty"`
	// Path is the path segment below which the policy is mounted; empty: the name.
	Path string `yaml:"path" json:"path,omitempty"`
	// Origins are serialised origins, compared byte for byte; "null" allows
	// the opaque origin, the single element "*" any origin.
	Origins []string `yaml:"origins" json:"origins,omitempty"`
	// OriginPatterns are origins whose host begins with "*.": any subdomain, of one
	// label or of several; or that end with ":*": any port of the host, the default one
	// too, which an origin does not name.
	OriginPatterns []string `yaml:"origin_patterns" json:"origin_patterns,omitempty"`
	// FrameworkWildcards says that the patterns are to be written with the framework's own
	// wildcard, as the standard policies are: whether that stands for several labels, and
	// for the default port, is then the framework's affair.
	FrameworkWildcards bool `yaml:"framework_wildcards" json:"framework_wildcards,omitempty"`
	// OriginRegexes are the same set, to be written as the framework's
	// documentation writes a regular expression; the value is the expression
	// without anchors, e.g. `https://[a-z]+\.apps\.example`.
	OriginRegexes []string `yaml:"origin_regexes" json:"origin_regexes,omitempty"`
	// OriginFunc asks for a callback: it allows OriginFunc.Allow and throws
	// (panics, returns an error) for OriginFunc.Throw.
	OriginFunc *OriginFunc `yaml:"origin_func" json:"origin_func,omitempty"`
	// Credentials allows credentialed requests.
	Credentials bool `yaml:"credentials" json:"credentials"`
	// Methods are the methods allowed besides the CORS-safelisted ones; "*" any.
	Methods []string `yaml:"methods" json:"methods,omitempty"`
	// RequestHeaders are the allowed request-header names; "*" any.
	RequestHeaders []string `yaml:"request_headers" json:"request_headers,omitempty"`
	// ExposeHeaders are the response-header names scripts may read; "*" all.
	ExposeHeaders []string `yaml:"expose_headers" json:"expose_headers,omitempty"`
	// MaxAge is the time a preflight may be cached, in seconds. Nil: unset.
	MaxAge *int `yaml:"max_age" json:"max_age,omitempty"`
	// PrivateNetwork allows the legacy Private Network Access preflight.
	PrivateNetwork bool `yaml:"private_network" json:"private_network,omitempty"`
	// TimingOrigins are the origins whose pages may read the times of a load
	// (Timing-Allow-Origin), serialised as Origins are; the single element "*" all.
	TimingOrigins []string `yaml:"timing_origins" json:"timing_origins,omitempty"`
	// Unsafe marks a policy that a careful framework refuses at start (any
	// origin with credentials): "refused" is then the best answer.
	Unsafe bool `yaml:"unsafe" json:"unsafe,omitempty"`
	// ZeroConfig is the policy "default": whatever the framework does when
	// switched on without any configuration.
	ZeroConfig bool `yaml:"zero_config" json:"zero_config,omitempty"`
	// OptIn marks a standard policy that only some frameworks have a way to say,
	// with the reason why the others have none: it is given to an adapter only if
	// its manifest names it under expressible. Empty: it is given to all.
	OptIn string `yaml:"opt_in" json:"opt_in,omitempty"`
}

// Mount is the path segment below which a target that serves the contract has
// the policy.
func (p *Policy) Mount() string { return cmp.Or(p.Path, p.Name) }

// OriginFunc describes the callback of a policy whose origins are decided by code.
type OriginFunc struct {
	Allow string `yaml:"allow" json:"allow"`
	Throw string `yaml:"throw" json:"throw"`
}
