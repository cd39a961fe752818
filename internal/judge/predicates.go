package judge

import (
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/record"
	"github.com/corsproof/corsproof/internal/wire"
)

// predicate is how an answer is checked against one predicate. What else is known of
// it, its words among others, is its entry in the table of package cases.
type predicate struct {
	judge func(j *judge, p *cases.Predicate) []agent.Symptom
	// effect is the gravest that a failure can show; nil: malformed. A failure may
	// name another itself.
	effect func(p *cases.Predicate) agent.Effect
	// content tells whether it needs more of the content than the response has so
	// far; nil: none of it.
	content func(p *cases.Predicate, r *wire.Response) bool
	// unanswered tells whether it holds of a request that was not answered; nil: no.
	unanswered func(j *judge, p *cases.Predicate) bool
	// refusal tells whether it asks for no more than that something is not granted,
	// so that silence is as good; nil: no.
	refusal func(p *cases.Predicate) bool
}

// predicates has an entry for each field of cases.Predicate, by its key. It is filled
// by init because some predicates hold others, which are looked up in it.
var predicates map[string]predicate

func init() {
	predicates = map[string]predicate{
		"status": {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.status(p.Status) }},

		"shares": {
			judge:  func(j *judge, p *cases.Predicate) []agent.Symptom { return j.shares(*p.Shares, false) },
			effect: shows(agent.EffectLockedOut),
		},
		"shares_with_credentials": {
			judge:  func(j *judge, p *cases.Predicate) []agent.Symptom { return j.shares(*p.SharesWithCredentials, true) },
			effect: shows(agent.EffectLockedOut),
		},
		"denies": {
			judge:   func(j *judge, p *cases.Predicate) []agent.Symptom { return j.denies(*p.Denies, false) },
			effect:  shows(agent.EffectLetIn),
			refusal: yes,
		},
		"denies_with_credentials": {
			judge:   func(j *judge, p *cases.Predicate) []agent.Symptom { return j.denies(*p.DeniesWithCredentials, true) },
			effect:  shows(agent.EffectLetIn),
			refusal: yes,
		},
		"times": {
			judge:  func(j *judge, p *cases.Predicate) []agent.Symptom { return j.times(*p.Times, true) },
			effect: shows(agent.EffectLockedOut),
		},
		"hides_times": {
			judge:  func(j *judge, p *cases.Predicate) []agent.Symptom { return j.times(*p.HidesTimes, false) },
			effect: shows(agent.EffectLetIn),
		},
		"allows": {
			judge:  func(j *judge, p *cases.Predicate) []agent.Symptom { return j.allows(p.Allows) },
			effect: shows(agent.EffectLockedOut),
		},
		"refuses": {
			judge:   func(j *judge, p *cases.Predicate) []agent.Symptom { return j.refuses(p.Refuses) },
			effect:  shows(agent.EffectLetIn),
			refusal: yes,
		},

		"absent": {
			judge:   func(j *judge, p *cases.Predicate) []agent.Symptom { return j.lines(p.Absent, absent) },
			effect:  func(p *cases.Predicate) agent.Effect { return effectOfPresence(p.Absent) },
			refusal: yes,
		},
		"present":          {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.lines(p.Present, present) }},
		"one_line":         {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.lines(p.OneLine, oneLine) }},
		"at_most_one_line": {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.lines(p.AtMostOneLine, atMostOneLine) }},
		"equals":           {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.equals(p.Equals) }},
		"not_equals":       {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.notEquals(p.NotEquals) }},
		"matches":          {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.matches(p.Matches, true) }},
		"not_matches": {
			judge:  func(j *judge, p *cases.Predicate) []agent.Symptom { return j.matches(p.NotMatches, false) },
			effect: func(p *cases.Predicate) agent.Effect { return effectOfMatch(p.NotMatches) },
		},

		"lists": {
			judge:  func(j *judge, p *cases.Predicate) []agent.Symptom { return j.lists(p.Lists, strings.EqualFold, true) },
			effect: func(p *cases.Predicate) agent.Effect { return effectOfList(p.Lists) },
		},
		"lists_not": {
			judge: func(j *judge, p *cases.Predicate) []agent.Symptom {
				return j.lists(p.ListsNot, strings.EqualFold, false)
			},
			effect: func(p *cases.Predicate) agent.Effect { return effectOfList(p.ListsNot) },
		},
		"lists_only":    {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.listsOnly(p.ListsOnly) }},
		"lists_exactly": {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.lists(p.ListsExactly, equalBytes, true) }},
		"lists_not_exactly": {judge: func(j *judge, p *cases.Predicate) []agent.Symptom {
			return j.lists(p.ListsNotExactly, equalBytes, false)
		}},
		"no_repeats": {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.noRepeats(p.NoRepeats) }},
		"tokens":     {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.tokens(p.Tokens) }},

		"app": {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.app(*p.App) }},
		"body_is": {
			judge:   func(j *judge, p *cases.Predicate) []agent.Symptom { return j.bodyIs(*p.BodyIs) },
			content: func(*cases.Predicate, *wire.Response) bool { return true },
		},
		"body_contains": {
			judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.bodyContains(*p.BodyContains) },
			content: func(p *cases.Predicate, r *wire.Response) bool {
				text, _ := record.Decoded(r.Header, r.Body, true)
				return !strings.Contains(text, *p.BodyContains)
			},
		},
		"no_body": {
			judge:   func(j *judge, _ *cases.Predicate) []agent.Symptom { return j.noBody() },
			content: func(_ *cases.Predicate, r *wire.Response) bool { return r.Size == 0 },
		},
		"whole":      {judge: func(j *judge, _ *cases.Predicate) []agent.Symptom { return j.whole() }},
		"head_grows": {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.headGrows(p.HeadGrows) }},
		"answered": {
			judge:      func(*judge, *cases.Predicate) []agent.Symptom { return nil }, // it is
			unanswered: func(j *judge, p *cases.Predicate) bool { return !*p.Answered && j.hungUp() },
			refusal:    func(p *cases.Predicate) bool { return !*p.Answered },
		},

		"same_as": {judge: func(j *judge, p *cases.Predicate) []agent.Symptom { return j.sameAs(p.SameAs) }},
		"varies_or_static": {
			judge:  func(j *judge, p *cases.Predicate) []agent.Symptom { return j.variesOr(*p.VariesOr) },
			effect: shows(agent.EffectCacheUnsafe),
		},
		"any_of": {
			judge:      func(j *judge, p *cases.Predicate) []agent.Symptom { return j.anyOf(p.AnyOf) },
			effect:     func(p *cases.Predicate) agent.Effect { return gravestOf(p.AnyOf...) },
			unanswered: func(j *judge, p *cases.Predicate) bool { return len(j.anyOf(p.AnyOf)) == 0 },
		},
		"if": {
			judge:  func(j *judge, p *cases.Predicate) []agent.Symptom { return j.ifThen(p.If, p.Then) },
			effect: func(p *cases.Predicate) agent.Effect { return gravestOf(p.Then) },
		},
		"then": {judge: func(*judge, *cases.Predicate) []agent.Symptom { return incomplete() }},
	}
}

// shows is the effect of a predicate whose failures all show the same.
func shows(e agent.Effect) func(*cases.Predicate) agent.Effect {
	return func(*cases.Predicate) agent.Effect { return e }
}

func yes(*cases.Predicate) bool { return true }

// walk calls f for each predicate of a list and those within.
func walk(list []cases.Predicate, f func(p *cases.Predicate)) {
	for i := range list {
		f(&list[i])
		for _, p := range list[i].Within() {
			f(p)
		}
	}
}
