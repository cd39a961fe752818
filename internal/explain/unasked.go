package explain

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Only browsers ask for permission before a request (a preflight). What curl and the like were
// answered shows nothing of that, and an answer that is pasted alone does not either. Where a browser
// sent the request, it had permission.

// interim tells whether a head is one that comes before the answer: all of 1xx but 101, with which
// HTTP ends (RFC 9110, section 15.2).
func (h *head) interim() bool {
	return !h.request && h.status >= 100 && h.status < 200 && h.status != 101
}

// namesTool tells whether the User-Agent of a request is that of a client that is no browser. That of
// PowerShell looks like a browser's.
func (p *pair) namesTool() bool {
	agent, named := p.request.fields.Get("User-Agent")
	return named && (!strings.HasPrefix(agent, "Mozilla/") || strings.Contains(agent, "PowerShell/"))
}

// client is the program that sent a request, as it names itself, where it is no browser; empty: not known.
func (p *pair) client() string {
	if p.request != nil && p.namesTool() {
		agent, _ := p.request.fields.Get("User-Agent")
		name, _, _ := strings.Cut(agent, "/")
		if product.MatchString(name) {
			return name
		}
	}
	if p.byHand {
		return "curl"
	}
	return ""
}

var product = regexp.MustCompile(`^(?:curl|Wget|HTTPie|PostmanRuntime|insomnia|python-requests|okhttp|axios|PowerShell)$`)

// fromBrowser tells whether a request shows that a browser sent it: by the line that only its DevTools
// have, or by headers of browsers.
func (p *pair) fromBrowser() bool {
	return !p.namesTool() && (p.request.url != "" || browserHeader(p.request.fields))
}

// browserHeader tells whether a request has a header as browsers send it.
func browserHeader(h spec.Header) bool {
	agent, _ := h.Get("User-Agent")
	return strings.HasPrefix(agent, "Mozilla/") || h.Has("Sec-Fetch-Mode") || h.Has("Sec-Fetch-Site")
}

// unasked is for an answer that lets the page in, to a request for which a browser would have asked for
// permission: whether it would have got that nobody knows.
func (s *sighting) unasked(v *verdict) {
	v.needs, s.reason = "preflight", ReasonUndetermined
	last := s.answers.hops[len(s.answers.hops)-1].response
	s.status, s.fields = last.Status, last.Header
}

// isUnasked tells whether a sighting is of that kind.
func (s *sighting) isUnasked() bool {
	return s.reason == ReasonUndetermined && s.verdict != nil && s.verdict.needs == "preflight" && s.verdict.assumed
}

// notPreflight tells whether somebody asked with OPTIONS, which scripts hardly ever do, and not as a
// browser does before another request.
func (s *sighting) notPreflight() bool { return s.isUnasked() && s.answers.request.Method == "OPTIONS" }

// askedFor is what a preflight asks for.
type askedFor struct {
	method string
	names  []string
}

// asksOther tells whether the preflight of the text is refused for what it did not ask for: servers grant what
// they are asked for.
func (a *answersSeen) asksOther(v *verdict) bool {
	if a.asked.method == "" || v.hop != 0 || a.hops[0].response == nil {
		return false
	}
	switch v.reason {
	case spec.ReasonMethodDisallowedByPreflightResponse:
		return a.asked.method != v.param
	case spec.ReasonHeaderDisallowedByPreflightResponse:
		return !containsFold(a.asked.names, v.param)
	}
	return false
}

// withLaterPreflights gives requests the answers to preflights that were sent by hand after them.
func withLaterPreflights(list []sighting) []sighting {
	var out []sighting
	for i := range list {
		s := &list[i]
		j := len(out) - 1
		for ; j >= 0 && !out[j].wasAsked(s); j-- {
			if len(out)-j >= mostBetween {
				j = 0
			}
		}
		if j < 0 {
			out = append(out, *s)
			continue
		}
		out[j].answers.hops[0].preflight, out[j].answers.asked = s.answers.hops[0].preflight, s.answers.asked
	}
	return out
}

// mostBetween is how far before a preflight its request is looked for.
const mostBetween = 16

// wasAsked tells whether another sighting is the preflight, alone, of the request that this one has with its
// answer, and without a preflight.
func (s *sighting) wasAsked(p *sighting) bool {
	if s.answers == nil || p.answers == nil || p.answers.asked.method == "" || s.answers.asked.method != "" {
		return false
	}
	mine, asked := &s.answers.hops[0], &p.answers.hops[0]
	return mine.response != nil && mine.preflight == nil && asked.response == nil && asked.preflight != nil && s.url != "" && s.url == p.url && s.origin == p.origin &&
		spec.NormalizeMethod(orGET(s.answers.request.Method)) == p.answers.asked.method
}

