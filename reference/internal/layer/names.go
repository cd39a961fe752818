package layer

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// compileList removes repeats (as same decides) and the wildcard from a list
// of names. wild says that it was there.
func compileList(in []string, same func(a, b string) bool) (list []string, wild bool) {
	for _, v := range in {
		if v == "*" {
			wild = true
		} else if !slices.ContainsFunc(list, func(o string) bool { return same(o, v) }) {
			list = append(list, v)
		}
	}
	return list, wild
}

// The bounds within which Access-Control-Request-Headers is read. Browsers
// send one line with the sorted names; a request that needs more than this
// is not worth an answer.
const (
	maxACRHBytes = 8 << 10
	maxACRHNames = 256
)

// RequestedHeaders reads a list of field names as RFC 9110 (sections 5.3 and
// 5.6.1) has it: any number of lines, optional whitespace, empty elements, any
// case. The result is in lower case, sorted and without repeats. It is not ok
// when an element is not a token or a bound is exceeded.
func RequestedHeaders(lines []string) (names []string, ok bool) {
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
