package layer

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// The fields of the CORS protocol, as net/http spells them.
const (
	FieldOrigin = "Origin"
	FieldVary   = "Vary"
	FieldACRM   = "Access-Control-Request-Method"
	FieldACRH   = "Access-Control-Request-Headers"
	FieldACRPN  = "Access-Control-Request-Private-Network"
	FieldACAO   = "Access-Control-Allow-Origin"
	FieldACAC   = "Access-Control-Allow-Credentials"
	FieldACAM   = "Access-Control-Allow-Methods"
	FieldACAH   = "Access-Control-Allow-Headers"
	FieldACAPN  = "Access-Control-Allow-Private-Network"
	FieldACMA   = "Access-Control-Max-Age"
	FieldACEH   = "Access-Control-Expose-Headers"
	FieldTAO    = "Timing-Allow-Origin"
)

// IsCORSField reports whether the layer owns a response field, in
// whatever case the application wrote it into the map.
func IsCORSField(name string) bool {
	const prefix = "access-control-"
	if len(name) < len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) {
		return false
	}
	switch rest := name[len(prefix):]; {
	case len(rest) > 6 && strings.EqualFold(rest[:6], "allow-"):
		return true
	default:
		return strings.EqualFold(rest, "max-age") || strings.EqualFold(rest, "expose-headers")
	}
}

// AddVary adds a member unless it, or "*", is there already. Lines that others
// wrote stay as they are.
func AddVary(h http.Header, name string) {
	lines := h[FieldVary]
	for _, line := range lines {
		for elem := range strings.SplitSeq(line, ",") {
			if elem = strings.Trim(elem, " \t"); elem == "*" || strings.EqualFold(elem, name) {
				return
			}
		}
	}
	// Clip: an outer layer's slice may have room behind it that is not ours.
	h[FieldVary] = append(slices.Clip(lines), name)
}

// NamesOf lists the response fields that a script may be shown.
func NamesOf(h http.Header) string {
	names := make([]string, 0, len(h)+1)
	for name := range h {
		if spec.IsToken(name) && !spec.IsForbiddenResponseHeaderName(name) && !IsCORSField(name) {
			names = append(names, name)
		}
	}
	if _, ok := h["Date"]; !ok {
		names = append(names, "Date") // net/http adds it later
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
