package spec

import "strings"

// Fetch is one fetch in progress: Begin, then Next and Deliver until Next
// returns ActionDone, then Outcome. It does the deciding; the caller does the I/O.
//
//	f := spec.Begin(req, spec.Options{})
//	for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
//		f.Deliver(send(a))
//	}
//	out := f.Outcome()
//
// A Fetch is not safe for concurrent use.
type Fetch struct {
	req   Request
	opt   Options
	p     *Profile
	cache *PreflightCache
	t     *tracer
	trace tracer

	// The request, https://fetch.spec.whatwg.org/#concept-request.
	origin       Origin
	originHeader string // the serialised origin; `null` once the request is tainted
	url          URL
	left         Origin // of the URL that a redirect led away from
	method       string
	header       Header // never changed in place once a hop has it
	body         bool
	stream       bool // the body's source is null
	flag         bool // use-CORS-preflight
	unsafeFlag   bool // unsafe-request
	tainting     ResponseType
	redirects    int

	own         Header // storage of the first header list
	names       nameIndex
	ownCache    PreflightCache
	unsafe      []string // CORS-unsafe names of the current hop
	preflighted bool     // a hop took the branch of main fetch that makes a preflight
	tooLong     bool     // a Location is out of scope
	csp         policies // of the page
	upgrades    bool     // http becomes https, by a policy or as mixed content
	cspOpen     bool     // what the exchange does not have decides whether a policy is violated
	orbDecided  bool     // header fields decided whether an opaque answer is blocked
	untimed     bool     // timing allow failed flag
	kind        ActionKind
	hops        []Hop
	response    Response // the last response of the current hop
	out         Outcome
}

const maxRedirects = 20

// Begin starts a fetch. What the API itself would throw, or what is not a well
// formed request at all, is the outcome at once.
func Begin(req Request, opt Options) *Fetch {
	f := new(Fetch)
	f.Reset(req, opt)
	return f
}

// Reset begins another fetch in the storage of f. The outcome of the former
// one must no longer be used.
func (f *Fetch) Reset(req Request, opt Options) {
	f.req, f.opt, f.p, f.cache = req, opt, profileOf(opt.Engine), opt.Cache
	if len(opt.Without) > 0 {
		f.p = f.p.without(opt.Without)
	}
	f.t = nil
	if opt.Trace {
		f.t = &f.trace
	}
	if f.cache == nil {
		f.cache = &f.ownCache
		f.cache.Reset()
		f.cache.p, f.cache.lazy = f.p, true
	}
	if f.cache.p == nil {
		f.cache.p = f.p
	}
	f.forget()
	f.body, f.stream, f.flag = false, false, false
	f.tainting, f.redirects, f.preflighted, f.tooLong, f.untimed = TypeBasic, 0, false, false, false
	f.kind, f.response, f.out = ActionDone, Response{}, Outcome{}
	f.out.FailedHop, f.out.PreflightCacheSeconds = -1, -1
	if thrown, err := f.readRequest(); err != nil {
		f.end(Invalid, TypeErr)
		f.out.Error = err.Error()
		return
	} else if thrown != "" {
		f.end(TypeError, TypeErr)
		f.out.Error = thrown
		return
	}
	thrown := f.construct()
	f.own = f.header
	if thrown != "" {
		f.end(TypeError, TypeErr)
		f.out.Error = thrown
		return
	}
	if f.p.MergeHeaders {
		f.mergeHeaders()
	}
	f.unsafeFlag = f.req.API != APIElement
	f.csp, f.cspOpen, f.orbDecided, f.upgrades = nil, false, false, false
	if c := f.req.Context; c != nil {
		f.csp = parsePolicies(c.CSP)
	}
	f.enterHop()
}

// forget empties the storage of the former fetch, so that the unused capacity
// of a list does not keep its strings in memory.
func (f *Fetch) forget() {
	clear(f.own)
	clear(f.unsafe)
	clear(f.hops)
	clear(f.trace.steps)
	f.own, f.unsafe, f.hops, f.trace.steps = f.own[:0], f.unsafe[:0], f.hops[:0], f.trace.steps[:0]
	f.header, f.names = f.own, nameIndex{}
}

// mergeHeaders combines repeated headers and strips the result, as an engine's
// header map does. No hop has the header list yet.
func (f *Fetch) mergeHeaders() {
	f.header = combineRepeats(f.header)
	for i := range f.header {
		f.header[i].Value = trimTabOrSpace(f.header[i].Value) // `x, ` after an empty one
	}
}

