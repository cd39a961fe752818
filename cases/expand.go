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
// and a case gives one check for each of them that it lists. For an ordinary endpoint
// (declared) each case gives one check for each policy; those whose Needs is not
// empty cannot run there, those with NotApplicable mean nothing for the policy.
func (t *Table) Expand(policies []Policy, declared bool, env Env) []Check {
	evaluators := map[string]*evaluator{}
	var checks []Check
	for i := range t.Cases {
		c := &t.Cases[i]
		needs, kind := partsOf(c), kindOf(c)
		text := ""
		if declared {
			text = stepsText(c)
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
			if declared {
				check.NotApplicable = t.foreign(c, text, p)
			}
			if check.NotApplicable == "" {
				check.expand(evaluators[key], env, declared)
			}
			checks = append(checks, check)
		}
	}
	return checks
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
	steps, err := ev.steps(c.Case, nonce)
	if err != nil {
		c.NotApplicable = err.Error()
		return
	}
	if declared && len(c.Needs) == 0 {
		if c.NotApplicable = c.Policy.unmeant(steps, cmp.Or(ev.scope.target, sampleEnv.Target)); c.NotApplicable != "" {
			return
		}
	}
	c.Steps = steps
	c.again = func(nonce string) []Step {
		steps, _ := ev.steps(c.Case, nonce) // has just succeeded with another nonce
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

// steps are the expanded steps of a case. The error is an *expandError.
func (ev *evaluator) steps(c *Case, nonce string) ([]Step, error) {
	ev.mu.Lock()
	defer ev.mu.Unlock()
	ev.scope.nonce = nonce
	out := make([]Step, len(c.Steps))
	for i := range c.Steps {
		if err := ev.copy(reflect.ValueOf(&out[i]).Elem(), reflect.ValueOf(&c.Steps[i]).Elem(), false); err != nil {
			err.path = at("steps", i) + err.path
			return nil, err
		}
		fillDefaults(&out[i])
	}
	return out, nil
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
func byteMode(t reflect.Type, field string, now bool) bool {
	switch {
	case t == reflect.TypeFor[Step]():
		return field == "Wire" || field == "Answer" || field == "Grow"
	case t == reflect.TypeFor[Request]():
		return field == "Headers"
	case t == reflect.TypeFor[Predicate]() && (field == "Matches" || field == "NotMatches"):
		return false
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
			if err := ev.copy(dst.Field(i), src.Field(i), byteMode(src.Type(), f.Name, bytes)); err != nil {
				err.path = "." + f.Tag.Get("yaml") + err.path
				return err
			}
		}
	default:
		dst.Set(src)
	}
	return nil
}
