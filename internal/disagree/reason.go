package disagree

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Departures of Chromium that no model can have, because of what they are; the
// comparison knows them.
const (
	departureArbitraryName   = "refused-header-arbitrary"
	departureInRenderer      = "mode-in-renderer"
	departureStalePermission = "local-network-named"
	departureSchemeError     = "redirect-scheme-error"
)

// BlockedRequest is a request that the model and a browser both blocked, as far
// as it matters for the question whether they did so for the same reason.
type BlockedRequest struct {
	Origin string
	Mode   spec.Mode
	// Refused are the request headers that the answer to the preflight does not
	// allow; nil: that is not known.
	Refused      []string
	LocalNetwork bool // the user has allowed the page the local network
}

// Reasons says on what point the two disagree about why a request was
// blocked: what is empty when they do not. departure is the id of a departure of
// Chromium's that the model cannot have, where only that explains it. For what
// has no CorsError a browser says no more than that it was a network error.
func Reasons(x BlockedRequest, model, browser *spec.Outcome) (what, m, b, departure string) {
	switch {
	case model.Reason == browser.Reason:
		return x.parameters(model, browser)
	case plainNetworkError(model.Reason) && plainNetworkError(browser.Reason):
		return "", "", "", ""
	case x.LocalNetwork && plainNetworkError(model.Reason) && browser.Reason == spec.ReasonLocalPermission:
		return "", "", "", departureStalePermission
	case model.Reason == spec.ReasonCorsDisabledScheme && plainNetworkError(browser.Reason) && wasSent(model):
		return "", "", "", departureSchemeError
	case model.Reason == spec.ReasonRedirectContainsCredentials && plainNetworkError(browser.Reason) && x.withinOrigin(model):
		return "", "", "", "" // as the profile says: redirect-userinfo
	case x.Mode == spec.ModeSameOrigin && browser.Reason == spec.ReasonDisallowedByMode &&
		(model.Reason == spec.ReasonRedirectContainsCredentials || model.Reason == spec.ReasonCorsDisabledScheme || model.Reason == spec.ReasonMixedContent || model.Reason == spec.ReasonCSP):
		return "", "", "", departureInRenderer // which of two reasons comes first
	}
	return "reason", string(model.Reason), string(browser.Reason), ""
}

// parameters compares what was refused for the same reason. Which of several
// refused headers a browser names is arbitrary; one that was allowed is not.
func (x *BlockedRequest) parameters(model, browser *spec.Outcome) (what, m, b, departure string) {
	switch {
	case model.FailedParameter == browser.FailedParameter:
		return "", "", "", ""
	case model.Reason != spec.ReasonHeaderDisallowedByPreflightResponse || x.Refused == nil:
		return "failed parameter", model.FailedParameter, browser.FailedParameter, ""
	case slices.Contains(x.Refused, browser.FailedParameter):
		return "", "", "", departureArbitraryName
	}
	return "failed parameter", strings.Join(x.Refused, " or "), browser.FailedParameter, ""
}

// wasSent tells whether the request whose answer was refused had been sent.
func wasSent(o *spec.Outcome) bool {
	return o.FailedHop >= 0 && o.FailedHop == len(o.Hops)-1 && o.Hops[o.FailedHop].Sent
}

// withinOrigin tells whether no URL of the request was cross-origin, so that
// nothing of CORS applied to it.
func (x *BlockedRequest) withinOrigin(o *spec.Outcome) bool {
	for _, h := range o.Hops {
		u, err := spec.ParseURL(h.URL)
		if err != nil || u.Origin().String() != x.Origin {
			return false
		}
	}
	return true
}

// plainNetworkError tells whether DevTools has no name of its own for a
// reason: ours then name what is a network error and nothing more to it.
func plainNetworkError(r spec.Reason) bool {
	switch r {
	case "", spec.ReasonNetworkError, spec.ReasonNoCorsRedirectModeNotFollow, spec.ReasonRedirectDisallowedByMode,
		spec.ReasonRedirectInvalidLocation, spec.ReasonTooManyRedirects, spec.ReasonRedirectWithStreamBody:
		return true
	}
	return false
}
