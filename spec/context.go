package spec

import (
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// PageContext is what is known of a page besides its origin. With it, mixed content,
// Cross-Origin-Resource-Policy and, if AddressSpace is known, local network access are decided
// besides CORS. The zero value knows nothing more.
type PageContext struct {
	// Secure says whether the page is a secure context
	// (https://html.spec.whatwg.org/multipage/webappsec.html#secure-contexts); nil: its origin tells.
	Secure *bool
	// AddressSpace is where the page came from; empty: not known, and local network access is
	// not looked at.
	AddressSpace AddressSpace
	// LocalNetwork: the user has allowed the page to reach the local network and this machine.
	LocalNetwork bool
	// Servers are the address spaces of the servers, by hop; empty, or too short: as a literal
	// host tells, and a name is public.
	Servers []AddressSpace
}

// AddressSpace is how near an address is
// (https://wicg.github.io/local-network-access/#ip-address-space-section).
type AddressSpace string

// The address spaces, each nearer than the one before.
const (
	SpacePublic   AddressSpace = "public"
	SpaceLocal    AddressSpace = "local"
	SpaceLoopback AddressSpace = "loopback"
)

// AddressSpaces are all of them.
func AddressSpaces() []AddressSpace {
	return []AddressSpace{SpacePublic, SpaceLocal, SpaceLoopback}
}

// The reasons that are not CORS, decided where a request has a PageContext. Names are DevTools'
// where it has one. They are not among Reasons.
const (
	ReasonMixedContent           Reason = "MixedContent"
	ReasonLocalPermission        Reason = "LocalNetworkAccessPermissionDenied"
	ReasonInsecureLocalNetwork   Reason = "InsecureLocalNetwork"
	ReasonCORPNotSameOrigin      Reason = "CorpNotSameOrigin"
	ReasonCORPNotSameSite        Reason = "CorpNotSameSite"
	mixedContentStandard                = "https://w3c.github.io/webappsec-mixed-content/"
	localNetworkStandard                = "https://wicg.github.io/local-network-access/"
	crossOriginResourcePolicySec        = fetchStandard + "#cross-origin-resource-policy-header"
)

// Layer is what stops a request.
type Layer string

// The layers that are decided.
const (
	LayerCORS         Layer = "cors"
	LayerMixedContent Layer = "mixed-content"
	LayerLocalNetwork Layer = "local-network"
	LayerCORP         Layer = "corp"
	LayerNetwork      Layer = "network"
)

// Layer is the layer of a reason; empty for no reason.
func (r Reason) Layer() Layer {
	switch r {
	case "":
		return ""
	case ReasonMixedContent:
		return LayerMixedContent
	case ReasonLocalPermission, ReasonInsecureLocalNetwork:
		return LayerLocalNetwork
	case ReasonCORPNotSameOrigin, ReasonCORPNotSameSite:
		return LayerCORP
	case ReasonNetworkError:
		return LayerNetwork
	}
	return LayerCORS
}

// undecided are the layers that nothing here decides, in the order of their names.
var undecided = []string{"cookie", "csp", "extension", "hsts", "integrity", "orb", "service-worker", "tls"}

// NotConsidered are the layers that an outcome says nothing of, sorted: a browser may stop the
// request, or keep its answer, for one of them. c is the request's context, nil for none.
func NotConsidered(c *PageContext, e Engine) []string {
	if c == nil {
		return withoutContext
	}
	if c.AddressSpace != "" && localNetworkKnown(e) {
		return undecided
	}
	return withContext
}

var (
	withContext    = sorted(undecided, string(LayerLocalNetwork))
	withoutContext = sorted(withContext, string(LayerMixedContent), string(LayerCORP))
)

func sorted(list []string, more ...string) []string {
	return slices.Sorted(slices.Values(append(slices.Clone(list), more...)))
}

// localNetworkKnown tells whether it is known what an engine does about local network access:
// the specification says it, and Chromium was measured; Firefox and WebKit were not.
func localNetworkKnown(e Engine) bool {
	return e == "" || e == EngineFetch || e == EngineChromium
}

var (
	ruleMixed        = rule{"mixed-content/should-block-fetch", mixedContentStandard + "#should-block-fetch"}
	ruleLocalNetwork = rule{"local-network-access-check", localNetworkStandard + "#local-network-access-check"}
	ruleCORP         = rule{"http-fetch/cross-origin-resource-policy", crossOriginResourcePolicySec}
)

// mixed is https://w3c.github.io/webappsec-mixed-content/#should-block-fetch for the current URL.
// Like browsers it looks at pages that came by https, not at those of this machine.
func (f *Fetch) mixed() bool {
	c := f.req.Context
	if c == nil || f.url.Scheme() != "http" || loopbackHost(f.url.host) {
		return false
	}
	https := f.origin.Scheme == "https" || f.origin.Opaque() && c.Secure != nil && *c.Secure
	if !https {
		return false
	}
	f.t.add(ruleMixed, "the page is secure and the URL is http: network error")
	f.block(ReasonMixedContent, "")
	return true
}

// localNetwork is https://wicg.github.io/local-network-access/#local-network-access-check for a
// connection to the current URL. Chromium looks at public pages alone.
func (f *Fetch) localNetwork() bool {
	c := f.req.Context
	if c == nil || c.AddressSpace == "" || !localNetworkKnown(f.p.Engine) {
		return false
	}
	page, server := rank(c.AddressSpace), rank(f.serverSpace())
	secure := f.secure()
	switch {
	case server <= page, f.p.Engine == EngineChromium && c.AddressSpace != SpacePublic:
		return false
	case f.origin.SameOrigin(f.url.Origin()) && secure:
		return false
	case !secure:
		f.t.add(ruleLocalNetwork, "the page is not a secure context, and the address is in "+string(f.serverSpace())+": network error")
		f.block(ReasonInsecureLocalNetwork, "")
		return true
	case c.LocalNetwork:
		f.t.add(ruleLocalNetwork, "the address is in "+string(f.serverSpace())+", and the user has allowed it")
		return false
	}
	f.t.add(ruleLocalNetwork, "the address is in "+string(f.serverSpace())+", and the user has not allowed it: network error")
	f.block(ReasonLocalPermission, "")
	return true
}

// secure tells whether the page is a secure context, as far as is known.
func (f *Fetch) secure() bool {
	if s := f.req.Context.Secure; s != nil {
		return *s
	}
	return f.origin.Scheme == "https" || loopbackHost(f.origin.Host)
}

// serverSpace is the address space of the current hop's server.
func (f *Fetch) serverSpace() AddressSpace {
	if i := len(f.hops) - 1; i < len(f.req.Context.Servers) && f.req.Context.Servers[i] != "" {
		return f.req.Context.Servers[i]
	}
	if loopbackHost(f.url.host) {
		return SpaceLoopback
	}
	if ip, err := netip.ParseAddr(strings.Trim(f.url.host, "[]")); err == nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast()) {
		return SpaceLocal
	}
	if strings.HasSuffix(f.url.host, ".local") {
		return SpaceLocal
	}
	return SpacePublic
}

