package browser

import (
	"strings"
	"time"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// outcome combines what the script saw and what was recorded. An error means
// that the events do not determine the outcome.
func outcome(req *cases.Request, pageOrigin string, r *repetition) (agent.Outcome, error) {
	res := &r.result
	o := agent.Outcome{Began: res.began(), Elapsed: time.Duration(res.MS * float64(time.Millisecond))}
	o.FailedHop = -1
	switch {
	case res.Bug != "":
		return o, &UnobservedError{URL: res.URL, What: "the result (" + res.Bug + ")"}
	case res.Timeout:
		return o, r.overdue()
	case res.Thrown != "":
		o.Result, o.Type, o.Error = spec.TypeError, spec.TypeErr, res.Thrown
		return o, nil
	case api(req) == apiWebSocket:
		// A page does not learn why a handshake failed.
		if o.Result, o.Type, o.Error = spec.Blocked, spec.TypeErr, res.Error; res.OK {
			o.Result, o.Type = spec.Allowed, spec.TypeBasic
		}
		return o, nil
	case r.call.document.tab.consoleOnly:
		return consoleOutcome(req, pageOrigin, r), nil
	case r.record == nil && res.Violated:
		// fetch() that a policy stops makes no request, and the browser reports none.
		o.Result, o.Type, o.Reason, o.Error = spec.Blocked, spec.TypeErr, spec.ReasonCSP, res.Error
		o.FailedHop, o.Hops = 0, []spec.Hop{{URL: res.URL}}
		return o, nil
	case r.record == nil && !res.OK && refusedInPage(&r.call.js, pageOrigin) != "":
		o.Result, o.Type, o.Error = spec.Blocked, spec.TypeErr, res.Error
		o.Reason = refusedInPage(&r.call.js, pageOrigin)
		o.FailedHop, o.Hops = 0, []spec.Hop{{URL: res.URL}}
		return o, nil
	case r.reused():
		o.Result, o.Hops = spec.Allowed, []spec.Hop{{URL: res.URL}}
		o.Type = responseType(req, pageOrigin, res, &record{hops: []*hop{{request: &network.Request{URL: res.URL}}}})
		return o, nil
	case r.record == nil:
		return o, &UnobservedError{URL: res.URL, What: "any event"}
	case !r.record.terminal() || r.record.failedInPreflight() && len(r.record.preflights) == 0 && !r.record.deferred:
		return o, &UnobservedError{URL: res.URL, What: "the end"}
	}
	if r.incomplete && !r.record.complete() {
		return o, &UnobservedError{URL: res.URL, What: "all raw headers"}
	}
	o.Hops, o.Exchanges = hopsAndExchanges(req, r.record)
	o.Console = strings.Join(r.record.console, "\n")
	o.CookieSent = cookieSent(r.record)
	o.FromCache = r.record.fromCache()
	if err := cookieTrouble(req, r.record); err != nil {
		return o, err
	}
	if err := decide(req, pageOrigin, r, &o); err != nil {
		return o, err
	}
	if r.record.deferred {
		o.Hops, o.Exchanges, o.FailedHop = nil, nil, -1 // not all of them were reported
	}
	if r.call.js.Timing && o.Result == spec.Allowed {
		if res.Timing == nil {
			return o, &UnobservedError{URL: res.URL, What: "an entry of resource timing"}
		}
		o.Timing = res.Timing
	}
	if n := len(o.Exchanges); n > 0 && o.Result == spec.Allowed && !o.Exchanges[n-1].Preflight {
		o.Exchanges[n-1].Body = o.Body
	}
	return o, nil
}

// overdue is why a repetition was given up: there was no answer to what was sent, or nothing was sent.
func (r *repetition) overdue() error {
	if late := r.call.late[r.result.Rep]; late != nil {
		return late
	}
	if r.call.document.tab.consoleOnly {
		return &TimeoutError{URL: r.result.URL, After: r.call.timeout}
	}
	return &UnsentError{URL: r.result.URL}
}

// decide decides Result, Type, Reason and what a script can read.
func decide(req *cases.Request, pageOrigin string, r *repetition, o *agent.Outcome) error {
	res, rec := &r.result, r.record
	// What failed after the script had its response is not a failure of the
	// request: a body cut short, an EventSource that was closed again or makes
	// nothing of what it got, a player that has enough or cannot play it, a document that is saved instead of shown.
	answered := rec.hops[len(rec.hops)-1].response != nil
	had := res.OK && readsBody(req)
	switch api(req) {
	case apiNavigate:
		had = answered
	case apiScript, apiStylesheet:
		had = r.call.js.Layers && refusedByElement(req, rec)
	case apiEventSource, apiVideo, apiAudio:
		had = res.OK || answered && rec.failed != nil && rec.failed.CorsErrorStatus == nil
	}
	had = had || answered && rec.brokeOff()
	if f := rec.failed; f != nil && !had && !rec.truncated {
		o.Result, o.Type, o.FailedHop, o.Error = spec.Blocked, spec.TypeErr, len(o.Hops)-1, f.ErrorText
		reason, parameter, err := failure(req, rec)
		if r.call.js.Layers {
			if mask := layer(rec); mask != "" {
				reason, parameter, err = mask, "", nil
			} else if byHSTS(rec) {
				reason, parameter, err = spec.ReasonPreflightDisallowedRedirect, "", nil
			}
		}
		o.Reason, o.FailedParameter = reason, parameter
		if reason == spec.ReasonRedirectDisallowedByMode {
			o.Hops = withoutUnsent(o.Hops)
		}
		o.FailedHop = len(o.Hops) - 1
		return err
	}
	o.Result = spec.Allowed
	o.Type = responseType(req, pageOrigin, res, rec)
	if o.Type == spec.TypeOpaqueRedirect {
		o.Hops = withoutUnsent(o.Hops)
	}
	switch a := api(req); {
	case a == apiCanvas && res.Tainted:
		o.Result, o.Type, o.Reason, o.Error = spec.Blocked, spec.TypeErr, agent.ReasonCanvasTainted, res.Error
		o.FailedHop = len(rec.hops) - 1
		return nil
	case !readsBody(req):
		// What the element made of the response (which may not be an image) is
		// not CORS: the response was let through.
		o.Error = res.Error
		return nil
	case !res.OK && r.call.js.Init["integrity"] != "":
		o.Result, o.Type, o.Reason, o.Error, o.FailedHop = spec.Blocked, spec.TypeErr, spec.ReasonIntegrity, res.Error, len(rec.hops)-1
		return nil
	case !res.OK && rec.brokeOff():
		return &ContentError{URL: res.URL, Code: rec.failed.ErrorText}
	case !res.OK:
		return &UnobservedError{URL: res.URL, What: "why the script got an error (" + res.Error + ")"}
	}
	o.Redirected = res.Redirected || api(req) == apiXHR && len(rec.hops) > 1
	readResponse(o, res)
	return nil
}

// brokeOff says whether a request failed because of the content that came behind the answer's head, which
// had been let through.
func (r *record) brokeOff() bool {
	f := r.failed
	if f == nil || f.CorsErrorStatus != nil || f.BlockedReason != "" {
		return false
	}
	switch f.ErrorText {
	case "net::ERR_CONTENT_LENGTH_MISMATCH", "net::ERR_INCOMPLETE_CHUNKED_ENCODING", "net::ERR_INVALID_CHUNKED_ENCODING",
		"net::ERR_CONTENT_DECODING_FAILED", "net::ERR_CONNECTION_CLOSED", "net::ERR_CONNECTION_RESET", "net::ERR_HTTP2_PROTOCOL_ERROR":
		return true
	}
	return false
}

// readResponse copies what a script read of the response.
func readResponse(o *agent.Outcome, res *jsResult) {
	o.Status = res.Status
	o.Readable = make(map[string]string, len(res.Headers))
	for _, h := range res.Headers {
		name, value := strings.ToLower(h[0]), bytesOf(h[1])
		if old, twice := o.Readable[name]; twice {
			value = old + ", " + value
		}
		o.Readable[name] = value
	}
	o.Body = res.Body
	if res.Binary {
		o.Body = bytesOf(res.Body)
	}
	o.Error = res.BodyError
}

// withoutUnsent drops the hop that Chrome announces for a redirect, and does
// not follow in redirect modes error and manual.
func withoutUnsent(hops []spec.Hop) []spec.Hop {
	if n := len(hops); n > 1 && !hops[n-1].Sent {
		return hops[:n-1]
	}
	return hops
}

// readsBody says whether the API hands the response to the script.
func readsBody(req *cases.Request) bool { return scriptReads(api(req)) }

func scriptReads(api string) bool { return api == apiFetch || api == apiXHR }

// responseType is the type of the response: fetch reports it, for the others it
// follows from the mode and the URLs
// (https://fetch.spec.whatwg.org/#concept-request-response-tainting).
func responseType(req *cases.Request, pageOrigin string, res *jsResult, rec *record) spec.ResponseType {
	if res.Type != "" {
		return spec.ResponseType(res.Type)
	}
	if api(req) == apiNavigate {
		return spec.TypeBasic
	}
	for _, h := range rec.hops {
		if !spec.SameOrigin(pageOrigin, h.request.URL) {
			if usesCORS(req) {
				return spec.TypeCORS
			}
			return spec.TypeOpaque
		}
	}
	return spec.TypeBasic
}

// usesCORS says whether the API makes a request of mode cors.
func usesCORS(req *cases.Request) bool {
	mode := req.Spec("").Mode
	return mode == "" || mode == spec.ModeCORS
}

// failure names the reason of a failed request. The error means that it says
// nothing about the target's CORS.
func failure(req *cases.Request, rec *record) (reason spec.Reason, parameter string, err error) {
	f := rec.failed
	last := rec.hops[len(rec.hops)-1].request.URL
	if byHSTS(rec) {
		return "", "", &NetError{URL: last, Code: "HSTS", Text: "the browser knows that the host wants https, and made a redirect of its own of it, which no preflight follows: ask the https URL"}
	}
	if s := f.CorsErrorStatus; s != nil {
		switch s.CorsError {
		case network.CorsErrorMethodDisallowedByPreflightResponse, network.CorsErrorHeaderDisallowedByPreflightResponse:
			return spec.Reason(spec.Reason(s.CorsError.String())), s.FailedParameter, nil
		case network.CorsErrorInvalidResponse:
			// The preflight got no HTTP response.
			for _, p := range rec.preflights {
				if p.failed != nil && unreachable(p.failed.ErrorText) {
					return "", "", &NetError{URL: last, Code: p.failed.ErrorText}
				}
			}
			return spec.ReasonNetworkError, "", nil
		case network.CorsErrorInsecureLocalNetwork, network.CorsErrorInvalidLocalNetworkAccess, network.CorsErrorLocalNetworkAccessPermissionDenied:
			return "", "", &NetError{URL: last, Code: s.CorsError.String(), Text: "Local Network Access checks are on in this browser: start it with --disable-features=LocalNetworkAccessChecks"}
		}
		return spec.Reason(s.CorsError.String()), "", nil
	}
	switch f.BlockedReason {
	case "":
	case network.BlockedReasonMixedContent:
		return "", "", &NetError{URL: last, Code: "mixed content", Text: "an https page may not fetch over plain http; that is not CORS"}
	case network.BlockedReasonCorpNotSameOrigin, network.BlockedReasonCorpNotSameOriginAfterDefaultedToSameOriginByCoep, network.BlockedReasonCorpNotSameSite:
		return agent.ReasonBlockedByCORP, "", nil
	case network.BlockedReasonOrigin: // the renderer's name for a mode of same-origin, and for an element's URL with user name or password
		if !scriptReads(api(req)) && strings.Contains(rec.hops[0].request.URL, "@") {
			return spec.ReasonNetworkError, "", nil
		}
		return spec.ReasonDisallowedByMode, "", nil
	default:
		return "", "", &NetError{URL: last, Code: f.ErrorText, Text: "blocked by the browser: " + f.BlockedReason.String()}
	}
	if req.Mode == string(spec.ModeSameOrigin) && !spec.SameOrigin(req.Origin, last) {
		return spec.ReasonDisallowedByMode, "", nil // a redirect that led elsewhere; the renderer decides
	}
	if f.ErrorText == "net::ERR_ABORTED" && !scriptReads(api(req)) && len(rec.hops) > 1 && len(rec.got) < len(rec.hops) && strings.Contains(last, "@") {
		return spec.ReasonRedirectContainsCredentials, "", nil // the renderer's doing, without a word
	}
	switch f.ErrorText {
	case "net::ERR_BLOCKED_BY_ORB":
		return agent.ReasonBlockedByORB, "", nil
	case "net::ERR_TOO_MANY_REDIRECTS":
		return spec.ReasonTooManyRedirects, "", nil
	case "net::ERR_INVALID_REDIRECT":
		return spec.ReasonRedirectInvalidLocation, "", nil
	case "net::ERR_UNSAFE_REDIRECT", "net::ERR_UNKNOWN_URL_SCHEME":
		return spec.ReasonCorsDisabledScheme, "", nil
	case "net::ERR_FAILED", "net::ERR_ABORTED", "net::ERR_INVALID_ARGUMENT":
		if isRedirect(rec) {
			switch {
			case req.Redirect == string(spec.RedirectError):
				return spec.ReasonRedirectDisallowedByMode, "", nil
			case req.Body != nil && req.Body.Kind == "stream":
				return spec.ReasonRedirectWithStreamBody, "", nil
			}
		}
	}
	if unreachable(f.ErrorText) {
		return "", "", &NetError{URL: last, Code: f.ErrorText}
	}
	return spec.ReasonNetworkError, "", nil
}

// isRedirect says whether the last answer was a redirect.
func isRedirect(rec *record) bool {
	if len(rec.got) == 0 {
		return false
	}
	e := rec.got[len(rec.got)-1]
	switch e.StatusCode {
	case 301, 302, 303, 307, 308:
		return hasField(e.Headers, "Location")
	}
	return false
}

// unreachable says whether a network error means that no conversation with
// the target took place; the others are something that the target did.
func unreachable(code string) bool {
	switch code {
	case "net::ERR_EMPTY_RESPONSE", "net::ERR_INVALID_HTTP_RESPONSE", "net::ERR_INVALID_RESPONSE", "net::ERR_CONTENT_LENGTH_MISMATCH",
		"net::ERR_INCOMPLETE_CHUNKED_ENCODING", "net::ERR_INVALID_CHUNKED_ENCODING", "net::ERR_CONTENT_DECODING_FAILED",
		"net::ERR_RESPONSE_HEADERS_TOO_BIG", "net::ERR_RESPONSE_HEADERS_TRUNCATED", "net::ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH",
		"net::ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_DISPOSITION", "net::ERR_RESPONSE_HEADERS_MULTIPLE_LOCATION",
		"net::ERR_CONNECTION_CLOSED", "net::ERR_CONNECTION_RESET", "net::ERR_H2_OR_QUIC_REQUIRED", "net::ERR_HTTP2_PROTOCOL_ERROR", "net::ERR_ALPN_NEGOTIATION_FAILED",
		"net::ERR_HTTP2_SERVER_REFUSED_STREAM", "net::ERR_CACHE_MISS", "net::ERR_FAILED", "net::ERR_TOO_MANY_RETRIES", "net::ERR_INVALID_HTTP_RESPONSE_HEADER":
		return false
	}
	return true
}
