package spec

var forbiddenRequestHeaders = [...]string{
	"accept-charset", "accept-encoding", "access-control-request-headers",
	"access-control-request-method", "connection", "content-length", "cookie",
	"cookie2", "date", "dnt", "expect", "host", "keep-alive", "origin", "referer",
	"set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "via",
}

// IsForbiddenRequestHeader reports whether a script may not set this header
// (https://fetch.spec.whatwg.org/#forbidden-request-header).
func IsForbiddenRequestHeader(name, value string) bool {
	// Step 1.
	for _, f := range forbiddenRequestHeaders {
		if equalFold(name, f) {
			return true
		}
	}
	// Step 2.
	if hasPrefixFold(name, "proxy-") || hasPrefixFold(name, "sec-") {
		return true
	}
	// Step 3.
	if equalFold(name, "x-http-method") || equalFold(name, "x-http-method-override") ||
		equalFold(name, "x-method-override") {
		for _, method := range GetDecodeSplit(value) {
			if IsForbiddenMethod(method) {
				return true
			}
		}
	}
	return false
}

// IsForbiddenResponseHeaderName reports whether no script ever sees a response
// header of this name: Set-Cookie and Set-Cookie2
// (https://fetch.spec.whatwg.org/#forbidden-response-header-name).
func IsForbiddenResponseHeaderName(name string) bool {
	return equalFold(name, "set-cookie") || equalFold(name, "set-cookie2")
}

// IsRequestBodyHeaderName reports whether the header goes away together with
// the body when a redirect turns the request into a GET
// (https://fetch.spec.whatwg.org/#request-body-header-name).
func IsRequestBodyHeaderName(name string) bool {
	return equalFold(name, "content-type") || equalFold(name, "content-language") ||
		equalFold(name, "content-encoding") || equalFold(name, "content-location")
}

// GetDecodeSplit splits a value at its commas, but not within quoted strings
// (https://fetch.spec.whatwg.org/#header-value-get-decode-and-split).
func GetDecodeSplit(value string) []string {
	var values []string
	start, pos := 0, 0
	for {
		// Steps 5.1 and 5.2.
		for pos < len(value) && value[pos] != '"' && value[pos] != ',' {
			pos++
		}
		if pos < len(value) && value[pos] == '"' {
			pos = skipQuotedString(value, pos)
			if pos < len(value) {
				continue
			}
		}
		// Steps 5.3 to 5.8.
		values = append(values, trimTabOrSpace(value[start:pos]))
		if pos >= len(value) {
			return values
		}
		pos++
		start = pos
	}
}

// skipQuotedString returns the position after the quoted string that begins at
// pos (https://fetch.spec.whatwg.org/#collect-an-http-quoted-string, without
// the extract-value flag, so that the text is unchanged).
func skipQuotedString(s string, pos int) int {
	for pos++; pos < len(s); pos++ {
		switch s[pos] {
		case '\\':
			pos++
		case '"':
			return pos + 1
		}
	}
	return len(s)
}