// enterHop is main fetch (https://fetch.spec.whatwg.org/#concept-main-fetch),
// step 12, for the current URL, and HTTP fetch
// (https://fetch.spec.whatwg.org/#concept-http-fetch), step 4.1.
func (f *Fetch) enterHop() {
	f.hops = append(f.hops, Hop{URL: f.url.String(), Method: f.method})
	mode := f.req.Mode
	if f.req.Context != nil && f.beforeCORS() {
		return
	}
	f.taint()
	switch {
	case f.tainting == TypeBasic && f.origin.SameOrigin(f.url.Origin()):
		f.t.add(ruleMainBasic, "the URL is same origin with the request's origin and the tainting is basic: no CORS")
		if f.httpOnly() {
			f.send()
		}
		return
	case mode == ModeSameOrigin:
		f.t.add(ruleMainSameOriginMode, "cross-origin with mode same-origin: network error")
		f.block(ReasonDisallowedByMode, "")
		return
	case mode == ModeNoCORS:
		if !f.looksAtModeFirst() && f.refusesMode() {
			return
		}
		f.t.add(ruleMainNoCORS, "cross-origin with mode no-cors: the tainting is opaque")
		f.tainting = TypeOpaque
		if f.httpOnly() {
			f.send()
		}
		return
	}
	if !f.url.IsHTTP() {
		f.t.add(ruleMainScheme, "the scheme is not an HTTP(S) scheme: network error")
		f.block(ReasonCorsDisabledScheme, "")
		return
	}
	f.tainting = TypeCORS
	f.unsafe = unsafeNames(f.p, f.header, impliedAccept(f.header), f.unsafe[:0])
	if !f.needsPreflight() {
		f.t.add(ruleMainSimple, "cross-origin, safelisted method and headers: the tainting is cors, no preflight")
		f.send()
		return
	}
	if f.t != nil {
		f.t.add(ruleMainPreflight, f.whyPreflight())
	}
	f.preflighted = true
	if !hasName(f.p.CacheModesBypass, f.cacheMode()) && f.cache.covers(f.cacheRequest(), f.method, f.unsafe, f.flag) {
		f.t.add(ruleHTTPCacheHit, "the preflight cache has what the request needs: no preflight")
		f.send()
		return
	}
	f.preflight()
}

// refusesMode is the part of main fetch, step 12, that refuses mode no-cors across origins because of the
// redirect mode.
func (f *Fetch) refusesMode() bool {
	if f.req.Mode != ModeNoCORS || f.req.Redirect == RedirectFollow || f.tainting == TypeBasic && f.origin.SameOrigin(f.url.Origin()) {
		return false
	}
	f.t.add(ruleMainNoCORS, "mode no-cors and the redirect mode is not follow: network error")
	f.block(ReasonNoCorsRedirectModeNotFollow, "")
	return true
}

// needsPreflight is the condition of main fetch's step 12 for a cors request
// with a preflight, once the CORS-unsafe names are known.
func (f *Fetch) needsPreflight() bool {
	return f.flag || f.unsafeFlag && (!IsSafelistedMethod(f.method) || len(f.unsafe) > 0)
}

func (f *Fetch) whyPreflight() string {
	flag, before, method, after, names := "", "", "", "", ""
	if f.flag {
		flag = "; the use-CORS-preflight flag is set"
	}
	if !IsSafelistedMethod(f.method) {
		before, method, after = "; the method `", f.method, "` is not CORS-safelisted"
	}
	if len(f.unsafe) > 0 {
		names = "; CORS-unsafe request headers"
	}
	return "cross-origin: the tainting is cors, with a preflight" + flag + before + method + after + names
}

// httpOnly: the other schemes that scheme fetch
// (https://fetch.spec.whatwg.org/#concept-scheme-fetch) knows are out of scope.
func (f *Fetch) httpOnly() bool {
	if f.url.IsHTTP() {
		return true
	}
	f.t.add(ruleSchemeFetch, "the scheme is not an HTTP(S) scheme: network error")
	f.block(ReasonCorsDisabledScheme, "")
	return false
}

// cacheMode is the cache mode as far as an engine takes it for the preflight
// cache, too: the script's, or no-cache for a request with a condition.
func (f *Fetch) cacheMode() string {
	if f.p.CacheModesBypass == nil {
		return ""
	}
	if mode := f.req.Cache; mode != "" && mode != "default" {
		return mode
	}
	for _, name := range conditionalNames {
		if f.header.Has(name) {
			return "no-cache"
		}
	}
	return ""
}

// conditionalNames are those of
// https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch, step 8.17.
var conditionalNames = [...]string{"if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"}

