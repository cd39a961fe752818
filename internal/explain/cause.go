package explain

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/diagnose"
	"github.com/corsproof/corsproof/spec"
)

// causes are the causes of reasons that have one each.
var causes = map[spec.Reason]string{
	spec.ReasonWildcardOriginNotAllowed:             "star-with-credentials",
	spec.ReasonCorsDisabledScheme:                   "url-scheme",
	spec.ReasonDisallowedByMode:                     "mode-same-origin",
	spec.ReasonInvalidAllowMethodsPreflightResponse: "methods-syntax",
	spec.ReasonInvalidAllowHeadersPreflightResponse: "headers-syntax",
	spec.ReasonRedirectContainsCredentials:          "redirect-userinfo",
	spec.ReasonRedirectDisallowedByMode:             "redirect-mode-error",
	spec.ReasonRedirectInvalidLocation:              "redirect-location-invalid",
	spec.ReasonTooManyRedirects:                     "redirect-loop",
	ReasonOpaque:                                    "mode-no-cors",
	ReasonCookieNotSent:                             "credentials-not-asked",
	ReasonForbiddenHeader:                           "header-forbidden",
	spec.ReasonMixedContent:                         "mixed-content",
	spec.ReasonCSP:                                  "content-security-policy",
	spec.ReasonIntegrity:                            "subresource-integrity",
	spec.ReasonLocalPermission:                      "local-network-denied",
	spec.ReasonInsecureLocalNetwork:                 "local-network-denied",
	spec.ReasonLocalTarget:                          "local-network-denied",
	spec.ReasonCORPNotSameOrigin:                    "resource-policy",
	spec.ReasonCORPNotSameSite:                      "resource-policy",
	spec.ReasonCORPByCOEP:                           "resource-policy",
	spec.ReasonORB:                                  "opaque-response-blocked",
	ReasonRefused:                                   "connection-refused",
	ReasonNotResolved:                               "name-not-resolved",
	ReasonTLS:                                       "tls-certificate",
	ReasonByClient:                                  "extension-blocked",
	spec.ReasonWorker:                               "service-worker",
	ReasonWebSocket:                                 "websocket-refused",
	ReasonAborted:                                   "aborted",
	ReasonTainted:                                   "element-tainted",
	ReasonFrame:                                     "frame-refused",
	ReasonPreload:                                   "preload-unused",
}

// forms are the causes of a value of Access-Control-Allow-Origin, by how it differs from the
// page's origin.
var forms = map[string]string{
	"empty": "allow-origin-empty", "null": "allow-origin-null", "boolean": "allow-origin-boolean", "joined": "allow-origin-joined",
	"list": "allow-origin-list", "slash": "allow-origin-slash", "quoted": "allow-origin-quoted", "path": "allow-origin-path",
	"pattern": "allow-origin-pattern", "case": "allow-origin-case", "no-scheme": "allow-origin-scheme-missing", "scheme": "allow-origin-scheme",
	"port": "allow-origin-port", "www": "allow-origin-www", "own-host": "allow-origin-own-host", "host": "allow-origin-host",
	"star": "star-with-credentials",
}

// causeOf is the cause that a sighting shows: an id of cases.Causes, empty where it shows none.
func (s *sighting) causeOf() string {
	reason := onRequest(s.reason)
	switch {
	case s.config != nil:
		return s.config.cause()
	case s.hsts:
		return "https-only-host"
	case s.muted:
		return "script-errors-muted"
	case s.layerRefuses():
		return s.refusedBy.cause()
	}
	if reason == spec.ReasonCSP && s.param == frameAncestors {
		return "frame-refused" // the policy is that of what was to be shown
	}
	if id, ok := causes[reason]; ok {
		return id
	}
	switch reason {
	case ReasonOtherOrigin:
		if s.param == "frame" {
			return "frame-of-other-origin"
		}
		return "worker-of-other-origin"
	case spec.ReasonMissingAllowOriginHeader:
		return s.missing()
	case spec.ReasonMultipleAllowOriginValues:
		return s.several()
	case spec.ReasonAllowOriginMismatch, spec.ReasonInvalidAllowOriginValue:
		return s.mismatch()
	case spec.ReasonInvalidAllowCredentials:
		return s.credentialsCause()
	case "InvalidStatus":
		return preflightStatus(s.status)
	case "DisallowedRedirect":
		return s.redirectCause()
	case spec.ReasonMethodDisallowedByPreflightResponse:
		return s.methodCause()
	case spec.ReasonHeaderDisallowedByPreflightResponse:
		return s.headerCause()
	case ReasonHeaderNotExposed:
		return s.exposeCause()
	case spec.ReasonNetworkError:
		if f := failed(s.code); f != nil {
			return f.cause
		}
		return "connection-broken"
	}
	return ""
}

