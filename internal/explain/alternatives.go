package explain

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// mostAlternatives are named of an input that has a reason, mostOpen of one that has none.
const mostAlternatives, mostOpen = 3, 6

// alternatives are what else an input can come of, and how the command below tells.
func (s *sighting) alternatives(id string) []Alternative {
	var list []Alternative
	most := mostAlternatives
	if s.reason == ReasonUndetermined {
		most = mostOpen
	}
	add := func(reason spec.Reason, cause, text string) {
		if len(list) < most && (cause == "" || cause != id) {
			list = append(list, Alternative{reason, cause, text})
		}
	}
	for _, r := range s.same {
		add(r, causes[r], s.browserSays(r))
	}
	if u := s.undecided(); u != nil {
		for _, a := range u.of {
			add(a.Reason, a.Cause, a.Text)
		}
	}
	if s.either {
		add(s.otherOfTwo())
	}
	switch {
	case s.reason == ReasonUndetermined:
		s.openAlternatives(add)
	case s.reason == spec.ReasonPreflightMissingAllowOriginHeader && s.withoutAnOrigin():
		add(s.reason, "preflight-no-cors", "if every site may read it, and without cookies: the server can send Access-Control-Allow-Origin: *, which lets in such a page too; never let in null, which any site's sandboxed frame has")
	case onRequest(s.reason) == spec.ReasonMissingAllowOriginHeader && (id == "origin-not-listed" || id == "allow-origin-missing"):
		s.besideAlternatives(id, add)
	case s.reason == spec.ReasonPreflightMissingAllowOriginHeader && s.status == 0:
		add(s.reason, "preflight-unauthorized", title("preflight-unauthorized"))
		add(s.reason, "preflight-not-routed", title("preflight-not-routed"))
		add(s.reason, "origin-not-listed", elsewhereListed)
	case s.fields == nil && s.reason == spec.ReasonPreflightDisallowedRedirect:
		if strings.HasPrefix(s.url, "http://") {
			add(s.reason, "https-only-host", "if the command shows no redirect: "+lower(title("https-only-host")))
		}
		if s.value == nil && s.from == "" {
			add(s.reason, "preflight-redirected-login", "if it leads to a login: the server wants preflights signed in, which no browser does; they are to be answered before that")
		}
	case s.fields == nil && s.reason == spec.ReasonMissingAllowOriginHeader && s.from == "" && spec.RedirectStatus(s.status):
		add(s.reason, "redirected-login", "if it leads to a login: perhaps the request was not signed in, and scripts should get 401 with the CORS headers in place of a redirect")
	case s.reason == spec.ReasonMissingAllowOriginHeader && s.status < 300 && !s.fromCache && s.from == "":
		if s.status == 0 {
			add(s.reason, "error-no-cors", "if the status is 400 or more: "+title("error-no-cors"))
		}
		switch {
		case s.withoutAnOrigin():
			add(s.reason, "no-cors", "if every site may read it, and without cookies: the server can send Access-Control-Allow-Origin: *, which lets in such a page too; never let in null, which any site's sandboxed frame has")
		case s.origin == "null":
			add(s.reason, "page-without-origin", "if the server sends the header to pages of other origins: no list can name null, the origin of a file and of a sandboxed frame; let a web server serve the page, and list the origin that it then has")
		default:
			add(s.reason, "origin-not-listed", elsewhereListed)
		}
		if hit := s.hit(); hit != "" && !variesByOrigin(s.fields) {
			add(s.reason, "vary-missing", "if all is right with an unused query at the URL's end, such as ?x=1: the cache from which it came ("+hit+") had stored it for a request without Origin, which Vary: Origin prevents")
		}
		if s.mayBeCached {
			add(s.reason, "vary-missing", "if the command shows that all is right: perhaps the browser's cache gave an answer stored for a request without Origin, which Vary: Origin prevents (DevTools, Network, shows it)")
		}
	case s.fromShared():
		add(s.reason, "allow-origin-other", "if it is the same with an unused query at the URL's end, such as ?x=1: it is the server that names another origin, whoever asks")
	case s.reason == spec.ReasonAllowOriginMismatch && s.otherPage() != "" && s.answers == nil && s.from == "":
		add(s.reason, "vary-missing", "if the server has a list of origins, or its answer changes with them: perhaps a cache gave what it had stored for "+s.otherPage()+", which Vary: Origin prevents")
	case s.reason == spec.ReasonMethodDisallowedByPreflightResponse && s.fields == nil && s.meant() == "":
		if s.param == "" {
			add(s.reason, "method-not-capital", "if the script does not write its method in capitals, as patch: browsers leave that as it is, and it is not PATCH")
		}
		add(s.reason, "methods-star-credentials", "if the command shows Access-Control-Allow-Methods: *: the request is made with credentials (ask with --credentials), for which * is no wildcard")
	case s.reason == spec.ReasonHeaderDisallowedByPreflightResponse && s.listsNothing():
		add(s.reason, "headers-not-always", "if the server has the header on its list: some CORS layers, such as Flask-CORS, send that list only where the method that is asked for is on their list of methods; add "+s.verdict.method+" to that")
	case s.reason == spec.ReasonHeaderDisallowedByPreflightResponse && s.fields == nil && strings.EqualFold(s.param, "authorization"):
		add(s.reason, "headers-star-authorization", "if the command shows Access-Control-Allow-Headers: * alone: that does not cover Authorization, which has to be named beside it")
	case s.reason == spec.ReasonHeaderDisallowedByPreflightResponse && s.fields == nil && id != "response-header-in-request" && s.param != "*":
		add(s.reason, "headers-star-credentials", "if the command shows Access-Control-Allow-Headers: *: the request is made with credentials (ask with --credentials), for which * is no wildcard")
	case s.reason == ReasonCookieNotSent && s.answers == nil:
		add(ReasonCookieNotSent, "cookie-same-site", title("cookie-same-site"))
		add(ReasonCookieNotSent, "cookie-third-party", title("cookie-third-party"))
	case s.reason == ReasonCookieNotSent:
		add(ReasonHTTPError, "", "if the server wants a token, or the request did carry the cookie: CORS has no part in it")
		add(ReasonCookieNotSent, "cookie-same-site", title("cookie-same-site"))
		add(ReasonCookieNotSent, "cookie-third-party", title("cookie-third-party"))
	case s.reason == ReasonHTTPError && s.answers == nil && !s.readable():
		add(spec.ReasonMissingAllowOriginHeader, "error-no-cors", "if the script gets no status, but a TypeError (Failed to fetch, Network Error): the answer has no Access-Control-Allow-Origin for this origin, and the page cannot see it")
	case s.reason == spec.ReasonNetworkError && s.code == "" && s.connection == nil:
		add(ReasonTLS, "tls-certificate", title("tls-certificate"))
		add(ReasonRefused, "connection-refused", title("connection-refused"))
		add(ReasonNotResolved, "name-not-resolved", title("name-not-resolved"))
	}
	if s.mayRefuseOrigin() {
		add(s.reason, "origin-not-listed", "if it answers pages of other origins otherwise: the CORS layer itself refuses this one, which is not in its list or is spelt otherwise there")
	}
	return list
}

