package spec

import "strings"

const (
	mixedContentStandard = "https://w3c.github.io/webappsec-mixed-content/"
	upgradeStandard      = "https://w3c.github.io/webappsec-upgrade-insecure-requests/"
)

var (
	ruleMixed        = rule{"mixed-content/should-block-fetch", mixedContentStandard + "#should-block-fetch"}
	ruleMixedUpgrade = rule{"mixed-content/upgrade", mixedContentStandard + "#upgrade-algorithm"}
	ruleUpgrade      = rule{"upgrade-insecure-requests", upgradeStandard + "#upgrade-request"}
	ruleHSTS         = rule{"main-fetch/10", fetchStandard + "#concept-main-fetch"}
)

// upgrade is https://w3c.github.io/webappsec-upgrade-insecure-requests/#upgrade-request and
// https://w3c.github.io/webappsec-mixed-content/#upgrade-algorithm for the current URL. With UpgradeOnce
// redirect has upgraded the URL that a redirect leads to.
func (f *Fetch) upgrade() {
	if f.p.UpgradeOnce && len(f.hops) > 1 {
		return
	}
	why, text := f.upgradedBy()
	f.upgrades = text != ""
	if f.url.Scheme() != "http" || !f.upgrades || f.p.UpgradeNotTrusted && loopbackHost(f.url.host) {
		return
	}
	f.setScheme("https")
	f.t.add(why, text)
}

// upgradedBy is why the current URL, or one that it redirects to, is upgraded; "": it is not.
func (f *Fetch) upgradedBy() (rule, string) {
	switch {
	case f.csp.upgrades():
		return ruleUpgrade, "the page's policy has upgrade-insecure-requests: http becomes https"
	case !loopbackHost(f.url.host) && f.pageIsSecure() && f.upgradeable():
		return ruleMixedUpgrade, "the page is secure and loads an image, audio or video: http becomes https"
	}
	return rule{}, ""
}

// upgradeable is the algorithm's step 1 for requests of a page that prohibits mixed content.
func (f *Fetch) upgradeable() bool {
	if _, ip := literal(f.url.host); ip {
		return false
	}
	switch c := f.req.Context; c.Destination {
	case "image":
		return !c.ImageSet
	case "audio", "video":
		return true
	}
	return false
}

// pageIsSecure tells whether a page prohibits mixed content
// (https://w3c.github.io/webappsec-mixed-content/#categorize-settings-object). All engines look at
// pages that came by https, and not at those of this machine over http, which the algorithm counts
// too; so does this.
func (f *Fetch) pageIsSecure() bool {
	c := f.req.Context
	return f.origin.Scheme == "https" || f.origin.Opaque() && c.Secure != nil && *c.Secure
}

// mixed is https://w3c.github.io/webappsec-mixed-content/#should-block-fetch for the current URL.
func (f *Fetch) mixed() bool {
	if f.url.Scheme() != "http" || loopbackHost(f.url.host) || !f.pageIsSecure() || f.localNetworkWaives() {
		return false
	}
	if f.p.UpgradeOnce && f.upgradeable() {
		f.t.add(ruleMixed, "the page is secure, and the engine loads an image, audio or video over http after such a redirect")
		return false
	}
	f.t.add(ruleMixed, "the page is secure and the URL is http: network error")
	f.block(ReasonMixedContent, "")
	return true
}

// knownHSTS is main fetch, step 10: a host that wants https gets it. Chromium does it as a redirect
// of its own, see internalRedirect.
func (f *Fetch) knownHSTS() {
	if f.p.HSTSRedirects || !f.wantsHTTPS() {
		return
	}
	f.setScheme("https")
	f.t.add(ruleHSTS, "the browser knows that the host wants https: http becomes https")
}

// wantsHTTPS tells whether the current URL is http and its host a known HSTS host
// (https://www.rfc-editor.org/rfc/rfc6797.html#section-8.2).
func (f *Fetch) wantsHTTPS() bool {
	c := f.req.Context
	if c == nil || len(c.HSTS) == 0 || !mayBeHSTS(f.url) {
		return false
	}
	host := strings.TrimSuffix(f.url.host, ".")
	for _, known := range c.HSTS {
		parent, below := strings.CutPrefix(lower(known), "*.")
		if host == parent || below && strings.HasSuffix(host, "."+parent) {
			return true
		}
	}
	return false
}

// mayBeHSTS is the part of the step's conditions that the URL decides.
func mayBeHSTS(u URL) bool {
	if _, ip := literal(u.host); ip || u.Scheme() != "http" {
		return false
	}
	host := strings.TrimSuffix(u.host, ".")
	return host != "localhost" && !strings.HasSuffix(host, ".localhost")
}

// internalRedirect is what Chromium does with a URL of a known HSTS host: a redirect that no server
// has sent, and that shares itself with the request's origin
// (net/url_request/url_request_http_job.cc). A preflight fails because of it, and
// where it crosses origins for the second time Origin becomes `null` (whatwg/fetch#324).
func (f *Fetch) internalRedirect() (Response, bool) {
	if !f.p.HSTSRedirects || !f.wantsHTTPS() {
		return Response{}, false
	}
	f.t.add(ruleHSTS, "the browser knows that the host wants https, and makes a redirect of its own")
	return Response{Status: 307, Header: Header{
		{"Location", "https" + f.url.href[len("http"):f.url.noFrag]},
		{"Access-Control-Allow-Origin", f.originHeader},
		{"Access-Control-Allow-Credentials", "true"},
		{"Cross-Origin-Resource-Policy", "cross-origin"},
	}}, true
}
