package cases

import (
	"fmt"
	"slices"
	"strings"
)

// A case is written against standard policies. On an ordinary endpoint it is
// checked against a policy that its author has not seen, and a finding must be true
// there as well. So a case applies to a declared policy only if (1) its when holds, (2)
// the policy is, in each aspect that the case looks at, like a standard one that it is
// written for, (3) it names nothing of a standard policy that this one lacks, and (4)
// the policy surely means what the case demands.

// aspect is a property of a policy that the expectations of some cases depend on.
type aspect struct {
	name string
	// looks tells from the contents of a case's steps whether it depends on the
	// aspect, as it also does by predicates of which the table says so; nil: every case does.
	looks func(c *contents) bool
	of    func(p *Policy) string
}

// The aspects that predicates depend on, whatever they say.
const (
	aspectCredentials = "credentials"
	aspectOrigins     = "how many origins"
)

var aspects = []aspect{
	{"zero configuration", nil, func(p *Policy) string { return fmt.Sprint(p.ZeroConfig) }},
	{aspectCredentials, func(c *contents) bool {
		return c.has("with_cookie") || c.text("include") || c.text("*") ||
			c.says("use-credentials") || c.says("Access-Control-Allow-Credentials")
	}, func(p *Policy) string { return fmt.Sprint(p.Credentials) }},
	{aspectOrigins, func(c *contents) bool {
		return c.text("vary") || c.says("Access-Control-Allow-Origin")
	}, func(p *Policy) string { return fmt.Sprint(p.AnyOrigin(), p.SeveralOrigins()) }},
	{"methods", naming("Access-Control-Allow-Methods"), func(p *Policy) string { return extent(p.Methods) }},
	{"request headers", naming("Access-Control-Allow-Headers"), func(p *Policy) string { return extent(p.RequestHeaders) }},
	{"exposed headers", func(c *contents) bool {
		return c.has("readable", "hidden") || c.says("Access-Control-Expose-Headers")
	}, func(p *Policy) string { return extent(p.ExposeHeaders) }},
	{"max-age", func(c *contents) bool { return c.has("after") || c.says("Access-Control-Max-Age") }, func(p *Policy) string {
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
	{"who may read times", func(c *contents) bool { return c.has("timing") || c.says("Timing-Allow-Origin") }, func(p *Policy) string { return extent(p.TimingOrigins) }},
	{"private network", naming("Private-Network"), func(p *Policy) string { return fmt.Sprint(p.PrivateNetwork) }},
}

// naming are the cases that name a field.
func naming(field string) func(c *contents) bool {
	return func(c *contents) bool { return c.says(field) }
}

// looked says whether a case with these contents depends on the aspect.
func (a *aspect) looked(c *contents) bool {
	return a.looks == nil || c.aspects[a.name] || a.looks(c)
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
func (t *Table) foreign(c *Case, in *contents, p *Policy) string {
	if ok, why := c.When.Holds(p); !ok {
		return why
	}
	listed := t.listed(c)
	for _, a := range aspects {
		if !a.looked(in) {
			continue
		}
		is := a.of(p)
		if !slices.ContainsFunc(listed, func(s *Policy) bool { return a.of(s) == is }) {
			return fmt.Sprintf("the case looks at %s, and is written for policies that differ in that (%s)", a.name, strings.Join(c.Policies, ", "))
		}
	}
	for _, s := range listed {
		for _, v := range s.values() {
			if in.says(v) && !containsFold(p.values(), v) {
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

// scripted says whether a script makes the request (and not markup), so that the model knows
// what becomes of it whatever the content is.
func scripted(r *Request) bool {
	return r.API == "" || r.API == "fetch" || r.API == "xhr" || r.API == "beacon"
}
