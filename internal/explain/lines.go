package explain

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// lines are those that decided and those in their place that would do. A line that is not
// there is "(no NAME)".
func (s *sighting) lines(c *Context) (received, wanted []string) {
	switch onRequest(s.reason) {
	case spec.ReasonMissingAllowOriginHeader:
		received = []string{"(no Access-Control-Allow-Origin)"}
		if s.status >= 300 {
			received = append([]string{s.statusText()}, received...)
		}
		if s.toLogin() { // where nobody wants to be let in
			return received, nil
		}
		if s.preflight == yes && s.status >= 300 {
			return received, append([]string{"204 No Content"}, s.grant()...)
		}
		if s.status >= 300 {
			return received, append([]string{s.statusText()}, s.grant()...)
		}
		return received, s.grant()
	case spec.ReasonWildcardOriginNotAllowed, spec.ReasonInvalidAllowCredentials:
		s.mode = spec.CredentialsInclude
		return s.fieldLines(), s.grant()
	case spec.ReasonAllowOriginMismatch, spec.ReasonInvalidAllowOriginValue, spec.ReasonMultipleAllowOriginValues:
		if s.origin == "null" || s.toLogin() {
			return s.fieldLines(), nil
		}
		return s.fieldLines(), s.grant()
	case "InvalidStatus":
		if s.status != 0 {
			received = []string{s.statusText()}
		}
		return received, append([]string{"204 No Content"}, s.grant()...)
	case "DisallowedRedirect":
		return s.fieldLines(), append([]string{"204 No Content"}, s.grant()...)
	case spec.ReasonMethodDisallowedByPreflightResponse, spec.ReasonInvalidAllowMethodsPreflightResponse:
		return s.fieldLines(), s.listWith("Access-Control-Allow-Methods", orSome(s.param, s.method))
	case spec.ReasonHeaderDisallowedByPreflightResponse, spec.ReasonInvalidAllowHeadersPreflightResponse:
		if strings.HasPrefix(strings.ToLower(s.param), "access-control-") {
			return s.fieldLines(), nil
		}
		return s.fieldLines(), s.listWith("Access-Control-Allow-Headers", s.param)
	case ReasonHeaderNotExposed:
		return s.fieldLines(), s.listWith("Access-Control-Expose-Headers", s.param)
	case spec.ReasonCORPNotSameOrigin, spec.ReasonCORPNotSameSite, spec.ReasonCORPByCOEP:
		return s.fieldLines(), []string{"Cross-Origin-Resource-Policy: cross-origin"}
	case ReasonFrame:
		return s.fieldLines(), []string{"Content-Security-Policy: " + frameAncestors + " " + orSome(s.named(), "(the page's origin)")}
	case ReasonTainted:
		return nil, s.grant()
	case spec.ReasonCSP:
		if s.param == frameAncestors {
			return nil, []string{"Content-Security-Policy: " + frameAncestors + " 'self' " + orSome(s.named(), "(the page's origin)")}
		}
		if o := originOf(s.url); o != "" {
			return nil, []string{"Content-Security-Policy: " + orSome(s.param, "connect-src") + " 'self' " + o}
		}
	case spec.ReasonRedirectContainsCredentials:
		return s.fieldLines(), nil
	}
	return nil, nil
}

// fieldLines are the lines of the deciding header, as far as the input shows them.
func (s *sighting) fieldLines() []string {
	name := headerOf(s.reason)
	if name == "" {
		return nil
	}
	if list := s.fields.Values(name); len(list) > 0 {
		var out []string
		for _, v := range list {
			out = append(out, name+": "+agent.Show(safeValue(name, v)))
		}
		return out
	}
	if _, value := s.decidedBy(); value != nil && *value != "" {
		return []string{name + ": " + agent.Show(*value)}
	}
	switch onRequest(s.reason) {
	case spec.ReasonInvalidAllowCredentials, ReasonHeaderNotExposed:
		return []string{"(no " + name + ")"}
	}
	if s.fields != nil {
		return []string{"(no " + name + ")"}
	}
	return nil
}

// grant are the lines that let the page in.
func (s *sighting) grant() []string {
	page := s.origin
	switch {
	case s.tainted(): // no list of origins has null
		return []string{"Access-Control-Allow-Origin: *"}
	case page == "" || page == "null":
		page = "(the page's origin)"
	}
	lines := []string{"Access-Control-Allow-Origin: " + page}
	if s.mode == spec.CredentialsInclude {
		lines = append(lines, "Access-Control-Allow-Credentials: true")
	}
	return append(lines, "Vary: Origin")
}

// listWith is the line of a list with a name in it.
func (s *sighting) listWith(header, name string) []string {
	list, ok := spec.ExtractTokenList(s.fields, header)
	if !ok {
		list = strings.FieldsFunc(strings.Join(s.fields.Values(header), ","), func(r rune) bool { return !strings.ContainsRune(tokenChars, r) })
		list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	}
	list = slices.DeleteFunc(slices.Clone(list), func(e string) bool {
		return e == "*" && s.mode == spec.CredentialsInclude || strings.EqualFold(e, name)
	})
	if name != "" {
		list = append(list, name)
	}
	if len(list) == 0 {
		list = []string{"(names, with commas between them)"}
	} else if s.fields == nil && name != "" {
		list = []string{"..., " + name}
	}
	return []string{http.CanonicalHeaderKey(header) + ": " + agent.Show(strings.Join(list, ", "))}
}

const tokenChars = "!#$%&*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
