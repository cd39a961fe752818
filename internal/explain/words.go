package explain

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/internal/casedoc"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// title is what is said where no cause fits.
func (s *sighting) title() string {
	switch s.reason {
	case ReasonAllowed:
		if s.ownServer() {
			return noCORSAsked
		}
		return "CORS is in order: the page can read this answer"
	case ReasonHTTPError:
		if s.ownServer() {
			return noCORSAsked + "; the answer is an error, " + s.statusText()
		}
		return "CORS is in order: the page can read the answer, and it is an error, " + s.statusText()
	case reasonGranted:
		return "The preflight is granted: the browser goes on and sends the request"
	case ReasonUndetermined:
		if s.config != nil {
			return s.config.title()
		}
		if s.empty > 0 {
			return titleEmpty()
		}
		if s.notice != nil {
			return s.notice.title
		}
		if s.nothing {
			return "No message of a browser is recognised in this text"
		}
		if s.isUnasked() {
			return s.titleUnasked()
		}
		if s.stored {
			return titleStored()
		}
		if s.ownServer() {
			return s.titleOwn()
		}
		if s.withoutOrigin() {
			return s.titleWithoutOrigin()
		}
		return "The text does not show why it failed"
	case spec.ReasonNosniff:
		return "The answer's type is not what the element may use"
	case spec.ReasonBadPort:
		return "The port is one that browsers do not connect to"
	}
	if t := s.reason.Explain(); t != "" {
		return strings.ToUpper(t[:1]) + t[1:]
	}
	return string(s.reason)
}

// doInstead is what to do where no cause fits.
func (s *sighting) doInstead() string {
	switch s.reason {
	case ReasonAllowed:
		return "Nothing, as far as this text goes. If the page still fails, look at its own code, and at the console for another message."
	case ReasonHTTPError:
		return "Look in the server's log for this request. The page sees the status and the content."
	case spec.ReasonNosniff:
		return "Let the server send the script with Content-Type: text/javascript, a style sheet with text/css. If it answers with a page instead (an error, a login), that is what to mend: look at the content."
	case spec.ReasonBadPort:
		return "Let the server listen at another port, such as 8080. Browsers do not connect to this one, which belongs to another protocol."
	case reasonGranted:
		return "Nothing for the preflight. The answer to the request itself needs Access-Control-Allow-Origin as well, and with cookies Access-Control-Allow-Credentials: true."
	case ReasonUndetermined:
		if s.config != nil {
			return s.config.do()
		}
		if s.empty > 0 {
			return doEmpty()
		}
		if s.notice != nil {
			return s.notice.do
		}
		if s.nothing {
			return "Open the browser's console (F12), repeat what fails, and copy the red lines."
		}
		if s.isUnasked() {
			return s.doUnasked()
		}
		if s.answers == nil && s.method == "" && len(s.same) == 0 {
			return "Copy the red line of the console that speaks of CORS or has net::, or the request itself (DevTools, Network, its menu, Copy as cURL), and explain that. Or fill in the command below: URL, method and headers of the request decide."
		}
		return "Ask the server with the command below, and read what it prints."
	}
	return ""
}

func (s *sighting) statusText() string {
	return strings.TrimSpace(strconv.Itoa(s.status) + " " + http.StatusText(s.status))
}

