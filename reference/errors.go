package reference

import "fmt"

// The errors of New. New joins all that it finds (errors.Join); errors.As
// finds each kind. Every one names the policy, if it has a name, and the value,
// and says what to do. A Field is the YAML key that package cases has for it.

// of names the policy at the beginning of a message.
func of(policy string) string {
	if policy == "" {
		return ""
	}
	return fmt.Sprintf("policy %q: ", policy)
}

// UnsafeCredentialsError is a policy that would let every site, or every
// sandboxed document, read with the user's credentials. There is no way to
// express it: Fetch forbids "*" with credentials
// (https://fetch.spec.whatwg.org/#cors-protocol-and-credentials), and echoing
// every origin instead is the classic hole (CVE-2018-20744 and its kin).
type UnsafeCredentialsError struct {
	Policy string
	Origin string // "*" or "null"
}

func (e *UnsafeCredentialsError) Error() string {
	who := "every site"
	if e.Origin == "null" {
		who = "every sandboxed document of any site"
	}
	return fmt.Sprintf("%sorigin %q with credentials would let %s read with the user's cookies: list the trusted origins, or switch credentials off", of(e.Policy), e.Origin, who)
}

// OriginReason says why an origin or a pattern is not usable.
type OriginReason string

// The reasons of an OriginError.
const (
	OriginSyntax       OriginReason = "it is not a serialised origin: write scheme://host[:port], without a path"
	OriginNotCanonical OriginReason = "a browser never serialises an origin like this"
	OriginOpaqueScheme OriginReason = `documents of this scheme have the origin "null"`
	PatternSyntax      OriginReason = "a pattern is an http or https origin whose host is *.DOMAIN, or whose port is *"
	PatternPublic      OriginReason = "everybody can register a domain below a public suffix: name the registrable domain"
)

// OriginError is an origin, or an origin pattern, that no browser would send
// or that would match more than its owner can mean.
type OriginError struct {
	Policy string
	Field  string // "origins", "origin_patterns", "timing_origins"
	Value  string
	Reason OriginReason
	// Want is the canonical spelling, where there is one.
	Want string
}

func (e *OriginError) Error() string {
	s := fmt.Sprintf("%s%s: %q: %s", of(e.Policy), e.Field, e.Value, e.Reason)
	if e.Want != "" {
		s += fmt.Sprintf("; write %q", e.Want)
	}
	return s
}

// RegexError is an origin expression that does not compile.
type RegexError struct {
	Policy string
	Value  string
	Err    error
}

func (e *RegexError) Error() string {
	return fmt.Sprintf("%sorigin_regexes: %q: %v: write RE2 syntax without anchors", of(e.Policy), e.Value, e.Err)
}

func (e *RegexError) Unwrap() error { return e.Err }

// WildcardError is a list in which "*" is beside other elements.
type WildcardError struct {
	Policy string
	Field  string
}

func (e *WildcardError) Error() string {
	return fmt.Sprintf(`%s%s: "*" must be the only element: remove it or the others`, of(e.Policy), e.Field)
}

// NameReason says why a method or a header name is not usable.
type NameReason string

// The reasons of a MethodError or HeaderError.
const (
	NotToken        NameReason = "it is not a token (RFC 9110, section 5.6.2)"
	ForbiddenName   NameReason = "a script can neither set nor read it, so no grant has an effect: remove it"
	NormalisedAway  NameReason = "browsers send this method in upper case only, and methods are case-sensitive: write it in upper case"
	ForbiddenMethod NameReason = "a script cannot use this method: remove it"
)

// MethodError is a method that cannot be granted.
type MethodError struct {
	Policy string
	Value  string
	Reason NameReason
}

func (e *MethodError) Error() string {
	return fmt.Sprintf("%smethods: %q: %s", of(e.Policy), e.Value, e.Reason)
}

// HeaderError is a header name that cannot be granted or exposed.
type HeaderError struct {
	Policy string
	Field  string // "request_headers", "expose_headers"
	Value  string
	Reason NameReason
}

func (e *HeaderError) Error() string {
	return fmt.Sprintf("%s%s: %q: %s", of(e.Policy), e.Field, e.Value, e.Reason)
}