// frameAncestors is the directive by which a document says in whose frames it may be shown.
const frameAncestors = "frame-ancestors"

// onRequest is a reason without the word Preflight.
func onRequest(r spec.Reason) spec.Reason {
	return spec.Reason(strings.TrimPrefix(string(r), "Preflight"))
}

// missing is the cause where Access-Control-Allow-Origin is not there.
func (s *sighting) missing() string {
	if s.withoutAnOrigin() {
		return "page-without-origin"
	}
	if s.preflight == yes {
		if s.status != 0 && !spec.OKStatus(s.status) {
			return preflightStatus(s.status)
		}
		return s.missingBeside("preflight-no-cors")
	}
	switch {
	case s.fromCache:
		return "vary-missing"
	case s.status == 401 || s.status == 403 || s.status == 407:
		return "unauthorized-no-cors"
	case s.status == 404:
		return "not-found-no-cors"
	case s.status == 429:
		return "rate-limit-no-cors"
	case s.status == 304:
		return "not-modified-no-cors"
	case s.redirectsToLogin():
		return "redirected-login"
	case s.leadsAway() != "":
		return "redirected-other-origin"
	case spec.RedirectStatus(s.status):
		return "redirect-no-cors"
	case s.status >= 400:
		return "error-no-cors"
	case s.grantedBefore():
		return "request-no-cors"
	}
	return s.missingBeside("no-cors")
}

// withoutAnOrigin tells whether the page has none: what can be done about that comes before what a server can send, for
// who lets in null lets in any site's frame.
func (s *sighting) withoutAnOrigin() bool {
	return s.origin == "null" && !s.tainted() && (s.status == 0 || spec.OKStatus(s.status))
}

// missingBeside is the cause of an answer, to a request with the page's Origin, that lacks
// Access-Control-Allow-Origin: what else it has shows no list of origins and suggests one, Vary: Origin
// more than the other headers, which may be the same whoever asks. otherwise is for one that has nothing.
func (s *sighting) missingBeside(otherwise string) string {
	switch {
	case s.answers == nil || !s.answers.sentOrigin || s.named() == "" || s.tainted():
	case variesByOrigin(s.fields):
		return "origin-not-listed"
	case s.otherFields():
		return "allow-origin-missing"
	}
	return otherwise
}

// grantedBefore tells whether the preflight for the same request is shown, and granted.
func (s *sighting) grantedBefore() bool {
	return s.answers != nil && s.hop < len(s.answers.hops) && s.answers.hops[s.hop].preflight != nil
}

// preflightStatus is the cause of a preflight's status that is not from 200 to 299; 0: not known.
func preflightStatus(status int) string {
	switch {
	case status == 401 || status == 403 || status == 407:
		return "preflight-unauthorized"
	case status == 404 || status == 405 || status == 501:
		return "preflight-not-routed"
	case status >= 500:
		return "preflight-server-error"
	case spec.RedirectStatus(status):
		return "preflight-redirected"
	}
	return "preflight-refused"
}

// several is the cause of several values.
func (s *sighting) several() string {
	switch {
	case len(s.fields.Values(allowOrigin)) > 1:
		return "allow-origin-twice"
	case s.value != nil:
		return forms[diagnose.OriginForm(*s.value, s.origin, s.url)]
	}
	return "allow-origin-twice"
}

