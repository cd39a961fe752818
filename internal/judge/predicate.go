package judge

import (
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
func (j *judge) all(predicates []cases.Predicate) []agent.Failure {
	if !j.ex.Answered() {
		return j.unanswered(predicates)
	}
	var failures []agent.Failure
	for i := range predicates {
		failures = append(failures, j.one(&predicates[i])...)
	}
	return failures
}

// one evaluates a predicate: exactly one of its fields is set.
func (j *judge) one(p *cases.Predicate) []agent.Failure {
	failures := j.holds(p)
	for i := range failures {
		if failures[i].Effect == "" {
			failures[i].Effect = effectOf(p)
		}
	}
	return failures
}

func (j *judge) holds(p *cases.Predicate) []agent.Failure {
	switch {
	case len(p.Status) > 0:
		return j.status(p.Status)
	case p.Shares != nil:
		return j.shares(*p.Shares, false)
	case p.Times != nil:
		return j.times(*p.Times, true)
	case p.HidesTimes != nil:
		return j.times(*p.HidesTimes, false)
	case p.SharesWithCredentials != nil:
		return j.shares(*p.SharesWithCredentials, true)
	case p.Denies != nil:
		return j.denies(*p.Denies, false)
	case p.DeniesWithCredentials != nil:
		return j.denies(*p.DeniesWithCredentials, true)
	case p.Allows != nil:
		return j.allows(p.Allows)
	case p.Refuses != nil:
		return j.refuses(p.Refuses)
	case len(p.Absent) > 0, len(p.Present) > 0, len(p.OneLine) > 0, len(p.AtMostOneLine) > 0:
		return j.lines(p)
	case p.Equals != nil, p.NotEquals != nil, p.Matches != nil, p.NotMatches != nil:
		return j.value(p)
	case p.Lists != nil, p.ListsNot != nil, p.ListsExactly != nil, p.ListsNotExactly != nil,
		len(p.NoRepeats) > 0, len(p.Tokens) > 0:
		return j.list(p)
	case p.App != nil, p.BodyIs != nil, p.BodyContains != nil, p.NoBody, p.HeadBytes > 0:
		return j.content(p)
	case p.Answered != nil:
		return nil // it is
	case p.SameAs != "":
		return j.sameAs(p.SameAs)
	case p.VariesOr != nil:
		return j.variesOr(*p.VariesOr)
	case len(p.AnyOf) > 0:
		return j.anyOf(p.AnyOf)
	case len(p.If) > 0:
		return j.ifThen(p.If, p.Then)
	}
	return []agent.Failure{{What: "the case is complete", Expected: "a predicate", Actual: "an empty one: the case file is wrong, not the target"}}
}

// unanswered judges an exchange without a complete response.
func (j *judge) unanswered(predicates []cases.Predicate) []agent.Failure {
	hungUp := j.ex.ErrorKind == string(wire.Closed) || j.ex.ErrorKind == string(wire.Cut) || j.ex.ErrorKind == string(wire.Reset)
	for i := range predicates {
		p := &predicates[i]
		if p.Answered != nil && !*p.Answered && hungUp {
			return nil
		}
		if len(p.AnyOf) > 0 && len(j.anyOf(p.AnyOf)) == 0 {
			return nil
		}
	}
	if len(predicates) == 0 {
		return nil
	}
	return []agent.Failure{{
		What: "the server answers", Expected: "a complete HTTP response", Actual: j.ex.Error,
		Effect: agent.EffectUnavailable, Silent: j.ex.Silent(), Moot: !slices.ContainsFunc(predicates, wantsAnswer),
	}}
}

// wantsAnswer tells whether a predicate asks for more than that something is
// not granted, so that silence is not as good.
func wantsAnswer(p cases.Predicate) bool {
	return !(p.Denies != nil || p.DeniesWithCredentials != nil || p.Refuses != nil || len(p.Absent) > 0 || p.Answered != nil && !*p.Answered)
}

// anyOf: one alternative must hold as a whole. The failure names what each
// alternative lacks.
func (j *judge) anyOf(alternatives [][]cases.Predicate) []agent.Failure {
	var expected, actual []string
	var told []agent.Failure
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
	out := agent.Failure{
		What:     "one of " + strconv.Itoa(len(alternatives)) + " lawful answers is given",
		Expected: strings.Join(expected, "; or "),
		Actual:   strings.Join(distinct(actual), "; "),
		Effect:   gravest(told),
	}
	if i := slices.IndexFunc(told, func(f agent.Failure) bool { return f.Reason != "" }); i >= 0 {
		out.Reason, out.Asked = told[i].Reason, told[i].Asked
	}
	return []agent.Failure{out}
}

// ifThen: when every condition holds, every consequence must.
func (j *judge) ifThen(conditions, consequences []cases.Predicate) []agent.Failure {
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
