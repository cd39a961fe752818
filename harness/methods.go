package harness

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// An ordinary endpoint has some methods and not others, and a router that
// refuses the others owes nobody a grant. So before anything is judged the
// methods that the checks need are asked for with their real name, where that
// may be done, and what is not served is not asked for (cases.Check.On).

// sendable says whether the method may be sent to the target; why not. OPTIONS always may.
func (t *Target) sendable(method string) (why string) {
	allowed := t.AllowedMethods
	if len(allowed) == 0 {
		allowed = []string{http.MethodGet, http.MethodHead}
	}
	switch {
	case method == http.MethodOptions:
	case t.Foreign && !slices.Contains(allowed, method):
		return fmt.Sprintf("sends %s to a server that is not ours; allowed are OPTIONS, %s", agent.Show(method), strings.Join(allowed, ", "))
	case t.NoChanges && method != http.MethodGet && method != http.MethodHead:
		return fmt.Sprintf("sends %s, which may change something on the server", agent.Show(method))
	}
	return ""
}

// Sends are the methods of the requests that checks send to the target: GET,
// HEAD, POST, OPTIONS, then the others by name; wrongly those that go out only if a
// preflight grants what it should not.
func (t *Target) Sends(checks []cases.Check) (sure, wrongly []string) {
	seen, refused := map[string]bool{}, map[string]bool{}
	for i := range checks {
		c := &checks[i]
		if t.Declared != nil && len(c.Needs) > 0 {
			continue
		}
		for j := range c.Steps {
			s := &c.Steps[j]
			m := stepMethod(s)
			switch {
			case t.sendable(m) != "", s.Expect != nil && s.Expect.Outcome == "type-error":
			case s.Expect != nil && s.Expect.Outcome == "blocked" && !slices.Contains(firstMethods, m):
				refused[m] = true
			default:
				seen[m] = true
			}
		}
	}
	for _, m := range firstMethods {
		if seen[m] {
			sure = append(sure, m)
			delete(seen, m)
		}
	}
	for _, m := range slices.Sorted(maps.Keys(seen)) {
		sure = append(sure, agent.Show(m))
		delete(refused, m)
	}
	for _, m := range slices.Sorted(maps.Keys(refused)) {
		wrongly = append(wrongly, agent.Show(m))
	}
	return sure, wrongly
}

// firstMethods are those that need no permission, and OPTIONS.
var firstMethods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions}

// notServed are the statuses by which a router says that there is no such method.
func notServed(status int) bool {
	return status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented
}

// mayEnd tells the methods after which the endpoint may be another: what sends
// them comes last.
func mayEnd(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodOptions:
		return false
	}
	return true
}

// late tells whether a check of an ordinary endpoint is one of the last.
func (r *run) late(c *cases.Check) bool {
	return r.target.Declared != nil &&
		slices.ContainsFunc(c.Steps, func(s cases.Step) bool { return mayEnd(stepMethod(&s)) })
}

// inOrder plans and performs the checks, and last of all those after which the
// endpoint may be another.
func (r *run) inOrder(ctx context.Context, checks []cases.Check) []*entry {
	entries := make([]*entry, len(checks))
	perform := func(late bool) {
		var list []*entry
		for i := range checks {
			if r.late(&checks[i]) == late {
				entries[i] = r.plan(i, &checks[i])
				list = append(list, entries[i])
			}
		}
		r.all(ctx, list)
	}
	perform(false)
	if r.methods != nil && r.died == nil {
		for _, m := range r.wanted(r.whole, mayEnd) {
			r.askFor(ctx, m)
		}
	}
	perform(true)
	return entries
}

