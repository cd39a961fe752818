package spec

// IsSafelistedMethod reports whether method is a CORS-safelisted method: GET,
// HEAD or POST, case-sensitively
// (https://fetch.spec.whatwg.org/#cors-safelisted-method).
func IsSafelistedMethod(method string) bool {
	return method == "GET" || method == "HEAD" || method == "POST"
}

// IsForbiddenMethod reports whether method is CONNECT, TRACE or TRACK in any
// case (https://fetch.spec.whatwg.org/#forbidden-method).
func IsForbiddenMethod(method string) bool {
	return equalFold(method, "CONNECT") || equalFold(method, "TRACE") || equalFold(method, "TRACK")
}

// NormalizeMethod byte-uppercases the six methods that are normalised and
// leaves every other unchanged, `patch` among them
// (https://fetch.spec.whatwg.org/#concept-method-normalize).
func NormalizeMethod(method string) string {
	switch len(method) {
	case 3, 4, 6, 7:
	default:
		return method
	}
	for _, m := range [...]string{"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"} {
		if equalFold(method, m) {
			return m
		}
	}
	return method
}