func rank(s AddressSpace) int { return slices.Index(AddressSpaces(), s) }

// loopbackHost is https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy, steps 4
// and 5.
func loopbackHost(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}

// keptBack is https://fetch.spec.whatwg.org/#concept-cross-origin-resource-policy-check for an
// opaque answer, of a page without embedder policy.
func (f *Fetch) keptBack(resp Response) bool {
	if f.req.Context == nil || f.tainting != TypeOpaque {
		return false
	}
	value, _ := resp.Header.Get("Cross-Origin-Resource-Policy")
	to := f.url.Origin()
	reason := Reason("")
	switch {
	case value == "same-origin" && !f.origin.SameOrigin(to):
		reason = ReasonCORPNotSameOrigin
	case value == "same-site" && !(sameSite(f.origin, to) && (f.origin.Scheme == "https" || to.Scheme != "https")):
		reason = ReasonCORPNotSameSite
	default:
		return false
	}
	f.t.add(ruleCORP, "the answer says Cross-Origin-Resource-Policy: "+value+": network error")
	f.block(reason, "")
	return true
}

// sameSite is https://html.spec.whatwg.org/multipage/browsers.html#schemelessly-same-site.
func sameSite(a, b Origin) bool {
	return !a.Opaque() && !b.Opaque() && domain(a.Host) == domain(b.Host)
}

// domain is the registrable domain of a host; the host itself where it has none.
func domain(host string) string {
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}
