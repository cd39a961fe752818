package cases

import (
	_ "embed"
	"slices"
)

// The schemas are for editors and for tools in other languages. The loader
// checks all that they say, and more (templates, references between steps,
// anchors, what the policies mean), and has the better messages.

//go:embed schema.json
var schemaJSON []byte

//go:embed schema-policy.json
var policySchemaJSON []byte

// Schema is the JSON Schema (2020-12) of case files.
func Schema() []byte { return slices.Clone(schemaJSON) }

// PolicySchema is the JSON Schema (2020-12) of policy files: one policy, or the
// list that policies.yaml holds.
func PolicySchema() []byte { return slices.Clone(policySchemaJSON) }
