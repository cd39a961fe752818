package diagnose

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// What was received and what was wanted, as lines of the answer. A line that is not
// there, or should not be, is "(no NAME)".

// diff are the lines of an answer that decided, and those in their place that would
// have been right, as its cause has it.
func diff(e *Explained, cause string) (received, wanted []string) {
	if received, wanted = e.redirected(cause); received != nil {
		return received, wanted
	}
	received, wanted = sides(e)
	if allowed, _ := e.Check.Policy.AllowsOrigin(e.Seen.Origin); e.Effect == agent.EffectLockedOut && !e.Seen.NoOrigin && !allowed {
		return []string{agent.Show(e.Actual)}, []string{e.inWords()} // a redirect changed who asks: no line of this answer lets it in
	}
	if slices.Equal(received, wanted) { // the lines are as they should be: what is wrong is not in them
		return []string{agent.Show(e.Actual)}, []string{e.inWords()}
	}
	return received, wanted
}

// redirected are both sides where no header on the redirect helps; nil: that is not so.
func (e *Explained) redirected(cause string) (received, wanted []string) {
	s := &e.Seen
	switch redirect := e.facts["redirect"] != nil && !s.Preflight; {
	case cause == "redirected-login" && redirect:
		return append(statusLine(&e.Symptom), e.lines(allowOrigin)...), append([]string{"401 Unauthorized"}, e.rightOrigin()...)
	case cause == "redirected-other-origin" && redirect:
		return statusLine(&e.Symptom), []string{noRedirect}
	case (cause == "redirected-other-origin" || cause == "redirected-login") && e.Effect == agent.EffectLockedOut && s.Origin == "null":
		return e.lines(allowOrigin), []string{noRedirect}
	}
	return nil, nil
}

// noRedirect stands for what is not to be answered.
const noRedirect = "(no redirect to another origin)"

// sides are both sides as the symptom has them.
func sides(e *Explained) (received, wanted []string) {
	s := &e.Symptom
	switch {
	case refused(&s.Seen):
		_, why, _ := strings.Cut(s.Actual, ": ")
		return []string{"(" + refusedAnswer + ": " + agent.Show(cmp.Or(why, s.Actual)) + ")"}, []string{"an answer that is HTTP"}
	case s.Seen.Status == 0:
		return []string{"(no answer)"}, []string{"an answer"}
	case s.Predicate == "grow": // each answer by itself is as it should be, and the words are ours
		return []string{s.Actual}, []string{s.Expected}
	case s.Effect == agent.EffectUnavailable || s.Predicate == "status":
		return statusLine(s), []string{e.inWords()}
	case s.Effect == agent.EffectLetIn:
		return e.tooMuch()
	case s.Effect == agent.EffectLockedOut && s.Seen.Preflight && !spec.OKStatus(s.Seen.Status):
		received, wanted = e.lists()
		return slices.Concat(statusLine(s), e.lines(allowOrigin), received), slices.Concat([]string{"204 No Content"}, e.right(allowOrigin), wanted)
	}
	field := first(e.facts["field"])
	if p := e.Check.Policy; field == "vary" && e.Seen.NoOrigin && e.Seen.AllowOrigin.N == 0 && p.AnyOrigin() && !p.Credentials {
		field = allowOrigin // the answer is another because it lacks the *
	}
	if field == "" {
		return []string{agent.Show(s.Actual)}, []string{e.inWords()}
	}
	received, wanted = e.lines(field), e.right(field)
	if field == allowOrigin && s.Effect == agent.EffectLockedOut && s.Seen.Preflight {
		r, w := e.lists()
		received, wanted = append(received, r...), append(wanted, w...)
	}
	if field == allowOrigin && slices.Contains(e.facts["lost"], "yes") && s.Seen.Status >= 300 {
		received = append(statusLine(s), received...)
		wanted = append(statusLine(s), wanted...)
	}
	return received, wanted
}

