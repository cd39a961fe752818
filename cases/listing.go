package cases

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Grants are the elements of a list in an answer that grant what is not stated. Left out is
// what grants nothing, or what everybody may do anyway: the CORS-safelisted methods and OPTIONS, of which
// preflights are made, the CORS-safelisted names of headers, and what no script can send
// or read. A * is left out as well: what it grants depends on the credentials. Names are compared without regard to case: who lists
// put means PUT.
func Grants(field string, list, stated []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(e string) bool {
		return e == "*" || containsFold(stated, e) || !needsListing(field, e)
	})
}

// needsListing says whether a browser needs the name in the list of that field at all.
func needsListing(field, name string) bool {
	switch strings.ToLower(field) {
	case "access-control-allow-methods":
		return !containsFold(safelistedMethods, name) && !strings.EqualFold(name, "OPTIONS") && !spec.IsForbiddenMethod(name)
	case "access-control-allow-headers":
		return !containsFold(safelistedHeaders, name) && !forbiddenHeader(name)
	case "access-control-expose-headers":
		return !spec.IsSafelistedResponseHeaderName(name) && !spec.IsForbiddenResponseHeaderName(name)
	}
	return true
}

// safelistedHeaders need no permission for some values
// (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
var safelistedHeaders = []string{"accept", "accept-language", "content-language", "content-type", "range"}
