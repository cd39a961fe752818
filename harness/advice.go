package harness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// What to change, by what was seen. A case's own fix is about the property that
// the case looks at. Where its request was kept out for a reason of the browser's
// (a header that is missing, a name that is not listed), that reason is what has to go
// first, and the case's fix would speak of something else.

// advice is the fix for each of the reasons; a preflight's own are those of
// any answer (see adviceFor).
var advice = map[spec.Reason]string{
	spec.ReasonMissingAllowOriginHeader: "Send Access-Control-Allow-Origin with the origin of the request, on every answer to an origin that is allowed, errors and redirects included.",
	spec.ReasonAllowOriginMismatch: "Send in Access-Control-Allow-Origin the very value of the request's Origin field, if that origin is allowed: " +
		"scheme, host and port, no slash at the end.",
	spec.ReasonInvalidAllowOriginValue: "Send in Access-Control-Allow-Origin one whole origin, scheme included (https://app.example), or *; " +
		"browsers know no other form, and no wildcard within a host.",
	spec.ReasonMultipleAllowOriginValues: "Send one Access-Control-Allow-Origin line with one origin. Two lines come of two layers that both set it (the application and a proxy): " +
		"let one of them do it. Of a list of origins, send the one that asked.",
	spec.ReasonWildcardOriginNotAllowed: "Send the origin that asked, if it is allowed, in place of *: for a request with credentials * does not count. Add Vary: Origin.",
	spec.ReasonInvalidAllowCredentials: "Send Access-Control-Allow-Credentials: true, in one line and these small letters, " +
		"with preflights and with the answers to the requests themselves; or let the script make its requests without credentials.",
	spec.ReasonPreflightInvalidStatus: "Answer preflights (OPTIONS with Origin and Access-Control-Request-Method) with 200 or 204, " +
		"before routing and authentication: they carry no credentials and no token.",
	spec.ReasonPreflightDisallowedRedirect: "Answer the preflight itself, not with a redirect: browsers do not follow one. " +
		"If the redirect adds a slash, a host or https, let the script ask for the final URL.",
	spec.ReasonMethodDisallowedByPreflightResponse:  "List the method in Access-Control-Allow-Methods of the preflight's answer; upper and lower case differ.",
	spec.ReasonHeaderDisallowedByPreflightResponse:  "List the header in Access-Control-Allow-Headers of the preflight's answer; a * there covers neither Authorization nor any header of a request with credentials.",
	spec.ReasonInvalidAllowMethodsPreflightResponse: "Send in Access-Control-Allow-Methods method names separated by commas, and nothing else.",
	spec.ReasonInvalidAllowHeadersPreflightResponse: "Send in Access-Control-Allow-Headers field names separated by commas, and nothing else.",
}

// adviceFor is the fix for a reason; "" for one that has none.
func adviceFor(r spec.Reason) string {
	if text, ok := advice[r]; ok {
		return text
	}
	rest, ok := strings.CutPrefix(string(r), "Preflight")
	if text := advice[spec.Reason(rest)]; ok && text != "" {
		return text
	}
	return ""
}

// Advice is what to change for a result to become a pass: by the reasons why
// requests that a browser can send were kept out, or else fix, what the case says.
func (r *Result) Advice(fix string) string {
	var list []string
	add := func(text string) {
		if text != "" && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	own := true
	for i := range r.Agents {
		a := &r.Agents[i]
		for _, f := range a.Failures {
			text := adviceFor(spec.Reason(f.Reason))
			if !f.Refusal || !f.Sendable || text == "" {
				continue
			}
			own = false
			add(text)
			add(refusedWith(a, spec.Reason(f.Reason)))
		}
	}
	switch {
	case own && r.sharedWithAll():
		return "Do not send *: it lets every site read. Send the origin that asked, if it is one of those allowed, and Vary: Origin."
	case own:
		return fix
	}
	return strings.Join(list, "\n")
}

// sharedWithAll tells whether somebody was let in by *, where there is no
// comparison of origins that could be wrong.
func (r *Result) sharedWithAll() bool {
	for i := range r.Agents {
		a := &r.Agents[i]
		letIn := slices.ContainsFunc(a.Failures, func(f agent.Symptom) bool { return f.Effect == agent.EffectLetIn })
		for k := range a.Exchanges {
			if v, _ := a.Exchanges[k].Response.Get("Access-Control-Allow-Origin"); letIn && v == "*" {
				return true
			}
		}
	}
	return false
}

// refusedWith adds the status where an answer without the header is an error:
// then it may come from a layer before the one that adds CORS headers.
func refusedWith(a *agent.Result, r spec.Reason) string {
	if r != spec.ReasonMissingAllowOriginHeader && r != spec.ReasonPreflightMissingAllowOriginHeader {
		return ""
	}
	for i := range a.Exchanges {
		x := &a.Exchanges[i]
		if x.Status >= 300 && x.Status != 304 && !x.Response.Has("Access-Control-Allow-Origin") {
			return fmt.Sprintf("The answer has status %d: if it comes from authentication, routing or a proxy before the layer that adds the CORS headers, put that layer first.", x.Status)
		}
	}
	return ""
}
