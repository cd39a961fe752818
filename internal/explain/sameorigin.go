package explain

import (
	"fmt"

	"github.com/corsproof/corsproof/spec"
)

// A page asks its own server without CORS: no header of it is missing there.

// ownServer tells whether a request goes to the page's own origin, and no redirect is known of. Of a
// message that speaks of CORS there was one.
func (s *sighting) ownServer() bool {
	if s.answers == nil && (s.asker != "" || s.browser == "firefox") {
		return false
	}
	return s.from == "" && sameOrigin(s.origin, s.url)
}

const noCORSAsked = "Page and server are of one origin, so that CORS is not asked"

// titleOwn is for such a request that is open.
func (s *sighting) titleOwn() string {
	return noCORSAsked + "; why it failed, if it did, the text does not show"
}

// hereOwn says what that means where there is no answer.
func (s *sighting) hereOwn() string {
	return "The browser sends no preflight to the page's own origin, and no Access-Control-* header is needed there. If the console speaks of CORS all the same, the URL redirects to another origin, or the page was opened at another address (scheme, host or port)."
}

// ownAlternatives are what such a request can fail by.
func (s *sighting) ownAlternatives(add func(spec.Reason, string, string)) {
	add(ReasonHTTPError, "", "if the command shows a status of 400 or more: the server answers with an error, which the page can read")
	add(spec.ReasonMissingAllowOriginHeader, "", "if it shows a redirect to another origin: there CORS is asked")
	add(ReasonRefused, "connection-refused", "if it shows no answer: nothing listens there, the name is not known, or the certificate is not accepted")
	add(ReasonByClient, "extension-blocked", "if it shows that all is right: an extension of the browser, such as an ad blocker, stopped the request")
}

// ownError is a request of a HAR to the page's own origin that was answered with an error; nil where it
// is none that a script made.
func (r *harReader) ownError(i int) *sighting {
	e := &r.har.Log.Entries[i]
	dest, _ := r.headers[i].Get("Sec-Fetch-Dest")
	if e.Response.Status < 400 || e.Type != "fetch" && e.Type != "xhr" && dest != "empty" {
		return nil
	}
	s := &sighting{browser: r.browser, method: e.Request.Method, url: e.Request.URL, asker: e.Type, origin: r.pageOf(i)}
	s.answers = r.answers(i, true)
	return s
}

// nothingInHAR is for a HAR without a request that CORS, or what looks like it, decides about.
func (r *harReader) nothingInHAR() sighting {
	return sighting{reason: ReasonUndetermined, nothing: true, empty: len(r.har.Log.Entries)}
}

// titleEmpty, hereEmpty and doEmpty are for such a HAR.
func titleEmpty() string { return "In this HAR is no request that CORS could have stopped" }

func hereEmpty(n int) string {
	return fmt.Sprintf("Of its requests, %d, each is for a page itself, goes to the page's own origin, or loads something without CORS.", n)
}

func doEmpty() string {
	return "Repeat what fails with DevTools open (Network), and export again, without a filter. Or explain the red lines of the console."
}
