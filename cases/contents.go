package cases

import (
	"reflect"
	"slices"
	"strings"
)

// contents are what a case's steps are made of, before expansion: the fields that
// are set, by their names in a case file, the aspects of a policy that its predicates
// depend on, and the texts in them, in lower case.
type contents struct {
	fields  map[string]bool
	aspects map[string]bool
	texts   []string
}

func contentsOf(steps []Step) *contents {
	c := &contents{fields: map[string]bool{}, aspects: map[string]bool{}}
	c.add(reflect.ValueOf(steps))
	return c
}

func (c *contents) add(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			c.add(v.Elem())
		}
	case reflect.String:
		c.texts = append(c.texts, strings.ToLower(v.String()))
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			c.add(v.Index(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			c.add(it.Key())
			c.add(it.Value())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if f := v.Field(i); name != "-" && name != "" && !f.IsZero() {
				c.fields[name] = true
				if v.Type() == reflect.TypeFor[Predicate]() {
					c.aspects[predicates[name].aspect] = true
				}
				c.add(f)
			}
		}
	}
}

// has tells whether one of the fields is set somewhere.
func (c *contents) has(fields ...string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return c.fields[f] })
}

// says tells whether one of the texts has the word in it, without regard to case.
func (c *contents) says(word string) bool {
	word = strings.ToLower(word)
	return slices.ContainsFunc(c.texts, func(t string) bool { return strings.Contains(t, word) })
}

// text tells whether one of the texts is the word.
func (c *contents) text(word string) bool { return slices.Contains(c.texts, word) }
