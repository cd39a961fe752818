package browser

import (
	"strings"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// layer is the reason of a failed request where it is not CORS; empty where it is, or where the
// protocol does not tell. blockedReason comes first: errorText is often empty beside it.
func layer(rec *record) spec.Reason {
	f := rec.failed
	switch f.BlockedReason {
	case network.BlockedReasonMixedContent:
		return spec.ReasonMixedContent
	case network.BlockedReasonCsp:
		return spec.ReasonCSP
	case network.BlockedReasonIntegrity:
		return spec.ReasonIntegrityPolicy
	case network.BlockedReasonCorpNotSameOrigin:
		return spec.ReasonCORPNotSameOrigin
	case network.BlockedReasonCorpNotSameSite:
		return spec.ReasonCORPNotSameSite
	case network.BlockedReasonCorpNotSameOriginAfterDefaultedToSameOriginByCoep:
		return spec.ReasonCORPByCOEP
	}
	if s := f.CorsErrorStatus; s != nil {
		switch s.CorsError {
		case network.CorsErrorLocalNetworkAccessPermissionDenied:
			return spec.ReasonLocalPermission
		case network.CorsErrorInsecureLocalNetwork:
			return spec.ReasonInsecureLocalNetwork
		case network.CorsErrorInvalidLocalNetworkAccess:
			return spec.ReasonLocalTarget
		}
		return ""
	}
	switch f.ErrorText {
	case "net::ERR_BLOCKED_BY_ORB":
		return spec.ReasonORB
	case "net::ERR_UNSAFE_PORT":
		return spec.ReasonBadPort
	}
	return ""
}

// upgraded is the URL as the browser reports it when it makes https of http before anything is sent.
func upgraded(url string) string {
	if rest, ok := strings.CutPrefix(url, "http:"); ok {
		return "https:" + rest
	}
	return url
}

// refusedByElement tells whether an element got an answer and gave it up because of its type, as a style
// sheet does that is none.
func refusedByElement(req *cases.Request, rec *record) bool {
	return !readsBody(req) && rec.failed != nil && rec.failed.ErrorText == "net::ERR_ABORTED" && rec.failed.BlockedReason == "" && len(rec.got) >= len(rec.hops)
}

// byHSTS tells whether the redirect for which a preflight failed is the browser's own: it knew that
// the host wants https, and nothing was sent. A real redirect has an answer with raw fields.
func byHSTS(rec *record) bool {
	s := rec.failed.CorsErrorStatus
	if s == nil || s.CorsError != network.CorsErrorPreflightDisallowedRedirect || len(rec.preflights) == 0 {
		return false
	}
	last := rec.preflights[len(rec.preflights)-1]
	return len(last.hops) > 0 && plainHTTP(last.hops[0].request.URL) && len(last.sent) == 0 && len(last.got) == 0
}
