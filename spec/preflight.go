package spec

// RedirectStatus reports whether status is a redirect status: 301, 302, 303,
// 307 or 308 (https://fetch.spec.whatwg.org/#redirect-status). 300, 304, 305 and
// 306 are not.
func RedirectStatus(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// OKStatus reports whether status is in the range 200 to 299
// (https://fetch.spec.whatwg.org/#ok-status).
func OKStatus(status int) bool { return 200 <= status && status <= 299 }

// CheckPreflight decides whether the response to a CORS-preflight allows the
// request (https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, step 7). It
// returns "" for yes; else the reason and, for a disallowed method or header,
// which. origin is as the Origin header has it, mode the actual request's
// credentials mode, method normalised, unsafeNames the result of
// UnsafeRequestHeaderNames. The order of the failures is Chromium's, which does
// not change the verdict. It does not allocate on an ordinary response.
func CheckPreflight(origin string, mode CredentialsMode, method string, unsafeNames []string, status int, h Header) (reason Reason, failedParameter string) {
	in := preflightCheck{origin: origin, mode: mode, method: method, unsafe: unsafeNames}
	return in.check(nil, &profileFetch, status, h)
}

// TracePreflight is CheckPreflight with its trace.
func TracePreflight(origin string, mode CredentialsMode, method string, unsafeNames []string, status int, h Header) (reason Reason, failedParameter string, steps []Step) {
	var t tracer
	in := preflightCheck{origin: origin, mode: mode, method: method, unsafe: unsafeNames}
	reason, failedParameter = in.check(&t, &profileFetch, status, h)
	return reason, failedParameter, t.steps
}

// RefusedHeaders returns those of unsafeNames that the response to a preflight
// does not allow, `authorization` first, the rest in order.
func RefusedHeaders(mode CredentialsMode, unsafeNames []string, h Header) []string {
	return refusedHeaders(&profileFetch, mode, unsafeNames, h)
}

func refusedHeaders(p *Profile, mode CredentialsMode, unsafeNames []string, h Header) []string {
	allowed := newHeaderAllowance(p, mode, h, len(unsafeNames))
	var first, refused []string
	for _, name := range unsafeNames {
		switch {
		case allowed.allows(name):
		case name == "authorization":
			first = append(first, name)
		default:
			refused = append(refused, name)
		}
	}
	return append(first, refused...)
}

// preflightCheck is what the check of a preflight's response needs to know of the request.
type preflightCheck struct {
	origin string
	mode   CredentialsMode
	method string
	unsafe []string
	flag   bool // the use-CORS-preflight flag
}

const (
	allowMethods = "access-control-allow-methods"
	allowHeaders = "access-control-allow-headers"
)

func (in *preflightCheck) check(t *tracer, p *Profile, status int, h Header) (Reason, string) {
	include := in.mode == CredentialsInclude
	// A redirect is never an ok status, so this only picks the reason.
	if RedirectStatus(status) && hasLocation(h) {
		t.add(rulePreflight7, "the preflight was answered with a redirect, which is not an ok status: network error")
		return ReasonPreflightDisallowedRedirect, ""
	}
	if p.PreflightStatusFirst && !OKStatus(status) {
		t.add(rulePreflight7, "the status is not in the range 200 to 299: network error")
		return ReasonPreflightInvalidStatus, ""
	}
	// Step 7: the CORS check, with the actual request's credentials mode, and the status.
	if r := checkCORS(t, p, in.origin, in.mode, h); r != "" {
		return r.onPreflight(), ""
	}
	if !OKStatus(status) {
		t.add(rulePreflight7, "the status is not in the range 200 to 299: network error")
		return ReasonPreflightInvalidStatus, ""
	}
	// Steps 7.1 to 7.3.
	methods := inspectList(h, allowMethods)
	if methods.failed {
		t.add(rulePreflight73, "Access-Control-Allow-Methods is not a list of tokens: network error")
		return ReasonInvalidAllowMethodsPreflightResponse, ""
	}
	headers := newHeaderAllowance(p, in.mode, h, len(in.unsafe))
	if headers.list.failed {
		t.add(rulePreflight73, "Access-Control-Allow-Headers is not a list of tokens: network error")
		return ReasonInvalidAllowHeadersPreflightResponse, ""
	}
	// Steps 7.4 and 7.5.
	switch {
	case IsSafelistedMethod(in.method):
		t.add(rulePreflight75, "the method is CORS-safelisted")
	case methods.null && in.flag && !p.NoImpliedMethod:
		t.add(rulePreflight74, "no Access-Control-Allow-Methods, and the use-CORS-preflight flag is set: the request's method is allowed")
	case !include && methods.wildcard:
		t.add(rulePreflight75, "Access-Control-Allow-Methods holds `*` and the credentials mode is not include")
	case listHas(h, allowMethods, in.method, false):
		t.add(rulePreflight75, "the method is in Access-Control-Allow-Methods")
	default:
		if t != nil {
			t.add(rulePreflight75, "the method `"+in.method+"` is not allowed by Access-Control-Allow-Methods: network error")
		}
		return ReasonMethodDisallowedByPreflightResponse, in.method
	}
	// Step 7.6: Authorization, before the others.
	for _, name := range in.unsafe {
		if name == "authorization" && !headers.allows(name) {
			t.add(rulePreflight76, "Access-Control-Allow-Headers does not name `authorization`, which `*` does not cover: network error")
			return ReasonHeaderDisallowedByPreflightResponse, name
		}
	}
	// Step 7.7.
	for _, name := range in.unsafe {
		if !headers.allows(name) {
			if t != nil {
				t.add(rulePreflight77, "the header `"+name+"` is not allowed by Access-Control-Allow-Headers: network error")
			}
			return ReasonHeaderDisallowedByPreflightResponse, name
		}
	}
	if len(in.unsafe) > 0 {
		t.add(rulePreflight77, "every CORS-unsafe request-header name is allowed by Access-Control-Allow-Headers")
	}
	return "", ""
}

func hasLocation(h Header) bool {
	for i := range h {
		if equalFold(h[i].Name, "location") && trimTabOrSpace(h[i].Value) != "" {
			return true
		}
	}
	return false
}

// headerAllowance says which request headers an Access-Control-Allow-Headers allows.
type headerAllowance struct {
	list listState
	h    Header
	star bool // `*` counts
	auth bool // and covers Authorization
	set  map[string]struct{}
}

func newHeaderAllowance(p *Profile, mode CredentialsMode, h Header, names int) headerAllowance {
	a := headerAllowance{list: inspectList(h, allowHeaders), h: h}
	a.star = a.list.wildcard && mode != CredentialsInclude
	a.auth = a.star && p.WildcardCoversAuthorization
	if names > manyNames {
		a.set = tokenSet(h, allowHeaders, a.list.n)
	}
	return a
}

// allows takes a lower-case name.
func (a *headerAllowance) allows(name string) bool {
	if a.star && (a.auth || name != "authorization") {
		return true
	}
	if a.set != nil {
		_, ok := a.set[name]
		return ok
	}
	return listHas(a.h, allowHeaders, name, true)
}
