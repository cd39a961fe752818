package adapter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/spec"
)

// The fields of a policy that pairs are about and that a manifest has no exception for:
// what a framework cannot say of them is not expressible.
const (
	FieldOriginPatterns Field = "origin_patterns"
	FieldOriginRegexes  Field = "origin_regexes"
	FieldOriginFunc     Field = "origin_func"
	FieldPrivateNetwork Field = "private_network"
	FieldTimingOrigins  Field = "timing_origins"
)

// CheckEqual is the equal-rules test: the adapter is started with pairs of policies that
// demand contrary things, and asked what tells them apart. Equal answers are a Breach, unless
// the manifest says why: one of the two is not expressible, the framework always
// does the same (always), or documents that nothing, said, is as good as the other (alike); what it says without need is a
// Breach too. standard are the standard policies. The error is that the adapter did
// not start or died, or that ctx ended.
func (m *Manifest) CheckEqual(ctx context.Context, o Options, standard []cases.Policy) ([]Finding, error) {
	c := equalCheck{manifest: m, alike: map[Field]bool{}}
	pairs := c.sayable(Pairs(), standard)
	if len(pairs) == 0 {
		return c.findings, nil
	}
	o.Policies, o.verbatim = policiesOf(pairs), true
	inst, err := m.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { _ = inst.Stop() }()
	c.inquiry = inquiry{Instance: inst}
	for _, pair := range pairs {
		if err := c.compare(ctx, pair); err != nil {
			return c.findings, err
		}
	}
	return append(c.findings, c.needless()...), nil
}

type equalCheck struct {
	inquiry
	manifest *Manifest
	findings []Finding
	alike    map[Field]bool // the fields of which two values were seen to be one
}

// sayable are the pairs that the framework has a way to say; the others are excused.
func (c *equalCheck) sayable(pairs []Pair, standard []cases.Policy) []Pair {
	return slices.DeleteFunc(pairs, func(pair Pair) bool {
		for _, s := range []Say{pair.A, pair.B} {
			at := slices.IndexFunc(standard, func(p cases.Policy) bool { return p.Name == s.Like })
			if at < 0 {
				c.excuse(pair, fmt.Sprintf("there is no policy %s", s.Like))
				return true
			}
			if reason := c.manifest.unsaid(&standard[at]); reason != "" {
				c.excuse(pair, fmt.Sprintf("%s is not expressible: %s", s.Like, reason))
				return true
			}
		}
		return false
	})
}

// unsaid is why the framework has no way to say a standard policy, what it always does left
// aside; empty: it has.
func (m *Manifest) unsaid(p *cases.Policy) string {
	if reason, ok := m.NotExpressible[p.Name]; ok {
		return reason
	}
	if _, ok := m.Expressible[p.Name]; !ok {
		return p.OptIn
	}
	return ""
}

// policiesOf are the policies of the pairs, each once.
func policiesOf(pairs []Pair) []cases.Policy {
	var all []cases.Policy
	for _, pair := range pairs {
		for _, s := range []Say{pair.A, pair.B} {
			if !slices.ContainsFunc(all, func(p cases.Policy) bool { return p.Name == s.Policy.Name }) {
				all = append(all, s.Policy)
			}
		}
	}
	return all
}

// compare asks both policies of a pair the same.
func (c *equalCheck) compare(ctx context.Context, pair Pair) error {
	var answers []string
	for _, s := range []Say{pair.A, pair.B} {
		if state, ok := c.target.Policies[s.Policy.Name]; ok && state.Kind == harness.Refused {
			c.excuse(pair, fmt.Sprintf("%s is refused: %s", s.Value, state.Message))
			return nil
		}
		answer, err := ask(ctx, c.patience, pair.Ask.Method, c.base(s.Policy)+"/"+s.Policy.Mount()+"/ok", pair.Ask.Header, "")
		if lost := c.lost(ctx, s.Policy, pair.Ask.Method+" /"+s.Policy.Mount()+"/ok", err); lost != nil {
			return lost
		}
		if err != nil {
			c.findings = append(c.findings, pair.finding(Breach, fmt.Sprintf("there is no answer for %s: %v", s.Value, err)))
			return nil
		}
		answers = append(answers, said(answer))
	}
	c.judge(pair, answers[0], answers[1])
	return nil
}

// judge holds what was answered to what the manifest says.
func (c *equalCheck) judge(pair Pair, a, b string) {
	same, always := a == b, c.manifest.Always.reasons()[pair.Field]
	alike, documented := c.manifest.Alike[pair.Field]
	documented = documented && pair.void()
	switch {
	case always != "" && !same:
		c.findings = append(c.findings, pair.finding(Breach, fmt.Sprintf("the manifest says that it is always the same (%s), and the answers differ: %s; %s", always, a, b)))
	case always != "":
		c.excuse(pair, "always: "+always)
	case same && documented:
		c.alike[pair.Field] = true
		c.excuse(pair, "alike: "+alike)
	case same:
		c.findings = append(c.findings, pair.finding(Breach, fmt.Sprintf("both get %s", a)))
	default:
		c.findings = append(c.findings, pair.finding(Apart, ""))
	}
}

// void says that one of the two says nothing: that may be documented to be as good as
// something, and two that both say something may not.
func (p Pair) void() bool {
	return slices.ContainsFunc([]string{p.A.Value, p.B.Value}, func(v string) bool { return v == "[]" || v == "none" || v == "0" })
}

// needless are the entries of alike that no pair confirms.
func (c *equalCheck) needless() (findings []Finding) {
	for field := range c.manifest.Alike {
		if !c.alike[field] {
			findings = append(findings, Finding{Kind: Breach, Request: string(field), Got: "the manifest says under alike that nothing is as good as another value, and all are told apart"})
		}
	}
	return findings
}

func (c *equalCheck) excuse(pair Pair, why string) {
	c.findings = append(c.findings, pair.finding(Excused, why))
}

// finding is about a pair.
func (p Pair) finding(kind FindingKind, got string) Finding {
	f := Finding{Kind: kind, Request: fmt.Sprintf("%s: %s and %s", p.Field, p.A.Value, p.B.Value), Got: got}
	if p.A.Policy.Credentials && p.B.Policy.Credentials {
		f.Request += " with credentials"
	}
	if kind == Breach {
		f.Want = "two answers to " + p.Ask.String()
	}
	return f
}

func (q Question) String() string {
	text := q.Method
	for _, name := range []string{"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers", "Access-Control-Request-Private-Network"} {
		if value := q.Header.Get(name); value != "" {
			text += " " + name + ": " + value
		}
	}
	return text
}

// said is all that an answer says of CORS: its status, and the fields that browsers look at, with
// lists as sets. Nothing is judged here; two answers are compared with each other.
func said(a answered) string {
	parts := []string{a.Status}
	h := a.fields()
	for name := range a.Header {
		lower := strings.ToLower(name)
		if !strings.HasPrefix(lower, "access-control-") && lower != "timing-allow-origin" {
			continue
		}
		value, _ := h.Get(name)
		if list, ok := spec.ExtractTokenList(h, lower); ok {
			slices.Sort(list)
			value = strings.Join(slices.Compact(list), ", ")
		}
		parts = append(parts, name+": "+value)
	}
	slices.Sort(parts[1:])
	return strings.Join(parts, ", ")
}
