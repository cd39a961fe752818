package judge

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/wire"
)

// judge holds one raw answer against predicates. The other steps of the check
// are at hand for those that compare.
type judge struct {
	steps []Performed
	at    *Performed
	ex    *agent.Exchange
}

// all evaluates predicates that must hold together. No answer at all is one
// failure, whatever was expected of it, unless a predicate accepts silence.
func (j *judge) all(predicates []cases.Predicate) []agent.Symptom {
	if !j.ex.Answered() {
		return j.unanswered(predicates)
	}
	var failures []agent.Symptom
	for i := range predicates {
		failures = append(failures, j.one(&predicates[i])...)
	}
	return failures
}

// one evaluates a predicate: exactly one of its fields is set.
func (j *judge) one(p *cases.Predicate) []agent.Symptom {
	entry, known := predicates[p.Key()]
	if !known {
		return incomplete()
	}
	failures := entry.judge(j, p)
	for i := range failures {
		if failures[i].Effect == "" {
			failures[i].Effect = effectOf(p)
		}
		failures[i].Predicate = cmp.Or(failures[i].Predicate, p.Key())
	}
	return failures
}

// incomplete is the failure of a predicate that demands nothing, which no case file
// that the loader accepts has.
func incomplete() []agent.Symptom {
	return []agent.Symptom{{What: "the case is complete", Expected: "a predicate", Actual: "an empty one: the case file is wrong, not the target"}}
}

// unanswered judges an exchange without a complete response.
func (j *judge) unanswered(list []cases.Predicate) []agent.Symptom {
	if len(list) == 0 {
		return nil
	}
	moot := true
	for i := range list {
		p := &list[i]
		entry := predicates[p.Key()]
		if entry.unanswered != nil && entry.unanswered(j, p) {
			return nil
		}
		moot = moot && entry.refusal != nil && entry.refusal(p)
	}
	return []agent.Symptom{{
		What: "the server answers", Expected: "a complete HTTP response", Actual: j.ex.Error,
		Effect: agent.EffectUnavailable, Silent: j.ex.Silent(), Moot: moot,
	}}
}

// hungUp tells whether the server ended the connection instead of answering.
func (j *judge) hungUp() bool {
	return slices.Contains([]wire.ErrorKind{wire.Closed, wire.Cut, wire.Reset}, wire.ErrorKind(j.ex.ErrorKind))
}

// anyOf: one alternative must hold as a whole. The failure names what each
// alternative lacks.
func (j *judge) anyOf(alternatives [][]cases.Predicate) []agent.Symptom {
	var expected, actual []string
	var told []agent.Symptom
	for _, alt := range alternatives {
		failures := j.all(alt)
		if len(failures) == 0 {
			return nil
		}
		f := failures[0]
		expected = append(expected, f.What+" ("+f.Expected+")")
		actual = append(actual, f.Actual)
		told = append(told, failures...)
	}
	out := agent.Symptom{
		What:     "one of " + strconv.Itoa(len(alternatives)) + " lawful answers is given",
		Expected: strings.Join(expected, "; or "),
		Actual:   strings.Join(distinct(actual), "; "),
		Effect:   agent.Gravest(effectsOf(told)...),
	}
	if i := slices.IndexFunc(told, func(f agent.Symptom) bool { return f.Effect == out.Effect && f.Asked != agent.Asked{} }); i >= 0 {
		out.Asked = told[i].Asked
	}
	if i := slices.IndexFunc(told, func(f agent.Symptom) bool { return f.Reason != "" }); i >= 0 {
		out.Reason, out.Asked = told[i].Reason, told[i].Asked
	}
	if len(told) > 0 { // the first alternative is the usual one
		out.Predicate, out.Field = told[0].Predicate, told[0].Field
	}
	return []agent.Symptom{out}
}

func effectsOf(failures []agent.Symptom) []agent.Effect {
	list := make([]agent.Effect, len(failures))
	for i := range failures {
		list[i] = failures[i].Effect
	}
	return list
}

// ifThen: when every condition holds, every consequence must.
func (j *judge) ifThen(conditions, consequences []cases.Predicate) []agent.Symptom {
	if len(j.all(conditions)) > 0 {
		return nil
	}
	return j.all(consequences)
}

func distinct(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
