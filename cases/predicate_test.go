package cases_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

// fill sets a value, and what it is made of, to something else than its zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[cases.Predicate]() {
			fill(v.FieldByName("NoBody"))
			return
		}
		for _, f := range v.Fields() {
			fill(f)
		}
	case reflect.String:
		v.SetString("some-text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(12345)
	default:
		Fail("a predicate has a field of a kind that this test cannot set: " + v.Type().String())
	}
}

// each gives, by key, a predicate of which that field alone is set.
func each() map[string]*cases.Predicate {
	all := map[string]*cases.Predicate{}
	for f := range reflect.TypeFor[cases.Predicate]().Fields() {
		q := &cases.Predicate{}
		fill(reflect.ValueOf(q).Elem().FieldByIndex(f.Index))
		all[f.Tag.Get("yaml")] = q
	}
	return all
}

var _ = Describe("Every field of Predicate", func() {
	It("has one entry in the table, and there are no others", func() {
		Expect(slices.Sorted(maps.Keys(cases.PredicateEntries()))).To(Equal(slices.Sorted(maps.Keys(each()))))
	})

	It("is spelled alike in YAML and JSON", func() {
		for f := range reflect.TypeFor[cases.Predicate]().Fields() {
			Expect(f.Tag.Get("json")).To(Equal(f.Tag.Get("yaml")+",omitempty"), f.Name)
		}
	})

	It("is found by its key", func() {
		for key, q := range each() {
			Expect(q.Key()).To(Equal(key))
		}
		Expect((&cases.Predicate{}).Key()).To(BeEmpty())
		Expect((&cases.Predicate{Absent: cases.Names{}}).Key()).To(BeEmpty(), "an empty list says nothing")
		Expect((&cases.Predicate{If: make([]cases.Predicate, 1), Then: make([]cases.Predicate, 1)}).Key()).To(Equal("if"))
	})

	It("is told in words of its own", func() {
		told := map[string]string{}
		for key, q := range each() {
			words := q.Words()
			Expect(words).NotTo(BeEmpty(), key)
			Expect(words).NotTo(ContainElement(BeEmpty()), key)
			Expect(told).NotTo(HaveKey(words[0]), "%s is told as %s is", key, told[words[0]])
			told[words[0]] = key
		}
		Expect((&cases.Predicate{}).Words()).To(BeEmpty())
	})

	It("has its type and its description in the schema", func() {
		var doc struct {
			Defs struct {
				Predicate struct {
					Properties map[string]struct {
						Type        string `json:"type"`
						Ref         string `json:"$ref"`
						Const       any    `json:"const"`
						Description string `json:"description"`
					} `json:"properties"`
				} `json:"predicate"`
			} `json:"$defs"`
		}
		Expect(json.Unmarshal(cases.Schema(), &doc)).To(Succeed())
		for key, about := range cases.PredicateEntries() {
			p := doc.Defs.Predicate.Properties[key]
			Expect(about).NotTo(BeEmpty(), key)
			Expect(p.Description).To(Equal(about), key)
			Expect([]any{p.Type, p.Ref, p.Const}).NotTo(Equal([]any{"", "", nil}), "%s accepts anything", key)
		}
	})
})

var _ = Describe("The words of a predicate", func() {
	inner := []cases.Predicate{{NoBody: true}, {Absent: cases.Names{"A", "B", "C"}}}

	It("enumerate", func() {
		Expect(inner[1].Words()).To(Equal([]string{"no A, B or C field"}))
	})
	It("letter alternatives", func() {
		q := cases.Predicate{AnyOf: [][]cases.Predicate{inner, {{Present: cases.Names{"D"}}}}}
		Expect(q.Words()).To(Equal([]string{
			"one of:", "  a) no content, and framing that says so", "    no A, B or C field", "  b) a D field",
		}))
	})
	It("indent conditions and what follows", func() {
		q := cases.Predicate{If: inner[:1], Then: inner[1:]}
		Expect(q.Words()).To(Equal([]string{"if", "    no content, and framing that says so", "then", "    no A, B or C field"}))
	})
})
