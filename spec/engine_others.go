package spec

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
	Departures: []Departure{
		{"authorization-wildcard", "`Access-Control-Allow-Headers: *` covers Authorization for requests without credentials (pref network.cors_preflight.authorization_covered_by_wildcard)", compatAuthorization,
			func(p *Profile) { p.WildcardCoversAuthorization = false }},
		{"max-age", "Access-Control-Max-Age: at most 86400; what does not parse, or is negative, is not cached", firefoxListener,
			standardMaxAge},
		{"cache", "entries for URL, principal and credentials flag; `*` is stored literally; only GET and POST need no method entry; 100 entries, least recently used", firefoxListener,
			func(p *Profile) {
				p.CacheCredentialsKey, p.CacheNoWildcard, p.CacheExempt, p.CacheMaxEntries = false, false, nil, 0
			}},
		{"allow-origin-lines", "raw Access-Control-Allow-Origin lines are counted: two fail before they are compared (not modelled: the verdict is the same)", firefoxListener,
			nil},
		{"onion-origin", "Origin may be `null` for .onion (not modelled)", firefoxListener,
			nil},
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
	Departures: []Departure{
		{"authorization-wildcard", "`Access-Control-Allow-Headers: *` covers Authorization for requests without credentials", compatAuthorization,
			func(p *Profile) { p.WildcardCoversAuthorization = false }},
		{"no-safelist-total", "no limit on the total length of safelisted values", webkitCORS,
			func(p *Profile) { p.NoSafelistTotal = false }},
		{"merge-request-headers", "repeated request headers are combined before they are classified", webkitCORS,
			func(p *Profile) { p.MergeHeaders = false }},
		{"preflight-status-first", "the status of a preflight is looked at before Access-Control-Allow-Origin", webkitCORS,
			func(p *Profile) { p.PreflightStatusFirst = false }},
		{"max-age", "Access-Control-Max-Age: at most 600; negative is not cached; a leading plus is taken", webkitPreflightCache,
			standardMaxAge},
		{"cache-whole-response", "one preflight response for each origin and URL, stored even when the method or a header was refused, dropped when it does not suffice and not when a request fails; a stored `*` covers Authorization", webkitPreflightCache,
			func(p *Profile) {
				p.CacheWhole, p.CacheBeforeCheck, p.CacheKeepsOnFailure, p.CacheWildcardAuth = false, false, false, false
			}},
		{"accept-exposed", "a response header Accept is exposed", "https://github.com/WebKit/WebKit/blob/main/Source/WebCore/platform/network/HTTPParsers.cpp",
			func(p *Profile) { p.ExposedNames = nil }},
	},
}

const (
	webkitCORS           = "https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/CrossOriginAccessControl.cpp"
	webkitPreflightCache = "https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/CrossOriginPreflightResultCache.cpp"
)

func standardMaxAge(p *Profile) {
	p.MaxAgeCap, p.MaxAgeUnparsable, p.MaxAgeNegative = 0, DefaultMaxAge, DefaultMaxAge
	p.MaxAgePlus, p.MaxAgeInt64 = false, false
}
