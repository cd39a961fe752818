package spec

import "fmt"

// Engine selects whose documented deviations apply: "fetch" (the standard
// itself, also the zero value), "chromium", "firefox", "webkit".
type Engine string

// The engines.
const (
	EngineFetch    Engine = "fetch"
	EngineChromium Engine = "chromium"
	EngineFirefox  Engine = "firefox"
	EngineWebKit   Engine = "webkit"
)

// Engines returns the engines, the standard itself first.
func Engines() []Engine {
	return []Engine{EngineFetch, EngineChromium, EngineFirefox, EngineWebKit}
}

// ParseEngine returns the engine of that name; the empty name is the standard.
func ParseEngine(name string) (Engine, error) {
	if name == "" {
		return EngineFetch, nil
	}
	for _, e := range Engines() {
		if string(e) == name {
			return e, nil
		}
	}
	return "", fmt.Errorf("unknown engine %q: use fetch, chromium, firefox or webkit", name)
}

// Profile is an engine's departures from the Fetch Standard, as data. The zero
// value departs nowhere.
type Profile struct {
	Engine Engine

	// Request headers.
	SafelistedNames    []SafelistedName // safelisted beyond the standard's
	RangeMax           string           // a Range number of this or more is not safelisted; empty for no limit
	RangeUnitAnyCase   bool             // `Range: BYTES=0-1` is safelisted
	NoSafelistTotal    bool             // no 1024-byte limit on the total
	IgnoredUnsafeNames []string         // lower-case names that never count as CORS-unsafe
	MergeHeaders       bool             // repeated request headers are combined before they are classified
	UploadNeedsBody    bool             // a listener on upload counts only if there is a body

	// Responses to preflights.
	WildcardCoversAuthorization bool // `Access-Control-Allow-Headers: *` allows Authorization
	PreflightStatusFirst        bool // the status is looked at before Access-Control-Allow-Origin
	NoImpliedMethod             bool // no step 7.4: the use-CORS-preflight flag allows no method

	// The max-age of preflights, in seconds.
	MaxAgeCap        int64 // 0 for none
	MaxAgeUnparsable int64
	MaxAgeNegative   int64
	MaxAgePlus       bool // `+5` is 5
	MaxAgeInt64      bool // what overflows 64 bits does not parse

	// The preflight cache.
	CacheWhole           bool // one response for each origin and URL, replaced by the next, dropped when it does not suffice
	CacheBeforeCheck     bool // stored even if the method or a header was refused
	CacheCredentialsKey  bool // with and without credentials are apart, both ways
	CacheNoWildcard      bool // a stored `*` matches only itself
	CacheExempt          []string
	CacheMaxURL          int  // URLs of this length and more are not cached; 0 for no limit
	CacheMaxEntries      int  // origins and URLs remembered; 0 for no limit
	CacheKeepsOnFailure  bool // a network error clears nothing
	CacheInitiatorOrigin bool // keyed by the page's origin even where Origin is `null`

	// Responses and redirects.
	LaxAllowOriginHost      bool     // an Access-Control-Allow-Origin with percent-encoded bytes in the host parses
	InvalidLocationFirst    bool     // an unparsable Location fails before the CORS check
	RedirectUserinfoRefused bool     // user name or password in a same-origin redirect is refused too
	RedirectNeedsLocation   bool     // a redirect status without a Location, or with an empty one, is an ordinary response
	ExposedNames            []string // exposed beyond the standard's, lower case

	// Deviations say where each of the above is known from, and which others
	// are known but are not about anything that is modelled.
	Deviations []Deviation
}

// SafelistedName is a request header that an engine safelists in addition;
// an empty Value stands for any.
type SafelistedName struct{ Name, Value string }

// Deviation is one documented departure from the standard.
type Deviation struct {
	ID     string // stable, kebab-case
	Text   string
	Source string // where it is known from
}

// ProfileOf returns an engine's profile; the standard's for an unknown engine.
func ProfileOf(e Engine) Profile { return *profileOf(e) }

