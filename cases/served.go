package cases

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Methods is what is known of the methods that an ordinary endpoint serves: true
// for one that it serves, false for one that it does not. Nothing is known of a
// method that is not there. The nil map knows nothing at all.
type Methods map[string]bool

// lacks says whether the endpoint is known not to serve the method.
func (m Methods) lacks(method string) bool {
	served, known := m[method]
	return known && !served
}

// Endpoint is what is known of an ordinary endpoint.
type Endpoint struct {
	Methods Methods
	// Carrier is the method of the requests that are judged, in the place of GET; empty:
	// GET, or POST where the endpoint has no GET, or HEAD where it has neither.
	Carrier string
	// Content is what requests of that method are sent with, those of which a case says
	// nothing else; nil: nothing.
	Content *string
}

// On is OnEndpoint where nothing is known but the methods.
func (c *Check) On(m Methods) *Check { return c.OnEndpoint(Endpoint{Methods: m}) }

// OnEndpoint is the check as it is to be run on an ordinary endpoint that serves these
// methods. What it does not serve is not asked for:
//
//   - A GET on an endpoint that has none is carried by POST, which needs no permission
//     either, or by HEAD, and in the question of a preflight by a stated method as well.
//   - An actual request of a method that is not served is left out: its answer
//     is the router's, who owes no grant. A repeated step is left out alone. One that is
//     only to be denied stays, for nobody may be let in by that answer either.
//   - That a preflight for GET, HEAD or POST is granted is demanded where the method
//     is served or stated.
//
// A check of which nothing is left has NotServed.
func (c *Check) OnEndpoint(e Endpoint) *Check {
	if e.Methods == nil && e.Carrier == "" && e.Content == nil || c.NotApplicable != "" {
		return c
	}
	out := *c
	out.Steps, out.NotServed = c.serve(c.Steps, e)
	if again := c.again; again != nil {
		out.again = func(nonce string) []Step {
			steps, _ := c.serve(again(nonce), e)
			return steps
		}
	}
	return &out
}

// serve gives the steps for the endpoint, or why there are none.
func (c *Check) serve(steps []Step, e Endpoint) ([]Step, string) {
	var kept []Step
	var left string
	for i := range steps {
		s := steps[i].clone()
		v := serving{check: c, methods: e.Methods, stated: e.Carrier, step: &s}
		switch why := v.fit(); {
		case why == "":
			e.fill(&s)
			kept = append(kept, s)
		case s.Each == "":
			return nil, why
		default:
			left = why
		}
	}
	if len(kept) == 0 {
		return nil, left
	}
	return kept, ""
}

// clone copies the step as deep as serving changes it.
func (s *Step) clone() Step {
	out := *s
	if s.Request != nil {
		r := *s.Request
		out.Request = &r
	}
	if s.Expect != nil {
		e := *s.Expect
		out.Expect = &e
	}
	if s.Wire != nil {
		w := *s.Wire
		w.Headers = slices.Clone(w.Headers)
		out.Wire = &w
	}
	out.Answer = clonePredicates(s.Answer)
	return out
}

// serving fits one step to an endpoint.
type serving struct {
	check   *Check
	methods Methods
	stated  string // Endpoint.Carrier
	step    *Step
}

// fit changes the step where it has to be; or says why it cannot be performed.
func (v *serving) fit() string {
	switch {
	case v.step.Request != nil:
		return v.request(v.step.Request)
	case v.step.Wire.Method == "OPTIONS":
		return v.preflight(v.step.Wire)
	}
	return v.actual(v.step.Wire)
}

// unserved is the reason why a method is not asked for.
func unserved(method string) string {
	return fmt.Sprintf("the endpoint does not serve %s", FromBytes(method))
}

// carrier is the method that a simple request has in the place of GET, if any.
func (v *serving) carrier() string {
	if v.stated != "" {
		return v.stated
	}
	if served, known := v.methods["POST"]; served || !known && slices.Contains(v.check.Policy.Methods, "POST") {
		return "POST"
	}
	if v.methods["HEAD"] {
		return "HEAD"
	}
	return ""
}

