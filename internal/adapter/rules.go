package adapter

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// This file has the keys of a manifest that say what of the standard policies a
// framework can be asked for, and whose fault it is when the answer is wrong.

// Kind is what an adapter tests.
type Kind string

// The kinds.
const (
	Library       Kind = "library"       // a framework's own CORS layer, or a package
	Configuration Kind = "configuration" // a server's configuration that is passed around
	Handwritten   Kind = "handwritten"   // a few lines as people write them
)

// Kinds are the kinds, the default first.
func Kinds() []Kind { return []Kind{Library, Configuration, Handwritten} }

// Field is a key of a policy, as policies.yaml spells it.
type Field string

// The fields that frameworks decide by themselves, or take two values of for one.
const (
	FieldOrigins        Field = "origins"
	FieldCredentials    Field = "credentials"
	FieldMethods        Field = "methods"
	FieldRequestHeaders Field = "request_headers"
	FieldExposeHeaders  Field = "expose_headers"
	FieldMaxAge         Field = "max_age"
)

var fields = []Field{FieldOrigins, FieldCredentials, FieldMethods, FieldRequestHeaders, FieldExposeHeaders, FieldMaxAge}

// Always is what a framework does whatever a policy states. A nil field is as
// the policy states.
type Always struct {
	Methods        *Fixed[[]string] `yaml:"methods"`
	RequestHeaders *Fixed[[]string] `yaml:"request_headers"`
	ExposeHeaders  *Fixed[[]string] `yaml:"expose_headers"`
	// MaxAge is in seconds; a value of null means that none is ever sent.
	MaxAge      *Fixed[*int] `yaml:"max_age"`
	Credentials *Fixed[bool] `yaml:"credentials"`
}

// Fixed is the one value that a field of a policy has for a framework.
type Fixed[T any] struct {
	Value  T      `yaml:"value"`
	Reason string `yaml:"reason"`
}

// reasons are those of the fields that are fixed.
func (a *Always) reasons() map[Field]string {
	reasons := map[Field]string{}
	if a.Methods != nil {
		reasons[FieldMethods] = a.Methods.Reason
	}
	if a.RequestHeaders != nil {
		reasons[FieldRequestHeaders] = a.RequestHeaders.Reason
	}
	if a.ExposeHeaders != nil {
		reasons[FieldExposeHeaders] = a.ExposeHeaders.Reason
	}
	if a.MaxAge != nil {
		reasons[FieldMaxAge] = a.MaxAge.Reason
	}
	if a.Credentials != nil {
		reasons[FieldCredentials] = a.Credentials.Reason
	}
	return reasons
}

// texts are the reasons with the fields as words.
func (a *Always) texts() map[string]string {
	texts := map[string]string{}
	for field, reason := range a.reasons() {
		texts[string(field)] = reason
	}
	return texts
}

// apply puts the fixed values in the place of a policy's own.
func (a *Always) apply(p cases.Policy) cases.Policy {
	if a.Methods != nil {
		p.Methods = a.Methods.Value
	}
	if a.RequestHeaders != nil {
		p.RequestHeaders = a.RequestHeaders.Value
	}
	if a.ExposeHeaders != nil {
		p.ExposeHeaders = a.ExposeHeaders.Value
	}
	if a.MaxAge != nil {
		p.MaxAge = a.MaxAge.Value
	}
	if a.Credentials != nil {
		p.Credentials = a.Credentials.Value
	}
	p.Unsafe = p.Unsafe || p.AnyOrigin() && p.Credentials
	return p
}

