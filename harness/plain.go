package harness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// The plain exchange is what the typical script of a declared policy does: a
// request, or a preflight, of a declared origin, and nothing else about it. When
// that is not granted, a check about a second property (that it holds after
// another request, in a burst, of another spelling) has nothing to look at: it is
// undecided, and the plain one says what is wrong.

// refused is a plain exchange that is not granted.
type refused struct {
	agent.Asked
	reason string
}

// covers tells whether a failure follows from the refusal: the same was asked
// for, whatever else the check asks.
func (p *refused) covers(f *agent.Symptom) bool {
	a := f.Asked
	switch {
	case !f.Refusal || f.Reason == "" || a.Preflight != p.Preflight:
		return false
	case a.Instead:
		return agent.OfExchange(f.Reason) == agent.OfExchange(p.reason)
	case a.Origin != p.Origin, p.Credentials && !a.Credentials:
		return false
	}
	return p.Parameter == "" || p.Parameter == a.Parameter
}

// String says what is not granted.
func (p *refused) String() string {
	how := ""
	if p.Credentials {
		how = " with credentials"
	}
	if !p.Preflight {
		return fmt.Sprintf("the plain request of %s%s is not shared: %s", agent.Show(p.Origin), how, p.reason)
	}
	if p.Parameter != "" {
		how += " for " + agent.Show(p.Parameter)
	}
	return fmt.Sprintf("the plain preflight of %s%s is not granted: %s", agent.Show(p.Origin), how, p.reason)
}

// settlePlain gives the results of an ordinary endpoint, in which undecided is what
// failed only because a plain exchange is not granted. The checks of plain exchanges
// stay failures. If none of them ran it goes by otherwise. The results that it is
// given stay as they are.
func settlePlain(entries []*entry, results []Result, otherwise []refused) []Result {
	var known []refused
	ran := false // some check of a plain exchange
	settled := slices.Clone(results)
	for i := range settled {
		settled[i] = without(entries[i].check, settled[i], unread)
	}
	for i := range settled {
		asks := plain(entries[i].check)
		if asks == 0 || settled[i].Verdict == agent.VerdictSkip {
			continue
		}
		ran = true
		if refusals := refusals(&settled[i]); len(refusals) > 0 {
			settled[i].Plain = asks
			known = append(known, refusals...)
		}
	}
	if !ran {
		known = otherwise
	}
	for i := range settled {
		if settled[i].Plain == 0 {
			settled[i] = follow(entries[i].check, settled[i], known)
		}
	}
	return settled
}

// refusals are what the result of a plain exchange shows not to be granted.
func refusals(r *Result) []refused {
	var list []refused
	for _, f := range allFailures(r) {
		if f.Refusal && f.Reason != "" && !f.Asked.Instead {
			list = append(list, refused{f.Asked, f.Reason})
		}
	}
	return list
}

// follow is the result, undecided where all its failures follow from what is known.
func follow(c *cases.Check, res Result, known []refused) Result {
	return without(c, res, func(failures []agent.Symptom) string { return following(failures, known) })
}

// without is the result, undecided where why says of all failures of an agent why they show nothing.
func without(c *cases.Check, res Result, why func(failures []agent.Symptom) string) Result {
	agents := slices.Clone(res.Agents)
	changed := false
	for i := range agents {
		a := &agents[i]
		if a.Verdict != agent.VerdictFail && a.Verdict != agent.VerdictWarn {
			continue
		}
		if why := why(a.Failures); why != "" {
			a.Verdict, a.Note, changed = agent.VerdictUndecided, why, true
		}
	}
	if !changed {
		return res
	}
	res.Agents = agents
	return concluded(c, res)
}

// unread is why failures that are all about Access-Control-Expose-Headers show nothing: no script reads the
// headers of a redirect, which is followed, or is opaque.
func unread(failures []agent.Symptom) string {
	if len(failures) == 0 || slices.ContainsFunc(failures, func(f agent.Symptom) bool {
		return !strings.EqualFold(f.Field, "Access-Control-Expose-Headers") || !spec.RedirectStatus(f.Seen.Status) || f.Seen.Location == ""
	}) {
		return ""
	}
	return "the answer is a redirect, of which no script reads the headers"
}

// following is why all of the failures follow from plain exchanges, in the
// words of the first; empty if one does not.
func following(failures []agent.Symptom, known []refused) string {
	why := ""
	for i := range failures {
		at := slices.IndexFunc(known, func(p refused) bool { return p.covers(&failures[i]) })
		if at < 0 {
			return ""
		}
		if why == "" {
			why = known[at].String()
		}
	}
	return why
}

func allFailures(r *Result) []agent.Symptom {
	var list []agent.Symptom
	for _, a := range r.Agents {
		list = append(list, a.Failures...)
	}
	return list
}

// plain is how plain an exchange a check is about: one request, once, of a
// declared origin, with one thing at most that the policy has to allow. 1 is the
// plainest, 0 none. The checks that repeat one for every stated origin, method
// and header are of plain exchanges, too.
func plain(c *cases.Check) int {
	const stated = 4 // behind the single ones
	if c.Case.Group == "stated-policy" {
		return stated
	}
	if len(c.Steps) != 1 || c.Case.Via != "" || c.Case.Over != "" {
		return 0
	}
	s := &c.Steps[0]
	if s.Times > 1 || s.Parallel > 1 || s.After > 0 {
		return 0
	}
	if s.Wire != nil {
		return plainWire(s, c.Policy)
	}
	return plainRequest(s.Request, c.Policy)
}

func plainWire(s *cases.Step, p *cases.Policy) int {
	w := s.Wire
	if ok, _ := cases.Sendable(s); !ok || w.Path != "" && w.Path != "/ok" || w.Body != "" {
		return 0
	}
	asks, from := 1, ""
	if w.Method != "" && w.Method != "GET" {
		asks++
	}
	for _, line := range w.Headers {
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "Origin":
			from = value
		case "Access-Control-Request-Method", "Cookie":
		case "Access-Control-Request-Headers":
			asks++
			if strings.Contains(value, ",") {
				return 0
			}
		default:
			return 0
		}
	}
	if !slices.Contains(p.AllowedOrigins(), from) {
		return 0
	}
	return asks
}

func plainRequest(r *cases.Request, p *cases.Policy) int {
	for _, field := range [][]string{
		{r.API, "", "fetch", "xhr"}, {r.Path, "", "/ok"}, {r.Mode, "", "cors"}, {r.Redirect, "", "follow"}, {r.Cache, "", "default"},
		append([]string{r.Origin}, p.AllowedOrigins()...),
	} {
		if !slices.Contains(field[1:], field[0]) {
			return 0
		}
	}
	if r.UploadListener || r.Keepalive || len(r.Headers) > 1 || r.Method != spec.NormalizeMethod(r.Method) {
		return 0
	}
	if b := r.Body; b != nil && (b.Kind != "" || b.Repeat > 1) {
		return 0
	}
	asks := 1
	for _, line := range r.Headers {
		asks++
		if name, value, _ := strings.Cut(line, ":"); spec.IsForbiddenRequestHeader(name, value) {
			return 0
		}
	}
	if r.Method != "" && r.Method != "GET" {
		asks++
	}
	return asks
}
