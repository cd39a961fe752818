package spec

import "errors"

// locationState is what https://fetch.spec.whatwg.org/#concept-response-location-url
// returns besides a URL.
type locationState int

const (
	locationURL locationState = iota
	locationNull
	locationFailure
)

// location returns the response's location URL. A Location that appears more
// than once is a failure: its grammar allows a single one.
func (f *Fetch) location(h Header) (URL, locationState) {
	value, n := locationValue(f.p, h)
	switch n {
	case 0:
		return URL{}, locationNull
	case 1:
	default:
		return URL{}, locationFailure
	}
	u, err := f.resolve(value)
	if err != nil {
		return URL{}, locationFailure
	}
	return u.withFragment(f.url.fragment()), locationURL
}

// upgraded is a Location as an engine with UpgradeOnce follows it.
func (f *Fetch) upgraded(next URL) URL {
	if f.p.UpgradeOnce && f.upgrades && next.Scheme() == "http" {
		return next.withScheme("https")
	}
	return next
}

// resolve is URL.Resolve; it also records that a Location is out of scope.
func (f *Fetch) resolve(location string) (URL, error) {
	u, err := f.url.Resolve(location)
	f.tooLong = f.tooLong || errors.Is(err, errTooLong)
	return u, err
}

// locationValue returns the first Location and the number of them that count.
func locationValue(p *Profile, h Header) (value string, n int) {
	for i := range h {
		if !equalFold(h[i].Name, "location") {
			continue
		}
		v := trimTabOrSpace(h[i].Value)
		if n > 0 && p.EqualLocationsAreOne && v == value {
			continue
		}
		if n == 0 {
			value = v
		}
		n++
	}
	return value, n
}

// failsAtOnce reports whether an engine's network stack refuses a response
// before any check of this model: for different Location lines, as one
// redirect too many, or for a redirect to a Location that does not parse.
func (f *Fetch) failsAtOnce(resp Response, preflight bool) (Reason, bool) {
	if f.p.EqualLocationsAreOne {
		if _, n := locationValue(f.p, resp.Header); n > 1 {
			return ReasonNetworkError, true
		}
	}
	if f.p.RedirectLimitFirst && !preflight && f.redirects == maxRedirects && RedirectStatus(resp.Status) && hasLocation(resp.Header) {
		return ReasonTooManyRedirects, true
	}
	if f.p.InvalidLocationFirst && RedirectStatus(resp.Status) {
		value, n := locationValue(f.p, resp.Header)
		if n == 1 && value != "" {
			if _, err := f.resolve(value); err != nil && !(f.p.LaxHosts && parsesLax(value, f.url.String())) {
				return ReasonRedirectInvalidLocation, true
			}
		}
	}
	return "", false
}

// refusedTarget is the reason of HTTP-redirect fetch, steps 6, 9 and 10, if
// they refuse where a redirect leads.
func (f *Fetch) refusedTarget(resp Response) Reason {
	next, state := f.location(resp.Header)
	next = f.upgraded(next)
	switch {
	case state != locationURL:
		return ""
	case f.refusesScheme(next):
		return ReasonCorsDisabledScheme
	}
	if _, refused := f.refusesUserinfo(next); refused {
		return ReasonRedirectContainsCredentials
	}
	return ""
}

// refusesScheme is the condition of step 6.
func (f *Fetch) refusesScheme(next URL) bool {
	if next.IsHTTP() {
		return false
	}
	_, userinfo := f.refusesUserinfo(next)
	return !(f.p.RedirectUserinfoFirst && userinfo)
}

// policyRefusesScheme tells whether an engine's Content-Security-Policy stops a redirect that step 6 would
// stop: as it does the other redirects, it looks at the next URL.
func (f *Fetch) policyRefusesScheme(next URL) bool {
	if !f.p.CSPBeforeScheme || f.req.Context == nil {
		return false
	}
	switch next.Scheme() {
	case "about", "blob", "data", "file", "filesystem", "chrome", "chrome-untrusted", "devtools":
		return false
	}
	here := f.url
	f.url = next
	f.redirects++
	f.hops = append(f.hops, Hop{URL: next.String(), Method: f.method})
	if f.blockedByCSP() {
		return true
	}
	f.url = here
	f.redirects--
	f.hops = f.hops[:len(f.hops)-1]
	return false
}

// refusesUserinfo are the conditions of steps 9 and 10, and which of them holds.
func (f *Fetch) refusesUserinfo(next URL) (step rule, refused bool) {
	switch {
	case !next.HasCredentials():
		return rule{}, false
	case f.req.Mode == ModeCORS && !f.origin.SameOrigin(next.Origin()):
		return ruleRedirect9, true
	case f.tainting == TypeCORS:
		return ruleRedirect10, true
	}
	return rule{}, false
}

