package reference

import (
	"errors"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
	"github.com/corsproof/corsproof/spec"
)

// check joins everything that is wrong with a policy, nil for nothing.
func check(p *Policy) error {
	errs := checkOrigins(p.Name, "origins", p.Origins)
	errs = append(errs, checkPatterns(p)...)
	errs = append(errs, checkOrigins(p.Name, "timing_origins", p.TimingOrigins)...)
	errs = append(errs, checkCredentials(p)...)
	errs = append(errs, checkMethods(p)...)
	errs = append(errs, checkHeaders(p.Name, "request_headers", p.RequestHeaders, whyNotRequested)...)
	errs = append(errs, checkHeaders(p.Name, "expose_headers", p.ExposeHeaders, whyNotExposed)...)
	return errors.Join(errs...)
}

// checkOrigins looks at a list of origins that are compared.
func checkOrigins(policy, field string, origins []string) (errs []error) {
	for _, v := range origins {
		if v == "*" {
			errs = append(errs, checkWildcard(policy, field, origins)...)
		} else if e := checkOrigin(v); e != nil {
			e.Policy, e.Field = policy, field
			errs = append(errs, e)
		}
	}
	return errs
}

// checkPatterns looks at the origins that are matched.
func checkPatterns(p *Policy) (errs []error) {
	for _, v := range p.OriginPatterns {
		if _, err := layer.ParsePattern(v); err != nil {
			why := PatternSyntax
			if errors.Is(err, layer.ErrPatternPublic) {
				why = PatternPublic
			}
			errs = append(errs, &OriginError{Policy: p.Name, Field: "origin_patterns", Value: v, Reason: why})
		}
	}
	for _, v := range p.OriginRegexes {
		if _, err := layer.CompileRegex(v); err != nil {
			errs = append(errs, &RegexError{Policy: p.Name, Value: v, Err: err})
		}
	}
	return errs
}

// checkCredentials refuses to share with everybody what the user's cookies open.
func checkCredentials(p *Policy) (errs []error) {
	if !p.Credentials {
		return nil
	}
	for _, v := range []string{"*", "null"} {
		if slices.Contains(p.Origins, v) {
			errs = append(errs, &UnsafeCredentialsError{Policy: p.Name, Origin: v})
		}
	}
	return errs
}

func checkMethods(p *Policy) (errs []error) {
	for _, v := range p.Methods {
		if v == "*" {
			errs = append(errs, checkWildcard(p.Name, "methods", p.Methods)...)
		} else if why := whyNotMethod(v); why != "" {
			errs = append(errs, &MethodError{Policy: p.Name, Value: v, Reason: why})
		}
	}
	return errs
}

// checkHeaders looks at a list of names; why says what is wrong with one.
func checkHeaders(policy, field string, list []string, why func(name string) NameReason) (errs []error) {
	for _, v := range list {
		if v == "*" {
			errs = append(errs, checkWildcard(policy, field, list)...)
		} else if reason := why(v); reason != "" {
			errs = append(errs, &HeaderError{Policy: policy, Field: field, Value: v, Reason: reason})
		}
	}
	return errs
}

// checkWildcard refuses a list that has more than its "*".
func checkWildcard(policy, field string, list []string) []error {
	if len(list) > 1 {
		return []error{&WildcardError{Policy: policy, Field: field}}
	}
	return nil
}

// checkOrigin reports why a browser would never send v as an Origin.
func checkOrigin(v string) *OriginError {
	if _, err := spec.ParseOrigin(v); err == nil {
		return nil
	}
	want, err := spec.SerializeOrigin(v)
	switch {
	case strings.HasPrefix(v, "file:"):
		return &OriginError{Value: v, Reason: OriginOpaqueScheme, Want: "null"}
	case err != nil, want == "null":
		return &OriginError{Value: v, Reason: OriginSyntax}
	}
	return &OriginError{Value: v, Reason: OriginNotCanonical, Want: want}
}

func whyNotMethod(v string) NameReason {
	switch {
	case !spec.IsToken(v):
		return NotToken
	case spec.IsForbiddenMethod(v):
		return ForbiddenMethod
	case spec.NormalizeMethod(v) != v:
		return NormalisedAway
	}
	return ""
}

func whyNotRequested(v string) NameReason {
	switch {
	case !spec.IsToken(v):
		return NotToken
	case spec.IsForbiddenRequestHeader(v, ""):
		return ForbiddenName
	}
	return ""
}

func whyNotExposed(v string) NameReason {
	switch {
	case !spec.IsToken(v):
		return NotToken
	case spec.IsForbiddenResponseHeaderName(v):
		return ForbiddenName
	}
	return ""
}