// here says what this input shows, beyond what is true of its cause.
func (s *sighting) here() string {
	what := "the answer"
	if s.preflight == yes {
		what = "the answer to the preflight (OPTIONS)"
	}
	switch onRequest(s.reason) {
	case spec.ReasonMissingAllowOriginHeader:
		return s.hereMissing(what)
	case spec.ReasonAllowOriginMismatch, spec.ReasonInvalidAllowOriginValue:
		return s.hereMismatch(what)
	case spec.ReasonMultipleAllowOriginValues:
		if s.value != nil {
			return fmt.Sprintf("%s has %q for the origin.", casedoc.Capital(what), *s.value)
		}
	case spec.ReasonInvalidAllowCredentials, spec.ReasonWildcardOriginNotAllowed:
		return s.hereCredentials()
	case ReasonOpaque:
		return s.hereOpaque()
	case "InvalidStatus":
		if s.firefoxPreflight() {
			return "Firefox says no more than that: the answer to the preflight (OPTIONS) had a status outside of 200 to 299, or was a redirect, or there was none."
		}
		if s.status != 0 {
			return "The preflight (OPTIONS) was answered with " + s.statusText() + "."
		}
		return "The preflight (OPTIONS) was answered with a status outside of 200 to 299. The console does not say which; the HAR and the command below do."
	case "DisallowedRedirect":
		if to, ok := s.location(); ok && s.status != 0 {
			return fmt.Sprintf("The preflight (OPTIONS) was answered with %s and Location: %s.", s.statusText(), safeURL(to))
		} else if ok {
			return fmt.Sprintf("The request was redirected to %s. The message is that of an old Chrome. Today's browsers follow such a redirect if the CORS headers let the page in; of the preflight itself they follow none.", safeURL(to))
		}
		return "Where it leads is not in the text. Often it is the same path with a slash at its end, or without one, https in place of http, or a login; the command shows which."
	case spec.ReasonMethodDisallowedByPreflightResponse:
		return fmt.Sprintf("The page asks with %s.%s", orSome(s.param, s.method, "a method that is not listed"), s.listSays(allowMethods))
	case spec.ReasonHeaderDisallowedByPreflightResponse:
		return fmt.Sprintf("The page sends the header %s.%s", orSome(s.param, "that is not listed"), s.listSays(allowHeaders))
	case ReasonHeaderNotExposed:
		if spec.IsForbiddenResponseHeaderName(s.param) {
			return ""
		}
		return fmt.Sprintf("The script wants to read %s, which a page of another origin can only if the answer exposes it.", s.param)
	case reasonGranted:
		return s.hereGranted()
	case ReasonUndetermined:
		return s.hereOpen()
	case ReasonAllowed:
		return s.hereAllowed()
	case ReasonHTTPError:
		return s.ofPreflight()
	case spec.ReasonLocalPermission, spec.ReasonInsecureLocalNetwork, spec.ReasonLocalTarget:
		text := "the browser stopped the request before anything was sent: the address is in the local network or on this machine."
		if s.answers == nil {
			return "The console speaks of CORS, but " + text
		}
		return casedoc.Capital(text)
	case spec.ReasonCORPByCOEP:
		return "The answer has no Cross-Origin-Resource-Policy, and the page's own Cross-Origin-Embedder-Policy (or Document-Isolation-Policy) wants one of whatever it loads."
	case spec.ReasonCSP:
		if s.param != "" {
			return s.hereDirective()
		}
	case ReasonTLS:
		if s.host != "" {
			return "The name that was asked for is " + s.host + "; neither port nor path are in the message."
		}
	case ReasonCookieNotSent:
		if s.status != 0 {
			return fmt.Sprintf("The answer is %s, the server allows credentials, and the request shows no cookie. (A HAR that was saved without sensitive data shows none in any case.)", s.statusText())
		}
	case spec.ReasonDisallowedByMode, ReasonForbiddenHeader:
		if s.param != "" {
			return "The header is " + s.param + "."
		}
	}
	return ""
}

