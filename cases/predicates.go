package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// predicate is what is known of one predicate beside its field's type. How an answer
// is checked against it, and what it shows when it does not hold, is its entry in the
// table of internal/judge.
type predicate struct {
	about string                      // what it demands, whatever its value: its description in the JSON Schema
	words func(q *Predicate) []string // what it demands with its value, see Words

	names   func(q *Predicate) []string // field names that the type does not show to be some
	refers  func(q *Predicate) string   // the name of the earlier step that it compares with
	pattern bool                        // its value is a regular expression, matched against FromBytes of what was sent

	aspect string // the aspect of a policy that a case with it depends on, if any
	grant  *grant // what it demands of a grant, which a policy means or not; nil: nothing
	// needs is the contract's part without which it cannot hold. sure: it is demanded
	// of every answer, neither one of several alternatives nor a condition.
	needs func(q *Predicate, w *Wire, sure bool) Part
	// preflight and actual note what it looks at of what the policy states, when it is
	// demanded of the answer to a preflight or to another request; nil: nothing.
	preflight, actual func(l *looker, s *Step, q *Predicate)
}

// entry is what is known of the predicate; nothing if it says nothing.
func (q *Predicate) entry() predicate { return predicates[q.Key()] }

// Words says what the predicate demands of an answer, for people. Alternatives and
// conditions give several lines, the further ones indented; a predicate that says
// nothing gives none.
func (q *Predicate) Words() []string {
	if words := q.entry().words; words != nil {
		return words(q)
	}
	return nil
}

// predicates has an entry for each field of Predicate, by its key. It is filled by
// init because some predicates hold others, which are looked up in it.
var predicates map[string]predicate

