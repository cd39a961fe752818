package spec

import (
	"net/netip"
	"strings"
)

// PageContext is what is known of a page, and of the browser, besides the page's origin. With it
// the layers beside CORS are decided; see Layer. The zero value knows nothing more: then mixed
// content, ports and Cross-Origin-Resource-Policy are decided, which need no more. A nil slice is
// what is not known, an empty one is known to be empty.
type PageContext struct {
	// Secure says whether the page is a secure context
	// (https://html.spec.whatwg.org/multipage/webappsec.html#secure-contexts); nil: its origin tells.
	Secure *bool
	// Destination is the request's (https://fetch.spec.whatwg.org/#concept-request-destination),
	// "image", "script", "style" and so on; empty: that of fetch and XMLHttpRequest.
	Destination string
	// ImageSet: with the destination "image", the initiator is srcset or <picture>.
	ImageSet bool

	// CSP are the values of the page's Content-Security-Policy, one for each field line or meta
	// element, and CSPReportOnly those of Content-Security-Policy-Report-Only, which stop nothing.
	CSP           []string
	CSPReportOnly []string
	// Integrity is the request's integrity metadata, empty for none.
	Integrity string
	// IntegrityPolicy are the blocked destinations of the page's Integrity-Policy.
	IntegrityPolicy []string
	// Embedder is the page's Cross-Origin-Embedder-Policy; empty: not known.
	Embedder EmbedderPolicy
	// HSTS are the hosts of which the browser knows that they want https
	// (https://www.rfc-editor.org/rfc/rfc6797), each by its name; with a leading "*." its subdomains too.
	HSTS []string
	// Worker is the type of the answer that the page's service worker gives; WorkerNone where
	// there is none, or where it passes the request on. Empty: not known.
	Worker WorkerAnswer

	// AddressSpace is where the page came from; empty: not known, and local network access is
	// not looked at.
	AddressSpace AddressSpace
	// LocalNetwork: the user has allowed the page to reach the local network and this machine.
	LocalNetwork bool
	// TargetAddressSpace is fetch's option of that name, SpaceLocal or SpaceLoopback; empty for none.
	TargetAddressSpace AddressSpace
	// Servers are the address spaces of the servers, by hop; empty, or too short: as a literal
	// host tells, and a name is public.
	Servers []AddressSpace
}

// beforeCORS is main fetch (https://fetch.spec.whatwg.org/#concept-main-fetch), steps 4 to 10, for
// the current URL: what comes before CORS. It returns true when the request ended here. The
// standard's step 7 gives no order to its four questions; this is Chromium's.
func (f *Fetch) beforeCORS() bool {
	f.reportCSP()
	if f.p.CSPBeforeUpgrade && f.req.API == APIFetch && len(f.hops) == 1 && f.blockedByCSP() {
		return true
	}
	if f.looksAtModeFirst() && len(f.hops) == 1 && f.refusesMode() {
		return true
	}
	f.upgrade()
	f.hop().URL = f.url.String()
	if f.blockedByCSP() || f.blockedByIntegrityPolicy() || f.userinfo() || f.mixed() || f.badPort() {
		return true
	}
	f.knownHSTS()
	f.hop().URL = f.url.String()
	return f.byWorker()
}

// looksAtModeFirst tells whether refusesMode is asked of the URL as the script gives it, and of no other:
// one that upgrade-insecure-requests has taken to another origin is not refused.
// Where nothing is known of the page, nothing comes before CORS.
func (f *Fetch) looksAtModeFirst() bool {
	return f.p.NoCORSModeFirst && f.req.API == APIFetch && f.req.Context != nil
}

// userinfo is what Chromium does with a URL that has a user name or a password: an element is not loaded
// from it, and no redirect to it is followed but those of XMLHttpRequest.
func (f *Fetch) userinfo() bool {
	switch {
	case len(f.hops) > 1:
		if !f.refusesAnyUserinfo(f.url) {
			return false
		}
		f.hops = f.hops[:len(f.hops)-1] // it is the redirect that is refused
		f.refuseUserinfo()
	case f.p.ElementUserinfoRefused && f.req.API == APIElement && f.url.HasCredentials():
		f.t.add(ruleNetworkError, "the engine loads no element from a URL with user name or password: network error")
		f.block(ReasonNetworkError, "")
	default:
		return false
	}
	return true
}

// setScheme gives the current URL another scheme.
func (f *Fetch) setScheme(scheme string) { f.url = f.url.withScheme(scheme) }

// secure tells whether the page is a secure context, as far as is known.
func (f *Fetch) secure() bool {
	if s := f.req.Context.Secure; s != nil {
		return *s
	}
	return f.origin.Scheme == "https" || loopbackHost(f.origin.Host)
}

// loopbackHost is https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy, steps 4
// and 5.
func loopbackHost(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, ok := literal(host)
	return ok && ip.IsLoopback()
}

// literal is the address that a URL's host is; ok is false for a name.
func literal(host string) (ip netip.Addr, ok bool) {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return ip, err == nil
}