// ListsAllow tells whether the lists of a preflight's answer allow its method, and all names of
// its headers, as the model decides it with nothing else in the answer. A list that is none allows nothing.
func ListsAllow(mode spec.CredentialsMode, method string, names []string, h spec.Header) (methods, headers bool) {
	only := func(field string) spec.Header {
		list := spec.Header{{Name: allowOrigin, Value: "null"}, {Name: allowCredentials, Value: "true"}}
		for _, v := range h.Values(field) {
			list.Add(field, v)
		}
		return list
	}
	lower := make([]string, len(names))
	for i, name := range names {
		lower[i] = strings.ToLower(name)
	}
	noMethod, _ := spec.CheckPreflight("null", mode, method, nil, http.StatusOK, only(allowMethods))
	noName, _ := spec.CheckPreflight("null", mode, http.MethodGet, lower, http.StatusOK, only(allowHeaders))
	return noMethod == "", noName == ""
}

// lists are the lines of the methods and the headers of a preflight, where they have not what
// it asks for: without these its request is blocked all the same. Package explain decides by the same
// (ListsAllow) and writes other lines: here there is a policy, and an answer that was seen, so that the whole list
// stands in the place of what was received; there is one request, of which the list may not even be
// shown, and its names are added to what is.
func (e *Explained) lists() (received, wanted []string) {
	s := &e.Seen
	add := func(field string, ok bool) {
		if ok {
			return
		}
		if s.Field(field).N > 0 {
			received = append(received, e.lines(field)...)
		}
		wanted = append(wanted, e.right(field)...)
	}
	mode := spec.CredentialsSameOrigin
	if s.Credentials {
		mode = spec.CredentialsInclude
	}
	names := strings.FieldsFunc(s.Names, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	methods, headers := ListsAllow(mode, cmp.Or(s.Method, http.MethodGet), names, s.Header())
	add(allowMethods, methods)
	add(allowHeaders, headers)
	return received, wanted
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func statusLine(s *agent.Symptom) []string {
	line := strings.TrimSpace(strconv.Itoa(s.Seen.Status) + " " + http.StatusText(s.Seen.Status))
	if s.Seen.Location != "" && spec.RedirectStatus(s.Seen.Status) {
		return []string{line, "Location: " + agent.Show(s.Seen.Location)}
	}
	return []string{line}
}

// lines are those of a field as they were received.
func (e *Explained) lines(field string) []string {
	name := http.CanonicalHeaderKey(field)
	l := e.Seen.Field(field)
	if l.N == 0 {
		return []string{"(no " + name + ")"}
	}
	var list []string
	for line := range strings.SplitSeq(l.Text, "\n") {
		list = append(list, name+": "+agent.Show(line))
	}
	return list
}

// right are the lines of a field as the policy means them.
func (e *Explained) right(field string) []string {
	p, name := e.Check.Policy, http.CanonicalHeaderKey(field)
	line := func(value string) []string { return []string{name + ": " + agent.Show(value)} }
	if e.Predicate == "absent" && field != allowOrigin && field == first(e.facts["field"]) {
		return []string{"(no " + name + ")"}
	}
	if e.Predicate == "lists_only" {
		return []string{e.listWithout(field)}
	}
	switch field {
	case allowOrigin:
		return e.rightOrigin()
	case allowCredentials:
		if p.Credentials && e.Effect == agent.EffectLockedOut {
			return line("true")
		}
	case allowMethods:
		if e.Effect == agent.EffectLockedOut {
			return line(strings.Join(e.withParameter(p.Methods, e.Seen.Method, ""), ", "))
		}
	case allowHeaders:
		if e.Effect == agent.EffectLockedOut {
			return line(strings.Join(e.withParameter(p.RequestHeaders, e.Asked.Parameter, "authorization"), ", "))
		}
	case exposeHeaders:
		if len(p.ExposeHeaders) > 0 {
			return line(strings.Join(p.ExposeHeaders, ", "))
		}
	case maxAge:
		if p.MaxAge != nil {
			return line(strconv.Itoa(*p.MaxAge))
		}
	case "vary":
		return e.rightVary()
	default:
		return []string{e.inWords()}
	}
	return []string{"(no " + name + ")"}
}

// listWithout is a list as it was received, without what the policy does not state.
func (e *Explained) listWithout(field string) string {
	p := e.Check.Policy
	list := e.Seen.Header().Elements(field)
	stated := map[string][]string{allowMethods: p.Methods, allowHeaders: p.RequestHeaders, exposeHeaders: p.ExposeHeaders}[field]
	more := cases.Grants(field, list, stated)
	return listOrNone(field, slices.DeleteFunc(list, func(name string) bool { return slices.Contains(more, name) }))
}

// withParameter is a list with the name that was asked for. For a request with credentials * is no wildcard, and it never
// covers bare.
func (e *Explained) withParameter(list []string, name, bare string) []string {
	switch creds := slices.Contains(e.facts["credentials"], "yes"); {
	case name == "", slices.Contains(list, name), slices.Contains(list, "*") && !creds && !strings.EqualFold(name, bare):
		return list
	case creds:
		list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "*" })
	}
	return append(slices.DeleteFunc(slices.Clone(list), func(s string) bool { return strings.EqualFold(s, name) }), name)
}

