package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/spec"
)

// Difference is a point on which the model and the browser disagree.
type Difference struct {
	What    string `json:"what"`
	Model   string `json:"model"`
	Browser string `json:"browser"`
}

// compare holds the browser's outcome, and what the server saw of it, against
// the model's.
func compare(x Exchange, model spec.Outcome, browser harness.Outcome, seen []Seen) []Difference {
	var diffs []Difference
	differ := func(what, m, b string) {
		if m != b {
			diffs = append(diffs, Difference{what, m, b})
		}
	}
	differ("outcome", string(model.Result), string(browser.Result))
	if model.Result == spec.Allowed && browser.Result == spec.Allowed {
		differ("type", string(model.Type), string(browser.Type))
		differ("readable", readable(model.Readable), readable(browser.Readable))
	}
	if model.Result == spec.Blocked && browser.Result == spec.Blocked {
		compareReasons(x, model, browser, differ)
	}
	differ("requests", wanted(model), saw(seen))
	return diffs
}

// compareReasons compares why a request was blocked. For failures that have no
// CorsError a browser says no more than that it was a network error.
func compareReasons(x Exchange, model spec.Outcome, browser harness.Outcome, differ func(what, m, b string)) {
	if !corsError(model.Reason) || noCorsError(x, model) {
		if corsError(browser.Reason) {
			differ("reason", string(model.Reason), string(browser.Reason))
		}
		return
	}
	differ("reason", string(model.Reason), string(browser.Reason))
	if model.Reason != browser.Reason {
		return
	}
	if model.Reason == spec.ReasonHeaderDisallowedByPreflightResponse {
		// Which one of several refused names a browser names is arbitrary.
		if refused := refusedNames(x, model); slices.Contains(refused, browser.FailedParameter) {
			return
		}
	}
	differ("failed parameter", model.FailedParameter, browser.FailedParameter)
}

// noCorsError: Chrome decides these in the renderer, or in the network stack
// before CORS, and reports no CorsError.
func noCorsError(x Exchange, model spec.Outcome) bool {
	switch model.Reason {
	case spec.ReasonDisallowedByMode:
		return true
	case spec.ReasonCorsDisabledScheme:
		return model.FailedHop > 0
	}
	return false
}

func refusedNames(x Exchange, model spec.Outcome) []string {
	hop := model.FailedHop
	if hop < 0 || hop >= len(model.Hops) {
		return nil
	}
	i, ok := hopOf(model.Hops[hop].URL, len(x.Hops))
	if !ok || model.Hops[hop].ACRH == nil {
		return nil
	}
	return spec.RefusedHeaders(x.Request.Credentials, strings.Split(*model.Hops[hop].ACRH, ","), x.Hops[i].Preflight.Header)
}

func readable(h map[string]string) string {
	lines := make([]string, 0, len(h))
	for name, value := range h {
		lines = append(lines, fmt.Sprintf("%s: %q", name, value))
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

// wanted is the model's account of the requests that reach the server.
func wanted(o spec.Outcome) string {
	var lines []string
	for _, h := range o.Hops {
		if !strings.HasPrefix(h.URL, "http:") {
			continue
		}
		if h.Preflight {
			lines = append(lines, describe("OPTIONS", h.PreflightOrigin, h.ACRM, h.ACRH))
		}
		if h.Sent {
			lines = append(lines, describe(h.Method, h.Origin, nil, nil))
		}
	}
	return strings.Join(lines, "; ")
}

// saw is the server's.
func saw(seen []Seen) string {
	lines := make([]string, len(seen))
	for i, s := range seen {
		lines[i] = describe(s.Method, s.Origin, s.ACRM, s.ACRH)
	}
	return strings.Join(lines, "; ")
}

func describe(method string, origin, acrm, acrh *string) string {
	text := method
	for _, f := range []struct {
		name  string
		value *string
	}{{"origin", origin}, {"acrm", acrm}, {"acrh", acrh}} {
		if f.value != nil {
			text += fmt.Sprintf(" %s=%q", f.name, *f.value)
		}
	}
	return text
}

// corsError says whether DevTools has a CorsError of that name; the others are
// our names for plain network errors.
func corsError(r spec.Reason) bool {
	switch r {
	case "", spec.ReasonNetworkError, spec.ReasonNoCorsRedirectModeNotFollow, spec.ReasonRedirectDisallowedByMode,
		spec.ReasonRedirectInvalidLocation, spec.ReasonTooManyRedirects, spec.ReasonRedirectWithStreamBody:
		return false
	}
	return true
}