func (f *Fetch) cacheRequest() cacheRequest {
	return cacheRequest{
		key:         cacheKey{f.originHeader, f.url.String()},
		credentials: f.req.Credentials == CredentialsInclude,
		now:         f.opt.Now,
	}
}

func (f *Fetch) hop() *Hop { return &f.hops[len(f.hops)-1] }

// preflight is CORS-preflight fetch
// (https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), steps 1 to 6.
func (f *Fetch) preflight() {
	redirect, internal := f.internalRedirect()
	if !internal && f.localNetwork(true) {
		return
	}
	h := f.hop()
	h.Preflight = true
	h.ACRM, h.PreflightOrigin = &h.Method, f.serializedOrigin()
	if len(f.unsafe) > 0 {
		acrh := strings.Join(f.unsafe, ",")
		h.ACRH = &acrh
	}
	if f.t != nil {
		if h.ACRH != nil {
			f.t.add(rulePreflight6, "preflight: Access-Control-Request-Method `"+f.method+"`, Access-Control-Request-Headers `"+*h.ACRH+"`")
		} else {
			f.t.add(rulePreflight6, "preflight: Access-Control-Request-Method `"+f.method+"`")
		}
	}
	f.kind = ActionPreflight
	if internal {
		h.Preflight, h.ACRM, h.ACRH, h.PreflightOrigin = false, nil, nil, nil
		f.deliverPreflight(redirect)
	}
}

// send is HTTP-network-or-cache fetch
// (https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch), step 8.
func (f *Fetch) send() {
	if redirect, ok := f.internalRedirect(); ok {
		f.kind, f.response = ActionRequest, redirect
		f.deliverResponse(redirect)
		return
	}
	if f.localNetwork(false) {
		return
	}
	h := f.hop()
	h.Sent = true
	h.Header = f.header
	h.Credentials = f.req.Credentials == CredentialsInclude ||
		f.req.Credentials == CredentialsSameOrigin && f.tainting == TypeBasic
	h.Credentials = h.Credentials && !f.withoutCredentials()
	h.Origin = f.requestOrigin()
	if f.t != nil {
		with := "without"
		if h.Credentials {
			with = "with"
		}
		f.t.add(ruleNetwork, "request `"+f.method+"` "+f.url.WithoutFragment()+" "+with+" credentials")
	}
	f.kind = ActionRequest
}

// requestOrigin is https://fetch.spec.whatwg.org/#append-a-request-origin-header;
// nil for no Origin. The referrer policy is the default one,
// strict-origin-when-cross-origin.
func (f *Fetch) requestOrigin() *string {
	if f.tainting != TypeCORS {
		if f.method == "GET" || f.method == "HEAD" {
			return nil
		}
		if f.req.Mode != ModeCORS && !f.p.OriginOnDowngrade && f.origin.Scheme == "https" && f.url.Scheme() != "https" {
			return &nullOrigin
		}
	}
	return f.serializedOrigin()
}

var nullOrigin = "null"

// serializedOrigin points to https://fetch.spec.whatwg.org/#byte-serializing-a-request-origin.
func (f *Fetch) serializedOrigin() *string {
	if f.originHeader == nullOrigin {
		return &nullOrigin
	}
	return &f.req.Origin
}

// Next says what has to be sent next. It changes nothing: until Deliver or
// Fail it says the same.
func (f *Fetch) Next() Action {
	if f.kind == ActionDone {
		return Action{}
	}
	h := f.hop()
	a := Action{Kind: f.kind, Hop: len(f.hops) - 1, URL: f.url.WithoutFragment()}
	if f.kind == ActionPreflight {
		a.Method = "OPTIONS"
		a.Header = Header{
			{"Accept", defaultAccept},
			{"Access-Control-Request-Method", *h.ACRM},
		}
		if h.ACRH != nil {
			a.Header = append(a.Header, Field{"Access-Control-Request-Headers", *h.ACRH})
		}
		a.Header = append(a.Header, Field{"Origin", *h.PreflightOrigin})
		return a
	}
	a.Method, a.Credentials, a.Body = f.method, h.Credentials, f.body
	a.Header = make(Header, 0, len(f.header)+2)
	if !f.header.Has("accept") {
		a.Header = append(a.Header, Field{"Accept", defaultAccept})
	}
	a.Header = append(a.Header, f.header...)
	if h.Origin != nil {
		a.Header = append(a.Header, Field{"Origin", *h.Origin})
	}
	return a
}

// Kind is the Kind of Next, for a caller that sends nothing.
func (f *Fetch) Kind() ActionKind { return f.kind }

// HopIndex is the Hop of Next.
func (f *Fetch) HopIndex() int { return len(f.hops) - 1 }
