package browser

import (
	"strings"
	"time"

	"github.com/chromedp/cdproto/network"
)

// record is what the browser reported about one request: its redirects are
// hops of the same record, each preflight is a record of its own, tied to the
// request that caused it.
type record struct {
	id         network.RequestID
	known      bool // requestWillBeSent was seen; other events may come first
	preflight  bool
	hops       []*hop
	sent       []*network.EventRequestWillBeSentExtraInfo // one for each hop that went out
	got        []*network.EventResponseReceivedExtraInfo  // one for each answer
	preflights []*record
	cause      *record   // of a preflight: the request that it was made for
	sentAt     time.Time // when the request that waits for its answer was sent; zero while none does
	headAt     time.Time // when the head of the answer to it was in, on the wire; zero while it waits for that
	overdue    bool      // it waited too long and was given up
	answeredAt time.Time // when the browser passed on the head of the last answer
	jammed     bool      // it waits for others that wait for it
	truncated  bool      // its content did not end and was cut off
	failed     *network.EventLoadingFailed
	finished   bool
	deferred   bool // of fetchLater: its preflight is not reported
	delivered  bool // a script has the response: what follows is about its body only
	console    []string
}

// hop is one URL of a record.
type hop struct {
	request      *network.Request
	response     *network.Response
	hasExtraInfo bool // response: the browser announced raw headers for both directions
}

// terminal says whether no event but raw headers can follow.
func (r *record) terminal() bool {
	return r.failed != nil || r.finished || (r.delivered || r.truncated) && len(r.hops) > 0 && r.hops[len(r.hops)-1].response != nil
}

// fromCache says that the last answer came from the HTTP cache: the browser
// has no raw headers of it.
func (r *record) fromCache() bool {
	if len(r.hops) == 0 {
		return false
	}
	if h := r.hops[len(r.hops)-1]; h.response != nil {
		return !h.hasExtraInfo
	}
	// The CORS check failed, on an answer that never came over the network.
	requests, _ := r.likelyExtra()
	return requests > 0 && r.failed.CorsErrorStatus != nil && len(r.sent) <= r.announcedExtra()
}

// announcedExtra is the number of hops for which the browser has announced raw
// headers, of the request and of its answer.
func (r *record) announcedExtra() (n int) {
	for _, h := range r.hops {
		if h.hasExtraInfo {
			n++
		}
	}
	return n
}

// likelyExtra is the number of raw requests and answers beyond those announced that
// will probably come: of a failed request the browser does not say whether it
// went out, but most reasons tell. (If they do not come, the answer was
// from the HTTP cache.)
func (r *record) likelyExtra() (requests, answers int) {
	if r.failed == nil || len(r.hops) == 0 || r.hops[len(r.hops)-1].response != nil {
		return 0, 0
	}
	if s := r.failed.CorsErrorStatus; s != nil {
		switch s.CorsError {
		case network.CorsErrorWildcardOriginNotAllowed, network.CorsErrorMissingAllowOriginHeader, network.CorsErrorMultipleAllowOriginValues,
			network.CorsErrorInvalidAllowOriginValue, network.CorsErrorAllowOriginMismatch, network.CorsErrorInvalidAllowCredentials,
			network.CorsErrorRedirectContainsCredentials:
			return 1, 1
		}
		return 0, 0
	}
	switch r.failed.ErrorText {
	case "net::ERR_EMPTY_RESPONSE", "net::ERR_CONNECTION_RESET", "net::ERR_CONNECTION_CLOSED", "net::ERR_INVALID_HTTP_RESPONSE", "net::ERR_INVALID_REDIRECT":
		return 1, 0
	case "net::ERR_UNSAFE_REDIRECT", "net::ERR_FAILED", "net::ERR_INVALID_ARGUMENT": // the last: a redirect of a stream
		return 1, 1
	}
	return 0, 0
}

// complete says whether everything that must come has come.
func (r *record) complete() bool {
	n := r.announcedExtra()
	if !r.known || !r.terminal() || len(r.sent) < n || len(r.got) < n {
		return false
	}
	for _, p := range r.preflights {
		if !p.complete() {
			return false
		}
	}
	return r.deferred || len(r.preflights) > 0 || !r.failedInPreflight()
}

// probablyIncomplete says whether something that probably comes has not come.
func (r *record) probablyIncomplete() bool {
	n := r.announcedExtra()
	requests, answers := r.likelyExtra()
	if len(r.sent) < n+requests || len(r.got) < n+answers {
		return true
	}
	for _, p := range r.preflights {
		if p.probablyIncomplete() {
			return true
		}
	}
	return false
}

