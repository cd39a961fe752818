package spec

import "strings"

const (
	compatAuthorization = "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Allow-Headers#browser_compatibility (mdn/browser-compat-data, August 2026)"
	chromiumCORS        = "https://source.chromium.org/chromium/chromium/src/+/main:services/network/cors/"
	chromiumPublicCORS  = "https://source.chromium.org/chromium/chromium/src/+/main:services/network/public/cpp/cors/"
	observedChromium    = "observed with Chromium 156"
)

var profileChromium = Profile{
	Engine: EngineChromium,
	SafelistedNames: []SafelistedName{
		{"device-memory", NumberValue}, {"downlink", NumberValue}, {"dpr", NumberValue},
		{"ect", ConnectionType}, {"intervention", AnyValue}, {"rtt", DigitsValue},
		{"save-data", OnValue}, {"viewport-width", DigitsValue}, {"width", DigitsValue},
	},
	RangeMax:                    "9223372036854775807",
	DroppedNames:                []string{"user-agent"},
	RedirectDropsNames:          []string{"device-memory", "downlink", "dpr", "ect", "rtt", "viewport-width", "width"},
	CacheNotOpaque:              true,
	MergeHeaders:                true,
	UploadNeedsBody:             true,
	WildcardCoversAuthorization: true,
	NoImpliedMethod:             true,
	MaxAgeCap:                   7200,
	MaxAgeUnparsable:            DefaultMaxAge,
	MaxAgeNegative:              0,
	MaxAgePlus:                  true,
	MaxAgeInt64:                 true,
	CacheWhole:                  true,
	CacheMaxURL:                 1024,
	CacheMaxEntries:             1024,
	CacheKeepsOnFailure:         true,
	CacheModesBypass:            []string{"no-store", "reload", "no-cache"},
	OriginOnDowngrade:           true,
	LaxHosts:                    true,
	InvalidLocationFirst:        true,
	NoCORSRedirectTaints:        true,
	RedirectModeLast:            true,
	RedirectUserinfoFirst:       true,
	RedirectLimitFirst:          true,
	RedirectUserinfoRefused:     true,
	RedirectNeedsLocation:       true,
	EqualLocationsAreOne:        true,
	HSTSRedirects:               true,
	UpgradeNotTrusted:           true,
	CSPBeforeUpgrade:            true,
	SourceAddresses:             true,
	SourceUpgrades:              true,
	LocalFromPublic:             true,
	LocalTargetAsks:             true,
	OpaqueBlocking:              true,
	Departures: []Departure{
		{"authorization-wildcard", "`Access-Control-Allow-Headers: *` covers Authorization for requests without credentials; but not when the preflight cache is looked up, so that each such request is preflighted", compatAuthorization + "; " + observedChromium,
			func(p *Profile) { p.WildcardCoversAuthorization = false }},
		{"client-hints-safelisted", "client hints with well-formed values, Save-Data `on` and Intervention are safelisted request headers", chromiumPublicCORS + "cors.cc; " + observedChromium,
			func(p *Profile) { p.SafelistedNames = nil }},
		{"range-int64", "a Range with a number of 2^63-1 or more is not safelisted", observedChromium,
			func(p *Profile) { p.RangeMax = "" }},
		{"merge-request-headers", "repeated request headers are combined, and stripped, before they are classified", observedChromium,
			func(p *Profile) { p.MergeHeaders = false }},
		{"user-agent-dropped", "an author User-Agent is not sent", "https://crbug.com/571722; " + observedChromium,
			func(p *Profile) { p.DroppedNames = nil }},
		{"client-hints-on-redirect", "an author's client hints, but not Save-Data, are dropped when a redirect is followed, also one within the origin", "https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/common/client_hints/; " + observedChromium,
			func(p *Profile) { p.RedirectDropsNames = nil }},
		{"cache-opaque-origin", "preflights of opaque origins are not cached, nor are those with which a redirect made Origin `null`", chromiumCORS + "preflight_controller.cc; " + observedChromium,
			func(p *Profile) { p.CacheNotOpaque = false }},
		{"upload-listener-needs-body", "a listener on XMLHttpRequest's upload makes no preflight if there is no body", observedChromium,
			func(p *Profile) { p.UploadNeedsBody = false }},
		{"no-implied-method", "a preflight made because of the use-CORS-preflight flag gets no method without Access-Control-Allow-Methods", observedChromium,
			func(p *Profile) { p.NoImpliedMethod = false }},
		{"max-age", "Access-Control-Max-Age: at most 7200; negative is 0; `+5` is 5; what overflows 64 bits is 5", chromiumPublicCORS + "preflight_result.cc",
			standardMaxAge},
		{"cache-whole-response", "one preflight response for each origin and URL, replaced by the next, dropped when it does not suffice; none for URLs of 1024 characters; kept when the request fails", chromiumCORS + "preflight_cache.cc",
			func(p *Profile) {
				p.CacheWhole, p.CacheKeepsOnFailure, p.CacheMaxURL, p.CacheMaxEntries = false, false, 0, 0
			}},
		{"cache-modes", "requests with cache mode no-store, reload or no-cache, or with If-None-Match and the like, do not look the preflight cache up, and with no-store nothing is stored", chromiumCORS + "preflight_controller.cc (RetrieveCacheFlags); " + observedChromium,
			func(p *Profile) { p.CacheModesBypass = nil }},
		{"origin-on-downgrade", "the referrer policy is not asked about Origin: a no-cors request of an https page to plain http has the page's origin, not `null`", chromiumCORS + "cors_url_loader.cc (StartRequest); " + observedChromium,
			func(p *Profile) { p.OriginOnDowngrade = false }},
		{"lax-hosts", "an Access-Control-Allow-Origin or a Location with a space, percent-encoded or not, or with invalid punycode in the host counts as a URL", observedChromium,
			func(p *Profile) { p.LaxHosts = false }},
		{"invalid-location-first", "a redirect to an unparsable Location fails before the CORS check, before the redirect mode is looked at, and on a preflight as a plain network error", observedChromium,
			func(p *Profile) { p.InvalidLocationFirst = false }},
		{"no-cors-redirect-taint", "a redirect to another origin makes the Origin of a no-cors request `null` even when it leaves the page's own origin", "https://source.chromium.org/chromium/chromium/src/+/main:net/url_request/redirect_util.cc (UpdateHttpRequest); " + observedChromium,
			func(p *Profile) { p.NoCORSRedirectTaints = false }},
		{"redirect-mode-last", "a redirect that redirect mode error refuses is refused for its Location's scheme or credentials first", observedChromium,
			func(p *Profile) { p.RedirectModeLast = false }},
		{"redirect-userinfo-first", "a Location's user name or password is looked at before its scheme", observedChromium,
			func(p *Profile) { p.RedirectUserinfoFirst = false }},
		{"redirect-limit-first", "the 21st redirect is refused before the CORS check, and whatever its Location", observedChromium,
			func(p *Profile) { p.RedirectLimitFirst = false }},
		{"redirect-userinfo", "a followed redirect with user name or password is refused whatever the mode, same-origin ones as a plain network error; but not those of XMLHttpRequest", "https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/frame_fetch_context.cc (ShouldBlockFetchAsCredentialedSubresource); " + observedChromium,
			func(p *Profile) { p.RedirectUserinfoRefused = false }},
		{"redirect-needs-location", "a redirect status without a Location, or with an empty one, is an ordinary response for redirect mode error, and an empty one for follow", "https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_response_headers.cc (IsRedirect); " + observedChromium,
			func(p *Profile) { p.RedirectNeedsLocation = false }},
		{"location-lines", "equal Location lines count as one; different ones are a network error whatever the status", "https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_stream_parser.cc; " + observedChromium,
			func(p *Profile) { p.EqualLocationsAreOne = false }},
		{"hsts-redirect", "a URL of a host that wants https (HSTS) is not rewritten: the browser answers it with a redirect of its own, which fails a preflight and can make Origin `null` (whatwg/fetch#324)", "https://source.chromium.org/chromium/chromium/src/+/main:net/url_request/url_request_http_job.cc; " + observedChromium,
			func(p *Profile) { p.HSTSRedirects = false }},
		{"upgrade-not-trustworthy", "upgrade-insecure-requests leaves URLs of this machine as they are, but those of redirects", "https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/mixed_content_checker.cc; " + observedChromium,
			func(p *Profile) { p.UpgradeNotTrusted = false }},
		{"csp-before-upgrade", "Content-Security-Policy has to allow fetch()'s URL as the script gives it too, before upgrade-insecure-requests makes https of it", "https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/fetch/fetch_manager.cc; " + observedChromium,
			func(p *Profile) { p.CSPBeforeUpgrade = false }},
		{"csp-addresses", "a source expression of Content-Security-Policy can name an address", "https://source.chromium.org/chromium/chromium/src/+/main:services/network/public/cpp/content_security_policy/csp_source.cc; " + observedChromium,
			func(p *Profile) { p.SourceAddresses = false }},
		{"csp-upgrade", "a source expression with http and a port takes https only where the port is 80 and that of the URL 443; ws and wss take no HTTP", "https://source.chromium.org/chromium/chromium/src/+/main:services/network/public/cpp/content_security_policy/csp_source.cc; " + observedChromium,
			func(p *Profile) { p.SourceUpgrades = false }},
		{"local-network-from-public", "only pages of public addresses have to ask for the local network and for this machine, not those of the local network for this machine", "https://wicg.github.io/local-network-access/#local-network-access-check (note); " + observedChromium,
			func(p *Profile) { p.LocalFromPublic = false }},
		{"local-network-target-asks", "targetAddressSpace does not replace the permission", observedChromium,
			func(p *Profile) { p.LocalTargetAsks = false }},
		{"opaque-response-blocking", "answers of types that no element can use are kept from elements (Opaque Response Blocking, a proposal); what the content decides is not modelled", "https://github.com/annevk/orb; https://source.chromium.org/chromium/chromium/src/+/main:services/network/orb/; " + observedChromium,
			func(p *Profile) { p.OpaqueBlocking = false }},
		{"cache-purge-arbitrary", "with 1024 preflights cached, ten that are neighbours in the cache go at random (not modelled: the one stored longest ago goes)", chromiumCORS + "preflight_cache.cc (MayPurge)",
			nil},
		{"refused-header-arbitrary", "which of several refused request headers is named is arbitrary (not modelled: see RefusedHeaders)", observedChromium,
			nil},
		{"mode-in-renderer", "failures of mode same-origin are decided in the renderer, without a CorsError (not modelled)", observedChromium,
			nil},
		{"redirect-scheme-error", "a redirect to some non-HTTP schemes is a plain network error (not modelled: the verdict is the same)", observedChromium,
			nil},
	},
}

// parsesLax reports whether an engine with LaxHosts parses s although the
// URL Standard does not: because of spaces in the host, or of labels that
// look like punycode but are invalid.
func parsesLax(s, base string) bool {
	_, err := parseAny(laxHosts.Replace(percentEncodeHigh(s)), base)
	return err == nil
}

var laxHosts = strings.NewReplacer("%20", "a", " ", "a", "xn--", "aaaa", "XN--", "aaaa")
