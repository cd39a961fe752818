package cases

import (
	"cmp"
	"crypto/rand"
	"reflect"
	"slices"
	"strings"
)

// Kind says by what means a check's steps can be performed.
type Kind string

// The kinds.
const (
	KindBrowser Kind = "browser" // requests only: every agent can
	KindWire    Kind = "wire"    // raw requests only
	KindMixed   Kind = "mixed"   // both, in the order of the steps
)

// Check is a case under one policy: the unit that is run.
type Check struct {
	ID     string // CASE/POLICY
	Case   *Case
	Policy *Policy
	// Steps are the case's with the templates expanded and the defaults filled
	// in (API, Method, Path, Version, Times, Parallel). Raw requests, the headers
	// of requests and the values of predicates hold bytes (see ToBytes), except the
	// expressions of matches and not_matches: they are matched against FromBytes of
	// the value. Nil when NotApplicable.
	Steps []Step
	Kind  Kind
	// Needs are the contract parts without which the check cannot run, sorted.
	// An ordinary endpoint has none.
	Needs []Part
	// NotApplicable says why the case means nothing under the policy; empty: it does.
	NotApplicable string
	// Unsaid are the fields of the standard policy that the framework has values of its
	// own for, when the check is NotApplicable only because of them (see Expand).
	Unsaid []string
	// NotServed says which method an ordinary endpoint would have to serve, see
	// On; empty: none that it does not.
	NotServed string

	again func(nonce string) []Step
}

// Fresh are the steps anew, with another nonce: for the second agent that
// performs the check. nonce is letters and digits; empty gives a random one.
func (c *Check) Fresh(nonce string) []Step {
	if c.again == nil {
		return nil
	}
	if nonce == "" {
		nonce = randomNonce()
	}
	return c.again(nonce)
}

func randomNonce() string { return strings.ToLower(rand.Text()[:13]) }

// Expand gives the checks for a target, in the table's order, then in that of
// policies.
//
// For a target that serves the contract, policies are those it is asked for,
// and a case gives one check for each of them that it lists. One that has the name of a
// standard policy and other values in the fields that Replaced looks at is that policy as
// a framework can say it: a check that does not hold for it is Unsaid. For an ordinary endpoint
// (declared) each case gives one check for each policy; those whose Needs is not
// empty cannot run there, those with NotApplicable mean nothing for the policy.
func (t *Table) Expand(policies []Policy, declared bool, env Env) []Check {
	evaluators := map[string]*evaluator{}
	var checks []Check
	for i := range t.Cases {
		c := &t.Cases[i]
		needs, kind := partsOf(c), kindOf(c)
		var in *contents
		if declared {
			in = contentsOf(c.Steps)
		}
		for j := range policies {
			p := &policies[j]
			if !declared && !slices.Contains(c.Policies, p.Name) {
				continue
			}
			key := p.Name + " " + transport(c.Over)
			if evaluators[key] == nil {
				evaluators[key] = t.programs.under(p, env, c.Over)
			}
			check := Check{ID: c.ID + "/" + p.Name, Case: c, Policy: p, Kind: kind, Needs: needs}
			switch standard := t.Policy(p.Name); {
			case declared:
				if check.NotApplicable = t.foreign(c, in, p); check.NotApplicable == "" {
					check.expand(evaluators[key], env, declared)
				}
			case standard != nil && len(standard.Replaced(p)) > 0:
				check.say(t, standard, evaluators[key], env)
			default:
				check.expand(evaluators[key], env, declared)
			}
			checks = append(checks, check)
		}
	}
	return checks
}

