package project

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/corsproof/corsproof/cases"
)

//go:embed schema.json
var schemaJSON []byte

// Schema is the JSON Schema (2020-12) of the file, for editors. The loader checks all that it
// says, and more, and has the better messages.
func Schema() []byte {
	out, err := withPolicy()
	if err != nil {
		panic("project: schema.json: " + err.Error()) // a mistake in this package's data
	}
	return out
}

// withPolicy puts the form of a policy into the schema. Origins may be ${NAME} in this file,
// so that no pattern holds for the strings of a policy.
func withPolicy() ([]byte, error) {
	var schema, policy map[string]any
	if err := json.Unmarshal(schemaJSON, &schema); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(cases.PolicySchema(), &policy); err != nil {
		return nil, err
	}
	defs, ok := policy["$defs"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the schema of policies has no $defs")
	}
	form, ok := defs["policy"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the schema of policies has none of a policy")
	}
	properties, _ := form["properties"].(map[string]any)
	delete(properties, "name") // the key is its name
	delete(properties, "path")
	withoutPatterns(form)
	schema["$defs"].(map[string]any)["policy"] = form
	out, err := json.MarshalIndent(schema, "", " ")
	return append(out, '\n'), err
}

// withoutPatterns takes the patterns of strings away.
func withoutPatterns(node any) {
	switch node := node.(type) {
	case map[string]any:
		if _, text := node["pattern"].(string); text {
			delete(node, "pattern")
		}
		for _, child := range node {
			withoutPatterns(child)
		}
	case []any:
		for _, child := range node {
			withoutPatterns(child)
		}
	}
}
