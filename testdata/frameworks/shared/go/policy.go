// Package contract is what the Go adapters share: the policies as the harness
// hands them over, the handlers of the contract (../../README.md) and the
// outermost layer with the listener. It is written against net/http only.
package contract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// Policy is one policy of the file that CORSPROOF_POLICIES names. The fields
// are explained where the suite defines them (cases/policy.go).
type Policy struct {
	Name           string      `json:"name"`
	Path           string      `json:"path"` // see Mount
	Origins        []string    `json:"origins"`
	OriginPatterns []string    `json:"origin_patterns"`
	OriginRegexes  []string    `json:"origin_regexes"`
	OriginFunc     *OriginFunc `json:"origin_func"`
	Credentials    bool        `json:"credentials"`
	Methods        []string    `json:"methods"`
	RequestHeaders []string    `json:"request_headers"`
	ExposeHeaders  []string    `json:"expose_headers"`
	MaxAge         *int        `json:"max_age"` // seconds; nil: not configured
	PrivateNetwork bool        `json:"private_network"`
	ZeroConfig     bool        `json:"zero_config"` // the framework's own defaults, nothing else
}

// OriginFunc asks for a callback that allows one origin and panics for another.
type OriginFunc struct {
	Allow string `json:"allow"`
	Throw string `json:"throw"`
}

// Decide is the callback: true for Allow, a panic for Throw, else false.
func (f *OriginFunc) Decide(origin string) bool {
	if origin == f.Throw {
		panic("the origin callback throws for " + origin)
	}
	return origin == f.Allow
}

// Mount is the first segment of the policy's paths: Path, or Name without one.
func (p Policy) Mount() string { return cmp.Or(p.Path, p.Name) }

// AnyOrigin says whether the policy allows every origin.
func (p Policy) AnyOrigin() bool { return slices.Contains(p.Origins, "*") }

// AnyHeader says whether the policy allows every request header.
func (p Policy) AnyHeader() bool { return slices.Contains(p.RequestHeaders, "*") }

// MethodsOrGET is Methods, or only the safelisted GET when the policy lists none:
// for frameworks where the empty list is not a list but a default or an echo.
func (p Policy) MethodsOrGET() []string { return orSafelisted(p.Methods, "GET") }

// HeadersOrAccept is RequestHeaders, or only the safelisted Accept when the policy
// lists none: for frameworks where the empty list is not a list but a default or an echo.
func (p Policy) HeadersOrAccept() []string { return orSafelisted(p.RequestHeaders, "Accept") }

func orSafelisted(list []string, name string) []string {
	if len(list) == 0 {
		return []string{name}
	}
	return list
}

// LiteralHeaders is RequestHeaders for frameworks that send the list as it
// stands, where a "*" means what it means to a browser: any header but Authorization.
func (p Policy) LiteralHeaders() []string {
	if p.AnyHeader() {
		return []string{"*", "Authorization"}
	}
	return p.RequestHeaders
}

// MaxAgeSeconds is MaxAge for frameworks that leave the header out for 0: the
// value zero, documented for "do not cache", takes the place of a 0 that was configured.
func (p Policy) MaxAgeSeconds(zero int) int {
	switch {
	case p.MaxAge == nil:
		return 0
	case *p.MaxAge == 0:
		return zero
	}
	return *p.MaxAge
}

// Policies reads the file that CORSPROOF_POLICIES names.
func Policies() ([]Policy, error) {
	path := os.Getenv("CORSPROOF_POLICIES")
	if path == "" {
		return nil, fmt.Errorf("CORSPROOF_POLICIES is not set: it names the JSON file with the policies to serve")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the policies: %w", err)
	}
	var policies []Policy
	if err := json.Unmarshal(data, &policies); err != nil {
		return nil, fmt.Errorf("reading the policies from %s: %w", path, err)
	}
	return policies, nil
}
