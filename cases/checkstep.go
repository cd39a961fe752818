package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The possible values of the fields of a step; "" is the default.
var (
	apis = []string{"", "fetch", "xhr", "img", "script", "module", "font", "stylesheet", "eventsource", "beacon", "canvas",
		"video", "audio", "track", "mask", "shape", "fetchlater", websocket, "navigate"}

	modes        = []string{"", "cors", "no-cors", "same-origin"}
	credentials  = []string{"", "omit", "same-origin", "include", statedCredentials}
	redirects    = []string{"", "follow", "error", "manual"}
	cacheModes   = []string{"", "default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"}
	crossorigins = []string{"", "anonymous", "use-credentials"}
	bodyKinds    = []string{"", "urlsearchparams", "formdata", "blob", "bytes", "stream"}
	connections  = []string{"", "new", "same", "pipelined"}
	outcomes     = []string{"allowed", "blocked", "type-error"}
	types        = []string{"", "basic", "cors", "opaque", "opaqueredirect"}
)

// maxRepeat bounds Wire.Repeat: more lines than any server reads.
const maxRepeat = 1000

// status is one accepted status of a StatusSet.
var status = regexp.MustCompile(`^(not )?([1-5]xx|[1-5][0-9][0-9])$|^(<|<=|>|>=)[1-9]00$`)

// step checks the structure of one step.
func (k *caseChecker) step(i int) {
	s := &k.c.Steps[i]
	path := at("steps", i)
	switch {
	case s.Request == nil && s.Wire == nil:
		k.bad(MissingKey, path, path+" has neither request nor wire", "exactly one of them")
	case s.Request != nil && s.Wire != nil:
		k.bad(Conflict, path, path+" has both request and wire", "exactly one of them")
	case s.Request != nil && len(s.Answer) > 0:
		k.bad(Conflict, path+".answer", "answer stands beside request", "expect; answer is what a wire step expects")
	case s.Wire != nil && s.Expect != nil:
		k.bad(Conflict, path+".expect", "expect stands beside wire", "answer; expect is what a request step expects")
	}
	if s.Name != "" && slices.IndexFunc(k.c.Steps, func(o Step) bool { return o.Name == s.Name }) < i {
		k.bad(Duplicate, path+".name", fmt.Sprintf("there is a step %q already", s.Name), "another name")
	}
	k.oneOf(path+".each", string(s.Each), eaches)
	if s.Times < 0 || s.Parallel < 0 {
		k.bad(BadValue, path, "times or parallel is negative", "0 or more")
	}
	if s.Request != nil {
		k.request(s.Request, path+".request")
	}
	if s.Wire != nil {
		k.wire(s.Wire, path+".wire", i)
	}
	if s.Expect != nil {
		k.expect(s.Expect, path+".expect")
	}
	if s.Grow != nil {
		k.grow(s, path+".grow")
	}
	k.predicates(s.Answer, path+".answer", i)
	if i == len(k.c.Steps)-1 && k.c.Level != Info &&
		!slices.ContainsFunc(k.c.Steps, func(s Step) bool { return s.Expect != nil || len(s.Answer) > 0 }) {
		k.bad(MissingKey, path, "no step expects anything", "expect (of a request) or answer (of a wire step); only info cases can do without")
	}
}

func (k *caseChecker) request(r *Request, path string) {
	if r.Origin == "" {
		k.bad(MissingKey, path+".origin", path+".origin is missing", "the origin of the page, such as \"{{allowed}}\"")
	}
	k.path(r.Path, path+".path", false)
	k.oneOf(path+".api", r.API, apis)
	k.oneOf(path+".mode", r.Mode, modes)
	k.oneOf(path+".credentials", r.Credentials, credentials)
	k.oneOf(path+".redirect", r.Redirect, redirects)
	k.oneOf(path+".cache", r.Cache, cacheModes)
	k.oneOf(path+".crossorigin", r.Crossorigin, crossorigins)
	if r.Body != nil {
		k.oneOf(path+".body.kind", r.Body.Kind, bodyKinds)
	}
	if r.API == "xhr" {
		for _, f := range []struct{ key, value, only string }{
			{"mode", r.Mode, "cors"}, {"redirect", r.Redirect, "follow"}, {"cache", r.Cache, ""},
		} {
			if f.value != "" && f.value != f.only {
				k.bad(Conflict, path+"."+f.key, fmt.Sprintf("an XMLHttpRequest cannot have %s: %s", f.key, f.value), "api: fetch, or without it")
			}
		}
		if r.Credentials == "omit" || r.Body != nil && r.Body.Kind == "stream" {
			k.bad(Conflict, path, "an XMLHttpRequest cannot have credentials: omit or a stream as its body", "api: fetch")
		}
	} else if r.UploadListener {
		k.bad(Conflict, path+".upload_listener", "upload_listener is for XMLHttpRequest", "api: xhr")
	}
}

