package spec

import "strings"

// Range is a single byte range: its two numbers as decimal digits without
// leading zeros (numbers have no width limit in the standard), empty for null.
type Range struct{ Start, End string }

// ParseSingleRange parses a single range header value
// (https://fetch.spec.whatwg.org/#simple-range-header-value).
func ParseSingleRange(value string, allowWhitespace bool) (r Range, ok bool) {
	pos := len("bytes")
	skip := func() {
		for allowWhitespace && pos < len(value) && isTabOrSpace(value[pos]) {
			pos++
		}
	}
	expect := func(b byte) bool {
		if pos >= len(value) || value[pos] != b {
			return false
		}
		pos++
		return true
	}
	number := func() string {
		start := pos
		for pos < len(value) && '0' <= value[pos] && value[pos] <= '9' {
			pos++
		}
		return trimZeros(value[start:pos])
	}
	// Step 2: exact, so `BYTES=` fails.
	if !strings.HasPrefix(value, "bytes") {
		return Range{}, false
	}
	// Steps 4 to 15.
	skip()
	if !expect('=') {
		return Range{}, false
	}
	skip()
	r.Start = number()
	skip()
	if !expect('-') {
		return Range{}, false
	}
	skip()
	r.End = number()
	// Steps 16 to 18.
	if pos < len(value) || r.Start == "" && r.End == "" {
		return Range{}, false
	}
	if r.Start != "" && r.End != "" && lessDecimal(r.End, r.Start) {
		return Range{}, false
	}
	return r, true
}

func trimZeros(digits string) string {
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	return digits
}

// lessDecimal compares two numbers given as digits without leading zeros.
func lessDecimal(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}
