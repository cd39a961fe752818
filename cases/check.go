package cases

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Levels and Severities are the possible values, strictest first.
var (
	levels = []string{string(Must), string(Should), string(Practice), string(Info)}
)

// check looks at the loaded table as a whole.
func (l *loader) check() {
	seen := map[string]Position{}
	evaluators := map[string]*evaluator{}
	for i := range l.table.Cases {
		c := &l.table.Cases[i]
		before := len(l.problems)
		k := &caseChecker{reporter: reporter{file: c.Pos.File, list: &l.problems}, table: l.table, c: c, loaded: l.cases[i]}
		if first, ok := seen[c.ID]; ok && c.ID != "" {
			k.bad(Duplicate, "id", "there is a case of this id already, at "+first.String(), "another id")
		}
		seen[c.ID] = c.Pos
		k.header()
		policies := k.policies()
		if len(c.Steps) == 0 {
			k.bad(MissingKey, "steps", "the case sends nothing", "request, wire or steps")
		}
		for j := range c.Steps {
			k.step(j)
		}
		k.templates()
		if len(k.loaded.failed) == 0 && len(l.problems) == before { // else the values say nothing new
			k.values(policies, evaluators)
		}
	}
}

// parseTemplates parses the templates of cases that are known to be right.
func (l *loader) parseTemplates() {
	for i := range l.table.Cases {
		k := &caseChecker{reporter: reporter{file: l.table.Cases[i].Pos.File, list: &l.problems}, table: l.table, c: &l.table.Cases[i], loaded: l.cases[i]}
		k.templates()
	}
}

// caseChecker checks one case.
type caseChecker struct {
	reporter
	table  *Table
	c      *Case
	loaded loadedCase
}

// bad reports a problem with the value at path, unless it only follows from
// one that the decoder has reported.
func (k *caseChecker) bad(kind ProblemKind, path, what, want string) {
	for _, f := range k.loaded.failed {
		if strings.HasPrefix(f, path) || strings.HasPrefix(path, f) {
			return
		}
	}
	if k.loaded.short {
		what = strings.ReplaceAll(strings.ReplaceAll(what, "steps[0].", ""), "steps[0]", "the case")
	}
	k.add(kind, k.loaded.places.line(path), k.c.ID, "%s", want, what)
}

// oneOf reports a value that is not in list.
func (k *caseChecker) oneOf(path, value string, list []string) {
	if slices.Contains(list, value) {
		return
	}
	var shown []string
	for _, v := range list {
		if v != "" {
			shown = append(shown, v)
		}
	}
	want := "one of " + strings.Join(shown, ", ")
	if len(shown) == 1 {
		want = shown[0]
	}
	k.bad(BadValue, path, fmt.Sprintf("%s is %q%s", path, value, didYouMean(value, shown)), want)
}

// header checks the fields that say what the case is.
func (k *caseChecker) header() {
	c := k.c
	for _, f := range []struct{ key, value, want string }{
		{"id", c.ID, "a name in kebab-case"},
		{"title", c.Title, "what must hold, as a sentence"},
		{"level", string(c.Level), "one of " + strings.Join(levels, ", ")},
		{"why", c.Why, "one sentence on why it matters"},
	} {
		if strings.TrimSpace(f.value) == "" {
			k.bad(MissingKey, f.key, f.key+" is missing", f.want)
		}
	}
	if c.ID != "" {
		k.id()
	}
	if c.Level != "" {
		k.oneOf("level", string(c.Level), levels)
	}
	k.oneOf("over", c.Over, []string{"", "h1", "h2", "tls"})
	k.oneOf("via", c.Via, []string{"", "shared-cache"})
	var parts []string
	for _, p := range Parts() {
		parts = append(parts, string(p))
	}
	for i, p := range c.Needs {
		k.oneOf(at("needs", i), string(p), parts)
	}
	if len(c.Spec) == 0 {
		k.bad(MissingKey, "spec", "spec is missing", "the sections that decide, such as fetch#concept-cors-check")
	}
	for i, key := range c.Spec {
		if _, ok := k.table.Anchors.Lookup(key); !ok || strings.Contains(key, "://") && !k.loaded.user {
			k.bad(BadValue, at("spec", i), fmt.Sprintf("%s is %q, which is not in the index of sections%s", at("spec", i), key,
				didYouMean(key, k.table.Anchors.Keys())), "a key of "+anchorsFile+" (STANDARD#FRAGMENT)")
		}
	}
	if reason, ok := strings.CutPrefix(c.Intent, "skip: "); c.Intent != "" && (!ok || strings.TrimSpace(reason) == "") {
		k.bad(BadValue, "intent", fmt.Sprintf("intent is %q", c.Intent), `"skip: " and the reason why the expectation differs from what the policy means`)
	}
}