func (k *caseChecker) path(value, path string, target bool) {
	if value == "" || strings.HasPrefix(value, "/") || target && strings.HasPrefix(value, "=") || strings.HasPrefix(value, "{{") {
		return
	}
	want := "a path below the policy's base, such as /ok?x=1"
	if target {
		want += "; or = and the whole request target"
	}
	k.bad(BadValue, path, fmt.Sprintf("%s is %q", path, value), want)
}

func (k *caseChecker) wire(w *Wire, path string, i int) {
	k.path(w.Path, path+".path", true)
	k.oneOf(path+".connection", w.Connection, connections)
	if w.Repeat < 0 || w.Repeat > maxRepeat || w.Repeat > 1 && len(w.Headers) == 0 {
		k.bad(BadValue, path+".repeat", fmt.Sprintf("%s.repeat is %d", path, w.Repeat), fmt.Sprintf("up to %d times the last of the headers", maxRepeat))
	}
	for j, c := range w.Carry {
		path := at(path+".carry", j)
		switch {
		case c.Name == "" || c.Step == "" || c.Field == "":
			k.bad(MissingKey, path, path+" is not complete", "name, step and field")
		case !slices.ContainsFunc(k.c.Steps[:i], func(s Step) bool { return s.Name == c.Step && s.Wire != nil }):
			k.bad(BadValue, path, fmt.Sprintf("%s.step is %q, no raw step before has that name", path, c.Step), "the name of an earlier wire step")
		}
	}
	if i == 0 && (w.Connection == "same" || w.Connection == "pipelined") {
		k.bad(Conflict, path+".connection", "the first step has no connection before it", `"new" or nothing`)
	}
}

func (k *caseChecker) grow(s *Step, path string) {
	g := s.Grow
	switch {
	case s.Wire == nil:
		k.bad(Conflict, path, path+" stands beside no raw request", "wire, whose head grows")
	case s.Times > 1 || s.Parallel > 1:
		k.bad(Conflict, path, "times or parallel stands beside grow", "neither: how often is decided by what is measured")
	case g.Unit == "":
		k.bad(MissingKey, path+".unit", path+".unit is missing", "what is repeated, such as \",\"")
	case g.Lines && (g.Begin != "" || g.End != "" || g.Beside != ""):
		k.bad(Conflict, path, path+" has lines and a beginning or an end", "unit alone: a whole field line")
	case !g.Lines && g.Begin == "":
		k.bad(MissingKey, path+".begin", path+".begin is missing", "how the field line begins: \"Access-Control-Request-Headers: x\"")
	}
}

func (k *caseChecker) statuses(set StatusSet, path string) {
	for _, s := range set {
		if !status.MatchString(s) {
			k.bad(BadValue, path, fmt.Sprintf("%s is %q", path, s), `a status such as 200, 2xx, "not 5xx" or "<500"`)
		}
	}
}

func (k *caseChecker) expect(e *Expect, path string) {
	if e.Outcome == "" {
		k.bad(MissingKey, path+".outcome", path+".outcome is missing", "one of "+strings.Join(outcomes, ", "))
	} else {
		k.oneOf(path+".outcome", e.Outcome, outcomes)
	}
	k.oneOf(path+".type", e.Type, types)
	k.statuses(e.Status, path+".status")
	if e.Outcome != "blocked" && len(e.Reasons) > 0 {
		k.bad(Conflict, path+".reasons", "reasons stand beside outcome "+e.Outcome, "outcome: blocked")
	}
	if e.Outcome != "allowed" && (e.Type != "" || len(e.Readable) > 0 || len(e.Hidden) > 0 || e.Body != nil || e.Timing != nil || len(e.Status) > 0) {
		k.bad(Conflict, path, "a script reads nothing of a request that is "+e.Outcome, "type, status, readable, hidden, timing and body_contains only with outcome: allowed")
	}
	for i, r := range e.Reasons {
		if !knownReason(r) {
			k.bad(BadValue, at(path+".reasons", i), fmt.Sprintf("there is no reason %q%s", r, didYouMean(r, reasons())), "a reason code of package spec")
		}
	}
}

