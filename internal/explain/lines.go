package explain

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// lines are those that decided and those in their place that would do. A line that is not
// there is "(no NAME)". Where the script has to ask for another URL, they are those of its request.
func (s *sighting) lines(c *Context) (received, wanted []string) {
	switch onRequest(s.reason) {
	case spec.ReasonMissingAllowOriginHeader, spec.ReasonWildcardOriginNotAllowed, spec.ReasonInvalidAllowCredentials, "InvalidStatus",
		spec.ReasonAllowOriginMismatch, spec.ReasonInvalidAllowOriginValue, spec.ReasonMultipleAllowOriginValues,
		spec.ReasonMethodDisallowedByPreflightResponse, spec.ReasonInvalidAllowMethodsPreflightResponse,
		spec.ReasonHeaderDisallowedByPreflightResponse, spec.ReasonInvalidAllowHeadersPreflightResponse:
		return s.mend(c)
	case "DisallowedRedirect":
		if to := s.target(); to != "" {
			return s.requestLines(to)
		}
		return s.mend(c)
	case onRequest(ReasonMissingPrivateNetwork), onRequest(ReasonInvalidPrivateNetwork):
		return s.privateNetworkLines()
	case ReasonHeaderNotExposed:
		if spec.IsForbiddenResponseHeaderName(s.param) {
			return nil, nil
		}
		return s.fieldLines(), s.listWith(exposeHeaders, s.param)
	case spec.ReasonCORPNotSameOrigin, spec.ReasonCORPNotSameSite, spec.ReasonCORPByCOEP:
		return s.fieldLines(), []string{"Cross-Origin-Resource-Policy: cross-origin"}
	case ReasonFrame:
		return s.fieldLines(), []string{"Content-Security-Policy: " + frameAncestors + " " + s.page()}
	case ReasonTainted:
		return nil, []string{"Access-Control-Allow-Origin: " + s.page(), "Vary: Origin"}
	case spec.ReasonCSP:
		if s.param == frameAncestors {
			return nil, []string{s.policyLine(s.page())}
		}
		if o := originOf(s.url); o != "" {
			return nil, []string{s.policyLine(o)}
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
		switch {
		case s.browser == "firefox" && (s.reason == spec.ReasonInvalidAllowMethodsPreflightResponse || s.reason == spec.ReasonInvalidAllowHeadersPreflightResponse):
			return []string{name + ": ... " + agent.Show(*value) + " ..."} // it quotes what it cannot read of the list
		}
		return []string{name + ": " + agent.Show(*value)}
	}
	if s.fields != nil || onRequest(s.reason) == spec.ReasonInvalidAllowCredentials && s.value != nil {
		return []string{"(no " + name + ")"}
	}
	return nil
}

// listWith is the line of a list with names in it.
func (s *sighting) listWith(header string, names ...string) []string {
	list, ok := spec.ExtractTokenList(s.fields, header)
	if !ok {
		list = strings.FieldsFunc(strings.Join(s.fields.Values(header), ","), func(r rune) bool { return !strings.ContainsRune(tokenChars, r) })
		list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	}
	list = slices.DeleteFunc(slices.Clone(list), func(e string) bool {
		return e == "*" && s.mode == spec.CredentialsInclude || containsFold(names, e)
	})
	list = append(list, slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })...)
	if len(list) == 0 {
		list = []string{noNames}
	} else if s.fields == nil && len(list) > 0 && s.listed() {
		list = append([]string{"..."}, list...)
	}
	return []string{http.CanonicalHeaderKey(header) + ": " + strings.Join(list, ", ")}
}

const noNames = "(names, with commas between them)"

// listed tells whether the answer had a list that is not shown.
func (s *sighting) listed() bool {
	switch onRequest(s.reason) {
	case spec.ReasonMissingAllowOriginHeader, "InvalidStatus", "DisallowedRedirect":
		return false // what has none of the lines, or is to be written anew
	}
	return true
}

const tokenChars = "!#$%&*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
