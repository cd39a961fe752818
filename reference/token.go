package reference

import (
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/corsproof/corsproof/cases"
)

// isToken reports whether s is a token (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	if s == "" {
		return false
	}
	for _, c := range []byte(s) {
		if c >= 0x80 || !httpguts.IsTokenRune(rune(c)) {
			return false
		}
	}
	return true
}

// isForbiddenMethod implements https://fetch.spec.whatwg.org/#forbidden-method.
func isForbiddenMethod(s string) bool {
	return strings.EqualFold(s, "CONNECT") || strings.EqualFold(s, "TRACE") || strings.EqualFold(s, "TRACK")
}

// normalised are the methods that https://fetch.spec.whatwg.org/#concept-method-normalize
// turns to upper case, so that a browser never asks for another spelling.
var normalised = []string{"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}

func checkMethod(v string) NameReason {
	switch {
	case !isToken(v):
		return NotToken
	case isForbiddenMethod(v):
		return ForbiddenMethod
	}
	if up := strings.ToUpper(v); up != v && slices.Contains(normalised, up) {
		return NormalisedAway
	}
	return ""
}

// forbiddenRequestHeaders are the names of
// https://fetch.spec.whatwg.org/#forbidden-request-header that depend on
// nothing but the name.
var forbiddenRequestHeaders = []string{
	"accept-charset", "accept-encoding", "access-control-request-headers", "access-control-request-method",
	"connection", "content-length", "cookie", "cookie2", "date", "dnt", "expect", "host", "keep-alive",
	"origin", "referer", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "via",
}

func checkRequestHeader(v string) NameReason {
	low := strings.ToLower(v)
	switch {
	case !isToken(v):
		return NotToken
	case slices.Contains(forbiddenRequestHeaders, low), strings.HasPrefix(low, "proxy-"), strings.HasPrefix(low, "sec-"):
		return ForbiddenName
	}
	return ""
}

func checkResponseHeader(v string) NameReason {
	switch {
	case !isToken(v):
		return NotToken
	case strings.EqualFold(v, "Set-Cookie"), strings.EqualFold(v, "Set-Cookie2"):
		return ForbiddenName
	}
	return ""
}

// compileList validates a list of names and removes repeats (as same decides).
// any is set when the list is the wildcard.
func compileList(p *cases.Policy, field string, in []string, same func(a, b string) bool, check func(string) NameReason) (list []string, any bool, errs []error) {
	for _, v := range in {
		if v == "*" {
			if len(in) > 1 {
				errs = append(errs, &WildcardError{Policy: p.Name, Field: field})
			}
			any = true
			continue
		}
		if why := check(v); why != "" {
			if field == "methods" {
				errs = append(errs, &MethodError{Policy: p.Name, Value: v, Reason: why})
			} else {
				errs = append(errs, &HeaderError{Policy: p.Name, Field: field, Value: v, Reason: why})
			}
		}
		if !slices.ContainsFunc(list, func(o string) bool { return same(o, v) }) {
			list = append(list, v)
		}
	}
	return list, any, errs
}

// The bounds within which Access-Control-Request-Headers is read. Browsers
// send one line with the sorted names; a request that needs more than this
// is not worth an answer.
const (
	maxACRHBytes = 8 << 10
	maxACRHNames = 256
)

// requestedHeaders reads a list of field names as RFC 9110 (sections 5.3 and
// 5.6.1) has it: any number of lines, optional whitespace, empty elements, any
// case. The result is in lower case, sorted and without repeats. It is not ok
// when an element is not a token or a bound is exceeded.
func requestedHeaders(lines []string) (names []string, ok bool) {
	size := 0
	for _, line := range lines {
		if size += len(line) + 1; size > maxACRHBytes {
			return nil, false
		}
		for elem := range strings.SplitSeq(line, ",") {
			elem = strings.Trim(elem, " \t")
			if elem == "" {
				continue
			}
			if !isToken(elem) || len(names) == maxACRHNames {
				return nil, false
			}
			names = append(names, strings.ToLower(elem))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), true
}