// predicates checks a list of predicates of step i.
func (k *caseChecker) predicates(list []Predicate, path string, i int) {
	for j := range list {
		k.predicate(&list[j], at(path, j), i)
	}
}

func (k *caseChecker) predicate(p *Predicate, path string, i int) {
	set := p.keys()
	pair := slices.Equal(set, []string{"if", "then"})
	switch {
	case len(set) == 0:
		k.bad(MissingKey, path, path+" says nothing", "exactly one predicate")
	case len(set) == 1 && (set[0] == "if" || set[0] == "then"):
		k.bad(MissingKey, path, path+" has "+set[0]+" alone", "if and then together")
	case len(set) > 1 && !pair:
		k.bad(Conflict, path, path+" has "+strings.Join(set, " and "), "exactly one predicate; write the others as items of their own")
	}
	k.about(p, path)
	if refers := p.entry().refers; refers != nil {
		if name := refers(p); !slices.ContainsFunc(k.c.Steps[:i], func(s Step) bool { return s.Name == name && s.Each == "" }) {
			k.bad(BadValue, path, fmt.Sprintf("%s.%s is %q, no step before has that name", path, p.Key(), name), "the name of an earlier step that is not repeated (each)")
		}
	}
	p.lists(path, func(list []Predicate, path string) { k.predicates(list, path, i) })
}

// about checks what a predicate is about: statuses, field names, elements of lists, alternatives.
func (k *caseChecker) about(p *Predicate, path string) {
	for _, set := range fieldsOf[StatusSet](p) {
		k.statuses(*set, path+"."+p.Key())
	}
	for _, v := range fieldsOf[*FieldList](p) {
		if len((*v).Values) == 0 {
			k.bad(MissingKey, path, path+" has no values", "a list of elements under values")
		}
	}
	if g := p.HeadGrows; g != nil && g.AtMost <= 0 {
		k.bad(BadValue, path, path+".at_most is not above 0", "a number of bytes")
	}
	for _, alternatives := range fieldsOf[[][]Predicate](p) {
		if slices.ContainsFunc(*alternatives, func(alt []Predicate) bool { return len(alt) == 0 }) {
			k.bad(MissingKey, path, path+"."+p.Key()+" has an empty alternative", "predicates")
		}
	}
	for _, n := range p.names() {
		if !token.MatchString(n) && !strings.Contains(n, "{{") {
			k.bad(BadValue, path, fmt.Sprintf("%s: %q is no field name", path, n), "a name such as Access-Control-Allow-Origin")
		}
	}
}

// expanded checks what the templates gave; from says which of the case's steps
// each one is. said holds what was reported for
// another policy already.
func (k *caseChecker) expanded(steps []Step, from []int, said map[string]bool) {
	report := func(path, what, want string) {
		if !said[path] {
			said[path] = true
			k.bad(BadValue, path, path+": "+what, want)
		}
	}
	for n, s := range steps {
		i := from[n]
		if r := s.Request; r != nil {
			path := at("steps", i) + ".request"
			if r.Origin != "null" && checkOrigin(r.Origin) != nil {
				report(path+".origin", checkOrigin(r.Origin).Error(), "an origin that a page can have, or \"null\"; a wire step can send any bytes")
			}
			for j, line := range r.Headers {
				if name, _, ok := strings.Cut(line, ":"); !ok || name == "" {
					report(at(path+".headers", j), fmt.Sprintf("%q is no header line", FromBytes(line)), `"Name: value"`)
				}
			}
		}
		if w := s.Wire; w != nil {
			for j, line := range w.Headers {
				if strings.ContainsAny(line, "\r\n") && !strings.Contains(line, "\n ") && !strings.Contains(line, "\n\t") {
					report(at(at("steps", i)+".wire.headers", j), fmt.Sprintf("%q has a line break", FromBytes(line)), "one raw field line; a folded one goes on with a blank")
				}
			}
		}
		walkPredicates(s.Answer, at("steps", i)+".answer", func(p *Predicate, path string) {
			for _, m := range fieldsOf[*FieldValue](p) {
				if _, err := regexp.Compile((*m).Value); p.entry().pattern && err != nil {
					report(path, err.Error(), "a regular expression as RE2 has them")
				}
			}
		})
	}
}
