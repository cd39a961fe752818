package spec

import (
	"fmt"
	"slices"
	"strings"
)

// Engine selects whose documented departures apply: "fetch" (the standard
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
// value has no departures.
type Profile struct {
	Engine Engine

	// Request headers.
	SafelistedNames   []SafelistedName // safelisted beyond the standard's
	RangeMax          string           // a Range number of this or more is not safelisted; empty for no limit
	NoSafelistTotal   bool             // no 1024-byte limit on the total
	DroppedNames      []string         // lower-case names of author headers that are never sent
	MergeHeaders      bool             // repeated request headers are combined before they are classified
	UploadNeedsBody   bool             // a listener on upload counts only if there is a body
	OriginOnDowngrade bool             // the referrer policy does not turn Origin into `null`

	// Responses to preflights.
	WildcardCoversAuthorization bool // `Access-Control-Allow-Headers: *` allows Authorization
	PreflightStatusFirst        bool // the status is checked before Access-Control-Allow-Origin
	NoImpliedMethod             bool // no step 7.4: the use-CORS-preflight flag allows no method

	// The max-age of preflights, in seconds.
	MaxAgeCap        int64 // 0 for none
	MaxAgeUnparsable int64
	MaxAgeNegative   int64
	MaxAgePlus       bool // `+5` is 5
	MaxAgeInt64      bool // what overflows 64 bits does not parse

	// The preflight cache.
	CacheWhole          bool // one response for each origin and URL, replaced by the next, dropped when it does not suffice
	CacheBeforeCheck    bool // stored even if the method or a header was refused
	CacheCredentialsKey bool // an entry is used only for requests with the same credentials flag
	CacheNoWildcard     bool // a stored `*` matches only itself
	CacheWildcardAuth   bool // with CacheWhole: a stored `*` covers Authorization
	CacheExempt         []string
	CacheMaxURL         int      // URLs of this length and more are not cached; 0 for no limit
	CacheMaxEntries     int      // origins and URLs remembered; 0 for no limit
	CacheKeepsOnFailure bool     // a network error clears nothing
	CacheNotOpaque      bool     // nothing is stored for opaque origins
	CacheModesBypass    []string // fetch's cache modes with which the preflight cache is not looked up; with no-store nothing is stored either

	// Responses and redirects.
	LaxHosts                bool     // a host with a space, or with invalid punycode, parses
	InvalidLocationFirst    bool     // a redirect to an unparsable Location fails before any check, a preflight too
	NoCORSRedirectTaints    bool     // any redirect to another origin makes the Origin of a no-cors request `null`
	RedirectModeLast        bool     // redirect mode error is checked after the Location's scheme and credentials
	RedirectUserinfoFirst   bool     // user name or password in a Location is checked before its scheme
	RedirectLimitFirst      bool     // one redirect too many fails before any check
	RedirectUserinfoRefused bool     // user name or password in a same-origin redirect is refused too
	RedirectNeedsLocation   bool     // but for mode manual, a redirect status without a Location, or with an empty one, is an ordinary response
	RedirectDropsNames      []string // lower-case names of author headers that no redirect keeps
	EqualLocationsAreOne    bool     // equal Location lines count as one; different ones fail whatever the status
	// Layers beside CORS, decided with a PageContext.
	HSTSRedirects          bool // a host that wants https gets a redirect of the browser's own
	UpgradeNotTrusted      bool // upgrade-insecure-requests leaves this machine's addresses alone
	UpgradeOnce            bool // whether http becomes https is decided for the first URL, and for all that it redirects to
	CSPBeforeUpgrade       bool // fetch()'s URL has to be allowed as the script gives it, and as it is upgraded
	CSPBeforeScheme        bool // a redirect to another scheme than HTTP's is refused by Content-Security-Policy first
	SourceAddresses        bool // a Content-Security-Policy can name addresses
	SourceUpgrades         bool // and scheme and port of a source are upgraded together or not at all
	LocalFromPublic        bool // only pages of public addresses have to ask for the local network
	LocalTargetAsks        bool // targetAddressSpace does not replace the permission
	OpaqueBlocking         bool // Opaque Response Blocking
	LocalOwnFirst          bool // a trustworthy URL of the page's own origin is never asked for
	LocalTargetLate        bool // targetAddressSpace is not looked at for a preflight
	ElementUserinfoRefused bool // no element is loaded from a URL with user name or password
	NoCORSModeFirst        bool // of mode no-cors the redirect mode is looked at before mixed content and upgrades, and not again
	IntegrityPolicyScripts bool // Integrity-Policy is for scripts alone
	IntegrityLax           bool // integrity metadata is compared with what content there is, and an element's without a known digest counts as none
	SiteByDomain           bool // Cross-Origin-Resource-Policy: same-site compares registrable domains alone

	ExposedNames []string // exposed beyond the standard's, lower case

	// Departures say where each of the above is known from, and which others
	// are known but do not concern anything that is modelled.
	Departures []Departure
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
	NumberValue              // 1*DIGIT [ "." 1*DIGIT ]
	OnValue                  // `on`, in any case
	ConnectionType           // slow-2g, 2g, 3g or 4g
)

func (k ValueKind) takes(value string) bool {
	switch k {
	case DigitsValue:
		return isDigits(value)
	case NumberValue:
		whole, fraction, dot := strings.Cut(value, ".")
		return isDigits(whole) && (!dot || isDigits(fraction))
	case OnValue:
		return equalFold(value, "on")
	case ConnectionType:
		return value == "slow-2g" || value == "2g" || value == "3g" || value == "4g"
	}
	return true
}

// Departure is one documented way in which an engine leaves the standard.
type Departure struct {
	ID     string // stable, kebab-case
	Text   string
	Source string // where it is known from

	undo func(p *Profile) // sets the fields concerned to the standard's values; nil if it is not modelled
}

// Modelled reports whether the profile includes the departure; the others are
// documented only.
func (d Departure) Modelled() bool { return d.undo != nil }

// ProfileOf returns an engine's profile; the standard's for an unknown engine.
func ProfileOf(e Engine) Profile { return *profileOf(e) }

// without is an engine's profile less some of its departures.
func (p *Profile) without(ids []string) *Profile {
	q := *p
	for _, d := range p.Departures {
		if d.undo != nil && slices.Contains(ids, d.ID) {
			d.undo(&q)
		}
	}
	return &q
}

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

func hasName(names []string, name string) bool {
	for _, n := range names {
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
