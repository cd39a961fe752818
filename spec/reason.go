package spec

// The reasons. The first group are DevTools' CorsError names
// (https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-CorsError),
// the second are ours, for failures that DevTools reports as plain network errors.
const (
	ReasonDisallowedByMode                     Reason = "DisallowedByMode"
	ReasonWildcardOriginNotAllowed             Reason = "WildcardOriginNotAllowed"
	ReasonMissingAllowOriginHeader             Reason = "MissingAllowOriginHeader"
	ReasonMultipleAllowOriginValues            Reason = "MultipleAllowOriginValues"
	ReasonInvalidAllowOriginValue              Reason = "InvalidAllowOriginValue"
	ReasonAllowOriginMismatch                  Reason = "AllowOriginMismatch"
	ReasonInvalidAllowCredentials              Reason = "InvalidAllowCredentials"
	ReasonCorsDisabledScheme                   Reason = "CorsDisabledScheme"
	ReasonPreflightInvalidStatus               Reason = "PreflightInvalidStatus"
	ReasonPreflightDisallowedRedirect          Reason = "PreflightDisallowedRedirect"
	ReasonPreflightWildcardOriginNotAllowed    Reason = "PreflightWildcardOriginNotAllowed"
	ReasonPreflightMissingAllowOriginHeader    Reason = "PreflightMissingAllowOriginHeader"
	ReasonPreflightMultipleAllowOriginValues   Reason = "PreflightMultipleAllowOriginValues"
	ReasonPreflightInvalidAllowOriginValue     Reason = "PreflightInvalidAllowOriginValue"
	ReasonPreflightAllowOriginMismatch         Reason = "PreflightAllowOriginMismatch"
	ReasonPreflightInvalidAllowCredentials     Reason = "PreflightInvalidAllowCredentials"
	ReasonInvalidAllowMethodsPreflightResponse Reason = "InvalidAllowMethodsPreflightResponse"
	ReasonInvalidAllowHeadersPreflightResponse Reason = "InvalidAllowHeadersPreflightResponse"
	ReasonMethodDisallowedByPreflightResponse  Reason = "MethodDisallowedByPreflightResponse"
	ReasonHeaderDisallowedByPreflightResponse  Reason = "HeaderDisallowedByPreflightResponse"
	ReasonRedirectContainsCredentials          Reason = "RedirectContainsCredentials"

	ReasonNoCorsRedirectModeNotFollow Reason = "NoCorsRedirectModeNotFollow"
	ReasonRedirectDisallowedByMode    Reason = "RedirectDisallowedByMode"
	ReasonRedirectInvalidLocation     Reason = "RedirectInvalidLocation"
	ReasonTooManyRedirects            Reason = "TooManyRedirects"
	ReasonRedirectWithStreamBody      Reason = "RedirectWithStreamBody"
	ReasonNetworkError                Reason = "NetworkError"
)

const fetchStandard = "https://fetch.spec.whatwg.org/"

type reasonInfo struct {
	reason Reason
	anchor string
	text   string
}