// failedInPreflight says that the reason of the failure was found in the
// answer to a preflight, so that one must have been reported.
func (r *record) failedInPreflight() bool {
	return r.failed != nil && r.failed.CorsErrorStatus != nil && isPreflightError(r.failed.CorsErrorStatus.CorsError)
}

// isPreflight says whether the request is the preflight of another.
func isPreflight(e *network.EventRequestWillBeSent) bool {
	return e.Initiator != nil && e.Initiator.Type == network.InitiatorTypePreflight && e.Initiator.RequestID != ""
}

func isPreflightError(e network.CorsError) bool {
	switch e {
	case network.CorsErrorInvalidResponse, network.CorsErrorInvalidAllowMethodsPreflightResponse, network.CorsErrorInvalidAllowHeadersPreflightResponse,
		network.CorsErrorMethodDisallowedByPreflightResponse, network.CorsErrorHeaderDisallowedByPreflightResponse:
		return true
	}
	return strings.HasPrefix(string(e), "Preflight")
}

// recorder sorts the events of one tab into records. Its owner holds the lock.
type recorder struct {
	byID map[network.RequestID]*record
	// byURL has the records of requests (not preflights) by the URL that the
	// script asked for, in the order in which they were started.
	byURL map[string][]*record
}

func newRecorder() *recorder {
	return &recorder{byID: map[network.RequestID]*record{}, byURL: map[string][]*record{}}
}

// get finds or makes the record: events of one request come from two
// processes, in any order.
func (rec *recorder) get(id network.RequestID) *record {
	r := rec.byID[id]
	if r == nil {
		r = &record{id: id}
		rec.byID[id] = r
	}
	return r
}

// event takes an event in and gives the request that it is about, for a
// preflight that of its cause; nil if there is no record of it.
func (rec *recorder) event(ev any) *record {
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		r := rec.get(e.RequestID)
		if n := len(r.hops); n > 0 && e.RedirectResponse != nil {
			r.hops[n-1].response, r.hops[n-1].hasExtraInfo = e.RedirectResponse, e.RedirectHasExtraInfo
		}
		r.hops = append(r.hops, &hop{request: e.Request})
		if r.known {
			return r
		}
		r.known = true
		if isPreflight(e) {
			r.preflight = true
			cause := rec.get(e.Initiator.RequestID)
			cause.preflights, r.cause = append(cause.preflights, r), cause
			return cause
		}
		rec.byURL[e.Request.URL] = append(rec.byURL[e.Request.URL], r)
		return r
	case *network.EventRequestWillBeSentExtraInfo:
		r := rec.get(e.RequestID)
		r.sent, r.sentAt, r.headAt = append(r.sent, e), time.Now(), time.Time{}
		return r
	case *network.EventResponseReceivedExtraInfo:
		r := rec.get(e.RequestID)
		r.got, r.sentAt, r.headAt = append(r.got, e), time.Time{}, time.Now()
		return r
	case *network.EventResponseReceived:
		if r := rec.byID[e.RequestID]; r != nil && len(r.hops) > 0 {
			h := r.hops[len(r.hops)-1]
			h.response, h.hasExtraInfo = e.Response, e.HasExtraInfo
			r.answeredAt = time.Now()
			return r
		}
	case *network.EventLoadingFailed:
		if r := rec.byID[e.RequestID]; r != nil {
			if r.failed == nil || !byPolicy(r.failed) {
				r.failed = e
			}
			return r
		}
	case *network.EventLoadingFinished:
		if r := rec.byID[e.RequestID]; r != nil {
			r.finished = true
			return r
		}
	}
	return nil
}

// byPolicy tells whether a policy of the page stopped a request. Where that was a redirect, another
// failure is reported after it, which only says that the request was aborted.
func byPolicy(e *network.EventLoadingFailed) bool {
	return e.BlockedReason == network.BlockedReasonCsp || e.BlockedReason == network.BlockedReasonMixedContent
}

// started gives the n-th request that was started for the URL.
func (rec *recorder) started(url string, n int) *record {
	if l := rec.byURL[url]; n < len(l) {
		return l[n]
	}
	return nil
}

// forget drops the records of a URL.
func (rec *recorder) forget(url string) {
	for _, r := range rec.byURL[url] {
		for _, p := range r.preflights {
			delete(rec.byID, p.id)
		}
		delete(rec.byID, r.id)
	}
	delete(rec.byURL, url)
}

// reset drops everything. There must be no calls.
func (rec *recorder) reset() {
	clear(rec.byID)
	clear(rec.byURL)
}