// mayRefuseOrigin tells whether an answer to the page's Origin has a status with which CORS layers refuse an origin: 403,
// 400, or the 500 of an error that is thrown.
func (s *sighting) mayRefuseOrigin() bool {
	about := onRequest(s.reason)
	return (about == spec.ReasonMissingAllowOriginHeader || about == "InvalidStatus") && (s.status == 400 || s.status == 403 || s.status == 500) &&
		s.answers != nil && s.answers.sentOrigin && s.named() != "" && !s.tainted() && !s.fields.Has(allowOrigin)
}

// listsNothing tells whether the answer to a preflight has neither list, and its method needs none.
func (s *sighting) listsNothing() bool {
	return s.verdict != nil && s.verdict.method != "" && s.fields != nil && !s.fields.Has(allowMethods) && !s.fields.Has(allowHeaders)
}

// elsewhereListed is by what a list of origins is recognised.
const elsewhereListed = "if the server sends the header to pages of other origins: this one is not in its list, or is spelt otherwise there"

// besideAlternatives are what an answer to the page's Origin can come of that has no Access-Control-Allow-Origin, and
// Vary: Origin or other headers of CORS: of a list, or of a configuration without the one header.
func (s *sighting) besideAlternatives(id string, add func(spec.Reason, string, string)) {
	switch {
	case id == "allow-origin-missing":
		add(s.reason, "origin-not-listed", elsewhereListed)
	case s.otherFields():
		add(s.reason, "allow-origin-missing", "if it sends the header to no page: "+title("allow-origin-missing"))
	default:
		add(s.reason, "no-cors", "if it sends the header to no page: nothing there knows CORS, and Vary: Origin is no more than a line")
	}
}

