package spec

import (
	"fmt"
	"strconv"
	"strings"
)

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
	CacheWildcardAuth    bool // a stored `*` covers Authorization
	CacheExempt          []string
	CacheMaxURL          int  // URLs of this length and more are not cached; 0 for no limit
	CacheMaxEntries      int  // origins and URLs remembered; 0 for no limit
	CacheKeepsOnFailure  bool // a network error clears nothing
	CacheInitiatorOrigin bool // keyed by the page's origin even where Origin is `null`

	// Responses and redirects.
	LaxHosts                bool     // a host with a space, or with invalid punycode, parses
	InvalidLocationFirst    bool     // a redirect to an unparsable Location fails before any check, a preflight too
	RedirectUserinfoRefused bool     // user name or password in a same-origin redirect is refused too
	RedirectNeedsLocation   bool     // but for mode manual, a redirect status without a Location, or with an empty one, is an ordinary response
	EqualLocationsAreOne    bool     // equal Location lines count as one; different ones fail whatever the status
	ExposedNames            []string // exposed beyond the standard's, lower case

	// Deviations say where each of the above is known from, and which others
	// are known but are not about anything that is modelled.
	Deviations []Deviation
}

// SafelistedName is a request header that an engine safelists in addition, with
// the values for which it does.
type SafelistedName struct {
	Name  string
	Value ValueKind
}

// ValueKind says which values an engine takes for a header it safelists.
type ValueKind int

// The kinds of values.
const (
	AnyValue       ValueKind = iota
	DigitsValue              // 1*DIGIT
	NumberValue              // a number without a sign, perhaps with a fraction and an exponent
	OnValue                  // `on`, in any case
	ConnectionType           // slow-2g, 2g, 3g or 4g, in any case
)

func (k ValueKind) takes(value string) bool {
	switch k {
	case DigitsValue:
		return isDigits(value)
	case NumberValue:
		_, err := strconv.ParseFloat(value, 64)
		return err == nil && ('0' <= value[0] && value[0] <= '9' || value[0] == '.')
	case OnValue:
		return equalFold(value, "on")
	case ConnectionType:
		return equalFold(value, "slow-2g") || equalFold(value, "2g") || equalFold(value, "3g") || equalFold(value, "4g")
	}
	return true
}

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
		{"device-memory", NumberValue}, {"downlink", NumberValue}, {"dpr", NumberValue},
		{"ect", ConnectionType}, {"intervention", AnyValue}, {"rtt", DigitsValue},
		{"save-data", OnValue}, {"viewport-width", DigitsValue}, {"width", DigitsValue},
	},
	RangeMax:                    "9223372036854775807",
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
	LaxHosts:                    true,
	InvalidLocationFirst:        true,
	RedirectUserinfoRefused:     true,
	RedirectNeedsLocation:       true,
	EqualLocationsAreOne:        true,
	Deviations: []Deviation{
		{"authorization-wildcard", "`Access-Control-Allow-Headers: *` covers Authorization for requests without credentials; but not when the preflight cache is looked up, so that each such request is preflighted", compatAuthorization + "; " + observedChromium},
		{"client-hints-safelisted", "client hints with well-formed values, Save-Data `on` and Intervention are safelisted request headers", chromiumPublicCORS + "cors.cc; " + observedChromium},
		{"range-int64", "a Range with a number of 2^63-1 or more is not safelisted", observedChromium},
		{"merge-request-headers", "repeated request headers are combined before they are classified", observedChromium},
		{"user-agent-not-unsafe", "an author User-Agent never appears in Access-Control-Request-Headers", observedChromium},
		{"upload-listener-needs-body", "a listener on XMLHttpRequest's upload makes no preflight if there is no body", observedChromium},
		{"no-implied-method", "a preflight made because of the use-CORS-preflight flag gets no method without Access-Control-Allow-Methods", observedChromium},
		{"max-age", "Access-Control-Max-Age: at most 7200; negative is 0; `+5` is 5; what overflows 64 bits is 5", chromiumPublicCORS + "preflight_result.cc"},
		{"cache-whole-response", "one preflight response for each origin and URL, replaced by the next, dropped when it does not suffice; none for URLs of 1024 characters; kept when the request fails", chromiumCORS + "preflight_cache.cc"},
		{"cache-initiator-origin", "the preflight cache is keyed by the page's origin even when Origin is `null` after a redirect", chromiumCORS + "cors_url_loader.cc"},
		{"lax-hosts", "an Access-Control-Allow-Origin or a Location with a space, percent-encoded or not, or with invalid punycode in the host counts as a URL", observedChromium},
		{"invalid-location-first", "a redirect to an unparsable Location fails before the CORS check, before the redirect mode is looked at, and on a preflight as a plain network error", observedChromium},
		{"redirect-userinfo", "a followed redirect with user name or password is refused whatever the mode, same-origin ones as a plain network error", observedChromium},
		{"redirect-needs-location", "a redirect status without a Location, or with an empty one, is an ordinary response for redirect mode error, and an empty one for follow", "https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_response_headers.cc (IsRedirect); " + observedChromium},
		{"location-lines", "equal Location lines count as one; different ones are a network error whatever the status", "https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_stream_parser.cc; " + observedChromium},
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
	CacheKeepsOnFailure:         true,
	CacheWildcardAuth:           true,
	ExposedNames:                []string{"accept"},
	Deviations: []Deviation{
		{"authorization-wildcard", "`Access-Control-Allow-Headers: *` covers Authorization for requests without credentials", compatAuthorization},
		{"no-safelist-total", "no limit on the total length of safelisted values", webkitCORS},
		{"merge-request-headers", "repeated request headers are combined before they are classified", webkitCORS},
		{"preflight-status-first", "the status of a preflight is looked at before Access-Control-Allow-Origin", webkitCORS},
		{"max-age", "Access-Control-Max-Age: at most 600; negative is not cached; a leading plus is taken", webkitPreflightCache},
		{"cache-whole-response", "one preflight response for each origin and URL, stored even when the method or a header was refused, dropped when it does not suffice and not when a request fails; a stored `*` covers Authorization", webkitPreflightCache},
		{"accept-exposed", "a response header Accept is exposed", "https://github.com/WebKit/WebKit/blob/main/Source/WebCore/platform/network/HTTPParsers.cpp"},
	},
}

const (
	webkitCORS           = "https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/CrossOriginAccessControl.cpp"
	webkitPreflightCache = "https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/CrossOriginPreflightResultCache.cpp"
)

// parsesLax reports whether an engine with LaxHosts parses s although the
// URL Standard does not: because of spaces in the host, or of labels that look
// like punycode and are not.
func parsesLax(s, base string) bool {
	_, err := parseAny(laxHosts.Replace(percentEncodeHigh(s)), base)
	return err == nil
}

var laxHosts = strings.NewReplacer("%20", "a", " ", "a", "xn--", "aaaa", "XN--", "aaaa")