func (v *serving) request(r *Request) string {
	method := spec.NormalizeMethod(r.Method)
	blocked := v.step.Expect != nil && v.step.Expect.Outcome == "blocked"
	if method == "GET" && v.methods.lacks("GET") && scripted(r) && r.Cache == "" && v.check.Case.Via == "" {
		if to := v.carrier(); to != "" && v.carries(to, blocked) {
			r.Method = to
			if e := v.step.Expect; e != nil && e.ACRM != nil && *e.ACRM == "GET" {
				e.ACRM = &to
			}
			return ""
		}
	}
	switch {
	case r.API == websocket: // another endpoint
		return ""
	case blocked: // whoever is to be kept out is, whatever the endpoint serves
		return ""
	case method == "OPTIONS":
		return "what the endpoint answers to an OPTIONS of a script's own is not known"
	case v.methods.lacks(method):
		return unserved(method)
	}
	return ""
}

// carries tells whether a script's request says the same with another method. One
// that is preflighted cannot stand for one that must not be, or for one that is denied
// by the answer to itself.
func (v *serving) carries(method string, blocked bool) bool {
	if slices.Contains(safelistedMethods, method) {
		return true
	}
	e := v.step.Expect
	return !blocked && slices.Contains(v.check.Policy.Methods, method) && (e == nil || e.Preflight == nil || *e.Preflight)
}

func (v *serving) actual(w *Wire) string {
	if w.Method != "GET" || !v.methods.lacks("GET") {
		if v.methods.lacks(w.Method) && !v.denies() {
			return unserved(w.Method)
		}
		return ""
	}
	to := v.carrier()
	if to == "" || v.check.Case.Via != "" || slices.ContainsFunc(w.Headers, forGet) {
		if v.denies() {
			return ""
		}
		return unserved("GET")
	}
	w.Method = to
	if to != "HEAD" && !slices.ContainsFunc(w.Headers, framed) {
		w.Headers = append(w.Headers, "Content-Length: 0")
	}
	return ""
}

// denies tells whether nothing is demanded of the answer but that it is not shared: whoever is to be
// kept out is, whatever the endpoint serves.
func (v *serving) denies() bool {
	return len(v.step.Answer) > 0 && !slices.ContainsFunc(v.step.Answer, func(p Predicate) bool { return p.Denies == nil && p.DeniesWithCredentials == nil })
}

// forGet says whether a field line means something for GET alone.
func forGet(line string) bool {
	name, _, _ := strings.Cut(strings.ToLower(line), ":")
	return name == "range" || strings.HasPrefix(name, "if-")
}

func framed(line string) bool {
	name, _, _ := strings.Cut(strings.ToLower(line), ":")
	return name == "content-length" || name == "transfer-encoding"
}

// preflight fits the question of a preflight, and what is demanded of its answer.
func (v *serving) preflight(w *Wire) string {
	if v.methods.lacks("GET") {
		if to := v.asked(); to != "" {
			v.rename(w, "GET", to)
		}
	}
	why := ""
	walkPredicates(v.step.Answer, "", func(p *Predicate, _ string) {
		if p.Allows == nil || !slices.Contains(safelistedMethods, p.Allows.Method) {
			return
		}
		m := p.Allows.Method
		served, known := v.methods[m]
		if stated := slices.Contains(v.check.Policy.Methods, m); !served && !stated && (known || m != "GET") {
			why = unserved(m)
			if !known {
				why = fmt.Sprintf("nobody stated %s, and whether the endpoint serves it is not known", m)
			}
		}
	})
	return why
}

// asked is the method that a preflight names in the place of GET, if any.
func (v *serving) asked() string {
	if slices.Contains(v.check.Policy.Methods, "GET") {
		return "" // stated, so that it is held to
	}
	if to := v.carrier(); to != "" {
		return to
	}
	if list := unsafeMethods(v.check.Policy); len(list) > 0 {
		return list[0]
	}
	return ""
}

func (v *serving) rename(w *Wire, from, to string) {
	const field = "access-control-request-method"
	found := false
	for i, line := range w.Headers {
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, field) && strings.Trim(value, " \t") == from {
			w.Headers[i], found = name+": "+to, true
		}
	}
	if !found {
		return
	}
	walkPredicates(v.step.Answer, "", func(p *Predicate, _ string) {
		for _, a := range fieldsOf[*Ask](p) {
			if (*a).Method == from {
				(*a).Method = to
			}
		}
	})
}
