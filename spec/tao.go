package spec

import "strings"

// CheckTAO is the TAO check (https://fetch.spec.whatwg.org/#concept-tao-check) of one
// answer: may a page learn from it how long its load took? origin is the request's,
// serialised (`null` once a redirect has tainted it). A same-origin answer, whose response tainting
// is basic, may always be timed. The caller has to remember whether the check of an
// earlier answer failed.
func CheckTAO(origin string, tainting ResponseType, h Header) bool {
	if tainting == TypeBasic {
		return true
	}
	for _, f := range h {
		if equalFold(f.Name, "timing-allow-origin") && allowsTiming(f.Value, origin) {
			return true
		}
	}
	return false
}

// allowsTiming looks for the origin, or `*`, in a line of the field. Commas within
// a quoted string separate nothing (https://fetch.spec.whatwg.org/#header-value-get-decode-and-split).
func allowsTiming(value, origin string) bool {
	quoted, start := false, 0
	allows := func(end int) bool {
		v := strings.Trim(value[start:end], " \t")
		start = end + 1
		return v == "*" || v == origin
	}
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted && allows(i):
			return true
		}
	}
	return allows(len(value))
}