var reasonTable = [...]reasonInfo{
	{ReasonDisallowedByMode, "#concept-main-fetch", "the URL is not same-origin, and the request's mode is same-origin"},
	{ReasonWildcardOriginNotAllowed, "#concept-cors-check", "Access-Control-Allow-Origin is `*`, which does not count for a request with credentials mode include"},
	{ReasonMissingAllowOriginHeader, "#concept-cors-check", "the response has no Access-Control-Allow-Origin"},
	{ReasonMultipleAllowOriginValues, "#concept-cors-check", "Access-Control-Allow-Origin holds several values; it must be exactly one origin or `*`"},
	{ReasonInvalidAllowOriginValue, "#concept-cors-check", "Access-Control-Allow-Origin holds neither an origin nor `*`"},
	{ReasonAllowOriginMismatch, "#concept-cors-check", "Access-Control-Allow-Origin names another origin; the comparison is byte for byte"},
	{ReasonInvalidAllowCredentials, "#concept-cors-check", "the request's credentials mode is include, and Access-Control-Allow-Credentials is not exactly `true`"},
	{ReasonCorsDisabledScheme, "#concept-main-fetch", "the URL's scheme is neither http nor https"},
	{ReasonPreflightInvalidStatus, "#cors-preflight-fetch-0", "the preflight was answered with a status outside 200 to 299"},
	{ReasonPreflightDisallowedRedirect, "#cors-preflight-fetch-0", "the preflight was answered with a redirect, which is not followed"},
	{ReasonPreflightWildcardOriginNotAllowed, "#concept-cors-check", "the preflight's Access-Control-Allow-Origin is `*`, which does not count for a request with credentials mode include"},
	{ReasonPreflightMissingAllowOriginHeader, "#concept-cors-check", "the response to the preflight has no Access-Control-Allow-Origin"},
	{ReasonPreflightMultipleAllowOriginValues, "#concept-cors-check", "the preflight's Access-Control-Allow-Origin holds several values; it must be exactly one origin or `*`"},
	{ReasonPreflightInvalidAllowOriginValue, "#concept-cors-check", "the preflight's Access-Control-Allow-Origin holds neither an origin nor `*`"},
	{ReasonPreflightAllowOriginMismatch, "#concept-cors-check", "the preflight's Access-Control-Allow-Origin names another origin; the comparison is byte for byte"},
	{ReasonPreflightInvalidAllowCredentials, "#concept-cors-check", "the request's credentials mode is include, and the preflight's Access-Control-Allow-Credentials is not exactly `true`"},
	{ReasonInvalidAllowMethodsPreflightResponse, "#cors-preflight-fetch-0", "the preflight's Access-Control-Allow-Methods is not a list of tokens"},
	{ReasonInvalidAllowHeadersPreflightResponse, "#cors-preflight-fetch-0", "the preflight's Access-Control-Allow-Headers is not a list of tokens"},
	{ReasonMethodDisallowedByPreflightResponse, "#cors-preflight-fetch-0", "the preflight's Access-Control-Allow-Methods does not allow the method"},
	{ReasonHeaderDisallowedByPreflightResponse, "#cors-preflight-fetch-0", "the preflight's Access-Control-Allow-Headers does not allow a request header"},
	{ReasonRedirectContainsCredentials, "#concept-http-redirect-fetch", "the redirect's Location contains a user name or password"},
	{ReasonNoCorsRedirectModeNotFollow, "#concept-main-fetch", "a cross-origin request with mode no-cors must have redirect mode follow"},
	{ReasonRedirectDisallowedByMode, "#concept-http-fetch", "the response is a redirect, and the request's redirect mode is error"},
	{ReasonRedirectInvalidLocation, "#concept-http-redirect-fetch", "the redirect's Location is not a valid URL, or there are several"},
	{ReasonTooManyRedirects, "#concept-http-redirect-fetch", "more than 20 redirects"},
	{ReasonRedirectWithStreamBody, "#concept-http-redirect-fetch", "a redirect other than 303 of a request whose body is a stream, which cannot be sent twice"},
	{ReasonNetworkError, "#concept-network-error", "there was no HTTP response"},
}

// Reasons returns every reason.
func Reasons() []Reason {
	all := make([]Reason, len(reasonTable))
	for i := range reasonTable {
		all[i] = reasonTable[i].reason
	}
	return all
}

// Explain says in one line what failed; empty for a reason that is not one of Reasons.
func (r Reason) Explain() string {
	for i := range reasonTable {
		if reasonTable[i].reason == r {
			return reasonTable[i].text
		}
	}
	return ""
}

// Spec returns the address of the section of the Fetch Standard that the
// failing check is in; empty for a reason that is not one of Reasons.
func (r Reason) Spec() string {
	for i := range reasonTable {
		if reasonTable[i].reason == r {
			return fetchStandard + reasonTable[i].anchor
		}
	}
	return ""
}

// IsPreflight reports whether the check that failed was one of the response to
// a preflight.
func (r Reason) IsPreflight() bool {
	switch r {
	case ReasonInvalidAllowMethodsPreflightResponse, ReasonInvalidAllowHeadersPreflightResponse,
		ReasonMethodDisallowedByPreflightResponse, ReasonHeaderDisallowedByPreflightResponse:
		return true
	}
	return len(r) > 9 && r[:9] == "Preflight"
}

// onPreflight turns the reason of a failed CORS check into the one for a preflight.
func (r Reason) onPreflight() Reason {
	switch r {
	case ReasonWildcardOriginNotAllowed:
		return ReasonPreflightWildcardOriginNotAllowed
	case ReasonMissingAllowOriginHeader:
		return ReasonPreflightMissingAllowOriginHeader
	case ReasonMultipleAllowOriginValues:
		return ReasonPreflightMultipleAllowOriginValues
	case ReasonInvalidAllowOriginValue:
		return ReasonPreflightInvalidAllowOriginValue
	case ReasonAllowOriginMismatch:
		return ReasonPreflightAllowOriginMismatch
	case ReasonInvalidAllowCredentials:
		return ReasonPreflightInvalidAllowCredentials
	}
	return r
}
