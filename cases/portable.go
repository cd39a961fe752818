package cases

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A case is written against standard policies. On an ordinary endpoint it is
// held against a policy that its author has not seen, and a finding must be true
// there as well. So a case applies to a declared policy only if (1) its when holds, (2)
// the policy is, in each aspect that the case looks at, like a standard one that it is
// written for, (3) it names nothing of a standard policy that this one lacks, and (4)
// the policy surely means what the case demands.

// aspect is a property of a policy that the expectations of some cases depend on.
type aspect struct {
	name string
	// looks are texts of the case's steps, in JSON and lower case, that show that
	// it depends on the aspect; none: every case does.
	looks []string
	of    func(p *Policy) string
}

var aspects = []aspect{
	{"zero configuration", nil, func(p *Policy) string { return fmt.Sprint(p.ZeroConfig) }},
	{"credentials", []string{"with_credentials", "access-control-allow-credentials", `"include"`, "use-credentials", "with_cookie", `"*"`},
		func(p *Policy) string { return fmt.Sprint(p.Credentials) }},
	{"how many origins", []string{`"vary"`, "varies_or_static", "access-control-allow-origin", "same_as"},
		func(p *Policy) string { return fmt.Sprint(p.AnyOrigin(), p.SeveralOrigins()) }},
	{"methods", []string{"access-control-allow-methods"}, func(p *Policy) string { return extent(p.Methods) }},
	{"request headers", []string{"access-control-allow-headers"}, func(p *Policy) string { return extent(p.RequestHeaders) }},
	{"exposed headers", []string{"access-control-expose-headers", `"readable"`, `"hidden"`}, func(p *Policy) string { return extent(p.ExposeHeaders) }},
	{"max-age", []string{"access-control-max-age", `"after"`}, func(p *Policy) string {
		switch {
		case p.MaxAge == nil:
			return "unset"
		case *p.MaxAge < 0:
			return "negative"
		case *p.MaxAge == 0:
			return "0"
		}
		return "positive"
	}},
	{"who may read times", []string{"timing-allow-origin", `"timing":`}, func(p *Policy) string { return extent(p.TimingOrigins) }},
	{"private network", []string{"private-network"}, func(p *Policy) string { return fmt.Sprint(p.PrivateNetwork) }},
}

// looked says whether a case depends on the aspect; text is its steps.
func (a *aspect) looked(text string) bool {
	return a.looks == nil || slices.ContainsFunc(a.looks, func(l string) bool { return strings.Contains(text, l) })
}

// listed are the standard policies that the case is written for.
func (t *Table) listed(c *Case) (list []*Policy) {
	for _, name := range c.Policies {
		if s := t.Policy(name); s != nil {
			list = append(list, s)
		}
	}
	return list
}

func extent(list []string) string {
	switch {
	case len(list) == 0:
		return "none"
	case list[0] == "*":
		return "any"
	}
	return "some"
}

// foreign says why a case is not about a declared policy; empty if it may be.
// text is steps in JSON and lower case, before expansion.
func (t *Table) foreign(c *Case, text string, p *Policy) string {
	if ok, why := c.When.Holds(p); !ok {
		return why
	}
	listed := t.listed(c)
	for _, a := range aspects {
		if !a.looked(text) {
			continue
		}
		is := a.of(p)
		if !slices.ContainsFunc(listed, func(s *Policy) bool { return a.of(s) == is }) {
			return fmt.Sprintf("the case looks at %s, and is written for policies that differ in that (%s)", a.name, strings.Join(c.Policies, ", "))
		}
	}
	for _, s := range listed {
		for _, v := range s.values() {
			if strings.Contains(text, strings.ToLower(v)) && !containsFold(p.values(), v) {
				return fmt.Sprintf("the case names %s, which the policy does not", v)
			}
		}
	}
	return ""
}

// values are the names and origins that a policy is made of.
func (p *Policy) values() []string {
	list := slices.Concat(p.Origins, p.OriginPatterns, p.OriginRegexes, p.ExposeHeaders)
	if p.OriginFunc != nil {
		list = append(list, p.OriginFunc.Allow, p.OriginFunc.Throw)
	}
	for _, h := range p.RequestHeaders {
		if strings.HasPrefix(h, "X-") { // not Content-Type, which is everywhere
			list = append(list, h)
		}
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "*" || s == "null" })
}

// stepsText is what foreign looks into.
func stepsText(c *Case) string {
	data, err := json.Marshal(c.Steps)
	if err != nil { // no step type can give one
		return ""
	}
	return strings.ToLower(string(data))
}

// unmeant says what the (expanded) steps demand that the policy does not
// surely mean; empty for nothing.
func (p *Policy) unmeant(steps []Step, target string) string {
	for i := range steps {
		s := &steps[i]
		if s.Request != nil && s.Expect != nil && scripted(s.Request) {
			want := p.Intends(s.Request, target+s.Request.Path)
			if got := string(want.Outcome.Result); !want.Certain || got != s.Expect.Outcome {
				return fmt.Sprintf("the case expects that the request is %s, which the policy does not surely mean", s.Expect.Outcome)
			}
		}
		for j := range s.Answer {
			verdict, what := p.means(&s.Answer[j])
			if s.Answer[j].keepsOut(target) {
				verdict = 0 // a server may grant its own origin: its pages need no grant
			}
			if verdict <= 0 {
				return fmt.Sprintf("the case demands: %s; the policy does not surely mean that", FromBytes(what))
			}
		}
	}
	return ""
}

// scripted says whether a script makes the request, so that the model knows
// what becomes of it whatever the content is.
func scripted(r *Request) bool { return r.API == "" || r.API == "fetch" || r.API == "xhr" }