func orSome(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// listSays quotes the list of a preflight's answer.
func (s *sighting) listSays(name string) string {
	canonical := http.CanonicalHeaderKey(name)
	if !s.fields.Has(name) {
		if s.fields != nil {
			return " The answer to the preflight has no " + canonical + "."
		}
		return ""
	}
	return fmt.Sprintf(" The answer to the preflight lists %q.", strings.Join(s.fields.Values(name), ", "))
}

func (s *sighting) hereMissing(what string) string {
	switch {
	case s.from != "" && s.status < 300:
		return s.hereRedirected()
	case s.status >= 400:
		missing := "is missing"
		if s.fields == nil && len(s.same) > 0 {
			missing += ", or does not let the page in,"
		}
		return fmt.Sprintf("%s is %s. CORS hides that from the page: the status is the error to look for, and the header %s besides.", casedoc.Capital(what), s.statusText(), missing)
	case spec.RedirectStatus(s.status):
		return fmt.Sprintf("%s is a redirect, %s%s.", casedoc.Capital(what), s.statusText(), s.toOtherOrigin())
	case s.status >= 300:
		return fmt.Sprintf("%s is %s.", casedoc.Capital(what), s.statusText())
	case s.fromCache:
		return "No answer came from the network: the browser took it from its cache. It was stored by a request without Origin (an <img>, a visit of the URL), or for another origin. Send Vary: Origin."
	}
	return ""
}

func (s *sighting) hereMismatch(what string) string {
	if s.value == nil {
		return s.hereRedirected()
	}
	if s.tainted() {
		return s.hereRedirected() + fmt.Sprintf(" The answer names %s.", orSome(safeValue("", *s.value), "nothing"))
	}
	if s.origin == "" && *s.value != "" && !isOrigin(*s.value) {
		return fmt.Sprintf("%s names %s. Browsers compare that with the page's origin byte for byte, and no page's origin is equal to it: every page is blocked.", casedoc.Capital(what), safeValue("", *s.value))
	}
	if s.origin == "" {
		return fmt.Sprintf("%s names %s. The message does not say of which origin the page is; a page opened as a file, or in a sandboxed frame, has the origin null.", casedoc.Capital(what), safeValue("", *s.value))
	}
	text := fmt.Sprintf("The page's origin is %s, and %s names %s.", s.origin, what, orSome(safeValue("", *s.value), "nothing"))
	switch form := s.form(); {
	case s.origin == "null":
		text += " The origin null is that of a file, a sandboxed frame or a data: URL."
	case s.fromShared():
		text += s.hereShared()
	case s.fromCache || s.status == 304:
		text += " It came from a cache, which had stored what was meant for that origin. Send Vary: Origin."
	case form == "slash":
		text += " The slash at its end is one character too many."
	case form == "port":
		text += " The port differs."
	case origin.Loopback(origin.Host(s.origin)) && origin.Loopback(origin.Host(*s.value)) && origin.Host(s.origin) != origin.Host(*s.value):
		text += " To a browser localhost and 127.0.0.1 are different hosts."
	}
	return text
}

// hereOpen says what is missing in an input that leaves it open.
func (s *sighting) hereOpen() string {
	a := s.answers
	switch {
	case s.config != nil:
		return s.config.here()
	case s.notice != nil:
		return s.notice.here
	case s.panel:
		return "The network panel says that CORS stopped " + safeURL(s.resource) + ", and not why. The console does, in a red line; so does the panel where the pointer rests on \"CORS error\"."
	case s.empty > 0:
		return hereEmpty(s.empty)
	case s.nothing:
		return "What can be read: the red lines of the console, a HAR, Copy as cURL, Copy as fetch, the output of curl -v, or the headers of the answer."
	case s.wordsOnly:
		return "No message of a browser is in the text, and of a request no more than a URL."
	case a == nil && s.browser == "chrome" && s.asker != "":
		return "The message is cut. The reason comes after \"has been blocked by CORS policy:\"."
	case a == nil && len(s.same) > 0:
		return "Firefox says this of every failure below CORS: nothing listens there, the name is not known, the certificate is not accepted, the connection was closed, there were too many redirects, or an ad blocker or the browser's own protection against tracking stopped the request."
	case a == nil && s.browser == "firefox" && s.url != "" && s.code == "" && s.status == 0 && len(s.same) == 0:
		return "The reason that Firefox gives in brackets is none that is known here."
	case s.piece:
		return fmt.Sprintf("The text is a part of a HAR: it has the status, %s, and not the headers of the answer, which decide.", s.statusText())
	case a == nil && s.status != 0:
		return fmt.Sprintf("The text has the status %s, and not the sentence with the reason, which stands in the console beside it.", s.statusText())
	case a == nil:
		return "All that a script can see is that the request failed. The reason is in the browser's console, on another line."
	case !a.answered() && s.ownServer():
		return s.hereOwn()
	case s.stored:
		return s.hereStored()
	case !a.answered():
		return strings.TrimSpace(s.unresolved + " " + s.willPreflight())
	case s.isUnasked():
		return s.hereUnasked()
	case s.withoutOrigin():
		return s.hereWithoutOrigin()
	case a.noOrigin && s.status != 0:
		return "The request was sent without Origin. Many servers then leave out their CORS headers; ask again with Origin."
	case s.verdict != nil && s.verdict.needs == "preflight":
		return "The browser asks for permission first (OPTIONS), and the answer to that is not in the text."
	case s.verdict != nil && s.verdict.needs == "response" && s.verdict.hop == 0:
		return "The preflight (OPTIONS) is granted. The answer to the request itself is not in the text, and it needs the headers as well."
	case s.verdict != nil && s.verdict.needs == "response":
		return "The answer is a redirect that is followed, and what the next server answers is not in the text." + s.nextIsNull()
	}
	return ""
}

// withoutOrigin tells whether it is an answer without Access-Control-Allow-Origin to a request without Origin.
func (s *sighting) withoutOrigin() bool {
	a := s.answers
	return a != nil && a.answered() && (a.noOrigin || a.unseen) && s.status != 0 && s.reason == ReasonUndetermined && s.fields != nil && !s.fields.Has(allowOrigin)
}

// titleWithoutOrigin is for such an answer.
func (s *sighting) titleWithoutOrigin() string {
	what := "The answer"
	if s.status >= 300 {
		what += " is " + s.statusText() + ", and"
	}
	if s.answers.unseen {
		return what + " has no Access-Control-Allow-Origin, and whether it was given to a page the text does not show"
	}
	return what + " has no Access-Control-Allow-Origin, and was not given to a page: the request had no Origin"
}

// hereWithoutOrigin says what such an answer does and does not show.
func (s *sighting) hereWithoutOrigin() string {
	text := "A page of another origin sends Origin, which curl and Postman do not: they get every answer. Many servers leave out their CORS headers then; ask again with Origin."
	if s.looksAtOrigin() {
		text = "The server seems to decide by the Origin of the request (the answer has Vary: Origin, or another line of CORS), and curl and Postman send none. Ask again with Origin."
	}
	if s.status >= 400 {
		text += fmt.Sprintf(" A page would see no more than a failure if the header is missing then as well: the status, %s, is to be mended too.", s.statusText())
	}
	return text
}

// permissions are the method and the headers that a preflight asked for.
func (s *sighting) permissions() []string {
	r := s.answers.request
	return append([]string{spec.NormalizeMethod(orGET(r.Method))}, spec.UnsafeRequestHeaderNames(r.Header)...)
}

// willPreflight says what a browser asks before it sends a request.
func (s *sighting) willPreflight() string {
	r := s.answers.request
	method := spec.NormalizeMethod(orGET(r.Method))
	names := spec.UnsafeRequestHeaderNames(unsafeValues(s.answers.scriptHeader()))
	if spec.IsSafelistedMethod(method) && len(names) == 0 {
		return "It has a request and no answer, and the answer decides. The browser sends it at once, without a preflight."
	}
	text := "It has a request and no answer. The browser first asks for permission (OPTIONS), which the server has to grant for " + method
	if len(names) > 0 {
		text += " with " + strings.Join(names, ", ")
	}
	return text + "; the answer decides."
}

// hereAllowed says what can still be in the way.
func (s *sighting) hereAllowed() string {
	a := s.answers
	switch {
	case a == nil || !a.answered():
		return ""
	case s.stored:
		return s.hereStored()
	case s.departs():
		return starAuthorization
	}
	return strings.TrimSpace(s.ofPreflight() + " " + s.withCredentials())
}

// withCredentials says that an answer would be refused with credentials, where none are known of;
// empty where it would not.
func (s *sighting) withCredentials() string {
	a := s.answers
	if a.credentials {
		return ""
	}
	if w := a.run(s.browser, spec.CredentialsInclude); w.reason != "" {
		return fmt.Sprintf("That is so without credentials. With credentials: 'include' it would be blocked (%s).", w.reason)
	}
	return ""
}

// departs tells whether the standard blocks what today's browsers let pass: Authorization
// under *, which is the one departure that concerns a permission.
func (s *sighting) departs() bool {
	f := s.answers.runAs(spec.EngineFetch, s.mode)
	return f.reason == spec.ReasonHeaderDisallowedByPreflightResponse && strings.EqualFold(f.param, "authorization")
}
