package judge

import (
	"fmt"
	"regexp"
	"sync"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// count is what a predicate demands of how many lines a field has.
type count struct {
	ok             func(n int) bool
	what, expected string
}

var (
	absent        = count{func(n int) bool { return n == 0 }, "is absent", "no such field line"}
	present       = count{func(n int) bool { return n > 0 }, "is present", "at least one field line"}
	oneLine       = count{func(n int) bool { return n == 1 }, "stands in one line", "exactly one field line"}
	atMostOneLine = count{func(n int) bool { return n <= 1 }, "stands in one line at most", "one field line or none"}
)

// lines: each of the fields has as many lines as is demanded.
func (j *judge) lines(names cases.Names, demanded count) (failures []agent.Symptom) {
	for _, name := range names {
		if !demanded.ok(len(j.ex.Response.Values(name))) {
			failures = append(failures, agent.Symptom{What: name + " " + demanded.what, Expected: demanded.expected, Actual: agent.ShowField(j.ex.Response, name), Field: name})
		}
	}
	return failures
}

// equals: exactly one line, with these bytes.
func (j *judge) equals(want *cases.FieldValue) []agent.Symptom {
	values := j.ex.Response.Values(want.Name)
	if len(values) == 1 && values[0] == want.Value {
		return nil
	}
	return []agent.Symptom{{
		What:     fmt.Sprintf("%s is %s", want.Name, agent.Quoted(want.Value)),
		Expected: fmt.Sprintf("one line with the value %s", agent.Quoted(want.Value)), Actual: agent.ShowField(j.ex.Response, want.Name), Field: want.Name,
	}}
}

// notEquals: any other value, or several lines, or none.
func (j *judge) notEquals(v *cases.FieldValue) []agent.Symptom {
	if len(j.equals(v)) > 0 {
		return nil
	}
	return []agent.Symptom{{
		What:     fmt.Sprintf("%s is not %s", v.Name, agent.Quoted(v.Value)),
		Expected: "any other value, or none", Actual: agent.ShowField(j.ex.Response, v.Name), Field: v.Name,
	}}
}

// matches: every line's value matches the expression, or none does. Bytes
// above 0x7F are matched as the code points U+0080 to U+00FF.
func (j *judge) matches(want *cases.FieldValue, positive bool) []agent.Symptom {
	re, err := compiled(want.Value)
	if err != nil {
		return []agent.Symptom{{What: "the case is complete", Expected: "a regular expression", Actual: err.Error() + ": the case file is wrong, not the target"}}
	}
	for _, v := range j.ex.Response.Values(want.Name) {
		if re.MatchString(cases.FromBytes(v)) == positive {
			continue
		}
		verb := "matches"
		if !positive {
			verb = "does not match"
		}
		return []agent.Symptom{{
			What:     want.Name + " " + verb + " the pattern",
			Expected: verb + " " + want.Value, Actual: agent.ShowField(j.ex.Response, want.Name), Field: want.Name,
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
