package cases

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Some frameworks do one and the same whatever a policy states: allow every request
// header, send one max-age. A standard policy is then measured as such a framework can
// say it, with the field's value replaced, and a case is kept only where it still
// holds: (1) its when does, (2) the policy still is, in each aspect that the case looks
// at and that was replaced, like a standard one that the case is written for, (3) the
// case names nothing that the policy has lost, and (4) what it demands is meant by the
// policy as before. What is not kept is not expressible.

// saidFields are the fields that a framework may have a value of its own for.
var saidFields = []struct {
	name string
	of   func(p *Policy) any
}{
	{"credentials", func(p *Policy) any { return p.Credentials }},
	{"methods", func(p *Policy) any { return slices.Sorted(slices.Values(p.Methods)) }},
	{"request_headers", func(p *Policy) any { return sortedLower(p.RequestHeaders) }},
	{"expose_headers", func(p *Policy) any { return sortedLower(p.ExposeHeaders) }},
	{"max_age", func(p *Policy) any { return p.MaxAge }},
}

// Replaced are the fields, as a policy file spells them, that said has other values in
// than p. Lists are compared as sets, names of headers without regard to case.
func (p *Policy) Replaced(said *Policy) []string {
	var fields []string
	for _, f := range saidFields {
		if !reflect.DeepEqual(f.of(p), f.of(said)) {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// Plain is the name of the standard policy from which the others differ in what
// they are there for.
const Plain = "exact"

// Point is a replaced field in which p differs from the plain policy: what p is there
// for, and said is not; empty if said is p still.
func (p *Policy) Point(said, plain *Policy) string {
	differs := p.Replaced(plain)
	for _, field := range p.Replaced(said) {
		if slices.Contains(differs, field) {
			return field
		}
	}
	return ""
}

// unsaid says why a case cannot be checked against a standard policy as a framework says
// it; empty if it may be.
func (t *Table) unsaid(c *Case, in *contents, standard, said *Policy) string {
	if ok, why := c.When.Holds(said); !ok {
		return why
	}
	for _, a := range aspects {
		is := a.of(said)
		if a.of(standard) == is || !a.looked(in) {
			continue
		}
		if !slices.ContainsFunc(t.listed(c), func(s *Policy) bool { return a.of(s) == is }) {
			return fmt.Sprintf("the case looks at %s", a.name)
		}
	}
	for _, v := range standard.values() {
		if in.says(v) && !containsFold(said.values(), v) && !said.AllowsHeader(v) {
			return fmt.Sprintf("the case names %s", v)
		}
	}
	for _, v := range said.ExposeHeaders {
		if v != "*" && in.has("readable") && !containsFold(standard.ExposeHeaders, v) {
			return fmt.Sprintf("the case reads exposed headers, and the contract's application sends no %s", v)
		}
	}
	return ""
}

// changed says what the (expanded) steps demand that the standard policy means
// otherwise than the policy as it is said; empty for nothing.
func (p *Policy) changed(said *Policy, steps []Step, target string) string {
	what := ""
	for i := range steps {
		s := &steps[i]
		if s.Request != nil && s.Expect != nil && scripted(s.Request) {
			url := target + s.Request.Path
			was, is := p.Intends(s.Request, url), said.Intends(s.Request, url)
			same := was.Certain == is.Certain && was.Outcome.Result == is.Outcome.Result
			if is.omitted && !was.omitted || !same && (!is.Certain || string(is.Outcome.Result) != s.Expect.Outcome) {
				what = cmp.Or(what, fmt.Sprintf("the case expects that the request is %s", s.Expect.Outcome))
			}
		}
		walkPredicates(s.Answer, "", func(q *Predicate, path string) {
			was, demand := p.means(q)
			is, _ := said.means(q)
			nested := strings.ContainsRune(path, '.') // it depends on the answer whether it is demanded
			lost := q.Allows != nil && said.omits(q.Allows.Method) && !p.omits(q.Allows.Method)
			if lost || was != is && (nested || is <= 0) {
				what = cmp.Or(what, "the case demands: "+FromBytes(demand))
			}
		})
	}
	return what
}
