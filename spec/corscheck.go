package spec

import "strings"

// CheckCORS is the CORS check (https://fetch.spec.whatwg.org/#concept-cors-check):
// may a script of this origin, given as the request's Origin header has it, see
// a response with these headers? It returns "" for success, else the reason.
// The status does not matter. It does not allocate for a response that has
// each header once.
func CheckCORS(origin string, mode CredentialsMode, h Header) Reason {
	return checkCORS(nil, &profileFetch, origin, mode, h)
}

// TraceCORS is CheckCORS with its trace.
func TraceCORS(origin string, mode CredentialsMode, h Header) (Reason, []Step) {
	var t tracer
	r := checkCORS(&t, &profileFetch, origin, mode, h)
	return r, t.steps
}

func checkCORS(t *tracer, p *Profile, origin string, mode CredentialsMode, h Header) Reason {
	include := mode == CredentialsInclude
	// Steps 1 and 2.
	allow, ok := h.Get("access-control-allow-origin")
	if !ok {
		t.add(ruleCORSCheck2, "no Access-Control-Allow-Origin: failure")
		return ReasonMissingAllowOriginHeader
	}
	// Step 3.
	if allow == "*" && !include {
		t.add(ruleCORSCheck3, "Access-Control-Allow-Origin is `*` and the credentials mode is not include: success")
		return ""
	}
	// Step 4.
	if allow != origin {
		r := mismatch(p, allow)
		if t != nil {
			t.add(ruleCORSCheck4, "Access-Control-Allow-Origin `"+allow+"` is not the request's origin `"+origin+"`: failure")
		}
		return r
	}
	// Step 5.
	if !include {
		t.add(ruleCORSCheck5, "Access-Control-Allow-Origin is the request's origin and the credentials mode is not include: success")
		return ""
	}
	// Steps 6 to 8.
	credentials, ok := h.Get("access-control-allow-credentials")
	if ok && credentials == "true" {
		t.add(ruleCORSCheck7, "Access-Control-Allow-Origin is the request's origin and Access-Control-Allow-Credentials is `true`: success")
		return ""
	}
	t.add(ruleCORSCheck8, "the credentials mode is include and Access-Control-Allow-Credentials is not `true`: failure")
	return ReasonInvalidAllowCredentials
}

// mismatch says how an Access-Control-Allow-Origin that is not the origin is
// wrong. The standard does not; the names and their order are Chromium's
// (services/network/cors/cors_util.cc, CheckAccessInternal). What is longer than
// MaxOddURL does not count as a URL.
func mismatch(p *Profile, allow string) Reason {
	if allow == "*" {
		return ReasonWildcardOriginNotAllowed
	}
	if strings.ContainsAny(allow, " ,") {
		return ReasonMultipleAllowOriginValues
	}
	if allow == "null" {
		return ReasonAllowOriginMismatch
	}
	if isOrdinary(allow) {
		return ReasonAllowOriginMismatch
	}
	if !hasScheme(allow) {
		return ReasonInvalidAllowOriginValue
	}
	if _, err := parseAny(percentEncodeHigh(allow), ""); err != nil && !(p.LaxHosts && parsesLax(allow, "")) {
		return ReasonInvalidAllowOriginValue
	}
	return ReasonAllowOriginMismatch
}
