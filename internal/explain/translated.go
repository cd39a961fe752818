package explain

import (
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Chrome does not translate its messages; people, and the translators of pages, do. As with
// Firefox the names of headers, the quoted values and the words of HTTP stay.

var (
	chromeAsker  = regexp.MustCompile(`(?i)\b(fetch|xmlhttprequest|script|image|font)\b`)
	quotedURL    = regexp.MustCompile(`'\s*([a-z][a-z0-9+.-]*://[^'\s]*|null)\s*'`)
	methodName   = regexp.MustCompile(`\b(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|QUERY|PROPFIND|REPORT|MERGE|PURGE|(?i:patch|propfind|proppatch))\b`)
	fieldName    = regexp.MustCompile(`(?i)\b(authorization|[a-z0-9]+(?:-[a-z0-9]+)+)\b`)
	addressSpace = regexp.MustCompile(`'(loopback|local|private|public)'`)
)

// translatedChrome reads a message of Chrome's in another language: two URLs in quotation
// marks, what was asked for and by which page, and then the reason. nil: it is none.
func translatedChrome(m string) *sighting {
	at := quotedURL.FindAllStringSubmatchIndex(m, 3)
	if len(at) < 2 || !strings.Contains(strings.ToUpper(m), "CORS") {
		return nil
	}
	target, page := m[at[0][2]:at[0][3]], m[at[1][2]:at[1][3]]
	asker := chromeAsker.FindString(m[:at[0][0]])
	if o := originOf(page); asker == "" || o != page && page != "null" {
		return nil
	}
	s := &sighting{browser: "chrome", asker: asker, url: target, origin: page, preflight: no}
	reason := m[at[1][1]:]
	if i := strings.Index(strings.ToUpper(reason), "CORS"); i >= 0 {
		reason = reason[i+len("CORS"):]
	}
	if preflightHas.MatchString(reason) {
		s.preflight = yes
	}
	s.readTranslated(reason)
	return s
}

// readTranslated reads the reason.
func (s *sighting) readTranslated(reason string) {
	header := strings.ToLower(acHeader.FindString(reason))
	values := quotedValues(reason)
	switch {
	case addressSpace.MatchString(reason) && header == "":
		s.reason = spec.ReasonLocalPermission
	case header == allowOrigin && slices.Contains(values, "*"):
		s.reason, s.value = spec.ReasonWildcardOriginNotAllowed, text("*")
	case header == allowOrigin && len(values) > 0:
		s.value = text(values[0])
		s.reason = spec.CheckCORS(s.origin, spec.CredentialsSameOrigin, spec.Header{{Name: "Access-Control-Allow-Origin", Value: values[0]}})
		if s.reason == "" {
			s.reason = spec.ReasonAllowOriginMismatch
		}
	case header == allowOrigin:
		s.reason = spec.ReasonMissingAllowOriginHeader
	case header == allowCredentials:
		s.reason = spec.ReasonInvalidAllowCredentials
	case header == allowMethods:
		s.reason, s.preflight = spec.ReasonInvalidAllowMethodsPreflightResponse, yes
		if m := methodName.FindString(reason); m != "" {
			s.reason, s.param = spec.ReasonMethodDisallowedByPreflightResponse, m
		}
	case header == allowHeaders:
		s.reason, s.preflight = spec.ReasonInvalidAllowHeadersPreflightResponse, yes
		for _, name := range fieldName.FindAllString(reason, -1) {
			if n := strings.ToLower(name); !strings.HasPrefix(n, allowHeaders) && !before.MatchString(n) {
				s.reason, s.param = spec.ReasonHeaderDisallowedByPreflightResponse, n
				break
			}
		}
	case s.preflight == yes && externalWord.MatchString(reason):
		s.reason = spec.ReasonPreflightDisallowedRedirect
	case s.preflight == yes && notHTTP.MatchString(reason):
		s.reason = spec.ReasonPreflightInvalidStatus
	}
}
