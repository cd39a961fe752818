package cases

import (
	"reflect"
	"slices"
)

// Predicate is one thing that must hold of the raw answer. Exactly one field
// is set (If and Then are one). Grants are judged by the model of the browser's
// checks, never by the spelling of one header.
//
// A new predicate is a field here, its entry in the table of predicates.go, and its
// judge in that of internal/judge. What the type of a field says is said
// nowhere else: see fieldsOf.
type Predicate struct {
	Status StatusSet `yaml:"status" json:"status,omitempty"`
	// Shares: the CORS check passes for this origin, credentials mode omit.
	Shares *string `yaml:"shares" json:"shares,omitempty"`
	// SharesWithCredentials: it passes with credentials mode include.
	SharesWithCredentials *string `yaml:"shares_with_credentials" json:"shares_with_credentials,omitempty"`
	// Denies: it fails for this origin in both credentials modes.
	Denies *string `yaml:"denies" json:"denies,omitempty"`
	// DeniesWithCredentials: it fails with credentials mode include.
	DeniesWithCredentials *string `yaml:"denies_with_credentials" json:"denies_with_credentials,omitempty"`
	// Times: the TAO check passes for a page of this origin; HidesTimes: it fails. "*" is
	// any page: only a "*" in the answer passes for it.
	Times      *string `yaml:"times" json:"times,omitempty"`
	HidesTimes *string `yaml:"hides_times" json:"hides_times,omitempty"`
	// Allows: the answer, taken as that to a preflight, lets this request through.
	Allows *Ask `yaml:"allows" json:"allows,omitempty"`
	// Refuses: it does not, in either credentials mode (or in the one given).
	Refuses *Ask `yaml:"refuses" json:"refuses,omitempty"`
	// Absent: no field line with one of these names.
	Absent Names `yaml:"absent" json:"absent,omitempty"`
	// Present: at least one line with each of these names.
	Present Names `yaml:"present" json:"present,omitempty"`
	// OneLine: exactly one line with each of these names; AtMostOneLine: 0 or 1.
	OneLine       Names `yaml:"one_line" json:"one_line,omitempty"`
	AtMostOneLine Names `yaml:"at_most_one_line" json:"at_most_one_line,omitempty"`
	// Equals: one line whose value has these bytes; NotEquals: not that (other lines
	// beside such a one make it another value).
	Equals    *FieldValue `yaml:"equals" json:"equals,omitempty"`
	NotEquals *FieldValue `yaml:"not_equals" json:"not_equals,omitempty"`
	// Lists: the combined list has each element (case-insensitive); ListsNot: none of them.
	Lists    *FieldList `yaml:"lists" json:"lists,omitempty"`
	ListsNot *FieldList `yaml:"lists_not" json:"lists_not,omitempty"`
	// ListsOnly: the combined list grants nothing but these (see Grants).
	ListsOnly *FieldList `yaml:"lists_only" json:"lists_only,omitempty"`
	// ListsExactly compares case-sensitively, for methods.
	ListsExactly    *FieldList `yaml:"lists_exactly" json:"lists_exactly,omitempty"`
	ListsNotExactly *FieldList `yaml:"lists_not_exactly" json:"lists_not_exactly,omitempty"`
	// NoRepeats: no element of the list appears twice.
	NoRepeats Names `yaml:"no_repeats" json:"no_repeats,omitempty"`
	// Tokens: the combined list parses as #token (ABNF of the CORS headers).
	Tokens Names `yaml:"tokens" json:"tokens,omitempty"`
	// Matches: each line's value matches the RE2; NotMatches: none does.
	Matches    *FieldValue `yaml:"matches" json:"matches,omitempty"`
	NotMatches *FieldValue `yaml:"not_matches" json:"not_matches,omitempty"`
	// App: the application's handler that was reached (X-App); "none", "any".
	App *string `yaml:"app" json:"app,omitempty"`
	// BodyIs / BodyContains / NoBody look at the content.
	BodyIs       *string `yaml:"body_is" json:"body_is,omitempty"`
	BodyContains *string `yaml:"body_contains" json:"body_contains,omitempty"`
	NoBody       bool    `yaml:"no_body" json:"no_body,omitempty"`
	// Whole: the content is not cut short. (That it does not end is no failure.)
	Whole bool `yaml:"whole" json:"whole,omitempty"`
	// HeadGrows: the response head is at most so many bytes longer than that of an earlier step.
	HeadGrows *HeadGrowth `yaml:"head_grows" json:"head_grows,omitempty"`
	// Answered: any complete, well-framed HTTP response (false: closing the connection is fine too).
	Answered *bool `yaml:"answered" json:"answered,omitempty"`
	// SameAs: the CORS fields and Vary equal those of the named step, order of list elements aside.
	SameAs string `yaml:"same_as" json:"same_as,omitempty"`
	// VariesOr: either the combined Vary lists the field, or the answer's CORS
	// fields equal those of every other step of the case (a static answer need not vary).
	VariesOr *string `yaml:"varies_or_static" json:"varies_or_static,omitempty"`
	// AnyOf: at least one of the alternatives holds as a whole.
	AnyOf [][]Predicate `yaml:"any_of" json:"any_of,omitempty"`
	// If, Then: when all of If hold, all of Then must.
	If   []Predicate `yaml:"if" json:"if,omitempty"`
	Then []Predicate `yaml:"then" json:"then,omitempty"`
}