// mismatch is the cause of a value that is not the page's origin.
func (s *sighting) mismatch() string {
	switch {
	case s.origin == "null":
		return "page-without-origin"
	case s.value == nil:
		return "allow-origin-other"
	}
	form := s.form()
	if (s.fromCache || s.status == 304 || s.hit() != "") && (forms[form] == "" || slices.Contains(otherPages[:], form)) {
		return "cached-grant"
	}
	if id, ok := forms[form]; ok {
		return id
	}
	return "allow-origin-other"
}

// otherPages are the forms of a value that may well be the origin of another page: both can be let in.
var otherPages = [...]string{"host", "port", "www", "scheme"}

// form is how the value differs from the page's origin.
func (s *sighting) form() string {
	if slices.Contains(noValue, *s.value) {
		return "boolean"
	}
	page := s.origin
	if form := diagnose.OriginForm(*s.value, orSome(page, unnamedPage), s.url); form == "joined" || form == "list" {
		return form
	}
	if page == "" { // what is wrong with it for any page
		page = strings.TrimSuffix(*s.value, "/")
		if form := diagnose.OriginForm(*s.value, page, s.url); form != "same" && form != "no-scheme" {
			return form
		}
		if !strings.Contains(*s.value, "://") {
			return "no-scheme"
		}
		return "other"
	}
	return diagnose.OriginForm(*s.value, page, s.url)
}

// credentialsCause is the cause of Access-Control-Allow-Credentials that is not true.
func (s *sighting) credentialsCause() string {
	switch {
	case len(s.fields.Values(allowCredentials)) > 1, s.value != nil && *s.value != "" && s.linesUnknown():
		return "credentials-twice"
	case s.value != nil && *s.value != "":
		return "credentials-misspelt"
	case s.preflight == yes:
		return "credentials-missing-preflight"
	}
	return "credentials-missing"
}

// redirectCause is the cause of a preflight that is redirected.
func (s *sighting) redirectCause() string {
	location, ok := s.location()
	if !ok {
		return "preflight-redirected"
	}
	switch kind := redirectOf(s.url, location); kind {
	case "slash", "https", "login":
		return "preflight-redirected-" + kind
	}
	return "preflight-redirected"
}

func (s *sighting) methodCause() string {
	list, ok := spec.ExtractTokenList(s.fields, allowMethods)
	switch {
	case s.meant() != "":
		return "method-not-capital"
	case ok && slices.Contains(list, "*") && s.mode == spec.CredentialsInclude:
		return "methods-star-credentials"
	case ok && !slices.Contains(list, s.param) && containsFold(list, s.param):
		return "method-case"
	}
	return "method-not-listed"
}

func (s *sighting) headerCause() string {
	name := strings.ToLower(s.param)
	list, _ := spec.ExtractTokenList(s.fields, allowHeaders)
	switch {
	case strings.HasPrefix(name, "access-control-"):
		return "response-header-in-request"
	case slices.Contains(list, "*") && s.mode == spec.CredentialsInclude:
		return "headers-star-credentials"
	case slices.Contains(list, "*") && name == "authorization":
		return "headers-star-authorization"
	}
	return "header-not-listed"
}

func (s *sighting) exposeCause() string {
	list, ok := spec.ExtractTokenList(s.fields, exposeHeaders)
	switch {
	case spec.IsForbiddenResponseHeaderName(s.param):
		return "" // to expose it is of no use
	case !s.fields.Has(exposeHeaders):
		return "expose-missing"
	case !ok:
		return "expose-syntax"
	case slices.Contains(list, "*"):
		return "expose-star-credentials"
	}
	return "expose-name-missing"
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}

// sideOf is where the change is to be made that a cause asks for.
func sideOf(c *cases.Cause) cases.Side {
	switch {
	case c == nil:
		return cases.SideNotCORS
	case c.Side == cases.SideFramework: // for who looks at one request it is the server's
		return cases.SideServer
	}
	return c.Side
}