// askMethods finds out which methods the endpoint has, get being its answer to a
// plain GET (to OPTIONS where that may not be sent), and the status of an ordinary
// request. It gives the method that such a request has there.
func (r *run) askMethods(ctx context.Context, checks []cases.Check, get *wire.Response) string {
	r.methods, r.status, r.cut = cases.Methods{}, get.Status, get.Cut
	method := r.probeMethod()
	q := r.target.question()
	if r.stated() {
		r.stateMethods()
		if q == "" && !r.methods[http.MethodGet] && r.methods[http.MethodPost] {
			q = http.MethodPost
		}
	}
	switch {
	case q != "" && q != http.MethodGet:
		r.status = r.askQuestion(ctx, checks, q)
		return q
	case r.stated():
		return method
	}
	if method == http.MethodGet {
		r.methods[http.MethodGet] = !notServed(get.Status)
		if !r.methods[http.MethodGet] { // get had no Origin
			_ = r.askOrigin(ctx, http.MethodGet)
		}
	}
	answers := map[string]int{}
	for _, m := range r.wanted(checks, func(m string) bool { return !mayEnd(m) }) {
		answers[m] = r.askFor(ctx, m)
	}
	if !slices.Contains(slices.Collect(maps.Values(r.methods)), true) {
		for _, m := range r.wanted(checks, mayEnd) { // there is nothing that they could end
			r.askFor(ctx, m)
		}
	}
	switch {
	case r.methods[http.MethodGet]:
	case r.methods[http.MethodPost]:
		method, r.status = http.MethodPost, answers[http.MethodPost]
	case r.methods[http.MethodHead]:
		method, r.status = http.MethodHead, answers[http.MethodHead]
	case !r.mayHaveOthers():
		r.methods, r.unshared = nil, nil // it serves nothing that is known: what comes is judged
	}
	return method
}

// mayHaveOthers tells whether the endpoint has a method that was stated, or may have one that
// must not be tried.
func (r *run) mayHaveOthers() bool {
	return slices.ContainsFunc(r.target.Declared.Methods, func(m string) bool {
		served, known := r.methods[m]
		return served || !known && m != http.MethodGet && m != http.MethodHead
	})
}

// askFor asks the endpoint for a method, from an origin that is allowed, and keeps
// whether it is served. The status is 0 where there was no answer.
func (r *run) askFor(ctx context.Context, method string) int {
	status := r.askOrigin(ctx, method)
	if status != 0 { // else the checks that send it will say what is the matter
		r.methods[method] = !notServed(status)
	}
	return status
}

// askOrigin is the status with which a method is answered to an origin that is allowed, 0 where there
// was no answer. Where the method is not served, and the answer not shared, that is kept.
func (r *run) askOrigin(ctx context.Context, method string) int {
	fields := []string{}
	origins := r.target.Declared.AllowedOrigins()
	if len(origins) > 0 {
		fields = append(fields, "Origin: "+origins[0])
	}
	resp, err := r.probeWith(ctx, r.target.Endpoint, wire.H1, method, fields...)
	if err != nil {
		return 0
	}
	if len(origins) > 0 && notServed(resp.Status) && spec.CheckCORS(origins[0], spec.CredentialsOmit, resp.Header) != "" {
		r.unshared = append(r.unshared, Unshared{Method: method, Status: resp.Status})
	}
	return resp.Status
}

// wanted are the methods among those that which says, GET apart, that checks send or
// hold a preflight to, and that may be sent: the safelisted ones and those stated.
func (r *run) wanted(checks []cases.Check, which func(method string) bool) []string {
	var list []string
	add := func(m string) {
		if m == http.MethodGet || m == http.MethodOptions || !which(m) || slices.Contains(list, m) ||
			r.target.sendable(m) != "" || !r.target.Declared.AllowsMethod(m) || r.stated() {
			return
		}
		list = append(list, m)
	}
	for c := range checks {
		if len(checks[c].Needs) > 0 { // of the contract: they will not run
			continue
		}
		for i := range checks[c].Steps {
			s := &checks[c].Steps[i]
			add(stepMethod(s))
			for j := range s.Answer {
				if a := s.Answer[j].Allows; a != nil && (a.Method == http.MethodHead || a.Method == http.MethodPost) {
					add(a.Method)
				}
			}
		}
	}
	if !r.methods[http.MethodGet] { // what else could carry its questions
		add(http.MethodPost)
		add(http.MethodHead)
	}
	slices.Sort(list)
	return list
}
