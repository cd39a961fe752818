package cases

import (
	"fmt"
	"slices"
	"strings"
)

// Each names a list of a policy whose entries a step is repeated for.
type Each string

// The lists.
const (
	EachOrigin  Each = "origins"
	EachMethod  Each = "methods"
	EachHeader  Each = "request_headers"
	EachExposed Each = "exposed"
	EachTiming  Each = "timing_origins"
)

// eaches are the possible values of Step.Each; "" is a step that is performed as it stands.
var eaches = []string{"", string(EachOrigin), string(EachMethod), string(EachHeader), string(EachExposed), string(EachTiming)}

// entries are what a step is repeated for under the policy. A "*", a pattern, an
// expression and a function give the examples that the other template functions
// have, a pattern its edges as well. Request headers are in lower case, as browsers ask for them. Names that no
// script can set are left out, and where a script is to set them, those that need
// no permission for ordinary values, and User-Agent, which Chromium never lets a script set.
func (p *Policy) entries(each Each, script bool) []string {
	switch each {
	case EachOrigin:
		list := append(p.AllowedOrigins(), p.edges()...)
		if slices.Contains(p.Origins, "null") {
			list = append(list, "null")
		}
		return unique(list)
	case EachMethod:
		if slices.Contains(p.Methods, "*") {
			return unsafeMethods(p)
		}
		return unique(slices.Clone(p.Methods))
	case EachHeader:
		if script {
			return slices.DeleteFunc(sortedLower(unsafeHeaders(p)), func(h string) bool { return h == "user-agent" })
		}
		return settableHeaders(p)
	case EachExposed:
		return p.exposedNames()
	case EachTiming:
		return unique(slices.Clone(p.TimingOrigins))
	}
	return nil
}

// unique takes out what the list has already.
func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// settableHeaders are the stated request headers that a script can set, as a
// browser lists them in a preflight: in lower case, sorted, each once. Those that need no
// permission for ordinary values are among them, since they do for others
// (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
func settableHeaders(p *Policy) []string {
	if slices.Contains(p.RequestHeaders, "*") {
		return sortedLower(unsafeHeaders(p))
	}
	return sortedLower(slices.DeleteFunc(slices.Clone(p.RequestHeaders), forbiddenHeader))
}

// named is the name of a repeated step: a failure of it names the entry.
func named(name, entry string) string {
	return strings.TrimSpace(name + " " + entry)
}

// sample is a value that a script may well give the request header.
func sample(name string) string {
	switch strings.ToLower(name) {
	case "content-type":
		return "application/json"
	case "authorization":
		return "Bearer corsproof"
	}
	return "1"
}

// entry is what the step is repeated for.
func (s *scope) entryValue() (string, error) {
	if s.entry == "" {
		return "", fmt.Errorf("entry is used in a step that is not repeated; give the step each: %s", strings.Join(eaches[1:], ", each: "))
	}
	return s.entry, nil
}

// exposedNames are the response headers that are exposed by name: neither those
// that every script can read nor those that none can.
func (p *Policy) exposedNames() []string {
	if slices.Contains(p.ExposeHeaders, "*") {
		return nil
	}
	return statedExposed(p)
}

// statedCredentials is the mode of a script which uses what the policy grants:
// include where credentials are allowed, else same-origin.
const statedCredentials = "stated"

func (p *Policy) credentialsMode() string {
	if p.Credentials {
		return "include"
	}
	return "same-origin"
}

// granted is the first origin that the policy allows, null if it allows no other.
func (s *scope) granted() (string, error) {
	return s.nth("granted", "origins to grant", s.policy.entries(EachOrigin, false), nil)
}

// ask is the method that a preflight of the policy's typical script names: the
// first that needs permission, else GET, whose headers do.
func (s *scope) ask() (string, error) {
	if m, err := s.method(); err == nil {
		return m, nil
	}
	if len(settableHeaders(s.policy)) == 0 {
		return "", s.none("ask", "it lists no method and no request header that needs permission, so that no preflight succeeds")
	}
	return "GET", nil
}

// allHeaders are the stated request headers as one preflight asks for them.
func (s *scope) allHeaders() (string, error) {
	list := settableHeaders(s.policy)
	if len(list) == 0 {
		return "", s.none("allHeaders", "it lists no request header")
	}
	return strings.Join(list, ","), nil
}

// preflighted is a method that needs permission.
func (s *scope) preflighted(method string) (string, error) {
	return s.given("preflighted", method, !slices.Contains(safelistedMethods, method), "no preflight is needed for it")
}
