package browser

import (
	"regexp"
	"strings"
	"time"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// blockedPattern is the console's line about a request that CORS blocked
// (third_party/blink/renderer/platform/loader/cors/cors_error_string.cc).
var blockedPattern = regexp.MustCompile(`^Access to \S+ at '([^']*)'(?: \(redirected from '([^']*)'\))? from origin '[^']*' has been blocked by CORS policy: (Response to preflight request doesn't pass access control check: )?(?s:(.*))$`)

// A consoleReason is what the console says about a blocked request.
type consoleReason struct{ line, reason, parameter string }

// addBlockedLine records a line of the console, if it is about a blocked request.
func (t *tab) addBlockedLine(line string) {
	m := blockedPattern.FindStringSubmatch(line)
	if m == nil {
		return
	}
	first := m[2]
	if first == "" {
		first = m[1]
	}
	reason, parameter := reasonOf(m[3] != "", m[4])
	t.mu.Lock()
	defer t.mu.Unlock()
	t.console[first] = consoleReason{line, reason, parameter}
}

// A consoleText is the wording of one CorsError in the console: the text begins
// with the first part and contains the second.
type consoleText struct {
	begin, end string
	reason     network.CorsError
	check      bool // a CORS check: the reason of a preflight's begins with Preflight
	names      bool // what is between the two parts is the parameter
}

var consoleTexts = []consoleText{
	{begin: "No 'Access-Control-Allow-Origin' header is present on the requested resource.", reason: network.CorsErrorMissingAllowOriginHeader, check: true},
	{begin: "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when ", reason: network.CorsErrorWildcardOriginNotAllowed, check: true},
	{begin: "The 'Access-Control-Allow-Origin' header contains multiple values '", end: "', but only one is allowed.", reason: network.CorsErrorMultipleAllowOriginValues, check: true},
	{begin: "The 'Access-Control-Allow-Origin' header contains the invalid value '", end: "'.", reason: network.CorsErrorInvalidAllowOriginValue, check: true},
	{begin: "The 'Access-Control-Allow-Origin' header has a value '", end: "' that is not equal to the supplied origin.", reason: network.CorsErrorAllowOriginMismatch, check: true},
	{begin: "The value of the 'Access-Control-Allow-Credentials' header in the response is '", end: "' which must be 'true' when ", reason: network.CorsErrorInvalidAllowCredentials, check: true},
	{begin: "It does not have HTTP ok status.", reason: network.CorsErrorPreflightInvalidStatus},
	{begin: "Redirect is not allowed for a preflight request.", reason: network.CorsErrorPreflightDisallowedRedirect},
	{begin: "Cannot parse Access-Control-Allow-Methods response header", reason: network.CorsErrorInvalidAllowMethodsPreflightResponse},
	{begin: "Cannot parse Access-Control-Allow-Headers response header", reason: network.CorsErrorInvalidAllowHeadersPreflightResponse},
	{begin: "Method ", end: " is not allowed by Access-Control-Allow-Methods in preflight response.", reason: network.CorsErrorMethodDisallowedByPreflightResponse, names: true},
	{begin: "Request header field ", end: " is not allowed by Access-Control-Allow-Headers in preflight response.", reason: network.CorsErrorHeaderDisallowedByPreflightResponse, names: true},
	{begin: "Redirect location '", end: "' contains a username and password", reason: network.CorsErrorRedirectContainsCredentials},
	{begin: "Cross origin requests are only supported for protocol schemes", reason: network.CorsErrorCorsDisabledScheme},
}

// reasonOf reads the reason from the console's text: the CorsError, and for
// those that name a method or a header also that name. Both are empty where
// the text is not known.
func reasonOf(preflight bool, text string) (reason, parameter string) {
	for _, w := range consoleTexts {
		rest, ok := strings.CutPrefix(text, w.begin)
		end := strings.LastIndex(rest, w.end)
		if !ok || end < 0 {
			continue
		}
		reason = string(w.reason)
		if w.check && preflight {
			reason = "Preflight" + reason
		}
		if w.names {
			parameter = rest[:end]
		}
		return reason, parameter
	}
	return "", ""
}

// consoleOutcome puts an outcome together from the script's result and the console.
func consoleOutcome(req *cases.Request, pageOrigin string, r *repetition) agent.Outcome {
	res := &r.result
	o := agent.Outcome{Began: res.began(), Elapsed: time.Duration(res.MS * float64(time.Millisecond)), Console: r.console.line}
	o.FailedHop = -1
	if !res.OK {
		o.Result, o.Type, o.Error = spec.Blocked, spec.TypeErr, res.Error
		reason := spec.Reason(r.console.reason)
		if reason == "" {
			reason = refusedInPage(&r.call.js, pageOrigin)
		}
		o.Reason, o.FailedParameter = reason, r.console.parameter
		return o
	}
	o.Result, o.Redirected, o.Type = spec.Allowed, res.Redirected, spec.ResponseType(res.Type)
	if res.Type == "" {
		o.Redirected = res.Final != res.URL
		o.Type = spec.TypeBasic
		if !spec.SameOrigin(pageOrigin, res.URL) || !spec.SameOrigin(pageOrigin, res.Final) {
			o.Type = spec.TypeCORS
		}
	}
	readResponse(&o, res)
	return o
}
