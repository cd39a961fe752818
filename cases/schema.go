package cases

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// The schemas are for editors and for tools in other languages. The loader
// checks all that they say, and more (templates, references between steps,
// anchors, what the policies mean), and has the better messages.

//go:embed schema.json
var schemaJSON []byte

//go:embed schema-policy.json
var policySchemaJSON []byte

// Schema is the JSON Schema (2020-12) of case files.
func Schema() []byte { return slices.Clone(caseSchema()) }

// predicateMark is where the properties of a predicate belong in schema.json.
const predicateMark = `"$comment": "The properties are those of the table of predicates: see Schema."`

// caseSchema is schema.json with a property for each predicate.
var caseSchema = sync.OnceValue(func() []byte {
	var out bytes.Buffer
	text := bytes.Replace(schemaJSON, []byte(predicateMark), []byte(`"properties": {`+predicateSchema()+`}`), 1)
	if err := json.Indent(&out, text, "", " "); err != nil {
		panic("cases: schema.json: " + err.Error()) // a mistake in this package's data
	}
	return out.Bytes()
})

// predicateSchema has for each field of Predicate what its type accepts and what its
// entry in the table says of it.
func predicateSchema() string {
	var properties []string
	for f := range reflect.TypeFor[Predicate]().Fields() {
		key := f.Tag.Get("yaml")
		about, _ := json.Marshal(predicates[key].about) // a string can be encoded
		properties = append(properties, fmt.Sprintf(`%q: {%s, "description": %s}`, key, typeSchemas[f.Type], about))
	}
	return strings.Join(properties, ",")
}

// typeSchemas are what the types of predicates accept in a case file.
var typeSchemas = map[reflect.Type]string{
	reflect.TypeFor[string]():        `"type": "string"`,
	reflect.TypeFor[*string]():       `"type": "string"`,
	reflect.TypeFor[bool]():          `"const": true`,
	reflect.TypeFor[*bool]():         `"type": "boolean"`,
	reflect.TypeFor[int]():           `"type": "integer", "exclusiveMinimum": 0`,
	reflect.TypeFor[StatusSet]():     `"$ref": "#/$defs/statuses"`,
	reflect.TypeFor[Names]():         `"$ref": "#/$defs/names"`,
	reflect.TypeFor[*FieldValue]():   `"$ref": "#/$defs/field_value"`,
	reflect.TypeFor[*FieldList]():    `"$ref": "#/$defs/field_list"`,
	reflect.TypeFor[*HeadGrowth]():   `"$ref": "#/$defs/head_growth"`,
	reflect.TypeFor[*Ask]():          `"$ref": "#/$defs/ask"`,
	reflect.TypeFor[[]Predicate]():   `"type": "array", "items": {"$ref": "#/$defs/predicate"}, "minItems": 1`,
	reflect.TypeFor[[][]Predicate](): `"type": "array", "items": {"type": "array", "items": {"$ref": "#/$defs/predicate"}, "description": "All of them.", "minItems": 1}`,
}

// PolicySchema is the JSON Schema (2020-12) of policy files: one policy, or the
// list that policies.yaml holds.
func PolicySchema() []byte { return slices.Clone(policySchemaJSON) }