func profileOf(e Engine) *Profile {
	switch e {
	case EngineChromium:
		return &profileChromium
	case EngineFirefox:
		return &profileFirefox
	case EngineWebKit:
		return &profileWebKit
	}
	return &profileFetch
}

func (p *Profile) ignoresUnsafe(name string) bool {
	for _, n := range p.IgnoredUnsafeNames {
		if equalFold(name, n) {
			return true
		}
	}
	return false
}

var profileFetch = Profile{
	Engine:           EngineFetch,
	MaxAgeUnparsable: DefaultMaxAge,
	MaxAgeNegative:   DefaultMaxAge,
}

const (
	compatAuthorization = "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Allow-Headers#browser_compatibility (mdn/browser-compat-data, August 2026)"
	chromiumCORS        = "https://source.chromium.org/chromium/chromium/src/+/main:services/network/cors/"
	chromiumPublicCORS  = "https://source.chromium.org/chromium/chromium/src/+/main:services/network/public/cpp/cors/"
	observedChromium    = "observed with Chromium 156"
)

var profileChromium = Profile{
	Engine: EngineChromium,
	SafelistedNames: []SafelistedName{
		{"device-memory", ""}, {"downlink", ""}, {"dpr", ""}, {"ect", ""}, {"intervention", ""},
		{"rtt", ""}, {"save-data", "on"}, {"viewport-width", ""}, {"width", ""},
	},
	RangeMax:                    "9223372036854775807",
	RangeUnitAnyCase:            true,
	IgnoredUnsafeNames:          []string{"user-agent"},
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
	CacheInitiatorOrigin:        true,
	LaxAllowOriginHost:          true,
	InvalidLocationFirst:        true,
	RedirectUserinfoRefused:     true,
	RedirectNeedsLocation:       true,
	Deviations: []Deviation{
		{"authorization-wildcard", "`Access-Control-Allow-Headers: *` covers Authorization for requests without credentials", compatAuthorization},
		{"client-hints-safelisted", "client hints, Save-Data `on` and Intervention are safelisted request headers", chromiumPublicCORS + "cors.cc"},
		{"range-int64", "a Range whose numbers do not fit 64 bits is not safelisted, and the unit may be in any case", chromiumPublicCORS + "cors.cc"},
		{"merge-request-headers", "repeated request headers are combined before they are classified", observedChromium},
		{"user-agent-not-unsafe", "an author User-Agent never appears in Access-Control-Request-Headers", observedChromium},
		{"upload-listener-needs-body", "a listener on XMLHttpRequest's upload makes no preflight if there is no body", observedChromium},
		{"no-implied-method", "a preflight made because of the use-CORS-preflight flag gets no method without Access-Control-Allow-Methods", chromiumCORS + "preflight_controller.cc"},
		{"max-age", "Access-Control-Max-Age: at most 7200; negative is 0; `+5` is 5; what overflows 64 bits is 5", chromiumPublicCORS + "preflight_result.cc"},
		{"cache-whole-response", "one preflight response for each origin and URL, replaced by the next, dropped when it does not suffice; none for URLs of 1024 characters; kept when the request fails", chromiumCORS + "preflight_cache.cc"},
		{"cache-initiator-origin", "the preflight cache is keyed by the page's origin even when Origin is `null` after a redirect", chromiumCORS + "cors_url_loader.cc"},
		{"allow-origin-lax-host", "an Access-Control-Allow-Origin with a percent-encoded space and the like in the host counts as a URL", observedChromium},
		{"invalid-location-first", "an unparsable Location fails before the CORS check", observedChromium},
		{"redirect-userinfo", "a same-origin redirect with user name or password is refused", observedChromium},
		{"redirect-needs-location", "a redirect status without a Location, or with an empty one, is an ordinary response for every redirect mode", "https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_response_headers.cc (IsRedirect)"},
		{"refused-header-arbitrary", "which of several refused request headers is named is arbitrary (not modelled: see RefusedHeaders)", observedChromium},
		{"mode-in-renderer", "failures of mode same-origin are decided in the renderer, without a CorsError (not modelled)", observedChromium},
		{"redirect-scheme-error", "a redirect to some non-HTTP schemes is a plain network error (not modelled: the verdict is the same)", observedChromium},
	},
}

