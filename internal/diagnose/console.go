package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// What Chrome writes to its console, as Chromium 156 does
// (third_party/blink/renderer/platform/loader/cors/cors_error_string.cc).

// says is what Chrome prints for a request that it blocks; empty where it prints nothing
// that can be foretold.
func says(s *agent.Symptom) string {
	if s.Effect != agent.EffectLockedOut || !s.Sendable || s.Seen.NoOrigin {
		return ""
	}
	text := blocked(spec.Reason(agent.OfExchange(s.Reason)), s)
	if text == "" {
		return ""
	}
	preflight := ""
	if s.Seen.Preflight && strings.HasPrefix(s.Reason, "Preflight") || s.Seen.Preflight && reasonFields[s.Reason] == allowOrigin {
		preflight = "Response to preflight request doesn't pass access control check: "
	}
	return fmt.Sprintf("Access to fetch at '%s' from origin '%s' has been blocked by CORS policy: %s%s", agent.Show(s.Seen.URL), agent.Show(s.Seen.Origin), preflight, text)
}

const (
	allowOrigin      = "access-control-allow-origin"
	allowCredentials = "access-control-allow-credentials"
	allowMethods     = "access-control-allow-methods"
	allowHeaders     = "access-control-allow-headers"
	exposeHeaders    = "access-control-expose-headers"
	maxAge           = "access-control-max-age"
)

// lenient tells whether Chrome lets a request pass that the standard blocks: it takes * for Authorization
// too, where the request has no credentials.
func lenient(s *agent.Symptom) bool {
	names, _ := spec.ExtractTokenList(s.Seen.Header(), allowHeaders)
	return strings.EqualFold(s.Asked.Parameter, "authorization") && slices.Contains(names, "*") && !s.Asked.Credentials && !s.Seen.Credentials
}

func blocked(reason spec.Reason, s *agent.Symptom) string {
	origin := agent.Show(strings.ReplaceAll(s.Seen.AllowOrigin.Text, "\n", ", "))
	switch reason {
	case spec.ReasonMissingAllowOriginHeader:
		return "No 'Access-Control-Allow-Origin' header is present on the requested resource."
	case spec.ReasonWildcardOriginNotAllowed:
		return "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'."
	case spec.ReasonMultipleAllowOriginValues:
		return fmt.Sprintf("The 'Access-Control-Allow-Origin' header contains multiple values '%s', but only one is allowed.", origin)
	case spec.ReasonInvalidAllowOriginValue:
		return fmt.Sprintf("The 'Access-Control-Allow-Origin' header contains the invalid value '%s'.", origin)
	case spec.ReasonAllowOriginMismatch:
		return fmt.Sprintf("The 'Access-Control-Allow-Origin' header has a value '%s' that is not equal to the supplied origin.", origin)
	case spec.ReasonInvalidAllowCredentials:
		return fmt.Sprintf("The value of the 'Access-Control-Allow-Credentials' header in the response is '%s' which must be 'true' when the request's credentials mode is 'include'.",
			agent.Show(strings.ReplaceAll(s.Seen.AllowCredentials.Text, "\n", ", ")))
	case "InvalidStatus":
		return "It does not have HTTP ok status."
	case "DisallowedRedirect":
		return "Redirect is not allowed for a preflight request."
	case spec.ReasonInvalidAllowMethodsPreflightResponse:
		return "Cannot parse Access-Control-Allow-Methods response header field in preflight response."
	case spec.ReasonInvalidAllowHeadersPreflightResponse:
		return "Cannot parse Access-Control-Allow-Headers response header field in preflight response."
	case spec.ReasonMethodDisallowedByPreflightResponse:
		return fmt.Sprintf("Method %s is not allowed by Access-Control-Allow-Methods in preflight response.", agent.Show(s.Asked.Parameter))
	case spec.ReasonHeaderDisallowedByPreflightResponse:
		if lenient(s) {
			return ""
		}
		return fmt.Sprintf("Request header field %s is not allowed by Access-Control-Allow-Headers in preflight response.", agent.Show(s.Asked.Parameter))
	}
	return ""
}