// say expands the check of a standard policy that is measured as a framework says it.
func (c *Check) say(t *Table, standard *Policy, ev *evaluator, env Env) {
	plain := *c
	if plain.expand(t.programs.under(standard, env, c.Case.Over), env, false); plain.NotApplicable != "" {
		c.NotApplicable = plain.NotApplicable // to the standard policy either
		return
	}
	if c.NotApplicable = t.unsaid(c.Case, contentsOf(c.Case.Steps), standard, c.Policy); c.NotApplicable == "" {
		if c.expand(ev, env, false); c.NotApplicable == "" {
			c.NotApplicable = standard.recommended(c.Case.Level).changed(c.Policy.recommended(c.Case.Level), c.Steps, cmp.Or(ev.scope.target, sampleEnv.Target))
		}
	}
	if c.NotApplicable != "" {
		c.Unsaid, c.Steps, c.again = standard.Replaced(c.Policy), nil, nil
	}
}

func transport(over string) string {
	if over == "h2" || over == "tls" {
		return "tls"
	}
	return ""
}

// expand fills Steps or NotApplicable.
func (c *Check) expand(ev *evaluator, env Env, declared bool) {
	var nonce string
	if env.Nonce != nil {
		nonce = env.Nonce()
	} else {
		nonce = randomNonce()
	}
	steps, _, err := ev.steps(c.Case, nonce)
	if err != nil {
		c.NotApplicable = err.Error()
		return
	}
	if declared && ordinary(c.Needs) {
		if c.NotApplicable = c.Policy.unmeant(steps, cmp.Or(ev.scope.target, sampleEnv.Target)); c.NotApplicable != "" {
			return
		}
	}
	c.Steps = steps
	c.again = func(nonce string) []Step {
		steps, _, _ := ev.steps(c.Case, nonce) // has just succeeded with another nonce
		return steps
	}
}

// kindOf looks at a case's steps.
func kindOf(c *Case) Kind {
	kind := Kind("")
	for _, s := range c.Steps {
		k := KindWire
		if s.Request != nil {
			k = KindBrowser
		}
		if kind != "" && kind != k {
			return KindMixed
		}
		kind = k
	}
	return kind
}

// expandError is a template that failed, and where in the case.
type expandError struct {
	path string // "steps[0].wire.path"
	err  error
}

func (e *expandError) Error() string { return e.err.Error() }
func (e *expandError) Unwrap() error { return e.err }

// steps are the expanded steps of a case; from says which of the case's steps
// each one is. The error is an *expandError.
func (ev *evaluator) steps(c *Case, nonce string) (steps []Step, from []int, err error) {
	ev.mu.Lock()
	defer ev.mu.Unlock()
	ev.scope.nonce = nonce
	for i := range c.Steps {
		more, err := ev.step(&c.Steps[i])
		if err != nil {
			err.path = at("steps", i) + err.path
			return nil, nil, err
		}
		steps = append(steps, more...)
		from = append(from, slices.Repeat([]int{i}, len(more))...)
	}
	return steps, from, nil
}

// step is a step of a case, expanded; one with each once for every entry that
// its templates have a value for.
func (ev *evaluator) step(src *Step) ([]Step, *expandError) {
	entries := []string{""}
	if src.Each != "" {
		entries = ev.scope.policy.entries(src.Each, src.Request != nil)
	}
	defer func() { ev.scope.entry = "" }()
	var steps []Step
	left := &expandError{".each", ev.scope.none("each: "+string(src.Each), "it states none")}
	for _, entry := range entries {
		ev.scope.entry = entry
		var s Step
		if err := ev.copy(reflect.ValueOf(&s).Elem(), reflect.ValueOf(src).Elem(), false); err != nil {
			if _, none := err.err.(*NoValueError); none && entry != "" {
				left = err
				continue
			}
			return nil, err
		}
		s.Name = named(s.Name, entry)
		if s.Request != nil && s.Request.Credentials == statedCredentials {
			s.Request.Credentials = ev.scope.policy.credentialsMode()
		}
		fillDefaults(&s)
		steps = append(steps, s)
	}
	if len(steps) == 0 {
		return nil, left
	}
	return steps, nil
}