func (k *caseChecker) id() {
	if !kebabCase.MatchString(k.c.ID) {
		k.bad(BadValue, "id", fmt.Sprintf("the id %q is not in kebab-case", k.c.ID), "lower-case letters, digits and hyphens")
		return
	}
	for _, p := range k.loaded.prefix {
		if strings.HasPrefix(k.c.ID, p+"-") || k.c.ID == p {
			return
		}
	}
	k.bad(BadValue, "id", fmt.Sprintf("the id %q does not begin as those of its group do", k.c.ID), strings.Join(k.loaded.prefix, "-..., ")+"-... (prefix: of the file says)")
}

// policies checks the list of policies and gives those that exist.
func (k *caseChecker) policies() []*Policy {
	if len(k.c.Policies) == 0 {
		k.bad(MissingKey, "policies", "policies is missing", "the standard policies that the case runs under")
	}
	var found []*Policy
	for i, name := range k.c.Policies {
		path := at("policies", i)
		p := k.table.Policy(name)
		switch {
		case p == nil:
			k.bad(BadValue, path, fmt.Sprintf("there is no policy %q%s", name, didYouMean(name, k.table.policyNames())),
				"a name in "+policiesFile)
		case slices.Contains(found, p):
			k.bad(Duplicate, path, fmt.Sprintf("the policy %q appears twice", name), "each policy once")
		default:
			if ok, why := k.c.When.Holds(p); !ok {
				k.bad(Conflict, path, fmt.Sprintf("the policy %q does not satisfy when: %s", name, why), "another when, or without this policy")
			}
			found = append(found, p)
		}
	}
	return found
}

// templates parses every template of the case.
func (k *caseChecker) templates() {
	for i := range k.c.Steps {
		walkStrings(reflect.ValueOf(k.c.Steps[i]), at("steps", i), func(path, s string) {
			if err := k.table.programs.add(s); err != nil {
				k.bad(BadTemplate, path, fmt.Sprintf("%s: the template does not parse: %v", path, err), "a text/template with the functions that the documentation of package cases lists")
			}
		})
	}
}

// walkStrings calls f for each string within v.
func walkStrings(v reflect.Value, path string, f func(path, s string)) {
	switch v.Kind() {
	case reflect.String:
		f(path, v.String())
	case reflect.Pointer:
		if !v.IsNil() {
			walkStrings(v.Elem(), path, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkStrings(v.Index(i), at(path, i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			walkStrings(v.Field(i), join(path, v.Type().Field(i).Tag.Get("yaml")), f)
		}
	}
}

// sampleEnv is a target to try templates with.
var sampleEnv = Env{Target: "http://127.0.0.1:8080", TLSTarget: "https://127.0.0.1:8443", Nonce: func() string { return "nonce" }}

// values evaluates the case under each of its policies: it must apply to one
// at least, and what it then sends must be well formed.
func (k *caseChecker) values(policies []*Policy, evaluators map[string]*evaluator) {
	applies := false
	var never error
	said := map[string]bool{}
	for _, p := range policies {
		key := p.Name + " " + transport(k.c.Over)
		if evaluators[key] == nil {
			evaluators[key] = k.table.programs.under(p, sampleEnv, k.c.Over)
		}
		steps, from, err := evaluators[key].steps(k.c, "nonce")
		if err == nil {
			applies = true
			k.expanded(steps, from, said)
			for i := range steps {
				if len(said) == 0 {
					k.intent(p, &steps[i], from[i])
					k.wireIntent(p, &steps[i], from[i])
				}
			}
			continue
		}
		x := err.(*expandError)
		if _, none := x.err.(*NoValueError); none {
			if never != nil {
				continue
			}
			never = fmt.Errorf("%s: %w", x.path, x.err)
		} else if msg := x.path + ": " + strings.TrimPrefix(x.err.Error(), "template: value:"); !said[msg] {
			said[msg], applies = true, true
			k.bad(BadTemplate, x.path, msg, "")
		}
	}
	if !applies && never != nil {
		k.bad(BadTemplate, "policies", "the case applies to none of its policies: "+never.Error(), "a policy under which every template has a value")
	}
}
