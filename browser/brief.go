package browser

import (
	"regexp"
	"strings"
	"time"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/spec"
)

// blockedLine is the console's line about a request that CORS blocked
// (third_party/blink/renderer/platform/loader/cors/cors_error_string.cc).
var blockedLine = regexp.MustCompile(`^Access to \S+ at '([^']*)'(?: \(redirected from '([^']*)'\))? from origin '[^']*' has been blocked by CORS policy: (Response to preflight request doesn't pass access control check: )?(?s:(.*))$`)

// blocked takes in a line of the console.
func (t *tab) blocked(text string) {
	m := blockedLine.FindStringSubmatch(text)
	if m == nil {
		return
	}
	first := m[2]
	if first == "" {
		first = m[1]
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.console[first] = text
}

// A wording is how the console tells one CorsError: the text has to begin with
// the first part and to hold the second; what is between is the parameter.
type wording struct {
	begin, end string
	check      network.CorsError // of the CORS check; that of a preflight has Preflight before its name
	other      network.CorsError // of nothing but a preflight, or of the request itself
}

var wordings = []wording{
	{begin: "No 'Access-Control-Allow-Origin' header is present on the requested resource.", check: network.CorsErrorMissingAllowOriginHeader},
	{begin: "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when ", check: network.CorsErrorWildcardOriginNotAllowed},
	{begin: "The 'Access-Control-Allow-Origin' header contains multiple values '", end: "', but only one is allowed.", check: network.CorsErrorMultipleAllowOriginValues},
	{begin: "The 'Access-Control-Allow-Origin' header contains the invalid value '", end: "'.", check: network.CorsErrorInvalidAllowOriginValue},
	{begin: "The 'Access-Control-Allow-Origin' header has a value '", end: "' that is not equal to the supplied origin.", check: network.CorsErrorAllowOriginMismatch},
	{begin: "The value of the 'Access-Control-Allow-Credentials' header in the response is '", end: "' which must be 'true' when ", check: network.CorsErrorInvalidAllowCredentials},
	{begin: "It does not have HTTP ok status.", check: network.CorsErrorInvalidResponse},
	{begin: "Redirect is not allowed for a preflight request.", other: network.CorsErrorPreflightDisallowedRedirect},
	{begin: "Cannot parse Access-Control-Allow-Methods response header", other: network.CorsErrorInvalidAllowMethodsPreflightResponse},
	{begin: "Cannot parse Access-Control-Allow-Headers response header", other: network.CorsErrorInvalidAllowHeadersPreflightResponse},
	{begin: "Method ", end: " is not allowed by Access-Control-Allow-Methods in preflight response.", other: network.CorsErrorMethodDisallowedByPreflightResponse},
	{begin: "Request header field ", end: " is not allowed by Access-Control-Allow-Headers in preflight response.", other: network.CorsErrorHeaderDisallowedByPreflightResponse},
	{begin: "Redirect location '", end: "' contains a username and password", other: network.CorsErrorRedirectContainsCredentials},
	{begin: "Cross origin requests are only supported for protocol schemes", other: network.CorsErrorCorsDisabledScheme},
}

// reasonOf reads the reason from the console's line: the CorsError, and for
// those that name a method or a header which. Empty where it is not known.
func reasonOf(line string) (reason, parameter string) {
	m := blockedLine.FindStringSubmatch(line)
	if m == nil {
		return "", ""
	}
	for _, w := range wordings {
		rest, ok := strings.CutPrefix(m[4], w.begin)
		end := strings.LastIndex(rest, w.end)
		if !ok || end < 0 {
			continue
		}
		switch {
		case w.check == network.CorsErrorInvalidResponse:
			return string(network.CorsErrorPreflightInvalidStatus), ""
		case w.check != "" && m[3] != "":
			return "Preflight" + string(w.check), ""
		case w.check != "":
			return string(w.check), ""
		case w.other == network.CorsErrorMethodDisallowedByPreflightResponse, w.other == network.CorsErrorHeaderDisallowedByPreflightResponse:
			parameter = rest[:end]
		}
		return string(w.other), parameter
	}
	return "", ""
}

// briefly puts an outcome together from the script's result and the console.
func briefly(req *cases.Request, pageOrigin string, r *rep) harness.Outcome {
	res := &r.res
	o := harness.Outcome{Elapsed: time.Duration(res.MS * float64(time.Millisecond)), Console: r.console}
	o.FailedHop = -1
	if !res.OK {
		o.Result, o.Type, o.Error = spec.Blocked, spec.TypeErr, res.Error
		reason, parameter := reasonOf(r.console)
		if reason == "" {
			reason = refusedInPage(&r.call.js, pageOrigin)
		}
		o.Reason, o.FailedParameter = spec.Reason(reason), parameter
		return o
	}
	o.Result, o.Redirected, o.Type = spec.Allowed, res.Redirected, spec.ResponseType(res.Type)
	if res.Type == "" {
		o.Redirected = res.Final != res.URL
		o.Type = spec.TypeBasic
		if !sameOrigin(pageOrigin, res.URL) || !sameOrigin(pageOrigin, res.Final) {
			o.Type = spec.TypeCORS
		}
	}
	read(&o, res)
	return o
}
