package spec

import "slices"

const integrityStandard = "https://w3c.github.io/webappsec-subresource-integrity/"

var (
	ruleIntegrity       = rule{"main-fetch/22", fetchStandard + "#concept-main-fetch"}
	ruleIntegrityPolicy = rule{"integrity-policy", integrityStandard + "#should-request-be-blocked-by-integrity-policy"}
)

// blockedByIntegrityPolicy is
// https://w3c.github.io/webappsec-subresource-integrity/#should-request-be-blocked-by-integrity-policy.
func (f *Fetch) blockedByIntegrityPolicy() bool {
	c := f.req.Context
	if !slices.Contains(c.IntegrityPolicy, c.Destination) || f.integrityAsked() {
		return false
	}
	f.t.add(ruleIntegrityPolicy, "the page's Integrity-Policy wants integrity metadata, and mode cors or same-origin: network error")
	f.block(ReasonIntegrityPolicy, "")
	return true
}

// integrityAsked tells whether a request has what Integrity-Policy wants.
func (f *Fetch) integrityAsked() bool {
	return f.req.Context.Integrity != "" && f.req.Mode != ModeNoCORS
}

// unverifiable is main fetch, step 22.2: an opaque answer has no content that could be compared.
func (f *Fetch) unverifiable() bool {
	c := f.req.Context
	if c == nil || c.Integrity == "" || f.tainting != TypeOpaque {
		return false
	}
	f.t.add(ruleIntegrity, "the request has integrity metadata, and the answer is opaque: network error")
	f.block(ReasonIntegrity, "")
	return true
}

// integrityOpen tells whether integrity may still stop the request.
func (f *Fetch) integrityOpen() bool {
	c := f.req.Context
	if c.Integrity != "" {
		return f.out.Result == Allowed // the content decides
	}
	return c.IntegrityPolicy == nil && slices.Contains(policyDestinations, c.Destination)
}

// policyDestinations are those that Integrity-Policy can name.
var policyDestinations = []string{"script", "style"}