// refusesAnyUserinfo tells whether an engine refuses a Location for its user name or password where the
// standard does not.
func (f *Fetch) refusesAnyUserinfo(next URL) bool {
	return f.p.RedirectUserinfoRefused && f.req.API != APIXHR && next.HasCredentials()
}

// refuseUserinfo refuses such a Location.
func (f *Fetch) refuseUserinfo() {
	f.t.add(ruleRedirect9, "the engine follows no redirect to a URL with user name or password: network error")
	f.block(ReasonRedirectContainsCredentials, "")
}

// redirect is HTTP-redirect fetch
// (https://fetch.spec.whatwg.org/#concept-http-redirect-fetch). It returns
// false when the response is to be returned unchanged.
func (f *Fetch) redirect(resp Response) bool {
	// Steps 3 to 5.
	next, state := f.location(resp.Header)
	switch state {
	case locationNull:
		f.t.add(ruleRedirect4, "a redirect status without Location: an ordinary response")
		return false
	case locationFailure:
		f.t.add(ruleRedirect5, "the Location does not parse: network error")
		f.block(ReasonRedirectInvalidLocation, "")
		return true
	}
	if to := f.upgraded(next); to.Scheme() != next.Scheme() {
		f.t.add(ruleUpgrade, "the Location of a request that is upgraded: http becomes https")
		next = to
	}
	// Step 6.
	if f.refusesScheme(next) {
		if f.policyRefusesScheme(next) {
			return true
		}
		if f.req.API == APIElement && f.refusesAnyUserinfo(next) {
			f.refuseUserinfo()
			return true
		}
		f.t.add(ruleRedirect6, "the Location's scheme is not an HTTP(S) scheme: network error")
		f.block(ReasonCorsDisabledScheme, "")
		return true
	}
	// Steps 7 and 8.
	if f.redirects == maxRedirects {
		f.t.add(ruleRedirect7, "20 redirects were followed already: network error")
		f.block(ReasonTooManyRedirects, "")
		return true
	}
	f.redirects++
	origin, here := next.Origin(), f.url.Origin()
	// Steps 9 and 10.
	step, refused := f.refusesUserinfo(next)
	if !refused && f.refusesAnyUserinfo(next) && (f.req.Context == nil || f.stream) { // else after the page's policies
		step, refused = ruleRedirect9, true
	}
	if refused {
		f.t.add(step, "a Location with credentials, to another origin in mode cors or with tainting cors: network error")
		f.block(ReasonRedirectContainsCredentials, "")
		return true
	}
	// Step 11.
	if resp.Status != 303 && f.stream {
		f.t.add(ruleRedirect11, "the body is a stream and cannot be sent again: network error")
		f.block(ReasonRedirectWithStreamBody, "")
		return true
	}
	// Step 12.
	if rewritesToGET(resp.Status, f.method) {
		if f.t != nil {
			f.t.add(ruleRedirect12, "`"+f.method+"` becomes GET, without body and request-body-headers")
		}
		f.method, f.body, f.stream = "GET", false, false
		f.header = f.header.Without(IsRequestBodyHeaderName)
	}
	// Step 13.
	if !here.SameOrigin(origin) {
		if f.header.Has("authorization") {
			f.t.add(ruleRedirect13, "the redirect is cross-origin: Authorization is dropped")
			f.header = f.header.Without(func(name string) bool { return equalFold(name, "authorization") })
		}
	}
	if f.p.RedirectDropsNames != nil {
		f.header = f.header.Without(func(name string) bool { return hasName(f.p.RedirectDropsNames, name) })
	}
	// Steps 18 to 22.
	if f.t != nil {
		f.t.add(ruleRedirect18, "redirect to "+next.String())
	}
	f.url, f.left = next, here
	f.enterHop()
	return true
}

// taint is redirect-taint (https://fetch.spec.whatwg.org/#concept-request-tainted-origin), step 4: the URL
// changed origin, and the request's origin is not that of the URL it left. It looks at the URL
// that a policy may have upgraded.
func (f *Fetch) taint() {
	always := f.p.NoCORSRedirectTaints && f.req.Mode == ModeNoCORS
	if len(f.hops) < 2 || f.left.SameOrigin(f.url.Origin()) || f.originHeader == "null" || !always && f.origin.SameOrigin(f.left) {
		return
	}
	f.t.add(ruleTaint, "a redirect from one cross-origin URL to another origin: Origin is `null` from now on")
	f.originHeader = "null"
}

// rewritesToGET is the condition of HTTP-redirect fetch, step 12.
func rewritesToGET(status int, method string) bool {
	switch status {
	case 301, 302:
		return method == "POST"
	case 303:
		return method != "GET" && method != "HEAD"
	}
	return false
}
