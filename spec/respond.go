package spec

import "strconv"

// Deliver takes the response to the last action. It does nothing when none is due.
func (f *Fetch) Deliver(resp Response) {
	switch f.kind {
	case ActionPreflight:
		f.deliverPreflight(resp)
	case ActionRequest:
		f.response = resp
		f.deliverResponse(resp)
	}
	if f.tooLong {
		// Whatever was decided did not depend on the URL.
		f.end(Invalid, TypeErr)
		f.out.Reason, f.out.FailedParameter, f.out.FailedHop = "", "", -1
		f.out.Error = "the Location of hop " + strconv.Itoa(len(f.hops)-1) + ": " + errTooLong.Error()
	}
}

// Fail says that the last action got no HTTP response.
func (f *Fetch) Fail() {
	if f.kind == ActionDone {
		return
	}
	if f.kind == ActionPreflight {
		f.out.PreflightCacheSeconds = -1
	}
	f.t.add(ruleNetworkError, "no HTTP response: network error")
	f.block(ReasonNetworkError, "")
}

// deliverPreflight is CORS-preflight fetch, steps 7 and 8.
func (f *Fetch) deliverPreflight(resp Response) {
	if _, failed := f.failsAtOnce(resp, true); failed {
		f.t.add(ruleNetworkError, "the engine takes no such Location: network error")
		f.out.PreflightCacheSeconds = -1
		f.block(ReasonNetworkError, "")
		return
	}
	in := preflightCheck{origin: f.originHeader, mode: f.req.Credentials, method: f.method, unsafe: f.unsafe, flag: f.flag}
	reason, param := in.check(f.t, f.p, resp.Status, resp.Header)
	refused := reason == ReasonMethodDisallowedByPreflightResponse || reason == ReasonHeaderDisallowedByPreflightResponse
	var maxAge int64
	if reason == "" || refused && f.p.CacheBeforeCheck {
		maxAge = preflightMaxAge(f.p, resp.Header)
		if f.cacheMode() != "no-store" {
			f.cache.store(f.cacheRequest(), &in, maxAge, resp.Header)
		}
	}
	if reason != "" {
		f.out.PreflightCacheSeconds = -1
		f.block(reason, param)
		return
	}
	f.out.PreflightCacheSeconds = int(maxAge)
	if f.t != nil {
		f.t.add(rulePreflight710, "the preflight succeeds and is cached for "+strconv.FormatInt(maxAge, 10)+" s")
	}
	f.send()
}

// deliverResponse is HTTP fetch, steps 4.4 to 7.
func (f *Fetch) deliverResponse(resp Response) {
	if reason, failed := f.failsAtOnce(resp, false); failed {
		f.t.add(ruleNetworkError, "the engine takes no such redirect: network error")
		f.block(reason, "")
		return
	}
	redirect := RedirectStatus(resp.Status)
	if redirect && f.p.RedirectNeedsLocation && f.req.Redirect != RedirectManual {
		redirect = hasLocation(resp.Header)
	}
	// Step 4.4.
	if f.tainting == TypeCORS {
		if reason := checkCORS(f.t, f.p, f.originHeader, f.req.Credentials, resp.Header); reason != "" {
			f.block(reason, "")
			return
		}
	}
	if f.keptBack(resp) {
		return
	}
	// Step 4.5.
	f.untimed = f.untimed || !CheckTAO(f.originHeader, f.tainting, resp.Header)
	// Step 6.
	if redirect {
		switch f.req.Redirect {
		case RedirectError:
			if f.p.RedirectModeLast {
				if reason := f.refusedTarget(resp); reason != "" {
					f.t.add(ruleHTTPRedirect, "the engine looks at the Location before the redirect mode: network error")
					f.block(reason, "")
					return
				}
			}
			f.t.add(ruleHTTPRedirect, "a redirect, and the redirect mode is error: network error")
			f.block(ReasonRedirectDisallowedByMode, "")
			return
		case RedirectManual:
			f.t.add(ruleHTTPRedirect, "a redirect, and the redirect mode is manual: an opaque-redirect response")
			if f.mismatches(resp) {
				return
			}
			f.end(Allowed, TypeOpaqueRedirect)
			return
		}
		if f.redirect(resp) {
			return
		}
	}
	if f.wrongType(resp) || f.mismatches(resp) {
		return
	}
	// Main fetch, step 14.
	f.end(Allowed, f.tainting)
	f.out.TimingAllowed = !f.untimed
	if f.tainting != TypeOpaque {
		f.out.Status = resp.Status
	}
	if f.t != nil {
		f.traceExposure()
	}
}

func (f *Fetch) traceExposure() {
	if f.tainting == TypeCORS {
		e := newExposure(f.p, TypeCORS, f.req.Credentials, f.response.Header)
		switch {
		case e.list.failed:
			f.t.add(ruleMainExpose, "Access-Control-Expose-Headers is not a list of tokens: it exposes nothing")
		case e.all:
			f.t.add(ruleMainExpose, "Access-Control-Expose-Headers holds `*` and the credentials mode is not include: every response header is exposed")
		case e.list.n > 0:
			f.t.add(ruleMainExpose, "Access-Control-Expose-Headers is taken literally")
		}
	}
	f.t.add(ruleMainFilter, "the response is "+string(f.tainting)+"-filtered")
}

func (f *Fetch) end(r Result, t ResponseType) {
	f.kind = ActionDone
	f.out.Result, f.out.Type = r, t
}

// block ends the fetch with a network error. Main fetch clears the cache
// entries of the current URL, which after a redirect is that of the last hop.
func (f *Fetch) block(reason Reason, param string) {
	f.end(Blocked, TypeErr)
	f.out.Reason, f.out.FailedParameter, f.out.FailedHop = reason, param, len(f.hops)-1
	if f.preflighted && !f.p.CacheKeepsOnFailure {
		f.t.add(ruleCacheClear, "cache entries of the origin and the current URL are cleared")
		f.cache.clear(f.cacheRequest().key)
	}
}

// Readable appends to dst what a script can read of the response: names in
// lower case and sorted, values combined. It is Outcome's Readable without a map.
func (f *Fetch) Readable(dst Header) Header {
	if f.out.Result != Allowed {
		return dst
	}
	e := newExposure(f.p, f.out.Type, f.req.Credentials, f.response.Header)
	return e.fields(dst)
}

// Outcome returns what became of the request, once Next returns ActionDone.
func (f *Fetch) Outcome() Outcome {
	out := f.Summary()
	out.Readable = readableMap(f.Readable(nil))
	return out
}

// Summary is Outcome without Readable, and without allocating.
func (f *Fetch) Summary() Outcome {
	out := f.out
	out.Hops = f.hops
	out.Trace = f.trace.steps
	return out
}
