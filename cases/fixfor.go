package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Measured is a configuration that was served and found right, as somebody reads it who has
// a policy.
type Measured struct {
	Text string `json:"text"`
	// Note says which of its values are still those of the example that was measured.
	Note string `json:"note"`
}

// exampleOrigin is the origin that proved configurations allow. The rest of their policy is
// exampleRest.
const exampleOrigin = "https://app.example.com"

func exampleRest() *Policy {
	maxAge := 600
	return &Policy{Credentials: true, Methods: []string{"PUT"}, RequestHeaders: []string{"Content-Type", "Authorization"}, ExposeHeaders: []string{"X-Request-Id"}, MaxAge: &maxAge}
}

// plainOrigin can be written into any configuration unchanged: no quote, no sign of an
// expression but the dot.
var plainOrigin = regexp.MustCompile(`^https?://[a-z0-9.-]+(:[0-9]+)?$`)

// exampleHost is part of any host of the example.
var exampleHost = regexp.MustCompile(`example\\?\.com`)

// MeasuredFix is the configuration of a stack that was measured to be right against a cause,
// for a policy: with the policy's origin and its other values in the place of the example's where
// they can stand there. Nil where none was measured.
func MeasuredFix(stack *Stack, cause *Cause, policy *Policy) *Measured {
	f := provedFix(stack.Adapter, cause.ID)
	if f == nil {
		return nil
	}
	text, own := withOrigin(strings.TrimSuffix(f.Text, "\n"), policy)
	others := differing(policy)
	m := &Measured{Text: text, Note: "measured to be right"}
	filled, all := withValues(stack, text, policy)
	switch {
	case own && len(others) == 0:
		m.Note += "; your origin is in it"
	case own && all:
		m.Text, m.Note = filled, m.Note+" with other values; yours are in it"
	case own:
		m.Note += "; your origin is in it, and the example's " + enumerated(others) + ": put in your own"
	default:
		m.Note += " with the example's " + enumerated(append([]string{"origin"}, others...)) + ": put in your own"
	}
	if left := f.remains(); left != "" {
		m.Note += "; still found, since the stack itself gets it wrong: " + left
	}
	return m
}

// withValues puts what a policy has beside origins in the place of the example's; ok is false where
// it cannot stand there. Where the policy allows no request headers, the example's are replaced by
// one that needs no permission: without a list some stacks allow all.
func withValues(stack *Stack, text string, p *Policy) (out string, ok bool) {
	need := *p
	if need.RequestHeaders = slices.Clone(p.RequestHeaders); len(need.RequestHeaders) == 0 {
		need.RequestHeaders = []string{"Accept"}
	}
	lines, ok := exampleLines(stack, text, &fitting{need: &need})
	return strings.Join(lines, "\n"), ok
}

// withOrigin puts the policy's origin in the place of the example's, if it has one and no
// other host of the example is left.
func withOrigin(text string, p *Policy) (out string, own bool) {
	if slices.Equal(p.Origins, []string{exampleOrigin}) && len(p.OriginPatterns)+len(p.OriginRegexes) == 0 && p.OriginFunc == nil {
		return text, true
	}
	if len(p.Origins) != 1 || len(p.OriginPatterns)+len(p.OriginRegexes) > 0 || p.OriginFunc != nil || !plainOrigin.MatchString(p.Origins[0]) {
		return text, false
	}
	out = strings.ReplaceAll(text, exampleOrigin, p.Origins[0])
	out = strings.ReplaceAll(out, regexp.QuoteMeta(exampleOrigin), regexp.QuoteMeta(p.Origins[0]))
	if out == text || exampleHost.MatchString(strings.ReplaceAll(strings.ReplaceAll(text, exampleOrigin, ""), regexp.QuoteMeta(exampleOrigin), "")) {
		return text, false
	}
	return out, true
}

// differing names what of a policy is not the example's, origins apart.
func differing(p *Policy) []string {
	e := exampleRest()
	var list []string
	add := func(same bool, name string) {
		if !same {
			list = append(list, name)
		}
	}
	add(p.Credentials == e.Credentials, "credentials")
	add(sameNames(p.Methods, e.Methods), "methods")
	add(sameNames(p.RequestHeaders, e.RequestHeaders), "request headers")
	add(sameNames(p.ExposeHeaders, e.ExposeHeaders), "exposed headers")
	add(p.MaxAge == nil || *p.MaxAge == *e.MaxAge, "max-age")
	return list
}

// sameNames compares names in any order; those of headers are the same in either case.
func sameNames(a, b []string) bool {
	lower := func(list []string) []string {
		out := make([]string, len(list))
		for i, s := range list {
			out[i] = strings.ToLower(s)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(lower(a), lower(b))
}

func enumerated(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return fmt.Sprintf("%s and %s", strings.Join(list[:len(list)-1], ", "), list[len(list)-1])
}