func fillDefaults(s *Step) {
	s.Times, s.Parallel = max(s.Times, 1), max(s.Parallel, 1)
	orElse := func(s *string, other string) {
		if *s == "" {
			*s = other
		}
	}
	if r := s.Request; r != nil {
		orElse(&r.API, "fetch")
		orElse(&r.Method, "GET")
		orElse(&r.Path, "/ok")
		if r.Body != nil {
			r.Body.Repeat = max(r.Body.Repeat, 1)
		}
	}
	if w := s.Wire; w != nil {
		orElse(&w.Method, "GET")
		orElse(&w.Path, "/ok")
		orElse(&w.Version, "HTTP/1.1")
		if n := len(w.Headers); n > 0 && w.Repeat > 1 {
			w.Headers = append(w.Headers, slices.Repeat(w.Headers[n-1:], w.Repeat-1)...)
		}
		w.Repeat = 0
	}
}

// byteMode says whether the strings in a field are bytes on the wire; now is
// what holds for the struct around it.
func byteMode(t reflect.Type, field reflect.StructField, now bool) bool {
	switch t {
	case reflect.TypeFor[Step]():
		return field.Name == "Wire" || field.Name == "Answer" || field.Name == "Grow"
	case reflect.TypeFor[Request]():
		return field.Name == "Headers"
	case reflect.TypeFor[Predicate]():
		return now && !predicates[field.Tag.Get("yaml")].pattern
	}
	return now
}

// copy copies src deeply to dst, with the strings replaced by their values. The
// error's path begins at src.
func (ev *evaluator) copy(dst, src reflect.Value, bytes bool) *expandError {
	switch src.Kind() {
	case reflect.String:
		s, err := ev.eval(src.String())
		if err == nil && bytes {
			s, err = ToBytes(s)
		}
		if err != nil {
			return &expandError{"", err}
		}
		dst.SetString(s)
	case reflect.Pointer:
		if !src.IsNil() {
			dst.Set(reflect.New(src.Type().Elem()))
			return ev.copy(dst.Elem(), src.Elem(), bytes)
		}
	case reflect.Slice:
		if !src.IsNil() {
			dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
			for i := range src.Len() {
				if err := ev.copy(dst.Index(i), src.Index(i), bytes); err != nil {
					err.path = at("", i) + err.path
					return err
				}
			}
		}
	case reflect.Struct:
		for i := range src.NumField() {
			if src.Field(i).IsZero() {
				continue
			}
			f := src.Type().Field(i)
			if err := ev.copy(dst.Field(i), src.Field(i), byteMode(src.Type(), f, bytes)); err != nil {
				err.path = "." + f.Tag.Get("yaml") + err.path
				return err
			}
			if sep := separator(src.Type(), f.Name); sep != "" {
				flatten(dst.Field(i), src.Field(i), sep)
			}
		}
	default:
		dst.Set(src)
	}
	return nil
}

// separator is what comes between several elements that one template gives in
// a field; empty for a field in which each gives one.
func separator(t reflect.Type, field string) string {
	switch {
	case t == reflect.TypeFor[Request]() && field == "Headers", t == reflect.TypeFor[Wire]() && field == "Headers":
		return "\n"
	case t == reflect.TypeFor[Ask]() && field == "Headers", t == reflect.TypeFor[FieldList]() && field == "Values":
		return ","
	}
	return ""
}

// flatten takes the values of templates in dst apart, and leaves empty ones out.
func flatten(dst, src reflect.Value, sep string) {
	values, texts := dst.Interface().([]string), src.Interface().([]string)
	var out []string
	for i, v := range values {
		switch {
		case !strings.Contains(texts[i], "{{"):
			out = append(out, v)
		case sep == "\n" && (strings.Contains(v, "\n ") || strings.Contains(v, "\n\t")): // a folded line is one
			out = append(out, v)
		default:
			parts := strings.Split(v, sep)
			out = append(out, slices.DeleteFunc(parts, func(s string) bool { return s == "" })...)
		}
	}
	dst.Set(reflect.ValueOf(out))
}
