package spec

// MIMEEssence parses value as a MIME type and returns its essence in lower
// case; ok is false where the parser fails
// (https://mimesniff.spec.whatwg.org/#parsing-a-mime-type). Parameters cannot
// make it fail: broken ones are dropped.
func MIMEEssence(value string) (essence string, ok bool) {
	typ, subtype, ok := parseMIME(value)
	if !ok {
		return "", false
	}
	return lower(typ) + "/" + lower(subtype), true
}

func parseMIME(s string) (typ, subtype string, ok bool) {
	// Steps 1 to 6: the type.
	s = NormalizeValue(s)
	i := 0
	for i < len(s) && s[i] != '/' {
		i++
	}
	typ = s[:i]
	if !IsToken(typ) || i == len(s) {
		return "", "", false
	}
	// Steps 7 to 9: the subtype.
	i++
	j := i
	for j < len(s) && s[j] != ';' {
		j++
	}
	end := j
	for end > i && isHTTPWhitespace(s[end-1]) {
		end--
	}
	subtype = s[i:end]
	return typ, subtype, IsToken(subtype)
}

// isSafelistedContentType is the `content-type` case of
// https://fetch.spec.whatwg.org/#cors-safelisted-request-header, steps 2 to 4.
func isSafelistedContentType(value string) bool {
	typ, subtype, ok := parseMIME(value)
	if !ok {
		return false
	}
	switch {
	case equalFold(typ, "text"):
		return equalFold(subtype, "plain")
	case equalFold(typ, "application"):
		return equalFold(subtype, "x-www-form-urlencoded")
	case equalFold(typ, "multipart"):
		return equalFold(subtype, "form-data")
	}
	return false
}