func init() {
	predicates = map[string]predicate{
		"status": {
			about: "The status is one of these.",
			words: func(q *Predicate) []string { return say("the status is %s", strings.Join(q.Status, " or ")) },
			needs: func(q *Predicate, w *Wire, sure bool) Part {
				// The CORS layer answers a preflight, the application anything else.
				return partIf(PartOK, sure && w.Method != "OPTIONS" && applicationStatus(q.Status))
			},
		},

		"shares": {
			about: "The CORS check passes for this origin without credentials.",
			words: func(q *Predicate) []string {
				return say("the CORS check passes for origin %s without credentials", *q.Shares)
			},
			grant:  &grant{wanted: true, to: func(q *Predicate) *Ask { return &Ask{Origin: *q.Shares} }, meant: (*Policy).shares},
			actual: func(l *looker, s *Step, q *Predicate) { l.grant(*q.Shares, s.Wire.Method, nil, false) },
		},
		"shares_with_credentials": {
			about: "It passes with credentials mode include.",
			words: func(q *Predicate) []string {
				return say("the CORS check passes for origin %s with credentials", *q.SharesWithCredentials)
			},
			aspect: aspectCredentials,
			grant: &grant{wanted: true, meant: (*Policy).shares, to: func(q *Predicate) *Ask {
				return &Ask{Origin: *q.SharesWithCredentials, Credentials: true}
			}},
			actual: func(l *looker, s *Step, q *Predicate) { l.grant(*q.SharesWithCredentials, s.Wire.Method, nil, true) },
		},
		"denies": {
			about: "It fails for this origin in both credentials modes.",
			words: func(q *Predicate) []string {
				return say("the CORS check fails for origin %s, with and without credentials", *q.Denies)
			},
			grant: &grant{own: true, to: func(q *Predicate) *Ask { return &Ask{Origin: *q.Denies} }, meant: (*Policy).shares},
		},
		"denies_with_credentials": {
			about: "It fails with credentials mode include.",
			words: func(q *Predicate) []string {
				return say("the CORS check fails for origin %s with credentials", *q.DeniesWithCredentials)
			},
			aspect: aspectCredentials,
			grant: &grant{own: true, meant: (*Policy).shares, to: func(q *Predicate) *Ask {
				return &Ask{Origin: *q.DeniesWithCredentials, Credentials: true}
			}},
		},
		"times": {
			about:  "The TAO check passes for a page of this origin; * is any page.",
			words:  func(q *Predicate) []string { return say("the TAO check passes for a page of %s", *q.Times) },
			grant:  &grant{wanted: true, to: func(q *Predicate) *Ask { return &Ask{Origin: *q.Times} }, meant: (*Policy).timed},
			actual: func(l *looker, _ *Step, q *Predicate) { l.seen[Stated{StatedTiming, *q.Times}] = true },
		},
		"hides_times": {
			about: "The TAO check fails for a page of this origin.",
			words: func(q *Predicate) []string { return say("the TAO check fails for a page of %s", *q.HidesTimes) },
			grant: &grant{to: func(q *Predicate) *Ask { return &Ask{Origin: *q.HidesTimes} }, meant: (*Policy).timed},
		},
		"allows": {
			about: "Taken as the answer to a preflight, it lets this request through.",
			words: func(q *Predicate) []string {
				return say("as an answer to a preflight it lets %s through", q.Allows.words())
			},
			grant:     &grant{wanted: true, to: func(q *Predicate) *Ask { return q.Allows }, meant: (*Policy).lets},
			preflight: func(l *looker, s *Step, q *Predicate) { l.allowed(s, q.Allows) },
		},
		"refuses": {
			about: "It does not.",
			words: func(q *Predicate) []string {
				return say("as an answer to a preflight it does not let %s through", q.Refuses.words())
			},
			grant: &grant{own: true, to: func(q *Predicate) *Ask { return q.Refuses }, meant: (*Policy).lets},
		},

		"absent": {
			about: "No field line with one of these names.",
			words: func(q *Predicate) []string { return say("no %s field", enumerate(q.Absent, "or")) },
		},
		"present": {
			about:  "At least one line with each of these names.",
			words:  func(q *Predicate) []string { return say("a %s field", enumerate(q.Present, "and a")) },
			needs:  ofApplication,
			actual: func(l *looker, _ *Step, q *Predicate) { l.present(q.Present) },
		},
		"one_line": {
			about: "Exactly one line with each of these names.",
			words: func(q *Predicate) []string { return say("exactly one %s field line", enumerate(q.OneLine, "and")) },
			needs: ofApplication,
		},
		"at_most_one_line": {
			about: "At most one line with each of these names.",
			words: func(q *Predicate) []string {
				return say("at most one %s field line", enumerate(q.AtMostOneLine, "and"))
			},
		},
		"equals": {
			about: "One line whose value has these bytes.",
			words: func(q *Predicate) []string {
				return say("%s is %s, byte for byte", q.Equals.Name, strconv.Quote(q.Equals.Value))
			},
			needs:     ofApplication,
			preflight: func(l *looker, s *Step, q *Predicate) { l.equals(s, q.Equals.Name) },
		},
		"not_equals": {
			about: "No line has them.",
			words: func(q *Predicate) []string {
				return say("no %s field line is %s", q.NotEquals.Name, strconv.Quote(q.NotEquals.Value))
			},
		},
		"matches": {
			about: "Each line's value matches the RE2.",
			words: func(q *Predicate) []string {
				return say("every %s field line matches /%s/", q.Matches.Name, q.Matches.Value)
			},
			pattern:   true,
			needs:     ofApplication,
			preflight: func(l *looker, _ *Step, q *Predicate) { l.matches(q.Matches.Name) },
		},
		"not_matches": {
			about: "None does.",
			words: func(q *Predicate) []string {
				return say("no %s field line matches /%s/", q.NotMatches.Name, q.NotMatches.Value)
			},
			pattern: true,
		},

		"lists": {
			about: "The combined list has each element, without regard to case.",
			words: func(q *Predicate) []string { return say("%s lists %s", q.Lists.Name, enumerate(q.Lists.Values, "and")) },
			needs: func(q *Predicate, _ *Wire, _ bool) Part {
				return partIf(PartOuterVary, strings.EqualFold(q.Lists.Name, "Vary") && containsFold(q.Lists.Values, "Accept-Encoding"))
			},
			actual: func(l *looker, _ *Step, q *Predicate) { l.lists(q.Lists) },
		},
		"lists_not": {
			about: "It has none of them.",
			words: func(q *Predicate) []string {
				return say("%s does not list %s", q.ListsNot.Name, enumerate(q.ListsNot.Values, "or"))
			},
		},
		"lists_only": {
			about: "The combined list grants nothing but these, without regard to case.",
			words: func(q *Predicate) []string {
				return say("%s grants nothing but %s", q.ListsOnly.Name, enumerate(append(slices.Clone(q.ListsOnly.Values), "what needs no listing"), "and"))
			},
		},
		"lists_exactly": {
			about: "As lists, case-sensitive.",
			words: func(q *Predicate) []string {
				return say("%s lists %s in exactly this case", q.ListsExactly.Name, enumerate(q.ListsExactly.Values, "and"))
			},
		},
		"lists_not_exactly": {
			about: "As lists_not, case-sensitive.",
			words: func(q *Predicate) []string {
				return say("%s does not list %s in exactly this case", q.ListsNotExactly.Name, enumerate(q.ListsNotExactly.Values, "or"))
			},
		},
		"no_repeats": {
			about: "No element of the list appears twice.",
			words: func(q *Predicate) []string {
				return say("no element of %s appears twice", enumerate(q.NoRepeats, "or"))
			},
		},
		"tokens": {
			about: "The combined list parses as #token.",
			words: func(q *Predicate) []string { return say("%s parses as a list of tokens", enumerate(q.Tokens, "and")) },
		},

		"app": {
			about: "The application's handler that was reached; none, any.",
			words: func(q *Predicate) []string { return say("%s", reached(*q.App)) },
			needs: always(PartApp),
		},
		"body_is": {
			about: "The content, byte for byte.",
			words: func(q *Predicate) []string { return say("the content is %s", strconv.Quote(*q.BodyIs)) },
			needs: always(PartOK),
		},
		"body_contains": {
			about: "The content has this in it.",
			words: func(q *Predicate) []string { return say("the content contains %s", strconv.Quote(*q.BodyContains)) },
			needs: always(PartOK),
		},
		"no_body": {
			about: "No content, and framing that says so.",
			words: func(*Predicate) []string { return say("no content, and framing that says so") },
		},
		"whole": {
			about: "The content is not cut short.",
			words: func(*Predicate) []string { return say("all of the content that the head announces") },
		},
		"head_grows": {
			about: "The response head is at most so many bytes longer than that of the named step.",
			words: func(q *Predicate) []string {
				return say("the response head is at most %d bytes longer than in step %s", q.HeadGrows.AtMost, q.HeadGrows.Over)
			},
			refers: func(q *Predicate) string { return q.HeadGrows.Over },
		},
		"answered": {
			about: "A complete, well-framed response; false: closing the connection is fine too.",
			words: func(q *Predicate) []string {
				if *q.Answered {
					return say("a complete, well-framed HTTP response")
				}
				return say("a well-framed HTTP response, or the connection is closed")
			},
		},

		"same_as": {
			about:  "The CORS fields and Vary equal those of the named step.",
			words:  func(q *Predicate) []string { return say("the same CORS fields and Vary as in step %s", q.SameAs) },
			refers: func(q *Predicate) string { return q.SameAs },
			aspect: aspectOrigins,
		},
		"varies_or_static": {
			about: "Vary lists the field, or the CORS fields equal those of every other step.",
			words: func(q *Predicate) []string {
				return say("Vary lists %s, or the CORS fields are the same in every step", *q.VariesOr)
			},
			names:  func(q *Predicate) []string { return []string{*q.VariesOr} },
			aspect: aspectOrigins,
		},
		"any_of": {
			about: "At least one of the alternatives holds as a whole.",
			words: func(q *Predicate) []string { return alternatives(q.AnyOf) },
		},
		"if": {
			about: "When all of these hold,",
			words: func(q *Predicate) []string {
				return append(append(say("if"), indented("    ", q.If)...), predicates["then"].words(q)...)
			},
		},
		"then": {
			about: "all of those must.",
			words: func(q *Predicate) []string { return append(say("then"), indented("    ", q.Then)...) },
		},
	}
}

func say(format string, args ...any) []string { return []string{fmt.Sprintf(format, args...)} }