// validateRules validates kind, always, not_expressible, expressible, forbids and alike.
func (m *Manifest) validateRules() []error {
	var all []error
	if m.Kind == "" {
		m.Kind = Library
	}
	if !slices.Contains(Kinds(), m.Kind) {
		all = append(all, m.wrong("kind", "kind is %q; it is one of %v", m.Kind, Kinds()))
	}
	for field := range m.Alike {
		if !slices.Contains(fields, field) {
			all = append(all, m.wrong("alike."+string(field), "alike: %q is not a field; the fields are %v", field, fields))
		}
	}
	all = append(all, m.validateAlways()...)
	all = append(all, unreasoned(m, "always", m.Always.reasons(), "reason")...)
	all = append(all, unreasoned(m, "not_expressible", m.NotExpressible, "reason")...)
	all = append(all, unreasoned(m, "expressible", m.Expressible, "way to say it")...)
	all = append(all, unreasoned(m, "forbids", m.Forbids, "documentation's words, with where they are")...)
	all = append(all, unreasoned(m, "alike", m.Alike, "reason")...)
	for policy := range m.Expressible {
		if _, both := m.NotExpressible[policy]; both {
			all = append(all, m.wrong("expressible."+policy, "expressible: %s is not_expressible too", policy))
		}
	}
	return all
}

// unreasoned reports the entries of a key that lack their text.
func unreasoned[K ~string](m *Manifest, key string, entries map[K]string, what string) (all []error) {
	for name, text := range entries {
		if strings.TrimSpace(text) == "" {
			all = append(all, m.wrong(key+"."+string(name), "%s: %s needs the %s", key, name, what))
		}
	}
	return all
}

// validateAlways holds the fixed values to what a policy may have.
func (m *Manifest) validateAlways() (all []error) {
	for field := range m.Always.reasons() {
		key := "always." + string(field)
		if _, given := m.lines[key+".value"]; !given {
			all = append(all, m.wrong(key, "always: %s needs the value", field))
		}
	}
	p := m.Always.apply(cases.Policy{Name: "any"})
	for _, e := range p.Validate() {
		field, _, _ := strings.Cut(e.Field, "[")
		all = append(all, m.wrong("always."+field, "always: %s: %s; expected %s", e.Field, e.What, e.Want))
	}
	return all
}

// CheckPolicies reports the policies that the manifest names and that are none of
// the standard ones, which are all that the given list holds; and those under
// expressible that every adapter is given anyway.
func (m *Manifest) CheckPolicies(standard []cases.Policy) error {
	var all []error
	known := map[string]*cases.Policy{}
	for i := range standard {
		known[standard[i].Name] = &standard[i]
	}
	check := func(key string, policies map[string]string) {
		for policy := range maps.Keys(policies) {
			if known[policy] == nil {
				all = append(all, m.wrong(key+"."+policy, "%s: there is no policy %q", key, policy))
			}
		}
	}
	check("not_expressible", m.NotExpressible)
	check("expressible", m.Expressible)
	check("forbids", m.Forbids)
	for policy := range m.Expressible {
		if p := known[policy]; p != nil && p.OptIn == "" {
			all = append(all, m.wrong("expressible."+policy, "expressible: %s is given to every adapter, unless it is not_expressible", policy))
		}
	}
	for i, r := range m.Releases {
		for j, policy := range r.Policies {
			if known[policy] == nil {
				key := fmt.Sprintf("releases[%d].policies", i)
				all = append(all, m.wrong(fmt.Sprintf("%s[%d]", key, j), "%s: there is no policy %q", key, policy))
			}
		}
	}
	return sorted(all)
}

// say gives a standard policy as the framework can say it, or the reason why it has no
// way to: none is documented, or it has one value for what the policy is there for.
func (m *Manifest) say(p cases.Policy, standard []cases.Policy) (said cases.Policy, reason string) {
	if reason, ok := m.NotExpressible[p.Name]; ok {
		return p, reason
	}
	if _, ok := m.Expressible[p.Name]; !ok && p.OptIn != "" {
		return p, p.OptIn
	}
	if p.ZeroConfig { // that is whatever the framework does
		return p, ""
	}
	said = m.Always.apply(p)
	i := slices.IndexFunc(standard, func(p cases.Policy) bool { return p.Name == cases.Plain })
	if i < 0 {
		return said, ""
	}
	return said, m.Always.reasons()[Field(p.Point(&said, &standard[i]))]
}
