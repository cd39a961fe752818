package spec

import (
	"math"
	"strconv"
)

// tokenList walks over the tokens of all fields of one name. The grammar is
// #token (RFC 9110, section 5.6.1.2): elements separated by commas, tabs and
// spaces around them, empty elements ignored. Each line is parsed on its own,
// as https://fetch.spec.whatwg.org/#extract-header-list-values has it; for a
// list that comes to the same as joining them.
type tokenList struct {
	h       Header
	name    string
	line    int    // index in h of the current line
	rest    string // what is left of it
	inLine  bool
	present bool // a field of this name was seen
	failed  bool // an element is not a token
}

func newTokenList(h Header, name string) tokenList { return tokenList{h: h, name: name, line: -1} }

// next returns the next token; ok is false at the end and at the first
// element that is not a token, when failed is set.
func (l *tokenList) next() (token string, ok bool) {
	for {
		if !l.inLine {
			l.line++
			if l.line >= len(l.h) {
				return "", false
			}
			if !equalFold(l.h[l.line].Name, l.name) {
				continue
			}
			l.present, l.inLine, l.rest = true, true, l.h[l.line].Value
		}
		i := 0
		for i < len(l.rest) && l.rest[i] != ',' {
			i++
		}
		element := trimTabOrSpace(l.rest[:i])
		if i < len(l.rest) {
			l.rest = l.rest[i+1:]
		} else {
			l.inLine = false
		}
		if element == "" {
			continue
		}
		if !all(element, classTchar) {
			l.failed = true
			return "", false
		}
		return element, true
	}
}

// listState is what one pass over a token list shows.
type listState struct {
	null     bool // no such header: null, which is not an empty list
	failed   bool // the header does not parse
	wildcard bool // `*` is in it
	n        int
}

func inspectList(h Header, name string) listState {
	l := newTokenList(h, name)
	var s listState
	for {
		t, ok := l.next()
		if !ok {
			break
		}
		s.n++
		if t == "*" {
			s.wildcard = true
		}
	}
	s.null, s.failed = !l.present, l.failed
	return s
}

// listHas reports whether token is in the list, by bytes or regardless of case.
func listHas(h Header, name, token string, fold bool) bool {
	l := newTokenList(h, name)
	for {
		t, ok := l.next()
		if !ok {
			return false
		}
		if t == token || fold && equalFold(t, token) {
			return true
		}
	}
}

// tokenSet is the tokens of the list, in lower case. n is how many there are.
func tokenSet(h Header, name string, n int) map[string]struct{} {
	set := make(map[string]struct{}, n)
	for l := newTokenList(h, name); ; {
		token, ok := l.next()
		if !ok {
			return set
		}
		set[lower(token)] = struct{}{}
	}
}

// ExtractTokenList extracts the values of a header whose grammar is #token:
// Access-Control-Allow-Methods, -Allow-Headers and -Expose-Headers
// (https://fetch.spec.whatwg.org/#extract-header-list-values). Without such a
// header values is nil; a header without elements gives an empty list, which
// is not nil. ok is false where the standard says failure: one bad element
// makes the whole header fail.
func ExtractTokenList(h Header, name string) (values []string, ok bool) {
	l := newTokenList(h, name)
	for {
		t, more := l.next()
		if !more {
			break
		}
		values = append(values, t)
	}
	if l.failed {
		return nil, false
	}
	if l.present && values == nil {
		values = []string{}
	}
	return values, true
}

// DefaultMaxAge is the max-age in seconds of a preflight whose response gives
// none that parses (https://fetch.spec.whatwg.org/#cors-preflight-fetch-0,
// step 7.9).
const DefaultMaxAge = 5

// MaxMaxAge is the greatest max-age, in seconds: the greatest integer that
// every JSON reader takes, 285 million years. A longer one counts as this, as
// RFC 9111 section 1.2.2 has it.
const MaxMaxAge = 1<<53 - 1

// ParseMaxAge extracts Access-Control-Max-Age: one field line, 1*DIGIT. ok is
// false for null and for failure, for both of which the standard then takes
// DefaultMaxAge (https://fetch.spec.whatwg.org/#http-access-control-max-age).
func ParseMaxAge(h Header) (seconds int64, ok bool) {
	value, n := maxAgeLine(h)
	if n != 1 || !isDigits(value) {
		return 0, false
	}
	return parseDigits(value), true
}

// maxAgeLine returns the last line and the number of lines.
func maxAgeLine(h Header) (value string, n int) {
	for i := range h {
		if equalFold(h[i].Name, "access-control-max-age") {
			value = trimTabOrSpace(h[i].Value)
			n++
		}
	}
	return value, n
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func parseDigits(s string) int64 {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		n = math.MaxUint64
	}
	return int64(min(n, MaxMaxAge))
}

// preflightMaxAge is CORS-preflight fetch steps 7.8 to 7.10 with an engine's
// departures for values that do not parse.
func preflightMaxAge(p *Profile, h Header) int64 {
	value, n := maxAgeLine(h)
	seconds := int64(DefaultMaxAge)
	switch digits := isDigits(value); {
	case n == 0:
	case n == 1 && digits:
		seconds = parseDigits(value)
		if p.MaxAgeInt64 && !lessDecimal(trimZeros(value), "9223372036854775808") {
			seconds = p.MaxAgeUnparsable
		}
	case n == 1 && p.MaxAgePlus && len(value) > 1 && value[0] == '+' && isDigits(value[1:]):
		seconds = parseDigits(value[1:])
	case n == 1 && len(value) > 1 && value[0] == '-' && isDigits(value[1:]):
		seconds = p.MaxAgeNegative
	case n == 1 && value == "":
		seconds = DefaultMaxAge
	default:
		seconds = p.MaxAgeUnparsable
	}
	if p.MaxAgeCap > 0 {
		seconds = min(seconds, p.MaxAgeCap)
	}
	return seconds
}
