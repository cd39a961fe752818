package judge

import (
	"fmt"
	"regexp"
	"sync"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// lines evaluates the predicates about how many lines a field has.
func (j *judge) lines(p *cases.Predicate) []agent.Failure {
	var failures []agent.Failure
	check := func(names cases.Names, ok func(n int) bool, what, expected string) {
		for _, name := range names {
			if n := len(j.ex.Response.Values(name)); !ok(n) {
				failures = append(failures, agent.Failure{What: name + " " + what, Expected: expected, Actual: agent.ShowField(j.ex.Response, name)})
			}
		}
	}
	check(p.Absent, func(n int) bool { return n == 0 }, "is absent", "no such field line")
	check(p.Present, func(n int) bool { return n > 0 }, "is present", "at least one field line")
	check(p.OneLine, func(n int) bool { return n == 1 }, "stands in one line", "exactly one field line")
	check(p.AtMostOneLine, func(n int) bool { return n <= 1 }, "stands in one line at most", "one field line or none")
	return failures
}

// value evaluates the predicates about the value of a field.
func (j *judge) value(p *cases.Predicate) []agent.Failure {
	switch {
	case p.Equals != nil:
		return j.equals(p.Equals)
	case p.NotEquals != nil:
		if len(j.equals(p.NotEquals)) > 0 {
			return nil
		}
		return []agent.Failure{{
			What:     fmt.Sprintf("%s is not %s", p.NotEquals.Name, agent.Quoted(p.NotEquals.Value)),
			Expected: "any other value, or none", Actual: agent.ShowField(j.ex.Response, p.NotEquals.Name),
		}}
	case p.Matches != nil:
		return j.matches(p.Matches, true)
	case p.NotMatches != nil:
		return j.matches(p.NotMatches, false)
	}
	return nil
}

// equals: exactly one line, with these bytes.
func (j *judge) equals(want *cases.FieldValue) []agent.Failure {
	values := j.ex.Response.Values(want.Name)
	if len(values) == 1 && values[0] == want.Value {
		return nil
	}
	return []agent.Failure{{
		What:     fmt.Sprintf("%s is %s", want.Name, agent.Quoted(want.Value)),
		Expected: fmt.Sprintf("one line with the value %s", agent.Quoted(want.Value)), Actual: agent.ShowField(j.ex.Response, want.Name),
	}}
}

// matches: every line's value matches the expression, or none does. Bytes
// above 0x7F are matched as the code points U+0080 to U+00FF.
func (j *judge) matches(want *cases.FieldValue, positive bool) []agent.Failure {
	re, err := compiled(want.Value)
	if err != nil {
		return []agent.Failure{{What: "the case is complete", Expected: "a regular expression", Actual: err.Error() + ": the case file is wrong, not the target"}}
	}
	for _, v := range j.ex.Response.Values(want.Name) {
		if re.MatchString(cases.FromBytes(v)) == positive {
			continue
		}
		verb := "matches"
		if !positive {
			verb = "does not match"
		}
		return []agent.Failure{{
			What:     want.Name + " " + verb + " the pattern",
			Expected: verb + " " + want.Value, Actual: agent.ShowField(j.ex.Response, want.Name),
		}}
	}
	return nil
}

var expressions sync.Map // string -> *regexp.Regexp

func compiled(expr string) (*regexp.Regexp, error) {
	if re, ok := expressions.Load(expr); ok {
		return re.(*regexp.Regexp), nil
	}
	re, err := regexp.Compile(expr)
	if err == nil {
		expressions.Store(expr, re)
	}
	return re, err
}