// Ask is a request that a preflight's answer is judged against.
type Ask struct {
	Origin      string   `yaml:"origin" json:"origin"`
	Credentials bool     `yaml:"credentials" json:"credentials,omitempty"`
	Method      string   `yaml:"method" json:"method"`
	Headers     []string `yaml:"headers" json:"headers,omitempty"` // lower-case unsafe names; a template may give several, with commas between them, or none
}

// HeadGrowth is how much longer a response head may be than that of another step: a head
// that is always long says nothing about the request.
type HeadGrowth struct {
	Over   string `yaml:"over" json:"over"`       // the name of the earlier step
	AtMost int    `yaml:"at_most" json:"at_most"` // bytes
}

// Names are field names; in YAML one string or a list.
type Names []string

// FieldValue is a field name and a value, or an expression for it.
type FieldValue struct {
	Name  string `yaml:"name" json:"name"`
	Value string `yaml:"value" json:"value"`
}

// FieldList is a list-valued field and elements of it.
type FieldList struct {
	Name   string   `yaml:"name" json:"name"`
	Values []string `yaml:"values" json:"values"` // a template may give several, with commas between them
}

// predicateKeys are the keys of a predicate's fields, in the order of the fields.
var predicateKeys = func() (keys []string) {
	for f := range reflect.TypeFor[Predicate]().Fields() {
		keys = append(keys, f.Tag.Get("yaml"))
	}
	return keys
}()

// keys are those of the fields that are set: of a sound predicate one, or if and then.
func (q *Predicate) keys() (set []string) {
	for i, v := range reflect.ValueOf(q).Elem().Fields() {
		if isSet(v) {
			set = append(set, i.Tag.Get("yaml"))
		}
	}
	return set
}

// Key is the name of the predicate in a case file, such as "shares"; "if" for the
// pair if and then, empty for a predicate that says nothing.
func (q *Predicate) Key() string {
	v := reflect.ValueOf(q).Elem()
	for i, key := range predicateKeys {
		if isSet(v.Field(i)) {
			return key
		}
	}
	return ""
}

// isSet tells whether a field says something: an empty list does not.
func isSet(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.Len() > 0
	}
	return !v.IsZero()
}

// fieldsOf are the fields of a predicate that have the type T and are set.
func fieldsOf[T any](q *Predicate) (fields []*T) {
	for _, v := range reflect.ValueOf(q).Elem().Fields() {
		if v.Type() == reflect.TypeFor[T]() && isSet(v) {
			fields = append(fields, v.Addr().Interface().(*T))
		}
	}
	return fields
}

// names are the field names that the predicate is about.
func (q *Predicate) names() (names []string) {
	for _, list := range fieldsOf[Names](q) {
		names = append(names, *list...)
	}
	for _, v := range fieldsOf[*FieldValue](q) {
		names = append(names, (*v).Name)
	}
	for _, v := range fieldsOf[*FieldList](q) {
		names = append(names, (*v).Name)
	}
	if more := q.entry().names; more != nil {
		names = append(names, more(q)...)
	}
	return names
}

// Within are the predicates that the predicate is made of: its alternatives, its
// conditions and what follows from them, and what those are made of.
func (q *Predicate) Within() (all []*Predicate) {
	q.lists("", func(list []Predicate, _ string) {
		walkPredicates(list, "", func(p *Predicate, _ string) { all = append(all, p) })
	})
	return all
}

// listFields are the indexes of the fields of a Predicate that hold lists of predicates.
var listFields = func() (indexes []int) {
	t := reflect.TypeFor[Predicate]()
	for i := range t.NumField() {
		switch t.Field(i).Type {
		case reflect.TypeFor[[]Predicate](), reflect.TypeFor[[][]Predicate]():
			indexes = append(indexes, i)
		}
	}
	return indexes
}()

// lists calls f for each list of predicates in the predicate's fields.
func (q *Predicate) lists(path string, f func(list []Predicate, path string)) {
	v := reflect.ValueOf(q).Elem()
	for _, i := range listFields {
		field := v.Field(i)
		if field.Len() == 0 { // as nearly always
			continue
		}
		path := path + "." + predicateKeys[i]
		switch list := field.Interface().(type) {
		case []Predicate:
			f(list, path)
		case [][]Predicate:
			for i := range list {
				f(list[i], at(path, i))
			}
		}
	}
}

// walkPredicates calls f for each predicate of list and those within.
func walkPredicates(list []Predicate, path string, f func(p *Predicate, path string)) {
	for i := range list {
		p, path := &list[i], at(path, i)
		f(p, path)
		p.lists(path, func(list []Predicate, path string) { walkPredicates(list, path, f) })
	}
}

// clonePredicates copies what serving changes: the questions of preflights.
func clonePredicates(list []Predicate) []Predicate {
	out := slices.Clone(list)
	for i := range out {
		for _, a := range fieldsOf[*Ask](&out[i]) {
			ask := **a
			*a = &ask
		}
		for _, inner := range fieldsOf[[]Predicate](&out[i]) {
			*inner = clonePredicates(*inner)
		}
		for _, alternatives := range fieldsOf[[][]Predicate](&out[i]) {
			*alternatives = slices.Clone(*alternatives)
			for j, alternative := range *alternatives {
				(*alternatives)[j] = clonePredicates(alternative)
			}
		}
	}
	return out
}