var profileFirefox = Profile{
	Engine:                      EngineFirefox,
	WildcardCoversAuthorization: true,
	MaxAgeCap:                   86400,
	MaxAgeUnparsable:            0,
	MaxAgeNegative:              0,
	CacheCredentialsKey:         true,
	CacheNoWildcard:             true,
	CacheExempt:                 []string{"GET", "POST"},
	CacheMaxEntries:             100,
	Deviations: []Deviation{
		{"authorization-wildcard", "`Access-Control-Allow-Headers: *` covers Authorization for requests without credentials (pref network.cors_preflight.authorization_covered_by_wildcard)", compatAuthorization},
		{"max-age", "Access-Control-Max-Age: at most 86400; what does not parse, or is negative, is not cached", firefoxListener},
		{"cache", "entries for URL, principal and credentials flag; `*` is stored literally; only GET and POST need no method entry; 100 entries, least recently used", firefoxListener},
		{"allow-origin-lines", "raw Access-Control-Allow-Origin lines are counted: two fail before they are compared (not modelled: the verdict is the same)", firefoxListener},
		{"onion-origin", "Origin may be `null` for .onion (not modelled)", firefoxListener},
	},
}

const firefoxListener = "https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsCORSListenerProxy.cpp"

var profileWebKit = Profile{
	Engine:                      EngineWebKit,
	NoSafelistTotal:             true,
	MergeHeaders:                true,
	WildcardCoversAuthorization: true,
	PreflightStatusFirst:        true,
	MaxAgeCap:                   600,
	MaxAgeUnparsable:            DefaultMaxAge,
	MaxAgeNegative:              0,
	MaxAgePlus:                  true,
	CacheWhole:                  true,
	CacheBeforeCheck:            true,
	ExposedNames:                []string{"accept"},
	Deviations: []Deviation{
		{"authorization-wildcard", "`Access-Control-Allow-Headers: *` covers Authorization for requests without credentials", compatAuthorization},
		{"no-safelist-total", "no limit on the total length of safelisted values", webkitCORS},
		{"merge-request-headers", "repeated request headers are combined before they are classified", webkitCORS},
		{"preflight-status-first", "the status of a preflight is looked at before Access-Control-Allow-Origin", webkitCORS},
		{"max-age", "Access-Control-Max-Age: at most 600; negative is not cached; a leading plus is taken", webkitPreflightCache},
		{"cache-whole-response", "one preflight response for each origin and URL, stored even when the method or a header was refused, dropped when it does not suffice", webkitPreflightCache},
		{"accept-exposed", "a response header Accept is exposed", "https://github.com/WebKit/WebKit/blob/main/Source/WebCore/platform/network/HTTPParsers.cpp"},
	},
}

const (
	webkitCORS           = "https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/CrossOriginAccessControl.cpp"
	webkitPreflightCache = "https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/CrossOriginPreflightResultCache.cpp"
)

// laxHost reports whether allow is an HTTP(S) URL whose host only the URL
// Standard refuses, for percent-encoded bytes that it forbids in a domain.
func laxHost(allow string) bool {
	i := 0
	switch {
	case hasPrefixFold(allow, "https://"):
		i = len("https://")
	case hasPrefixFold(allow, "http://"):
		i = len("http://")
	default:
		return false
	}
	host := allow[i:]
	for j := 0; j < len(host); j++ {
		if host[j] == '/' || host[j] == ':' {
			host = host[:j]
			break
		}
	}
	if host == "" {
		return false
	}
	for j := 0; j < len(host); j++ {
		b := lowerByte(host[j])
		if is(b, classHost) {
			continue
		}
		if b == '%' && j+2 < len(host) && host[j+1] == '2' && host[j+2] == '0' {
			j += 2
			continue
		}
		return false
	}
	return true
}