// openAlternatives are what an input can be that shows no reason.
func (s *sighting) openAlternatives(add func(spec.Reason, string, string)) {
	if s.muted {
		add(ReasonUndetermined, "", "if all scripts of the page are of its own origin, or have crossorigin: the words come of something else, such as a script of an extension, a test runner, or the app that shows the page")
		return
	}
	if s.withoutOrigin() {
		add(spec.ReasonMissingAllowOriginHeader, "no-cors", "if the command shows no Access-Control-Allow-Origin: "+title("no-cors"))
		add(spec.ReasonMissingAllowOriginHeader, "origin-not-listed", "if it shows one for pages of other origins alone: this one is not in the server's list, or is spelt otherwise there")
		return
	}
	if s.stored {
		s.storedAlternatives(add)
		return
	}
	if s.ownServer() && !s.nothing && (s.answers == nil || !s.answers.answered()) {
		s.ownAlternatives(add)
		return
	}
	if s.nothing || s.notice != nil || s.config != nil || len(s.same) > 0 || s.answers != nil && s.answers.answered() {
		return
	}
	if s.status != 0 && s.answers == nil {
		s.answeredAlternatives(add)
		return
	}
	near, _ := beforeCORS(s.origin, s.url)
	local := func() {
		if near != "" {
			add(near, causes[near], "if the command shows that all is right, and the browser is Chrome (since 142): "+lower(title(causes[near])))
		}
	}
	if s.leaning != "" {
		local()
	}
	if m := inCapitals(s.method); m != "" {
		add(spec.ReasonMethodDisallowedByPreflightResponse, "method-not-capital", "if the command shows that "+s.method+" is not allowed: the script does not write it in capitals, and browsers leave it so; "+m+" is what servers allow")
	}
	switch {
	case s.answers == nil && s.method == "":
		add(spec.ReasonPreflightInvalidStatus, "preflight-refused", "if the script sends JSON, Authorization or a header of its own, or its method is PUT, PATCH or DELETE: the preflight (OPTIONS) is refused")
	case s.answers != nil && s.needsPreflight():
		add(spec.ReasonPreflightInvalidStatus, "preflight-refused", "if the command stops at the preflight (OPTIONS): it is refused, by authentication or the router, say, or a header or the method is not listed")
	}
	add(spec.ReasonMissingAllowOriginHeader, "error-no-cors", "if the command shows a status of 400 or more without Access-Control-Allow-Origin: the server answers with an error, which the page cannot see")
	add(spec.ReasonMissingAllowOriginHeader, "no-cors", "if it shows another answer without Access-Control-Allow-Origin: "+lower(title("no-cors"))+", or does not list this origin")
	if s.panel { // which names failures of the network otherwise
		return
	}
	add(ReasonRefused, "connection-refused", "if it shows no answer: nothing listens there, the name is not known, or the certificate is not accepted")
	if s.leaning == "" {
		local()
	}
	add(ReasonByClient, "extension-blocked", "if it shows that all is right: an extension of the browser, such as an ad blocker, stopped the request")
}

// answeredAlternatives are what an input can be that has the status of the answer, and no more of it.
func (s *sighting) answeredAlternatives(add func(spec.Reason, string, string)) {
	switch {
	case s.status >= 400 && strings.EqualFold(s.code, "net::err_failed"): // with which Chrome hides an answer
		add(spec.ReasonMissingAllowOriginHeader, "error-no-cors", "if the command shows no Access-Control-Allow-Origin, or a wrong one: the server answers with an error, which the page cannot see")
	case s.status >= 400:
		add(ReasonHTTPError, "", "if the command shows Access-Control-Allow-Origin: CORS is in order, and the status is the error")
		add(spec.ReasonMissingAllowOriginHeader, "error-no-cors", "if it shows none: the server answers with an error, which the page cannot see")
	default:
		add(spec.ReasonMissingAllowOriginHeader, "no-cors", "if the command shows no Access-Control-Allow-Origin: "+lower(title("no-cors"))+", or does not list this origin")
	}
}

// lower is a title within a sentence. A name of a header keeps its capitals.
func lower(s string) string {
	if word, _, _ := strings.Cut(s, " "); strings.ContainsAny(word, "-_") || word == strings.ToUpper(word) && len(word) > 1 {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// otherPage is the page that an answer lets in, where it is not the one that asked; empty where it
// is none, or where this one's spelling is what differs.
func (s *sighting) otherPage() string {
	if s.value == nil || s.origin == "" || s.origin == "null" || originOf(*s.value) != *s.value {
		return ""
	}
	if form := s.form(); forms[form] != "" && !slices.Contains(otherPages[:], form) {
		return ""
	}
	return *s.value
}

// browserSays tells a reason that a browser says in the words of another.
func (s *sighting) browserSays(r spec.Reason) string {
	if id := causes[r]; id != "" {
		return title(id)
	}
	if t := r.Explain(); t != "" {
		return t
	}
	return string(r)
}

// title is that of a cause.
func title(id string) string {
	if c := cases.FindCause(id); c != nil {
		return c.Title
	}
	return id
}
