package spec

import "slices"

// The limits of https://fetch.spec.whatwg.org/#cors-safelisted-request-header
// step 1 and of https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names
// step 5, in bytes.
const (
	MaxSafelistedValue = 128
	MaxSafelistedTotal = 1024
)

// IsSafelistedRequestHeader reports whether a request with this header alone
// needs no preflight
// (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
func IsSafelistedRequestHeader(name, value string) bool {
	return isSafelisted(&profileFetch, name, value)
}

func isSafelisted(p *Profile, name, value string) bool {
	// Step 1.
	if len(value) > MaxSafelistedValue {
		return false
	}
	// Step 2. The length of the name rules out nearly every other header.
	switch len(name) {
	case len("accept"):
		if equalFold(name, "accept") {
			return !contains(value, classUnsafe)
		}
	case len("accept-language"):
		if equalFold(name, "accept-language") {
			return all(value, classLanguage)
		}
	case len("content-language"):
		if equalFold(name, "content-language") {
			return all(value, classLanguage)
		}
	case len("content-type"):
		if equalFold(name, "content-type") {
			return !contains(value, classUnsafe) && isSafelistedContentType(value)
		}
	case len("range"):
		if equalFold(name, "range") {
			return isSafelistedRange(p, value)
		}
	}
	if p.SafelistedNames != nil {
		for _, n := range p.SafelistedNames {
			if equalFold(name, n.Name) {
				return n.Value.takes(value)
			}
		}
	}
	return false
}

// isSafelistedRange: a single range with a start and without whitespace.
func isSafelistedRange(p *Profile, value string) bool {
	r, ok := ParseSingleRange(value, false)
	if !ok || r.Start == "" {
		return false
	}
	if p.RangeMax != "" && (!lessDecimal(r.Start, p.RangeMax) || !lessDecimal(r.End, p.RangeMax)) {
		return false
	}
	return true
}

// UnsafeRequestHeaderNames returns the CORS-unsafe request-header names of a
// header list: lower-cased, sorted, each once; nil for none
// (https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names). Note that
// fetch adds `Accept: */*` to a list without Accept before this is asked.
func UnsafeRequestHeaderNames(h Header) []string {
	return unsafeNames(&profileFetch, h, 0, nil)
}

const defaultAccept = "*/*"

// impliedAccept is the length of the value of the Accept header that
// https://fetch.spec.whatwg.org/#concept-fetch adds when the list has none.
func impliedAccept(h Header) int {
	if h.Has("accept") {
		return 0
	}
	return len(defaultAccept)
}

// unsafeNames appends the names to dst. extra is the length of safelisted
// values that are not in h.
func unsafeNames(p *Profile, h Header, extra int, dst []string) []string {
	base := len(dst)
	size := extra
	for i := range h {
		if isSafelisted(p, h[i].Name, h[i].Value) {
			size += len(h[i].Value)
		} else {
			dst = append(dst, lower(h[i].Name))
		}
	}
	if size > MaxSafelistedTotal && !p.NoSafelistTotal {
		if extra > 0 {
			dst = append(dst, "accept")
		}
		for i := range h {
			if isSafelisted(p, h[i].Name, h[i].Value) {
				dst = append(dst, lower(h[i].Name))
			}
		}
	}
	if len(dst)-base > 1 {
		names := dst[base:]
		slices.Sort(names)
		dst = dst[:base+len(slices.Compact(names))]
	}
	return dst
}

// NeedsPreflight reports whether a cross-origin request by a script, mode
// cors, takes the branch of main fetch that makes a CORS-preflight
// (https://fetch.spec.whatwg.org/#concept-main-fetch, step 12). The header list
// is the request's without what fetch adds; method is normalised. The
// preflight cache may still make the preflight unnecessary.
func NeedsPreflight(method string, h Header, useCORSPreflight bool) bool {
	return useCORSPreflight || !IsSafelistedMethod(method) ||
		len(unsafeNames(&profileFetch, h, impliedAccept(h), nil)) > 0
}
