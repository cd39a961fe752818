package spec

import "golang.org/x/net/publicsuffix"

// EmbedderPolicy is a page's Cross-Origin-Embedder-Policy
// (https://html.spec.whatwg.org/multipage/browsers.html#embedder-policy-value).
type EmbedderPolicy string

// The embedder policies.
const (
	EmbedderUnsafeNone     EmbedderPolicy = "unsafe-none"
	EmbedderRequireCORP    EmbedderPolicy = "require-corp"
	EmbedderCredentialless EmbedderPolicy = "credentialless"
)

// EmbedderPolicies are all of them.
func EmbedderPolicies() []EmbedderPolicy {
	return []EmbedderPolicy{EmbedderUnsafeNone, EmbedderRequireCORP, EmbedderCredentialless}
}

var ruleCORP = rule{"http-fetch/cross-origin-resource-policy", fetchStandard + "#cross-origin-resource-policy-header"}

// keptBack is https://fetch.spec.whatwg.org/#concept-cross-origin-resource-policy-check for an
// opaque answer.
func (f *Fetch) keptBack(resp Response) bool {
	c := f.req.Context
	if c == nil || f.tainting != TypeOpaque {
		return false
	}
	value, _ := resp.Header.Get("Cross-Origin-Resource-Policy")
	reason := f.refusesByCORP(value)
	byCOEP := value != "same-origin" && value != "same-site" && value != "cross-origin" && f.embedderRequires()
	switch {
	case byCOEP && !f.origin.SameOrigin(f.url.Origin()):
		f.t.add(ruleCORP, "the answer has no Cross-Origin-Resource-Policy, and the page's Cross-Origin-Embedder-Policy wants one: network error")
		f.block(ReasonCORPByCOEP, "")
		return true
	case reason == "":
		return false
	}
	if f.t != nil {
		f.t.add(ruleCORP, "the answer says Cross-Origin-Resource-Policy: "+value+": network error")
	}
	f.block(reason, "")
	return true
}

// embedderRequires tells whether an answer without a policy counts as one of same-origin.
func (f *Fetch) embedderRequires() bool {
	if !f.secure() {
		return false // https://html.spec.whatwg.org/multipage/browsers.html#obtain-an-embedder-policy, step 2
	}
	switch f.req.Context.Embedder {
	case EmbedderRequireCORP:
		return true
	case EmbedderCredentialless:
		return f.hop().Credentials
	}
	return false
}

// refusesByCORP is the reason for which a policy refuses the current URL's answer to the page; empty
// for none.
func (f *Fetch) refusesByCORP(value string) Reason {
	from, to := f.origin, f.url.Origin()
	switch {
	case value == "same-origin" && !from.SameOrigin(to):
		return ReasonCORPNotSameOrigin
	case value == "same-site" && !from.SameOrigin(to) && !(f.sameSite(from, to) && (from.Scheme == "https" || to.Scheme != "https")):
		return ReasonCORPNotSameSite
	}
	return ""
}

// withoutCredentials tells whether the page's embedder policy takes the credentials off a request
// (https://fetch.spec.whatwg.org/#cross-origin-embedder-policy-allows-credentials).
func (f *Fetch) withoutCredentials() bool {
	c := f.req.Context
	return c != nil && c.Embedder == EmbedderCredentialless && f.secure() && f.req.Mode == ModeNoCORS && !f.origin.SameOrigin(f.url.Origin())
}

// sameSite is https://html.spec.whatwg.org/multipage/browsers.html#schemelessly-same-site, or what
// an engine has instead.
func (f *Fetch) sameSite(a, b Origin) bool {
	if f.p.SiteByDomain {
		return !isAddress(a.Host) && !isAddress(b.Host) && registrable(a.Host) == registrable(b.Host)
	}
	return !a.Opaque() && !b.Opaque() && domain(a.Host) == domain(b.Host)
}

// domain is the registrable domain of a host; the host itself where it has none, as an address has.
func domain(host string) string {
	if d := registrable(host); d != "" {
		return d
	}
	return host
}

// registrable is https://url.spec.whatwg.org/#host-registrable-domain; empty for none.
func registrable(host string) string {
	if host == "" || isAddress(host) {
		return ""
	}
	d, _ := publicsuffix.EffectiveTLDPlusOne(host)
	return d
}

func isAddress(host string) bool {
	_, ok := literal(host)
	return ok
}
