package explain

import (
	"regexp"
	"slices"
)

// notice is a message of a browser after which the request went on: it stopped nothing, however much it sounds like it.
type notice struct {
	re              pattern
	title, here, do string
}

// notices, from Chromium's csp_violation_report_body and mixed_content_checker.cc, Firefox's csp.properties, security.properties
// and browser.properties, and WebKit's MixedContentChecker.cpp.
var notices = []notice{
	{
		mustPattern(`\breport[- ]only\b|settings observed the loading of a resource`),
		"A policy that only reports: the browser wrote this down, and stopped nothing",
		"The policy was sent in a header for reports alone (Content-Security-Policy-Report-Only, say): what it forbids is reported, and goes on.",
		"Nothing for this request, as far as this line goes. In Content-Security-Policy itself the same directive would stop it. If the request fails, another line of the console has the reason.",
	},
	{
		mustPattern(`automatically upgraded|upgrading insecure (?:\w+ )?request`),
		"The browser asked by https in place of http, and stopped nothing",
		"",
		"Nothing for this request, if its server answers by https as well. Write https into the page, for other browsers. If the request fails, another line of the console has the reason.",
	},
	{
		mustPattern(`content should also be served over https|loading mixed \(insecure\) (?:\w+ )?content|endpoint should be made available over a secure connection|displayed insecure content`),
		"A page that came by https shows what comes by http: the browser warns, and stopped nothing",
		"",
		"Serve that by https as well. If a request fails, another line of the console has the reason.",
	},
	{
		mustPattern(`request to access cookies? or storage on \S+ was blocked`),
		"Firefox kept this server's cookies and storage back, and let the request itself pass",
		"Such a request is sent without the cookies that its server would need to know the user.",
		"If the server answers that nobody is signed in (401, 403 or a redirect), that is why: cookies of another site are third-party cookies. Else another line of the console has the reason.",
	},
}

// namesPolicy are in what a policy reports, and nowhere else.
var namesPolicy = mustPattern(`content[- ]security[- ]policy|integrity|permissions[- ]policy|cross-origin-(?:embedder|opener)-policy|require-trusted-types`)

// URLs may have any words in them.
var anyAddress = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s'"]+`)

// noticeOf is the notice that a message is; nil: it is another message.
func noticeOf(m string) *notice {
	bare := anyAddress.ReplaceAllString(m, "URL")
	if chromeHead.matches(m) {
		return nil
	}
	for i := range notices {
		if n := &notices[i]; n.re.matches(bare) && (i > 0 || namesPolicy.matches(bare)) {
			return n
		}
	}
	return nil
}

// withoutNotices leaves out what stopped nothing, where another message may say what did.
func withoutNotices(list []sighting) []sighting {
	others := slices.DeleteFunc(slices.Clone(list), func(s sighting) bool { return s.notice != nil })
	if len(others) > 0 || len(list) == 0 {
		return others
	}
	return list[:1]
}

// sighting is that of a notice.
func (n *notice) sighting(m string) *sighting {
	s := &sighting{notice: n}
	if f := find(m); f != nil {
		s.url, s.origin = trimURL(f.groups["url"]), originOf(f.groups["page"])
	}
	if s.url == "" {
		s.url = s.urlOf(m)
	}
	return s
}
