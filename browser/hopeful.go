package browser

import (
	"errors"
	"net/url"
	"slices"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/harness/agent"
)

// Most targets set no cookies. So a single request that has credentials, and that no cookie was given,
// is made among all the others, in the hope that there is none. Where it carries one all the same, another
// job's answer has set it: then it is done once more, in a private context, and so are all others like
// it from then on.

// errCookie says that a request may have carried a cookie of another job.
var errCookie = errors.New("another request of this browser left a cookie that may have been sent with this one")

// hopeful tells whether a job that cookies may change can be done without a context of its own, since
// what is recorded of it shows whether it had one.
func (c *Chrome) hopeful(j *agent.Job) bool {
	if len(c.opt.Cookies) > 0 || c.cookiesLeft.Load() || !once(j) {
		return false
	}
	s := &j.Steps[0]
	u, err := url.Parse(s.URL)
	return err == nil && !s.Request.WithCookie && showsCookies(api(&s.Request)) && !sameSite(s.Request.Origin, u)
}

// showsCookies tells whether an API makes one request, redirects apart, whose raw headers are waited for.
func showsCookies(api string) bool {
	switch api {
	case apiFetch, apiXHR, apiImg, apiCanvas, apiScript, apiModule, apiStylesheet, apiFont, apiEventSource:
		return true
	}
	return false
}

// mayHaveCookie tells whether a repetition's request carried a cookie, or may have.
func (r *repetition) mayHaveCookie() bool {
	if r.record == nil { // a time limit, most often
		return r.result.Thrown == "" && r.call.document.tab.chrome.cookieSet.Load()
	}
	return slices.ContainsFunc(r.record.sent, func(e *network.EventRequestWillBeSentExtraInfo) bool {
		return field(e.Headers, "Cookie") != nil
	})
}
