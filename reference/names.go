package reference

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

func checkMethod(v string) NameReason {
	switch {
	case !spec.IsToken(v):
		return NotToken
	case spec.IsForbiddenMethod(v):
		return ForbiddenMethod
	case spec.NormalizeMethod(v) != v:
		return NormalisedAway
	}
	return ""
}

func checkRequestHeader(v string) NameReason {
	switch {
	case !spec.IsToken(v):
		return NotToken
	case spec.IsForbiddenRequestHeader(v, ""):
		return ForbiddenName
	}
	return ""
}

func checkResponseHeader(v string) NameReason {
	switch {
	case !spec.IsToken(v):
		return NotToken
	case spec.IsForbiddenResponseHeaderName(v):
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
			if !spec.IsToken(elem) || len(names) == maxACRHNames {
				return nil, false
			}
			names = append(names, strings.ToLower(elem))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), true
}