// titleUnasked is for such an answer.
func (s *sighting) titleUnasked() string {
	if s.otherPreflight {
		return "This answer lets the page in; the preflight (OPTIONS) of the text is not the one that a browser sends before it"
	}
	title := "This answer lets the page in"
	if s.status >= 400 {
		title += ", with its error, " + s.statusText()
	}
	return title + "; the one to the preflight (OPTIONS), which a browser asks for first, is not in the text"
}

// hereUnasked says why a browser would ask first, and that nobody did.
func (s *sighting) hereUnasked() string {
	text := "A browser asks for permission first (OPTIONS), because of " + s.whyAsked() + ", and sends this request only if that is granted."
	switch client := s.answers.client; {
	case s.otherPreflight:
		asked := append([]string{s.answers.asked.method}, s.answers.asked.names...)
		text += fmt.Sprintf(" The preflight of the text asks for %s and not for %s, so that its answer does not show whether that is granted.", strings.Join(asked, ", "), s.param)
	case s.notPreflight():
		text = "The OPTIONS of the text is no preflight: that has Access-Control-Request-Method. So this answer does not show whether a preflight is granted."
	case client != "":
		text += " " + client + " never asks, so that its answer shows nothing of that."
	default:
		text += " Only browsers ask, and this answer shows nothing of that."
	}
	if a := s.answers; !a.credentials {
		if w := a.run(s.browser, spec.CredentialsInclude); w.reason != "" {
			text += fmt.Sprintf(" With credentials: 'include' this answer itself would be blocked (%s).", w.reason)
		}
	}
	return text
}

// doUnasked says what decides it.
func (s *sighting) doUnasked() string {
	text := "Ask the server with the command below: it sends the preflight first, as a browser does, and says whether that is granted."
	if name := s.responseHeaderSet(); name != "" {
		text = "Take " + name + " out of the script: it is for the server to send, and makes the browser ask for a permission that servers hardly give. The command below asks without it, as a browser does."
	}
	if s.status >= 400 {
		text += " Look in the server's log for the error itself."
	}
	return text
}

// whyAsked names what of a request needs permission.
func (s *sighting) whyAsked() string {
	var list []string
	r := s.answers.request
	if m := spec.NormalizeMethod(orGET(r.Method)); !spec.IsSafelistedMethod(m) {
		list = append(list, "its method ("+m+")")
	}
	header := s.answers.scriptHeader()
	for _, name := range spec.UnsafeRequestHeaderNames(unsafeValues(header)) {
		what := "its header " + name
		if v, _ := header.Get(name); v != "" && strings.EqualFold(name, "Content-Type") {
			what = fmt.Sprintf("its content (%s: %s)", name, v)
		}
		list = append(list, what)
	}
	if len(list) == 0 {
		return "how the script makes it"
	}
	if n := len(list) - 1; n > 0 {
		return strings.Join(list[:n], ", ") + " and " + list[n]
	}
	return list[0]
}

// ofPreflight says of an answer that lets the page in what the text does not show of a preflight: of a
// request that a browser sent, why it was granted; of one that is not in the text, that it may need one.
// Empty where it is shown, or is not needed.
func (s *sighting) ofPreflight() string {
	a := s.answers
	switch {
	case a == nil || s.verdict == nil || a.complete:
		return ""
	case s.verdict.assumed:
		return "The preflight (OPTIONS) is not in the text. The browser sent this request, which it does only with a preflight granted just before or kept from earlier (Access-Control-Max-Age)."
	case a.unseen && s.method == "" && len(a.request.Header) == 0 && !sameOrigin(s.origin, s.url):
		return "What was asked is not in the text. If it is another method than GET, HEAD or POST, or has JSON, Authorization or headers of the script's own, a preflight (OPTIONS) has to be granted as well: name those with -X and -H."
	}
	return ""
}

// reasonGranted is that of a preflight that stands alone, and is granted.
const reasonGranted spec.Reason = "granted"

// hereGranted says what a preflight grants that stands alone.
func (s *sighting) hereGranted() string {
	asked := strings.Join(s.permissions(), ", ")
	text := "It was asked for " + asked + ". The answer to the request itself is not in the text."
	if s.answers.unseen {
		text = "It grants what you name, " + asked + ". The answer to the request itself is not in the text."
	}
	if s.departs() {
		text += " " + starAuthorization
	}
	return strings.TrimSpace(text + " " + s.withCredentials())
}

// starAuthorization is said where a preflight is granted by what the standard does not take for enough.
const starAuthorization = "Today's browsers take Access-Control-Allow-Headers: * for Authorization too. By the Fetch Standard * does not cover it; name it, as in Access-Control-Allow-Headers: *, Authorization."