// rightOrigin is the grant for who asked, or its absence.
func (e *Explained) rightOrigin() []string {
	s, p := &e.Seen, e.Check.Policy
	allowed, _ := p.AllowsOrigin(s.Origin)
	switch {
	case !allowed:
		return []string{fmt.Sprintf("(no Access-Control-Allow-Origin for %s)", orNobody(s.Origin))}
	case p.AnyOrigin() && !p.Credentials:
		return []string{"Access-Control-Allow-Origin: *"}
	}
	lines := []string{"Access-Control-Allow-Origin: " + agent.Show(s.Origin)}
	if e.Asked.Credentials || s.Credentials && p.Credentials {
		lines = append(lines, "Access-Control-Allow-Credentials: true")
	}
	return lines
}

func orNobody(origin string) string {
	if origin == "" {
		return "a request without Origin"
	}
	return agent.Show(strings.ReplaceAll(origin, "\n", " and "))
}

// rightVary adds Origin to what the answer varies by.
func (e *Explained) rightVary() []string {
	list := slices.DeleteFunc(e.Seen.Header().Elements("Vary"), func(v string) bool { return v == "*" || strings.EqualFold(v, "Origin") })
	if e.Effect != agent.EffectCacheUnsafe {
		return []string{e.inWords()}
	}
	return []string{"Vary: " + agent.Show(strings.Join(append(list, "Origin"), ", "))}
}

// tooMuch are the lines by which somebody was let in.
func (e *Explained) tooMuch() (received, wanted []string) {
	grants := first(e.facts["grants"])
	if (grants == "method" || grants == "header") && !e.Seen.Preflight { // what granted it is not in this answer
		return []string{agent.Show(e.Actual)}, []string{e.inWords()}
	}
	switch grants {
	case "method":
		return e.lines(allowMethods), []string{listOrNone(allowMethods, e.Check.Policy.Methods)}
	case "header":
		return e.lines(allowHeaders), []string{listOrNone(allowHeaders, e.Check.Policy.RequestHeaders)}
	case "exposed":
		return e.lines(exposeHeaders), []string{listOrNone(exposeHeaders, e.Check.Policy.ExposeHeaders)}
	case "credentials":
		return append(e.lines(allowOrigin), e.lines(allowCredentials)...), []string{"(no Access-Control-Allow-Credentials)"}
	case "origin":
		received = e.lines(allowOrigin)
		if e.Seen.AllowCredentials.N > 0 {
			received = append(received, e.lines(allowCredentials)...)
		}
		return received, []string{fmt.Sprintf("(no Access-Control-Allow-Origin for %s)", orNobody(e.Seen.Origin))}
	}
	return []string{agent.Show(e.Actual)}, []string{e.inWords()}
}

func listOrNone(field string, list []string) string {
	name := http.CanonicalHeaderKey(field)
	if len(list) == 0 {
		return "(no " + name + ")"
	}
	return name + ": " + agent.Show(strings.Join(list, ", "))
}
